/** Agents with the options of the three systems on a small task: each repeats itself, learns, and goes on after a restore to the bit. */
import { describe, expect, test } from 'bun:test';
import { Dqn } from '../../src/agent/dqn.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { deepmindSmall, graetzSmall, lapanSmall } from '../../src/run/presets/small.ts';
import { BrightHalf } from '../support/fakeEnvironment.ts';
import { testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';
import { bytesOf } from '../support/replay.ts';

/** Sizes and schedules; what makes each system what it is stays as its preset has it. */
const small = {
  ...{ seed: 11, observationSize: 36, discount: 0.5, replayCapacity: 200, learnStart: 50 },
  ...{ updateEvery: 2, targetEvery: 20, epsilonDecaySteps: 100 },
};

const systems: Readonly<Record<string, DqnOptions>> = {
  deepmind: { ...plainAgent, ...deepmindSmall.values, ...small, replayBuffer: 80, learningRateEnd: 0.0001 },
  lapan: { ...plainAgent, ...lapanSmall.values, ...small },
  graetz: { ...plainAgent, ...graetzSmall.values, ...small, epsilonFinalStep: 300 },
};
const validationSize = 40;

async function opened(options: DqnOptions): Promise<Dqn> {
  const environment = new BrightHalf(options.observationSize, options.seed);
  return Dqn.create(await testGpu(), environment, options, { validationSize });
}

async function play(dqn: Dqn, steps: number): Promise<{ actions: number[]; epsilons: number[] }> {
  const [actions, epsilons]: number[][] = [[], []];
  for (let i = 0; i < steps; i++) {
    const { action, epsilon } = await dqn.step();
    actions.push(action);
    epsilons.push(epsilon);
  }
  return { actions, epsilons };
}

describe.each(Object.entries(systems))('%s', (_, options) => {
  test('one seed, one result: actions and weights to the bit; another seed, another', async () => {
    const [first, second, other] = [
      await opened(options),
      await opened(options),
      await opened({ ...options, seed: 12 }),
    ];
    expect(await play(first, 150)).toEqual(await play(second, 150));
    expect(first.counters.updates).toBe(options.updateOrder === 'before-step' ? 49 : 50);
    expect(await first.weights()).toEqual(await second.weights());
    await play(other, 150);
    expect(await other.weights()).not.toEqual(await first.weights());
  });

  test('learns which half is bright', async () => {
    const dqn = await opened(options);
    const returns: number[] = [];
    while (dqn.counters.agentSteps < 800) {
      const { episodeEnded, episodeReturn } = await dqn.step();
      if (episodeEnded) returns.push(episodeReturn);
    }
    // Always right is 4, any action 0; at most one action in 10 is random and half of those wrong: 4 * (1 - 0.1) = 3.6 is expected.
    const last = returns.slice(-40);
    expect(last.reduce((sum, value) => sum + value, 0) / last.length).toBeGreaterThan(3);
  });

  // 40: before the validation is drawn. 121: in the middle of an episode, between updates, with transitions drawn for updates to come.
  test.each([40, 121])('saved after %d steps and restored elsewhere, it goes on to the same weights', async (steps) => {
    const whole = await opened(options);
    await play(whole, steps);
    const state = structuredClone(await whole.save());
    const header = structuredClone(whole.replay.header());
    const bytes = await bytesOf(whole.replay.chunks());
    const expected = await play(whole, 90);
    const validation = await whole.validate();
    expect(validation).toBeDefined();

    const resumed = await opened({ ...options });
    await play(resumed, 57);
    await resumed.replay.restore(header, [bytes]);
    resumed.restore(state);
    expect(resumed.counters.agentSteps).toBe(steps);
    expect((await resumed.validate()) === undefined).toBe(steps === 40);
    expect(await play(resumed, 90)).toEqual(expected);
    expect(await resumed.weights()).toEqual(await whole.weights());
    expect(await resumed.validate()).toEqual(validation!);
    expect(await resumed.statistics()).toEqual(await whole.statistics());
  });
});

test('keeping gradients changes no weight, and gives the sizes of each layer’s', async () => {
  const [plain, keeping] = [await opened(systems['deepmind']), await opened(systems['deepmind'])];
  keeping.keepsGradients = true;
  await play(plain, 80);
  await play(keeping, 80);
  expect(await keeping.weights()).toEqual(await plain.weights());
  const layers = await keeping.layerStatistics();
  expect(layers.map(({ layer }) => layer)).toEqual(['conv1', 'conv2', 'fc1', 'out']);
  for (const { meanAbsGradient, maxAbsGradient, meanAbsWeight } of layers) {
    expect(maxAbsGradient).toBeGreaterThan(meanAbsGradient);
    expect(meanAbsGradient).toBeGreaterThan(0);
    expect(meanAbsWeight).toBeGreaterThan(0);
  }
});

test('rescaled rewards: the largest so far is part of what is saved', async () => {
  const options = { ...systems['deepmind'], rescaleRewards: true };
  const first = await opened(options);
  await play(first, 60);
  const state = await first.save();
  expect(state.largestReward).toBe(1);
  const second = await opened(options);
  second.restore({ ...state, largestReward: 5 });
  expect((await second.save()).largestReward).toBe(5);
});
