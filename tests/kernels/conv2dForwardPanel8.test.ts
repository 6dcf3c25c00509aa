import { describe, expect, test } from 'bun:test';
import { panel8Forward } from '../../kernels/conv2d/panel8Forward.ts';
import { conv2dForwardReference } from '../../kernels/conv2d.ref.ts';
import { type Conv2dShape, conv2dForward, conv2dForwardVariants, conv2dOutputSize } from '../../kernels/conv2d.ts';
import { variantsCovering, variantsOf } from '../../kernels/variant.ts';
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

/** On both sides of a panel's edges (32 channels, blocks of 32 to 128 elements of the window) and of a workgroup's rows. */
const shapes: Record<string, Conv2dShape> = {
  nature1: conv(2, 84, 4, 32, 8, 4),
  nature2: conv(3, 20, 32, 64, 4, 2),
  nature3: conv(3, 9, 64, 64, 3, 1),
  nips1: conv(1, 84, 4, 16, 8, 4),
  outputsOf36: conv(3, 9, 4, 36, 3, 2),
  windowOf4: { ...conv(1, 1, 4, 32, 1, 1), width: 33 },
  windowOf132: { ...conv(2, 12, 12, 4, 1, 1), kernelWidth: 11, batch: 3 },
  wide: { ...conv(2, 10, 8, 20, 2, 3), height: 7, width: 31, kernelWidth: 5 },
};

/** Half of the values of a ReLU are then zero. */
async function forward(shape: Conv2dShape, relu: boolean) {
  const gpu = await testGpu();
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const { batch, height, width, inputs, outputs, kernelHeight, kernelWidth } = shape;
  const values = (name: string, ...extents: number[]) => {
    const data = randomValues(
      extents.reduce((product, extent) => product * extent),
      5,
      name,
    );
    return { data, tensor: uploaded(gpu, name, extents, data) };
  };
  const input = values('input', batch, height, width, inputs);
  const weight = values('weight', kernelHeight, kernelWidth, inputs, outputs);
  const bias = values('bias', outputs);
  const output = poisoned(gpu, 'output', [batch, outputHeight, outputWidth, outputs]);
  const tensors = { input: input.tensor, weight: weight.tensor, bias: bias.tensor, output };
  const calls = conv2dForward(shape, tensors, { variant: 'panel8', relu });
  await runCalls(gpu, calls);
  return { calls, input: input.data, weight: weight.data, bias: bias.data, output: await gpu.readF32(output) };
}

const magnitudes = (values: Float32Array) => values.map(Math.abs);

// Without subgroups of 8 the variant is not offered, and there is nothing to test.
const offered = variantsOf(await testGpu()).filter((variant) => variant === 'panel8');

describe('conv2d.forward, panel8', () => {
  for (const [name, shape] of offered.flatMap(() => Object.entries(shapes))) {
    test(`${name} equals the reference, twice to the bit`, async () => {
      const { calls, input, weight, bias, output } = await forward(shape, name.length % 2 === 0);
      expect(calls.map(({ shader }) => shader)).toEqual(['conv2d.forward.panel8']);
      const expected = conv2dForwardReference(shape, input, weight, bias, name.length % 2 === 0);
      const magnitude = conv2dForwardReference(shape, magnitudes(input), magnitudes(weight), magnitudes(bias));
      const terms = shape.kernelHeight * shape.kernelWidth * shape.inputs + 1;
      expectClose(name, output, expected, dotBound(terms, magnitude));
      expectSameBits(name, output, (await forward(shape, name.length % 2 === 0)).output);
    }, 20_000);
  }
});

describe('what panel8 covers', () => {
  test.each([
    ['channels in fours', { inputs: 6 }],
    ['outputs in fours', { outputs: 33 }],
    ['no padding', { padding: 1 }],
    ['enough pixels for a panel', { height: 3, width: 3, batch: 1 }],
  ])('%s', (_, change) => {
    expect(panel8Forward.covers(shapes['nature3'], {})).toBe(true);
    const other = { ...shapes['nature3'], ...change };
    expect(panel8Forward.covers(other, {})).toBe(false);
    expect(variantsCovering(conv2dForwardVariants, other, {}, ['panel8', 'generic'])).toEqual(['generic']);
  });
});
