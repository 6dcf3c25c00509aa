/** The generic and tiled variants of framesConv2d, on whatever adapter there is. */
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { conv2dBackwardWeightReference, conv2dForwardReference } from '../../kernels/conv2d.ref.ts';
import { type Conv2dShape, conv2dOutputSize } from '../../kernels/conv2d.ts';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import {
  framesConv2dBackwardWeight,
  framesConv2dBackwardWeightVariants,
  framesConv2dForward,
  framesConv2dForwardVariants,
} from '../../kernels/framesConv2d.ts';
import { scratchWords, type Variant } from '../../kernels/variant.ts';
import { Xoshiro128 } from '../../src/random.ts';
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

const conv = (batch: number, size: number, inputs: number, outputs: number, kernel: number, stride: number) => ({
  ...{ batch, height: size, width: size, inputs, outputs },
  ...{ kernelHeight: kernel, kernelWidth: kernel, stride, padding: 0 },
});

/** The first layer of Nature, and shapes whose windows are whole words of the frames, or not, or begin anywhere in a word. */
const shapes: Record<string, Conv2dShape> = {
  nature: conv(3, 84, 4, 32, 8, 4),
  oneByte: conv(1, 1, 1, 1, 1, 1),
  frames143BytesLong: { ...conv(5, 13, 4, 8, 3, 2), width: 11 },
  threeFrames: conv(2, 12, 3, 5, 4, 4),
  linesOf13Bytes: { ...conv(2, 12, 2, 8, 4, 4), width: 13 },
  oddStride: { ...conv(2, 12, 2, 36, 4, 3), kernelHeight: 3 },
  padded: { ...conv(2, 12, 4, 8, 8, 4), padding: 2 },
  paddedBeyondKernel: { ...conv(2, 5, 3, 7, 3, 2), padding: 4, width: 7 },
  longSums: { ...conv(2, 12, 9, 33, 8, 2), kernelHeight: 9 },
};

const anyShape: fc.Arbitrary<Conv2dShape> = fc
  .record({
    batch: fc.integer({ min: 1, max: 4 }),
    height: fc.integer({ min: 1, max: 12 }),
    width: fc.integer({ min: 1, max: 12 }),
    inputs: fc.integer({ min: 1, max: 5 }),
    outputs: fc.constantFrom(1, 4, 7, 40),
    kernelHeight: fc.integer({ min: 1, max: 5 }),
    kernelWidth: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 4 }),
    padding: fc.integer({ min: 0, max: 3 }),
  })
  .filter((s) => s.height + 2 * s.padding >= s.kernelHeight && s.width + 2 * s.padding >= s.kernelWidth);

/** Frames of noise, one more than `count`; every fifth number is a black frame. */
function frameStates(shape: Conv2dShape) {
  const random = new Xoshiro128(11, 'frames');
  const count = shape.batch * shape.inputs + 3;
  const frames = Uint8Array.from({ length: (count + 1) * shape.height * shape.width }, () => random.nextInt(256));
  const frameNumbers = Uint32Array.from({ length: shape.batch * shape.inputs }, (_, i) => {
    if (i % 5 !== 4) return random.nextInt(count);
    return i % 2 === 0 ? count : 0xffffffff;
  });
  const known = frames.subarray(0, count * shape.height * shape.width);
  const states = framesStackReference(known, frameNumbers, shape.height * shape.width, shape.inputs);
  return { count, frames, frameNumbers, states };
}

interface Case {
  readonly shape: Conv2dShape;
  readonly variant: Variant;
  readonly relu: boolean;
  readonly splits?: number;
}

function parametersOf(shape: Conv2dShape) {
  const { batch, kernelHeight, kernelWidth, inputs, outputs } = shape;
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  return {
    weightShape: [kernelHeight, kernelWidth, inputs, outputs],
    outputShape: [batch, outputHeight, outputWidth, outputs],
    weight: randomValues(kernelHeight * kernelWidth * inputs * outputs, 3, 'weight'),
    bias: randomValues(outputs, 3, 'bias'),
    dOutput: randomValues(batch * outputHeight * outputWidth * outputs, 3, 'dOutput'),
  };
}

/** What both passes write into poisoned tensors, with poisoned scratch. */
async function runLayer({ shape, variant, relu, splits }: Case) {
  const gpu = await testGpu();
  const { batch, height, width, inputs, outputs } = shape;
  const data = parametersOf(shape);
  const given = frameStates(shape);
  // The bytes of a frame past the last one are there, so that reading them instead of a black frame shows.
  const allFrames = gpu.tensor('frames', [given.count + 1, height, width], 'u8');
  const frames = { ...allFrames, shape: [given.count, height, width] };
  const frameNumbers = gpu.tensor('frameNumbers', [batch, inputs], 'u32');
  gpu.write(frames, given.frames);
  gpu.write(frameNumbers, given.frameNumbers);
  const weight = uploaded(gpu, 'weight', data.weightShape, data.weight);
  const bias = uploaded(gpu, 'bias', [outputs], data.bias);
  const dOutput = uploaded(gpu, 'dOutput', data.outputShape, data.dOutput);
  const output = poisoned(gpu, 'output', data.outputShape);
  const dWeight = poisoned(gpu, 'dWeight', data.weightShape);
  const dBias = poisoned(gpu, 'dBias', [outputs]);
  const scratch = (words: number) => (words === 0 ? undefined : poisoned(gpu, 'scratch', [words]));
  const options = { variant, relu, splits };
  const forward = { frames, frameNumbers, weight, bias, output };
  const backward = { frames, frameNumbers, dOutput, dWeight, dBias };
  const calls = [
    ...framesConv2dForward(
      shape,
      { ...forward, scratch: scratch(scratchWords(framesConv2dForwardVariants, shape, options)) },
      options,
    ),
    ...framesConv2dBackwardWeight(
      shape,
      { ...backward, scratch: scratch(scratchWords(framesConv2dBackwardWeightVariants, shape, options)) },
      options,
    ),
  ];
  await runCalls(gpu, calls);
  return {
    shaders: calls.map(({ shader }) => shader),
    output: await gpu.readF32(output),
    dWeight: await gpu.readF32(dWeight),
    dBias: await gpu.readF32(dBias),
  };
}

const magnitudes = (values: Float32Array) => values.map(Math.abs);

async function check(options: Case) {
  const { shape, relu } = options;
  const actual = await runLayer(options);
  const { states } = frameStates(shape);
  const { weight, bias, dOutput } = parametersOf(shape);
  const name = JSON.stringify(options);
  const output = conv2dForwardReference(shape, states, weight, bias, relu);
  const magnitude = conv2dForwardReference(shape, states, magnitudes(weight), magnitudes(bias));
  expectClose(`output ${name}`, actual.output, output, dotBound(weight.length / shape.outputs + 1, magnitude));
  const gradients = conv2dBackwardWeightReference(shape, states, dOutput);
  const gradientMagnitudes = conv2dBackwardWeightReference(shape, states, magnitudes(dOutput));
  const pixels = dOutput.length / shape.outputs;
  expectClose(`dWeight ${name}`, actual.dWeight, gradients.dWeight, dotBound(pixels, gradientMagnitudes.dWeight));
  expectClose(`dBias ${name}`, actual.dBias, gradients.dBias, dotBound(pixels, gradientMagnitudes.dBias));
  return actual;
}

for (const variant of ['generic', 'tiled'] as const) {
  describe(`framesConv2d, ${variant}`, () => {
    for (const [name, shape] of Object.entries(shapes)) {
      test(`${name} equals the reference`, async () => {
        const { shaders } = await check({ shape, variant, relu: name.length % 2 === 0 });
        for (const shader of shaders.slice(0, 2)) expect(shader.endsWith('.tiled')).toBe(variant === 'tiled');
      });
    }

    test('any shape and number of splits equals the reference', async () => {
      const property = fc.asyncProperty(
        anyShape,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (shape, relu, splits) => {
          await check({ shape, variant, relu, splits });
        },
      );
      await fc.assert(property, { numRuns: 3, seed: 20131219 });
    });

    test('two runs are equal to the bit', async () => {
      const first = await check({ shape: shapes.nature, variant, relu: true, splits: 3 });
      const second = await check({ shape: shapes.nature, variant, relu: true, splits: 3 });
      expect(first.shaders).toContain('conv2d.sumSplits.tiled');
      for (const name of ['output', 'dWeight', 'dBias'] as const) expectSameBits(name, first[name], second[name]);
    });
  });
}

test('long sums of few pixels are split', async () => {
  const { shaders } = await check({ shape: shapes.longSums, variant: 'tiled', relu: true });
  expect(shaders).toContain('conv2d.addSplits.tiled');
});
