import { describe, expect, test } from 'bun:test';
import { conv2dForwardReference } from '../../kernels/conv2d.ref.ts';
import { type Conv2dShape, conv2dOutputSize } from '../../kernels/conv2d.ts';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { framesConv2dForward, framesConv2dForwardVariants } from '../../kernels/framesConv2d.ts';
import { scratchWords, type Variant, variantsCovering, variantsOf } from '../../kernels/variant.ts';
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

/** The first layers of Nature and NIPS, and others that fit the words of the frames, or do not. */
const shapes: Record<string, Conv2dShape> = {
  nature: conv(5, 84, 4, 32, 8, 4),
  natureOfOne: conv(1, 84, 4, 32, 8, 4),
  nips: conv(2, 84, 4, 16, 8, 4),
  outputsOf36: { ...conv(3, 20, 4, 36, 8, 4), kernelHeight: 6 },
  twoFrames: { ...conv(18, 24, 2, 8, 3, 4), kernelWidth: 16 },
  eightFrames: { ...conv(2, 16, 8, 4, 1, 8), kernelWidth: 4 },
  wide: { ...conv(1, 4, 4, 4, 1, 4), width: 1028, kernelWidth: 8 },
  oddWidth: { ...conv(2, 13, 4, 8, 3, 2), width: 11 },
  threeFrames: conv(2, 12, 3, 5, 4, 4),
  padded: { ...conv(2, 12, 4, 8, 8, 4), padding: 2 },
};

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

async function forward(shape: Conv2dShape, variant: Variant, relu: boolean) {
  const gpu = await testGpu();
  const { batch, height, width, inputs, outputs, kernelHeight, kernelWidth } = shape;
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const states = frameStates(shape);
  const frames = gpu.tensor('frames', [states.count, height, width], 'u8');
  const frameNumbers = gpu.tensor('frameNumbers', [batch, inputs], 'u32');
  gpu.write(frames, states.frames);
  gpu.write(frameNumbers, states.frameNumbers);
  const weight = randomValues(kernelHeight * kernelWidth * inputs * outputs, 3, 'weight');
  const bias = randomValues(outputs, 3, 'bias');
  const output = poisoned(gpu, 'output', [batch, outputHeight, outputWidth, outputs]);
  const options = { variant, relu };
  const words = scratchWords(framesConv2dForwardVariants, shape, options);
  const tensors = {
    ...{ frames, frameNumbers, output },
    weight: uploaded(gpu, 'weight', [kernelHeight, kernelWidth, inputs, outputs], weight),
    bias: uploaded(gpu, 'bias', [outputs], bias),
    scratch: words === 0 ? undefined : poisoned(gpu, 'scratch', [words]),
  };
  const calls = framesConv2dForward(shape, tensors, options);
  await runCalls(gpu, calls);
  return { ...states, calls, weight, bias, output: await gpu.readF32(output) };
}

const magnitudes = (values: Float32Array) => values.map(Math.abs);
const offered = variantsOf(await testGpu());

describe('framesConv2d.forward', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    for (const variant of variantsCovering(framesConv2dForwardVariants, shape, {}, offered)) {
      test(`${name}, ${variant}: equals the reference, twice to the bit`, async () => {
        const relu = name.length % 2 === 0;
        const { calls, frames, frameNumbers, weight, bias, output } = await forward(shape, variant, relu);
        const states = framesStackReference(frames, frameNumbers, shape.height * shape.width, shape.inputs);
        const expected = conv2dForwardReference(shape, states, weight, bias, relu);
        const magnitude = conv2dForwardReference(shape, states, magnitudes(weight), magnitudes(bias));
        const terms = shape.kernelHeight * shape.kernelWidth * shape.inputs + 1;
        expectClose(name, output, expected, dotBound(terms, magnitude));
        if (variant === 'panel8') expect(calls.map(({ shader }) => shader)).toEqual(['framesConv2d.forward.panel8']);
        expectSameBits(name, output, (await forward(shape, variant, relu)).output);
      }, 20_000);
    }
  }

  test('panel8 reads the words of frames, where windows are made of them', () => {
    const covered = Object.entries(shapes).filter(
      ([, shape]) => variantsCovering(framesConv2dForwardVariants, shape, {}, ['panel8']).length > 0,
    );
    const expected = ['nature', 'natureOfOne', 'nips', 'outputsOf36', 'twoFrames', 'eightFrames', 'wide'];
    expect(covered.map(([name]) => name)).toEqual(expected);
  });
});
