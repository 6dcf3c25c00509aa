import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { panel8BackwardWeight } from '../../kernels/conv2d/panel8BackwardWeight.ts';
import { conv2dBackwardWeightReference } from '../../kernels/conv2d.ref.ts';
import {
  type Conv2dShape,
  conv2dBackwardWeight,
  conv2dBackwardWeightVariants,
  conv2dOutputSize,
} from '../../kernels/conv2d.ts';
import { scratchWords, variantsCovering, variantsOf } from '../../kernels/variant.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { dotBound, expectClose, randomValues, testGpu } from '../support/kernelTest.ts';

const conv = (batch: number, size: number, inputs: number, outputs: number, kernel: number, stride: number) => ({
  ...{ batch, height: size, width: size, inputs, outputs },
  ...{ kernelHeight: kernel, kernelWidth: kernel, stride, padding: 0 },
});

/** The networks' layers, then both sides of a tile's 32 channels, of a panel's 128 pixels and of the eights that it is filled in. */
const shapes: Record<string, Conv2dShape> = {
  nature1: conv(32, 84, 4, 32, 8, 4),
  nature2: conv(32, 20, 32, 64, 4, 2),
  nature3: conv(32, 9, 64, 64, 3, 1),
  nips1: conv(7, 84, 4, 16, 8, 4),
  outputsOf4: conv(3, 9, 4, 4, 3, 2),
  outputsOf28: conv(3, 9, 4, 28, 3, 1),
  outputsOf36: conv(3, 9, 4, 36, 3, 1),
  outputsOf100: conv(2, 6, 4, 100, 2, 1),
  inputsOf3: conv(5, 8, 3, 8, 3, 1),
  fewPixels: { ...conv(32, 12, 4, 4, 12, 1), kernelWidth: 11, width: 11 },
  strideBeyondKernel: conv(5, 11, 4, 20, 2, 4),
  unreachedEdge: conv(17, 10, 8, 4, 4, 4),
  wide: { ...conv(2, 10, 8, 20, 2, 3), height: 7, width: 31, kernelWidth: 5 },
};

/** Lines of one output pixel each, and 16 rows of the weights. */
const pixelsOf = (pixels: number): Conv2dShape => ({ ...conv(pixels, 1, 16, 32, 1, 1) });

/** Any shape without padding, of outputs in fours, at least 32 pixels and 16 rows: what the variant takes. */
const anyShape: fc.Arbitrary<Conv2dShape> = fc
  .record({
    batch: fc.integer({ min: 1, max: 37 }),
    height: fc.integer({ min: 1, max: 14 }),
    width: fc.integer({ min: 1, max: 14 }),
    inputs: fc.integer({ min: 1, max: 9 }),
    outputs: fc.constantFrom(4, 12, 32, 36, 64, 68),
    kernelHeight: fc.integer({ min: 1, max: 5 }),
    kernelWidth: fc.integer({ min: 1, max: 9 }),
    stride: fc.integer({ min: 1, max: 4 }),
    padding: fc.constant(0),
  })
  .filter((shape) => shape.height >= shape.kernelHeight && shape.width >= shape.kernelWidth)
  .filter((shape) => panel8BackwardWeight.covers(shape, {}));

const magnitudes = (values: Float32Array) => values.map(Math.abs);

/** Checks both gradients, and that no more partial sums are made than splits are asked for. */
async function check(shape: Conv2dShape, splits?: number): Promise<void> {
  const gpu = await testGpu();
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const { batch, height, width, inputs, outputs, kernelHeight, kernelWidth } = shape;
  const pixels = batch * outputHeight * outputWidth;
  const input = randomValues(batch * height * width * inputs, 1, 'input');
  const dOutput = randomValues(pixels * outputs, 1, 'dOutput');
  const options = { variant: 'panel8', splits } as const;
  const words = scratchWords(conv2dBackwardWeightVariants, shape, options);
  if (splits !== undefined)
    expect(words).toBeLessThan(splits * (kernelHeight * kernelWidth * inputs + 1) * outputs + 64);
  const [dWeight, dBias] = await runTwice(gpu, () => {
    const tensors = {
      input: guarded(gpu, 'input', [batch, height, width, inputs], input),
      dOutput: guarded(gpu, 'dOutput', [batch, outputHeight, outputWidth, outputs], dOutput),
      dWeight: guarded(gpu, 'dWeight', [kernelHeight, kernelWidth, inputs, outputs]),
      dBias: guarded(gpu, 'dBias', [outputs]),
      scratch: words === 0 ? undefined : guarded(gpu, 'scratch', [words]),
    };
    const calls = conv2dBackwardWeight(shape, tensors, options);
    const shaders = ['conv2d.backwardWeight.panel8', 'conv2d.sumSplits4'];
    expect(calls.map(({ shader }) => shader)).toEqual(words === 0 ? shaders.slice(0, 1) : shaders);
    return { calls, outputs: [tensors.dWeight, tensors.dBias] };
  });
  const expected = conv2dBackwardWeightReference(shape, input, dOutput);
  const magnitude = conv2dBackwardWeightReference(shape, magnitudes(input), magnitudes(dOutput));
  const name = `${JSON.stringify(shape)} splits ${splits}`;
  expectClose(`dWeight ${name}`, dWeight, expected.dWeight, dotBound(pixels, magnitude.dWeight));
  expectClose(`dBias ${name}`, dBias, expected.dBias, dotBound(pixels, magnitude.dBias));
}

// Without subgroups of 8 the variant is not offered, and there is nothing to test.
const offered = variantsOf(await testGpu()).filter((variant) => variant === 'panel8');

for (const variant of offered) {
  describe(`conv2d.backwardWeight, ${variant}`, () => {
    for (const [name, shape] of Object.entries(shapes)) {
      test(`${name} equals the reference, twice to the bit`, () => check(shape), 20_000);
    }

    test.each([
      [32, 1],
      [127, 1],
      [128, 1],
      [129, 1],
      [257, 2],
      [100, 4],
      [100, 13],
      [40, 1000],
    ])('%d pixels in %d splits equal the reference', (pixels, splits) => check(pixelsOf(pixels), splits), 20_000);

    test('any shape equals the reference', async () => {
      const property = fc.asyncProperty(anyShape, fc.integer({ min: 1, max: 4 }), check);
      await fc.assert(property, { numRuns: 4, seed: 20150226 });
    }, 30_000);
  });
}

describe('what panel8 covers', () => {
  test.each([
    ['outputs in fours', { outputs: 33 }],
    ['no padding', { padding: 1 }],
    ['enough pixels for a panel', { height: 7, width: 7, batch: 1 }],
    ['enough rows for a panel', { inputs: 1 }],
  ])('%s', (_, change) => {
    expect(panel8BackwardWeight.covers(shapes['nature3'], {})).toBe(true);
    const other = { ...shapes['nature3'], ...change };
    expect(panel8BackwardWeight.covers(other, {})).toBe(false);
    expect(variantsCovering(conv2dBackwardWeightVariants, other, {}, ['panel8', 'generic'])).toEqual(['generic']);
  });
});
