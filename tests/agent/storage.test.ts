/** Weights that the passes read as f16: a whole update, and that the copies follow the weights through all that changes these. */
import { describe, expect, test } from 'bun:test';
import { halfNeighbours, halfValue } from '../../kernels/half.ref.ts';
import { elementCount } from '../../kernels/runtime/tensor.ts';
import { type Architecture, architecture, initialParameters } from '../../src/agent/architecture.ts';
import { Dqn } from '../../src/agent/dqn.ts';
import { Learner } from '../../src/agent/learner.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { noiseBatch } from '../support/batches.ts';
import { BrightHalf } from '../support/fakeEnvironment.ts';
import { testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';
import { ReferenceLearner } from '../support/referenceLearner.ts';
import { bytesOf } from '../support/replay.ts';

const options: DqnOptions = {
  ...{ ...plainAgent, seed: 11, observationSize: 36, stack: 2, discount: 0.5, batchSize: 4, replayCapacity: 200 },
  ...{ learnStart: 20, updateEvery: 2, targetEvery: 20, epsilonEnd: 0.05, epsilonDecaySteps: 60 },
  ...{ learningRate: 1e-3, storage: 'f16' },
};
const actionCount = 3;

const randomBatch = (seed: number) => noiseBatch(options, actionCount, seed);
const { learningRate } = options;

async function opened(storage: DqnOptions['storage']) {
  const gpu = await testGpu();
  const { network, observationSize, stack } = options;
  const shape = architecture(network, observationSize, stack, actionCount);
  const parameters = initialParameters(shape, new Xoshiro128(3, 'initial weights'), 'fan-in');
  const online = new ParameterSet(gpu, shape, 'online', storage);
  const learner = new Learner(gpu, online, { ...options, storage });
  await gpu.compiled();
  online.write(parameters);
  learner.copyToTarget();
  return { shape, learner, parameters };
}

/** The parameters as the passes read them. Throws unless each weight is one of its master's neighbours in f16. */
async function read(set: ParameterSet): Promise<Float32Array> {
  const gpu = await testGpu();
  const values = await set.read();
  for (const { weight } of set.architecture.layers) {
    const halves = new Uint16Array((await gpu.readU32(set.weight(weight))).buffer);
    for (let i = 0; i < elementCount(weight.shape); i++) {
      const master = values[weight.offset + i];
      const half = halfValue(halves[i]);
      if (!halfNeighbours(master).includes(half)) throw new Error(`${weight.name}[${i}]: ${half} for ${master}`);
      values[weight.offset + i] = half;
    }
  }
  return values;
}

/** Largest difference and largest expected value of each parameter tensor. */
function compare({ parameters }: Architecture, actual: Float32Array, expected: Float64Array) {
  return parameters.map(({ name, offset, shape }) => {
    let [difference, size] = [0, 0];
    for (let i = offset; i < offset + elementCount(shape); i++) {
      difference = Math.max(difference, Number.isNaN(actual[i]) ? Infinity : Math.abs(actual[i] - expected[i]));
      size = Math.max(size, Math.abs(expected[i]));
    }
    return { name, difference, size };
  });
}

describe('an update on weights stored as f16', () => {
  test('has the gradients of the weights that it reads', async () => {
    const { shape, learner } = await opened('f16');
    const reference = new ReferenceLearner(shape, options, await read(learner.online));
    const exact = new ReferenceLearner(shape, options, await learner.online.read());
    const batch = randomBatch(5);
    await learner.update(batch, learningRate, true);
    const { loss } = reference.update(batch);
    exact.update(batch);
    expect(Math.abs((await learner.statistics()).meanLoss - loss) / loss).toBeLessThan(1e-5);
    const gradients = await learner.gradients.read();
    for (const { name, difference, size } of compare(shape, gradients, reference.gradients)) {
      // As in learner.test.ts; the reference has the rounded weights, so what is left is the rounding of f32 sums.
      if (!(difference <= 2e-5 * size)) throw new Error(`${name}: off by ${difference}, largest ${size}`);
    }
    // With the weights as they were before the rounding the gradients are others.
    const [conv1] = compare(shape, gradients, exact.gradients);
    expect(conv1.difference).toBeGreaterThan(1e-4 * conv1.size);
  });

  test('ten of them stay close to ten of f32, and the copies follow the weights', async () => {
    const [halves, floats] = [await opened('f16'), await opened('f32')];
    for (let update = 0; update < 10; update++) {
      const batch = randomBatch(100 + update);
      const losses: number[] = [];
      for (const { learner } of [halves, floats]) {
        await learner.update(batch, learningRate);
        losses.push((await learner.statistics()).meanLoss);
      }
      // A weight is off by 2^-12 of itself on average, either way; of a loss of about 0.3 that is far less than 1 %.
      expect(Math.abs(losses[0] - losses[1]) / losses[1]).toBeLessThan(0.01);
    }
    const online = await read(halves.learner.online);
    expect(online).not.toEqual(await halves.learner.online.read());
    // The target is still the network of the beginning.
    expect(await halves.learner.target.read()).toEqual(halves.parameters);
    await read(halves.learner.target);
    halves.learner.copyToTarget();
    expect(await read(halves.learner.target)).toEqual(online);
  });

  test('saved weights are f32, and loaded ones are packed again', async () => {
    const [first, second] = [await opened('f16'), await opened('f16')];
    for (let update = 0; update < 3; update++) await first.learner.update(randomBatch(update), learningRate);
    const state = await first.learner.save();
    expect(state.find(({ name }) => name === 'online')!.data).toEqual(await first.learner.online.read());
    second.learner.restore(state, 3);
    expect(await read(second.learner.online)).toEqual(await read(first.learner.online));
    expect(await read(second.learner.target)).toEqual(await read(first.learner.target));
    second.learner.online.write(second.parameters);
    expect(await read(second.learner.online)).toEqual(await read(second.learner.target));
  });
});

describe('a run on weights stored as f16', () => {
  async function agent(storage: DqnOptions['storage'] = 'f16'): Promise<Dqn> {
    const { observationSize, seed } = options;
    return Dqn.create(await testGpu(), new BrightHalf(observationSize, seed), { ...options, storage });
  }

  async function play(dqn: Dqn, steps: number): Promise<number[]> {
    const actions: number[] = [];
    for (let i = 0; i < steps; i++) actions.push((await dqn.step()).action);
    return actions;
  }

  test('one seed, one result to the bit, which is not that of f32; restored elsewhere it goes on to the same', async () => {
    const [first, second, floats] = [await agent(), await agent(), await agent('f32')];
    const actions = await play(first, 61);
    const state = await first.save();
    const header = first.replay.header();
    const bytes = await bytesOf(first.replay.chunks());
    const later = await play(first, 40);
    expect(await play(second, 101)).toEqual([...actions, ...later]);
    expect(await second.weights()).toEqual(await first.weights());
    await play(floats, 101);
    expect(await floats.weights()).not.toEqual(await first.weights());

    const resumed = await agent();
    await play(resumed, 7);
    resumed.restore(state);
    await resumed.replay.restore(header, [bytes]);
    expect(await play(resumed, 40)).toEqual(later);
    expect(await resumed.weights()).toEqual(await first.weights());
  });
});
