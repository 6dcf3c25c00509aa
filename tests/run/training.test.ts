/**
 * The run around an agent, and its checkpoints, with an agent whose every step is a known function of its state: resume to the bit,
 * metrics without gaps or doubles, damage found, nothing half-written. The real agent is in tests/e2e.
 */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DqnStep } from '../../src/agent/dqn.ts';
import type { DqnState } from '../../src/agent/dqnState.ts';
import { ReplayMemory } from '../../src/agent/replayMemory.ts';
import { UserError } from '../../src/errors.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { listCheckpoints, loadWeightsFile } from '../../src/run/checkpoint.ts';
import type { Display } from '../../src/run/progress.ts';
import { createDisplay, durationText, progressText, shortProgressText } from '../../src/run/progress.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { createRunFolder, openCheckpoint } from '../../src/run/runFolder.ts';
import { type TrainableAgent, Training } from '../../src/run/training.ts';

const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-training-'));
afterAll(() => rmSync(folder, { recursive: true }));

const frameBytes = 36 * 36;
const gameSteps = 7;

/** An agent without a GPU: a weight drifts by a generator, games last 7 steps and bring ever more reward. */
class FakeAgent implements TrainableAgent {
  readonly counters = { agentSteps: 0, updates: 0, episodes: 0 };
  readonly replay = new ReplayMemory({ capacity: 200, frameBytes, stack: 2, stackPadding: 'zero' });
  readonly #random = new Xoshiro128(5, 'fake');
  readonly #weight = new Float32Array([0, 1]);
  readonly #frame = new Uint8Array(frameBytes);

  async step(): Promise<DqnStep> {
    const { counters } = this;
    const noise = this.#random.nextFloat();
    this.#weight[0] += noise;
    this.#frame.fill(this.#random.nextInt(256));
    const startsEpisode = counters.agentSteps % gameSteps === 0;
    counters.agentSteps++;
    counters.updates++;
    const episodeEnded = counters.agentSteps % gameSteps === 0;
    this.replay.add(this.#frame, 1, noise, episodeEnded, startsEpisode);
    if (episodeEnded) counters.episodes++;
    const episodeReturn = counters.episodes;
    return {
      action: 1,
      reward: noise,
      rawReward: noise,
      epsilon: 0.5,
      episodeEnded,
      episodeReturn,
      episodeSteps: gameSteps,
    };
  }

  async statistics() {
    return { meanLoss: this.counters.agentSteps, meanQ: Number.NaN, updates: 1 };
  }

  async weights() {
    return [{ name: 'fc1.weight', shape: [1, 2], data: this.#weight.slice() }];
  }

  async save(): Promise<DqnState> {
    return {
      arrays: [{ name: 'online', shape: [2], data: this.#weight.slice() }],
      counters: { ...this.counters },
      startsEpisode: true,
      exploration: [...this.#random.state],
      sampling: [1, 2, 3, 4],
      history: { frames: this.#frame.slice(), indices: [0xffffffff, 0], length: 1, newest: 0 },
      environment: new Uint8Array([1, 2, 3]),
    };
  }

  restore(state: DqnState): void {
    Object.assign(this.counters, state.counters);
    this.#random.state.set(state.exploration);
    this.#weight.set(state.arrays[0].data);
    this.#frame.set(state.history.frames);
    expect(state.history.indices).toEqual([0xffffffff, 0]);
    expect([...state.environment]).toEqual([1, 2, 3]);
  }
}

const shown: string[] = [];
const display: Display = {
  intervalSeconds: 0,
  progress: (progress) => shown.push(progressText(progress)),
  line: (text) => shown.push(text),
  close: () => {},
};
const cartridge = { title: 'Fake', md5: 'f'.repeat(32), bytes: 2048 };
const base = {
  out: folder,
  replayCapacity: 200,
  learnStart: 40,
  metricsEvery: 10,
  checkpointEvery: 0,
  targetReward: null,
};
beforeEach(() => {
  shown.length = 0;
});

function configured(more: object) {
  return resolveConfiguration({ game: 'pong', flags: { ...base, ...more } });
}

function started(more: object) {
  const configuration = configured(more);
  const runFolder = createRunFolder(configuration, { cartridge: {}, adapter: null, command: ['train'] });
  const agent = new FakeAgent();
  return { agent, runFolder, training: new Training({ agent, configuration, cartridge, runFolder, display }) };
}

function resumed(path: string, more: object) {
  const checkpoint = openCheckpoint(path);
  const agent = new FakeAgent();
  agent.replay.restore(checkpoint.replayHeader, checkpoint.replayChunks);
  agent.restore(checkpoint.agent);
  const { runFolder } = checkpoint;
  const configuration = resolveConfiguration({ game: 'pong', flags: { ...checkpoint.configuration, ...more } });
  const training = new Training({ agent, configuration, cartridge, runFolder, display, resumedFrom: checkpoint });
  return { agent, runFolder, training };
}

/** metrics.jsonl without what a clock decides. */
function metricsOf(runFolder: string) {
  const lines = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const { elapsedSeconds, stepsPerSecond, updatesPerSecond, ...rest } = JSON.parse(line);
    expect(elapsedSeconds).toBeGreaterThanOrEqual(0);
    return rest;
  });
}

const going = { requested: false };

/** The message of the UserError, one line. */
async function complaint(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).not.toContain('\n');
    expect(error.hint).not.toBe('');
    return `${error.message} ${error.hint}`;
  }
  throw new Error('nothing was thrown');
}

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
    const { training } = started({ steps: 30_000, metricsEvery: 100_000 });
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
    const rest = resumed(part.runFolder, { steps: 333 });
    await rest.training.run(going);
    const again = await rest.training.save();

    expect(again.weightsSha256).toBe(end.weightsSha256);
    expect(metricsOf(part.runFolder)).toEqual(metricsOf(whole.runFolder));
    const replay = ({ replay }: FakeAgent) => Buffer.concat([...replay.chunks()]).toString('base64');
    expect(replay(rest.agent)).toBe(replay(whole.agent));
    expect(readdirSync(join(part.runFolder, 'checkpoints'))).toEqual(['step-000000300', 'step-000000333']);
  });

  test('a killed run goes on from its last checkpoint; what it wrote after that is written once', async () => {
    const whole = started({ steps: 140, checkpointEvery: 60 });
    await whole.training.run(going);
    const killed = started({ steps: 100, checkpointEvery: 60 });
    await killed.training.run(going);
    killed.training.close();
    expect(metricsOf(killed.runFolder).at(-1)).toMatchObject({ agentSteps: 100 });
    const rest = resumed(killed.runFolder, { steps: 140 });
    expect(rest.agent.counters.agentSteps).toBe(60);
    await rest.training.run(going);
    expect(metricsOf(killed.runFolder)).toEqual(metricsOf(whole.runFolder));
  });

  test('from an older checkpoint the newer ones give way, once a new one is there', async () => {
    const { runFolder, training } = started({ steps: 120, checkpointEvery: 40, keepCheckpoints: 3 });
    await training.run(going);
    const rest = resumed(join(runFolder, 'checkpoints', 'step-000000040'), { steps: 45 });
    await rest.training.run(going);
    expect(listCheckpoints(runFolder)).toHaveLength(3);
    await rest.training.save();
    expect(readdirSync(join(runFolder, 'checkpoints'))).toEqual(['step-000000040', 'step-000000045']);
  });
});

describe('checkpoints', () => {
  test('saving twice without a step between writes once', async () => {
    const { training } = started({ steps: 40 });
    await training.run(going);
    const first = await training.save();
    const { mtimeMs } = statSync(join(first.path, 'manifest.json'));
    expect((await training.save()).path).toBe(first.path);
    const again = resumed(first.path, {});
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
  const open = (path: string) => {
    const { replayHeader, replayChunks } = openCheckpoint(path);
    new FakeAgent().replay.restore(replayHeader, replayChunks);
  };

  test('each file of a checkpoint cut, flipped or gone is damage that names it and the older checkpoint', async () => {
    open(runFolder);
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
    open(runFolder);
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
  const { training, runFolder } = started({ steps: 30 });
  await training.run(going);
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const keys = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => Object.keys(JSON.parse(line)));
  expect(new Set(keys).size).toBe(15);
  for (const key of new Set(keys)) expect(page).toContain(`| \`${key}\` |`);
});

test('durations', () => {
  expect([0, 59.6, 61, 3661, 360000].map(durationText)).toEqual(['0:00', '1:00', '1:01', '1:01:01', '100:00:00']);
});
