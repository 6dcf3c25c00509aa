import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { framesStack } from '../../kernels/frames.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectSameBits, testGpu } from '../support/kernelTest.ts';
import { anySeed, cases } from '../support/shapes.ts';

interface Shape {
  frames: number;
  height: number;
  width: number;
  batch: number;
  channels: number;
}

const examples: [Shape, number][] = [
  [{ frames: 1, height: 1, width: 1, batch: 1, channels: 1 }, 1],
  [{ frames: 5, height: 84, width: 84, batch: 3, channels: 4 }, 2],
  [{ frames: 9, height: 7, width: 9, batch: 5, channels: 4 }, 3],
  [{ frames: 3, height: 1, width: 257, batch: 1, channels: 1 }, 4],
  [{ frames: 4, height: 5, width: 13, batch: 3, channels: 3 }, 5],
  [{ frames: 7, height: 2, width: 2, batch: 17, channels: 5 }, 6],
  [{ frames: 2, height: 8, width: 8, batch: 1, channels: 4 }, 7],
  [{ frames: 2, height: 5, width: 51, batch: 1, channels: 4 }, 8],
  [{ frames: 3, height: 2, width: 2, batch: 7, channels: 4 }, 10],
  [{ frames: 3, height: 12, width: 21, batch: 2, channels: 4 }, 11],
  [{ frames: 3, height: 4, width: 63, batch: 2, channels: 4 }, 12],
  [{ frames: 2, height: 4, width: 65, batch: 1, channels: 4 }, 9],
];
const anyShape: fc.Arbitrary<Shape> = fc.record({
  frames: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 21 }),
  width: fc.integer({ min: 1, max: 21 }),
  batch: fc.integer({ min: 1, max: 7 }),
  channels: fc.integer({ min: 1, max: 6 }),
});

/** Frame numbers of which every fifth is a black frame, now the one above the last frame, now 0xFFFFFFFF. */
function someFrameNumbers({ frames, batch, channels }: Shape, random: Xoshiro128): Uint32Array {
  return Uint32Array.from({ length: batch * channels }, (_, i) => {
    if (i % 5 !== 4) return random.nextInt(frames);
    return i % 2 === 0 ? frames : 0xffffffff;
  });
}

describe('frames.stack', () => {
  test('equals the reference to the bit', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyShape, anySeed, async (shape, seed) => {
        const { frames, height, width, batch, channels } = shape;
        const random = new Xoshiro128(seed, 'frames');
        const bytes = Uint8Array.from({ length: frames * height * width }, () => random.nextInt(256));
        const frameNumbers = someFrameNumbers(shape, random);
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [batch, height, width, channels]);
          const calls = framesStack({
            frames: guarded(gpu, 'frames', [frames, height, width], bytes),
            frameNumbers: guarded(gpu, 'frameNumbers', [batch, channels], frameNumbers),
            output: tensor,
          });
          return { calls, outputs: [tensor] };
        });
        expectSameBits('output', output, framesStackReference(bytes, frameNumbers, height * width, channels));
      }),
      cases(examples),
    );
  });

  test('every byte: 0 is 0, 255 is 1, and all lie within two rounding units of byte / 255', async () => {
    const gpu = await testGpu();
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const [output] = await runTwice(gpu, () => {
      const tensor = guarded(gpu, 'output', [1, 16, 16, 1]);
      const frames = guarded(gpu, 'frames', [1, 16, 16], bytes);
      const frameNumbers = guarded(gpu, 'frameNumbers', [1, 1], Uint32Array.of(0));
      return { calls: framesStack({ frames, frameNumbers, output: tensor }), outputs: [tensor] };
    });
    expect(output[0]).toBe(0);
    expect(output[255]).toBe(1);
    for (const [byte, value] of output.entries())
      expect(Math.abs(value - byte / 255)).toBeLessThanOrEqual((byte / 255) * 2 ** -23);
  });

  test('tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const frames = gpu.tensor('frames', [3, 4, 4], 'u8');
    const frameNumbers = gpu.tensor('frameNumbers', [2, 4], 'u32');
    const output = gpu.tensor('output', [2, 4, 4, 3]);
    expect(() => framesStack({ frames, frameNumbers, output })).toThrow(
      'output (output) is f32 [2, 4, 4, 3], expected f32 [2, 4, 4, 4]',
    );
    expect(() => framesStack({ frames: output, frameNumbers, output })).toThrow('expected u8 with 3 axes');
  });
});
