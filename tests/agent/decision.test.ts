/** What an agent shows of a decision: all of one moment, between the choice and its step. */
import { describe, expect, test } from 'bun:test';
import type { Decision } from '../../src/agent/decision.ts';
import { Dqn } from '../../src/agent/dqn.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { BrightHalf } from '../support/fakeEnvironment.ts';
import { testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';

const options: DqnOptions = {
  ...plainAgent,
  ...{ seed: 11, observationSize: 36, stack: 2, batchSize: 16, replayCapacity: 200, learnStart: 50, updateEvery: 2 },
  ...{ targetEvery: 20, epsilonStart: 0.5, epsilonEnd: 0.5, epsilonDecaySteps: 300, learningRate: 1e-3 },
};

describe.each(['before-step', 'after-step'] as const)('with updates %s', (updateOrder) => {
  test('a decision is shown once, before it is played, with what it was made by', async () => {
    const all: DqnOptions = { ...options, updateOrder };
    const environment = new BrightHalf(all.observationSize, all.seed);
    const dqn = await Dqn.create(await testGpu(), environment, all);
    let played = 0;
    let reward = 0;
    const step = environment.step.bind(environment);
    environment.step = (action) => {
      played++;
      const result = step(action);
      reward = result.terminated ? 0 : result.info.episodeReturn;
      return result;
    };
    const shown: (Decision & { readonly values: number[] })[] = [];
    let valuesBefore: number[] = [Number.NaN, Number.NaN];
    for (let agentSteps = 0; agentSteps < 80; agentSteps++) {
      // Every third step nobody asks.
      const asked = agentSteps % 3 !== 2;
      const before = shown.length;
      if (asked) {
        dqn.onNextDecision = (decision) => {
          const { history, game, gameReward } = decision;
          expect(played).toBe(agentSteps);
          expect(Buffer.compare(history.slots[history.newest], environment.frame)).toBe(0);
          expect({ game, gameReward }).toEqual({ game: Math.floor(agentSteps / 4) + 1, gameReward: reward });
          shown.push({ ...decision, values: [...dqn.values()] });
        };
      }
      const { action } = await dqn.step();
      expect(dqn.onNextDecision).toBeUndefined();
      expect(shown.length).toBe(before + (asked ? 1 : 0));
      if (!asked) continue;
      const { values, wasRandom, ...decision } = shown.at(-1)!;
      expect(decision).toMatchObject({ action, epsilon: 0.5 });
      if (wasRandom && (agentSteps + 3) % 3 === 1) expect(values).toEqual(valuesBefore);
      if (!wasRandom) expect(values[action]).toBe(Math.max(...values));
      valuesBefore = values;
    }
    const kinds = shown.map(
      ({ wasRandom, values }) => `${wasRandom ? 'random' : 'greedy'} ${Number.isNaN(values[0]) ? 'unknown' : 'known'}`,
    );
    expect(new Set(kinds)).toEqual(new Set(['random unknown', 'random known', 'greedy known']));
  });
});
