/**
 * A run without a GPU, for the tests of this folder: an agent whose every step is a known function of its state, and runs around it.
 */
import { expect } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DqnStep } from '../../src/agent/dqn.ts';
import type { DqnState } from '../../src/agent/dqnState.ts';
import { ReplayMemory } from '../../src/agent/replayMemory.ts';
import { UserError } from '../../src/errors.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { type Display, progressText } from '../../src/run/progress.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { createRunFolder, openCheckpoint, restoreBest } from '../../src/run/runFolder.ts';
import { type TrainableAgent, Training } from '../../src/run/training.ts';
import { plainReplay } from '../support/replay.ts';

/** Where the runs are; a test file deletes it at its end. */
export const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-training-'));

export function removeFolder(): void {
  rmSync(folder, { recursive: true, force: true });
}

const frameBytes = 36 * 36;
const gameSteps = 7;

/** An agent without a GPU: a weight drifts by a generator, games last 7 steps and bring ever more reward. */
export class FakeAgent implements TrainableAgent {
  readonly counters = { agentSteps: 0, updates: 0, episodes: 0 };
  readonly replay = new ReplayMemory({ ...plainReplay, capacity: 200, frameBytes, stack: 2 });
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

export const shown: string[] = [];
export const display: Display = {
  intervalSeconds: 0,
  progress: (progress) => shown.push(progressText(progress)),
  line: (text) => shown.push(text),
  close: () => {},
};
export const cartridge = { title: 'Fake', md5: 'f'.repeat(32), bytes: 2048 };
const base = {
  out: folder,
  replayCapacity: 200,
  learnStart: 40,
  metricsEvery: 10,
  checkpointEvery: 0,
  targetReward: null,
};

export function configured(more: object) {
  return resolveConfiguration({ game: 'pong', flags: { ...base, ...more } });
}

export function started(more: object) {
  const configuration = configured(more);
  const runFolder = createRunFolder(configuration, { cartridge: {}, adapter: null, command: ['train'] });
  const agent = new FakeAgent();
  return { agent, runFolder, training: new Training({ agent, configuration, cartridge, runFolder, display }) };
}

export async function resumed(path: string, more: object) {
  const checkpoint = openCheckpoint(path);
  restoreBest(checkpoint);
  const agent = new FakeAgent();
  await agent.replay.restore(checkpoint.replayHeader, checkpoint.replayChunks);
  agent.restore(checkpoint.agent);
  const { runFolder } = checkpoint;
  const configuration = resolveConfiguration({ game: 'pong', flags: { ...checkpoint.configuration, ...more } });
  const training = new Training({ agent, configuration, cartridge, runFolder, display, resumedFrom: checkpoint });
  return { agent, runFolder, training };
}

/** metrics.jsonl without what a clock decides. */
export function metricsOf(runFolder: string) {
  const lines = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const { elapsedSeconds, stepsPerSecond, updatesPerSecond, ...rest } = JSON.parse(line);
    expect(elapsedSeconds).toBeGreaterThanOrEqual(0);
    return rest;
  });
}

export const going = { requested: false };

/** The message of the UserError, one line. */
export async function complaint(act: () => unknown): Promise<string> {
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
