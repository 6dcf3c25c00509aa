/**
 * metrics.jsonl: one JSON object a line, `episode` for each whole game, `progress` each `metricsEvery` steps, and `evaluation`.
 * docs/metrics.md says what each key means. Leaves out: what is shown on the terminal (progress.ts).
 */
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { LayerStatistics } from '../agent/layerStatistics.ts';
import { whileWriting } from './files.ts';

export interface EpisodeMetrics {
  readonly type: 'episode';
  /** Counted from 1. */
  readonly episode: number;
  readonly agentSteps: number;
  /** Unclipped reward of the whole game and its length, agent steps. */
  readonly reward: number;
  readonly episodeSteps: number;
  /** Mean over the last 100 games, or as many as there are. */
  readonly meanReward100: number;
  readonly epsilon: number;
  /** Since the game before ended. */
  readonly stepsPerSecond: number;
  readonly elapsedSeconds: number;
}

export interface ProgressMetrics {
  readonly type: 'progress';
  readonly agentSteps: number;
  /** Agent steps times frame skip; the last step of a game may have been shorter. */
  readonly frames: number;
  readonly updates: number;
  readonly episodes: number;
  /** null before the first game has ended; the next two where there was no update in the interval. */
  readonly meanReward100: number | null;
  readonly meanLoss: number | null;
  readonly meanQ: number | null;
  readonly epsilon: number;
  readonly stepsPerSecond: number;
  readonly updatesPerSecond: number;
  readonly elapsedSeconds: number;
  /** Of each layer, with `layerStatistics`; the gradients are the last update's. */
  readonly layers?: readonly LayerStatistics[];
}

/** What an evaluation has said (reference algorithms.md A.14). */
export interface EvaluationMetrics {
  readonly type: 'evaluation';
  readonly agentSteps: number;
  readonly frames: number;
  /** Mean unclipped reward of the whole games; 0 where none was played to its end. */
  readonly meanReward: number;
  readonly isBest: boolean;
  /** Whole games, steps that brought a reward, and all steps. */
  readonly episodes: number;
  readonly rewards: number;
  readonly evaluationSteps: number;
  /** Of training at this step. */
  readonly epsilon: number;
  readonly learningRate: number;
  /** Of the validation transitions; null where there are none. */
  readonly meanValue: number | null;
  readonly meanTdError: number | null;
  readonly maxQ: number | null;
  readonly trainingSeconds: number;
  /** Since the evaluation before. */
  readonly trainingFramesPerSecond: number;
  readonly evaluationSeconds: number;
  readonly evaluationFramesPerSecond: number;
  readonly elapsedSeconds: number;
}

export class MetricsFile {
  readonly path: string;
  readonly #file: number;

  /**
   * Opens `path` to append; cut to `byteLength` first, since a resumed run writes again what came after its checkpoint. A file that has
   * become shorter stays as it is.
   */
  constructor(path: string, byteLength = 0) {
    this.path = path;
    this.#file = whileWriting(path, () => openSync(path, existsSync(path) ? 'r+' : 'w+'));
    ftruncateSync(this.#file, Math.min(byteLength, this.byteLength));
  }

  write(metrics: EpisodeMetrics | ProgressMetrics | EvaluationMetrics): void {
    whileWriting(this.path, () => writeSync(this.#file, `${JSON.stringify(metrics)}\n`, this.byteLength));
  }

  get byteLength(): number {
    return fstatSync(this.#file).size;
  }

  /** Puts on the disk what was written so far. */
  flush(): void {
    whileWriting(this.path, () => fsyncSync(this.#file));
  }

  close(): void {
    closeSync(this.#file);
  }
}
