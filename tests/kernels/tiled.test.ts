/** The tiled variants of conv2d and linear, on whatever adapter there is. */
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type TiledPlan, tiledPlan } from '../../kernels/conv2d/tiledPlan.ts';
import {
  conv2dBackwardInputReference,
  conv2dBackwardWeightReference,
  conv2dForwardReference,
} from '../../kernels/conv2d.ref.ts';
import {
  type Conv2dShape,
  conv2dBackwardInput,
  conv2dBackwardInputVariants,
  conv2dBackwardWeight,
  conv2dBackwardWeightVariants,
  conv2dForward,
  conv2dForwardVariants,
  conv2dOutputSize,
} from '../../kernels/conv2d.ts';
import {
  type LinearShape,
  linearBackwardInput,
  linearBackwardInputVariants,
  linearBackwardWeight,
  linearBackwardWeightVariants,
  linearForward,
  linearForwardVariants,
} from '../../kernels/linear.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { elementCount, type Tensor } from '../../kernels/runtime/tensor.ts';
import { scratchWords } from '../../kernels/variant.ts';
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

const variant = 'tiled';

function conv(size: number, inputs: number, outputs: number, kernel: number, stride: number): Conv2dShape {
  const square = { height: size, width: size, kernelHeight: kernel, kernelWidth: kernel };
  return { batch: 1, ...square, inputs, outputs, stride, padding: 0 };
}

/** The convolutions of the Nature (2015) network. */
const nature = [conv(84, 4, 32, 8, 4), conv(20, 32, 64, 4, 2), conv(9, 64, 64, 3, 1)];

interface Layer {
  readonly shape: Conv2dShape;
  /** The ReLU after the layer, and the mask of the one before. */
  readonly relu: boolean;
  readonly splits?: number;
}

function layerData(shape: Conv2dShape, seed: number) {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const inputShape = [shape.batch, shape.height, shape.width, shape.inputs];
  const weightShape = [shape.kernelHeight, shape.kernelWidth, shape.inputs, shape.outputs];
  const outputShape = [shape.batch, outputHeight, outputWidth, shape.outputs];
  return {
    inputShape,
    weightShape,
    outputShape,
    input: randomValues(elementCount(inputShape), seed, 'input'),
    weight: randomValues(elementCount(weightShape), seed, 'weight'),
    bias: randomValues(shape.outputs, seed, 'bias'),
    dOutput: randomValues(elementCount(outputShape), seed, 'dOutput'),
  };
}

/**
 * A tensor of which more is bound than its shape says, all 1e30: what lies past the end must meet a 0. (Adapters differ in what they read
 * past the end of a binding; most give 0 and hide the mistake.)
 */
function withTail(gpu: Gpu, name: string, shape: readonly number[], values: Float32Array): Tensor {
  const data = new Float32Array(values.length + 4096).fill(1e30);
  data.set(values);
  return { ...uploaded(gpu, name, [data.length], data), shape };
}

/** What the three passes write into poisoned tensors, with poisoned scratch. As a linear layer where `linear` is given. */
async function runLayer(gpu: Gpu, { shape, relu, splits }: Layer, seed: number, linear?: LinearShape) {
  const data = layerData(shape, seed);
  const flat = (extents: readonly number[], ...axes: number[]) => (linear === undefined ? extents : axes);
  const { batch, inputs, outputs } = shape;
  const inputShape = flat(data.inputShape, batch, inputs);
  const weightShape = flat(data.weightShape, inputs, outputs);
  const outputShape = flat(data.outputShape, batch, outputs);
  const input = withTail(gpu, 'input', inputShape, data.input);
  const weight = withTail(gpu, 'weight', weightShape, data.weight);
  const bias = uploaded(gpu, 'bias', [outputs], data.bias);
  const dOutput = withTail(gpu, 'dOutput', outputShape, data.dOutput);
  const output = poisoned(gpu, 'output', outputShape);
  const dInput = poisoned(gpu, 'dInput', inputShape);
  const dWeight = poisoned(gpu, 'dWeight', weightShape);
  const dBias = poisoned(gpu, 'dBias', [outputs]);
  const scratch = (words: number) => (words === 0 ? undefined : poisoned(gpu, 'scratch', [words]));
  const forward = { input, weight, bias, output };
  const backwardInput = { dOutput, weight, dInput, reluInput: relu ? input : undefined };
  const backwardWeight = { input, dOutput, dWeight, dBias };
  const options = { variant, relu, splits } as const;
  const calls: KernelCall[] =
    linear === undefined
      ? [
          ...conv2dForward(
            shape,
            { ...forward, scratch: scratch(scratchWords(conv2dForwardVariants, shape, options)) },
            options,
          ),
          ...conv2dBackwardInput(
            shape,
            { ...backwardInput, scratch: scratch(scratchWords(conv2dBackwardInputVariants, shape, options)) },
            options,
          ),
          ...conv2dBackwardWeight(
            shape,
            { ...backwardWeight, scratch: scratch(scratchWords(conv2dBackwardWeightVariants, shape, options)) },
            options,
          ),
        ]
      : [
          ...linearForward(
            linear,
            { ...forward, scratch: scratch(scratchWords(linearForwardVariants, linear, options)) },
            options,
          ),
          ...linearBackwardInput(
            linear,
            { ...backwardInput, scratch: scratch(scratchWords(linearBackwardInputVariants, linear, options)) },
            options,
          ),
          ...linearBackwardWeight(
            linear,
            { ...backwardWeight, scratch: scratch(scratchWords(linearBackwardWeightVariants, linear, options)) },
            options,
          ),
        ];
  for (const { shader } of calls) expect(shader).toEndWith('.tiled');
  await runCalls(gpu, calls);
  return {
    shaders: calls.map(({ shader }) => shader),
    output: await gpu.readF32(output),
    dInput: await gpu.readF32(dInput),
    dWeight: await gpu.readF32(dWeight),
    dBias: await gpu.readF32(dBias),
  };
}

const magnitudes = (values: Float32Array) => values.map(Math.abs);

/** Throws unless the three passes equal the references; the shaders that ran. */
async function checkLayer(layer: Layer, linear?: LinearShape): Promise<readonly string[]> {
  const { shape, relu } = layer;
  const actual = await runLayer(await testGpu(), layer, 1, linear);
  const data = layerData(shape, 1);
  const input = magnitudes(data.input);
  const weight = magnitudes(data.weight);
  const dOutput = magnitudes(data.dOutput);
  const name = JSON.stringify(layer);

  const output = conv2dForwardReference(shape, data.input, data.weight, data.bias, relu);
  const outputBound = dotBound(
    data.weight.length / shape.outputs + 1,
    conv2dForwardReference(shape, input, weight, magnitudes(data.bias)),
  );
  expectClose(`output ${name}`, actual.output, output, outputBound);

  const dInput = conv2dBackwardInputReference(shape, data.dOutput, data.weight, relu ? data.input : undefined);
  const taps = Math.ceil(shape.kernelHeight / shape.stride) * Math.ceil(shape.kernelWidth / shape.stride);
  const dInputBound = dotBound(taps * shape.outputs, conv2dBackwardInputReference(shape, dOutput, weight));
  expectClose(`dInput ${name}`, actual.dInput, dInput, dInputBound);

  const gradients = conv2dBackwardWeightReference(shape, data.input, data.dOutput);
  const gradientMagnitudes = conv2dBackwardWeightReference(shape, input, dOutput);
  const pixels = data.dOutput.length / shape.outputs;
  expectClose(`dWeight ${name}`, actual.dWeight, gradients.dWeight, dotBound(pixels, gradientMagnitudes.dWeight));
  expectClose(`dBias ${name}`, actual.dBias, gradients.dBias, dotBound(pixels, gradientMagnitudes.dBias));
  return actual.shaders;
}

function checkLinear(linear: LinearShape, relu: boolean): Promise<readonly string[]> {
  return checkLayer(
    { shape: { ...linear, ...conv(1, linear.inputs, linear.outputs, 1, 1), batch: linear.batch }, relu },
    linear,
  );
}

describe('conv2d, tiled', () => {
  /** On both sides of the edges of 32 and 64 rows, columns and terms, of vec4s, and of the input. */
  const edgeShapes: Record<string, Conv2dShape> = {
    onePixel: conv(1, 1, 1, 1, 1),
    rowsOf31: { ...conv(1, 4, 32, 1, 1), width: 31 },
    rowsOf33: { ...conv(1, 36, 28, 1, 1), width: 33 },
    oddInputs: { ...conv(6, 5, 36, 3, 1), batch: 2 },
    paddedWide: { ...conv(7, 4, 8, 3, 2), padding: 3, kernelWidth: 5, batch: 2 },
    paddedOdd: { ...conv(6, 3, 5, 4, 3), padding: 2, batch: 3 },
    strideBeyondKernel: { ...conv(11, 4, 20, 2, 4), batch: 2 },
    strideBeyondInput: { ...conv(3, 3, 4, 2, 4), padding: 1 },
    unreachedEdge: { ...conv(10, 8, 7, 4, 4), batch: 3 },
  };
  for (const [name, shape] of Object.entries(edgeShapes)) {
    test(`${name} equals the reference`, async () => {
      await checkLayer({ shape, relu: true });
    });
  }

  test('any shape equals the reference', async () => {
    const channels = fc.constantFrom(1, 3, 4, 5, 12, 33, 36, 68);
    const extent = fc.integer({ min: 1, max: 9 });
    const shapes: fc.Arbitrary<Conv2dShape> = fc
      .record({
        batch: fc.constantFrom(1, 2, 7),
        height: extent,
        width: extent,
        inputs: channels,
        outputs: channels,
        kernelHeight: fc.integer({ min: 1, max: 5 }),
        kernelWidth: fc.integer({ min: 1, max: 5 }),
        stride: fc.integer({ min: 1, max: 4 }),
        padding: fc.integer({ min: 0, max: 3 }),
      })
      .filter((s) => s.height + 2 * s.padding >= s.kernelHeight && s.width + 2 * s.padding >= s.kernelWidth);
    const property = fc.asyncProperty(shapes, fc.boolean(), fc.integer({ min: 1, max: 9 }), (shape, relu, splits) =>
      checkLayer({ shape, relu, splits }).then(() => {}),
    );
    await fc.assert(property, { numRuns: 3, seed: 20131219 });
  });

  for (const [index, layer] of nature.entries()) {
    test(`conv${index + 1} of the Nature network with batch 8 equals the reference`, async () => {
      const shaders = await checkLayer({ shape: { ...layer, batch: 8 }, relu: false });
      // The gradients of the first two have many terms and few weights.
      expect(shaders.includes('conv2d.sumSplits.tiled')).toBe(index < 2);
    });
  }

  test('tiles of 64 equal the reference', async () => {
    // In forward and backwardInput, 256 tiles of 16,330 pixels x 36 channels; then 256 tiles of 1,020 x 1,020 weights. None is full.
    expect(tiledPlan('', { rows: 16330, columns: 36, terms: 36 }).side).toBe(64);
    await checkLayer({ shape: { ...conv(1, 36, 36, 1, 1), width: 16330 }, relu: true });
    expect(tiledPlan('', { rows: 1020, columns: 1020, terms: 17 }).side).toBe(64);
    await checkLayer({ shape: { ...conv(1, 1020, 1020, 1, 1), width: 17 }, relu: false });
  });

  test('any number of splits gives the same gradient within rounding', async () => {
    // 288 pixels are 9 blocks: 5 splits are of 2 blocks, the last of 1; 13 are more than there are blocks.
    const shape: Conv2dShape = { ...conv(13, 4, 8, 2, 1), batch: 2 };
    for (const splits of [5, 13]) await checkLayer({ shape, relu: false, splits });
  });

  test('two runs are equal to the bit', async () => {
    const gpu = await testGpu();
    const layer = { shape: { ...nature[2], batch: 3 }, relu: true, splits: 2 };
    const first = await runLayer(gpu, layer, 2);
    const second = await runLayer(gpu, layer, 2);
    expect(first.shaders.filter((shader) => shader.includes('Splits')).length).toBe(3);
    for (const name of ['output', 'dInput', 'dWeight', 'dBias'] as const)
      expectSameBits(name, first[name], second[name]);
  });
});

describe('linear, tiled', () => {
  const shapes: LinearShape[] = [
    { batch: 1, inputs: 1, outputs: 1 },
    { batch: 1, inputs: 3136, outputs: 512 },
    { batch: 32, inputs: 3136, outputs: 512 },
    { batch: 32, inputs: 512, outputs: 6 },
    { batch: 8, inputs: 1025, outputs: 31 },
    { batch: 33, inputs: 36, outputs: 68 },
    { batch: 3, inputs: 257, outputs: 130 },
  ];
  for (const [index, shape] of shapes.entries()) {
    test(`${shape.batch} x ${shape.inputs} to ${shape.outputs} equals the reference`, async () => {
      await checkLinear(shape, index % 2 === 0);
    });
  }

  test('long sums are split, and those of few rows summed across a workgroup', async () => {
    expect(await checkLinear({ batch: 8, inputs: 2001, outputs: 33 }, true)).toContain('conv2d.addSplits.tiled');
    expect(await checkLinear({ batch: 7, inputs: 2001, outputs: 33 }, true)).toContain('linear.forward.tiled');
  });
});

describe('the plan of tiles', () => {
  const workgroups = ({ workgroups: [x, y, z] }: TiledPlan): number => x * y * z;

  test('occupies a large GPU with the layers of the Nature network, batch 32', () => {
    const conv1 = tiledPlan('', { rows: 12800, columns: 32, terms: 256 });
    expect([conv1.side, conv1.splits, workgroups(conv1)]).toEqual([32, 1, 400]);
    const conv3 = tiledPlan('', { rows: 1568, columns: 64, terms: 576 });
    expect([conv3.side, conv3.splits, workgroups(conv3)]).toEqual([32, 1, 98]);
    const fc1 = tiledPlan('', { rows: 32, columns: 512, terms: 3136 });
    expect([fc1.side, fc1.splits, workgroups(fc1)]).toEqual([32, 14, 224]);
    const conv1Weight = tiledPlan('', { rows: 256, columns: 32, terms: 12800 });
    expect([conv1Weight.side, conv1Weight.splits, workgroups(conv1Weight)]).toEqual([32, 31, 248]);
    const fc1Weight = tiledPlan('', { rows: 3136, columns: 512, terms: 32 });
    expect([fc1Weight.side, fc1Weight.splits, workgroups(fc1Weight)]).toEqual([64, 1, 392]);
  });

  test('every block of terms belongs to one split, and no split is empty', () => {
    for (let terms = 1; terms < 500; terms += 7) {
      for (const splits of [1, 2, 3, 5, 100]) {
        const { constants } = tiledPlan('', { rows: 1, columns: 1, terms }, splits);
        const blocks = Math.ceil(terms / 32);
        expect(constants.SPLITS * constants.SPLIT_BLOCKS).toBeGreaterThanOrEqual(blocks);
        expect((constants.SPLITS - 1) * constants.SPLIT_BLOCKS).toBeLessThan(blocks);
        expect(constants.SPLITS).toBeLessThanOrEqual(splits);
      }
    }
  });
});
