/**
 * Reads metrics.jsonl as it grows: each byte once, as long as the file only grows. A last line that is still being written waits until it
 * is whole; a line that is no metrics is passed over. A resumed run cuts the file back to its checkpoint, and may have made it longer
 * again before anybody looks: the bytes before the place that was reached are compared with what they were, and where they differ
 * everything is read anew.
 */
import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { MetricsTable, type MetricsType } from './metricsTable.ts';
import type { Paced } from './paced.ts';
import { RunningTotals } from './runningTotals.ts';

/** Read at once: some thousand lines, which take a millisecond or two. */
const chunkBytes = 1 << 18;
/** A line of more bytes is none. */
const longestLineBytes = 1 << 24;
/** Compared before the file is read on: a line and more, with times and rewards that another try does not repeat. */
const rememberedBytes = 512;

export type MetricsTables = Readonly<Record<MetricsType, MetricsTable>>;

export class MetricsTail {
  readonly #path: string;
  #tables = emptyTables();
  #totals = new RunningTotals();
  /** All before this byte has been read; those of it that are remembered. */
  #offset = 0;
  #remembered: Uint8Array = new Uint8Array(0);
  /** Of the file when it was last read: inode, length, time. */
  #seen = '';
  #modifiedAtMs: number | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** New objects after the file was cut: who still reads the old ones sees them as they were. */
  get tables(): MetricsTables {
    return this.#tables;
  }

  get totals(): RunningTotals {
    return this.#totals;
  }

  /** When the file last changed, milliseconds since 1970; null where there is none. */
  get modifiedAtMs(): number | null {
    return this.#modifiedAtMs;
  }

  /** Reads what is new. A file that vanished, or is a link or a pipe, is an empty one. */
  *update(): Paced<void> {
    try {
      const entry = lstatSync(this.#path);
      if (!entry.isFile()) throw new Error('no file');
      const { mtimeMs } = entry;
      const seen = `${entry.ino} ${entry.size} ${mtimeMs}`;
      if (seen === this.#seen) return;
      const file = openSync(this.#path, 'r');
      try {
        while (this.#readChunk(file)) yield;
      } finally {
        closeSync(file);
      }
      this.#seen = seen;
      this.#modifiedAtMs = mtimeMs;
    } catch {
      // Not there, or not for us to read.
      this.#beginAnew();
      this.#seen = '';
      this.#modifiedAtMs = null;
    }
  }

  /** Reads whole lines, about a chunk of them; false where there are none yet. */
  #readChunk(file: number): boolean {
    const { size } = fstatSync(file);
    if (size < this.#offset) this.#beginAnew();
    for (let wanted = chunkBytes; ; wanted *= 4) {
      const before = this.#remembered.length;
      const bytes = readAt(file, this.#offset - before, Math.min(before + wanted, before + size - this.#offset));
      if (!startsWith(bytes, this.#remembered)) {
        this.#beginAnew();
        return true;
      }
      const end = bytes.lastIndexOf(newline) + 1;
      if (end > before) {
        this.#take(bytes.subarray(before, end));
        this.#goTo(bytes.subarray(0, end));
        return true;
      }
      if (bytes.length < before + wanted) return false;
      if (wanted < longestLineBytes) continue;
      // What follows up to the line's end is no JSON and is passed over, too.
      this.#goTo(bytes);
      return true;
    }
  }

  #goTo(read: Uint8Array): void {
    this.#offset += read.length - this.#remembered.length;
    this.#remembered = read.slice(-rememberedBytes);
  }

  #take(lines: Uint8Array): void {
    for (const text of new TextDecoder().decode(lines).split('\n')) {
      const line = parsed(text);
      if (line === undefined) continue;
      this.#tables[line.type].append(line);
      this.#totals.add(line);
    }
  }

  #beginAnew(): void {
    this.#tables = emptyTables();
    this.#totals = new RunningTotals();
    this.#offset = 0;
    this.#remembered = new Uint8Array(0);
  }
}

/** A line of metrics.jsonl: only what all have. */
export interface MetricsLine {
  readonly type: MetricsType;
  readonly agentSteps: number;
  readonly [key: string]: unknown;
}

/** The mean reward of an evaluation without a whole game, 0 in the file, is no mean: null. */
function parsed(text: string): MetricsLine | undefined {
  try {
    const line = JSON.parse(text);
    if (!Number.isFinite(line?.agentSteps)) return undefined;
    if (line.type === 'evaluation') return line.episodes === 0 ? { ...line, meanReward: null } : line;
    return line.type === 'episode' || line.type === 'progress' ? line : undefined;
  } catch {
    return undefined;
  }
}

function emptyTables(): MetricsTables {
  return { episode: new MetricsTable(), progress: new MetricsTable(), evaluation: new MetricsTable() };
}

const newline = 0x0a;

function readAt(file: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, bytes, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte);
}
