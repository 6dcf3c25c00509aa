/**
 * The collision latches: one bit for each pair of objects. Two bits make a register, CXM0P (bits 1, 0) to CXPPMM (bits 15, 14), as they
 * read in its bits 7 and 6. Source: reference console.md section 5.
 */

/** The six objects, one bit each. */
export const P0 = 1;
export const P1 = 2;
export const M0 = 4;
export const M1 = 8;
export const BL = 16;
export const PF = 32;
export const allObjects = 63;
/** Beside them: which of them are switched on, and their order in depth. */
export const SHOWN = 64;

export const m0P0 = 1 << 0;
export const m0P1 = 1 << 1;
export const m1P1 = 1 << 2;
export const m1P0 = 1 << 3;
export const p0Bl = 1 << 4;
export const p0Pf = 1 << 5;
export const p1Bl = 1 << 6;
export const p1Pf = 1 << 7;
export const m0Bl = 1 << 8;
export const m0Pf = 1 << 9;
export const m1Bl = 1 << 10;
export const m1Pf = 1 << 11;
export const blPf = 1 << 13;
export const m0M1 = 1 << 14;
export const p0P1 = 1 << 15;

const pairs = [
  [m0P0, M0 | P0],
  [m0P1, M0 | P1],
  [m1P1, M1 | P1],
  [m1P0, M1 | P0],
  [p0Bl, P0 | BL],
  [p0Pf, P0 | PF],
  [p1Bl, P1 | BL],
  [p1Pf, P1 | PF],
  [m0Bl, M0 | BL],
  [m0Pf, M0 | PF],
  [m1Bl, M1 | BL],
  [m1Pf, M1 | PF],
  [blPf, BL | PF],
  [m0M1, M0 | M1],
  [p0P1, P0 | P1],
];

/** By set of objects: the collisions that these objects can cause. */
export const collisionsAmong = new Uint16Array(allObjects + 1);
for (let set = 0; set <= allObjects; set++) {
  for (const [collision, pair] of pairs) if ((set & pair) === pair) collisionsAmong[set] |= collision;
}
