/**
 * Shrinks (or enlarges) a picture to any number of pixels: each is the mean of the area that it covers, by light and not by number, so
 * that a ball of one pixel stays bright. Gamma is taken as 2: the mean of squares and its root.
 */
import type { Pixels } from './cells.ts';

/** Parts of one line that make up each pixel of another. */
interface Spans {
  readonly first: Uint16Array;
  readonly count: Uint16Array;
  /** `longest` shares a pixel, which add up to 1. */
  readonly shares: Float32Array;
  readonly longest: number;
}

export class ScreenShrinker {
  readonly #width: number;
  readonly #height: number;
  readonly #across: Spans;
  readonly #down: Spans;
  /** Lines of the source, as wide as the target: red, green, blue. */
  readonly #lines: Float32Array;
  readonly #target: Pixels;

  /** From `width` x `height` to `targetWidth` x `targetHeight` pixels. */
  constructor(width: number, height: number, targetWidth: number, targetHeight: number) {
    this.#width = width;
    this.#height = height;
    this.#across = spans(width, targetWidth);
    this.#down = spans(height, targetHeight);
    this.#lines = new Float32Array(height * targetWidth * 3);
    this.#target = { width: targetWidth, height: targetHeight, rgb: new Uint32Array(targetWidth * targetHeight) };
  }

  /** `source`: rows of 0xRRGGBB. The result is one array for good. */
  shrink(source: Uint32Array): Pixels {
    const { width, height, rgb } = this.#target;
    const lines = this.#lines;
    for (let y = 0; y < this.#height; y++) {
      for (let x = 0; x < width; x++) {
        const { first, count, shares, longest } = this.#across;
        let [red, green, blue] = [0, 0, 0];
        for (let i = 0; i < count[x]; i++) {
          const colour = source[y * this.#width + first[x] + i];
          const share = shares[x * longest + i];
          red += share * (colour >> 16) ** 2;
          green += share * ((colour >> 8) & 255) ** 2;
          blue += share * (colour & 255) ** 2;
        }
        const at = (y * width + x) * 3;
        lines[at] = red;
        lines[at + 1] = green;
        lines[at + 2] = blue;
      }
    }
    for (let y = 0; y < height; y++) {
      const { first, count, shares, longest } = this.#down;
      for (let x = 0; x < width; x++) {
        let [red, green, blue] = [0, 0, 0];
        for (let i = 0; i < count[y]; i++) {
          const share = shares[y * longest + i];
          const at = ((first[y] + i) * width + x) * 3;
          red += share * lines[at];
          green += share * lines[at + 1];
          blue += share * lines[at + 2];
        }
        rgb[y * width + x] =
          (Math.round(Math.sqrt(red)) << 16) | (Math.round(Math.sqrt(green)) << 8) | Math.round(Math.sqrt(blue));
      }
    }
    return this.#target;
  }
}

function spans(source: number, target: number): Spans {
  const step = source / target;
  const longest = Math.ceil(step) + 1;
  const first = new Uint16Array(target);
  const count = new Uint16Array(target);
  const shares = new Float32Array(target * longest);
  for (let i = 0; i < target; i++) {
    const [begin, end] = [i * step, Math.min(source, (i + 1) * step)];
    first[i] = Math.floor(begin);
    for (let at = first[i]; at < end && at < source; at++) {
      const share = (Math.min(end, at + 1) - Math.max(begin, at)) / (end - begin);
      // What rounding leaves over at an edge is no pixel.
      if (share > 1e-6) shares[i * longest + count[i]++] = share;
      else if (count[i] === 0) first[i]++;
    }
  }
  return { first, count, shares, longest };
}
