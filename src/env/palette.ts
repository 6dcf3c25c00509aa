/**
 * What agents see of a screen's colours (src/emulator/console/colours.ts): their luminance, for each television system.
 *
 * Two weightings are in use, and they are not the same: `grey` is the reference console's own, `.2989 .5870 .1140`, rounded to a byte;
 * `milliLuminance` is what the agents see, `.299 .587 .114`, not rounded: thousandths, as an integer, so that every later sum is exact.
 * Source: the agents' weights: reference algorithms.md A.2 and B (ITU-R BT.601).
 */
import { type Colours, coloursOf } from '../emulator/console/colours.ts';
import type { TelevisionFormat } from '../emulator/console/properties.ts';

export interface Palette extends Colours {
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

const palettes = new Map<TelevisionFormat, Palette>();

/** The tables of a television system; made once. */
export function paletteOf(format: TelevisionFormat): Palette {
  let palette = palettes.get(format);
  if (palette === undefined) {
    palette = makePalette(coloursOf(format));
    palettes.set(format, palette);
  }
  return palette;
}

function makePalette({ rgb, grey }: Colours): Palette {
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
