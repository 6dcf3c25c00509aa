/**
 * The observation by area averaging (preprocess.ts): each output pixel is the mean of the part of the picture that it covers, pixels that
 * it covers in part counted by that part.
 *
 * Every step is exact: luminances are integers (thousandths), the area weights are integers (pixels are cut in whole parts), and sums stay
 * far below 2^53; so the one rounding is the truncation to u8 at the end, and all machines agree to the bit. The order of averaging
 * (rows or columns first) makes no difference to an exact sum.
 * DeepMind and Lapan truncate too, but of f32 sums: theirs is 1 less in places where the exact average is a whole number.
 *
 * Pictures repeat themselves from row to row, so an output row keeps what it has in common with the one above: four pixels at a time
 * (a word) are compared first and only summed where something changed.
 * Source: reference algorithms.md A.2 (DeepMind: area averaging, truncated) and B (Lapan).
 */
import { picturePart, screenWidth } from './crop.ts';
import { paletteOf } from './palette.ts';
import type { PreprocessOptions, Preprocessor } from './preprocess.ts';

/** A word is four pixels. */
const rowWords = screenWidth / 4;

export class AreaPreprocessor implements Preprocessor {
  readonly size: number;
  readonly #rows: AreaWeights;
  readonly #columns: AreaWeights;
  readonly #firstRow: number;
  /** One over what a pixel's weighted sum of thousandths is divided by. */
  readonly #inverseDivisor: number;
  /** Thousandths of luminance of the brighter of two bytes, `[first * 256 + second]`, and of each byte alone. */
  readonly #ofTwo: Int32Array;
  readonly #ofOne: Int32Array;
  /** The first and the last output column that a word of a row has a part in. */
  readonly #firstColumns = new Int32Array(rowWords);
  readonly #lastColumns = new Int32Array(rowWords);

  /** One output row before its columns are averaged: each pixel's weighted sum over the rows that it covers, below 2^27. */
  readonly #sums = new Int32Array(screenWidth);
  /** By word, what `#sums` came from: a row's word, and which of its bits differ in the other rows and the other screen. */
  readonly #shown = new Int32Array(rowWords);
  readonly #differing = new Int32Array(rowWords);
  /** The words whose sums are not those of the output row above. */
  readonly #changed = new Uint8Array(rowWords);

  constructor(options: PreprocessOptions) {
    const { format, screenHeight, size, crop } = options;
    const { firstScreenRow, screenRows, scaledRows, firstScaledRow } = picturePart(crop, screenHeight, size);
    this.size = size;
    this.#ofTwo = Int32Array.from(paletteOf(format).milliLuminanceOfMax);
    this.#ofOne = Int32Array.from({ length: 256 }, (_, byte) => this.#ofTwo[byte * 257]);
    this.#columns = areaWeights(0, screenWidth, size);
    this.#rows = areaWeights(firstScreenRow, screenRows, scaledRows);
    this.#firstRow = firstScaledRow;
    this.#inverseDivisor = 1 / (1000 * this.#rows.total * this.#columns.total);
    for (let word = 0; word < rowWords; word++) {
      this.#firstColumns[word] = Math.floor((4 * word * size) / screenWidth);
      this.#lastColumns[word] = Math.ceil(((4 * word + 4) * size) / screenWidth) - 1;
    }
  }

  run(newest: Uint8Array, previous: Uint8Array, frame: Uint8Array): void {
    const { size } = this;
    const newestWords = wordsOf(newest);
    const previousWords = wordsOf(previous);
    const changed = this.#changed;
    // Nothing is above the first row: all of it changes.
    this.#differing.fill(-1);
    for (let y = 0; y < size; y++) {
      const start = y * size;
      const count = this.#findChanged(this.#firstRow + y, newestWords, previousWords);
      if (y > 0) frame.copyWithin(start, start - size, start);
      if (count === 0) continue;
      this.#sumChanged(count, this.#firstRow + y, newestWords, previousWords);
      this.#averageColumns(this.#firstColumns[changed[0]], this.#lastColumns[changed[count - 1]], frame, start);
    }
  }

  /** Lists in `#changed` the words of an output row that show anything but one word, the same as in the row above; returns how many. */
  #findChanged(outputRow: number, newest: Int32Array, previous: Int32Array): number {
    const { first, taps } = this.#rows;
    const shown = this.#shown;
    const differing = this.#differing;
    const changed = this.#changed;
    const start = first[outputRow] * rowWords;
    const rows = taps[outputRow + 1] - taps[outputRow];
    const end = start + rows * rowWords;
    // Two or three rows as a rule: three are compared without a loop, the first one again where there are fewer.
    const toSecond = rows > 1 ? rowWords : 0;
    const toThird = rows > 2 ? 2 * rowWords : 0;
    let count = 0;
    for (let word = 0; word < rowWords; word++) {
      const at = start + word;
      const pixels = newest[at];
      let difference =
        (previous[at] ^ pixels) |
        (newest[at + toSecond] ^ pixels) |
        (previous[at + toSecond] ^ pixels) |
        (newest[at + toThird] ^ pixels) |
        (previous[at + toThird] ^ pixels);
      for (let further = at + 3 * rowWords; further < end; further += rowWords) {
        difference |= (newest[further] ^ pixels) | (previous[further] ^ pixels);
      }
      if ((difference | differing[word] | (pixels ^ shown[word])) !== 0) {
        shown[word] = pixels;
        differing[word] = difference;
        changed[count++] = word;
      }
    }
    return count;
  }

  /** Sums the first `count` words of `#changed` over the rows that an output row covers. */
  #sumChanged(count: number, outputRow: number, newest: Int32Array, previous: Int32Array): void {
    const { first, taps, weights, total } = this.#rows;
    const ofOne = this.#ofOne;
    const ofTwo = this.#ofTwo;
    const sums = this.#sums;
    const differing = this.#differing;
    const changed = this.#changed;
    const start = first[outputRow] * rowWords;
    const firstTap = taps[outputRow];
    const endTap = taps[outputRow + 1];
    // Screens are little-endian: the leftmost pixel is the lowest byte.
    for (let i = 0; i < count; i++) {
      const word = changed[i];
      const x = word * 4;
      let at = start + word;
      if (differing[word] === 0) {
        // All rows show this word.
        const pixels = newest[at];
        sums[x] = Math.imul(total, ofOne[pixels & 255]);
        sums[x + 1] = Math.imul(total, ofOne[(pixels >> 8) & 255]);
        sums[x + 2] = Math.imul(total, ofOne[(pixels >> 16) & 255]);
        sums[x + 3] = Math.imul(total, ofOne[pixels >>> 24]);
        continue;
      }
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let tap = firstTap; tap < endTap; tap++, at += rowWords) {
        const weight = weights[tap];
        const a = newest[at];
        const b = previous[at];
        if (a === b) {
          sum0 = (sum0 + Math.imul(weight, ofOne[a & 255])) | 0;
          sum1 = (sum1 + Math.imul(weight, ofOne[(a >> 8) & 255])) | 0;
          sum2 = (sum2 + Math.imul(weight, ofOne[(a >> 16) & 255])) | 0;
          sum3 = (sum3 + Math.imul(weight, ofOne[a >>> 24])) | 0;
        } else {
          sum0 = (sum0 + Math.imul(weight, ofTwo[((a << 8) & 0xff00) | (b & 255)])) | 0;
          sum1 = (sum1 + Math.imul(weight, ofTwo[(a & 0xff00) | ((b >> 8) & 255)])) | 0;
          sum2 = (sum2 + Math.imul(weight, ofTwo[((a >> 8) & 0xff00) | ((b >> 16) & 255)])) | 0;
          sum3 = (sum3 + Math.imul(weight, ofTwo[((a >> 16) & 0xff00) | (b >>> 24)])) | 0;
        }
      }
      sums[x] = sum0;
      sums[x + 1] = sum1;
      sums[x + 2] = sum2;
      sums[x + 3] = sum3;
    }
  }

  /** Averages `#sums` to the columns `from`..`to` of the output row that begins at `start`. */
  #averageColumns(from: number, to: number, frame: Uint8Array, start: number): void {
    const { first, taps, weights } = this.#columns;
    const sums = this.#sums;
    const inverseDivisor = this.#inverseDivisor;
    let tap = taps[from];
    for (let x = from; x <= to; x++) {
      const end = taps[x + 1];
      let pixel = first[x];
      // A half more than an integer: far enough from the next whole average that the product truncates as the quotient would.
      let sum = 0.5 + weights[tap++] * sums[pixel++];
      // The second of the usual two or three, spelt out: a tenth faster.
      if (tap < end) sum += weights[tap++] * sums[pixel++];
      while (tap < end) sum += weights[tap++] * sums[pixel++];
      frame[start + x] = sum * inverseDivisor;
    }
  }
}

function wordsOf(screen: Uint8Array): Int32Array {
  return new Int32Array(screen.buffer, screen.byteOffset, screen.length >> 2);
}

/** How `outputs` pixels average the line of `inputs` pixels from `firstInput` on: output `i` starts at `first[i]`, its weights are `weights[taps[i] .. taps[i + 1]]`. */
interface AreaWeights {
  readonly first: Int32Array;
  readonly taps: Int32Array;
  readonly weights: Int32Array;
  /** The sum of any one output's weights. */
  readonly total: number;
}

/**
 * Each output covers inputs/outputs of an input pixel. With both divided by their greatest common divisor, an input pixel is cut into
 * `outputs` parts and an output covers `inputs` of them, so all weights are integers.
 */
function areaWeights(firstInput: number, inputs: number, outputs: number): AreaWeights {
  const divisor = greatestCommonDivisor(inputs, outputs);
  const partsPerInput = outputs / divisor;
  const partsPerOutput = inputs / divisor;
  const first = new Int32Array(outputs);
  const taps = new Int32Array(outputs + 1);
  const weights: number[] = [];
  for (let output = 0; output < outputs; output++) {
    const start = output * partsPerOutput;
    const end = start + partsPerOutput;
    const firstTap = Math.floor(start / partsPerInput);
    first[output] = firstInput + firstTap;
    for (let input = firstTap; input * partsPerInput < end; input++) {
      weights.push(Math.min(end, (input + 1) * partsPerInput) - Math.max(start, input * partsPerInput));
    }
    taps[output + 1] = weights.length;
  }
  return { first, taps, weights: Int32Array.from(weights), total: partsPerOutput };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
