/**
 * Lines to standard output as fast as a program that makes nothing else: gathered, written at once, and no complaint when the reader
 * goes away, as `head` does.
 */
import { writeSync } from 'node:fs';
import { UserError } from '../errors.ts';

const standardOutput = 1;
/** What is gathered is written at so many characters, and after so long, that a reader sees progress. */
const gatheredCharacters = 1 << 16;
const gatheredMs = 100;
const retryMs = 1;

export class LineOutput {
  #gathered = '';
  #since = performance.now();
  #open = true;

  /** False once nobody reads any more; lines are then dropped. */
  get open(): boolean {
    return this.#open;
  }

  /** Throws UserError where standard output cannot be written. */
  line(text: string): void {
    this.#gathered += `${text}\n`;
    if (this.#gathered.length >= gatheredCharacters || performance.now() - this.#since >= gatheredMs) this.flush();
  }

  /** Writes what was gathered. */
  flush(): void {
    let bytes = new TextEncoder().encode(this.#gathered);
    this.#gathered = '';
    this.#since = performance.now();
    while (this.#open && bytes.length > 0) bytes = bytes.subarray(this.#write(bytes));
  }

  /** How many bytes were written. */
  #write(bytes: Uint8Array): number {
    try {
      return writeSync(standardOutput, bytes);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') {
        // A full pipe that does not wait by itself.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
      } else if (code === 'EPIPE') {
        this.#open = false;
      } else {
        throw new UserError(`Cannot write to standard output: ${message}.`, 'Make room where it goes.', {
          cause: error,
        });
      }
      return 0;
    }
  }
}
