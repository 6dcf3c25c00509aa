import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  linearBackwardInputReference,
  linearBackwardWeightReference,
  linearForwardReference,
} from '../../kernels/linear.ref.ts';
import {
  type LinearShape,
  linearBackwardInput,
  linearBackwardInputVariants,
  linearBackwardWeight,
  linearBackwardWeightVariants,
  linearForward,
  linearForwardVariants,
} from '../../kernels/linear.ts';
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

/** The linear layers of the Nature (2015) and NIPS (2013) networks, for 6 actions. */
const networkLayers: Record<string, LinearShape> = {
  nature1: { batch: 32, inputs: 3136, outputs: 512 },
  nature1Acting: { batch: 1, inputs: 3136, outputs: 512 },
  nature2: { batch: 32, inputs: 512, outputs: 6 },
  nips1: { batch: 32, inputs: 2592, outputs: 256 },
  nips2Acting: { batch: 1, inputs: 256, outputs: 6 },
};

/** Shapes on both sides of the kernels' tile edges (4 x 4, 64 of them a workgroup; 16 x 32), one thing odd at a time. */
const edgeShapes: LinearShape[] = [
  { batch: 1, inputs: 1, outputs: 1 },
  { batch: 15, inputs: 36, outputs: 28 },
  { batch: 17, inputs: 20, outputs: 36 },
  { batch: 33, inputs: 4, outputs: 32 },
  { batch: 255, inputs: 3, outputs: 4 },
  { batch: 257, inputs: 5, outputs: 3 },
];

/**
 * Shapes that the panels cover, on both sides of their edges: 32 rows; panels of 32 to 128 elements, the last one whole or not; tiles of
 * 32 columns, four a panel for up to 32 samples, two for more; lines that share a panel unequally.
 */
const panelShapes: LinearShape[] = [
  { batch: 17, inputs: 32, outputs: 36 },
  { batch: 32, inputs: 96, outputs: 128 },
  { batch: 33, inputs: 36, outputs: 92 },
  { batch: 29, inputs: 420, outputs: 260 },
  { batch: 64, inputs: 132, outputs: 60 },
  { batch: 65, inputs: 64, outputs: 132 },
  { batch: 259, inputs: 40, outputs: 32 },
];

const anyShape: fc.Arbitrary<LinearShape> = fc.record({
  batch: fc.constantFrom(1, 2, 7, 33),
  inputs: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(4, 60, 64, 68)),
  outputs: fc.constantFrom(1, 3, 5, 33, 4, 60, 64, 68),
});

const variants: readonly Variant[] = variantsOf(await testGpu()).includes('subgroup8')
  ? ['generic', 'subgroup8', 'panel8']
  : ['generic'];

/** Random values of a layer, the same for the same seed. */
function layerData({ batch, inputs, outputs }: LinearShape, seed: number) {
  return {
    input: randomValues(batch * inputs, seed, 'input'),
    weight: randomValues(inputs * outputs, seed, 'weight'),
    bias: randomValues(outputs, seed, 'bias'),
    dOutput: randomValues(batch * outputs, seed, 'dOutput'),
  };
}

const magnitudes = (values: Float32Array) => values.map(Math.abs);

/** What the three passes wrote into poisoned tensors. `flag`: the ReLU after, and the mask of the ReLU before. */
async function runLayer(gpu: Gpu, shape: LinearShape, variant: Variant, flag: boolean, seed = 1) {
  const { batch, inputs, outputs } = shape;
  const data = layerData(shape, seed);
  const input = uploaded(gpu, 'input', [batch, inputs], data.input);
  const weight = uploaded(gpu, 'weight', [inputs, outputs], data.weight);
  const bias = uploaded(gpu, 'bias', [outputs], data.bias);
  const dOutput = uploaded(gpu, 'dOutput', [batch, outputs], data.dOutput);
  const output = poisoned(gpu, 'output', [batch, outputs]);
  const dInput = poisoned(gpu, 'dInput', [batch, inputs]);
  const dWeight = poisoned(gpu, 'dWeight', [inputs, outputs]);
  const dBias = poisoned(gpu, 'dBias', [outputs]);
  const words = scratchWords(linearForwardVariants, shape, { variant });
  const scratch = words === 0 ? undefined : poisoned(gpu, 'scratch', [words]);
  await runCalls(gpu, [
    ...linearForward(shape, { input, weight, bias, output, scratch }, { variant, relu: flag }),
    ...linearBackwardInput(shape, { dOutput, weight, dInput, reluInput: flag ? input : undefined }, { variant }),
    ...linearBackwardWeight(shape, { input, dOutput, dWeight, dBias }, { variant }),
  ]);
  return {
    output: await gpu.readF32(output),
    dInput: await gpu.readF32(dInput),
    dWeight: await gpu.readF32(dWeight),
    dBias: await gpu.readF32(dBias),
  };
}

async function checkLayer(shape: LinearShape, variant: Variant, flag: boolean): Promise<void> {
  const actual = await runLayer(await testGpu(), shape, variant, flag);
  const data = layerData(shape, 1);
  const weight = magnitudes(data.weight);
  const input = magnitudes(data.input);
  const dOutput = magnitudes(data.dOutput);
  const name = `${variant} ${JSON.stringify(shape)}`;

  const output = linearForwardReference(shape, data.input, data.weight, data.bias, flag);
  const outputMagnitude = linearForwardReference(shape, input, weight, magnitudes(data.bias));
  expectClose(`output ${name}`, actual.output, output, dotBound(shape.inputs + 1, outputMagnitude));

  const dInput = linearBackwardInputReference(shape, data.dOutput, data.weight, flag ? data.input : undefined);
  const dInputBound = dotBound(shape.outputs, linearBackwardInputReference(shape, dOutput, weight));
  expectClose(`dInput ${name}`, actual.dInput, dInput, dInputBound);

  const gradients = linearBackwardWeightReference(shape, data.input, data.dOutput);
  const gradientMagnitudes = linearBackwardWeightReference(shape, input, dOutput);
  expectClose(`dWeight ${name}`, actual.dWeight, gradients.dWeight, dotBound(shape.batch, gradientMagnitudes.dWeight));
  expectClose(`dBias ${name}`, actual.dBias, gradients.dBias, dotBound(shape.batch, gradientMagnitudes.dBias));
}

for (const variant of variants) {
  describe(`linear, ${variant}`, () => {
    for (const shape of variant === 'panel8' ? panelShapes : edgeShapes) {
      test(`${shape.batch} x ${shape.inputs} to ${shape.outputs} equals the reference`, async () => {
        await checkLayer(shape, variant, true);
      });
    }

    for (const [name, shape] of Object.entries(networkLayers)) {
      test(`${name} equals the reference`, async () => {
        await checkLayer(shape, variant, false);
      });
    }

    test('any shape equals the reference', async () => {
      const property = fc.asyncProperty(anyShape, fc.boolean(), (shape, flag) => checkLayer(shape, variant, flag));
      await fc.assert(property, { numRuns: 4, seed: 20131219 });
    });

    test('two runs are equal to the bit', async () => {
      const gpu = await testGpu();
      const shape: LinearShape = { batch: 31, inputs: 132, outputs: 32 };
      const first = await runLayer(gpu, shape, variant, true, 2);
      const second = await runLayer(gpu, shape, variant, true, 2);
      for (const name of ['output', 'dInput', 'dWeight', 'dBias'] as const) {
        expectSameBits(name, first[name], second[name]);
      }
    });
  });
}

test('the panels cover the shapes that they are tested on, and not small batches', () => {
  const passes = [linearForwardVariants, linearBackwardInputVariants, linearBackwardWeightVariants];
  for (const { panel8 } of passes) {
    for (const shape of [...panelShapes, networkLayers.nature1, networkLayers.nips1]) {
      expect(panel8?.covers(shape, {})).toBe(true);
    }
    expect(panel8?.covers({ batch: 16, inputs: 3136, outputs: 512 }, {})).toBe(false);
    expect(panel8?.covers({ batch: 32, inputs: 512, outputs: 6 }, {})).toBe(false);
  }
});

describe('the reference of linear', () => {
  test('is a product worked by hand', () => {
    const shape = { batch: 2, inputs: 2, outputs: 3 };
    const output = linearForwardReference(shape, [1, 2, -3, 4], [1, 10, 100, 5, 50, -500], [0.5, 0, -1]);
    expect([...output]).toEqual([11.5, 110, -901, 17.5, 170, -2301]);
    expect([...linearForwardReference(shape, [1, 2, -3, 4], [1, 10, 100, 5, 50, -500], [0.5, 0, -1], true)]).toEqual([
      11.5, 110, 0, 17.5, 170, 0,
    ]);
  });

  test('has the gradients that finite differences give', () => {
    const shape = { batch: 3, inputs: 5, outputs: 4 };
    const data = layerData(shape, 3);
    const input = Float64Array.from(data.input);
    const weight = Float64Array.from(data.weight);
    const bias = Float64Array.from(data.bias);
    // The loss is the dot product of the output with dOutput, so dOutput is its gradient with respect to the output.
    const loss = () =>
      linearForwardReference(shape, input, weight, bias).reduce((sum, value, i) => sum + value * data.dOutput[i], 0);
    const difference = (values: Float64Array) =>
      values.map((value, i) => {
        values[i] = value + 0.5;
        const above = loss();
        values[i] = value - 0.5;
        const below = loss();
        values[i] = value;
        return above - below;
      });
    // The loss is linear in each value, so the difference is exact but for the rounding of f64 sums of 60 terms below 1.
    const { dWeight, dBias } = linearBackwardWeightReference(shape, input, data.dOutput);
    expectClose('dInput', linearBackwardInputReference(shape, data.dOutput, weight), difference(input), 1e-12);
    expectClose('dWeight', dWeight, difference(weight), 1e-12);
    expectClose('dBias', dBias, difference(bias), 1e-12);
  });

  test('masks the gradient as the ReLU before does', () => {
    const dInput = linearBackwardInputReference({ batch: 1, inputs: 3, outputs: 1 }, [2], [1, 2, 3], [1, 0, -1]);
    expect([...dInput]).toEqual([2, 0, 0]);
  });
});

describe('the host half of linear', () => {
  test('refuses wrong shapes', async () => {
    const gpu = await testGpu();
    const shape = { batch: 2, inputs: 4, outputs: 3 };
    const input = gpu.tensor('input', [2, 4]);
    const weight = gpu.tensor('weight', [4, 3]);
    const bias = gpu.tensor('bias', [3]);
    const output = gpu.tensor('output', [2, 3]);
    const [call] = linearForward(shape, { input, weight, bias, output }, { label: 'fc1.forward' });
    expect(call).toMatchObject({ label: 'fc1.forward', flops: 48, bytes: 4 * (8 + 12 + 3 + 6) });
    expect(() => linearForward(shape, { input, weight, bias: output, output })).toThrow(
      'linear.forward: bias (output) is f32 [2, 3], expected f32 [3]',
    );
    expect(() => linearForward({ ...shape, batch: 0 }, { input, weight, bias, output })).toThrow('batch is 0');
    expect(() => linearBackwardInput(shape, { dOutput: output, weight, dInput: output })).toThrow('dInput (output)');
    const gradients = { input, dOutput: output, dWeight: input, dBias: bias };
    expect(() => linearBackwardWeight(shape, gradients)).toThrow('dWeight (input)');
  });
});
