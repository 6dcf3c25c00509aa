/**
 * The whole update against the f64 reference: every gradient of a network, and ten updates; the same bits however it is computed.
 * The presets' own updates: learnerPresets.test.ts.
 */
import { describe, expect, test } from 'bun:test';
import { variantsOf } from '../../kernels/variant.ts';
import { architecture, initialParameters, rangesWithout } from '../../src/agent/architecture.ts';
import { Learner } from '../../src/agent/learner.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { noiseBatch } from '../support/batches.ts';
import { expectSameBits, testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';
import { ReferenceLearner } from '../support/referenceLearner.ts';

const actionCount = 6;

const base: DqnOptions = { ...plainAgent, batchSize: 5, learningRate: 1e-3 };

const randomBatch = (options: DqnOptions, seed: number) => noiseBatch(options, actionCount, seed);

/** Learner and reference, both networks alike in both; the target is not the online network, or double DQN would not show. */
async function learners(options: DqnOptions) {
  const gpu = await testGpu();
  const shape = architecture(options.network, options.observationSize, options.stack, actionCount);
  const parameters = (name: string) => initialParameters(shape, new Xoshiro128(3, name), options.initialisation);
  const [initial, target] = [parameters('initial weights'), parameters('target')];
  const online = new ParameterSet(gpu, shape, 'online');
  online.write(initial);
  const learner = new Learner(gpu, online, options);
  learner.target.write(target);
  await gpu.compiled();
  const reference = new ReferenceLearner(shape, options, initial);
  reference.target.set(target);
  return { shape, initial, target, learner, reference };
}

/** Largest absolute difference and largest absolute expected value. */
function compare(actual: Float32Array, expected: Float64Array, from: number, to: number) {
  let difference = 0;
  let size = 0;
  for (let i = from; i < to; i++) {
    difference = Math.max(difference, Number.isNaN(actual[i]) ? Infinity : Math.abs(actual[i] - expected[i]));
    size = Math.max(size, Math.abs(expected[i]));
  }
  return { difference, size };
}

describe('gradients of a whole network', () => {
  for (const [name, options] of Object.entries({
    nips2013: base,
    'nature, squared error, sum': {
      ...base,
      network: 'nature',
      observationSize: 44,
      batchSize: 3,
      loss: 'squared',
      gradient: 'sum',
    },
    'dueling, double, clipped delta, three steps': {
      ...base,
      network: 'dueling-small',
      initialisation: 'xavier',
      observationSize: 44,
      doubleDqn: true,
      nSteps: 3,
      loss: 'clipped-delta',
      clipDelta: 0.5,
    },
  } satisfies Record<string, DqnOptions>)) {
    test(name, async () => {
      const { shape, learner, reference } = await learners(options);
      const batch = randomBatch(options, 5);
      await learner.update(batch, options.learningRate, true);
      const expected = reference.update(batch);
      const gradients = await learner.gradients.read();
      for (const parameter of shape.parameters) {
        const end = parameter.offset + parameter.shape.reduce((product, extent) => product * extent, 1);
        const { difference, size } = compare(gradients, reference.gradients, parameter.offset, end);
        expect(size).toBeGreaterThan(0);
        // Sums of up to 3,136 f32 products through five layers: a few thousand rounding units (2^-24) of the largest gradient.
        if (difference > 1e-4 * size) throw new Error(`${parameter.name}: off by ${difference}, largest ${size}`);
      }
      const { meanLoss, meanQ, updates } = await learner.statistics();
      expect(updates).toBe(1);
      expect(Math.abs(meanLoss - expected.loss)).toBeLessThan(1e-5 * expected.loss);
      expect(Math.abs(meanQ - expected.maxQ)).toBeLessThan(1e-5);
      expect((await learner.statistics()).updates).toBe(0);
    });
  }
});

describe('ten updates', () => {
  // An optimiser that divides by the gradient's size moves a weight by about the learning rate whatever the gradient: where the gradient
  // is near 0 its rounding error shows in full. So the bound is a share of the ten steps' learning rate, and the loss is held as well.
  const cases: Record<string, { options: DqnOptions; bound: number }> = {
    'adam, huber, mean': { options: base, bound: 0.05 },
    'adam, double, five steps, a weight cost': {
      options: { ...base, observationSize: 52, doubleDqn: true, nSteps: 5, weightCost: 0.02 },
      bound: 0.05,
    },
    'rmsprop with momentum, a weight cost': {
      options: {
        ...{ ...base, optimiser: 'rmsprop', rmspropMomentum: 0.9, learningRate: 1e-4, optimiserEpsilon: 1e-6 },
        weightCost: 0.02,
      },
      bound: 0.05,
    },
    "DeepMind's: centred rmsprop, clipped delta, sum": {
      options: {
        ...{ ...base, network: 'nature-padded', observationSize: 44, batchSize: 4, loss: 'clipped-delta' },
        ...{ gradient: 'sum', optimiser: 'rmsprop-centred', learningRate: 0.00025, optimiserEpsilon: 0.01 },
        weightCost: 0.02,
      },
      bound: 0.01,
    },
  };
  for (const [name, { options, bound }] of Object.entries(cases)) {
    test(name, async () => {
      const { initial, target, learner, reference } = await learners(options);
      for (let update = 0; update < 10; update++) {
        const batch = randomBatch(options, 100 + update);
        // Falling by a twentieth each time.
        const learningRate = options.learningRate * (1 - update / 20);
        await learner.update(batch, learningRate);
        const expected = reference.update(batch, learningRate);
        const { meanLoss } = await learner.statistics();
        expect(Math.abs(meanLoss - expected.loss) / expected.loss).toBeLessThan(1e-3);
      }
      const parameters = await learner.online.read();
      const { difference } = compare(parameters, reference.online, 0, parameters.length);
      const moved = compare(initial, reference.online, 0, parameters.length).difference;
      expect(moved).toBeGreaterThan(3 * options.learningRate);
      if (difference > bound * 10 * options.learningRate) {
        throw new Error(`off by ${difference}, ten learning rates are ${10 * options.learningRate}`);
      }
      expect(await learner.target.read()).toEqual(target);
    });
  }
});

describe("the optimiser's step fused into a gradient", () => {
  test.each(['rmsprop', 'rmsprop-centred', 'adam'] as const)(
    'has the bits of ten updates that keep their gradients: %s',
    async (optimiser) => {
      const gpu = await testGpu();
      const options: DqnOptions = {
        ...{ ...base, batchSize: 17, observationSize: 36, optimiser, rmspropMomentum: 0.9 },
        weightCost: 0.01,
      };
      const run = async (keepGradients: boolean): Promise<Learner> => {
        const { learner } = await learners(options);
        for (let update = 0; update < 10; update++) {
          await learner.update(randomBatch(options, 100 + update), options.learningRate, keepGradients);
        }
        return learner;
      };
      const [fused, apart] = [await run(false), await run(true)];
      const fuses = variantsOf(gpu).includes('panel8');
      expect(fused.steps.some((step) => step.label === 'fc1.backwardWeightStep')).toBe(fuses);
      const { weight } = fused.architecture.layers.find(({ layer }) => layer.name === 'fc1')!;
      const gradientOf = (learner: Learner) => gpu.readF32(learner.gradients.tensor(weight));
      expect((await gradientOf(fused)).every((value) => value === 0)).toBe(fuses);
      expect((await gradientOf(apart)).every((value) => value === 0)).toBe(false);
      const [first, second] = [await fused.save(), await apart.save()];
      for (const [i, { name, data }] of first.entries()) expectSameBits(name, data, second[i].data);
      expect(first[0].data).not.toEqual(first[1].data);
      // From one to the other and back.
      const batch = randomBatch(options, 200);
      for (const [learner, keeps] of [[fused, true] as const, [apart, false] as const]) {
        await learner.update(batch, options.learningRate, keeps);
        await learner.update(batch, options.learningRate, !keeps);
      }
      expectSameBits('online', await fused.online.read(), await apart.online.read());
    },
  );
});

test('the ranges without some parameters hold all others, each once', () => {
  const shape = architecture('nips2013', 36, 4, actionCount);
  const { parameters, words } = shape;
  const spans = (...names: string[]) =>
    rangesWithout(
      shape,
      parameters.filter(({ name }) => names.includes(name)),
    ).map(({ shape: [count], offset }) => [offset, offset + count]);
  const at = (name: string) => parameters.find((parameter) => parameter.name === name)!.offset;
  expect(spans()).toEqual([[0, words]]);
  expect(spans('fc1.weight')).toEqual([
    [0, at('fc1.weight')],
    [at('fc1.bias'), words],
  ]);
  expect(spans('conv1.weight', 'conv1.bias', 'out.bias')).toEqual([[at('conv2.weight'), at('out.bias')]]);
});
