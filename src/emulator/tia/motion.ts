/**
 * How objects move: HMOVE's distance for each of a line's 76 CPU cycles, and where a strobe of RESPx, RESMx or RESBL puts an object.
 * Source: reference console.md section 7. Leaves out the Cosmic Ark star field, which tia.ts steps line by line.
 */
import { copyOffsets } from './objects.ts';

/** Pixels to the right (negative: left) by `cycle * 16 + (HMxx >> 4)`, for an HMOVE strobed at CPU cycle 0..75 of a line. */
export const hmoveDistance = new Int8Array(76 * 16);
for (let cycle = 0; cycle < 76; cycle++) {
  for (let nibble = 0; nibble < 16; nibble++) {
    const wanted = -((nibble << 28) >> 28);
    let distance = 0;
    if (cycle === 75) distance = wanted;
    else if (cycle <= 20) distance = Math.max(wanted, -7 + Math.floor((3 * cycle - 7) / 4));
    else if (cycle >= 55) distance = Math.min(0, wanted + 6 - Math.floor((3 * (cycle - 55) + 2) / 4));
    hmoveDistance[cycle * 16 + nibble] = distance;
  }
}

/** An HMOVE early or at the very end of a line blanks the next 8 pixels. */
export function hmoveBlanks(cycle: number): boolean {
  return cycle <= 20 || cycle === 75;
}

/** The pixel position that a RESPx gives, by the clock within its line (0..227). */
export function playerPosition(lineClock: number): number {
  return lineClock < 68 ? 3 : (lineClock - 68 + 5) % 160;
}

/** What a RESPx does to the player's first copy, depending on where the beam is relative to the player. */
export const strobeOutside = 0;
/** In the four clocks before a copy: all copies show. */
export const strobeBefore = 1;
/** While a copy is drawn: that copy is finished first. */
export const strobeDuring = 2;

/** `strobeOutside`, `strobeBefore` or `strobeDuring` for a move from `position` to `target` in NUSIZ mode `mode`. */
export function strobeOutcome(position: number, target: number, mode: number): number {
  const distance = (target - position + 160) % 160;
  const width = mode === 5 ? 16 : mode === 7 ? 32 : 8;
  for (const offset of copyOffsets[mode]) {
    if (distance >= offset && distance < offset + 4) return strobeBefore;
    if (distance >= offset + 4 && distance < offset + 4 + width) return strobeDuring;
  }
  return strobeOutside;
}

function missilePosition(lineClock: number): number {
  return lineClock < 68 ? 2 : (lineClock - 68 + 4) % 160;
}

/*
 * Strobes soon after an HMOVE, while its pulses still move the object. `sinceHmove` is in colour clocks.
 * The reference knows just these cases, each met in a game.
 */

/** The pixel position that a RESM0 gives. */
export function missile0Position(lineClock: number, sinceHmove: number): number {
  return sinceHmove === 60 && lineClock === 69 ? 8 : missilePosition(lineClock);
}

/** The pixel position that a RESM1 gives. */
export function missile1Position(lineClock: number, sinceHmove: number): number {
  return sinceHmove === 9 && lineClock === 18 ? 3 : missilePosition(lineClock);
}

/** The pixel position that a RESBL gives. */
export function ballPosition(lineClock: number, sinceHmove: number): number {
  if (sinceHmove === 54 && (lineClock === 60 || lineClock === 69)) return 10;
  if (sinceHmove === 9 && lineClock === 18) return 3;
  if (sinceHmove === 21 && lineClock === 30) return 6;
  if (sinceHmove === 18 && lineClock === 27) return 5;
  return missilePosition(lineClock);
}
