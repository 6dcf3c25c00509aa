import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { decodeLiveFrame, encodeLiveFrame, type LiveFrame, liveFrameBytes } from '../../src/run/live/liveFrame.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const liveFrames: fc.Arbitrary<LiveFrame> = fc
  .record({
    actionCount: fc.integer({ min: 1, max: 18 }),
    screenHeight: fc.constantFrom(1, 2, 13),
    frameSide: fc.constantFrom(1, 7, 12),
    stack: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ actionCount, screenHeight, frameSide, stack }) =>
    fc.record({
      agentSteps: fc.maxSafeNat(),
      episode: fc.nat(),
      episodeReward: fc.double({ noNaN: true }),
      epsilon: fc.double({ min: 0, max: 1 }),
      action: fc.nat(actionCount - 1),
      wasRandom: fc.boolean(),
      isEvaluation: fc.boolean(),
      actions: fc.array(fc.nat(17), { minLength: actionCount, maxLength: actionCount }),
      qValues: fc.float32Array({ minLength: actionCount, maxLength: actionCount }),
      screen: bytes(160 * screenHeight),
      screenHeight: fc.constant(screenHeight),
      format: fc.constantFrom('NTSC', 'PAL', 'SECAM'),
      frames: fc.array(bytes(frameSide ** 2), { minLength: stack, maxLength: stack }),
      frameSide: fc.constant(frameSide),
      writtenAtMs: fc.integer({ min: 0, max: 8.64e15 }),
    }),
  );

const example: LiveFrame = {
  ...{ agentSteps: 12, episode: 3, episodeReward: -2, epsilon: 0.5, action: 1, wasRandom: true, isEvaluation: false },
  ...{ actions: [0, 3, 4], qValues: Float32Array.of(1, -0.5, Number.NaN), screen: new Uint8Array(160).fill(7) },
  ...{ screenHeight: 1, format: 'PAL', frames: [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)], frameSide: 2 },
  writtenAtMs: 1_700_000_000_000,
};

describe('live frames', () => {
  test('come back as they were written, also from the middle of a larger buffer', () => {
    fc.assert(
      fc.property(liveFrames, fc.nat(0xffffffff), fc.integer({ min: 0, max: 9 }), (frame, sequence, place) => {
        const room = new Uint8Array(liveFrameBytes(frame) + place + 3).fill(0xa5);
        const encoded = encodeLiveFrame(frame, sequence, room.subarray(place));
        expect(encoded.length).toBe(liveFrameBytes(frame));
        // Typed arrays are compared bit by bit, and NaN has many patterns.
        const asNumbers = (one: LiveFrame) => ({ ...one, qValues: [...one.qValues] });
        expect(asNumbers(decodeLiveFrame(encoded)!)).toEqual(asNumbers(frame));
        expect(room.subarray(place + encoded.length)).toEqual(new Uint8Array(3).fill(0xa5));
      }),
      { numRuns: 200 },
    );
  });

  test('lie where the file says', () => {
    const encoded = encodeLiveFrame(example, 9);
    const view = new DataView(encoded.buffer);
    expect(new TextDecoder().decode(encoded.subarray(0, 4))).toBe('WDQL');
    expect([4, 8, 12].map((at) => view.getUint32(at, true))).toEqual([1, 9, 80 + 3 + 12 + 160 + 8 + 4]);
    expect([24, 32, 40].map((at) => view.getFloat64(at, true))).toEqual([12, -2, 0.5]);
    expect([48, 52, 56, 60, 64, 68, 72, 76].map((at) => view.getUint32(at, true))).toEqual([3, 1, 1, 1, 1, 2, 2, 3]);
    expect([...encoded.subarray(80, 83)]).toEqual([0, 3, 4]);
    expect([83, 87, 91].map((at) => view.getFloat32(at, true))).toEqual([1, -0.5, Number.NaN]);
    expect([...encoded.subarray(95, 255)]).toEqual(Array(160).fill(7));
    expect([...encoded.subarray(255, 263)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(view.getUint32(263, true)).toBe(9);
  });

  test('are refused where a reader met the writer anywhere', () => {
    const before = encodeLiveFrame(example, 1);
    const after = encodeLiveFrame({ ...example, screen: new Uint8Array(160).fill(8) }, 2);
    for (let written = 9; written < before.length - 3; written++) {
      const torn = before.slice();
      torn.set(after.subarray(0, written));
      expect(decodeLiveFrame(torn)).toBeUndefined();
    }
    expect(decodeLiveFrame(before)).toBeDefined();
    expect(decodeLiveFrame(after)).toBeDefined();
  });

  test('are refused where they are cut off, longer than they say, of another version or of no sense', () => {
    const encoded = encodeLiveFrame(example);
    for (let length = 0; length < encoded.length; length++) {
      expect(decodeLiveFrame(encoded.slice(0, length))).toBeUndefined();
    }
    expect(decodeLiveFrame(Uint8Array.of(...encoded, 0))).toBeUndefined();
    // Magic, version, height, format, side, frames, actions.
    for (const at of [0, 4, 52, 64, 68, 72, 76]) {
      const changed = encoded.slice();
      new DataView(changed.buffer).setUint32(at, 77, true);
      expect(decodeLiveFrame(changed)).toBeUndefined();
    }
  });
});
