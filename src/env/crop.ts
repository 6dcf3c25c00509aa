/**
 * Which part of the screen an observation shows: rows are cut off before the picture is scaled (Graetz) or after (Lapan); columns never.
 * Source: reference algorithms.md A.2 (DeepMind: the whole screen), B (Lapan: 84 x 110, rows 18..101), C (Graetz: rows 34..193).
 */
import type { EnvironmentOptions } from './options.ts';

export const screenWidth = 160;

export type Crop = EnvironmentOptions['crop'];

/** Rows `firstScreenRow` to `firstScreenRow + screenRows - 1` are scaled to `scaledRows`, and `size` of these from `firstScaledRow` on are kept. */
export interface PicturePart {
  readonly firstScreenRow: number;
  readonly screenRows: number;
  readonly scaledRows: number;
  readonly firstScaledRow: number;
}

/** `size`: side of the square observation. At other sizes than 84 Lapan's 110 rows and 18 rows cut off shrink or grow with it, rounded. */
export function picturePart(crop: Crop, screenHeight: number, size: number): PicturePart {
  const scaled = (rows: number): number => Math.round((rows * size) / 84);
  const screenRows = crop === 'graetz' ? 160 : screenHeight;
  return {
    firstScreenRow: crop === 'graetz' ? 34 : 0,
    screenRows,
    scaledRows: crop === 'lapan' ? scaled(110) : size,
    firstScaledRow: crop === 'lapan' ? scaled(18) : 0,
  };
}
