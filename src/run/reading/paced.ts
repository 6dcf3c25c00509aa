/**
 * Work in pieces: a generator that yields where it may be interrupted. A command does it at once; a server in slices, between which it
 * answers.
 */

export type Paced<T> = Generator<void, T>;

/** How long a slice of a server's work may be, milliseconds; the piece that begins before its end is added to it. */
const sliceMs = 10;

export function atOnce<T>(work: Paced<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value as T;
  }
}

export async function inSlices<T>(work: Paced<T>): Promise<T> {
  for (;;) {
    const endMs = performance.now() + sliceMs;
    do {
      const { done, value } = work.next();
      if (done) return value as T;
    } while (performance.now() < endMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
