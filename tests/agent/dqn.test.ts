/** The DQN loop on a small task: it learns, it repeats itself to the bit, and it goes on after a restore as if nothing had been. */
import { describe, expect, test } from 'bun:test';
import { Dqn } from '../../src/agent/dqn.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { blackFrame, createReplayBatch, ReplayMemory } from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { BrightHalf } from '../support/fakeEnvironment.ts';
import { testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';
import { bytesOf } from '../support/replay.ts';

const options: DqnOptions = {
  ...plainAgent,
  seed: 11,
  observationSize: 36,
  stack: 2,
  discount: 0.5,
  batchSize: 16,
  replayCapacity: 200,
  learnStart: 50,
  updateEvery: 2,
  targetEvery: 20,
  epsilonEnd: 0.05,
  epsilonDecaySteps: 300,
  learningRate: 1e-3,
};

async function agent(changes: Partial<DqnOptions> = {}) {
  const gpu = await testGpu();
  const all = { ...options, ...changes };
  return Dqn.create(gpu, new BrightHalf(all.observationSize, all.seed), all);
}

async function play(dqn: Dqn, steps: number): Promise<{ actions: number[]; returns: number[] }> {
  const actions: number[] = [];
  const returns: number[] = [];
  for (let i = 0; i < steps; i++) {
    const step = await dqn.step();
    actions.push(step.action);
    if (step.episodeEnded) returns.push(step.episodeReturn);
  }
  return { actions, returns };
}

describe('Dqn', () => {
  test('learns which half is bright', async () => {
    const dqn = await agent();
    const { returns } = await play(dqn, 800);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(returns.slice(0, 20)))).toBeLessThan(1.5);
    // Always right is 4; one action in 20 is random, and half of those are wrong: 4 * (1 - 0.05) = 3.8 is expected.
    expect(mean(returns.slice(-50))).toBeGreaterThan(3.5);
    expect(dqn.counters).toEqual({ agentSteps: 800, updates: 375, episodes: 200 });
    const { meanLoss, updates } = await dqn.statistics();
    expect(updates).toBe(375);
    expect(meanLoss).toBeGreaterThan(0);
  });

  test('one seed, one result: actions and weights to the bit; another seed, another', async () => {
    const [first, second, other] = [await agent(), await agent(), await agent({ seed: 12 })];
    const actions = [(await play(first, 150)).actions, (await play(second, 150)).actions];
    expect(actions[0]).toEqual(actions[1]);
    expect(await first.weights()).toEqual(await second.weights());
    await play(other, 150);
    expect(await other.weights()).not.toEqual(await first.weights());
  });

  test('saved in the middle of an episode and restored elsewhere, it goes on to the same weights', async () => {
    const whole = await agent();
    await play(whole, 121);
    const state = await whole.save();
    const header = whole.replay.header();
    const bytes = await bytesOf(whole.replay.chunks());
    const expected = await play(whole, 80);

    const resumed = await agent({ seed: 11 });
    await play(resumed, 7);
    resumed.restore(state);
    await resumed.replay.restore(header, [bytes]);
    expect(resumed.counters.agentSteps).toBe(121);
    expect(await play(resumed, 80)).toEqual(expected);
    expect(await resumed.weights()).toEqual(await whole.weights());
  });

  test('weights written out and loaded again are the same, and another network refuses them', async () => {
    const first = await agent();
    const second = await agent({ seed: 5 });
    second.loadWeights(await first.weights());
    expect(await second.weights()).toEqual(await first.weights());
    const larger = await agent({ network: 'nature', observationSize: 44 });
    expect(() => first.loadWeights([])).toThrow('no tensor conv1.weight');
    const foreign = await larger.weights();
    expect(() => first.loadWeights(foreign)).toThrow('conv1.weight is [32, 2, 8, 8] and must be [16, 2, 8, 8]');
  });

  test('the target network is the online network of the last multiple of targetEvery steps', async () => {
    const dqn = await agent();
    const networks = async () => {
      const { arrays } = await dqn.save();
      const named = (name: string) => arrays.find((array) => array.name === name)!.data;
      return { online: named('online'), target: named('target') };
    };
    await play(dqn, 80);
    const copied = await networks();
    expect(copied.target).toEqual(copied.online);
    await play(dqn, 19);
    const later = await networks();
    expect(later.target).toEqual(copied.target);
    expect(later.online).not.toEqual(copied.online);
    await play(dqn, 1);
    const again = await networks();
    expect(again.target).toEqual(again.online);
  });

  test('transitions are remembered as they happened: action, reward and end belong to the state', async () => {
    const dqn = await agent({ learnStart: 1000 });
    await play(dqn, 100);
    expect(dqn.replay.length).toBe(100);
    const { stack, observationSize } = options;
    const frameBytes = observationSize ** 2;
    const batch = createReplayBatch(400, stack, frameBytes);
    dqn.replay.sample(400, new Xoshiro128(1, 'test'), batch);
    let ends = 0;
    for (let b = 0; b < 400; b++) {
      // The left half of the state's newest frame is bright, or the right one; that action is worth 1.
      const frame = batch.stateIndices[b * stack + stack - 1];
      const bright = batch.frames[frame * frameBytes] === 200 ? 0 : 1;
      expect(batch.rewards[b]).toBe(batch.actions[b] === bright ? 1 : -1);
      // An episode has four steps: its first state has a black frame before it, its last step ends it.
      const first = batch.stateIndices[b * stack] === blackFrame;
      if (first) expect(batch.terminals[b]).toBe(0);
      ends += batch.terminals[b];
    }
    // A quarter of 400, give or take four standard deviations (sqrt(400 * 3 / 16) = 8.7).
    expect(Math.abs(ends - 100)).toBeLessThan(35);
    expect(ReplayMemory.bytesNeeded({ capacity: 1_000_000, frameBytes: 7056 })).toBe(7_062_000_000);
  });
});
