import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { conv2dForwardReference } from '../../kernels/conv2d.ref.ts';
import { framesShiftReference } from '../../kernels/framesShift.ref.ts';
import { framesShift, withoutPadding } from '../../kernels/framesShift.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectSameBits, randomValues, testGpu } from '../support/kernelTest.ts';
import { anySeed, cases } from '../support/shapes.ts';

function randomBytes(count: number, seed: number): Uint8Array {
  const random = new Xoshiro128(seed, 'frames');
  return Uint8Array.from({ length: count }, () => random.nextInt(256));
}

type Shape = { count: number; height: number; words: number; by: number };
const examples: [Shape, number][] = [
  [{ count: 1, height: 1, words: 1, by: 1 }, 1],
  [{ count: 20, height: 84, words: 21, by: 1 }, 2],
  [{ count: 3, height: 5, words: 1, by: 3 }, 3],
  [{ count: 2, height: 2, words: 16, by: 2 }, 4],
  [{ count: 7, height: 13, words: 5, by: 1 }, 5],
];
const anyShape: fc.Arbitrary<Shape> = fc.record({
  count: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 40 }),
  words: fc.integer({ min: 1, max: 20 }),
  by: fc.integer({ min: 1, max: 3 }),
});

describe('frames.shift', () => {
  test('equals the reference to the bit', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyShape, anySeed, async ({ count, height, words, by }, seed) => {
        const frames = randomBytes(count * height * 4 * words, seed);
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [count, height, 4 * words], undefined, 'u8');
          const input = guarded(gpu, 'frames', [count, height, 4 * words], frames);
          return { calls: framesShift({ frames: input, output: tensor, by }), outputs: [tensor] };
        });
        const expected = framesShiftReference(frames, height, 4 * words, by);
        expectSameBits('output', output, new Float32Array(expected.buffer));
      }),
      cases(examples),
    );
  });

  test('what is no whole words, and other shifts, are refused', async () => {
    const gpu = await testGpu();
    const [odd, even] = [gpu.tensor('odd', [2, 4, 6], 'u8'), gpu.tensor('even', [2, 4, 8], 'u8')];
    expect(() => framesShift({ frames: odd, output: odd, by: 1 })).toThrow('lines of 6 bytes are no whole words');
    for (const by of [0, 4, 1.5]) {
      expect(() => framesShift({ frames: even, output: even, by })).toThrow(`by 1 to 3 pixels, not ${by}`);
    }
  });
});

describe('a convolution without its padding', () => {
  const deepmind = {
    batch: 2,
    height: 84,
    width: 84,
    inputs: 1,
    outputs: 3,
    kernelHeight: 8,
    kernelWidth: 8,
    stride: 4,
  };

  test("on shifted frames equals the padded one: DeepMind's, and with another padding", () => {
    for (const shape of [
      { ...deepmind, padding: 1 },
      { ...deepmind, height: 52, width: 16, padding: 1 },
      { ...deepmind, height: 12, width: 20, kernelHeight: 3, kernelWidth: 4, stride: 8, padding: 3 },
    ]) {
      const unpadded = withoutPadding(shape)!;
      expect(unpadded).toEqual({ ...shape, padding: 0 });
      const { batch, height, width, outputs, kernelHeight, kernelWidth } = shape;
      const frames = randomBytes(batch * height * width, 1);
      const weight = randomValues(kernelHeight * kernelWidth * outputs, 2, 'weight');
      const bias = randomValues(outputs, 3, 'bias');
      expect(
        conv2dForwardReference(unpadded, framesShiftReference(frames, height, width, shape.padding), weight, bias),
      ).toEqual(conv2dForwardReference(shape, frames, weight, bias));
    }
  });

  test('is none where the padding after the frame counts, or the shift cannot be made', () => {
    expect(withoutPadding({ ...deepmind, padding: 0 })).toBeUndefined();
    // With a padding of 2 there is one more window: (88 - 8) / 4 + 1.
    expect(withoutPadding({ ...deepmind, padding: 2 })).toBeUndefined();
    expect(withoutPadding({ ...deepmind, width: 86, padding: 1 })).toBeUndefined();
    expect(withoutPadding({ ...deepmind, height: 7, padding: 1 })).toBeUndefined();
    expect(withoutPadding({ ...deepmind, stride: 16, padding: 4 })).toBeUndefined();
  });
});
