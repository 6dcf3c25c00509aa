/** What a run's summary says of its metrics, kept line by line. */
import type { MetricsLine } from './metricsTail.ts';

/** Up to this game the mean of the last games is luck, and the best is the latest: as for best.safetensors (docs/runs.md). */
const gamesOfLuck = 10;

export class RunningTotals {
  agentSteps = 0;
  episodes = 0;
  elapsedSeconds = 0;
  stepsPerSecond: number | null = null;
  /** Points a game. */
  lastMeanReward: number | null = null;
  bestMeanReward: number | null = null;
  lastEvaluation: number | null = null;
  bestEvaluation: number | null = null;

  add(line: MetricsLine): void {
    this.agentSteps = line.agentSteps;
    this.elapsedSeconds = finite(line['elapsedSeconds']) ?? this.elapsedSeconds;
    if (line.type === 'evaluation') {
      this.#addEvaluation(line);
      return;
    }
    this.episodes = finite(line[line.type === 'episode' ? 'episode' : 'episodes']) ?? this.episodes;
    if (line.type === 'progress') this.stepsPerSecond = finite(line['stepsPerSecond']) ?? this.stepsPerSecond;
    const mean = finite(line['meanReward100']);
    if (mean === undefined) return;
    this.lastMeanReward = mean;
    const isLuck = this.episodes <= gamesOfLuck || this.bestMeanReward === null;
    this.bestMeanReward = isLuck ? mean : Math.max(mean, this.bestMeanReward!);
  }

  #addEvaluation(line: MetricsLine): void {
    const mean = finite(line['meanReward']);
    if (mean === undefined) return;
    this.lastEvaluation = mean;
    this.bestEvaluation = Math.max(mean, this.bestEvaluation ?? mean);
  }
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
