/**
 * What a list of runs says of each: `bun run runs`, the dashboard and reports alike.
 * Leaves out: the curves (series.ts).
 */

/**
 * `running`: its process lives and writes; `finished`: it came to an end that its configuration names; `stopped`: a person ended it;
 * `interrupted`: its process is gone without an end (killed, crashed, power); `failed`: it ended with an error.
 */
export type RunState = 'running' | 'finished' | 'stopped' | 'interrupted' | 'failed';

export interface RunSummary {
  /** The name of the run's folder. */
  readonly id: string;
  readonly game: string;
  readonly preset: string;
  readonly seed: number;
  readonly state: RunState;
  /** Why it failed, one line; null where it did not. */
  readonly error: string | null;
  /** ISO 8601, from config.json. */
  readonly startedAt: string | null;
  /** Of the last line of metrics.jsonl. */
  readonly agentSteps: number;
  /** Steps that the configuration asks for; 0: no end. */
  readonly stepsWanted: number;
  readonly episodes: number;
  /** Mean reward of the last 100 games: now, and the best so far, points a game; null before the first game. */
  readonly lastMeanReward: number | null;
  readonly bestMeanReward: number | null;
  /** Mean reward of evaluations, points a game: the last, the best; null where there was none with a whole game. */
  readonly lastEvaluation: number | null;
  readonly bestEvaluation: number | null;
  readonly elapsedSeconds: number;
  /** Agent steps a second in the last interval of metrics; null before the first. */
  readonly stepsPerSecond: number | null;
  /** Bytes of all files in the folder, a hard link counted once. */
  readonly diskBytes: number;
  /** When metrics.jsonl last grew, milliseconds since 1970; null where there is none. */
  readonly updatedAtMs: number | null;
}
