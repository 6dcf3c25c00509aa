/** One run's folder, read again and again: each `update` takes what has changed since the last. Nothing is ever written there. */
import { readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readRunStatus } from '../runStatus.ts';
import { DiskUsage } from './diskUsage.ts';
import { MetricsTail } from './metricsTail.ts';
import { atOnce, type Paced } from './paced.ts';
import { runState } from './runState.ts';
import { readSeries, type Series, type SeriesKey, type SeriesRange } from './series.ts';
import type { RunSummary } from './summary.ts';

/** What config.json holds, as far as reading a run needs it. */
export interface RunConfigFile {
  readonly startedAt?: unknown;
  readonly configuration: Readonly<Record<string, unknown>>;
}

export class RunReader {
  readonly folder: string;
  readonly metrics: MetricsTail;
  readonly #disk: DiskUsage;
  #config: RunConfigFile | undefined;
  #configSeen = '';

  constructor(folder: string) {
    this.folder = resolve(folder);
    this.metrics = new MetricsTail(join(this.folder, 'metrics.jsonl'));
    this.#disk = new DiskUsage(this.folder);
  }

  /** config.json as it was at the last update; undefined where the folder is none of a run. */
  get config(): RunConfigFile | undefined {
    return this.#config;
  }

  /** Undefined where the folder is none of a run, or is gone. */
  *update(): Paced<RunSummary | undefined> {
    this.#readConfig();
    if (this.#config === undefined) return undefined;
    yield* this.metrics.update();
    const diskBytes = yield* this.#disk.update();
    // Gone meanwhile.
    if (this.#config === undefined) return undefined;
    const { configuration, startedAt } = this.#config;
    const { totals, modifiedAtMs: updatedAtMs } = this.metrics;
    const stepsWanted = number(configuration['steps']) ?? 0;
    const { agentSteps, episodes, elapsedSeconds, stepsPerSecond } = totals;
    const { lastMeanReward, bestMeanReward, lastEvaluation, bestEvaluation } = totals;
    return {
      id: basename(this.folder),
      game: text(configuration['game']) ?? 'unknown',
      preset: text(configuration['preset']) ?? 'unknown',
      seed: number(configuration['seed']) ?? 0,
      state: runState({ status: statusOf(this.folder), updatedAtMs, agentSteps, stepsWanted }),
      startedAt: text(startedAt) ?? null,
      agentSteps,
      stepsWanted,
      episodes,
      lastMeanReward,
      bestMeanReward,
      lastEvaluation,
      bestEvaluation,
      elapsedSeconds,
      stepsPerSecond,
      diskBytes,
      updatedAtMs,
    };
  }

  /** Of the metrics as they were at the last update. */
  series(key: SeriesKey, range: SeriesRange): Series {
    const frameSkip = number(this.#config?.configuration['frameSkip']) ?? 1;
    return readSeries(this.metrics.tables, key, range, frameSkip);
  }

  #readConfig(): void {
    const path = join(this.folder, 'config.json');
    try {
      const { ino, size, mtimeMs } = statSync(path);
      const seen = `${ino} ${size} ${mtimeMs}`;
      if (seen === this.#configSeen) return;
      const config = JSON.parse(readFileSync(path, 'utf8'));
      const isRun = config?.format === 'wgsl-dqn run' && typeof config.configuration === 'object';
      this.#config = isRun && config.configuration !== null ? config : undefined;
      this.#configSeen = seen;
    } catch {
      this.#config = undefined;
      this.#configSeen = '';
    }
  }
}

/** What a list says of the run in `folder`; undefined where that is none of a run. */
export function summarizeRun(folder: string): RunSummary | undefined {
  return atOnce(new RunReader(folder).update());
}

function statusOf(folder: string): ReturnType<typeof readRunStatus> {
  try {
    return readRunStatus(folder);
  } catch {
    return undefined;
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
