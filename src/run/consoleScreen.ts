/** What recordings and terminals must know of the console's picture. Source: reference console.md section 8. */
import type { TelevisionFormat } from '../emulator/console/properties.ts';

/** Pixels of a line; each is shown twice as wide as high. */
export const screenWidth = 160;

/** Screens a second, as the reference counts them. */
export const framesPerSecond: Readonly<Record<TelevisionFormat, number>> = { NTSC: 60, PAL: 50, SECAM: 50 };
