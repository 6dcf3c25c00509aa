/**
 * PNG pictures of raw screens: one screen, or a contact sheet of successive ones as in DeepMind's worksheet.
 * Pixels of the console are twice as wide as high: a screen becomes `2 * scale` times as wide and `scale` times as high.
 * Leaves out: files (recordingFile.ts).
 */
import { PNG } from 'pngjs';
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { paletteOf } from '../env/palette.ts';

export interface PictureOptions {
  /** Of a raw screen: 160 x 210 or 160 x 250 colour register values. */
  readonly width: number;
  readonly height: number;
  readonly format: TelevisionFormat;
  /** A whole number from 1. */
  readonly scale: number;
}

export interface ContactSheetOptions extends PictureOptions {
  readonly columns: number;
  readonly rows: number;
}

/** Between and around the screens of a sheet: width in pixels and 0xRRGGBB. */
const gap = 4;
const gapColour = 0x808080;

/** The PNG file of one screen. */
export function screenPng(screen: Uint8Array, options: PictureOptions): Uint8Array {
  const { width, height, scale } = options;
  const png = new PNG({ width: width * 2 * scale, height: height * scale });
  drawScreen(screen, options, png, 0, 0);
  return encode(png);
}

/** Collects successive screens, row by row from the top left; 6 x 6 of them unless told otherwise. */
export class ContactSheet {
  readonly #options: ContactSheetOptions;
  readonly #screens: Uint8Array[] = [];

  constructor(options: PictureOptions & Partial<ContactSheetOptions>) {
    this.#options = { columns: 6, rows: 6, ...options };
  }

  /** Screens that the sheet has room for. */
  get capacity(): number {
    return this.#options.columns * this.#options.rows;
  }

  get isFull(): boolean {
    return this.#screens.length >= this.capacity;
  }

  /** Screens added so far. */
  get screens(): number {
    return this.#screens.length;
  }

  /** Adds the next screen (copied) while there is room; later ones are ignored. */
  add(screen: Uint8Array): void {
    if (!this.isFull) this.#screens.push(screen.slice());
  }

  /** The PNG file; rows without a screen are left out. Throws where nothing was added. */
  finish(): Uint8Array {
    const { width, height, scale, columns } = this.#options;
    if (this.#screens.length === 0) throw new Error('nothing was recorded');
    const cellWidth = width * 2 * scale + gap;
    const cellHeight = height * scale + gap;
    const usedColumns = Math.min(columns, this.#screens.length);
    const usedRows = Math.ceil(this.#screens.length / columns);
    const png = new PNG({ width: usedColumns * cellWidth + gap, height: usedRows * cellHeight + gap });
    for (let pixel = 0; pixel < png.width * png.height; pixel++) setPixel(png, pixel, gapColour);
    for (const [i, screen] of this.#screens.entries()) {
      const left = gap + (i % columns) * cellWidth;
      const top = gap + Math.floor(i / columns) * cellHeight;
      drawScreen(screen, this.#options, png, left, top);
    }
    return encode(png);
  }
}

function drawScreen(screen: Uint8Array, options: PictureOptions, png: PNG, left: number, top: number): void {
  const { width, height, scale, format } = options;
  if (screen.length !== width * height) {
    throw new RangeError(`a screen has ${width * height} bytes, not ${screen.length}`);
  }
  const { rgb } = paletteOf(format);
  for (let y = 0; y < height * scale; y++) {
    const row = Math.floor(y / scale) * width;
    for (let x = 0; x < width * 2 * scale; x++) {
      setPixel(png, (top + y) * png.width + left + x, rgb[screen[row + Math.floor(x / (2 * scale))]]);
    }
  }
}

function setPixel(png: PNG, pixel: number, rgb: number): void {
  png.data[pixel * 4] = rgb >> 16;
  png.data[pixel * 4 + 1] = (rgb >> 8) & 255;
  png.data[pixel * 4 + 2] = rgb & 255;
  png.data[pixel * 4 + 3] = 255;
}

/** As red, green, blue without alpha. */
function encode(png: PNG): Uint8Array {
  return PNG.sync.write(png, { colorType: 2 });
}
