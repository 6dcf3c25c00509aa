/** `bun run runs`: the table at any width, orders, folders of runs and single runs, JSON. */
import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ageText, type ListedRun, runsTable } from '../../src/cli/runs.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { createRunFolder } from '../../src/run/runFolder.ts';
import { cli } from '../e2e/cli.ts';
import { TerminalProgram } from './terminalProgram.ts';

const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listed: ListedRun = {
  ...{ id: 'catch-quick-1-1', game: 'catch', preset: 'quick', seed: 1, state: 'running', startedAt: null },
  ...{ agentSteps: 12_000, stepsWanted: 20_000, episodes: 1234, lastMeanReward: 4.5, bestMeanReward: 6.25 },
  ...{
    error: null,
    lastEvaluation: null,
    bestEvaluation: null,
    elapsedSeconds: 100,
    stepsPerSecond: 81.6,
    diskBytes: 5_400_000,
  },
  ...{ updatedAtMs: 1_000_000, folder: 'runs/catch-quick-1-1' },
};
const nowMs = 1_000_000 + 125_000;

test('a wide table tells all; evaluations only where there are some', () => {
  const other: ListedRun = {
    ...listed,
    id: 'x',
    state: 'finished',
    stepsWanted: 0,
    bestMeanReward: null,
    updatedAtMs: null,
  };
  expect(runsTable([listed, other], 200, nowMs)).toEqual([
    'run              game   state             steps  games  last  best  steps/s     disk  changed',
    'catch-quick-1-1  catch  running   12,000/20,000  1,234  4.50  6.25       82  5.40 MB    2 min',
    'x                catch  finished         12,000  1,234  4.50     -       82  5.40 MB        -',
    '2 runs, 1 running, 10.8 MB on the disk',
  ]);
  const evaluated = runsTable([{ ...listed, bestEvaluation: 7 }], 200, nowMs);
  expect(evaluated[0]).toContain('best  evaluated');
  expect(evaluated.at(-1)).toBe('1 run, 1 running, 5.40 MB on the disk');
});

test('it fits every width, and what counts most stays longest', () => {
  const long = { ...listed, id: `pong-${'very-'.repeat(12)}long-1-1`, bestEvaluation: 3 };
  for (let columns = 45; columns < 200; columns++) {
    const lines = runsTable([listed, long], columns, nowMs);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    for (const title of ['run', 'state', 'steps', 'best']) expect(lines[0]).toContain(title);
  }
  expect(runsTable([long], 60, nowMs)[1]).toMatch(/^pong-very-.*….*long-1-1 {2}running/);
});

test('ages', () => {
  const ago = (seconds: number) => ageText(0, seconds * 1000);
  expect([0, 59, 60, 3599, 3600, 172_799, 172_800].map(ago)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '47 h',
    '2 d',
  ]);
  expect(ageText(5000, 0)).toBe('0 s');
});

/** A run folder as training leaves it, as far as a list reads it. */
function makeRun(root: string, game: string, seed: number, rewards: readonly number[]): string {
  const configuration = resolveConfiguration({ game, flags: { out: root, seed, preset: 'quick' } });
  const run = createRunFolder(configuration, { cartridge: {}, adapter: {}, command: [] });
  const lines = rewards.map((reward, i) => ({
    ...{
      type: 'episode',
      agentSteps: (i + 1) * 10,
      frames: (i + 1) * 40,
      episode: i + 1,
      reward,
      meanReward100: reward,
    },
    ...{ elapsedSeconds: i + 1, episodeSteps: 10 },
  }));
  writeFileSync(join(run, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return run;
}

test('folders of runs and runs, each once; by game, in order, as JSON', async () => {
  const root = join(folder, 'several');
  const first = makeRun(root, 'catch', 1, [1, 2]);
  makeRun(root, 'catch', 2, [5]);
  makeRun(root, 'bricks', 1, [3]);
  mkdirSync(join(root, 'no run'));
  const ids = async (...words: string[]): Promise<string[]> => {
    const { code, stdout } = await cli(['runs', '--json', ...words]);
    expect(code).toBe(0);
    return JSON.parse(stdout).map(({ id }: ListedRun) => id);
  };
  expect(await ids(root, '--sort', 'name')).toEqual(['bricks-quick-1-1', 'catch-quick-1-1', 'catch-quick-2-1']);
  expect(await ids(root, first, root, '--sort', 'best')).toEqual([
    'catch-quick-2-1',
    'bricks-quick-1-1',
    'catch-quick-1-1',
  ]);
  expect(await ids('--runs', root, '--game', 'catch', '--sort', 'steps')).toEqual([
    'catch-quick-1-1',
    'catch-quick-2-1',
  ]);
  expect(await ids(first)).toEqual(['catch-quick-1-1']);
  const { stdout } = await cli(['runs', root]);
  expect(stdout).toMatch(/^run +game +state +steps/);
  expect(stdout).toMatch(/\n3 runs.* on the disk\n$/);
});

test('no run yet: how to begin one; a folder that is not there: one line', async () => {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  expect(await cli(['runs', empty])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/no runs in .*empty\. To begin one: .*train catch/),
  });
  expect(await cli(['runs', join(folder, 'nowhere')])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^error: There is no folder .*nowhere\. Name a run folder or one that holds some\.\n$/,
    ),
  });
  expect((await cli(['runs', empty, '--sort', 'bets'])).stderr).toContain('Did you mean "best"?');
});

test('on a terminal it is as wide as that', async () => {
  const root = join(folder, 'wide');
  makeRun(root, 'catch', 1, [1]);
  const program = new TerminalProgram(['src/cli/main.ts', 'runs', root], { columns: 60 });
  expect(await program.ended()).toBe(0);
  const lines = program.sent.trimEnd().split('\r\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(lines[0]).not.toContain('games');
});
