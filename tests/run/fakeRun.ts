/**
 * A run without a GPU, for the tests of this folder: an agent whose every step is a known function of its state, and runs around it.
 */
import { expect } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision } from '../../src/agent/decision.ts';
import type { DqnStep } from '../../src/agent/dqn.ts';
import type { DqnState } from '../../src/agent/dqnState.ts';
import type { Environment, EnvironmentStep } from '../../src/agent/environment.ts';
import { FrameHistory } from '../../src/agent/frameHistory.ts';
import { ReplayMemory } from '../../src/agent/replayMemory.ts';
import { UserError } from '../../src/errors.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { type Display, progressText } from '../../src/run/progress.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { createRunFolder, openCheckpoint, restoreBest } from '../../src/run/runFolder.ts';
import { Training } from '../../src/run/training.ts';
import type { TrainableAgent, TrainingOptions } from '../../src/run/trainingOptions.ts';
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
  #kept = new Float32Array(2);
  keepsGradients = false;
  onNextDecision: ((decision: Decision) => void) | undefined;
  /** Of `keepsGradients`, at each call of `layerStatistics`. */
  readonly kept: boolean[] = [];
  /** The first pixel of each state that `act` was asked for. */
  readonly states: number[] = [];
  readonly #frame = new Uint8Array(frameBytes);
  readonly history = new FrameHistory(2, frameBytes, 'zero');

  async step(): Promise<DqnStep> {
    const { counters } = this;
    const noise = this.#random.nextFloat();
    this.#weight[0] += noise;
    this.#frame.fill(this.#random.nextInt(256));
    const startsEpisode = counters.agentSteps % gameSteps === 0;
    this.history.push(this.#frame);
    const show = this.onNextDecision;
    this.onNextDecision = undefined;
    show?.({
      ...{ action: 1, wasRandom: counters.agentSteps % 2 === 0, epsilon: 0.5, history: this.history },
      ...{ game: counters.episodes + 1, gameReward: counters.agentSteps % gameSteps },
    });
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

  values(): Float32Array {
    return Float32Array.of(0.5, this.counters.agentSteps, -1);
  }

  /** Of evaluations: the best action is the whole part of the weight. */
  async act(history: FrameHistory) {
    this.states.push(history.slots[history.newest][0]);
    return Math.floor(this.#weight[0]) % fakeActions;
  }

  async validate() {
    const weight = this.#weight[0];
    return { meanValue: weight, meanTdError: 2 * weight, maxValue: Number.NaN };
  }

  async layerStatistics() {
    this.kept.push(this.keepsGradients);
    const weight = this.#weight[0];
    return [{ layer: 'fc1', meanAbsWeight: weight / 2, maxAbsWeight: weight, meanAbsGradient: 0, maxAbsGradient: 0 }];
  }

  async statistics() {
    return { meanLoss: this.counters.agentSteps, meanQ: Number.NaN, updates: 1 };
  }

  async weights() {
    return [{ name: 'fc1.weight', shape: [1, 2], data: this.#weight.slice() }];
  }

  keepWeights(): void {
    this.#kept = this.#weight.slice();
  }

  async keptWeights() {
    return [{ name: 'fc1.weight', shape: [1, 2], data: this.#kept }];
  }

  async save(): Promise<DqnState> {
    return {
      arrays: [{ name: 'online', shape: [2], data: this.#weight.slice() }],
      counters: { ...this.counters },
      startsEpisode: true,
      largestReward: 1,
      validation: undefined,
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

const fakeActions = 3;

/**
 * Games of 5 steps, of 4 where a game begins without the random start. Each step's reward is the action, and after a seed the states
 * are numbered from it.
 */
export class FakeGames implements Environment {
  readonly actionCount = fakeActions;
  readonly frame = new Uint8Array(frameBytes);
  readonly seeds: number[] = [];
  readonly randomStarts: boolean[] = [];
  #steps = 0;
  #length = 0;
  #return = 0;
  #number = 0;

  reset(seed?: number, { randomStart = true } = {}): void {
    if (seed !== undefined) this.#number = seed;
    if (seed !== undefined) this.seeds.push(seed);
    this.randomStarts.push(randomStart);
    [this.#steps, this.#return, this.#length] = [0, 0, randomStart ? 5 : 4];
    this.frame.fill(this.#number++);
  }

  step(action: number): EnvironmentStep {
    this.#steps++;
    this.#return += action;
    this.frame.fill(this.#number++);
    const over = this.#steps === this.#length;
    const info = {
      episodeReturn: this.#return,
      episodeSteps: this.#steps,
      gameOver: over,
      lives: 0,
      score: 0,
      frame: 0,
    };
    return { reward: 9, rawReward: action, terminated: over, truncated: false, endsValue: over, info };
  }

  snapshot(): Uint8Array {
    throw new Error('an evaluation is not saved');
  }

  restore(): void {
    throw new Error('an evaluation is not saved');
  }
}

export const shown: string[] = [];
export const display: Display = {
  intervalSeconds: 0,
  progress: (progress) => shown.push(progressText(progress)),
  status: (text) => shown.push(text),
  line: (text) => shown.push(text),
  close: () => {},
};
/** A screen of two lines whose every look shows something else. */
let looks = 0;
export const screen = {
  screen: () => new Uint8Array(320).fill(2 * (looks++ % 128)),
  screenHeight: 2,
  format: 'NTSC',
  actions: [0, 3, 4],
} as const;
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

const training = (run: Omit<TrainingOptions, 'cartridge' | 'display'>): Training =>
  new Training({ ...run, cartridge, screen, display });

const evaluationOf = (games: FakeGames) => ({ evaluationEnvironment: games, evaluationScreen: screen });

export function started(more: object, surroundings: Pick<TrainingOptions, 'status'> = {}) {
  const configuration = configured(more);
  const runFolder = createRunFolder(configuration, { cartridge: {}, adapter: null, command: ['train'] });
  const agent = new FakeAgent();
  const games = new FakeGames();
  return {
    agent,
    games,
    runFolder,
    training: training({ ...surroundings, ...{ agent, configuration, runFolder, ...evaluationOf(games) } }),
  };
}

export async function resumed(path: string, more: object) {
  const checkpoint = openCheckpoint(path);
  restoreBest(checkpoint);
  const agent = new FakeAgent();
  await agent.replay.restore(checkpoint.replayHeader, checkpoint.replayChunks);
  agent.restore(checkpoint.agent);
  const { runFolder } = checkpoint;
  const configuration = resolveConfiguration({ game: 'pong', flags: { ...checkpoint.configuration, ...more } });
  const games = new FakeGames();
  const run = { agent, configuration, runFolder, ...evaluationOf(games), resumedFrom: checkpoint };
  return { agent, games, runFolder, training: training(run) };
}

/** metrics.jsonl without what a clock decides. */
export function metricsOf(runFolder: string) {
  const lines = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const entries = JSON.parse(line);
    expect(entries.elapsedSeconds).toBeGreaterThanOrEqual(0);
    for (const key of Object.keys(entries)) if (/(Seconds|PerSecond)$/.test(key)) delete entries[key];
    return entries;
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
