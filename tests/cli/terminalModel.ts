/**
 * A terminal that remembers what it is sent, for tests: characters and colours of its cells, both screens, cursor and modes. It knows what
 * `watch` sends and throws at anything else.
 */
import { colourOf } from '../../src/cli/terminal/colours.ts';

export interface ShownCell {
  readonly character: string;
  /** 0xRRGGBB; -1: the terminal's own. */
  readonly colour: number;
  readonly background: number;
}

const empty: ShownCell = { character: ' ', colour: -1, background: -1 };

export class TerminalModel {
  readonly columns: number;
  readonly rows: number;
  readonly cells: ShownCell[];
  /** Private modes that are set: 1049 alternate screen, 25 cursor, 7 wrap, 2026 synchronized output. */
  readonly modes = new Set([25, 7]);
  /** Synchronized outputs that have ended. */
  pictures = 0;
  #cursor = 0;
  #colour = -1;
  #background = -1;
  #rest = '';

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.cells = new Array(columns * rows).fill(empty);
  }

  write(text: string): void {
    let left = this.#rest + text;
    this.#rest = '';
    while (left !== '') {
      const sequence = left.startsWith('\x1b') ? /^.\[(\??)([\d;]*)([A-Za-z])/.exec(left) : null;
      if (sequence !== null) {
        this.#control(sequence[1] === '?', sequence[2], sequence[3]);
        left = left.slice(sequence[0].length);
        continue;
      }
      if (left.startsWith('\x1b')) {
        if (left.length > 40) throw new Error(`unknown: ${JSON.stringify(left.slice(0, 40))}`);
        this.#rest = left;
        return;
      }
      const character = String.fromCodePoint(left.codePointAt(0)!);
      left = left.slice(character.length);
      this.#put(character);
    }
  }

  /** What a row shows, without colours. */
  line(row: number): string {
    return this.cells
      .slice(row * this.columns, (row + 1) * this.columns)
      .map(({ character }) => character)
      .join('')
      .trimEnd();
  }

  #put(character: string): void {
    if (character === '\r') this.#cursor -= this.#cursor % this.columns;
    else if (character === '\n') this.#cursor = Math.min(this.#cursor + this.columns, this.cells.length - 1);
    else if (character < ' ') throw new Error(`a control character: ${character.codePointAt(0)}`);
    else if (this.#cursor < this.cells.length) {
      this.cells[this.#cursor] = { character, colour: this.#colour, background: this.#background };
      // Where the row ends the cursor waits, as terminals do without wrapping.
      if (this.#cursor % this.columns < this.columns - 1) this.#cursor++;
    }
  }

  #control(isPrivate: boolean, parameters: string, final: string): void {
    const numbers = parameters === '' ? [] : parameters.split(';').map(Number);
    if (isPrivate && (final === 'h' || final === 'l')) {
      for (const mode of numbers) {
        if (mode === 1049) this.cells.fill(empty);
        if (mode === 2026 && final === 'l' && this.modes.has(mode)) this.pictures++;
        if (final === 'h') this.modes.add(mode);
        else this.modes.delete(mode);
      }
    } else if (final === 'H') {
      const [row = 1, column = 1] = numbers;
      if (row > this.rows || column > this.columns)
        throw new Error(`the cursor leaves the terminal: ${row}, ${column}`);
      this.#cursor = (row - 1) * this.columns + column - 1;
    } else if (final === 'J' && numbers[0] === 2) this.cells.fill({ ...empty, background: this.#background });
    else if (final === 'K')
      this.cells.fill(empty, this.#cursor, this.#cursor - (this.#cursor % this.columns) + this.columns);
    else if (final === 'm') this.#select(numbers);
    else throw new Error(`unknown: ${parameters}${final}`);
  }

  #select(numbers: number[]): void {
    if (numbers.length === 0) numbers.push(0);
    for (let i = 0; i < numbers.length; i++) {
      const code = numbers[i];
      if (code === 0) [this.#colour, this.#background] = [-1, -1];
      else if (code === 39) this.#colour = -1;
      else if (code === 49) this.#background = -1;
      else if (code === 38 || code === 48) {
        let rgb: number | undefined;
        if (numbers[i + 1] === 5) {
          rgb = colourOf(numbers[i + 2]);
          i += 2;
        } else if (numbers[i + 1] === 2) {
          rgb = (numbers[i + 2] << 16) | (numbers[i + 3] << 8) | numbers[i + 4];
          i += 4;
        }
        if (rgb === undefined) throw new Error(`no colour: ${numbers}`);
        if (code === 38) this.#colour = rgb;
        else this.#background = rgb;
      } else throw new Error(`unknown colour: ${numbers}`);
    }
  }
}
