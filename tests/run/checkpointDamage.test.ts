/**
 * What cannot be resumed: every damage of every file is found before anything is used, the newest good checkpoint of a run folder is
 * taken, and one that is named is refused with one line.
 */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { listCheckpoints } from '../../src/run/checkpoint.ts';
import { openCheckpoint } from '../../src/run/runFolder.ts';
import { complaint, folder, going, metricsOf, removeFolder, resumed, started } from './fakeRun.ts';

afterAll(removeFolder);

let runFolder: string;
let older: string;
let newest: string;
beforeEach(async () => {
  const run = started({ steps: 60, checkpointEvery: 30 });
  await run.training.run(going);
  ({ runFolder } = run);
  [older, newest] = listCheckpoints(runFolder);
});

/** Changes the JSON of a file in the newest checkpoint. */
function rewrite(name: string, change: (value: Record<string, unknown>) => void): void {
  const value = JSON.parse(readFileSync(join(newest, name), 'utf8'));
  change(value);
  writeFileSync(join(newest, name), JSON.stringify(value));
}

/** The newest checkpoint is refused with `reason`, and of the run folder the older one is taken. */
async function refusedAs(...reasons: readonly string[]): Promise<void> {
  const text = await complaint(() => openCheckpoint(newest));
  const { path, passedOver } = openCheckpoint(runFolder);
  expect(path).toBe(older);
  expect(passedOver).toHaveLength(1);
  for (const reason of reasons) {
    expect(text).toContain(reason);
    expect(passedOver[0]).toContain(reason);
  }
}

describe('a damaged checkpoint', () => {
  test('whole, it is taken', () => expect(openCheckpoint(runFolder)).toMatchObject({ path: newest, passedOver: [] }));

  test.each(['cut', 'flipped', 'missing', 'empty', 'longer', 'a folder'])('each of its files %s', async (what) => {
    const names = readdirSync(newest);
    expect(names.length).toBeGreaterThan(7);
    for (const name of names) {
      const path = join(newest, name);
      const whole = new Uint8Array(readFileSync(path));
      const flipped = whole.slice();
      flipped[whole.length >> 1] ^= 0x10;
      if (what === 'cut') truncateSync(path, whole.length >> 1);
      if (what === 'flipped') writeFileSync(path, flipped);
      if (what === 'missing' || what === 'a folder') rmSync(path);
      if (what === 'empty') truncateSync(path, 0);
      if (what === 'longer') writeFileSync(path, new Uint8Array([...whole, 32, 55]));
      if (what === 'a folder') mkdirSync(path);
      await refusedAs('is damaged', name);
      rmSync(path, { recursive: true, force: true });
      writeFileSync(path, whole);
    }
    expect(openCheckpoint(runFolder).path).toBe(newest);
  });

  test('each bit of the manifest that says something', async () => {
    const path = join(newest, 'manifest.json');
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      if (whole[at] === 0x20 || whole[at] === 0x0a) continue;
      const flipped = new Uint8Array(whole);
      flipped[at] ^= 1 << (at % 8);
      writeFileSync(path, flipped);
      expect(openCheckpoint(runFolder).path).toBe(older);
    }
  });

  test('what damages the newest leaves the one before it whole, also in place and in pieces that have not changed', async () => {
    const { training, agent } = await resumed(runFolder, { steps: 60 });
    agent.counters.agentSteps++;
    const { path } = await training.save();
    for (const name of readdirSync(path)) truncateSync(join(path, name), 1);
    expect(openCheckpoint(runFolder)).toMatchObject({ path: newest, passedOver: [expect.stringContaining(path)] });
  });

  test('all of them: one line that says so', async () => {
    for (const checkpoint of [older, newest]) rmSync(join(checkpoint, 'replay-00000.zst'));
    const text = await complaint(() => openCheckpoint(runFolder));
    expect(text).toContain(`The checkpoint ${newest} is damaged: replay-00000.zst is missing.`);
    expect(text).toContain('Nor can the 1 older be used. Start the run again.');
    rmSync(older, { recursive: true });
    expect(await complaint(() => openCheckpoint(runFolder))).toContain('It is the only one. Start the run again.');
  });

  test('where the replay memory is not wanted, it is not looked at', () => {
    rmSync(join(newest, 'replay-00000.zst'));
    expect(openCheckpoint(runFolder, { replay: false }).path).toBe(newest);
  });

  test('a run that passed it over goes on from the older one, to the same end, and leaves it behind', async () => {
    const whole = started({ steps: 100, checkpointEvery: 30 });
    await whole.training.run(going);
    const { weightsSha256 } = await whole.training.save();
    truncateSync(join(newest, 'weights.safetensors'), 100);
    const rest = await resumed(runFolder, { steps: 100, checkpointEvery: 50 });
    expect(rest.agent.counters.agentSteps).toBe(30);
    await rest.training.run(going);
    expect((await rest.training.save()).weightsSha256).toBe(weightsSha256);
    expect(readdirSync(join(runFolder, 'checkpoints')).sort()).toEqual(['step-000000050', 'step-000000100']);
  });
});

test.each(['gone', 'cut at a line'])(
  'metrics.jsonl %s: the run goes on, and what it writes can be read',
  async (what) => {
    const path = join(runFolder, 'metrics.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n');
    if (what === 'gone') rmSync(path);
    else writeFileSync(path, `${lines[0]}\n`);
    const { training } = await resumed(runFolder, { steps: 80 });
    await training.run(going);
    await training.save();
    const left = what === 'gone' ? [] : metricsOf(runFolder).slice(0, 1);
    expect(metricsOf(runFolder).map(({ agentSteps }) => agentSteps)).toEqual([
      ...left.map((line) => line.agentSteps),
      63,
      70,
      70,
      77,
      80,
    ]);
  },
);

describe('a checkpoint that is none of this run', () => {
  test('of a later format, and of an earlier one', async () => {
    rewrite('manifest.json', (manifest) => (manifest['formatVersion'] = 3));
    await refusedAs('is of format 3, and this program reads format 2');
    rewrite('manifest.json', (manifest) => (manifest['formatVersion'] = 1));
    await refusedAs('is of format 1, and this program reads format 2');
    expect(await complaint(() => openCheckpoint(newest))).toContain('Finish the run with the version that wrote it.');
    rmSync(older, { recursive: true });
    const ofRun = await complaint(() => openCheckpoint(runFolder));
    expect(ofRun).toContain('It is the only one. Finish the run with the version that wrote it.');
  });

  test("another program's folder, junk, an empty folder, a file", async () => {
    rewrite('manifest.json', (manifest) => (manifest['format'] = 'another program'));
    await refusedAs('is no checkpoint of this program');
    writeFileSync(join(newest, 'manifest.json'), '"text"');
    await refusedAs('is no checkpoint of this program');
    writeFileSync(join(newest, 'manifest.json'), new Uint8Array([0x50, 0x4b, 3, 4, 0xff]));
    await refusedAs('manifest.json is not valid JSON');
    rmSync(newest, { recursive: true });
    mkdirSync(newest);
    await refusedAs('manifest.json is missing');
    rmSync(newest, { recursive: true });
    writeFileSync(newest, 'a file');
    expect(openCheckpoint(runFolder).path).toBe(older);
    expect(await complaint(() => openCheckpoint(newest))).toContain('is a file, not a run folder');
  });

  test("another network's, another game's, put into this run's folder", async () => {
    const other = started({ steps: 60, checkpointEvery: 60, network: 'nips2013' });
    await other.training.run(going);
    const [theirs] = listCheckpoints(other.runFolder);
    rmSync(newest, { recursive: true });
    cpSync(theirs, newest, { recursive: true });
    const { path, passedOver } = openCheckpoint(runFolder);
    expect(path).toBe(older);
    expect(passedOver[0]).toContain("is another run's: its network is nips2013, not nature");
    // Where a run stands ready, how long it goes and how often it says so may be other than at its beginning.
    const further = await resumed(theirs, { steps: 70, keep: 5, metricsEvery: 7 });
    await further.training.run(going);
    await further.training.save();
    expect(openCheckpoint(other.runFolder)).toMatchObject({ passedOver: [], configuration: { steps: 70 } });
  });

  test('without config.json there is nothing to compare it with, and it is taken', () => {
    rmSync(join(runFolder, 'config.json'));
    expect(openCheckpoint(runFolder).path).toBe(newest);
    writeFileSync(join(runFolder, 'config.json'), 'rubbish');
    expect(openCheckpoint(runFolder).path).toBe(newest);
  });
});

describe('ways to name it', () => {
  test('a relative path, a slash at its end, links, the folder of the checkpoints', () => {
    const link = join(folder, `link-${runFolder.length}`);
    symlinkSync(runFolder, link);
    const toCheckpoint = join(folder, 'link-to-checkpoint');
    symlinkSync(newest, toCheckpoint);
    for (const path of [
      ...[relative(process.cwd(), runFolder), `${runFolder}/`, link, `${link}/`],
      ...[join(runFolder, 'checkpoints'), join(runFolder, 'checkpoints/'), `${newest}//`, toCheckpoint],
    ]) {
      expect(openCheckpoint(path)).toMatchObject({ path: newest, runFolder });
    }
    rmSync(link);
    rmSync(toCheckpoint);
  });

  test('weights, a checkpoint outside of a run folder, a path through a file', async () => {
    const file = join(newest, 'weights.safetensors');
    expect(await complaint(() => openCheckpoint(file))).toContain('is a file, not a run folder');
    expect(await complaint(() => openCheckpoint(join(file, 'x')))).toContain('There is no run folder');
    const outside = join(folder, 'outside', 'step-000000060');
    cpSync(newest, outside, { recursive: true });
    expect(await complaint(() => openCheckpoint(outside))).toContain('lies in no run folder');
    expect(openCheckpoint(outside, { replay: false }).path).toBe(outside);
  });

  test('a run that was killed before its first checkpoint', async () => {
    rmSync(join(runFolder, 'checkpoints'), { recursive: true });
    expect(await complaint(() => openCheckpoint(runFolder))).toContain('was interrupted before its first checkpoint');
    // Killed while writing it: the unfinished folder is no checkpoint.
    mkdirSync(join(runFolder, 'checkpoints', '.unfinished-1-step-000000030'), { recursive: true });
    expect(await complaint(() => openCheckpoint(runFolder))).toContain('was interrupted before its first checkpoint');
  });

  test('a folder that is no run, one that is not there, and the nearest name', async () => {
    const other = join(folder, 'pong-lapan-empty');
    mkdirSync(other);
    expect(await complaint(() => openCheckpoint(other))).toContain('is no run folder');
    cpSync(runFolder, join(folder, 'renamed'), { recursive: true });
    const text = await complaint(() => openCheckpoint(join(folder, 'renamd')));
    expect(text).toContain('There is no run folder');
    expect(text).toContain('Did you mean "renamed"?');
  });
});
