/**
 * A training run around the agent: counts, metrics, progress, checkpoints, the best weights, the end.
 * Leaves out: the algorithm (src/agent/dqn.ts), building what it needs (session.ts), the command line (src/cli).
 */
import { join } from 'node:path';
import type { Dqn, DqnStep } from '../agent/dqn.ts';
import {
  type CartridgeIdentity,
  type LoadedCheckpoint,
  type RunState,
  type SavedCheckpoint,
  saveCheckpoint,
  writtenText,
} from './checkpoint.ts';
import type { Configuration } from './configuration.ts';
import { writeAtomically } from './files.ts';
import type { KernelRecord } from './kernelChoices.ts';
import { MetricsFile } from './metrics.ts';
import type { Display, Progress } from './progress.ts';
import { encodeSafetensors } from './safetensors.ts';

/** Games over which the mean reward is taken, in the papers' and Lapan's reports alike. */
const meanOverGames = 100;
/** Signals and timers are served between steps at least so often; a step that only awaits settled promises serves none. */
const yieldEveryMs = 50;

/** What a run needs of an agent. */
export type TrainableAgent = Pick<Dqn, 'counters' | 'step' | 'statistics' | 'weights' | 'save' | 'restore'> & {
  readonly replay: Pick<Dqn['replay'], 'header' | 'chunks' | 'restore'>;
};

/** `steps` and `target` are ends that the configuration names; `stopped` was asked for from outside. */
export type RunEnd = 'steps' | 'target' | 'stopped';

export interface TrainingOptions {
  readonly agent: TrainableAgent;
  readonly configuration: Configuration;
  readonly cartridge: CartridgeIdentity;
  /** Which variant of each pass runs, for the run to go on with. */
  readonly kernels?: KernelRecord;
  readonly runFolder: string;
  readonly display: Display;
  /** Throws what the GPU has reported meanwhile; asked between steps and before anything is saved. */
  readonly check?: () => void;
  /** The checkpoint that the agent was restored from. */
  readonly resumedFrom?: Pick<LoadedCheckpoint, 'run' | 'path' | 'weightsSha256'>;
}

export class Training {
  readonly #options: TrainingOptions;
  readonly #metrics: MetricsFile;
  readonly #rewards: number[];
  #bestMeanReward: number | null;
  #epsilon = Number.NaN;
  #meanLoss: number | null = null;
  #meanQ: number | null = null;
  #saved: (SavedCheckpoint & { readonly agentSteps: number }) | undefined;
  readonly #startedMs = performance.now();
  readonly #elapsedSecondsBefore: number;
  readonly #displaySpeed: Speedometer;
  readonly #metricsSpeed: Speedometer;

  /** Opens the run's metrics. Throws UserError where they cannot be written. */
  constructor(options: TrainingOptions) {
    const { runFolder, resumedFrom, agent } = options;
    this.#options = options;
    const before = resumedFrom?.run;
    this.#metrics = new MetricsFile(join(runFolder, 'metrics.jsonl'), before?.metricsBytes);
    this.#rewards = [...(before?.rewards ?? [])];
    this.#bestMeanReward = before?.bestMeanReward ?? null;
    this.#elapsedSecondsBefore = before?.elapsedSeconds ?? 0;
    if (resumedFrom !== undefined) {
      const { path, weightsSha256 } = resumedFrom;
      this.#saved = { path, weightsSha256, agentSteps: agent.counters.agentSteps };
    }
    this.#displaySpeed = new Speedometer(agent, 3);
    this.#metricsSpeed = new Speedometer(agent, 0);
  }

  /** Mean unclipped reward of the last 100 games, or of as many as there are; null before the first has ended. */
  get meanReward(): number | null {
    if (this.#rewards.length === 0) return null;
    return this.#rewards.reduce((sum, reward) => sum + reward, 0) / this.#rewards.length;
  }

  /** The newest checkpoint, written or resumed from. */
  get saved(): SavedCheckpoint | undefined {
    return this.#saved;
  }

  /** Steps until an end that the configuration names, or until `stop.requested`, looked at between steps. */
  async run(stop: { readonly requested: boolean }): Promise<RunEnd> {
    const { agent, configuration, display } = this.#options;
    const { metricsEvery, checkpointEvery } = configuration;
    let yieldedMs = performance.now();
    let displayedMs = yieldedMs;
    for (;;) {
      const end = this.#end(stop);
      if (end !== undefined) {
        if (!Number.isNaN(this.#epsilon)) display.progress(this.#progress());
        return end;
      }
      const step = await agent.step();
      this.#epsilon = step.epsilon;
      if (step.episodeEnded) this.#gameEnded(step);
      const { agentSteps } = agent.counters;
      if (agentSteps % metricsEvery === 0) await this.#intervalEnded();
      if (checkpointEvery > 0 && agentSteps % checkpointEvery === 0) await this.save();

      const nowMs = performance.now();
      if (nowMs - yieldedMs >= yieldEveryMs) {
        yieldedMs = nowMs;
        this.#options.check?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (nowMs - displayedMs >= display.intervalSeconds * 1000) {
        displayedMs = nowMs;
        display.progress(this.#progress());
      }
    }
  }

  /** Writes a checkpoint of this moment, once: a second call without a step between returns the first one's. */
  async save(): Promise<SavedCheckpoint> {
    const { agent, configuration, cartridge, kernels, runFolder } = this.#options;
    const { agentSteps } = agent.counters;
    if (this.#saved?.agentSteps === agentSteps) return this.#saved;
    this.#options.check?.();
    this.#metrics.flush();
    const run: RunState = {
      rewards: this.#rewards,
      bestMeanReward: this.#bestMeanReward,
      elapsedSeconds: this.#elapsedSeconds(),
      metricsBytes: this.#metrics.byteLength,
    };
    const content = {
      ...{ configuration, cartridge, run, kernels },
      weights: await agent.weights(),
      agent: await agent.save(),
      replayHeader: agent.replay.header(),
      replayChunks: agent.replay.chunks(),
    };
    this.#options.check?.();
    const written = await saveCheckpoint(runFolder, content, configuration.keep, this.#saved?.path);
    this.#saved = { ...written, agentSteps };
    this.#options.display.line(writtenText(written));
    return this.#saved;
  }

  /**
   * After a GPU error that left the device alive: writes the weights as they are now beside the checkpoints, which stay as they are
   * because the step that failed may be half done. Resolves to the file, or to undefined when the weights are not all finite.
   */
  async rescue(): Promise<string | undefined> {
    const { agent, configuration, runFolder } = this.#options;
    const tensors = await agent.weights();
    if (!tensors.every(({ data }) => data.every(Number.isFinite))) return undefined;
    const path = join(runFolder, 'rescued.safetensors');
    const metadata = { format: 'pt', game: configuration.game, agentSteps: String(agent.counters.agentSteps) };
    writeAtomically(path, ...encodeSafetensors({ tensors, metadata }));
    return path;
  }

  close(): void {
    this.#options.display.close();
    this.#metrics.close();
  }

  #end(stop: { readonly requested: boolean }): RunEnd | undefined {
    const { agent, configuration } = this.#options;
    const { steps, targetReward } = configuration;
    if (steps > 0 && agent.counters.agentSteps >= steps) return 'steps';
    const enough = this.#rewards.length >= meanOverGames;
    if (targetReward !== null && enough && this.meanReward! > targetReward) return 'target';
    return stop.requested ? 'stopped' : undefined;
  }

  #gameEnded({ episodeReturn, episodeSteps, epsilon }: DqnStep): void {
    const { episodes, agentSteps } = this.#options.agent.counters;
    this.#rewards.push(episodeReturn);
    if (this.#rewards.length > meanOverGames) this.#rewards.shift();
    this.#metrics.write({
      type: 'episode',
      episode: episodes,
      agentSteps,
      reward: episodeReturn,
      episodeSteps,
      meanReward100: this.meanReward!,
      epsilon,
      elapsedSeconds: rounded(this.#elapsedSeconds()),
    });
  }

  async #intervalEnded(): Promise<void> {
    const { agent, configuration } = this.#options;
    const { agentSteps, updates, episodes } = agent.counters;
    const { meanLoss, meanQ } = await agent.statistics();
    this.#meanLoss = Number.isFinite(meanLoss) ? meanLoss : null;
    this.#meanQ = Number.isFinite(meanQ) ? meanQ : null;
    const speed = this.#metricsSpeed.read();
    this.#metrics.write({
      type: 'progress',
      agentSteps,
      frames: agentSteps * configuration.frameSkip,
      updates,
      episodes,
      meanReward100: this.meanReward,
      meanLoss: this.#meanLoss,
      meanQ: this.#meanQ,
      epsilon: this.#epsilon,
      stepsPerSecond: rounded(speed.stepsPerSecond),
      updatesPerSecond: rounded(speed.updatesPerSecond),
      elapsedSeconds: rounded(this.#elapsedSeconds()),
    });
    await this.#saveBest();
  }

  /** Keeps the weights of the interval's end with the highest mean reward so far. */
  async #saveBest(): Promise<void> {
    const { agent, configuration, runFolder } = this.#options;
    const mean = this.meanReward;
    if (mean === null || (this.#bestMeanReward !== null && mean <= this.#bestMeanReward)) return;
    this.#bestMeanReward = mean;
    const metadata = {
      format: 'pt',
      game: configuration.game,
      agentSteps: String(agent.counters.agentSteps),
      meanReward100: String(mean),
    };
    const chunks = encodeSafetensors({ tensors: await agent.weights(), metadata });
    writeAtomically(join(runFolder, 'best.safetensors'), ...chunks);
  }

  #progress(): Progress {
    const { agent, configuration } = this.#options;
    const { agentSteps, updates, episodes } = agent.counters;
    const speed = this.#displaySpeed.read();
    const stepsLeft = configuration.steps - agentSteps;
    const secondsLeft = configuration.steps > 0 && speed.stepsPerSecond > 0 ? stepsLeft / speed.stepsPerSecond : null;
    return {
      ...{ agentSteps, updates, episodes, meanReward100: this.meanReward, epsilon: this.#epsilon },
      ...{ meanLoss: this.#meanLoss, meanQ: this.#meanQ, ...speed, secondsLeft },
    };
  }

  #elapsedSeconds(): number {
    return this.#elapsedSecondsBefore + (performance.now() - this.#startedMs) / 1000;
  }
}

/** Steps and updates a second since the reading before, smoothed over `smoothingSeconds` (0: not at all). */
class Speedometer {
  readonly #agent: TrainableAgent;
  readonly #smoothingSeconds: number;
  #atMs = performance.now();
  #agentSteps: number;
  #updates: number;
  #smoothed: { stepsPerSecond: number; updatesPerSecond: number } | undefined;

  constructor(agent: TrainableAgent, smoothingSeconds: number) {
    this.#agent = agent;
    this.#smoothingSeconds = smoothingSeconds;
    this.#agentSteps = agent.counters.agentSteps;
    this.#updates = agent.counters.updates;
  }

  read(): { stepsPerSecond: number; updatesPerSecond: number } {
    const nowMs = performance.now();
    const seconds = Math.max(1e-6, (nowMs - this.#atMs) / 1000);
    const { agentSteps, updates } = this.#agent.counters;
    const now = {
      stepsPerSecond: (agentSteps - this.#agentSteps) / seconds,
      updatesPerSecond: (updates - this.#updates) / seconds,
    };
    // An exponential average: a reading counts the more, the longer the time that it covers. exp(-seconds / 0) is 0.
    const weight = 1 - Math.exp(-seconds / this.#smoothingSeconds);
    const before = this.#smoothed ?? now;
    this.#smoothed = {
      stepsPerSecond: before.stepsPerSecond + weight * (now.stepsPerSecond - before.stepsPerSecond),
      updatesPerSecond: before.updatesPerSecond + weight * (now.updatesPerSecond - before.updatesPerSecond),
    };
    this.#atMs = nowMs;
    this.#agentSteps = agentSteps;
    this.#updates = updates;
    return this.#smoothed;
  }
}

/** Milliseconds and thousandths are all that a log needs. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
