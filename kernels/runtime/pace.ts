/**
 * Keeps the CPU from running ahead of the device. Submitting never waits, so a loop that reads nothing back would queue work without
 * end: memory grows, progress shows steps that are not done, and the next read waits for all of it.
 */
import type { FailureWatch } from './device.ts';

export class Pace {
  readonly #queue: GPUQueue;
  readonly #failures: FailureWatch;
  /** Completions of the marked submissions, oldest first. */
  readonly #unfinished: Promise<undefined>[] = [];

  constructor(queue: GPUQueue, failures: FailureWatch) {
    this.#queue = queue;
    this.#failures = failures;
  }

  /** Marks all that is submitted so far, then waits until at most `depth` marks are unfinished. */
  async keep(depth: number): Promise<void> {
    if (this.#failures.pending) this.#failures.take();
    const done = this.#queue.onSubmittedWorkDone();
    // A loss of the device is reported by `failures`.
    done.catch(() => {});
    this.#unfinished.push(done);
    while (this.#unfinished.length > depth) await this.#unfinished.shift()?.catch(() => undefined);
    if (this.#failures.pending) this.#failures.take();
  }
}
