import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { conv2dBackwardWeightReference } from '../../kernels/conv2d.ref.ts';
import { type Conv2dShape, conv2dOutputSize } from '../../kernels/conv2d.ts';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { panel8BackwardWeight } from '../../kernels/framesConv2d/panel8BackwardWeight.ts';
import { framesConv2dBackwardWeight, framesConv2dBackwardWeightVariants } from '../../kernels/framesConv2d.ts';
import { scratchWords, variantsCovering, variantsOf } from '../../kernels/variant.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { dotBound, expectClose, randomValues, testGpu } from '../support/kernelTest.ts';

const conv = (batch: number, size: number, inputs: number, outputs: number, kernel: number, stride: number) => ({
  ...{ batch, height: size, width: size, inputs, outputs },
  ...{ kernelHeight: kernel, kernelWidth: kernel, stride, padding: 0 },
});

/**
 * The networks' first layers, then windows that overlap by a half, more, less and not at all, lines of one segment and of several, with
 * a short last one, segments of 1, 2 and 10 pixels, both sides of a tile's 32 channels, fewer weights than a panel has pixels and the
 * other way round.
 */
const shapes: Record<string, Conv2dShape> = {
  nature: conv(32, 84, 4, 32, 8, 4),
  nips: conv(3, 84, 4, 16, 8, 4),
  outputsOf36: { ...conv(3, 20, 4, 36, 8, 4), kernelHeight: 6, batch: 4 },
  overlapOfThreeQuarters: { ...conv(4, 24, 2, 8, 3, 4), kernelWidth: 16 },
  overlapOfTwoThirds: { ...conv(3, 28, 3, 28, 5, 4), kernelWidth: 12 },
  overlapOfAThird: { ...conv(5, 36, 2, 4, 9, 8), kernelWidth: 12 },
  strideOf8: conv(4, 40, 2, 8, 16, 8),
  strideBeyondKernel: { ...conv(7, 27, 5, 12, 2, 8), kernelWidth: 4, width: 44 },
  linesOf1: { ...conv(37, 9, 1, 4, 9, 4), kernelWidth: 8, width: 8 },
  linesOf2: { ...conv(19, 9, 4, 20, 5, 4), kernelWidth: 4, width: 8 },
  linesOf11: { ...conv(5, 9, 4, 20, 5, 4), width: 48, kernelWidth: 8 },
  fewWeights: { ...conv(5, 9, 1, 4, 1, 4), kernelWidth: 4, width: 40 },
  fewPixels: { ...conv(32, 60, 1, 4, 60, 16), kernelWidth: 16, width: 16 },
  linesOf31: { ...conv(2, 9, 4, 8, 8, 4), width: 128 },
};

/** Any shape that the variant takes. */
const anyShape: fc.Arbitrary<Conv2dShape> = fc
  .record({
    batch: fc.integer({ min: 1, max: 37 }),
    height: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 12 }).map((words) => 4 * words),
    inputs: fc.integer({ min: 1, max: 5 }),
    outputs: fc.constantFrom(4, 12, 32, 36, 68),
    kernelHeight: fc.integer({ min: 1, max: 9 }),
    kernelWidth: fc.constantFrom(4, 8, 12, 16),
    stride: fc.constantFrom(4, 8),
    padding: fc.constant(0),
  })
  .filter((shape) => shape.height >= shape.kernelHeight && shape.width >= shape.kernelWidth)
  .filter((shape) => panel8BackwardWeight.covers(shape, {}));

/** Frames of noise; every fifth number is a black frame. */
function frameStates(shape: Conv2dShape) {
  const random = new Xoshiro128(11, 'frames');
  const count = shape.batch * shape.inputs + 3;
  const frames = Uint8Array.from({ length: count * shape.height * shape.width }, () => random.nextInt(256));
  const frameNumbers = Uint32Array.from({ length: shape.batch * shape.inputs }, (_, i) => {
    if (i % 5 !== 4) return random.nextInt(count);
    return i % 2 === 0 ? count : 0xffffffff;
  });
  return { count, frames, frameNumbers };
}

async function check(shape: Conv2dShape, splits?: number): Promise<void> {
  const gpu = await testGpu();
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const { batch, height, width, inputs, outputs, kernelHeight, kernelWidth } = shape;
  const { count, frames, frameNumbers } = frameStates(shape);
  const pixels = batch * outputHeight * outputWidth;
  const dOutput = randomValues(pixels * outputs, 1, 'dOutput');
  const options = { variant: 'panel8', splits } as const;
  const words = scratchWords(framesConv2dBackwardWeightVariants, shape, options);
  const [dWeight, dBias] = await runTwice(gpu, () => {
    const tensors = {
      frames: guarded(gpu, 'frames', [count, height, width], frames),
      frameNumbers: guarded(gpu, 'frameNumbers', [batch, inputs], frameNumbers),
      dOutput: guarded(gpu, 'dOutput', [batch, outputHeight, outputWidth, outputs], dOutput),
      dWeight: guarded(gpu, 'dWeight', [kernelHeight, kernelWidth, inputs, outputs]),
      dBias: guarded(gpu, 'dBias', [outputs]),
      scratch: words === 0 ? undefined : guarded(gpu, 'scratch', [words]),
    };
    const calls = framesConv2dBackwardWeight(shape, tensors, options);
    const shaders = ['framesConv2d.backwardWeight.panel8', 'conv2d.sumSplits4'];
    expect(calls.map(({ shader }) => shader)).toEqual(words === 0 ? shaders.slice(0, 1) : shaders);
    return { calls, outputs: [tensors.dWeight, tensors.dBias] };
  });
  const states = framesStackReference(frames, frameNumbers, height * width, inputs);
  const expected = conv2dBackwardWeightReference(shape, states, dOutput);
  const magnitude = conv2dBackwardWeightReference(shape, states, dOutput.map(Math.abs));
  const name = `${JSON.stringify(shape)} splits ${splits}`;
  expectClose(`dWeight ${name}`, dWeight, expected.dWeight, dotBound(pixels, magnitude.dWeight));
  expectClose(`dBias ${name}`, dBias, expected.dBias, dotBound(pixels, magnitude.dBias));
}

// Without subgroups of 8 the variant is not offered, and there is nothing to test.
const offered = variantsOf(await testGpu()).filter((variant) => variant === 'panel8');

for (const variant of offered) {
  describe(`framesConv2d.backwardWeight, ${variant}`, () => {
    for (const [name, shape] of Object.entries(shapes)) {
      test(`${name} equals the reference, twice to the bit`, () => check(shape), 20_000);
    }

    test.each([1, 3, 1000])(
      'any shape in %d splits equals the reference',
      async (splits) => {
        await fc.assert(
          fc.asyncProperty(anyShape, (shape) => check(shape, splits)),
          { numRuns: 2, seed: 20150226 },
        );
      },
      20_000,
    );
  });
}

describe('what panel8 covers', () => {
  test.each([
    ['outputs in fours', { outputs: 33 }],
    ['no padding', { padding: 4 }],
    ['whole words of a line', { width: 86 }],
    ['whole words of a window', { kernelWidth: 6 }],
    ['whole words between windows', { stride: 2 }],
    ['enough pixels for a panel', { batch: 1, height: 8 }],
  ])('%s', (_, change) => {
    expect(panel8BackwardWeight.covers(shapes['nature'], {})).toBe(true);
    const other = { ...shapes['nature'], ...change };
    expect(panel8BackwardWeight.covers(other, {})).toBe(false);
    expect(variantsCovering(framesConv2dBackwardWeightVariants, other, {}, ['panel8', 'generic'])).toEqual(['generic']);
  });
});
