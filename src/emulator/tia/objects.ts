/**
 * Where the TIA's six objects lie on a line, as masks: five 32-bit words a line, bit i of word w is pixel 32w + i.
 * Pure functions from registers to masks. Leaves out when a register takes effect (tia.ts).
 * Source: reference console.md section 7; NUSIZ copies as in the Stella Programmer's Guide (S. Wright, 1979).
 */

/** Words of a line: 160 pixels. */
export const lineWords = 5;

/** The byte with its bits in reverse order. */
export const reversed = new Uint8Array(256);
/** Each bit of a byte twice, four times. */
const doubled = new Int32Array(256);
const quadrupled = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  for (let bit = 0; bit < 8; bit++) {
    if ((byte & (1 << bit)) === 0) continue;
    reversed[byte] |= 0x80 >> bit;
    doubled[byte] |= 3 << (2 * bit);
    quadrupled[byte] |= 15 << (4 * bit);
  }
}

/** Pixels from an object's position to the start of each of its copies, by NUSIZ bits 0..2. */
export const copyOffsets: readonly (readonly number[])[] = [
  [0],
  [0, 16],
  [0, 32],
  [0, 16, 32],
  [0, 64],
  [0],
  [0, 32, 64],
  [0],
];

/** NUSIZ modes in which a player is two and four times as wide; a missile then has one copy. */
const doubleWidth = 5;
const quadWidth = 7;

/** No pixels. Spelt out: a call of `fill` takes longer than five stores. */
export function clearMask(mask: Int32Array): void {
  mask[0] = 0;
  mask[1] = 0;
  mask[2] = 0;
  mask[3] = 0;
  mask[4] = 0;
}

/** Sets the pixels of `pattern` (bit 0 leftmost) from pixel `x` on, wrapping at the end of the line. */
function place(mask: Int32Array, pattern: number, x: number): void {
  const position = x >= 160 ? x - 160 : x;
  const word = position >>> 5;
  const shift = position & 31;
  mask[word] |= pattern << shift;
  if (shift !== 0) mask[word === lineWords - 1 ? 0 : word + 1] |= pattern >>> (32 - shift);
}

/**
 * @param pattern the player's graphics, bit 0 leftmost
 * @param position 0..159
 * @param mode NUSIZ bits 0..2
 * @param suppressFirst 1 leaves out the first copy, else 0
 */
export function playerMask(
  mask: Int32Array,
  pattern: number,
  position: number,
  mode: number,
  suppressFirst: number,
): void {
  clearMask(mask);
  if (pattern === 0) return;
  if (mode === doubleWidth) {
    if (suppressFirst === 0) place(mask, doubled[pattern], position + 1);
  } else if (mode === quadWidth) {
    if (suppressFirst === 0) place(mask, quadrupled[pattern], position + 1);
  } else {
    const offsets = copyOffsets[mode];
    for (let copy = suppressFirst; copy < offsets.length; copy++) place(mask, pattern, position + offsets[copy]);
  }
}

/** A missile: `width` pixels (1, 2, 4, 8) at each copy. */
export function missileMask(mask: Int32Array, width: number, position: number, mode: number): void {
  clearMask(mask);
  const pattern = (1 << width) - 1;
  const offsets = copyOffsets[mode];
  for (let copy = 0; copy < offsets.length; copy++) place(mask, pattern, position + offsets[copy]);
}

/** The ball: `width` pixels (1, 2, 4, 8). */
export function ballMask(mask: Int32Array, width: number, position: number): void {
  clearMask(mask);
  place(mask, (1 << width) - 1, position);
}

/** The playfield's 20 bits, four pixels each; the right half repeats or mirrors the left. */
export function playfieldMask(mask: Int32Array, pf0: number, pf1: number, pf2: number, reflect: boolean): void {
  const left0 = quadrupled[pf0 >>> 4];
  const left1 = quadrupled[reversed[pf1]];
  const left2 = quadrupled[pf2];
  mask[0] = left0 | (left1 << 16);
  mask[1] = (left1 >>> 16) | (left2 << 16);
  if (reflect) {
    const right2 = quadrupled[reversed[pf2]];
    const right1 = quadrupled[pf1];
    const right0 = quadrupled[reversed[pf0 & 0xf0]];
    mask[2] = (left2 >>> 16) | (right2 << 16);
    mask[3] = (right2 >>> 16) | (right1 << 16);
    mask[4] = (right1 >>> 16) | (right0 << 16);
  } else {
    mask[2] = (left2 >>> 16) | (left0 << 16);
    mask[3] = left1;
    mask[4] = left2;
  }
}
