/**
 * What TensorBoard shows of a run: the scalars of metrics.jsonl at the same agent steps, histograms of the weights, evaluated games.
 * docs/metrics.md lists the tags. They are the names of Lapan's program (`reward`, `reward_100`, `epsilon`, `speed`) and, of evaluations,
 * those of DeepMind's histories without `_history` (reference algorithms.md A.15).
 */
import type { NamedArray } from '../../agent/weights.ts';
import type { EpisodeMetrics, EvaluationMetrics, ProgressMetrics } from '../metrics.ts';
import { EventFile } from './eventFile.ts';
import type { SummaryValue } from './eventSchema.ts';
import { histogramOf } from './histogram.ts';

/** Those that are null or no number are left out, as there was nothing to measure. */
type Scalars = Readonly<Record<string, number | null>>;

export class RunEvents {
  readonly #file: EventFile;
  /** Of the histograms that were added last: where an evaluation was put off, a checkpoint is written twice at its step. */
  #weightsAt: number | undefined;

  /** `resumedAt`: the agent step of the checkpoint that the run goes on from. Throws where the file cannot be written. */
  constructor(runFolder: string, resumedAt: number | undefined) {
    this.#file = new EventFile(runFolder);
    this.#weightsAt = resumedAt;
    // What a killed process wrote of later steps is void: they are made again.
    if (resumedAt !== undefined) this.#file.add({ step: resumedAt + 1, sessionLog: { status: 1 } });
    this.#file.flush();
  }

  metrics(metrics: EpisodeMetrics | ProgressMetrics | EvaluationMetrics): void {
    const scalars = scalarsOf(metrics);
    const values = Object.entries(scalars).flatMap(([tag, simpleValue]) =>
      simpleValue !== null && Number.isFinite(simpleValue) ? [{ tag, simpleValue }] : [],
    );
    this.#add(metrics.agentSteps, values);
  }

  weights(agentSteps: number, tensors: readonly NamedArray[]): void {
    if (this.#weightsAt === agentSteps) return;
    this.#weightsAt = agentSteps;
    const histograms = tensors.map(({ name, data }) => ({ tag: `weights/${name}`, histo: histogramOf(data) }));
    this.#add(agentSteps, histograms);
  }

  /** The GIF of an evaluated game, `width` x `height` pixels. */
  evaluatedGame(agentSteps: number, encodedImageString: Uint8Array, width: number, height: number): void {
    this.#add(agentSteps, [{ tag: 'evaluation/game', image: { height, width, colorspace: 3, encodedImageString } }]);
  }

  /** Throws where it cannot be written. */
  flush(options?: { readonly durably: boolean }): void {
    this.#file.flush(options);
  }

  close(): void {
    this.#file.close();
  }

  #add(step: number, value: readonly SummaryValue[]): void {
    this.#file.add({ step, summary: { value } });
  }
}

function scalarsOf(metrics: EpisodeMetrics | ProgressMetrics | EvaluationMetrics): Scalars {
  switch (metrics.type) {
    case 'episode':
      return {
        reward: metrics.reward,
        reward_100: metrics.meanReward100,
        epsilon: metrics.epsilon,
        speed: metrics.stepsPerSecond,
        episode_steps: metrics.episodeSteps,
      };
    case 'progress':
      return {
        loss: metrics.meanLoss,
        mean_q: metrics.meanQ,
        steps_per_second: metrics.stepsPerSecond,
        updates_per_second: metrics.updatesPerSecond,
        updates: metrics.updates,
        episodes: metrics.episodes,
        ...layerScalars(metrics),
      };
    case 'evaluation':
      return {
        'evaluation/reward': metrics.episodes === 0 ? null : metrics.meanReward,
        'evaluation/reward_counts': metrics.rewards,
        'evaluation/episode_counts': metrics.episodes,
        'evaluation/time': metrics.trainingSeconds,
        'evaluation/v': metrics.meanValue,
        'evaluation/td': metrics.meanTdError,
        'evaluation/qmax': metrics.maxQ,
        'evaluation/learning_rate': metrics.learningRate,
        'evaluation/frames_per_second': metrics.evaluationFramesPerSecond,
      };
  }
}

function layerScalars({ layers = [] }: ProgressMetrics): Scalars {
  return Object.fromEntries(
    layers.flatMap(({ layer, meanAbsWeight, maxAbsWeight, meanAbsGradient, maxAbsGradient }) => [
      [`layers/${layer}/mean_abs_weight`, meanAbsWeight],
      [`layers/${layer}/max_abs_weight`, maxAbsWeight],
      [`layers/${layer}/mean_abs_gradient`, meanAbsGradient],
      [`layers/${layer}/max_abs_gradient`, maxAbsGradient],
    ]),
  );
}
