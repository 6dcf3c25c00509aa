/** Checkpoints and run folders: written whole, linked where unchanged, refused when damaged, with one clear line for each damage. */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listCheckpoints, loadWeightsFile } from '../../src/run/checkpoint.ts';
import { createRunFolder, openCheckpoint } from '../../src/run/runFolder.ts';
import { Training } from '../../src/run/training.ts';
import {
  cartridge,
  complaint,
  configured,
  display,
  FakeAgent,
  folder,
  going,
  removeFolder,
  resumed,
  started,
} from './fakeRun.ts';

afterAll(removeFolder);

describe('checkpoints', () => {
  test('saving twice without a step between writes once', async () => {
    const { training } = started({ steps: 40 });
    await training.run(going);
    const first = await training.save();
    const { mtimeMs } = statSync(join(first.path, 'manifest.json'));
    expect((await training.save()).path).toBe(first.path);
    const again = await resumed(first.path, {});
    expect(await again.training.save()).toMatchObject(first);
    expect(statSync(join(first.path, 'manifest.json')).mtimeMs).toBe(mtimeMs);
  });

  test('unchanged pieces of the replay memory are the same file', async () => {
    const { training, agent, runFolder } = started({ steps: 400, checkpointEvery: 400 });
    await training.run(going);
    // Nothing but the step number changes: every piece stays.
    agent.counters.agentSteps++;
    await training.save();
    const [a, b] = listCheckpoints(runFolder).map((path) =>
      readdirSync(path).filter((name) => name.startsWith('replay-')),
    );
    expect(a).toEqual(b);
    expect(a.length).toBeGreaterThan(3);
    const [first, second] = listCheckpoints(runFolder);
    for (const name of a) expect(statSync(join(first, name)).ino).toBe(statSync(join(second, name)).ino);
  });

  test('the best weights are those of the interval with the best mean', async () => {
    const { training, runFolder } = started({ steps: 75 });
    await training.run(going);
    const { metadata, tensors } = loadWeightsFile(join(runFolder, 'best.safetensors'));
    expect(metadata).toMatchObject({ agentSteps: '70', meanReward100: '5.5', game: 'pong' });
    expect(tensors[0].name).toBe('fc1.weight');
  });

  test('a GPU failure leaves them alone and its weights beside them', async () => {
    const configuration = configured({ steps: 500, checkpointEvery: 50 });
    const runFolder = createRunFolder(configuration, { cartridge: {}, adapter: null, command: [] });
    const agent = new FakeAgent();
    let failing = false;
    const check = (): void => {
      if (failing) throw new Error('device trouble');
      failing = agent.counters.agentSteps >= 120;
    };
    const training = new Training({ agent, configuration, cartridge, runFolder, display, check });
    await expect(training.run(going)).rejects.toThrow('device trouble');
    expect(readdirSync(join(runFolder, 'checkpoints'))).toEqual(['step-000000050', 'step-000000100']);
    const rescued = await training.rescue();
    expect(loadWeightsFile(rescued!).tensors[0].data).toEqual((await agent.weights())[0].data);
  });
});

describe('what cannot be resumed', () => {
  let checkpoint: string;
  let runFolder: string;
  beforeEach(async () => {
    const run = started({ steps: 60, checkpointEvery: 30 });
    await run.training.run(going);
    ({ runFolder } = run);
    checkpoint = listCheckpoints(runFolder)[1];
  });

  /** Everything that resuming reads. */
  const open = async (path: string) => {
    const { replayHeader, replayChunks } = openCheckpoint(path);
    await new FakeAgent().replay.restore(replayHeader, replayChunks);
  };

  test('each file of a checkpoint cut, flipped or gone is damage that names it and the older checkpoint', async () => {
    await open(runFolder);
    for (const name of readdirSync(checkpoint)) {
      const path = join(checkpoint, name);
      const whole = new Uint8Array(readFileSync(path));
      const flipped = whole.slice();
      flipped[whole.length >> 1] ^= 0x10;
      const cases: [string, () => void][] = [
        ['cut', () => truncateSync(path, whole.length >> 1)],
        ['flipped', () => writeFileSync(path, flipped)],
        ['gone', () => rmSync(path)],
      ];
      for (const [what, damage] of cases) {
        if (name === 'manifest.json' && what === 'flipped') continue;
        damage();
        const text = await complaint(() => open(name === 'manifest.json' ? checkpoint : runFolder));
        expect(text).toContain('is damaged');
        expect(text).toContain(name);
        expect(text).toContain('step-000000030');
        rmSync(path, { force: true });
        writeFileSync(path, whole);
      }
    }
    await open(runFolder);
  });

  test('a foreign manifest, and one of a later format', async () => {
    const path = join(checkpoint, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...manifest, formatVersion: 2 }));
    expect(await complaint(() => open(runFolder))).toContain('is of format 2; this program reads up to format 1');
    writeFileSync(path, JSON.stringify({ ...manifest, format: 'another program' }));
    expect(await complaint(() => open(runFolder))).toContain('is no checkpoint of this program');
  });

  test('a run that was killed before its first checkpoint', async () => {
    rmSync(join(runFolder, 'checkpoints'), { recursive: true });
    expect(await complaint(() => open(runFolder))).toContain('was interrupted before its first checkpoint');
    // Killed while writing it: the unfinished folder is no checkpoint.
    mkdirSync(join(runFolder, 'checkpoints', '.unfinished-1-step-000000030'), { recursive: true });
    expect(await complaint(() => open(runFolder))).toContain('was interrupted before its first checkpoint');
  });

  test('a folder that is no run, one that is not there, and the nearest name', async () => {
    const other = join(folder, 'pong-lapan-empty');
    cpSync(runFolder, other, { recursive: true });
    rmSync(join(other, 'config.json'));
    expect(await complaint(() => open(other))).toContain('is no run folder');
    cpSync(runFolder, join(folder, 'renamed'), { recursive: true });
    const text = await complaint(() => open(join(folder, 'renamd')));
    expect(text).toContain('There is no run folder');
    expect(text).toContain('Did you mean "renamed"?');
  });
});

describe('run folders', () => {
  test('are numbered, hold config.json, and are not taken twice', async () => {
    const configuration = configured({ seed: 77 });
    const make = () =>
      createRunFolder(configuration, { cartridge: { title: 'x' }, adapter: { kind: 'k' }, command: ['train'] });
    expect([make(), make()]).toEqual([join(folder, 'pong-lapan-77-1'), join(folder, 'pong-lapan-77-2')]);
    const config = JSON.parse(readFileSync(join(folder, 'pong-lapan-77-2', 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      configuration: { seed: 77, game: 'pong' },
      adapter: { kind: 'k' },
      command: ['train'],
    });
    expect(Object.keys(config.versions)).toEqual(['wgsl-dqn', 'bun', 'webgpu']);
    const named = configured({ name: 'mine' });
    createRunFolder(named, { cartridge: {}, adapter: null, command: [] });
    const text = await complaint(() => createRunFolder(named, { cartridge: {}, adapter: null, command: [] }));
    expect(text).toContain('There is a run folder');
  });

  test('where nothing can be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const configuration = configured({ out: join(folder, 'file', 'runs') });
    const text = await complaint(() => createRunFolder(configuration, { cartridge: {}, adapter: null, command: [] }));
    expect(text).toContain(`Cannot write to ${join(folder, 'file', 'runs')}`);
  });
});
