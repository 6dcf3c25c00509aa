/**
 * A terminal's picture as cells: a character, its colour, and the colour behind it. Pixels are drawn two to a cell, by the upper half block.
 * Leaves out: what is sent to the terminal (painter.ts).
 */

/** In place of a colour: the terminal's own. */
export const ownColour = -1;
const space = ' '.codePointAt(0)!;
const upperHalf = '▀'.codePointAt(0)!;
/** Below this every character that can be seen is one column wide. */
const firstWide = 0x300;
const unknown = '?'.codePointAt(0)!;

/** Rows of 0xRRGGBB. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint32Array;
}

export class Cells {
  readonly columns: number;
  readonly rows: number;
  /** Code points. A space has no colour of its own. */
  readonly characters: Uint32Array;
  /** 0xRRGGBB or `ownColour`. */
  readonly colours: Int32Array;
  readonly backgrounds: Int32Array;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.characters = new Uint32Array(columns * rows);
    this.colours = new Int32Array(columns * rows);
    this.backgrounds = new Int32Array(columns * rows);
    this.clear();
  }

  /** Makes every cell empty. */
  clear(): void {
    this.characters.fill(space);
    this.colours.fill(ownColour);
    this.backgrounds.fill(ownColour);
  }

  /** Writes text from a cell on; what is outside is cut off, and a character that is not one column wide becomes a question mark. */
  text(column: number, row: number, text: string, colour = ownColour): void {
    if (row < 0 || row >= this.rows) return;
    let x = column;
    for (const character of text) {
      if (x >= this.columns) return;
      if (x >= 0) this.#set(row * this.columns + x, oneColumn(character), colour, ownColour);
      x++;
    }
  }

  /** Draws pixels with the upper left one at the top of a cell; what is outside is cut off, and half a row is filled up with `below`. */
  pixels(column: number, row: number, { width, height, rgb }: Pixels, below = 0): void {
    for (let y = 0; y < height && row + y / 2 < this.rows; y += 2) {
      for (let x = 0; x < width && column + x < this.columns; x++) {
        const upper = rgb[y * width + x];
        const lower = y + 1 < height ? rgb[(y + 1) * width + x] : below;
        const cell = (row + y / 2) * this.columns + column + x;
        if (upper === lower) this.#set(cell, space, ownColour, upper);
        else this.#set(cell, upperHalf, upper, lower);
      }
    }
  }

  #set(cell: number, character: number, colour: number, background: number): void {
    this.characters[cell] = character;
    this.colours[cell] = character === space ? ownColour : colour;
    this.backgrounds[cell] = background;
  }
}

function oneColumn(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < space || (code >= 0x7f && code < 0xa0)) return unknown;
  return code < firstWide || Bun.stringWidth(character) === 1 ? code : unknown;
}
