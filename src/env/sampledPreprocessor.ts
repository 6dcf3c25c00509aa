/**
 * The observation by looking at single pixels (preprocess.ts): the nearest one, or the mean of four weighted by their nearness. What lies
 * between is not seen: things of one pixel come and go.
 *
 * Along a line of `inputs` pixels scaled to `outputs`, output i shows
 * - nearest: pixel floor(i inputs / outputs), in which its first edge lies. TensorFlow 1 (Graetz), OpenCV and PyTorch do so, with a scale in
 *   f32 that at some sizes, not at 84, is one pixel off where the quotient is a whole number.
 * - bilinear: the position (i + 1/2) inputs / outputs - 1/2, where its middle lies if pixel j has its own at j; before the first and behind
 *   the last pixel stands that pixel. OpenCV does so, and PyTorch without antialiasing and aligned corners; their bytes are rounded.
 * Positions are fractions of whole numbers, so weights are whole parts of 1 / (2 outputs).
 * Source: reference algorithms.md C (Graetz: nearest).
 */
import { picturePart, screenWidth } from './crop.ts';
import { paletteOf } from './palette.ts';
import type { PreprocessOptions, Preprocessor } from './preprocess.ts';

export class NearestPreprocessor implements Preprocessor {
  /** Luminance of the brighter of two bytes, truncated, `[first * 256 + second]`. */
  readonly #ofTwo: Uint8Array;
  /** Where the row that each output row shows begins on the screen, and the column that each output column shows. */
  readonly #rowStarts: Int32Array;
  readonly #columns: Int32Array;

  constructor({ format, screenHeight, size, crop }: PreprocessOptions) {
    const { firstScreenRow, screenRows, scaledRows, firstScaledRow } = picturePart(crop, screenHeight, size);
    this.#ofTwo = Uint8Array.from(paletteOf(format).milliLuminanceOfMax, (thousandths) => thousandths / 1000);
    this.#columns = Int32Array.from({ length: size }, (_, x) => Math.floor((x * screenWidth) / size));
    this.#rowStarts = Int32Array.from({ length: size }, (_, y) => {
      const row = firstScreenRow + Math.floor(((firstScaledRow + y) * screenRows) / scaledRows);
      return row * screenWidth;
    });
  }

  run(newest: Uint8Array, previous: Uint8Array, frame: Uint8Array): void {
    const columns = this.#columns;
    const rowStarts = this.#rowStarts;
    const ofTwo = this.#ofTwo;
    const size = columns.length;
    let to = 0;
    for (let y = 0; y < size; y++) {
      const row = rowStarts[y];
      for (let x = 0; x < size; x++) {
        const at = row + columns[x];
        frame[to++] = ofTwo[(newest[at] << 8) | previous[at]];
      }
    }
  }
}

export class BilinearPreprocessor implements Preprocessor {
  /** Thousandths of luminance of the brighter of two bytes, `[first * 256 + second]`. */
  readonly #ofTwo: Int32Array;
  readonly #rows: Pairs;
  readonly #columns: Pairs;
  /** One over what a pixel's weighted sum of thousandths is divided by. */
  readonly #inverseDivisor: number;

  constructor({ format, screenHeight, size, crop }: PreprocessOptions) {
    const { firstScreenRow, screenRows, scaledRows, firstScaledRow } = picturePart(crop, screenHeight, size);
    this.#ofTwo = Int32Array.from(paletteOf(format).milliLuminanceOfMax);
    this.#columns = pairs(0, screenWidth, size, 0, size);
    this.#rows = pairs(firstScreenRow, screenRows, scaledRows, firstScaledRow, size);
    this.#inverseDivisor = 1 / (1000 * this.#rows.total * this.#columns.total);
  }

  run(newest: Uint8Array, previous: Uint8Array, frame: Uint8Array): void {
    const ofTwo = this.#ofTwo;
    const inverseDivisor = this.#inverseDivisor;
    const { first: left, second: right, firstWeight: leftWeight, secondWeight: rightWeight } = this.#columns;
    const { first: upper, second: lower, firstWeight: upperWeight, secondWeight: lowerWeight } = this.#rows;
    const size = left.length;
    let to = 0;
    for (let y = 0; y < size; y++) {
      const upperRow = upper[y] * screenWidth;
      const lowerRow = lower[y] * screenWidth;
      const ofUpper = upperWeight[y];
      const ofLower = lowerWeight[y];
      for (let x = 0; x < size; x++) {
        const upperLeft = upperRow + left[x];
        const upperRight = upperRow + right[x];
        const lowerLeft = lowerRow + left[x];
        const lowerRight = lowerRow + right[x];
        // A row's two weights add up to twice the scaled rows (420 at 160 pixels, cropped): far below 2^31.
        const leftSum =
          Math.imul(ofUpper, ofTwo[(newest[upperLeft] << 8) | previous[upperLeft]]) +
          Math.imul(ofLower, ofTwo[(newest[lowerLeft] << 8) | previous[lowerLeft]]);
        const rightSum =
          Math.imul(ofUpper, ofTwo[(newest[upperRight] << 8) | previous[upperRight]]) +
          Math.imul(ofLower, ofTwo[(newest[lowerRight] << 8) | previous[lowerRight]]);
        // A half more than an integer, so that the product truncates as the quotient would.
        frame[to++] = (0.5 + leftWeight[x] * leftSum + rightWeight[x] * rightSum) * inverseDivisor;
      }
    }
  }
}

/** The two input pixels that each output pixel lies between, and their weights, which add up to `total`. */
interface Pairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Int32Array;
  readonly secondWeight: Int32Array;
  readonly total: number;
}

/** Of the `inputs` pixels from `firstInput` on, scaled to `outputs`: those of `kept` outputs from `firstOutput` on. */
function pairs(firstInput: number, inputs: number, outputs: number, firstOutput: number, kept: number): Pairs {
  const total = 2 * outputs;
  const last = inputs - 1;
  const positions = Int32Array.from({ length: kept }, (_, i) =>
    Math.max(0, (2 * (firstOutput + i) + 1) * inputs - outputs),
  );
  const first = positions.map((position) => Math.floor(position / total));
  const secondWeight = positions.map((position, i) => position - first[i] * total);
  return {
    first: first.map((input) => firstInput + input),
    second: first.map((input) => firstInput + Math.min(last, input + 1)),
    firstWeight: secondWeight.map((weight) => total - weight),
    secondWeight,
    total,
  };
}
