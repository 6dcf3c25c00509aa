/** A weight gradient and the optimiser's step in one: the bits of both one after the other, what the f64 references give, what is refused. */
import { describe, expect, test } from 'bun:test';
import { adamStepReference } from '../../kernels/adam.ref.ts';
import { adamRates, adamStep } from '../../kernels/adam.ts';
import { linearBackwardWeightReference } from '../../kernels/linear.ref.ts';
import { type LinearShape, linearBackwardWeight } from '../../kernels/linear.ts';
import { linearBackwardWeightStep, linearStepCovers } from '../../kernels/linearStep.ts';
import { ratesWords } from '../../kernels/optimiser.ts';
import { centredRmspropStepReference, rmspropStepReference } from '../../kernels/rmsprop.ref.ts';
import { centredRmspropStep, rmspropStep } from '../../kernels/rmsprop.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import { variantsOf } from '../../kernels/variant.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import {
  dotBound,
  expectClose,
  expectSameBits,
  f32RoundingUnit,
  randomValues,
  testGpu,
} from '../support/kernelTest.ts';

const learningRate = 0.01;
const weightCost = 0.01;
/** Of Adam's step: late enough for its corrections to be near 1. */
const stepNumber = 3000;

interface StepTensors {
  readonly parameters: Tensor;
  readonly gradients: Tensor;
  readonly rates: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

interface Optimiser {
  calls(tensors: StepTensors, epsilon: number): KernelCall[];
  reference(values: Float64Array, g: Float64Array, first: Float64Array, second: Float64Array, epsilon: number): void;
}

const optimisers: Record<string, Optimiser> = {
  'rmsprop with momentum': {
    calls: ({ first, second, ...tensors }, epsilon) =>
      rmspropStep({ ...tensors, meanSquare: first, velocity: second, momentum: 0.9, epsilon, weightCost }),
    reference: (values, g, first, second, epsilon) =>
      rmspropStepReference(values, g, first, second, { learningRate, decay: 0.99, momentum: 0.9, epsilon, weightCost }),
  },
  'centred rmsprop': {
    calls: ({ first, second, ...tensors }, epsilon) =>
      centredRmspropStep({ ...tensors, mean: first, meanSquare: second, epsilon, weightCost }),
    reference: (values, g, first, second, epsilon) =>
      centredRmspropStepReference(values, g, first, second, { learningRate, decay: 0.95, epsilon, weightCost }),
  },
  adam: {
    calls: ({ first, second, ...tensors }, epsilon) =>
      adamStep({ ...tensors, firstMoment: first, secondMoment: second, epsilon, weightCost }),
    reference: (values, g, first, second, epsilon) => {
      const settings = { learningRate, beta1: 0.9, beta2: 0.999, epsilon, weightCost };
      adamStepReference(values, g, first, second, stepNumber, settings);
    },
  },
};

/** The layer of the Nature network, and shapes on both sides of the edges of panels, tiles and rows. */
const shapes: LinearShape[] = [
  { batch: 32, inputs: 3136, outputs: 512 },
  { batch: 17, inputs: 32, outputs: 36 },
  { batch: 32, inputs: 96, outputs: 128 },
  { batch: 29, inputs: 452, outputs: 260 },
];

function layer({ batch, inputs, outputs }: LinearShape) {
  const weights = inputs * outputs;
  return {
    input: randomValues(batch * inputs, 1, 'input'),
    dOutput: randomValues(batch * outputs, 1, 'dOutput'),
    weight: randomValues(weights, 1, 'weight'),
    first: randomValues(weights, 1, 'first').map(Math.abs),
    second: randomValues(weights, 1, 'second').map((value) => 1 + Math.abs(value)),
  };
}

/** Weight, states and dBias after the step, fused or not. */
async function stepped(gpu: Gpu, shape: LinearShape, optimiser: Optimiser, epsilon: number, fused: boolean) {
  const data = layer(shape);
  const { batch, inputs, outputs } = shape;
  const rates = adamRates(new Float32Array(ratesWords), learningRate, stepNumber);
  // RMSProp reads the learning rate alone, and any word after it must not matter.
  if (optimiser !== optimisers.adam) rates[0] = learningRate;
  const [weight, first, second, dBias, gradients] = await runTwice(gpu, () => {
    const input = guarded(gpu, 'input', [batch, inputs], data.input);
    const dOutput = guarded(gpu, 'dOutput', [batch, outputs], data.dOutput);
    const dBias = guarded(gpu, 'dBias', [outputs]);
    const tensors = {
      parameters: guarded(gpu, 'weight', [inputs, outputs], data.weight),
      gradients: guarded(gpu, 'dWeight', [inputs, outputs]),
      rates: gpu.uniform('rates', ratesWords),
      first: guarded(gpu, 'first', [inputs, outputs], data.first),
      second: guarded(gpu, 'second', [inputs, outputs], data.second),
    };
    gpu.write(tensors.rates, rates);
    const step = optimiser.calls(tensors, epsilon);
    const dWeight = tensors.gradients;
    const calls = fused
      ? linearBackwardWeightStep(shape, { input, dOutput, dBias }, step[0])
      : [...linearBackwardWeight(shape, { input, dOutput, dWeight, dBias }, { variant: 'panel8' }), ...step];
    return { calls, outputs: [tensors.parameters, tensors.first, tensors.second, dBias, dWeight] };
  });
  return { weight, first, second, dBias, gradients };
}

const canRun = variantsOf(await testGpu()).includes('panel8');

for (const [name, optimiser] of canRun ? Object.entries(optimisers) : []) {
  describe(`linear.backwardWeightStep, ${name}`, () => {
    for (const shape of shapes) {
      test(`${shape.batch} x ${shape.inputs} to ${shape.outputs} has the bits of gradient and step`, async () => {
        const gpu = await testGpu();
        const fused = await stepped(gpu, shape, optimiser, 1e-3, true);
        const apart = await stepped(gpu, shape, optimiser, 1e-3, false);
        for (const part of ['weight', 'first', 'second', 'dBias'] as const) {
          expectSameBits(part, fused[part], apart[part]);
        }
        expect(fused.gradients.every(Number.isNaN)).toBe(true);
      });
    }

    test('equals the references', async () => {
      const gpu = await testGpu();
      const shape = shapes[3];
      const data = layer(shape);
      const actual = await stepped(gpu, shape, optimiser, 1, true);
      const { dWeight, dBias } = linearBackwardWeightReference(shape, data.input, data.dOutput);
      const sizes = linearBackwardWeightReference(shape, data.input.map(Math.abs), data.dOutput.map(Math.abs));
      const weight = Float64Array.from(data.weight);
      const first = Float64Array.from(data.first);
      const second = Float64Array.from(data.second);
      optimiser.reference(weight, dWeight, first, second, 1);
      const gradientError = dotBound(shape.batch, sizes.dWeight);
      // A state has a twentieth of g at most, or of its square, whose error is 2 g times as large; |g| is below 32. Beside that it rounds
      // as tests/kernels/optimiser.test.ts says: 24 units of at most 2 + 32^2 / 20 = 54.
      const stateError = gradientError.map(
        (error, i) => (0.1 + Math.abs(dWeight[i])) * error + 24 * f32RoundingUnit * 54,
      );
      expectClose('first', actual.first, first, stateError);
      expectClose('second', actual.second, second, stateError);
      // With an epsilon of 1 a step is at most the learning rate times the states' error and twice the gradient's; and the weight rounds.
      const weightError = gradientError.map(
        (error, i) => learningRate * (2 * error + 2 * stateError[i]) + 2 * f32RoundingUnit,
      );
      expectClose('weight', actual.weight, weight, weightError);
      expectClose('dBias', actual.dBias, dBias, dotBound(shape.batch, sizes.dBias));
    });
  });
}

test('the step is fused where the whole gradient is summed at once', () => {
  for (const shape of shapes) {
    expect(linearStepCovers(shape, 'panel8')).toBe(true);
    expect(linearStepCovers(shape, 'generic')).toBe(false);
    expect(linearStepCovers({ ...shape, batch: 33 }, 'panel8')).toBe(false);
    expect(linearStepCovers({ ...shape, batch: 16 }, 'panel8')).toBe(false);
  }
  expect(linearStepCovers({ batch: 32, inputs: 512, outputs: 6 }, 'panel8')).toBe(false);
});

test('what cannot be fused is refused', async () => {
  const gpu = await testGpu();
  const shape = { batch: 32, inputs: 32, outputs: 32 };
  const square = (name: string) => gpu.tensor(name, [32, 32]);
  const [input, dOutput, dBias] = [square('input'), square('dOutput'), gpu.tensor('dBias', [32])];
  const tensors = { input, dOutput, dBias };
  const states = { first: square('first'), second: square('second') };
  const rates = gpu.uniform('rates', ratesWords);
  const step = (parameters: Tensor) =>
    optimisers.adam.calls({ ...states, parameters, gradients: square('gradients'), rates }, 1e-8)[0];
  const [call] = linearBackwardWeightStep(shape, tensors, step(square('weight')), 'fc1.step');
  // 14 operations and 24 bytes a weight for Adam, 64 operations for its gradient; inputs, gradients of the outputs and of the bias.
  expect(call).toMatchObject({ label: 'fc1.step', flops: 1024 * (14 + 64) + 1024, bytes: 1024 * 24 + 4 * (2048 + 32) });
  expect(() => linearBackwardWeightStep({ ...shape, batch: 33 }, tensors, step(square('weight')))).toThrow(
    'linear.backwardWeightStep: does not cover a batch of 33, 32 inputs and 32 outputs',
  );
  expect(() => linearBackwardWeightStep(shape, { ...tensors, dBias: input }, step(square('weight')))).toThrow('dBias');
  expect(() => linearBackwardWeightStep({ ...shape, inputs: 64 }, tensors, step(square('weight')))).toThrow('input');
  expect(() => linearBackwardWeightStep(shape, tensors, { ...call, shader: 'copy' })).toThrow(
    "copy is no optimiser's step",
  );
});
