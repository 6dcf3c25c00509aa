/**
 * Every network's passes on the GPU against the f64 reference, and that all of their choices are named ahead. Leaves out: each kernel's
 * other variants (tests/kernels).
 */
import { describe, expect, test } from 'bun:test';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import type { FrameStates } from '../../kernels/framesConv2d.ts';
import { passKey } from '../../kernels/tuning/passes.ts';
import {
  type ChooseVariant,
  likelyVariants,
  type Variant,
  variantsCovering,
  variantsOf,
} from '../../kernels/variant.ts';
import { type Architecture, architecture, initialParameters } from '../../src/agent/architecture.ts';
import { backwardPass, forwardPass, ParameterSet } from '../../src/agent/network.ts';
import { networkNames } from '../../src/agent/options.ts';
import { visitBackward, visitForward } from '../../src/agent/passes.ts';
import { blackFrame } from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { expectClose, expectSameBits, poison, randomValues, testGpu, uploaded } from '../support/kernelTest.ts';
import { backwardReference, forwardReference } from '../support/referenceNetwork.ts';

const gpu = await testGpu();
const side = 84;
const stack = 4;
const actions = 3;
const batch = 3;

const random = new Xoshiro128(7, 'frames');
const frameBytes = Uint8Array.from({ length: batch * stack * side * side }, () => random.nextInt(256));
// Black frames, and one that two states share.
const numbers = Uint32Array.from({ length: batch * stack }, (_, i) => (i < 2 ? blackFrame : i === 5 ? 2 : i));

function states(): FrameStates {
  const frames = gpu.tensor('frames', [batch * stack, side, side], 'u8');
  const frameNumbers = gpu.tensor('frameNumbers', [batch, stack], 'u32');
  gpu.write(frames, frameBytes);
  gpu.write(frameNumbers, numbers);
  return { frames, frameNumbers };
}

/** `variant` wherever it covers a pass, and what is likely elsewhere. */
const preferring =
  (variant: Variant): ChooseVariant =>
  (all, shape, options) =>
    variantsCovering(all, shape, options, [variant])[0] ?? likelyVariants(gpu)(all, shape, options);

/** One forward and backward pass; all that they write is poisoned first. */
async function passes(shape: Architecture, values: Float32Array, dValues: Float32Array, choose: ChooseVariant) {
  const online = new ParameterSet(gpu, shape, 'online');
  online.write(values);
  const gradients = new ParameterSet(gpu, shape, 'gradients');
  for (const parameter of shape.parameters) poison(gpu, gradients.tensor(parameter));
  const forward = forwardPass(gpu, online, states(), choose);
  for (const output of forward.outputs) poison(gpu, output);
  const dOutput = uploaded(gpu, 'dOutput', [batch, actions], dValues);
  const backward = backwardPass(gpu, online, gradients, forward, dOutput, choose);
  await gpu.compiled();
  gpu.run([...forward.steps, ...backward.steps]);
  expect(forward.output.shape).toEqual([batch, actions]);
  return { output: await gpu.readF32(forward.output), gradients: await gradients.read() };
}

describe.each(networkNames)('%s', (name) => {
  const shape = architecture(name, side, stack, actions);
  const values = initialParameters(shape, new Xoshiro128(3, 'initial weights'), 'fan-in');
  const dValues = randomValues(batch * actions, 4, 'dValues');
  const parameters = Float64Array.from(values);
  const input = framesStackReference(frameBytes, numbers, side * side, stack);
  const activations = forwardReference(shape, parameters, input, batch);
  const expected = new Float64Array(shape.words);
  backwardReference(shape, parameters, activations, Float64Array.from(dValues), batch, expected);

  test.each([variantsOf(gpu)[0], 'generic'] as const)(
    '%s: values and all gradients equal the reference',
    async (variant) => {
      const first = await passes(shape, values, dValues, preferring(variant));
      // Values of 0.1 from sums of up to 3,136 products of f32 in each of five layers: measured below 5e-8.
      expectClose('values', first.output, activations.at(-1)!, 2e-7);
      for (const { name: tensor, offset, shape: extents } of shape.parameters) {
        const end = offset + extents.reduce((product, extent) => product * extent, 1);
        const right = expected.subarray(offset, end);
        const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(largest).toBeGreaterThan(0);
        // Sums of up to 1,200 products, of gradients that are such sums: measured below 2e-6 of the largest.
        expectClose(tensor, first.gradients.subarray(offset, end), right, 5e-6 * largest);
      }
      const second = await passes(shape, values, dValues, preferring(variant));
      expectSameBits('values', first.output, second.output);
      expectSameBits('gradients', first.gradients, second.gradients);
    },
  );

  test('every choice of its passes is named ahead', () => {
    const named = (into: string[]): ChooseVariant => {
      return (all, of, { label }) => {
        into.push(`${passKey(all, of as object)} ${label?.replace(/^online\./, '')}`);
        return 'generic';
      };
    };
    const [ahead, asked]: string[][] = [[], []];
    visitForward(shape, batch, named(ahead));
    visitBackward(shape, batch, named(ahead));
    const online = new ParameterSet(gpu, shape, 'online');
    const forward = forwardPass(gpu, online, states(), named(asked));
    const dOutput = gpu.tensor('dOutput', [batch, actions]);
    backwardPass(gpu, online, new ParameterSet(gpu, shape, 'gradients'), forward, dOutput, named(asked));
    expect(ahead.toSorted()).toEqual(asked.toSorted());
  });
});

test('weights stored as f16 change the values of a duelling network by their rounding alone', async () => {
  const shape = architecture('dueling-small', side, stack, actions);
  const values = initialParameters(shape, new Xoshiro128(3, 'initial weights'), 'fan-in');
  const input = framesStackReference(frameBytes, numbers, side * side, stack);
  const expected = Float32Array.from(forwardReference(shape, Float64Array.from(values), input, batch).at(-1)!);
  const online = new ParameterSet(gpu, shape, 'online', 'f16');
  const forward = forwardPass(gpu, online, states(), likelyVariants(gpu));
  await gpu.compiled();
  online.write(values);
  gpu.run(forward.steps);
  const output = await gpu.readF32(forward.output);
  // Half a unit of f16's 11 bits of each weight, through four layers: 4 * 2^-12 of values of at most 0.3.
  expectClose('values', output, expected, 3e-4);
  expect(output).not.toEqual(expected);
});
