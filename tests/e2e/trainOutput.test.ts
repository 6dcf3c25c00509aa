/** What runs of the real command line leave for those who watch them, and that it is the same where a run was killed and goes on. */
import { afterAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeLiveFrame } from '../../src/run/live/liveFrame.ts';
import { readRunStatus } from '../../src/run/runStatus.ts';
import { eventsOf, shownValues } from '../run/eventReader.ts';
import { expectedScalars, shownScalars } from '../run/expectedScalars.ts';
import { cli, ended, small, start, temporaryFolder, weightsHash } from './cli.ts';

const { folder, remove } = temporaryFolder('output');
afterAll(remove);

const words = (name: string) => [
  ...['train', 'catch', ...small, '--steps', '400', '--out', folder, '--name', name, '--checkpoint-every', '150'],
  ...['--evaluate-every', '100', '--evaluate-episodes', '1', '--layer-statistics'],
];

/** Bytes of each recording. */
function recordings(runFolder: string): [string, string][] {
  const place = join(runFolder, 'recordings');
  return readdirSync(place)
    .sort()
    .map((name) => [name, readFileSync(join(place, name), 'base64')]);
}

async function until(holds: () => boolean, process: ReturnType<typeof start>): Promise<void> {
  while (!holds() && process.exitCode === null) await Bun.sleep(5);
  expect(holds()).toBe(true);
}

describe('a run', () => {
  const whole = join(folder, 'whole');
  let hash: string;

  test('shows in TensorBoard every number of metrics.jsonl, its weights and its evaluations', async () => {
    hash = weightsHash(await cli(words('whole')));
    const values = shownValues(whole);
    expect(shownScalars(values)).toEqual(expectedScalars(whole));
    const steps = (tag: string) => values.filter((value) => value.tag === tag).map(({ step }) => step);
    expect(steps('evaluation/reward')).toEqual([100, 200, 300, 400]);
    expect(steps('evaluation/game')).toEqual([100, 200, 300, 400]);
    expect(steps('loss')).toEqual([100, 150, 200, 250, 300, 350, 400]);
    expect(steps('weights/conv1.weight')).toEqual([150, 300, 400]);
    // 16 filters of 8 x 8 x 2.
    const { histogram } = values.find(({ tag }) => tag === 'weights/conv1.weight')!;
    expect(histogram!.num).toBe(2048);
    expect(histogram!.counts.filter((count) => count > 0).length).toBeGreaterThan(30);
    expect(recordings(whole).map(([name]) => name)).toEqual(
      [100, 200, 300, 400].map((step) => `evaluation-000000${step}.gif`),
    );
    for (const { tag, step, image } of values) {
      if (tag !== 'evaluation/game') continue;
      const gif = readFileSync(join(whole, 'recordings', `evaluation-000000${step}.gif`));
      expect(Buffer.compare(image!.bytes, gif)).toBe(0);
      expect([image!.width, image!.height]).toEqual([gif.readUInt16LE(6), gif.readUInt16LE(8)]);
    }
    expect(readRunStatus(whole)).toMatchObject({ state: 'finished', end: 'steps' });
  }, 60_000);

  test('learns the same whether it is watched or not', async () => {
    const unwatched = ['--live-every-seconds', '0', '--no-tensorboard', '--no-record-evaluations'];
    expect(weightsHash(await cli([...words('unwatched'), ...unwatched]))).toBe(hash);
    const names = readdirSync(join(folder, 'unwatched'));
    expect(names.filter((name) => /tfevents|live|recordings/.test(name))).toEqual([]);
    expect(weightsHash(await cli([...words('often'), '--live-every-seconds', '0.0001']))).toBe(hash);
  }, 60_000);

  test('that is killed is told from one that lives, and goes on to the same events and recordings', async () => {
    const killed = join(folder, 'killed');
    const process = start([...words('killed'), '--live-every-seconds', '0.001']);
    await until(() => (decodeLiveFrameOf(killed)?.agentSteps ?? 0) > 210, process);
    expect(readRunStatus(killed)).toMatchObject({ state: 'running', pid: process.pid });
    process.kill('SIGKILL');
    await ended(process);
    expect(readRunStatus(killed)).toMatchObject({ state: 'running', pid: process.pid });
    expect(weightsHash(await cli(['train', '--resume', killed]))).toBe(hash);
    expect(readRunStatus(killed)).toMatchObject({ state: 'finished', end: 'steps' });
    expect(eventsOf(killed).length).toBe(2);
    expect(shownScalars(shownValues(killed))).toEqual(expectedScalars(killed));
    expect(recordings(killed)).toEqual(recordings(whole));
  }, 60_000);

  test('that a person stops says so', async () => {
    const stopped = join(folder, 'stopped');
    const process = start(words('stopped'));
    await until(() => decodeLiveFrameOf(stopped) !== undefined, process);
    process.kill('SIGINT');
    expect((await ended(process)).code).toBe(0);
    expect(readRunStatus(stopped)).toMatchObject({ state: 'stopped', end: 'stopped' });
  }, 60_000);
});

/** What the run shows now; undefined where it shows nothing yet, or is met half-way. */
function decodeLiveFrameOf(runFolder: string) {
  try {
    return decodeLiveFrame(readFileSync(join(runFolder, 'live.bin')));
  } catch {
    return undefined;
  }
}
