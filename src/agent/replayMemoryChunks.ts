/** Reading the replay memory's bytes back (replayMemory.ts), however they are cut. */

/** The bytes of chunks of any size, one after the other. Throws RangeError where there are fewer or more than asked for. */
export class ChunkReader {
  readonly #chunks: Iterator<Uint8Array>;
  #rest = new Uint8Array(0);

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.iterator]();
  }

  /** The next bytes, as many as `into` has room for. */
  fill(into: Uint8Array): void {
    for (let filled = 0; filled < into.length; ) {
      if (!this.#more()) throw new RangeError('the stored replay memory has fewer bytes than its header says');
      const bytes = this.#rest.subarray(0, into.length - filled);
      into.set(bytes, filled);
      filled += bytes.length;
      this.#rest = this.#rest.subarray(bytes.length);
    }
  }

  /** Makes sure that there are no more. */
  end(): void {
    if (this.#more()) throw new RangeError('the stored replay memory has more bytes than its header says');
  }

  /** Whether `#rest` holds anything, after a look for the next chunk. */
  #more(): boolean {
    while (this.#rest.length === 0) {
      const next = this.#chunks.next();
      if (next.done === true) return false;
      this.#rest = next.value as Uint8Array<ArrayBuffer>;
    }
    return true;
  }
}
