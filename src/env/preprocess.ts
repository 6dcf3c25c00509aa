/**
 * From two screens of 160 x 210 (or 160 x 250) colour bytes to one square frame of luminances, u8: the larger red, green and blue of the
 * two, luminance, scaling, truncation.
 *
 * All three ways of scaling are exact until that truncation: luminances are integers (thousandths), weights are integers, sums stay far
 * below 2^53. So all machines agree to the bit; a library that sums in f32, or rounds to the nearest byte, may differ by 1.
 * Source: reference algorithms.md A.2, B and C.
 */
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { AreaPreprocessor } from './areaPreprocessor.ts';
import type { EnvironmentOptions } from './options.ts';
import { BilinearPreprocessor, NearestPreprocessor } from './sampledPreprocessor.ts';

export interface PreprocessOptions {
  readonly format: TelevisionFormat;
  /** Rows of a screen: 210 or 250 as a rule, at least 200. */
  readonly screenHeight: number;
  /** Side of the square frame, pixels. */
  readonly size: number;
  readonly crop: EnvironmentOptions['crop'];
}

export interface Preprocessor {
  /**
   * Writes the frame of the per-channel maximum of two screens to `frame` (`size * size` bytes, rows from the top).
   * For the frame of one screen pass it twice. A screen lies at a multiple of four bytes in its buffer.
   */
  run(newest: Uint8Array, previous: Uint8Array, frame: Uint8Array): void;
}

const preprocessors = { area: AreaPreprocessor, bilinear: BilinearPreprocessor, nearest: NearestPreprocessor } as const;

export function preprocessorFor(resize: EnvironmentOptions['resize'], options: PreprocessOptions): Preprocessor {
  return new preprocessors[resize](options);
}
