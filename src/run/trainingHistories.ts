/**
 * What the evaluations of a run have said so far, one entry each, under DeepMind's names: in checkpoints, and in history.json in the
 * run's folder. docs/metrics.md says what each is.
 * Source: reference algorithms.md A.15.
 */
import { join } from 'node:path';
import { jsonBytes, writeAtomically } from './files.ts';
import type { EvaluationMetrics } from './metrics.ts';

/** All of one length but `time_history`, which begins with a 0. */
export interface Histories {
  /** Agent step of each evaluation; not one of DeepMind's. */
  readonly step_history: readonly number[];
  readonly reward_history: readonly number[];
  readonly reward_counts: readonly number[];
  readonly episode_counts: readonly number[];
  /** Seconds of training until each. */
  readonly time_history: readonly number[];
  /** null without validation transitions; so are the next two. */
  readonly v_history: readonly (number | null)[];
  readonly td_history: readonly (number | null)[];
  readonly qmax_history: readonly (number | null)[];
}

export const noHistories: Histories = {
  ...{ step_history: [], reward_history: [], reward_counts: [], episode_counts: [] },
  ...{ time_history: [0], v_history: [], td_history: [], qmax_history: [] },
};

/** The histories with one more evaluation. */
export function withEvaluation(before: Histories, evaluation: EvaluationMetrics): Histories {
  return {
    step_history: [...before.step_history, evaluation.agentSteps],
    reward_history: [...before.reward_history, evaluation.meanReward],
    reward_counts: [...before.reward_counts, evaluation.rewards],
    episode_counts: [...before.episode_counts, evaluation.episodes],
    time_history: [...before.time_history, evaluation.trainingSeconds],
    v_history: [...before.v_history, evaluation.meanValue],
    td_history: [...before.td_history, evaluation.meanTdError],
    qmax_history: [...before.qmax_history, evaluation.maxQ],
  };
}

/** Throws UserError where it cannot be written. */
export function writeHistories(runFolder: string, histories: Histories): void {
  writeAtomically(join(runFolder, 'history.json'), jsonBytes(histories));
}
