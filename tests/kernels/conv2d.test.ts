import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  conv2dBackwardInputReference,
  conv2dBackwardWeightReference,
  conv2dForwardReference,
} from '../../kernels/conv2d.ref.ts';
import {
  type Conv2dShape,
  conv2dBackwardInput,
  conv2dBackwardWeight,
  conv2dBackwardWeightVariants,
  conv2dForward,
  conv2dOutputSize,
} from '../../kernels/conv2d.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { scratchWords, type Variant, variantsOf } from '../../kernels/variant.ts';
import {
  dotBound,
  expectClose,
  expectSameBits,
  poisoned,
  randomValues,
  runCalls,
  testGpu,
  uploaded,
} from '../support/kernelTest.ts';

/** The convolutions of the Nature (2015) and NIPS (2013) networks, for one image. */
const networkLayers = {
  nature1: conv(84, 4, 32, 8, 4),
  nature2: conv(20, 32, 64, 4, 2),
  nature3: conv(9, 64, 64, 3, 1),
  nips1: conv(84, 4, 16, 8, 4),
  nips2: conv(20, 16, 32, 4, 2),
};

function conv(size: number, inputs: number, outputs: number, kernel: number, stride: number): Conv2dShape {
  const square = { height: size, width: size, kernelHeight: kernel, kernelWidth: kernel };
  return { batch: 1, ...square, inputs, outputs, stride, padding: 0 };
}

/**
 * Shapes on both sides of the kernels' tile edges: 4 x 4 and 64 of them; 16 pixels x 32 channels, or 32 x 16 where there are no more
 * than 16 channels. Those with channels in whole fours suit both variants.
 */
const edgeShapes: Record<string, Conv2dShape> = {
  onePixel: conv(1, 1, 1, 1, 1),
  rowsOf15: { ...conv(1, 4, 32, 1, 1), width: 15 },
  rowsOf17: { ...conv(1, 36, 32, 1, 1), width: 17 },
  rowsOf33: { ...conv(1, 16, 16, 1, 1), width: 33 },
  outputsOf36: conv(5, 20, 36, 3, 1),
  outputsOf33: conv(5, 4, 33, 2, 1),
  paddedWide: { ...conv(7, 4, 8, 3, 2), padding: 3, kernelWidth: 5, batch: 2 },
  strideBeyondKernel: { ...conv(11, 4, 20, 2, 4), batch: 2 },
  strideBeyondInput: { ...conv(3, 3, 4, 2, 4), padding: 1 },
  unreachedEdge: { ...conv(10, 5, 4, 4, 4), batch: 3 },
  tiles255: { ...conv(1, 3, 4, 1, 1), width: 255 },
  tiles257: { ...conv(1, 3, 4, 1, 1), width: 257 },
};

/** Any shape; with `fourfold`, one that the subgroup form takes. */
const anyShape = (fourfold: boolean): fc.Arbitrary<Conv2dShape> =>
  fc
    .record({
      batch: fc.constantFrom(1, 2, 7, 33),
      height: fc.integer({ min: 1, max: 13 }),
      width: fc.integer({ min: 1, max: 13 }),
      inputs: fourfold ? fc.constantFrom(4, 8, 20, 36) : fc.constantFrom(1, 3, 4, 5, 33),
      outputs: fourfold ? fc.constantFrom(4, 12, 16, 20, 36) : fc.constantFrom(1, 3, 4, 5, 33),
      kernelHeight: fc.integer({ min: 1, max: 8 }),
      kernelWidth: fc.integer({ min: 1, max: 8 }),
      stride: fc.integer({ min: 1, max: 4 }),
      padding: fc.integer({ min: 0, max: 3 }),
    })
    .filter((s) => s.height + 2 * s.padding >= s.kernelHeight && s.width + 2 * s.padding >= s.kernelWidth);

const variants: readonly Variant[] = variantsOf(await testGpu()).includes('subgroup8')
  ? ['generic', 'subgroup8']
  : ['generic'];

/** Random tensors of a layer, the same for the same seed. */
function layerData(shape: Conv2dShape, seed: number) {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const inputShape = [shape.batch, shape.height, shape.width, shape.inputs];
  const weightShape = [shape.kernelHeight, shape.kernelWidth, shape.inputs, shape.outputs];
  const outputShape = [shape.batch, outputHeight, outputWidth, shape.outputs];
  const values = (extents: readonly number[], stream: string) =>
    randomValues(
      extents.reduce((product, extent) => product * extent),
      seed,
      stream,
    );
  return {
    inputShape,
    weightShape,
    outputShape,
    input: values(inputShape, 'input'),
    weight: values(weightShape, 'weight'),
    bias: values([shape.outputs], 'bias'),
    dOutput: values(outputShape, 'dOutput'),
  };
}

const magnitudes = (values: Float32Array) => values.map(Math.abs);

async function checkForward(gpu: Gpu, shape: Conv2dShape, variant: Variant, relu: boolean, seed = 1): Promise<void> {
  const data = layerData(shape, seed);
  const output = poisoned(gpu, 'output', data.outputShape);
  const tensors = {
    input: uploaded(gpu, 'input', data.inputShape, data.input),
    weight: uploaded(gpu, 'weight', data.weightShape, data.weight),
    bias: uploaded(gpu, 'bias', [shape.outputs], data.bias),
    output,
  };
  await runCalls(gpu, conv2dForward(shape, tensors, { variant, relu }));
  const expected = conv2dForwardReference(shape, data.input, data.weight, data.bias, relu);
  const magnitude = conv2dForwardReference(
    shape,
    magnitudes(data.input),
    magnitudes(data.weight),
    magnitudes(data.bias),
  );
  const terms = shape.kernelHeight * shape.kernelWidth * shape.inputs + 1;
  expectClose(
    `forward ${variant} ${JSON.stringify(shape)}`,
    await gpu.readF32(output),
    expected,
    dotBound(terms, magnitude),
  );
}

async function checkBackwardInput(gpu: Gpu, shape: Conv2dShape, variant: Variant, mask: boolean, seed = 1) {
  const data = layerData(shape, seed);
  const dInput = poisoned(gpu, 'dInput', data.inputShape);
  const tensors = {
    dOutput: uploaded(gpu, 'dOutput', data.outputShape, data.dOutput),
    weight: uploaded(gpu, 'weight', data.weightShape, data.weight),
    reluInput: mask ? uploaded(gpu, 'input', data.inputShape, data.input) : undefined,
    dInput,
  };
  await runCalls(gpu, conv2dBackwardInput(shape, tensors, { variant }));
  const expected = conv2dBackwardInputReference(shape, data.dOutput, data.weight, mask ? data.input : undefined);
  const magnitude = conv2dBackwardInputReference(shape, magnitudes(data.dOutput), magnitudes(data.weight));
  const taps = Math.ceil(shape.kernelHeight / shape.stride) * Math.ceil(shape.kernelWidth / shape.stride);
  const bound = dotBound(taps * shape.outputs, magnitude);
  expectClose(`backwardInput ${variant} ${JSON.stringify(shape)}`, await gpu.readF32(dInput), expected, bound);
}

async function checkBackwardWeight(gpu: Gpu, shape: Conv2dShape, variant: Variant, splits?: number, seed = 1) {
  const data = layerData(shape, seed);
  const dWeight = poisoned(gpu, 'dWeight', data.weightShape);
  const dBias = poisoned(gpu, 'dBias', [shape.outputs]);
  const words = scratchWords(conv2dBackwardWeightVariants, shape, { variant, splits });
  const tensors = {
    input: uploaded(gpu, 'input', data.inputShape, data.input),
    dOutput: uploaded(gpu, 'dOutput', data.outputShape, data.dOutput),
    dWeight,
    dBias,
    scratch: words === 0 ? undefined : poisoned(gpu, 'scratch', [words]),
  };
  await runCalls(gpu, conv2dBackwardWeight(shape, tensors, { variant, splits }));
  const expected = conv2dBackwardWeightReference(shape, data.input, data.dOutput);
  const magnitude = conv2dBackwardWeightReference(shape, magnitudes(data.input), magnitudes(data.dOutput));
  const pixels = data.dOutput.length / shape.outputs;
  const name = `${variant} ${JSON.stringify(shape)} splits ${splits}`;
  const bound = dotBound(pixels, magnitude.dWeight);
  expectClose(`dWeight ${name}`, await gpu.readF32(dWeight), expected.dWeight, bound);
  expectClose(`dBias ${name}`, await gpu.readF32(dBias), expected.dBias, dotBound(pixels, magnitude.dBias));
}

for (const variant of variants) {
  describe(`conv2d, ${variant}`, () => {
    for (const [name, shape] of Object.entries(edgeShapes)) {
      test(`${name} equals the reference`, async () => {
        const gpu = await testGpu();
        await checkForward(gpu, shape, variant, true);
        await checkBackwardInput(gpu, shape, variant, true);
        await checkBackwardWeight(gpu, shape, variant);
      });
    }

    test('any shape equals the reference', async () => {
      const gpu = await testGpu();
      const property = fc.asyncProperty(
        anyShape(variant === 'subgroup8'),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        async (shape, flag, splits) => {
          await checkForward(gpu, shape, variant, flag);
          await checkBackwardInput(gpu, shape, variant, flag);
          await checkBackwardWeight(gpu, shape, variant, splits);
        },
      );
      await fc.assert(property, { numRuns: 4, seed: 20131219 });
    });

    for (const [name, layer] of Object.entries(networkLayers)) {
      for (const batch of [1, 32]) {
        // Where there is a faster form, nothing but these tests runs the generic one on these layers.
        if (variant !== variants[variants.length - 1] && batch === 1) continue;
        test(`${name} with batch ${batch} equals the reference`, async () => {
          const gpu = await testGpu();
          const shape = { ...layer, batch };
          await checkForward(gpu, shape, variant, false);
          if (batch === 1) return; // acting needs no gradients
          await checkBackwardInput(gpu, shape, variant, true);
          await checkBackwardWeight(gpu, shape, variant);
        });
      }
    }

    test('any number of splits gives the same gradient within rounding', async () => {
      const gpu = await testGpu();
      const shape: Conv2dShape = { ...conv(9, 4, 8, 3, 2), batch: 3 };
      // 12 lines of 4 pixels: 5 splits leave the last ones short or empty, 13 are more than there are lines.
      for (const splits of [1, 5, 13]) await checkBackwardWeight(gpu, shape, variant, splits);
    });

    test('two runs are equal to the bit', async () => {
      const gpu = await testGpu();
      const shape: Conv2dShape = { ...networkLayers.nature2, batch: 32 };
      const data = layerData(shape, 2);
      const input = uploaded(gpu, 'input', data.inputShape, data.input);
      const weight = uploaded(gpu, 'weight', data.weightShape, data.weight);
      const bias = uploaded(gpu, 'bias', [shape.outputs], data.bias);
      const dOutput = uploaded(gpu, 'dOutput', data.outputShape, data.dOutput);
      const words = scratchWords(conv2dBackwardWeightVariants, shape, { variant, splits: 2 });
      const results: Float32Array[][] = [];
      for (let run = 0; run < 2; run++) {
        const output = poisoned(gpu, 'output', data.outputShape);
        const dInput = poisoned(gpu, 'dInput', data.inputShape);
        const dWeight = poisoned(gpu, 'dWeight', data.weightShape);
        const dBias = poisoned(gpu, 'dBias', [shape.outputs]);
        const scratch = poisoned(gpu, 'scratch', [words]);
        await runCalls(gpu, [
          ...conv2dForward(shape, { input, weight, bias, output }, { variant }),
          ...conv2dBackwardInput(shape, { dOutput, weight, dInput }, { variant }),
          ...conv2dBackwardWeight(shape, { input, dOutput, dWeight, dBias, scratch }, { variant, splits: 2 }),
        ]);
        results.push([
          await gpu.readF32(output),
          await gpu.readF32(dInput),
          await gpu.readF32(dWeight),
          await gpu.readF32(dBias),
        ]);
      }
      for (const [i, name] of ['output', 'dInput', 'dWeight', 'dBias'].entries()) {
        expectSameBits(name, results[0][i], results[1][i]);
      }
    });
  });
}

describe('the reference of conv2d', () => {
  const shapes: Conv2dShape[] = [
    { ...conv(5, 2, 3, 3, 2), padding: 1, batch: 2 },
    { ...conv(4, 1, 2, 1, 1), kernelWidth: 3, width: 6, padding: 2 },
  ];
  test('is a sum worked by hand', () => {
    // 1 2 3     1 10      1 + 20 + 400 + 5000, …: every tap shows in its own digit.
    // 4 5 6  *  100 1000
    // 7 8 9
    const shape = conv(3, 1, 1, 2, 1);
    const output = conv2dForwardReference(shape, [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 10, 100, 1000], [0.5]);
    expect([...output]).toEqual([5421.5, 6532.5, 8754.5, 9865.5]);
  });

  test('has the gradients that finite differences give', () => {
    for (const shape of shapes) {
      const data = layerData(shape, 3);
      const parameters = {
        input: Float64Array.from(data.input),
        weight: Float64Array.from(data.weight),
        bias: Float64Array.from(data.bias),
      };
      // The loss is the dot product of the output with dOutput, so dOutput is its gradient with respect to the output.
      const loss = () => {
        const output = conv2dForwardReference(shape, parameters.input, parameters.weight, parameters.bias);
        return output.reduce((sum, value, i) => sum + value * data.dOutput[i], 0);
      };
      const difference = (values: Float64Array) =>
        values.map((value, i) => {
          values[i] = value + 0.5;
          const above = loss();
          values[i] = value - 0.5;
          const below = loss();
          values[i] = value;
          return above - below;
        });
      // The loss is linear in each value, so the difference is exact but for the rounding of f64 sums of a few hundred terms below 1.
      const { dWeight, dBias } = conv2dBackwardWeightReference(shape, parameters.input, data.dOutput);
      const dInput = conv2dBackwardInputReference(shape, data.dOutput, parameters.weight);
      expectClose('dInput', dInput, difference(parameters.input), 1e-11);
      expectClose('dWeight', dWeight, difference(parameters.weight), 1e-11);
      expectClose('dBias', dBias, difference(parameters.bias), 1e-11);
    }
  });

  test('masks the gradient as the ReLU before does', () => {
    const dInput = conv2dBackwardInputReference(conv(2, 1, 1, 1, 1), [1, 2, 3, 4], [2], [1, 0, -1, 0.5]);
    expect([...dInput]).toEqual([2, 0, 0, 8]);
  });
});

describe('the host half of conv2d', () => {
  test('refuses wrong shapes', async () => {
    const gpu = await testGpu();
    const shape = conv(5, 2, 3, 3, 1);
    const input = gpu.tensor('input', [1, 5, 5, 2]);
    const weight = gpu.tensor('weight', [3, 3, 2, 3]);
    const bias = gpu.tensor('bias', [3]);
    const output = gpu.tensor('output', [1, 3, 3, 3]);
    const tensors = { input, weight, bias, output };
    expect(conv2dForward(shape, tensors)[0].flops).toBe(2 * 9 * 18 * 3);
    expect(() => conv2dForward({ ...shape, inputs: 3 }, tensors)).toThrow(
      'conv2d.forward: input (input) is f32 [1, 5, 5, 2], expected f32 [1, 5, 5, 3]',
    );
    expect(() => conv2dForward(shape, { ...tensors, weight: output })).toThrow('weight (output) is');
    expect(() => conv2dForward({ ...shape, stride: 0 }, tensors)).toThrow('stride is 0');
    expect(() => conv2dForward({ ...shape, padding: 0.5 }, tensors)).toThrow('padding is 0.5');
    expect(() => conv2dOutputSize({ ...shape, kernelHeight: 6 })).toThrow('larger than the input');
    expect(() => conv2dBackwardInput(shape, { dOutput: input, weight, dInput: input })).toThrow('dOutput');
    const gradients = { input, dOutput: output, dWeight: weight, dBias: bias };
    expect(() => conv2dBackwardWeight(shape, gradients, { splits: 2 })).toThrow('needs a scratch tensor');
    expect(() => conv2dBackwardWeight(shape, { ...gradients, scratch: bias }, { splits: 2 })).toThrow('scratch (bias)');
  });
});
