import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskUsage } from '../../src/run/reading/diskUsage.ts';
import { atOnce } from '../../src/run/reading/paced.ts';
import { RunReader, summarizeRun } from '../../src/run/reading/runReader.ts';
import { listRuns, RunRoot } from '../../src/run/reading/runRoot.ts';
import { runState } from '../../src/run/reading/runState.ts';
import type { RunStatus } from '../../src/run/runStatus.ts';
import { configFile, episode, evaluation, MadeRuns, progress } from './madeRun.ts';

let runs: MadeRuns;
beforeEach(() => {
  runs = new MadeRuns();
});
afterEach(() => runs.remove());

describe('a summary', () => {
  test('says what the folder says', () => {
    const run = runs.make('catch-quick-7-1', [], { seed: 7, targetReward: 9.5 });
    run.append(progress(500, null), episode(1, 600, 4), evaluation(700, 3), episode(2, 800, -2));
    run.append(
      evaluation(900, 2, { isBest: false }),
      progress(1000, 0.25, { episodes: 2, meanReward100: -1, stepsPerSecond: 99 }),
    );
    expect(summarizeRun(run.folder)).toEqual({
      id: 'catch-quick-7-1',
      game: 'catch',
      preset: 'quick',
      seed: 7,
      state: 'running',
      error: null,
      startedAt: '2026-01-02T03:04:05Z',
      agentSteps: 1000,
      stepsWanted: 20_000,
      episodes: 2,
      lastMeanReward: -1,
      bestMeanReward: -1,
      lastEvaluation: 2,
      bestEvaluation: 3,
      elapsedSeconds: 10,
      stepsPerSecond: 99,
      diskBytes: expect.any(Number),
      updatedAtMs: expect.any(Number),
    });
  });

  test('takes the best mean after the tenth game, and no evaluation without a whole game', () => {
    const means = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 2, 5, 4];
    const games = means.map((meanReward100, i) => episode(i + 1, i + 1, 0, { meanReward100 }));
    const run = runs.make('a', [...games, evaluation(20, 0, { episodes: 0 })]);
    expect(summarizeRun(run.folder)).toMatchObject({
      bestMeanReward: 5,
      lastMeanReward: 4,
      lastEvaluation: null,
      bestEvaluation: null,
    });
  });

  test('wants the steps that the last resume asked for', () => {
    const run = runs.make('a');
    const config = JSON.parse(configFile({ steps: 100 }));
    const wanted = (...commands: unknown[]): number | undefined => {
      run.write('config.json', JSON.stringify({ ...config, resumed: commands.map((command) => ({ command })) }));
      return summarizeRun(run.folder)?.stepsWanted;
    };
    expect(wanted()).toBe(100);
    expect(wanted(['train', '--resume', 'runs/a'])).toBe(100);
    expect(wanted(['train', '--resume', 'runs/a', '--steps', '300'], ['train', '--resume', 'runs/a'])).toBe(300);
    expect(wanted(['train', '--steps=300', '--resume', 'a'], ['train', '--steps', '0', '--resume', 'a'])).toBe(0);
    expect(wanted(['train', '--steps-x', '5'], 'broken', null)).toBe(100);
  });

  test('says why a run failed', () => {
    const run = runs.make('a', [episode(1, 100, 4)]);
    const status = { pid: 1, host: 'elsewhere', startedAtMs: 1, updatedAtMs: 2 };
    run.write('status.json', JSON.stringify({ ...status, state: 'failed', error: 'The GPU is gone.' }));
    expect(summarizeRun(run.folder)).toMatchObject({ state: 'failed', error: 'The GPU is gone.' });
    run.write('status.json', JSON.stringify({ ...status, state: 'finished', error: 'of an earlier try' }));
    expect(summarizeRun(run.folder)).toMatchObject({ state: 'finished', error: null });
  });

  test('of a run that has just begun', () => {
    expect(summarizeRun(runs.make('a').folder)).toMatchObject({
      agentSteps: 0,
      lastMeanReward: null,
      bestMeanReward: null,
      stepsPerSecond: null,
      updatedAtMs: null,
    });
  });

  test('follows the folder', () => {
    const run = runs.make('a', [episode(1, 100, 4)]);
    const reader = new RunReader(run.folder);
    expect(atOnce(reader.update())).toMatchObject({ agentSteps: 100, seed: 1 });
    run.append(episode(2, 200, 5));
    run.write('config.json', configFile({ seed: 2, startedLonger: true }));
    expect(atOnce(reader.update())).toMatchObject({ agentSteps: 200, seed: 2 });
    truncateSync(run.metrics, 0);
    expect(atOnce(reader.update())).toMatchObject({ agentSteps: 0, episodes: 0 });
    rmSync(run.folder, { recursive: true });
    expect(atOnce(reader.update())).toBeUndefined();
  });
});

describe('no run', () => {
  test.each([
    ['an empty folder', {}],
    ['config.json of something else', { 'config.json': '{"format":"other","configuration":{}}' }],
    ['a broken config.json', { 'config.json': '{"format":"wgsl-dqn run","configuration":' }],
    ['a config.json without configuration', { 'config.json': '{"format":"wgsl-dqn run","configuration":null}' }],
    ['a config.json that is no object', { 'config.json': 'null' }],
    ['metrics alone', { 'metrics.jsonl': JSON.stringify(episode(1, 1, 1)) }],
  ])('is %s', (_, files: Record<string, string>) => {
    const folder = join(runs.root, 'a');
    mkdirSync(folder);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    expect(summarizeRun(folder)).toBeUndefined();
    expect(listRuns(runs.root)).toEqual([]);
  });

  test('is a folder whose files are links', () => {
    const run = runs.make('a', [episode(1, 1, 1)]);
    mkdirSync(join(runs.root, 'b'));
    symlinkSync(join(run.folder, 'config.json'), join(runs.root, 'b', 'config.json'));
    expect(summarizeRun(join(runs.root, 'b'))).toBeUndefined();
  });

  test('is a file, or nothing', () => {
    writeFileSync(join(runs.root, 'file'), '');
    expect(summarizeRun(join(runs.root, 'file'))).toBeUndefined();
    expect(summarizeRun(join(runs.root, 'nothing'))).toBeUndefined();
    expect(listRuns(join(runs.root, 'nothing'))).toEqual([]);
  });
});

test('runs are listed with the one that began last first; links that lead elsewhere are not', () => {
  const elsewhere = new MadeRuns();
  try {
    for (const [id, day] of [
      ['old', 1],
      ['newest', 3],
      ['newer', 2],
    ] as const) {
      runs.make(id).write('config.json', configFile({}, `2026-01-0${day}T00:00:00Z`));
    }
    elsewhere.make('x');
    symlinkSync(join(elsewhere.root, 'x'), join(runs.root, 'outside'));
    symlinkSync(join(runs.root, 'old'), join(runs.root, 'inside'));
    symlinkSync(join(runs.root, 'nowhere'), join(runs.root, 'dangling'));
    mkdirSync(join(runs.root, '.hidden'));
    writeFileSync(join(runs.root, 'a file'), '');
    expect(listRuns(runs.root).map(({ id }) => id)).toEqual(['newest', 'newer', 'inside', 'old']);
  } finally {
    elsewhere.remove();
  }
});

test('a run that is gone is forgotten', () => {
  const root = new RunRoot(runs.root);
  const run = runs.make('a', [episode(1, 75, 1)]);
  const list = () => atOnce(root.update()).map(({ agentSteps }) => agentSteps);
  expect(list()).toEqual([75]);
  const reader = root.reader('a');
  expect(root.reader('a')).toBe(reader);
  rmSync(run.folder, { recursive: true });
  expect(list()).toEqual([]);
  expect(root.reader('a')).not.toBe(reader);
});

describe('the state of a run', () => {
  const nowMs = 1e12;
  const own = { pid: 4711, host: hostname(), startedAtMs: nowMs - 1e6, updatedAtMs: nowMs - 1e6 };
  const evidence = { status: undefined, updatedAtMs: nowMs - 1e6, agentSteps: 10, stepsWanted: 100 };
  const stateOf = (more: object, lives = false) => runState({ ...evidence, ...more }, nowMs, () => lives);

  test.each(['finished', 'stopped', 'failed'] as const)('is %s where status.json says so, alive or not', (state) => {
    const status: RunStatus = { ...own, state };
    expect([stateOf({ status }), stateOf({ status }, true)]).toEqual([state, state]);
  });

  test('is running while its process lives, however long it is silent', () => {
    const status: RunStatus = { ...own, state: 'running' };
    expect(stateOf({ status }, true)).toBe('running');
    expect(stateOf({ status, updatedAtMs: nowMs }, false)).toBe('interrupted');
  });

  test('of a process of another machine is known by when it was heard of', () => {
    const status: RunStatus = { ...own, state: 'running', host: 'elsewhere' };
    expect(stateOf({ status })).toBe('interrupted');
    expect(stateOf({ status: { ...status, updatedAtMs: nowMs - 1000 } })).toBe('running');
    expect(stateOf({ status, updatedAtMs: nowMs - 1000 })).toBe('running');
  });

  test('without status.json is known by its metrics and its steps', () => {
    expect(stateOf({ updatedAtMs: nowMs - 1000 })).toBe('running');
    expect(stateOf({})).toBe('interrupted');
    expect(stateOf({ agentSteps: 100 })).toBe('finished');
    expect(stateOf({ agentSteps: 100, stepsWanted: 0 })).toBe('interrupted');
    expect(stateOf({ updatedAtMs: null })).toBe('interrupted');
  });

  test('is seen from a process that ends', async () => {
    const run = runs.make('a', [episode(1, 1, 1)]);
    utimesSync(run.metrics, 1, 1);
    const child = Bun.spawn(['sleep', '60']);
    const status: RunStatus = {
      ...own,
      state: 'running',
      pid: child.pid,
      startedAtMs: Date.now(),
      updatedAtMs: Date.now(),
    };
    run.write('status.json', JSON.stringify(status));
    expect(summarizeRun(run.folder)?.state).toBe('running');
    child.kill();
    await child.exited;
    expect(summarizeRun(run.folder)?.state).toBe('interrupted');
    // Its number went to another process, which began later than the status was written.
    const other = { ...status, pid: process.pid, updatedAtMs: performance.timeOrigin - 3_600_000 };
    run.write('status.json', JSON.stringify(other));
    expect(summarizeRun(run.folder)?.state).toBe('interrupted');
    run.write('status.json', JSON.stringify({ ...other, updatedAtMs: Date.now() }));
    expect(summarizeRun(run.folder)?.state).toBe('running');
    run.write('status.json', '{"state":"fini');
    expect(summarizeRun(run.folder)?.state).toBe('interrupted');
  });
});

test('the bytes on the disk count a hard link once, follow no link, and keep up', () => {
  const folder = join(runs.root, 'a');
  const write = (path: string, bytes: number): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), new Uint8Array(bytes));
  };
  write('metrics.jsonl', 10);
  write('checkpoints/step-1/replay', 1000);
  const disk = new DiskUsage(folder);
  const bytes = (): number => atOnce(disk.update());
  expect(bytes()).toBe(1010);
  write('metrics.jsonl', 30);
  expect(bytes()).toBe(1030);
  mkdirSync(join(folder, 'checkpoints/step-2'));
  linkSync(join(folder, 'checkpoints/step-1/replay'), join(folder, 'checkpoints/step-2/replay'));
  expect(bytes()).toBe(1030);
  rmSync(join(folder, 'checkpoints/step-1'), { recursive: true });
  expect(bytes()).toBe(1030);
  symlinkSync(tmpdir(), join(folder, 'elsewhere'));
  expect(bytes()).toBeLessThan(1100);
  rmSync(folder, { recursive: true });
  expect(bytes()).toBe(0);
});
