/**
 * From two screens of 160 x 210 (or 160 x 250) colour bytes to one square frame of luminances, u8: the larger red, green and blue of the
 * two, luminance, area averaging, truncation.
 *
 * Every step is exact: luminances are integers (thousandths), the area weights are integers (pixels are cut in whole parts), and sums stay
 * far below 2^53; so the one rounding is the truncation to u8 at the end, and all machines agree to the bit. The order of averaging
 * (rows or columns first) makes no difference to an exact sum.
 * DeepMind and Lapan truncate too, but of f32 sums: theirs is 1 less in places where the exact average is a whole number.
 * Source: reference algorithms.md A.2 (DeepMind: the whole screen, area averaging, truncated) and B (Lapan: 84 x 110, rows 18..101).
 */
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { UserError } from '../errors.ts';
import { paletteOf } from './palette.ts';

export const screenWidth = 160;

/** The crop form's intermediate image, and the rows of it that are kept (Lapan). */
const cropWidth = 84;
const cropHeight = 110;
const cropFirstRow = 18;

export interface PreprocessOptions {
  readonly format: TelevisionFormat;
  /** Rows of a screen: 210 or 250 as a rule. */
  readonly screenHeight: number;
  /** Side of the square frame, pixels; 84 with `crop`. */
  readonly size: number;
  readonly resize: 'area' | 'crop';
}

export class Preprocessor {
  readonly size: number;
  readonly #milliLuminanceOfMax: Float32Array;
  readonly #rows: AreaWeights;
  readonly #columns: AreaWeights;
  readonly #firstRow: number;
  /** What a pixel's weighted sum of thousandths is divided by. */
  readonly #divisor: number;
  /** One output row before its columns are averaged. */
  readonly #row = new Float64Array(screenWidth);

  /** Throws UserError for a cropped frame of another size than 84. */
  constructor(options: PreprocessOptions) {
    const { format, screenHeight, size, resize } = options;
    if (resize === 'crop' && size !== cropWidth) {
      throw new UserError(
        `The cropped observation is ${cropWidth} pixels wide and high, not ${size}.`,
        `Give --observation-size ${cropWidth}, or --resize area.`,
      );
    }
    this.size = size;
    this.#milliLuminanceOfMax = paletteOf(format).milliLuminanceOfMax;
    this.#columns = areaWeights(screenWidth, size);
    this.#rows = areaWeights(screenHeight, resize === 'crop' ? cropHeight : size);
    this.#firstRow = resize === 'crop' ? cropFirstRow : 0;
    this.#divisor = 1000 * this.#rows.total * this.#columns.total;
  }

  /**
   * Writes the frame of the per-channel maximum of two screens to `frame` (`size * size` bytes, rows from the top).
   * For the frame of one screen pass it twice. Allocates nothing.
   */
  run(newest: Uint8Array, previous: Uint8Array, frame: Uint8Array): void {
    const table = this.#milliLuminanceOfMax;
    const row = this.#row;
    const rows = this.#rows;
    const columns = this.#columns;
    const size = this.size;
    for (let y = 0; y < size; y++) {
      const outputRow = this.#firstRow + y;
      let tap = rows.taps[outputRow];
      let source = rows.first[outputRow] * screenWidth;
      // The first tap sets the row, the others add to it.
      let weight = rows.weights[tap++];
      for (let x = 0; x < screenWidth; x++) {
        row[x] = weight * table[(newest[source + x] << 8) | previous[source + x]];
      }
      for (const end = rows.taps[outputRow + 1]; tap < end; tap++) {
        source += screenWidth;
        weight = rows.weights[tap];
        for (let x = 0; x < screenWidth; x++) {
          row[x] += weight * table[(newest[source + x] << 8) | previous[source + x]];
        }
      }
      for (let x = 0; x < size; x++) {
        let sum = 0;
        let pixel = columns.first[x];
        for (let k = columns.taps[x]; k < columns.taps[x + 1]; k++) sum += columns.weights[k] * row[pixel++];
        frame[y * size + x] = sum / this.#divisor;
      }
    }
  }
}

/** How `outputs` pixels average a line of input pixels: output `i` starts at `first[i]`, its weights are `weights[taps[i] .. taps[i + 1]]`. */
interface AreaWeights {
  readonly first: Int32Array;
  readonly taps: Int32Array;
  readonly weights: Float64Array;
  /** The sum of any one output's weights. */
  readonly total: number;
}

/**
 * Each output covers inputs/outputs of an input pixel. With both divided by their greatest common divisor, an input pixel is cut into
 * `outputs` parts and an output covers `inputs` of them, so all weights are integers.
 */
function areaWeights(inputs: number, outputs: number): AreaWeights {
  const divisor = greatestCommonDivisor(inputs, outputs);
  const partsPerInput = outputs / divisor;
  const partsPerOutput = inputs / divisor;
  const first = new Int32Array(outputs);
  const taps = new Int32Array(outputs + 1);
  const weights: number[] = [];
  for (let output = 0; output < outputs; output++) {
    const start = output * partsPerOutput;
    const end = start + partsPerOutput;
    first[output] = Math.floor(start / partsPerInput);
    for (let input = first[output]; input * partsPerInput < end; input++) {
      weights.push(Math.min(end, (input + 1) * partsPerInput) - Math.max(start, input * partsPerInput));
    }
    taps[output + 1] = weights.length;
  }
  return { first, taps, weights: Float64Array.from(weights), total: partsPerOutput };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
