import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type AdamSettings, adamStepReference } from '../../kernels/adam.ref.ts';
import { adamRates, adamStep } from '../../kernels/adam.ts';
import { invocationGrid } from '../../kernels/grid.ts';
import { ratesWords } from '../../kernels/optimiser.ts';
import {
  type CentredRmspropSettings,
  centredRmspropStepReference,
  type RmspropSettings,
  rmspropStepReference,
} from '../../kernels/rmsprop.ref.ts';
import { centredRmspropStep, rmspropRates, rmspropStep } from '../../kernels/rmsprop.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
import { anyCount, anySeed, cases, edgeCounts } from '../support/shapes.ts';

/** Parameters, their gradients, and the optimiser's two states. */
interface Problem {
  parameters: Float32Array;
  gradients: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

interface Tensors {
  parameters: Tensor;
  gradients: Tensor;
  rates: Tensor;
  first: Tensor;
  second: Tensor;
}

/** Gradients from 1e-3 to 1 in magnitude (the state's squares stay normal f32), every fifth zero. */
function problem(count: number, seed: number): Problem {
  const squares = randomValues(count, seed, 'second');
  return {
    parameters: randomValues(count, seed, 'parameters'),
    gradients: randomValues(count, seed, 'gradients').map((value, i) =>
      i % 5 === 2 ? 0 : value ** 3 + Math.sign(value) * 1e-3,
    ),
    first: randomValues(count, seed, 'first').map((value) => value / 2),
    // The mean of squares is at least the square of the mean, which is below 1/4.
    second: squares.map((value) => 0.25 + Math.abs(value)),
  };
}

/** One step on the GPU: the new parameters and states. */
async function stepped(
  gpu: Gpu,
  { parameters, gradients, first, second }: Problem,
  rates: Float32Array,
  build: (tensors: Tensors) => KernelCall[],
): Promise<Problem> {
  const shape = [parameters.length];
  const [newParameters, newFirst, newSecond] = await runTwice(gpu, () => {
    const tensors = {
      parameters: guarded(gpu, 'parameters', shape, parameters),
      gradients: guarded(gpu, 'gradients', shape, gradients),
      rates: gpu.uniform('rates', ratesWords),
      first: guarded(gpu, 'first state', shape, first),
      second: guarded(gpu, 'second state', shape, second),
    };
    gpu.write(tensors.rates, rates);
    return { calls: build(tensors), outputs: [tensors.parameters, tensors.first, tensors.second] };
  });
  return { parameters: newParameters, gradients, first: newFirst, second: newSecond };
}

interface Expected {
  parameters: Float64Array;
  first: Float64Array;
  second: Float64Array;
}

function copies({ parameters, first, second }: Problem): Expected {
  return {
    parameters: Float64Array.from(parameters),
    first: Float64Array.from(first),
    second: Float64Array.from(second),
  };
}

/** The problem with all magnitudes: the reference makes of it the magnitude of each state's terms, since it only adds. */
function magnitudes({ parameters, gradients, first, second }: Problem): Problem {
  return {
    parameters: parameters.map(Math.abs),
    gradients: gradients.map(Math.abs),
    first: first.map(Math.abs),
    second: second.map(Math.abs),
  };
}

/**
 * Compares one step.
 * A state adds two or three terms, each a product of rounded factors, a velocity's also a quotient of a root: at most 8 rounding units of
 * the terms' magnitude, 24 with root and division (WGSL allows 2.5 ulp to a division and a reciprocal root each).
 * A step is a quotient with such a root of such states: 32 units of the step, and what `stateError` of the states' rounding, in units,
 * moves it by, which is more where terms of a state cancel.
 */
function expectStep(
  name: string,
  actual: Problem,
  expected: Expected,
  before: Problem,
  sizes: Expected,
  stateError: Float64Array,
) {
  const unit = f32RoundingUnit;
  const states = name === 'rmsprop' ? 24 : 8;
  const flushed = 1e-37;
  expectClose(
    `${name}: first state`,
    actual.first,
    expected.first,
    sizes.first.map((size) => states * unit * size + flushed),
  );
  expectClose(
    `${name}: second state`,
    actual.second,
    expected.second,
    sizes.second.map((size) => 8 * unit * size + flushed),
  );
  const bound = expected.parameters.map((value, i) => {
    const moved = Math.abs(value - before.parameters[i]);
    return unit * (Math.abs(value) + 32 * moved + stateError[i]) + flushed;
  });
  expectClose(`${name}: parameters`, actual.parameters, expected.parameters, bound);
}

const examples = edgeCounts.map((count): [number, number] => [count, count]);

async function checkAdam(gpu: Gpu, before: Problem, stepNumber: number, settings: AdamSettings): Promise<Problem> {
  const { learningRate, beta1, beta2 } = settings;
  const rates = adamRates(new Float32Array(ratesWords), learningRate, stepNumber, beta1, beta2);
  const actual = await stepped(gpu, before, rates, ({ first, second, ...tensors }) =>
    adamStep({ ...tensors, firstMoment: first, secondMoment: second, ...settings }),
  );
  expectAdam(actual, before, stepNumber, settings);
  return actual;
}

function expectAdam(actual: Problem, before: Problem, stepNumber: number, settings: AdamSettings): void {
  const { learningRate, beta1, beta2, epsilon } = settings;
  const [expected, sizes] = [before, magnitudes(before)].map((start) => {
    const state = copies(start);
    adamStepReference(state.parameters, start.gradients, state.first, state.second, stepNumber, settings);
    return state;
  });
  // The first moment's error, divided by the root of the second.
  const stateError = sizes.first.map((size, i) => {
    const root = Math.sqrt(expected.second[i] / (1 - beta2 ** stepNumber));
    return ((learningRate / (1 - beta1 ** stepNumber)) * 8 * size) / (root + epsilon);
  });
  expectStep('adam', actual, expected, before, sizes, stateError);
}

const adamSettings = { learningRate: 1e-2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightCost: 0 };

describe('adam', () => {
  test('equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (count, seed) => {
        const weightCost = seed % 2 === 0 ? 0 : 0.01;
        await checkAdam(gpu, problem(count, seed), 1 + (seed % 2000), { ...adamSettings, weightCost });
      }),
      cases(examples),
    );
  });

  test('ten steps from zero states, each from where the GPU was', async () => {
    const gpu = await testGpu();
    const count = 70;
    const zeros = new Float32Array(count);
    let state: Problem = { ...problem(count, 1), first: zeros, second: zeros };
    for (let step = 1; step <= 10; step++) {
      state = await checkAdam(gpu, { ...state, gradients: problem(count, 100 + step).gradients }, step, adamSettings);
    }
  });

  test('the first step is the learning rate against the sign of the gradient', async () => {
    const gpu = await testGpu();
    const before = {
      parameters: Float32Array.of(1, 1, 1, 1, 1),
      gradients: Float32Array.of(0.5, -0.5, 100, -1e-3, 0),
      first: new Float32Array(5),
      second: new Float32Array(5),
    };
    const rates = adamRates(new Float32Array(ratesWords), 0.125, 1);
    const { parameters } = await stepped(gpu, before, rates, ({ first, second, ...tensors }) =>
      adamStep({ ...tensors, firstMoment: first, secondMoment: second }),
    );
    // Epsilon (1e-8) beside |g| >= 1e-3 is 1e-5 of the step.
    expectClose('parameters', parameters, [0.875, 1.125, 0.875, 1.125, 1], 2e-6);
    expect(parameters[4]).toBe(1);
  });

  test('more workgroups than one axis holds', async () => {
    const gpu = await testGpu();
    const count = 4 * 65537 - 2;
    const before = problem(count, 9);
    const rates = adamRates(new Float32Array(ratesWords), 0.1, 3);
    const actual = await stepped(gpu, before, rates, ({ first, second, ...tensors }) => {
      const [call] = adamStep({ ...tensors, firstMoment: first, secondMoment: second });
      return [{ ...call, constants: { ...call.constants, WORKGROUP: 1 }, workgroups: invocationGrid(65537, 1) }];
    });
    expectAdam(actual, before, 3, { ...adamSettings, learningRate: 0.1 });
  });
});

async function checkRmsprop(gpu: Gpu, before: Problem, settings: RmspropSettings): Promise<Problem> {
  const rates = rmspropRates(new Float32Array(ratesWords), settings.learningRate);
  const actual = await stepped(gpu, before, rates, ({ first, second, ...tensors }) =>
    rmspropStep({ ...tensors, meanSquare: second, velocity: first, ...settings }),
  );
  const [expected, sizes] = [before, magnitudes(before)].map((start) => {
    const state = copies(start);
    rmspropStepReference(state.parameters, start.gradients, state.second, state.first, settings);
    return state;
  });
  expectStep(
    'rmsprop',
    actual,
    expected,
    before,
    sizes,
    sizes.first.map((size) => settings.learningRate * 24 * size),
  );
  return actual;
}

const rmspropSettings = { learningRate: 1e-2, decay: 0.99, momentum: 0.9, epsilon: 1e-8, weightCost: 0 };

describe('rmsprop with momentum', () => {
  test('equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (count, seed) => {
        const momentum = seed % 3 === 0 ? 0 : 0.9;
        const weightCost = seed % 2 === 0 ? 0 : 0.01;
        await checkRmsprop(gpu, problem(count, seed), { ...rmspropSettings, momentum, weightCost });
      }),
      cases(examples),
    );
  });

  test('ten steps from zero states, each from where the GPU was', async () => {
    const gpu = await testGpu();
    const zeros = new Float32Array(70);
    let state: Problem = { ...problem(70, 1), first: zeros, second: zeros };
    for (let step = 1; step <= 10; step++) {
      state = await checkRmsprop(gpu, { ...state, gradients: problem(70, 100 + step).gradients }, rmspropSettings);
    }
  });

  test('two steps by hand: s = g^2 / 4 at first, so the step is 2 lr; then momentum keeps half of it', async () => {
    const gpu = await testGpu();
    const settings = { decay: 0.75, momentum: 0.5, epsilon: 0 };
    const rates = rmspropRates(new Float32Array(ratesWords), 0.125);
    const build = ({ first, second, ...tensors }: Tensors) =>
      rmspropStep({ ...tensors, meanSquare: second, velocity: first, ...settings });
    const start = {
      parameters: Float32Array.of(1),
      gradients: Float32Array.of(4),
      first: new Float32Array(1),
      second: new Float32Array(1),
    };
    const once = await stepped(gpu, start, rates, build);
    expectClose('after one', [once.parameters[0], once.second[0], once.first[0]], [0.75, 4, 2], 1e-6);
    // s = 3/4 * 4 + 1/4 * 0, g = 0: the velocity halves to 1.
    const twice = await stepped(gpu, { ...once, gradients: Float32Array.of(1e-30) }, rates, build);
    expectClose('after two', [twice.parameters[0], twice.second[0], twice.first[0]], [0.625, 3, 1], 1e-6);
  });
});

async function checkCentred(gpu: Gpu, before: Problem, settings: CentredRmspropSettings): Promise<Problem> {
  const rates = rmspropRates(new Float32Array(ratesWords), settings.learningRate);
  const actual = await stepped(gpu, before, rates, ({ first, second, ...tensors }) =>
    centredRmspropStep({ ...tensors, mean: first, meanSquare: second, ...settings }),
  );
  const [expected, sizes] = [before, magnitudes(before)].map((start) => {
    const state = copies(start);
    centredRmspropStepReference(state.parameters, start.gradients, state.first, state.second, settings);
    return state;
  });
  // The variance is off by 8 units of the mean square and 17 of the mean's square (its size, not what is left of it);
  // the gradient, where the weight cost cancels it, by 3 of its terms.
  const stateError = sizes.first.map((mean, i) => {
    const variance = expected.second[i] - expected.first[i] ** 2 + settings.epsilon;
    const gradient = Math.abs(before.gradients[i]) + settings.weightCost * Math.abs(before.parameters[i]);
    const ofVariance = (gradient * (8 * sizes.second[i] + 17 * mean ** 2)) / (2 * variance ** 1.5);
    return settings.learningRate * (ofVariance + (3 * gradient) / Math.sqrt(variance));
  });
  expectStep('centred', actual, expected, before, sizes, stateError);
  return actual;
}

const centredSettings = { learningRate: 2.5e-4, decay: 0.95, epsilon: 0.01, weightCost: 0 };

describe('centred rmsprop', () => {
  test('equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (count, seed) => {
        const weightCost = seed % 2 === 0 ? 0 : 0.01;
        await checkCentred(gpu, problem(count, seed), { ...centredSettings, weightCost });
      }),
      cases(examples),
    );
  });

  test('ten steps from zero states, each from where the GPU was', async () => {
    const gpu = await testGpu();
    const zeros = new Float32Array(70);
    let state: Problem = { ...problem(70, 1), first: zeros, second: zeros };
    for (let step = 1; step <= 10; step++) {
      state = await checkCentred(gpu, { ...state, gradients: problem(70, 100 + step).gradients }, centredSettings);
    }
  });

  test('one step by hand: a = 1/4 g, s = 1/4 g^2, so s - a^2 + epsilon = 3/16 g^2 + 1/16', async () => {
    const gpu = await testGpu();
    const rates = rmspropRates(new Float32Array(ratesWords), 0.5);
    const start = {
      parameters: Float32Array.of(1),
      gradients: Float32Array.of(-1),
      first: new Float32Array(1),
      second: new Float32Array(1),
    };
    const { parameters, first, second } = await stepped(gpu, start, rates, (tensors) =>
      centredRmspropStep({ ...tensors, mean: tensors.first, meanSquare: tensors.second, decay: 0.75, epsilon: 0.0625 }),
    );
    expectClose('step', [parameters[0], first[0], second[0]], [2, -0.25, 0.25], 1e-6);
  });

  test('a constant gradient, whose variance rounds below 0, gives no NaN even with epsilon 0.0000001', async () => {
    const gpu = await testGpu();
    const count = 64;
    const gradients = randomValues(count, 4, 'gradients').map((value) => value + Math.sign(value));
    const state = {
      parameters: new Float32Array(count),
      gradients,
      first: gradients,
      // One rounding unit below the square of the mean.
      second: gradients.map((value) => value * value * (1 - 2e-7)),
    };
    const rates = rmspropRates(new Float32Array(ratesWords), 1);
    const { parameters } = await stepped(gpu, state, rates, ({ first, second, ...tensors }) =>
      centredRmspropStep({ ...tensors, mean: first, meanSquare: second, epsilon: 1e-7 }),
    );
    for (const value of parameters) expect(Number.isFinite(value)).toBe(true);
  });
});

test('optimisers refuse states of another size, other rates and impossible constants', async () => {
  const gpu = await testGpu();
  const four = (name: string) => gpu.tensor(name, [4]);
  const five = gpu.tensor('five', [5]);
  const call = {
    parameters: four('parameters'),
    gradients: four('gradients'),
    rates: gpu.uniform('rates', ratesWords),
    firstMoment: four('firstMoment'),
    secondMoment: four('secondMoment'),
  };
  expect(() => adamStep({ ...call, secondMoment: five })).toThrow(
    'secondMoment (five) is f32 of 5 elements, expected f32 of 4',
  );
  expect(() => adamStep({ ...call, rates: five })).toThrow('rates (five)');
  expect(() => adamStep({ ...call, beta2: 1 })).toThrow('beta2 is 1, expected 0 <= beta2 < 1');
  expect(() => adamStep({ ...call, weightCost: -1 })).toThrow('weightCost is -1');
});
