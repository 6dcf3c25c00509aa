/**
 * A file of TensorBoard's events: `events.out.tfevents.<seconds>.<host>.<pid>.<n>`. Events are kept until they are flushed, one write for all.
 * A process that was killed leaves its file, perhaps with half a record at the end, which readers pass over; the next one begins another.
 * Leaves out: what the events say (runEvents.ts).
 */
import { closeSync, fsyncSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Event, encodeEvent } from './eventSchema.ts';
import { encodeRecord } from './record.ts';

const namePattern = /^events\.out\.tfevents\.(\d+)\./;

export class EventFile {
  readonly path: string;
  readonly #file: number;
  #waiting: Uint8Array[] = [];

  /** Makes a file in `folder` whose name comes after those that are there, as readers take them in order. Throws where it cannot. */
  constructor(folder: string) {
    const earlier = readdirSync(folder).flatMap((name) => namePattern.exec(name)?.slice(1).map(Number) ?? []);
    const seconds = Math.max(Math.floor(Date.now() / 1000), ...earlier.map((second) => second + 1));
    const name = `events.out.tfevents.${String(seconds).padStart(10, '0')}.${hostname()}.${process.pid}.${earlier.length}`;
    this.path = join(folder, name);
    this.#file = openSync(this.path, 'wx');
    this.add({ fileVersion: 'brain.Event:2' });
  }

  /** Adds what happened now. */
  add(event: Omit<Event, 'wallTime'>): void {
    this.#waiting.push(encodeRecord(encodeEvent({ wallTime: Date.now() / 1000, ...event })));
  }

  /** Writes what was added; with `durably` it is then on the disk. Throws where it cannot be written. */
  flush({ durably = false } = {}): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    writeFileSync(this.#file, Buffer.concat(waiting));
    if (durably) fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
