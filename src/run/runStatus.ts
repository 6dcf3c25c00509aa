/**
 * status.json in a run's folder: whether a process works on the run, which, and how the last one ended. A process that was killed leaves
 * `running` with its number: readers see whether that one still lives.
 * Leaves out: how the run does (metrics.ts).
 */
import { lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { jsonBytes, unfinishedPrefix } from './files.ts';

export interface RunStatus {
  /** `finished`: it came to an end that its configuration names; `stopped`: a person ended it; `failed`: an error did. */
  readonly state: 'running' | 'finished' | 'stopped' | 'failed';
  readonly pid: number;
  readonly host: string;
  /** When this process began with the run, and when this was written: at the start, each checkpoint and progress entry, and the end; ms since 1970. */
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  /** Of `finished` and `stopped`. */
  readonly end?: 'steps' | 'target' | 'stopped';
  /** Of `failed`: one line. */
  readonly error?: string;
}

const fileName = 'status.json';

/** What the run's folder says; undefined where it says nothing that can be read. */
export function readRunStatus(runFolder: string): RunStatus | undefined {
  const path = join(runFolder, fileName);
  try {
    // A pipe would be waited for.
    if (!lstatSync(path).isFile()) return undefined;
    const status = JSON.parse(readFileSync(path, 'utf8'));
    const isStatus = ['running', 'finished', 'stopped', 'failed'].includes(status.state);
    return isStatus && Number.isInteger(status.pid) && Number.isFinite(status.updatedAtMs) ? status : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps status.json for this process. It helps those who watch, so that a failure to write it never ends a run. */
export class RunStatusFile {
  readonly #runFolder: string;
  readonly #startedAtMs = Date.now();

  /** From now on the run is under way. */
  constructor(runFolder: string) {
    this.#runFolder = runFolder;
    this.update();
  }

  /** It is still. */
  update(): void {
    this.#write({ state: 'running' });
  }

  ended(end: NonNullable<RunStatus['end']>): void {
    this.#write({ state: end === 'stopped' ? 'stopped' : 'finished', end });
  }

  failed(error: string): void {
    this.#write({ state: 'failed', error: error.replaceAll(/\s+/g, ' ').trim() });
  }

  #write(said: Pick<RunStatus, 'state' | 'end' | 'error'>): void {
    const path = join(this.#runFolder, fileName);
    const { pid } = process;
    const times = { startedAtMs: this.#startedAtMs, updatedAtMs: Date.now() };
    const status: RunStatus = { ...said, pid, host: hostname(), ...times };
    try {
      // Renamed, so that a reader sees a whole one; not flushed, since after a power cut no process lives.
      const unfinished = join(this.#runFolder, `${unfinishedPrefix}${pid}-${fileName}`);
      writeFileSync(unfinished, jsonBytes(status));
      renameSync(unfinished, path);
    } catch {
      // metrics.jsonl, beside it, fails with a message of its own.
    }
  }
}
