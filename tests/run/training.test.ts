/**
 * The run around an agent: its ends, resume to the bit, metrics without gaps or doubles, what it shows.
 * The agent is a known function of its state (fakeRun.ts); the real one is in tests/e2e.
 */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listCheckpoints } from '../../src/run/checkpoint.ts';
import { createDisplay, durationText, progressText, shortProgressText } from '../../src/run/progress.ts';
import { bytesOf } from '../support/replay.ts';
import { going, metricsOf, removeFolder, resumed, shown, started } from './fakeRun.ts';

afterAll(removeFolder);

describe('ends', () => {
  test('at its last step, with metrics of each game and each interval', async () => {
    const { training, runFolder, agent } = started({ steps: 75 });
    expect(await training.run(going)).toBe('steps');
    expect(agent.counters.agentSteps).toBe(75);
    const metrics = metricsOf(runFolder);
    const games = metrics.filter(({ type }) => type === 'episode');
    expect(games.map(({ episode }) => episode)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(games[9]).toMatchObject({ agentSteps: 70, reward: 10, episodeSteps: 7, meanReward100: 5.5, epsilon: 0.5 });
    const intervals = metrics.filter(({ type }) => type === 'progress');
    expect(intervals.map(({ agentSteps }) => agentSteps)).toEqual([10, 20, 30, 40, 50, 60, 70]);
    expect(intervals[6]).toMatchObject({ frames: 280, updates: 70, meanLoss: 70, meanQ: null });
    expect(shown.at(-1)).toStartWith('75 steps | 10 games | mean100 5.50 | epsilon 0.500 | loss 70.0 | Q - |');
  });

  test('when the mean of 100 games is above the target, not before and not at it', async () => {
    // Game k brings k, so the mean of games k-99..k is k - 49.5.
    const { training, agent } = started({ steps: 10_000, targetReward: 60.5 });
    expect(await training.run(going)).toBe('target');
    expect(agent.counters.episodes).toBe(111);
  });

  test('not by a target that few games surpass', async () => {
    const { training, agent } = started({ steps: 80, targetReward: 0 });
    expect(await training.run(going)).toBe('steps');
    expect(agent.counters.episodes).toBe(11);
  });

  test('when asked, also while steps never wait for anything', async () => {
    // Without a chance for the timer it would come to its last step.
    const { training } = started({ steps: 1_000_000, metricsEvery: 10_000_000 });
    const stop = { requested: false };
    setTimeout(() => (stop.requested = true), 20);
    expect(await training.run(stop)).toBe('stopped');
  });
});

describe('resume', () => {
  test('a run stopped anywhere goes on to the same weights, replay and metrics', async () => {
    const whole = started({ steps: 333, checkpointEvery: 50 });
    await whole.training.run(going);
    const end = await whole.training.save();

    const part = started({ steps: 161, checkpointEvery: 50 });
    await part.training.run(going);
    await part.training.save();
    part.training.close();
    const rest = await resumed(part.runFolder, { steps: 333 });
    await rest.training.run(going);
    const again = await rest.training.save();

    expect(again.weightsSha256).toBe(end.weightsSha256);
    expect(metricsOf(part.runFolder)).toEqual(metricsOf(whole.runFolder));
    expect(await bytesOf(rest.agent.replay.chunks())).toEqual(await bytesOf(whole.agent.replay.chunks()));
    expect(readdirSync(join(part.runFolder, 'checkpoints')).sort()).toEqual(['step-000000300', 'step-000000333']);
  });

  test('a killed run goes on from its last checkpoint; what it wrote after that is written once', async () => {
    const whole = started({ steps: 140, checkpointEvery: 60 });
    await whole.training.run(going);
    const killed = started({ steps: 100, checkpointEvery: 60 });
    await killed.training.run(going);
    killed.training.close();
    expect(metricsOf(killed.runFolder).at(-1)).toMatchObject({ agentSteps: 100 });
    const rest = await resumed(killed.runFolder, { steps: 140 });
    expect(rest.agent.counters.agentSteps).toBe(60);
    await rest.training.run(going);
    expect(metricsOf(killed.runFolder)).toEqual(metricsOf(whole.runFolder));
  });

  test('from an older checkpoint the newer ones give way, once a new one is there', async () => {
    const { runFolder, training } = started({ steps: 120, checkpointEvery: 40, keep: 3 });
    await training.run(going);
    const rest = await resumed(join(runFolder, 'checkpoints', 'step-000000040'), { steps: 45 });
    await rest.training.run(going);
    expect(listCheckpoints(runFolder)).toHaveLength(3);
    await rest.training.save();
    expect(readdirSync(join(runFolder, 'checkpoints')).sort()).toEqual(['step-000000040', 'step-000000045']);
  });
});

describe('display', () => {
  const written: string[] = [];
  const output = (isTTY: boolean) =>
    ({ isTTY, columns: 80, write: (text: string) => written.push(text) }) as unknown as NodeJS.WriteStream;
  const progress = {
    ...{ agentSteps: 12_345, updates: 9, episodes: 3, meanReward100: -2.345, epsilon: 0.98765, meanLoss: 0.01234 },
    ...{ meanQ: null, stepsPerSecond: 5.55, updatesPerSecond: 1234.5, secondsLeft: 3723 },
  };
  beforeEach(() => {
    written.length = 0;
  });

  test('a terminal has one line that is written over and never wraps', () => {
    const line = createDisplay(output(true), 10);
    line.progress(progress);
    line.progress(progress);
    line.line('Saved');
    line.close();
    expect(progressText(progress).length).toBeGreaterThan(80);
    expect(written[0]).toBe(`\r\x1b[K${shortProgressText(progress).slice(0, 79)}`);
    expect(shortProgressText({ ...progress, agentSteps: 1_234_567, episodes: 1234 }).length).toBeLessThan(85);
    expect(written[1]).toBe(written[0]);
    expect(written[2]).toStartWith('\r\x1b[KSaved\n');
    expect(written[3]).toBe('\n');
  });

  test('elsewhere there are plain lines', () => {
    const lines = createDisplay(output(false), 10);
    expect(lines.intervalSeconds).toBe(10);
    lines.progress(progress);
    expect(written).toEqual([
      '12,345 steps | 3 games | mean100 -2.35 | epsilon 0.988 | loss 0.0123 | Q - | 5.5 steps/s | 1,235 updates/s | 1:02:03 left\n',
    ]);
  });
});

test('every key of metrics.jsonl stands in docs/metrics.md', async () => {
  const everything = { layerStatistics: true, evaluateEvery: 30, evaluateSteps: 9 };
  const { training, runFolder } = started({ steps: 60, ...everything });
  await training.run(going);
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const keys = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => Object.keys(JSON.parse(line)));
  expect(new Set(keys).size).toBe(28);
  for (const key of new Set(keys)) expect(page).toContain(`| \`${key}\` |`);
});

test('durations', () => {
  expect([0, 59.6, 61, 3661, 360000].map(durationText)).toEqual(['0:00', '1:00', '1:01', '1:01:01', '100:00:00']);
});
