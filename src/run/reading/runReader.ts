/** One run's folder, read again and again: each `update` takes what has changed since the last. Nothing is ever written there. */
import { lstatSync, readFileSync } from 'node:fs';
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
  readonly resumed?: unknown;
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

  /** Reads what is new in config.json and metrics.jsonl; false where the folder is none of a run, or is gone. */
  *refresh(): Paced<boolean> {
    this.#readConfig();
    if (this.#config === undefined) return false;
    yield* this.metrics.update();
    return true;
  }

  /** The same, and what a list says of the run; undefined where the folder is none of a run. */
  *update(): Paced<RunSummary | undefined> {
    if (!(yield* this.refresh())) return undefined;
    const diskBytes = yield* this.#disk.update();
    // Gone meanwhile.
    if (this.#config === undefined) return undefined;
    const { configuration, startedAt } = this.#config;
    const { totals, modifiedAtMs: updatedAtMs } = this.metrics;
    const stepsWanted = stepsAskedFor(this.#config);
    const { agentSteps, episodes, elapsedSeconds, stepsPerSecond } = totals;
    const { lastMeanReward, bestMeanReward, lastEvaluation, bestEvaluation } = totals;
    const status = readRunStatus(this.folder);
    const state = runState({ status, updatedAtMs, agentSteps, stepsWanted });
    return {
      id: basename(this.folder),
      game: text(configuration['game']) ?? 'unknown',
      preset: text(configuration['preset']) ?? 'unknown',
      seed: number(configuration['seed']) ?? 0,
      state,
      error: state === 'failed' ? (text(status?.error) ?? null) : null,
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
      const entry = lstatSync(path);
      if (!entry.isFile()) throw new Error('no file');
      const seen = `${entry.ino} ${entry.size} ${entry.mtimeMs}`;
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

/** `--steps` may be given again with `--resume`; the configuration in the file is that of the beginning. */
function stepsAskedFor({ configuration, resumed }: RunConfigFile): number {
  for (const resume of Array.isArray(resumed) ? resumed.toReversed() : []) {
    const words: unknown[] = Array.isArray(resume?.command) ? resume.command : [];
    const given = /(?:^| )--steps[ =](\d+)(?: |$)/.exec(words.join(' '))?.[1];
    if (given !== undefined) return Number(given);
  }
  return number(configuration['steps']) ?? 0;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
