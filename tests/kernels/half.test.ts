/** Weights stored as f16: packing them, and every pass that reads them, on weights that f16 has. */
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { conv2dBackwardInputReference, conv2dForwardReference } from '../../kernels/conv2d.ref.ts';
import {
  type Conv2dShape,
  conv2dBackwardInput,
  conv2dBackwardInputVariants,
  conv2dForward,
  conv2dForwardVariants,
  conv2dOutputSize,
} from '../../kernels/conv2d.ts';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { framesConv2dForward, framesConv2dForwardVariants } from '../../kernels/framesConv2d.ts';
import { halfBits, halfNeighbours, halfValue, nearestHalf, packHalves } from '../../kernels/half.ref.ts';
import { halfPack } from '../../kernels/half.ts';
import {
  type LinearShape,
  linearBackwardInput,
  linearBackwardInputVariants,
  linearBackwardWeightVariants,
  linearForward,
  linearForwardVariants,
} from '../../kernels/linear.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { elementCount, type Tensor } from '../../kernels/runtime/tensor.ts';
import { likelyVariants, readingHalves, scratchWords } from '../../kernels/variant.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { guarded, runTwice } from '../support/guarded.ts';
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
import { anyCount, anySeed, cases, edgeCounts } from '../support/shapes.ts';

const smallestNormal = 2 ** -14;

describe('the reference of f16', () => {
  test('gives every 16 bits back, and rounds as Float16Array does', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfValue(bits);
      const theirs = new Float16Array(Uint16Array.of(bits).buffer)[0];
      expect(Object.is(value, theirs)).toBe(true);
      if (Number.isFinite(value)) expect(halfBits(value)).toBe(bits);
    }
    const random = new Xoshiro128(1, 'halves');
    for (let i = 0; i < 20000; i++) {
      const value = (random.nextFloat() - 0.5) * 2 ** (random.nextInt(42) - 25);
      expect(nearestHalf(value)).toBe(Float16Array.of(value)[0]);
      const halfway = halfValue(random.nextInt(0x7bff)) + 2 ** -25;
      expect(nearestHalf(halfway)).toBe(Float16Array.of(halfway)[0]);
    }
    expect(() => halfNeighbours(65505)).toThrow('65505 is not in the range');
  });
});

describe('half.pack', () => {
  test('rounds each value to one of its neighbours in f16 and writes nowhere else', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (count, seed) => {
        const random = new Xoshiro128(seed, 'values');
        // Magnitudes over the whole range of f16's normal numbers, their ends included, and values that f16 has.
        const values = Float32Array.from({ length: count }, (_, i) => {
          const sign = random.nextInt(2) === 0 ? 1 : -1;
          if (i % 7 === 0) return sign * halfValue(0x400 + random.nextInt(0x7c00 - 0x400));
          return sign * [0, smallestNormal, 65504, (1 + random.nextFloat()) * 2 ** (random.nextInt(29) - 14)][i % 4];
        });
        const [packed] = await runTwice(gpu, () => {
          const output = guarded(gpu, 'output', [count], undefined, 'f16');
          return { calls: halfPack({ input: guarded(gpu, 'input', [count], values), output }), outputs: [output] };
        });
        const halves = new Uint16Array(packed.buffer);
        for (let i = 0; i < count; i++) {
          if (!halfNeighbours(values[i]).includes(halfValue(halves[i]))) {
            throw new Error(`element ${i} of ${count}: ${values[i]} became ${halfValue(halves[i])}`);
          }
        }
        if (count % 2 === 1) expect(halves[count]).toBe(0);
      }),
      cases(edgeCounts.map((count): [number, number] => [count, count])),
    );
  });

  test('refuses other types and counts', async () => {
    const gpu = await testGpu();
    const input = gpu.tensor('input', [6]);
    expect(() => halfPack({ input, output: gpu.tensor('words', [6], 'u32') })).toThrow('expected f16 of 6');
    expect(() => halfPack({ input, output: gpu.tensor('five', [5], 'f16') })).toThrow('expected f16 of 6');
    expect(() => halfPack({ input: gpu.tensor('bytes', [6], 'u8'), output: input })).toThrow('expected f32');
  });
});

/** Values in [-1, 1) that f16 has; none is subnormal, which an adapter may take for 0. */
function halves(count: number, stream: string): Float32Array {
  return randomValues(count, 4, stream).map((value) => (Math.abs(value) < smallestNormal ? 0.5 : nearestHalf(value)));
}

/** An f16 tensor of which more is bound than its shape says, all 65504: what lies past the end must meet a 0. */
function uploadedHalves(gpu: Gpu, shape: readonly number[], values: Float32Array): Tensor {
  const words = packHalves([...values, ...new Array<number>(2048 + (values.length % 2)).fill(65504)]);
  const tensor = gpu.tensor('weight', [2 * words.length], 'f16');
  gpu.write(tensor, words);
  return { ...tensor, shape };
}

const magnitudes = (values: Float32Array) => values.map(Math.abs);
const options = { variant: 'tiled', relu: true } as const;

/** Runs the calls twice and reads what they write into NaN, the same bits both times. */
async function written(gpu: Gpu, shape: readonly number[], build: (output: Tensor) => KernelCall[]) {
  const results: Float32Array[] = [];
  for (let run = 0; run < 2; run++) {
    const output = poisoned(gpu, 'output', shape);
    const calls = build(output);
    for (const { shader } of calls) expect(shader).toEndWith('.tiled');
    await runCalls(gpu, calls);
    results.push(await gpu.readF32(output));
  }
  expectSameBits('output', results[0], results[1]);
  return results[0];
}

const scratchOf = (gpu: Gpu, words: number) => (words === 0 ? undefined : poisoned(gpu, 'scratch', [words]));

function convolution(shape: Conv2dShape) {
  const { batch, height, width, inputs, outputs, kernelHeight, kernelWidth } = shape;
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const weightShape = [kernelHeight, kernelWidth, inputs, outputs];
  return {
    ...{ inputShape: [batch, height, width, inputs], outputShape: [batch, outputHeight, outputWidth, outputs] },
    ...{ weightShape, weight: halves(elementCount(weightShape), 'weight'), bias: randomValues(outputs, 4, 'bias') },
  };
}

/** output = conv(input, weight) + bias, f32 against the reference on the weights that f16 has: within f32's own bound. */
function checkOutput(shape: Conv2dShape, actual: Float32Array, input: Float32Array): void {
  const { weight, bias } = convolution(shape);
  const expected = conv2dForwardReference(shape, input, weight, bias, options.relu);
  const sizes = conv2dForwardReference(shape, magnitudes(input), magnitudes(weight), magnitudes(bias));
  expectClose('output', actual, expected, dotBound(weight.length / shape.outputs + 1, sizes));
}

async function checkForward(shape: Conv2dShape): Promise<void> {
  const gpu = await testGpu();
  const { inputShape, outputShape, weightShape, weight, bias } = convolution(shape);
  const data = randomValues(elementCount(inputShape), 4, 'input');
  const given = {
    input: uploaded(gpu, 'input', inputShape, data),
    weight: uploadedHalves(gpu, weightShape, weight),
    bias: uploaded(gpu, 'bias', [shape.outputs], bias),
  };
  const scratch = scratchOf(gpu, scratchWords(conv2dForwardVariants, shape, options));
  const actual = await written(gpu, outputShape, (output) =>
    conv2dForward(shape, { ...given, output, scratch }, options),
  );
  checkOutput(shape, actual, data);
}

async function checkFramesForward(shape: Conv2dShape): Promise<void> {
  const gpu = await testGpu();
  const { outputShape, weightShape, weight, bias } = convolution(shape);
  const { batch, inputs, height, width } = shape;
  const random = new Xoshiro128(4, 'frames');
  const data = Uint8Array.from({ length: batch * inputs * height * width }, () => random.nextInt(256));
  const numbers = Uint32Array.from({ length: batch * inputs }, (_, i) => (i % 5 === 4 ? 0xffffffff : i));
  const frames = gpu.tensor('frames', [batch * inputs, height, width], 'u8');
  const frameNumbers = gpu.tensor('frameNumbers', [batch, inputs], 'u32');
  gpu.write(frames, data);
  gpu.write(frameNumbers, numbers);
  const given = {
    ...{ frames, frameNumbers, weight: uploadedHalves(gpu, weightShape, weight) },
    bias: uploaded(gpu, 'bias', [shape.outputs], bias),
  };
  const scratch = scratchOf(gpu, scratchWords(framesConv2dForwardVariants, shape, options));
  const actual = await written(gpu, outputShape, (output) =>
    framesConv2dForward(shape, { ...given, output, scratch }, options),
  );
  checkOutput(shape, actual, Float32Array.from(framesStackReference(data, numbers, height * width, inputs)));
}

async function checkBackwardInput(shape: Conv2dShape): Promise<void> {
  const gpu = await testGpu();
  const { inputShape, outputShape, weightShape, weight } = convolution(shape);
  const data = randomValues(elementCount(outputShape), 4, 'dOutput');
  const mask = randomValues(elementCount(inputShape), 4, 'input');
  const given = {
    dOutput: uploaded(gpu, 'dOutput', outputShape, data),
    weight: uploadedHalves(gpu, weightShape, weight),
    reluInput: uploaded(gpu, 'reluInput', inputShape, mask),
  };
  const scratch = scratchOf(gpu, scratchWords(conv2dBackwardInputVariants, shape, options));
  const actual = await written(gpu, inputShape, (dInput) =>
    conv2dBackwardInput(shape, { ...given, dInput, scratch }, options),
  );
  const expected = conv2dBackwardInputReference(shape, data, weight, mask);
  const sizes = conv2dBackwardInputReference(shape, magnitudes(data), magnitudes(weight));
  const taps = Math.ceil(shape.kernelHeight / shape.stride) * Math.ceil(shape.kernelWidth / shape.stride);
  expectClose('dInput', actual, expected, dotBound(taps * shape.outputs, sizes));
}

/** A linear layer as the convolution that it is, whose references hold for it. */
const asConvolution = (shape: LinearShape): Conv2dShape => ({ ...shape, ...onePixel });
const onePixel = { height: 1, width: 1, kernelHeight: 1, kernelWidth: 1, stride: 1, padding: 0 };

async function checkLinear(shape: LinearShape): Promise<void> {
  const gpu = await testGpu();
  const { batch, inputs, outputs } = shape;
  const { weight, bias } = convolution(asConvolution(shape));
  const data = randomValues(batch * inputs, 4, 'input');
  const given = {
    weight: uploadedHalves(gpu, [inputs, outputs], weight),
    bias: uploaded(gpu, 'bias', [outputs], bias),
  };
  const input = uploaded(gpu, 'input', [batch, inputs], data);
  const scratch = scratchOf(gpu, scratchWords(linearForwardVariants, shape, options));
  const actual = await written(gpu, [batch, outputs], (output) =>
    linearForward(shape, { ...given, input, output, scratch }, options),
  );
  checkOutput(asConvolution(shape), actual, data);

  const gradient = randomValues(batch * outputs, 4, 'dOutput');
  const dOutput = uploaded(gpu, 'dOutput', [batch, outputs], gradient);
  const backwardScratch = scratchOf(gpu, scratchWords(linearBackwardInputVariants, shape, options));
  const dInput = await written(gpu, [batch, inputs], (output) => {
    const tensors = { dOutput, weight: given.weight, dInput: output, reluInput: input, scratch: backwardScratch };
    return linearBackwardInput(shape, tensors, options);
  });
  const expected = conv2dBackwardInputReference(asConvolution(shape), gradient, weight, data);
  const sizes = conv2dBackwardInputReference(asConvolution(shape), magnitudes(gradient), magnitudes(weight));
  expectClose('dInput', dInput, expected, dotBound(outputs, sizes));
}

const conv = (batch: number, size: number, inputs: number, outputs: number, kernel: number, stride: number) => ({
  ...{ batch, height: size, width: size, inputs, outputs },
  ...{ kernelHeight: kernel, kernelWidth: kernel, stride, padding: 0 },
});

describe('passes that read f16', () => {
  const convolutions: Record<string, Conv2dShape> = {
    'conv1 of Nature': conv(2, 84, 4, 32, 8, 4),
    'conv2 of Nature': conv(2, 20, 32, 64, 4, 2),
    'conv3 of Nature': conv(2, 9, 64, 64, 3, 1),
    'one weight': conv(1, 1, 1, 1, 1, 1),
    'outputs in twos': conv(2, 6, 5, 6, 3, 1),
    'odd outputs, padded': { ...conv(3, 6, 3, 5, 4, 3), padding: 2 },
    'outputs in fours, padded': { ...conv(2, 7, 4, 36, 3, 2), padding: 3, kernelWidth: 5 },
    'long sums': { ...conv(2, 12, 9, 33, 8, 2), kernelHeight: 9 },
  };
  for (const [name, shape] of Object.entries(convolutions)) {
    test(`conv2d.forward: ${name}`, () => checkForward(shape));
    test(`conv2d.backwardInput: ${name}`, () => checkBackwardInput(shape));
    if (!/^conv[23]/.test(name)) test(`framesConv2d.forward: ${name}`, () => checkFramesForward(shape));
  }

  for (const [batch, inputs, outputs] of [
    [1, 1, 1],
    [1, 3136, 512],
    [8, 2001, 33],
    [32, 512, 6],
    [3, 257, 130],
    [33, 36, 68],
  ]) {
    test(`linear: ${batch} x ${inputs} to ${outputs}`, () => checkLinear({ batch, inputs, outputs }));
  }

  test('are chosen for f16; other variants refuse it', async () => {
    const gpu = await testGpu();
    const shape = { batch: 2, inputs: 8, outputs: 8 };
    const [input, output] = [gpu.tensor('input', [2, 8]), gpu.tensor('output', [2, 8])];
    const tensors = { input, weight: gpu.tensor('w', [8, 8], 'f16'), bias: gpu.tensor('bias', [8]), output };
    expect(() => linearForward(shape, tensors, { variant: 'generic' })).toThrow(
      'weight (w) is f16 [8, 8], expected f32',
    );
    const [call] = linearForward(shape, tensors, { variant: 'tiled' });
    // 64 weights and 8 biases, 16 inputs and as many outputs.
    expect(call.bytes).toBe(2 * 64 + 4 * (8 + 16 + 16));
    const seen: string[] = [];
    const choose = readingHalves((all, of, chosen) => {
      seen.push(all.pass);
      return likelyVariants(gpu)(all, of, chosen);
    });
    expect(choose(linearForwardVariants, shape, {})).toBe('tiled');
    expect(choose(linearBackwardInputVariants, shape, {})).toBe('tiled');
    choose(linearBackwardWeightVariants, shape, {});
    expect(seen).toEqual(['linear.backwardWeight']);
  });
});
