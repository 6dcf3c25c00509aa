/**
 * From a screen byte (the value of a colour register) to the colour that a television shows, for each television system.
 *
 * Even bytes name a colour: `byte >> 1` is its place in the table of 128. Odd bytes exist on PAL and SECAM only, when the console loses
 * colour after a frame with an odd number of lines: such a pixel is the grey of its colour, `rgb = (grey, grey, grey)`.
 * Leaves out: what agents see of it (src/env/palette.ts).
 * Source: reference console.md section 8.
 */
import { ntscColours, palColours, secamColours } from './colourData.ts';
import type { TelevisionFormat } from './properties.ts';

export interface Colours {
  /** 0xRRGGBB of each screen byte, 256 entries. */
  readonly rgb: Uint32Array;
  /** The reference console's grey of each screen byte, 256 entries: `.2989 .5870 .1140`, rounded to a byte. */
  readonly grey: Uint8Array;
}

const colourRows: Record<TelevisionFormat, readonly string[]> = {
  NTSC: ntscColours,
  PAL: palColours,
  SECAM: secamColours,
};

const made = new Map<TelevisionFormat, Colours>();

/** The tables of a television system; made once, not to be changed. */
export function coloursOf(format: TelevisionFormat): Colours {
  let colours = made.get(format);
  if (colours === undefined) {
    colours = makeColours(colourRows[format]);
    made.set(format, colours);
  }
  return colours;
}

function makeColours(rows: readonly string[]): Colours {
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
  return { rgb, grey };
}
