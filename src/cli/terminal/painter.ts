/**
 * Turns one picture of cells after another into what a terminal is sent: the cells that have changed, and colours only where they change.
 * A picture is one text between the marks of a synchronized output, so that a terminal that knows them never shows half of it.
 * Source: ECMA-48, 5th edition, 8.3.21 (CUP), 8.3.117 (SGR); ISO 8613-6 for 38 and 48; mode 2026 of the synchronized output specification.
 */
import { type Cells, ownColour } from './cells.ts';
import { nearestColour } from './colours.ts';

/** How many colours a terminal has: 16,777,216 or 256. */
export type ColourDepth = 'truecolor' | '256';

const beginPicture = '\x1b[?2026h';
const endPicture = '\x1b[?2026l';
/** What no cell holds. */
const nothing = -2;

export class Painter {
  readonly #depth: ColourDepth;
  #columns = 0;
  #rows = 0;
  /** What the terminal shows, colours as it is told them. */
  #characters = new Uint32Array(0);
  #colours = new Int32Array(0);
  #backgrounds = new Int32Array(0);

  constructor(depth: ColourDepth) {
    this.#depth = depth;
  }

  /** What the terminal shows is not known any more: the next picture is drawn whole. */
  forget(): void {
    this.#columns = 0;
  }

  /** What changes the terminal from the last picture to this one; empty where nothing has changed. */
  paint(cells: Cells): string {
    const { columns, rows } = cells;
    let text = '';
    if (columns !== this.#columns || rows !== this.#rows) {
      text = '\x1b[0m\x1b[2J';
      this.#columns = columns;
      this.#rows = rows;
      this.#characters = new Uint32Array(columns * rows);
      this.#colours = new Int32Array(columns * rows).fill(nothing);
      this.#backgrounds = new Int32Array(columns * rows).fill(nothing);
    }
    let colour = nothing;
    let background = nothing;
    /** Where the terminal writes next. */
    let cursor = nothing;
    for (let i = 0; i < columns * rows; i++) {
      const character = cells.characters[i];
      const wantedColour = this.#told(cells.colours[i]);
      const wantedBackground = this.#told(cells.backgrounds[i]);
      const isShown =
        this.#characters[i] === character &&
        this.#colours[i] === wantedColour &&
        this.#backgrounds[i] === wantedBackground;
      if (isShown) continue;
      this.#characters[i] = character;
      this.#colours[i] = wantedColour;
      this.#backgrounds[i] = wantedBackground;
      // At the end of a row some terminals stay, some go on.
      if (cursor !== i || i % columns === 0) text += `\x1b[${Math.floor(i / columns) + 1};${(i % columns) + 1}H`;
      if (wantedColour !== colour) text += this.#select(38, wantedColour);
      if (wantedBackground !== background) text += this.#select(48, wantedBackground);
      [colour, background] = [wantedColour, wantedBackground];
      text += String.fromCodePoint(character);
      cursor = i + 1;
    }
    return text === '' ? '' : `${beginPicture}${text}\x1b[0m${endPicture}`;
  }

  /** A colour as the terminal is told it. */
  #told(rgb: number): number {
    return rgb === ownColour || this.#depth === 'truecolor' ? rgb : nearestColour(rgb);
  }

  /** 38: the colour of characters, 48: behind them. */
  #select(which: 38 | 48, told: number): string {
    if (told === ownColour) return `\x1b[${which + 1}m`;
    if (this.#depth === '256') return `\x1b[${which};5;${told}m`;
    return `\x1b[${which};2;${told >> 16};${(told >> 8) & 255};${told & 255}m`;
  }
}
