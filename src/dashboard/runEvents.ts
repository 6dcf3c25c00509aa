/**
 * Server-sent events: which runs have changed. One timer for all that listen looks at the files' sizes and times, once a second, and
 * stands still where nobody listens. live.bin is not looked at: who shows it asks for it.
 * Source: HTML standard, server-sent events.
 */
import { type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRoot } from '../run/reading/runRoot.ts';
import { runState } from '../run/reading/runState.ts';
import { type RunStatus, readRunStatus } from '../run/runStatus.ts';
import type { RunsChanged } from './api.ts';

const watched = ['config.json', 'metrics.jsonl', 'status.json', 'best.safetensors', 'checkpoints', 'recordings'];
/** A comment keeps what lies between from closing a connection over which nothing comes. */
const commentEveryMs = 15_000;
/** A listener that leaves so many events unread is gone. */
const mostUnread = 100;

interface Seen {
  readonly files: string;
  readonly status: RunStatus | undefined;
  /** Changes without a file's doing where a process dies. */
  readonly state: string;
}

export class RunEvents {
  readonly #root: RunRoot;
  readonly #everyMs: number;
  readonly #listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #encoder = new TextEncoder();
  #seen = new Map<string, Seen>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #commentedAtMs = 0;

  constructor(root: RunRoot, everyMs = 1000) {
    this.#root = root;
    this.#everyMs = everyMs;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** The body of one listener's answer. */
  listen(): ReadableStream<Uint8Array> {
    let own: ReadableStreamDefaultController<Uint8Array>;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          own = controller;
          this.#add(controller);
        },
        cancel: () => this.#remove(own),
      },
      { highWaterMark: mostUnread },
    );
  }

  /** Ends all answers. */
  close(): void {
    for (const listener of this.#listeners) {
      this.#remove(listener);
      listener.close();
    }
  }

  /** Looks at all runs once; public for the benchmark. */
  poll(): RunsChanged {
    const names = this.#root.names();
    const before = this.#seen;
    this.#seen = new Map(names.map((name) => [name, look(join(this.#root.path, name), before.get(name))]));
    const changed = names.filter((name) => this.#seen.get(name) !== before.get(name));
    const removed = [...before.keys()].filter((name) => !this.#seen.has(name));
    return { changed, removed };
  }

  #add(listener: ReadableStreamDefaultController<Uint8Array>): void {
    if (this.#timer === undefined) {
      this.poll();
      this.#timer = setInterval(() => this.#tick(), this.#everyMs);
    }
    this.#listeners.add(listener);
    this.#tell(listener, { changed: [...this.#seen.keys()], removed: [] });
  }

  #remove(listener: ReadableStreamDefaultController<Uint8Array>): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#seen.clear();
  }

  #tick(): void {
    const event = this.poll();
    const isNews = event.changed.length + event.removed.length > 0;
    const isQuiet = Date.now() - this.#commentedAtMs > commentEveryMs;
    if (isQuiet) this.#commentedAtMs = Date.now();
    for (const listener of this.#listeners) {
      if ((listener.desiredSize ?? 0) <= 0) {
        this.#remove(listener);
        listener.close();
      } else if (isNews) this.#tell(listener, event);
      else if (isQuiet) listener.enqueue(this.#encoder.encode(':\n\n'));
    }
  }

  #tell(listener: ReadableStreamDefaultController<Uint8Array>, event: RunsChanged): void {
    listener.enqueue(this.#encoder.encode(`data: ${JSON.stringify(event)}\n\n`));
  }
}

/** `before` where nothing has changed. */
function look(folder: string, before: Seen | undefined): Seen {
  let files = '';
  let metricsAtMs: number | null = null;
  for (const name of watched) {
    const entry = statsOf(join(folder, name));
    files += entry === undefined ? '-;' : `${entry.ino} ${entry.size} ${entry.mtimeMs};`;
    if (name === 'metrics.jsonl') metricsAtMs = entry?.mtimeMs ?? null;
  }
  const status = files === before?.files ? before.status : readRunStatus(folder);
  const state = runState({ status, updatedAtMs: metricsAtMs, agentSteps: 0, stepsWanted: 0 });
  return files === before?.files && state === before.state ? before : { files, status, state };
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
