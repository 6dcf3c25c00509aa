import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { panel8BackwardInput } from '../../kernels/conv2d/panel8BackwardInput.ts';
import { conv2dBackwardInputReference } from '../../kernels/conv2d.ref.ts';
import {
  type Conv2dShape,
  conv2dBackwardInput,
  conv2dBackwardInputVariants,
  conv2dOutputSize,
} from '../../kernels/conv2d.ts';
import { variantsCovering, variantsOf } from '../../kernels/variant.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { dotBound, expectClose, randomValues, testGpu } from '../support/kernelTest.ts';

const conv = (batch: number, size: number, inputs: number, outputs: number, kernel: number, stride: number) => ({
  ...{ batch, height: size, width: size, inputs, outputs },
  ...{ kernelHeight: kernel, kernelWidth: kernel, stride, padding: 0 },
});

/**
 * The networks' layers, then both sides of a panel's edges: 32 input channels, blocks of 32 or 64 output channels, at most 3 taps of a
 * phase's line at a time, several images a workgroup with fewer in the last one; and pixels that no tap meets.
 */
const shapes: Record<string, Conv2dShape> = {
  nature2: conv(32, 20, 32, 64, 4, 2),
  nature3: conv(32, 9, 64, 64, 3, 1),
  nips2: conv(7, 20, 16, 32, 4, 2),
  inputsOf36: conv(35, 5, 36, 4, 2, 1),
  inputsOf28: conv(19, 4, 28, 8, 3, 1),
  outputsOf36: conv(4, 6, 8, 36, 3, 1),
  outputsOf100: conv(4, 6, 4, 100, 2, 1),
  outputsOf132: conv(3, 7, 32, 132, 4, 1),
  tapsOf4: { ...conv(5, 6, 4, 32, 1, 1), kernelWidth: 4 },
  tapsOf7: { ...conv(5, 9, 8, 20, 2, 1), kernelWidth: 7, width: 13 },
  tapsUneven: conv(3, 13, 12, 12, 5, 2),
  tapsBeyondOutput: { ...conv(40, 3, 4, 4, 2, 1), kernelWidth: 8, width: 8 },
  strideBeyondKernel: conv(5, 11, 4, 20, 2, 4),
  strideBeyondInput: conv(33, 3, 4, 4, 2, 4),
  unreachedEdge: conv(17, 10, 8, 4, 4, 4),
  unreachedLines: { ...conv(6, 12, 4, 4, 3, 3), height: 11 },
  wide: { ...conv(2, 10, 8, 20, 2, 3), height: 7, width: 31, kernelWidth: 5 },
};

/** Any shape without padding of channels in fours and at least 32 pixels, which is what the variant takes. */
const anyShape: fc.Arbitrary<Conv2dShape> = fc
  .record({
    batch: fc.integer({ min: 1, max: 37 }),
    height: fc.integer({ min: 1, max: 14 }),
    width: fc.integer({ min: 1, max: 14 }),
    inputs: fc.constantFrom(4, 8, 32, 36, 68),
    outputs: fc.constantFrom(4, 12, 32, 36, 64, 68),
    kernelHeight: fc.integer({ min: 1, max: 5 }),
    kernelWidth: fc.integer({ min: 1, max: 9 }),
    stride: fc.integer({ min: 1, max: 4 }),
    padding: fc.constant(0),
  })
  .filter((shape) => shape.height >= shape.kernelHeight && shape.width >= shape.kernelWidth)
  .filter((shape) => panel8BackwardInput.covers(shape, {}));

const magnitudes = (values: Float32Array) => values.map(Math.abs);

async function check(shape: Conv2dShape, mask: boolean, seed = 1): Promise<void> {
  const gpu = await testGpu();
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const { batch, height, width, inputs, outputs, kernelHeight, kernelWidth, stride } = shape;
  const dOutput = randomValues(batch * outputHeight * outputWidth * outputs, seed, 'dOutput');
  const weight = randomValues(kernelHeight * kernelWidth * inputs * outputs, seed, 'weight');
  // Half of them are at most 0, some of those exactly, as after a ReLU.
  const input = randomValues(batch * height * width * inputs, seed, 'input').map((x) => (x < -0.5 ? 0 : x));
  const [dInput] = await runTwice(gpu, () => {
    const tensors = {
      dOutput: guarded(gpu, 'dOutput', [batch, outputHeight, outputWidth, outputs], dOutput),
      weight: guarded(gpu, 'weight', [kernelHeight, kernelWidth, inputs, outputs], weight),
      reluInput: mask ? guarded(gpu, 'input', [batch, height, width, inputs], input) : undefined,
      dInput: guarded(gpu, 'dInput', [batch, height, width, inputs]),
    };
    const calls = conv2dBackwardInput(shape, tensors, { variant: 'panel8' });
    expect(calls.map(({ shader }) => shader)).toEqual(['conv2d.backwardInput.panel8']);
    return { calls, outputs: [tensors.dInput] };
  });
  const expected = conv2dBackwardInputReference(shape, dOutput, weight, mask ? input : undefined);
  const magnitude = conv2dBackwardInputReference(shape, magnitudes(dOutput), magnitudes(weight));
  const taps = Math.ceil(kernelHeight / stride) * Math.ceil(kernelWidth / stride);
  expectClose(JSON.stringify(shape), dInput, expected, dotBound(taps * outputs, magnitude));
}

// Without subgroups of 8 the variant is not offered, and there is nothing to test.
const offered = variantsOf(await testGpu()).filter((variant) => variant === 'panel8');

for (const variant of offered) {
  describe(`conv2d.backwardInput, ${variant}`, () => {
    for (const [name, shape] of Object.entries(shapes)) {
      test(`${name} equals the reference, twice to the bit`, async () => {
        await check(shape, true);
        if (shape.batch < 32) await check(shape, false);
      }, 20_000);
    }

    test('any shape equals the reference', async () => {
      const property = fc.asyncProperty(anyShape, fc.boolean(), (shape, mask) => check(shape, mask));
      await fc.assert(property, { numRuns: 6, seed: 20150226 });
    }, 30_000);
  });
}

describe('what panel8 covers', () => {
  test.each([
    ['channels in fours', { inputs: 6 }],
    ['outputs in fours', { outputs: 33 }],
    ['no padding', { padding: 1 }],
    ['enough pixels for a panel', { height: 7, width: 7, batch: 1 }],
  ])('%s', (_, change) => {
    expect(panel8BackwardInput.covers(shapes['nature3'], {})).toBe(true);
    const other = { ...shapes['nature3'], ...change };
    expect(panel8BackwardInput.covers(other, {})).toBe(false);
    expect(variantsCovering(conv2dBackwardInputVariants, other, {}, ['panel8', 'generic'])).toEqual(['generic']);
  });
});
