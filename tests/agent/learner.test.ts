/**
 * The whole update against the f64 reference: every gradient of a network, and ten updates; the same bits however it is computed.
 */
import { describe, expect, test } from 'bun:test';
import { likelyVariants, variantsOf } from '../../kernels/variant.ts';
import { architecture, initialParameters, rangesWithout } from '../../src/agent/architecture.ts';
import { Learner } from '../../src/agent/learner.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { blackFrame, createReplayBatch, type ReplayBatch } from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { expectSameBits, testGpu } from '../support/kernelTest.ts';
import { ReferenceLearner } from '../support/referenceLearner.ts';

const actionCount = 6;

const base: DqnOptions = {
  seed: 1,
  network: 'nips2013',
  observationSize: 84,
  stack: 4,
  stackPadding: 'zero',
  discount: 0.99,
  batchSize: 5,
  replayCapacity: 100,
  replaySampling: 'with-replacement',
  learnStart: 0,
  updateEvery: 1,
  targetEvery: 1000,
  epsilonStart: 1,
  epsilonEnd: 0.1,
  epsilonDecaySteps: 100,
  epsilonDecayFrom: 'start',
  loss: 'huber',
  gradient: 'mean',
  optimiser: 'adam',
  learningRate: 1e-3,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  rmspropDecay: 0.95,
  rmspropMomentum: 0,
  optimiserEpsilon: 1e-8,
  storage: 'f32',
};

/** A batch with everything that occurs: noise frames, black frames before the start, ends, rewards of both signs. */
function randomBatch({ batchSize, stack, observationSize }: DqnOptions, seed: number): ReplayBatch {
  const random = new Xoshiro128(seed, 'batch');
  const batch = createReplayBatch(batchSize, stack, observationSize ** 2);
  for (let i = 0; i < batch.frames.length; i++) batch.frames[i] = random.nextInt(256);
  for (let b = 0; b < batchSize; b++) {
    for (let i = 0; i < stack; i++) {
      batch.stateIndices[b * stack + i] = b === 0 && i < 2 ? blackFrame : b * (stack + 1) + i;
      batch.nextStateIndices[b * stack + i] = b * (stack + 1) + i + 1;
    }
    batch.actions[b] = random.nextInt(actionCount);
    batch.rewards[b] = random.nextInt(3) - 1;
    batch.terminals[b] = b === 1 ? 1 : 0;
  }
  return batch;
}

async function learners(options: DqnOptions) {
  const gpu = await testGpu();
  const shape = architecture(options.network, options.observationSize, options.stack, actionCount);
  const parameters = initialParameters(shape, new Xoshiro128(3, 'initial weights'), 'fan-in');
  const online = new ParameterSet(gpu, shape, 'online');
  online.write(parameters);
  const learner = new Learner(gpu, online, options);
  await gpu.compiled();
  learner.copyToTarget();
  return { shape, learner, reference: new ReferenceLearner(shape, options, parameters) };
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
  } satisfies Record<string, DqnOptions>)) {
    test(name, async () => {
      const { shape, learner, reference } = await learners(options);
      const batch = randomBatch(options, 5);
      await learner.update(batch);
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
    'rmsprop with momentum': {
      options: { ...base, optimiser: 'rmsprop', rmspropMomentum: 0.9, learningRate: 1e-4, optimiserEpsilon: 1e-6 },
      bound: 0.05,
    },
    "DeepMind's: centred rmsprop, clipped delta, sum": {
      options: {
        ...base,
        network: 'nature',
        observationSize: 44,
        batchSize: 4,
        gradient: 'sum',
        optimiser: 'rmsprop-centred',
        learningRate: 0.00025,
        optimiserEpsilon: 0.01,
      },
      bound: 0.01,
    },
  };
  for (const [name, { options, bound }] of Object.entries(cases)) {
    test(name, async () => {
      const { learner, reference } = await learners(options);
      for (let update = 0; update < 10; update++) {
        const batch = randomBatch(options, 100 + update);
        await learner.update(batch);
        const expected = reference.update(batch);
        const { meanLoss } = await learner.statistics();
        expect(Math.abs(meanLoss - expected.loss) / expected.loss).toBeLessThan(1e-3);
      }
      const parameters = await learner.online.read();
      const { difference } = compare(parameters, reference.online, 0, parameters.length);
      const moved = compare(parameters, reference.target, 0, parameters.length).difference;
      expect(moved).toBeGreaterThan(3 * options.learningRate);
      if (difference > bound * 10 * options.learningRate) {
        throw new Error(`off by ${difference}, ten learning rates are ${10 * options.learningRate}`);
      }
      expect(await learner.target.read()).toEqual(Float32Array.from(reference.target));
    });
  }
});

describe("the optimiser's step fused into a gradient", () => {
  test.each(['rmsprop', 'rmsprop-centred', 'adam'] as const)(
    'has the bits of ten updates without: %s',
    async (optimiser) => {
      const gpu = await testGpu();
      const options: DqnOptions = { ...base, batchSize: 17, observationSize: 36, optimiser, rmspropMomentum: 0.9 };
      const shape = architecture(options.network, options.observationSize, options.stack, actionCount);
      const run = async (fuse: boolean): Promise<Learner> => {
        const online = new ParameterSet(gpu, shape, 'online');
        online.write(initialParameters(shape, new Xoshiro128(3, 'initial weights'), 'fan-in'));
        const learner = new Learner(gpu, online, options, likelyVariants(gpu), [], { fuse });
        await gpu.compiled();
        learner.copyToTarget();
        for (let update = 0; update < 10; update++) await learner.update(randomBatch(options, 100 + update));
        return learner;
      };
      const [fused, apart] = [await run(true), await run(false)];
      const label = 'fc1.backwardWeightStep';
      expect(fused.steps.some((step) => step.label === label)).toBe(variantsOf(gpu).includes('panel8'));
      expect(apart.steps.some((step) => step.label === label)).toBe(false);
      const [first, second] = [await fused.save(), await apart.save()];
      for (const [i, { name, data }] of first.entries()) expectSameBits(name, data, second[i].data);
      expect(first[0].data).not.toEqual(first[1].data);
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
