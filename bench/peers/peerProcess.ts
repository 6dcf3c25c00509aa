/** The parent's end of protocol.ts: a peer's process, asked one thing at a time. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { type Message, mark, type Work } from './protocol.ts';

export class PeerProcess {
  readonly #child: Bun.Subprocess<'pipe', 'pipe', 'pipe'> | undefined;
  readonly #lines: AsyncIterator<string> | undefined;
  readonly #errors: Promise<string> | undefined;
  readonly #notStarted: string | undefined;

  constructor(words: readonly string[]) {
    try {
      this.#child = Bun.spawn([...words], { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe' });
    } catch {
      this.#notStarted = `${words[0]} does not start`;
      return;
    }
    this.#errors = new Response(this.#child.stderr).text();
    const input = Readable.fromWeb(this.#child.stdout as Parameters<typeof Readable.fromWeb>[0]);
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  /** The next message; a process that ends without one has `failed`, with the last line that it printed as an error. */
  async next(): Promise<Message> {
    if (this.#child === undefined || this.#lines === undefined) return { failed: this.#notStarted ?? '' };
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) break;
      if (value.startsWith(mark)) return JSON.parse(value.slice(mark.length));
    }
    const code = await this.#child.exited;
    const last = (await this.#errors)?.trim().split('\n').at(-1);
    return { failed: last ? `${last} (exit code ${code})` : `it ended with exit code ${code}` };
  }

  ask(measure: Work, ms: number): Promise<Message> {
    this.#child?.stdin.write(`${JSON.stringify({ measure, ms })}\n`);
    this.#child?.stdin.flush();
    return this.next();
  }

  /** Ends the process with its input. */
  async end(): Promise<void> {
    this.#child?.stdin.end();
    await this.#child?.exited;
  }
}
