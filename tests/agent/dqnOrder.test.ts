/** What happens in which step: the order of acting, learning and copying, and what the updates get, against logs worked by hand. */
import { afterEach, describe, expect, type Mock, spyOn, test } from 'bun:test';
import { Dqn } from '../../src/agent/dqn.ts';
import { Learner } from '../../src/agent/learner.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { Policy } from '../../src/agent/policy.ts';
import { Validator } from '../../src/agent/validation.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { ScriptedRewards } from '../support/fakeEnvironment.ts';
import { testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';

const options: DqnOptions = {
  ...plainAgent,
  observationSize: 36,
  stack: 2,
  batchSize: 2,
  replayCapacity: 100,
  learnStart: 4,
  updateEvery: 2,
  targetEvery: 5,
  // Always the network's choice.
  epsilonStart: 0,
  epsilonEnd: 0,
};

// biome-ignore lint/suspicious/noExplicitAny: spies of any method
const spies: Mock<any>[] = [];
const restoreSpied = (): void => {
  for (const spy of spies.splice(0)) spy.mockRestore();
};
afterEach(restoreSpied);

async function opened(environment: ScriptedRewards, changes: Partial<DqnOptions>, validationSize = 0): Promise<Dqn> {
  return Dqn.create(await testGpu(), environment, { ...options, ...changes }, { validationSize });
}

/** An agent in `environment` and the log of what it did, an array a step. */
async function logged(environment: ScriptedRewards, changes: Partial<DqnOptions>, validationSize = 0) {
  const dqn = await opened(environment, changes, validationSize);
  let log: string[] = [];
  const watch = <T extends object>(target: T, name: keyof T, entry: () => string): void => {
    const original = target[name] as (...given: unknown[]) => unknown;
    const spy = spyOn(target, name as never) as Mock<typeof original>;
    spies.push(
      spy.mockImplementation(function (this: T, ...given: unknown[]) {
        log.push(entry());
        return original.apply(this, given);
      }),
    );
  };
  watch(Policy.prototype, 'act', () => 'act');
  watch(Learner.prototype, 'update', () => `update from ${dqn.replay.length}`);
  watch(Learner.prototype, 'copyToTarget', () => 'copy');
  watch(Validator.prototype, 'take', () => `validation from ${dqn.replay.length}`);
  watch(environment, 'step', () => 'play');
  const play = async (steps: number): Promise<string[][]> => {
    const all: string[][] = [];
    for (let step = 0; step < steps; step++) {
      log = [];
      await dqn.step();
      all.push(log);
    }
    return all;
  };
  return { dqn, play };
}

describe('the order of a step', () => {
  test('after-step: after the steps number 6, 8, 10 … an update, after 5, 10 … a copy', async () => {
    const { play } = await logged(new ScriptedRewards(36, [0]), {}, 3);
    expect(await play(11)).toEqual([
      ...[
        ['act', 'play'],
        ['act', 'play'],
        ['act', 'play'],
        ['act', 'play'],
      ],
      // 5 > learnStart = 4, but odd: only the validation is drawn.
      ['act', 'play', 'validation from 5', 'copy'],
      ['act', 'play', 'update from 6'],
      ['act', 'play'],
      ['act', 'play', 'update from 8'],
      ['act', 'play'],
      ['act', 'play', 'update from 10', 'copy'],
      ['act', 'play'],
    ]);
  });

  test("before-step: DeepMind's counter, which is one behind when it learns and not when it copies", async () => {
    const { play, dqn } = await logged(
      new ScriptedRewards(36, [0]),
      { updateOrder: 'before-step', targetPhase: 1, updatesAtOnce: 2 },
      3,
    );
    // numSteps while learning is 0 in the first step; it learns when numSteps > 4 and even, after the action is chosen. numSteps then
    // grows by one, and where it leaves 1 over fives the target is copied: in the steps of numSteps 0, 5, 10.
    expect(await play(12)).toEqual([
      /* 0 */ ['act', 'play', 'copy'],
      ...[
        ['act', 'play'],
        ['act', 'play'],
        ['act', 'play'],
        ['act', 'play'],
      ],
      // learn_start + 1
      /* 5 */ ['act', 'validation from 5', 'play', 'copy'],
      /* 6 */ ['act', 'update from 6', 'update from 6', 'play'],
      ['act', 'play'],
      /* 8 */ ['act', 'update from 8', 'update from 8', 'play'],
      ['act', 'play'],
      /* 10 */ ['act', 'update from 10', 'update from 10', 'play', 'copy'],
      ['act', 'play'],
    ]);
    expect(dqn.counters).toEqual({ agentSteps: 12, updates: 6, episodes: 0 });
  });

  test('before-step: the action is the network’s of before the update', async () => {
    // Both agents have the same weights in their first six steps; a huge learning rate then changes the choice of the one that has
    // learned before it chose.
    const actions = async (updateOrder: DqnOptions['updateOrder']): Promise<number[]> => {
      const changes = { updateOrder, learningRate: 10, learnStart: 5, updateEvery: 6 };
      const dqn = await opened(new ScriptedRewards(36, [-1]), changes);
      const chosen: number[] = [];
      for (let step = 0; step < 8; step++) chosen.push((await dqn.step()).action);
      return chosen;
    };
    const [after, before] = [await actions('after-step'), await actions('before-step')];
    // Step number 6, the seventh: after-step has learned at the end of the sixth, before-step learns in the seventh's middle.
    expect(before.slice(0, 6)).toEqual(after.slice(0, 6));
    expect(before[6]).toBe(before[5]);
    expect(after[6]).not.toBe(before[6]);
    expect(before[7]).toBe(after[6]);
  });
});

test.each(['first', 'random'] as const)(
  '%s of equal actions: the policy gets a generator to draw from or none',
  async (greedyTies) => {
    const dqn = await opened(new ScriptedRewards(36, [0]), { greedyTies });
    const spy = spyOn(Policy.prototype, 'act');
    spies.push(spy);
    await dqn.step();
    expect(spy.mock.calls[0][1] instanceof Xoshiro128).toBe(greedyTies === 'random');
  },
);

/** What each update got: the batch's rewards beside those that the script has for the steps whose frames it got, and the rate. */
async function updatesOf(rewards: readonly number[], changes: Partial<DqnOptions>, steps: number) {
  const dqn = await opened(new ScriptedRewards(36, rewards), { batchSize: 8, ...changes });
  restoreSpied();
  const updates: { agentSteps: number; learningRate: number; got: number[]; raw: number[]; terminals: number[] }[] = [];
  const { update } = Learner.prototype;
  const spy = spyOn(Learner.prototype, 'update').mockImplementation(function (this: Learner, ...given) {
    const [batch, learningRate] = given;
    const { stack, observationSize } = options;
    const raw = Array.from({ length: batch.batchSize }, (_, b) => {
      const newest = batch.stateIndices[b * stack + stack - 1];
      return rewards[batch.frames[newest * observationSize ** 2] % rewards.length];
    });
    const { agentSteps } = dqn.counters;
    const terminals = [...batch.terminals];
    updates.push({ agentSteps, learningRate, got: [...batch.rewards], raw, terminals });
    return update.apply(this, given);
  });
  spies.push(spy);
  for (let step = 0; step < steps; step++) await dqn.step();
  return updates;
}

describe('an update gets', () => {
  test('rewards divided by the largest one so far, at least 1', async () => {
    // Largest of the first n: 0.5, 0.5, 0.5, 0.5 (so 1), 0.5, 2 from the sixth on, 4 from the ninth on; -8 is never the largest.
    const rewards = [0.5, -8, 0.25, 0, -1, 2, 1, 0.5, 4, 3, 1, 2];
    const divisors: Record<number, number> = { 5: 1, 6: 2, 8: 2, 9: 4, 12: 4 };
    const changes = { rescaleRewards: true, learnStart: 4, updateEvery: 1, batchSize: 3 };
    const updates = await updatesOf(rewards, changes, 12);
    expect(updates.map(({ agentSteps }) => agentSteps)).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
    const seen = new Set<number>();
    for (const { agentSteps, got, raw } of updates) {
      const divisor = divisors[agentSteps] ?? (agentSteps < 9 ? 2 : 4);
      expect(got).toEqual(raw.map((reward) => Math.fround(reward / divisor)));
      for (const reward of got) seen.add(reward);
    }
    expect(seen.size).toBeGreaterThan(4);
    const unscaled = await updatesOf(rewards, { ...changes, rescaleRewards: false }, 12);
    for (const { got, raw } of unscaled) expect(got).toEqual(raw);
  });

  test('the learning rate of its step', async () => {
    const rates = {
      learnStart: 5,
      updateEvery: 2,
      learningRate: 0.008,
      learningRateEnd: 0.002,
      learningRateDecaySteps: 6,
    };
    // 0.008 - 0.006 (steps - 5) / 6, from 11 on 0.002.
    for (const updateOrder of ['after-step', 'before-step'] as const) {
      const updates = await updatesOf([0], { ...rates, updateOrder, batchSize: 2 }, 15);
      expect(updates.map(({ agentSteps }) => agentSteps)).toEqual([6, 8, 10, 12, 14]);
      for (const [i, expected] of [0.007, 0.005, 0.003, 0.002, 0.002].entries()) {
        expect(updates[i].learningRate).toBeCloseTo(expected, 12);
      }
    }
  });

  test('as terminal what no value follows, also where the episode goes on', async () => {
    // Reward -3 stands for a lost life in the script.
    const updates = await updatesOf([1, -3, 1, 1], { learnStart: 20, updateEvery: 1 }, 40);
    for (const { raw, terminals } of updates) expect(terminals).toEqual(raw.map((reward) => (reward === -3 ? 1 : 0)));
    expect(new Set(updates.flatMap(({ terminals }) => terminals))).toEqual(new Set([0, 1]));
  });
});
