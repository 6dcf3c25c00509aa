/** Two runs are compared in everything but what a clock decides; each difference is found and named. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listCheckpoints } from '../../src/run/checkpoint.ts';
import { readManifest, writeManifest } from '../../src/run/checkpointManifest.ts';
import { compareRuns } from '../../src/run/compareRuns.ts';
import { folder, going, removeFolder, resumed, started } from './fakeRun.ts';

afterAll(removeFolder);

let whole: string;
let interrupted: string;
beforeAll(async () => {
  const straight = started({ steps: 100, checkpointEvery: 30 });
  await straight.training.run(going);
  await straight.training.save();
  whole = straight.runFolder;
  const part = started({ steps: 70, checkpointEvery: 30 });
  await part.training.run(going);
  interrupted = part.runFolder;
  const rest = await resumed(interrupted, { steps: 100 });
  await rest.training.run(going);
  await rest.training.save();
});

const differences = (other: string): string[] =>
  compareRuns(other, whole).flatMap(({ what, same, detail }) => (same ? [] : [`${what}: ${detail}`]));

/** A copy of the interrupted run with something changed. */
function changed(change: (runFolder: string, checkpoint: string) => void): string {
  const copy = join(folder, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(interrupted, copy, { recursive: true });
  change(copy, listCheckpoints(copy).at(-1)!);
  return copy;
}

/** Changes the entry of a file as if other bytes had been written. */
function otherFile(checkpoint: string, name: string): void {
  const { agentSteps, weightsSha256, files } = readManifest(checkpoint);
  const entry = { ...files[name], sha256: '0'.repeat(64) };
  writeManifest(checkpoint, { agentSteps, weightsSha256, files: { ...files, [name]: entry } });
}

/** A recording that the other run has not. */
function evaluatedGame(runFolder: string): void {
  mkdirSync(join(runFolder, 'recordings'));
  writeFileSync(join(runFolder, 'recordings', 'evaluation-000000100.gif'), 'GIF89a');
}

function replaced(path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(path, 'utf8');
  expect(text).toMatch(from);
  writeFileSync(path, text.replace(from, to));
}

test('a resumed run is the same as one that was not interrupted', () => {
  expect(differences(interrupted)).toEqual([]);
  expect(compareRuns(interrupted, whole).map(({ what }) => what)).toContain('replay memory');
});

test.each<[string, (runFolder: string, checkpoint: string) => void]>([
  ['replay memory: replay-00001.zst', (_, checkpoint) => otherFile(checkpoint, 'replay-00001.zst')],
  ['networks, optimiser, environment: training', (_, checkpoint) => otherFile(checkpoint, 'training.safetensors')],
  ['evaluated games: not equal at 0', (runFolder) => evaluatedGame(runFolder)],
  ['best weights: best', (_, checkpoint) => otherFile(checkpoint, 'best.safetensors')],
  [
    'state: agent: not equal at counters.episodes',
    (_, path) => replaced(join(path, 'state.json'), '"episodes": 14', '"episodes": 15'),
  ],
  [
    'state: run: not equal at rewards.0',
    (_, path) => replaced(join(path, 'state.json'), /"rewards": \[\s+1,/, '"rewards": [ 2,'),
  ],
  [
    'metrics.jsonl: not equal at 3.epsilon',
    (run) => replaced(join(run, 'metrics.jsonl'), /((?:.*\n){3}.*"epsilon":0)\.5/, '$1.6'),
  ],
  ['metrics.jsonl: not equal at 24', (run) => appendFileSync(join(run, 'metrics.jsonl'), '{"type":"episode"}\n')],
  ['best.safetensors: not equal', (run) => rmSync(join(run, 'best.safetensors'))],
])('%s', (difference, change) => {
  const found = differences(changed(change));
  expect(found).toHaveLength(1);
  expect(found[0]).toStartWith(difference);
});

test('other weights and fewer steps', async () => {
  const other = started({ steps: 99, checkpointEvery: 30 });
  await other.training.run(going);
  await other.training.save();
  const found = differences(other.runFolder).map((text) => text.split(':')[0]);
  expect(found).toContain('weights');
  expect(found).toContain('agent steps');
});
