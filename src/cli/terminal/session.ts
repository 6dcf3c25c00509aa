/**
 * The whole terminal for one picture: the alternate screen without a cursor, keys as they are pressed, and all as it was before on every way
 * out: `close`, the process's end, SIGINT, SIGTERM, SIGHUP and a mistake of ours.
 */
import { writeSync } from 'node:fs';
import { UserError } from '../../errors.ts';
import { report } from '../commandLine.ts';
import type { Cells } from './cells.ts';
import { type ColourDepth, Painter } from './painter.ts';

/** Alternate screen, no cursor, no going on in the next line after the last column. */
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l';
/** The end of a picture first, should one be under way. */
const leave = '\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';
const endings = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
const mistakes = ['uncaughtException', 'unhandledRejection'] as const;
const ctrlC = '\x03';
const standardOutput = 1;
/** For a terminal that takes nothing, while it is given back. */
const mostWaitMs = 500;
const waitMs = 10;

/** Throws UserError where the output is no terminal that shows colours. `instead`: the command that writes a file. */
export function colourDepth(output: NodeJS.WriteStream, environment: NodeJS.ProcessEnv, instead: string): ColourDepth {
  const remedy = `Record a file instead: ${instead}`;
  if (!output.isTTY) throw new UserError('The output is no terminal.', remedy);
  if (environment['NO_COLOR']) {
    throw new UserError('NO_COLOR is set, and the picture is made of colours.', `Unset it. ${remedy}`);
  }
  const { TERM: terminal = '' } = environment;
  if (terminal === 'dumb') throw new UserError('TERM is "dumb": this terminal draws no pictures.', remedy);
  const isTrue =
    /^(truecolor|24bit)$/i.test(environment['COLORTERM'] ?? '') ||
    terminal.endsWith('-direct') ||
    environment['WT_SESSION'] !== undefined;
  return isTrue ? 'truecolor' : '256';
}

export class TerminalSession {
  readonly #output = process.stdout;
  readonly #input = process.stdin;
  readonly #painter: Painter;
  readonly #onKey: (key: string) => void;
  /** The terminal has not taken the last picture yet. */
  #busy = false;
  #closed = false;

  /** Takes the terminal over. `onKey` is told of each key: a character, or the sequence that it sends. */
  constructor(depth: ColourDepth, onKey: (key: string) => void) {
    this.#painter = new Painter(depth);
    this.#onKey = onKey;
    process.on('exit', this.#restore);
    for (const signal of Object.keys(endings)) process.on(signal, this.#end);
    for (const mistake of mistakes) process.on(mistake, this.#fail);
    this.#output.on('resize', this.#resized);
    if (this.#input.isTTY) {
      this.#input.setRawMode(true);
      this.#input.on('data', this.#read);
      this.#input.resume();
    }
    this.#write(enter);
  }

  get columns(): number {
    return this.#output.columns;
  }

  get rows(): number {
    return this.#output.rows;
  }

  /** Shows a picture of the terminal's size. False where the terminal is still at the last one, or the picture is of another size. */
  show(cells: Cells): boolean {
    if (this.#busy || this.#closed || cells.columns !== this.columns || cells.rows !== this.rows) return false;
    const text = this.#painter.paint(cells);
    if (text === '') return true;
    this.#busy = true;
    this.#output.write(text, () => {
      this.#busy = false;
    });
    return true;
  }

  /** Gives the terminal back, when it has taken the last picture. */
  async close(): Promise<void> {
    for (let waitedMs = 0; this.#busy && waitedMs < mostWaitMs; waitedMs += waitMs) await Bun.sleep(waitMs);
    this.#restore();
    process.off('exit', this.#restore);
    for (const signal of Object.keys(endings)) process.off(signal, this.#end);
    for (const mistake of mistakes) process.off(mistake, this.#fail);
    this.#output.off('resize', this.#resized);
    this.#input.off('data', this.#read);
    this.#input.pause();
  }

  readonly #resized = (): void => this.#painter.forget();

  readonly #read = (bytes: Buffer): void => {
    const text = bytes.toString();
    // A sequence is one key; a paste of plain characters is several.
    for (const key of text.startsWith('\x1b') ? [text] : text) {
      if (key === ctrlC) this.#end('SIGINT');
      else this.#onKey(key);
    }
  };

  readonly #end = (signal: NodeJS.Signals): void => {
    this.#restore();
    process.exit(128 + endings[signal as keyof typeof endings]);
  };

  /** What nobody has caught is told on the screen that stays. */
  readonly #fail = (error: unknown): void => {
    this.#restore();
    process.exit(report(error));
  };

  readonly #restore = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (this.#input.isTTY) this.#input.setRawMode(false);
    } catch {
      // The terminal is gone.
    }
    this.#write(leave);
  };

  /** At once, also while the process ends. */
  #write(text: string): void {
    for (let waitedMs = 0; waitedMs < mostWaitMs; waitedMs += waitMs) {
      try {
        writeSync(standardOutput, text);
        return;
      } catch (error) {
        // Any other: the terminal is gone.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
        Bun.sleepSync(waitMs);
      }
    }
  }
}
