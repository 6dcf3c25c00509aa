/**
 * Evaluations of a run: when they are, what they play, what is reported and kept, and that a stopped or killed run makes them as one that
 * never was. The agent and the games are known functions of their state (fakeRun.ts), but where training must not notice them.
 */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dqn } from '../../src/agent/dqn.ts';
import { loadWeightsFile } from '../../src/run/checkpoint.ts';
import { evaluate, Play, playGames } from '../../src/run/evaluation.ts';
import { evaluateAgent, isEvaluationDue } from '../../src/run/trainingEvaluation.ts';
import { noHistories } from '../../src/run/trainingHistories.ts';
import { BrightHalf } from '../support/fakeEnvironment.ts';
import { testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';
import { configured, FakeGames, going, metricsOf, removeFolder, resumed, shown, started } from './fakeRun.ts';

afterAll(removeFolder);
beforeEach(() => {
  shown.length = 0;
});

/** Evaluations of 13 steps after 60, 80, 100… steps: a game of 4, one of 5 and 4 steps of a third. */
const evaluating = {
  evaluateEvery: 20,
  evaluateSteps: 13,
  evaluationEpsilon: 0,
  best: 'evaluation',
  epsilonStart: 0.02,
};
const historyOf = (runFolder: string) => JSON.parse(readFileSync(join(runFolder, 'history.json'), 'utf8'));
const evaluationsOf = (runFolder: string) => metricsOf(runFolder).filter(({ type }) => type === 'evaluation');

describe('playing', () => {
  const options = { ...configured({}), epsilon: 0, seed: 77 };
  /** Always the third action: 2 points a step. */
  const policy = { act: async () => 2 };

  test('for so many steps: the unfinished last game is dropped, the first begins as it is told', async () => {
    for (const startsAtRandom of [true, false, undefined]) {
      const games = new FakeGames();
      const play = new Play(games, policy, { ...options, ...(startsAtRandom === undefined ? {} : { startsAtRandom }) });
      const results = await playGames(play, { steps: 13 });
      const first = startsAtRandom === false ? 4 : 5;
      expect(results!.map(({ agentSteps }) => agentSteps)).toEqual([first, 5]);
      expect(results!.map(({ reward }) => reward)).toEqual([2 * first, 10]);
      expect(play.rewards).toBe(13);
      expect(games.seeds).toEqual([77]);
      expect(games.randomStarts).toEqual([startsAtRandom ?? true, true, true]);
    }
  });

  test('for so many games, or until it shall not go on', async () => {
    const play = new Play(new FakeGames(), policy, options);
    expect((await evaluate(play, 3)).rewards).toEqual([10, 10, 10]);
    let asked = 0;
    expect(await playGames(play, { episodes: 3 }, () => ++asked < 7)).toBeUndefined();
    expect(asked).toBe(7);
  });

  test('epsilon is the share of random actions', async () => {
    const play = new Play(new FakeGames(), policy, { ...options, epsilon: 0.6 });
    const { rewards } = await evaluate(play, 2000);
    // A random action brings 1 on average: 5 x (0.4 x 2 + 0.6 x 1) = 7; of 2,000 games the mean's deviation is about 0.04.
    expect(rewards.reduce((sum, reward) => sum + reward, 0) / 2000).toBeCloseTo(7, 0);
    expect(new Set(rewards).size).toBeGreaterThan(5);
  });

  test('valuing every state asks the policy at each step and plays the same', async () => {
    const played = async (valuesAll: boolean) => {
      let asked = 0;
      const counting = { act: async () => [2, ++asked][0] };
      const play = new Play(new FakeGames(), counting, { ...options, epsilon: 0.6, valuesAll });
      const steps: unknown[] = [];
      for (let step = 0; step < 200; step++) steps.push([await play.step(), play.last]);
      return { asked, steps };
    };
    const [all, needed] = [await played(true), await played(false)];
    expect(all.steps).toEqual(needed.steps);
    expect(all.asked).toBe(200);
    expect(needed.asked).toBeLessThan(120);
  });

  test('the last step is told, and a game that is left is followed by another one', async () => {
    const games = new FakeGames();
    const play = new Play(games, policy, options);
    expect(play.last).toBeUndefined();
    await play.step();
    await play.step();
    expect(play.last).toEqual({ action: 2, wasRandom: false, reward: 4, agentSteps: 2 });
    play.leaveGame();
    await play.step();
    expect(play.last).toEqual({ action: 2, wasRandom: false, reward: 2, agentSteps: 1 });
    expect(games.seeds).toEqual([77]);
  });
});

test('they are due at each multiple of evaluateEvery after the start of learning, once', () => {
  const due = (agentSteps: number, evaluateEvery = 250) =>
    isEvaluationDue({ evaluateEvery, learnStart: 500 }, agentSteps, noHistories);
  expect([0, 250, 499, 500, 501, 749, 750, 751, 1000].filter((steps) => due(steps))).toEqual([750, 1000]);
  expect(due(750, 0)).toBe(false);
  expect(
    isEvaluationDue({ evaluateEvery: 250, learnStart: 0 }, 750, { ...noHistories, step_history: [500, 750] }),
  ).toBe(false);
});

describe('in a run', () => {
  test('whole games, unclipped, of a seed of their own, reported and kept', async () => {
    const { training, runFolder, games } = started({ steps: 110, ...evaluating });
    expect(await training.run(going)).toBe('steps');
    const evaluations = evaluationsOf(runFolder);
    expect(evaluations.map(({ agentSteps }) => agentSteps)).toEqual([60, 80, 100]);
    // Each plays from a seed of its own, its first game without the random start.
    expect(new Set(games.seeds).size).toBe(3);
    expect(games.randomStarts).toEqual([false, true, true, false, true, true, false, true, true]);
    for (const evaluation of evaluations) {
      expect(evaluation).toMatchObject({ episodes: 2, evaluationSteps: 13, epsilon: 0.02, learningRate: 0.0001 });
      // The best action is the same in all steps: games of 4 and 5 steps are worth 4.5 times as much.
      const action = evaluation.meanReward / 4.5;
      expect([0, 1, 2]).toContain(action);
      expect(evaluation.rewards).toBe(action === 0 ? 0 : 13);
      expect(evaluation.frames).toBe(4 * evaluation.agentSteps);
      expect(evaluation.meanTdError).toBeCloseTo(2 * evaluation.meanValue, 9);
      expect(evaluation.maxQ).toBeNull();
    }
    const rewards = evaluations.map(({ meanReward }) => meanReward);
    expect(new Set(rewards).size).toBeGreaterThan(1);
    expect(evaluations.map(({ isBest }) => isBest)).toEqual(
      rewards.map((reward, i) => reward > Math.max(-1, ...rewards.slice(0, i))),
    );
    const history = historyOf(runFolder);
    expect(history).toMatchObject({
      step_history: [60, 80, 100],
      reward_history: rewards,
      reward_counts: evaluations.map((evaluation) => evaluation.rewards),
      episode_counts: [2, 2, 2],
      v_history: evaluations.map(({ meanValue }) => meanValue),
      td_history: evaluations.map(({ meanTdError }) => meanTdError),
      qmax_history: [null, null, null],
    });
    expect(history.time_history).toHaveLength(4);
    expect(history.time_history[0]).toBe(0);
    const lines = shown.filter((line) => line.startsWith('Evaluation at'));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^Evaluation at 60 steps \| 240 frames \| mean reward \d+\.\d\d \(the best so far, weights saved\) \| epsilon 0\.020 \| lr 0\.0001 \| training 0:0\d, [\d,.]+ frames\/s \| testing 0:0\d, [\d,.]+ frames\/s \| 2 games \| \d+ rewards \| V [\d.]+ \| TD error [\d.]+$/,
    );
  });

  test('the best network is the one of the best evaluation, not of training', async () => {
    const { training, runFolder, agent } = started({ steps: 61, ...evaluating });
    await training.run(going);
    const best = loadWeightsFile(join(runFolder, 'best.safetensors'));
    const [{ meanReward }] = evaluationsOf(runFolder);
    expect(best.metadata).toMatchObject({ agentSteps: '60', evaluationReward: String(meanReward) });
    expect(best.tensors[0].data).not.toEqual((await agent.weights())[0].data);
  });

  test('one without a whole game says nothing: mean 0, and neither the best nor a target reached', async () => {
    const { training, runFolder } = started({ steps: 70, ...evaluating, evaluateSteps: 3, targetReward: -1 });
    expect(await training.run(going)).toBe('steps');
    expect(evaluationsOf(runFolder)).toMatchObject([{ meanReward: 0, episodes: 0, isBest: false }]);
    expect(existsSync(join(runFolder, 'best.safetensors'))).toBe(false);
  });

  test('of whole games where there are no steps', async () => {
    const { training, runFolder } = started({ steps: 60, ...evaluating, evaluateSteps: 0, evaluateEpisodes: 3 });
    await training.run(going);
    expect(evaluationsOf(runFolder)).toMatchObject([{ episodes: 3, evaluationSteps: 14 }]);
  });

  test('the target is a mean of theirs where the best is', async () => {
    const { training, agent } = started({ steps: 1000, ...evaluating, targetReward: 4 });
    expect(await training.run(going)).toBe('target');
    expect(agent.counters.agentSteps % 20).toBe(0);
    expect(agent.counters.agentSteps).toBeLessThan(1000);
    expect(training.evaluationReward).toBeGreaterThan(4);
  });

  test('their time is not one of training', async () => {
    const { training, runFolder, agent } = started({ steps: 61, ...evaluating });
    const act = agent.act.bind(agent);
    agent.act = async (history) => {
      await Bun.sleep(20);
      return act(history);
    };
    await training.run(going);
    const lines = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    const { elapsedSeconds, trainingSeconds, evaluationSeconds } = lines
      .map((line) => JSON.parse(line))
      .find(({ type }) => type === 'evaluation');
    expect(evaluationSeconds).toBeGreaterThan(0.25);
    expect(elapsedSeconds - trainingSeconds).toBeCloseTo(evaluationSeconds, 1);
    expect(historyOf(runFolder).time_history).toEqual([0, trainingSeconds]);
    expect(training.trainingSeconds).toBeLessThan(elapsedSeconds);
  });
});

describe('stopped and killed runs', () => {
  test('a stop breaks an evaluation off; it is made when the run goes on, to the same histories', async () => {
    const whole = started({ steps: 110, ...evaluating });
    await whole.training.run(going);

    const part = started({ steps: 110, ...evaluating });
    const stop = { requested: false };
    const act = part.agent.act.bind(part.agent);
    // In the middle of the evaluation at 80.
    part.agent.act = async (history) => {
      stop.requested = part.agent.counters.agentSteps === 80 && part.agent.states.length === 20;
      return act(history);
    };
    expect(await part.training.run(stop)).toBe('stopped');
    await part.training.save();
    part.training.close();
    expect(part.agent.counters.agentSteps).toBe(80);
    expect(historyOf(part.runFolder).step_history).toEqual([60]);

    const rest = await resumed(part.runFolder, {});
    await rest.training.run(going);
    expect(metricsOf(part.runFolder)).toEqual(metricsOf(whole.runFolder));
    const known = ({ time_history, ...others }: Record<string, unknown>) => others;
    expect(known(historyOf(part.runFolder))).toEqual(known(historyOf(whole.runFolder)));
    expect(rest.games.seeds).toEqual(whole.games.seeds.slice(1));
  });

  test('one that was put off at the last step is made, and a checkpoint holds it', async () => {
    const run = started({ steps: 80, ...evaluating });
    const stop = { requested: false };
    const act = run.agent.act.bind(run.agent);
    run.agent.act = async (history) => {
      stop.requested = run.agent.counters.agentSteps === 80;
      return act(history);
    };
    await run.training.run(stop);
    await run.training.save();
    run.training.close();
    const rest = await resumed(run.runFolder, {});
    expect(await rest.training.run(going)).toBe('steps');
    await rest.training.save();
    rest.training.close();
    const again = await resumed(run.runFolder, { steps: 81 });
    await again.training.run(going);
    expect(evaluationsOf(run.runFolder).map(({ agentSteps }) => agentSteps)).toEqual([60, 80]);
    expect(again.games.seeds).toEqual([]);
  });

  test('a killed run goes on from its checkpoint; later histories and a later best are taken back', async () => {
    const whole = started({ steps: 130, checkpointEvery: 70, ...evaluating });
    await whole.training.run(going);
    const killed = started({ steps: 125, checkpointEvery: 70, ...evaluating });
    await killed.training.run(going);
    killed.training.close();
    expect(historyOf(killed.runFolder).step_history).toEqual([60, 80, 100, 120]);
    const rest = await resumed(killed.runFolder, { steps: 130 });
    expect(historyOf(killed.runFolder).step_history).toEqual([60]);
    await rest.training.run(going);
    expect(metricsOf(killed.runFolder)).toEqual(metricsOf(whole.runFolder));
    const best = (folder: string) => readFileSync(join(folder, 'best.safetensors'));
    expect(best(killed.runFolder)).toEqual(best(whole.runFolder));
  });
});

/** What a clock decides. */
const clocks = { evaluationSeconds: 0, evaluationFramesPerSecond: 0 };

test('an agent that is evaluated between its steps goes on as one that is not', async () => {
  const gpu = await testGpu();
  const options = {
    ...plainAgent,
    ...{ observationSize: 36, stack: 2, batchSize: 8, replayCapacity: 200, learnStart: 20, updateEvery: 1 },
    ...{ epsilonStart: 0, epsilonEnd: 0, greedyTies: 'random' as const, learningRate: 2e-3 },
  };
  const agents = [];
  for (let i = 0; i < 2; i++) {
    const dqn = await Dqn.create(gpu, new BrightHalf(36, 3), options, { validationSize: 20 });
    agents.push(dqn);
  }
  const [undisturbed, evaluated] = agents;
  const configuration = configured({ ...options, network: 'nips2013', evaluateSteps: 9, evaluationEpsilon: 0.1 });
  const findings = [];
  for (let step = 0; step < 100; step++) {
    const actions = [];
    for (const dqn of agents) actions.push((await dqn.step()).action);
    expect(actions[0]).toBe(actions[1]);
    if (step % 3 !== 2) continue;
    for (let twice = 0; twice < 2; twice++) {
      findings.push(await evaluateAgent(evaluated, new BrightHalf(36, 4), configuration, () => true));
    }
    const [first, second] = findings.slice(-2).map((found) => ({ ...found, ...clocks }));
    expect(second).toEqual(first);
  }
  expect(findings.at(-1)).toMatchObject({ episodes: 2, evaluationSteps: 9, meanValue: expect.any(Number) });
  expect(await evaluated.weights()).toEqual(await undisturbed.weights());

  // Kept weights are those of their moment.
  await expect(evaluated.keptWeights()).rejects.toThrow('no parameters');
  const then = await evaluated.weights();
  for (let step = 0; step < 6; step++) {
    if (step % 3 === 0) evaluated.keepWeights();
    await evaluated.step();
    if (step < 3) expect(await evaluated.keptWeights()).toEqual(then);
  }
  expect(await evaluated.keptWeights()).not.toEqual(then);
  expect(await evaluated.keptWeights()).not.toEqual(await evaluated.weights());
}, 60_000);
