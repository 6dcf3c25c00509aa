/**
 * From a screen byte (the value of a colour register) to colour, grey and luminance, for each television system.
 *
 * Even bytes name a colour: `byte >> 1` is its place in the table of 128. Odd bytes exist on PAL and SECAM only, when the console loses
 * colour after a frame with an odd number of lines: such a pixel is the grey of its colour, `rgb = (grey, grey, grey)`.
 *
 * Two weightings are in use, and they are not the same: `grey` is the reference console's own, `.2989 .5870 .1140`, rounded to a byte;
 * `milliLuminance` is what the agents see, `.299 .587 .114`, not rounded: thousandths, as an integer, so that every later sum is exact.
 * Source: reference console.md section 8; the agents' weights: reference algorithms.md A.2 and B (ITU-R BT.601).
 */
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { ntscColours, palColours, secamColours } from './paletteData.ts';

export interface Palette {
  /** 0xRRGGBB of each screen byte, 256 entries. */
  readonly rgb: Uint32Array;
  /** The reference console's grey of each screen byte, 256 entries. */
  readonly grey: Uint8Array;
  /**
   * 1000 times the luminance of the brighter of two screen bytes, channel by channel, 256 x 256 entries: `[first * 256 + second]`.
   * The maximum is taken of red, green and blue each, before the luminance, as DeepMind and Lapan do: it may be brighter than either.
   * Integers 0..255000, held as f32 (exact below 2^24).
   */
  readonly milliLuminanceOfMax: Float32Array;
}

/** 299 R + 587 G + 114 B: 1000 times the luminance, an integer 0..255000. */
export function milliLuminance(rgb: number): number {
  return 299 * (rgb >> 16) + 587 * ((rgb >> 8) & 255) + 114 * (rgb & 255);
}

const colourRows: Record<TelevisionFormat, readonly string[]> = {
  NTSC: ntscColours,
  PAL: palColours,
  SECAM: secamColours,
};

const palettes = new Map<TelevisionFormat, Palette>();

/** The tables of a television system; made once. */
export function paletteOf(format: TelevisionFormat): Palette {
  let palette = palettes.get(format);
  if (palette === undefined) {
    palette = makePalette(colourRows[format]);
    palettes.set(format, palette);
  }
  return palette;
}

function makePalette(rows: readonly string[]): Palette {
  const colours = rows.flatMap((row) => row.split(' ').map((hex) => Number.parseInt(hex, 16)));
  const rgb = new Uint32Array(256);
  const grey = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte += 2) {
    const colour = colours[(byte >> 1) % colours.length];
    // Ten-thousandths; no colour of the tables falls on a half, so the rounding needs no rule for ties.
    const tenThousandths = 2989 * (colour >> 16) + 5870 * ((colour >> 8) & 255) + 1140 * (colour & 255);
    grey[byte] = grey[byte + 1] = Math.floor((tenThousandths + 5000) / 10000);
    rgb[byte] = colour;
    rgb[byte + 1] = grey[byte] * 0x010101;
  }
  const milliLuminanceOfMax = new Float32Array(256 * 256);
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      milliLuminanceOfMax[first * 256 + second] = milliLuminance(channelMax(rgb[first], rgb[second]));
    }
  }
  return { rgb, grey, milliLuminanceOfMax };
}

/** The larger red, the larger green and the larger blue of two 0xRRGGBB colours. */
export function channelMax(first: number, second: number): number {
  const red = Math.max(first & 0xff0000, second & 0xff0000);
  const green = Math.max(first & 0x00ff00, second & 0x00ff00);
  const blue = Math.max(first & 0x0000ff, second & 0x0000ff);
  return red | green | blue;
}
