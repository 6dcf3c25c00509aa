/** Checkpoints and run folders: written whole, linked where unchanged. Damage: checkpointDamage.test.ts. */
import { afterAll, describe, expect, spyOn, test } from 'bun:test';
import * as fs from 'node:fs';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listCheckpoints, loadCheckpoint, loadWeightsFile, saveCheckpoint } from '../../src/run/checkpoint.ts';
import { folderBytes, freeDiskBytes, requireDiskSpace } from '../../src/run/diskSpace.ts';
import { bytesText } from '../../src/run/memory.ts';
import { createRunFolder } from '../../src/run/runFolder.ts';
import { Training } from '../../src/run/training.ts';
import { bytesOf } from '../support/replay.ts';
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
  shown,
  started,
} from './fakeRun.ts';

afterAll(removeFolder);

const manifestOf = (runFolder: string, index: number): string =>
  join(listCheckpoints(runFolder)[index], 'manifest.json');

describe('checkpoints', () => {
  test('saving twice without a step between writes once', async () => {
    const { training } = started({ steps: 40 });
    await training.run(going);
    const first = await training.save();
    const { mtimeMs } = statSync(join(first.path, 'manifest.json'));
    expect((await training.save()).path).toBe(first.path);
    const again = await resumed(first.path, {});
    expect(await again.training.save()).toMatchObject({ path: first.path, weightsSha256: first.weightsSha256 });
    expect(statSync(join(first.path, 'manifest.json')).mtimeMs).toBe(mtimeMs);
  });

  test('say what they add to the disk and what the run folder takes', async () => {
    const { training, runFolder } = started({ steps: 400, checkpointEvery: 200, keep: 3 });
    await training.run(going);
    const lines = shown.filter((line) => line.startsWith('Checkpoint: '));
    expect(lines.at(-2)).toMatch(/^Checkpoint: step-000000200, \d[\d.]* kB in \d+\.\d\d s; the run folder takes /);
    const sizes = listCheckpoints(runFolder).map(folderBytes);
    expect(lines.at(-2)).toContain(`${bytesText(sizes[0] - statSync(manifestOf(runFolder, 0)).size)} in`);
    expect(folderBytes(runFolder)).toBeGreaterThan(sizes[0] + sizes[1]);
  });

  test('an unchanged piece is the same file as in the one before the last, and a file of its own in the last', async () => {
    const { training, agent, runFolder } = started({ steps: 400, checkpointEvery: 400, keep: 3 });
    await training.run(going);
    // Nothing but the step number changes: every piece stays.
    for (let i = 0; i < 2; i++) {
      agent.counters.agentSteps++;
      await training.save();
    }
    const files = listCheckpoints(runFolder).map((path) =>
      readdirSync(path).flatMap((name) => (name.startsWith('replay-') ? [statSync(join(path, name)).ino] : [])),
    );
    expect(files).toHaveLength(3);
    expect(files[0].length).toBeGreaterThan(3);
    expect(files[2]).toEqual(files[0]);
    for (const inode of files[1]) expect(files[0]).not.toContain(inode);
  });

  test('with one kept, unchanged pieces are the same files as in the last', async () => {
    const { training, agent, runFolder } = started({ steps: 400, checkpointEvery: 400, keep: 1 });
    await training.run(going);
    const inode = () => listCheckpoints(runFolder).map((path) => statSync(join(path, 'replay-00003.zst')).ino);
    const before = inode();
    agent.counters.agentSteps++;
    await training.save();
    expect(inode()).toEqual(before);
  });

  test('a damaged piece of the last is not taken over', async () => {
    const { training, agent, runFolder } = started({ steps: 400, checkpointEvery: 400 });
    await training.run(going);
    const [first] = listCheckpoints(runFolder);
    writeFileSync(join(first, 'replay-00003.zst'), 'rubbish of no length in particular');
    agent.counters.agentSteps++;
    await training.save();
    const again = await resumed(runFolder, { steps: 500 });
    expect(await bytesOf(again.agent.replay.chunks())).toEqual(await bytesOf(agent.replay.chunks()));
  });

  test('a piece for each 16 MiB of a large memory, each of its own bytes, whichever is compressed first', async () => {
    const { training } = started({ steps: 30 });
    await training.run(going);
    const saved = await training.save();
    const { configuration, cartridge: played, run, weights, agent, replayHeader } = loadCheckpoint(saved.path);
    const pieces = Array.from({ length: 9 }, (_, i) => new Uint8Array(300_000 - 10_000 * i).fill(i));
    async function* replayChunks() {
      yield* pieces;
    }
    const all = { configuration, cartridge: played, run, weights, agent, replayHeader, replayChunks: replayChunks() };
    const { path } = await saveCheckpoint(join(folder, 'pieces'), all, 2);
    expect([...loadCheckpoint(path).replayChunks].map((bytes) => new Uint8Array(bytes))).toEqual(pieces);
  });

  test('what has no room is refused before it is written', () => {
    const refused = complaint(() => requireDiskSpace(folder, 2e9, 1e9));
    expect(refused).resolves.toContain(
      `Cannot write a checkpoint to ${folder}: it takes about 2.00 GB, and 1.00 GB are free`,
    );
    expect(() => requireDiskSpace(folder, 1e9, 1e9)).not.toThrow();
    expect(freeDiskBytes(folder)).toBeGreaterThan(0);
    expect(freeDiskBytes(join(folder, 'nowhere'))).toBeUndefined();
  });

  test('no room for one costs no more than that one: it is said, the run goes on, and the next one is written', async () => {
    const { training, runFolder } = started({ steps: 90, checkpointEvery: 30, keep: 3 });
    const room = { bavail: 1e6, bsize: 4096 } as fs.StatsFs;
    const statfs = spyOn(fs, 'statfsSync').mockReturnValue(room as never);
    statfs.mockReturnValueOnce(room as never).mockReturnValueOnce({ bavail: 1, bsize: 4096 } as never);
    await training.run(going);
    statfs.mockRestore();
    expect(readdirSync(join(runFolder, 'checkpoints')).sort()).toEqual(['step-000000030', 'step-000000090']);
    const [warning] = shown.filter((line) => line.startsWith('Warning: '));
    expect(warning).toContain(`Cannot write a checkpoint to ${runFolder}: it takes about`);
    expect(warning).toEndWith(
      'and 4.10 kB are free. Make room there; what was saved before stays as it is. The run goes on.',
    );
  });

  test('hold the best weights as they were: a resumed run begins with them, not with later ones', async () => {
    const { training, runFolder } = started({ steps: 75, checkpointEvery: 50 });
    await training.run(going);
    training.close();
    const best = join(runFolder, 'best.safetensors');
    expect(loadWeightsFile(best).metadata['agentSteps']).toBe('70');
    const rest = await resumed(runFolder, { steps: 60 });
    expect(loadWeightsFile(best).metadata['agentSteps']).toBe('49');
    await rest.training.run(going);
    expect(loadWeightsFile(best).metadata['agentSteps']).toBe('56');
  });

  test('without best weights there are none after resuming either', async () => {
    const { training, runFolder } = started({ steps: 30, checkpointEvery: 5 });
    await training.run(going);
    expect(existsSync(join(runFolder, 'best.safetensors'))).toBe(true);
    for (const path of listCheckpoints(runFolder)) rmSync(path, { recursive: true });
    const early = started({ steps: 5, checkpointEvery: 5 });
    await early.training.run(going);
    const [first] = listCheckpoints(early.runFolder);
    cpSync(first, join(runFolder, 'checkpoints', 'step-000000005'), { recursive: true });
    await resumed(runFolder, { steps: 60 });
    expect(existsSync(join(runFolder, 'best.safetensors'))).toBe(false);
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
    expect(readdirSync(join(runFolder, 'checkpoints')).sort()).toEqual(['step-000000050', 'step-000000100']);
    const rescued = await training.rescue();
    expect(loadWeightsFile(rescued!).tensors[0].data).toEqual((await agent.weights())[0].data);
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
