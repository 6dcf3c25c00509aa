import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { framesGatherReference } from '../../kernels/framesGather.ref.ts';
import { framesGather, shardsPerDispatch } from '../../kernels/framesGather.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectSameBits, testGpu } from '../support/kernelTest.ts';
import { anySeed, cases } from '../support/shapes.ts';

interface Shape {
  /** Frames in each shard but the last, and in the last. */
  readonly shardFrames: number;
  readonly lastFrames: number;
  readonly shards: number;
  readonly words: number;
  readonly slots: number;
}

const examples: [Shape, number][] = [
  [{ shardFrames: 1, lastFrames: 1, shards: 1, words: 1, slots: 1 }, 1],
  // The Nature network's frames, and those of 38 x 38, which are no whole vec4s.
  [{ shardFrames: 7, lastFrames: 3, shards: 3, words: 1764, slots: 20 }, 2],
  [{ shardFrames: 7, lastFrames: 7, shards: 2, words: 361, slots: 20 }, 3],
  // Around the number of shards that a dispatch binds, and twice it.
  [{ shardFrames: 3, lastFrames: 2, shards: shardsPerDispatch - 1, words: 4, slots: 90 }, 4],
  [{ shardFrames: 3, lastFrames: 3, shards: shardsPerDispatch, words: 4, slots: 90 }, 5],
  [{ shardFrames: 3, lastFrames: 1, shards: shardsPerDispatch + 1, words: 5, slots: 90 }, 6],
  [{ shardFrames: 1, lastFrames: 1, shards: 2 * shardsPerDispatch + 1, words: 4, slots: 90 }, 7],
  // Around a workgroup.
  ...[63, 64, 65, 252, 256, 260].map((words, i): [Shape, number] => [
    { shardFrames: 4, lastFrames: 3, shards: 2, words, slots: 9 },
    8 + i,
  ]),
];
const anyShape: fc.Arbitrary<Shape> = fc
  .record({
    shardFrames: fc.integer({ min: 1, max: 9 }),
    missing: fc.nat(8),
    shards: fc.integer({ min: 1, max: 14 }),
    words: fc.integer({ min: 1, max: 300 }),
    slots: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ missing, ...shape }) => ({ ...shape, lastFrames: Math.max(1, shape.shardFrames - missing) }));

describe('frames.gather', () => {
  test('equals the reference to the bit, and slots without an entry keep what they hold', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyShape, anySeed, async ({ shardFrames, lastFrames, shards, words, slots }, seed) => {
        const random = new Xoshiro128(seed, 'frames.gather');
        const frameBytes = 4 * words;
        const frameCount = shardFrames * (shards - 1) + lastFrames;
        const memory = Uint8Array.from({ length: frameCount * frameBytes }, () => random.nextInt(256));
        // Every seventh slot has none: now one past the last, now 0xFFFFFFFF.
        const entries = Uint32Array.from({ length: slots }, (_, slot) => {
          if (slot % 7 !== 6) return random.nextInt(frameCount);
          return slot % 2 === 0 ? frameCount : 0xffffffff;
        });
        const before = Uint8Array.from({ length: slots * frameBytes }, () => random.nextInt(256));
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [slots, frameBytes], before);
          const shard = (index: number) => {
            const frames = index === shards - 1 ? lastFrames : shardFrames;
            const start = index * shardFrames * frameBytes;
            const contents = memory.subarray(start, start + frames * frameBytes);
            return guarded(gpu, `shard ${index}`, [frames, frameBytes], contents);
          };
          const calls = framesGather({
            shards: Array.from({ length: shards }, (_, index) => shard(index)),
            entries: guarded(gpu, 'entries', [slots], entries),
            output: tensor,
          });
          expect(calls).toHaveLength(Math.ceil(shards / shardsPerDispatch));
          return { calls, outputs: [tensor] };
        });
        const expected = before.slice();
        framesGatherReference(memory, entries, frameBytes, expected);
        expectSameBits('output', output, new Float32Array(expected.buffer));
      }),
      cases(examples),
    );
  });

  test('tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const shard = (frames: number, bytes: number) => gpu.tensor(`of ${frames}`, [frames, bytes], 'u8');
    const entries = gpu.tensor('entries', [5], 'u32');
    const output = gpu.tensor('output', [5, 2, 4], 'u8');
    expect(framesGather({ shards: [shard(3, 8), shard(2, 8)], entries, output })).toHaveLength(1);
    const refused: [ReturnType<typeof shard>[], string][] = [
      [[], 'there are no shards'],
      [[shard(3, 6)], 'frames of 6 bytes are no whole words'],
      [[shard(3, 8), shard(2, 8), shard(3, 8)], 'shard 1 (of 2) is u8 [2, 8], expected u8 [3, 8]'],
      [[shard(3, 8), shard(4, 8)], 'shard 1 has 4 frames, the first 3'],
      [[shard(3, 8), shard(3, 4)], 'shard 1 (of 3) is u8 [3, 4], expected u8 [3, 8]'],
      [[shard(3, 12)], 'output (output) is u8 [5, 2, 4], expected u8 [5, 12]'],
    ];
    for (const [shards, reason] of refused) expect(() => framesGather({ shards, entries, output })).toThrow(reason);
  });
});
