/** The folder that holds the runs. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { atOnce, type Paced } from './paced.ts';
import { RunReader } from './runReader.ts';
import type { RunSummary } from './summary.ts';

export class RunRoot {
  readonly path: string;
  readonly #readers = new Map<string, RunReader>();

  constructor(path: string) {
    this.path = resolve(path);
  }

  /** Names of the folders in it, which need not be runs. Links that lead out of it are left out. */
  names(): string[] {
    try {
      const root = realpathSync(this.path);
      return readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
        if (entry.name.startsWith('.')) return [];
        if (entry.isSymbolicLink()) return isFolderWithin(root, join(root, entry.name)) ? [entry.name] : [];
        return entry.isDirectory() ? [entry.name] : [];
      });
    } catch {
      return [];
    }
  }

  /** The reader of a folder that `names` lists, the same one each time. */
  reader(name: string): RunReader {
    let reader = this.#readers.get(name);
    if (reader === undefined) {
      reader = new RunReader(join(this.path, name));
      this.#readers.set(name, reader);
    }
    return reader;
  }

  /** All runs, the one that began last first. Those that are gone are forgotten. */
  *update(): Paced<RunSummary[]> {
    const names = new Set(this.names());
    for (const name of this.#readers.keys()) if (!names.has(name)) this.#readers.delete(name);
    const summaries: RunSummary[] = [];
    for (const name of names) {
      const summary = yield* this.reader(name).update();
      if (summary !== undefined) summaries.push(summary);
      yield;
    }
    return summaries.sort(newestFirst);
  }
}

/** All runs in `root`, the one that began last first; none where there is no such folder. */
export function listRuns(root: string): RunSummary[] {
  return atOnce(new RunRoot(root).update());
}

function newestFirst(a: RunSummary, b: RunSummary): number {
  const [begunA, begunB] = [a.startedAt ?? '', b.startedAt ?? ''];
  if (begunA !== begunB) return begunA < begunB ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}

function isFolderWithin(root: string, path: string): boolean {
  try {
    const real = realpathSync(path);
    return real.startsWith(root + sep) && statSync(real).isDirectory();
  } catch {
    return false;
  }
}
