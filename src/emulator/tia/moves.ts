/**
 * What moves the TIA's objects beside a plain strobe: HMOVE, a missile let go; and taking an object's place and size into its mask.
 * Source: reference console.md section 7; the distances are in motion.ts.
 */
import type { Beam } from './beam.ts';
import { BL, M0, M1, P0, P1 } from './collisions.ts';
import { hmoveBlanks, hmoveDistance } from './motion.ts';
import type { TiaState } from './state.ts';

/** Takes the player's place and size into its mask, without its first copy when `suppress` is 1. */
export function takePlayer0(state: TiaState, beam: Beam, suppress: number): void {
  state.suppressp0 = suppress;
  beam.stale |= P0;
}

export function takePlayer1(state: TiaState, beam: Beam, suppress: number): void {
  state.suppressp1 = suppress;
  beam.stale |= P1;
}

export function takeMissile0(state: TiaState, beam: Beam): void {
  state.m0Hidden = 0;
  state.m0WidthBit = 0;
  beam.stale |= M0;
}

/**
 * HMOVE, strobed at `clock`, CPU cycle `cycle` (0..75) of its line: moves all five objects at once.
 * @param blanks whether the cartridge's HMOVEs blank the start of a line
 */
export function hmove(state: TiaState, beam: Beam, clock: number, cycle: number, blanks: boolean): void {
  const at = cycle << 4;
  state.hmoveClock = clock;
  state.cosmicArk = 0;
  if (blanks && hmoveBlanks(cycle)) state.hmoveBlank = 1;
  // What does not move keeps its mask, but a copy that was left out shows again.
  const p0 = hmoveDistance[at | state.hmp0];
  const p1 = hmoveDistance[at | state.hmp1];
  const m0 = hmoveDistance[at | state.hmm0];
  const m1 = hmoveDistance[at | state.hmm1];
  const bl = hmoveDistance[at | state.hmbl];
  if (p0 !== 0 || state.suppressp0 !== 0) {
    state.posp0 = moved(state.posp0, p0);
    takePlayer0(state, beam, 0);
  }
  if (p1 !== 0 || state.suppressp1 !== 0) {
    state.posp1 = moved(state.posp1, p1);
    takePlayer1(state, beam, 0);
  }
  if (m0 !== 0 || state.m0Hidden !== 0 || state.m0WidthBit !== 0) {
    state.posm0 = moved(state.posm0, m0);
    takeMissile0(state, beam);
  }
  if (m1 !== 0) {
    state.posm1 = moved(state.posm1, m1);
    beam.stale |= M1;
  }
  if (bl !== 0) {
    state.posbl = moved(state.posbl, bl);
    beam.stale |= BL;
  }
}

/** A position after a move of at most 15 pixels, wrapped. */
function moved(position: number, distance: number): number {
  const target = position + distance;
  return target < 0 ? target + 160 : target >= 160 ? target - 160 : target;
}

/** Where a missile appears that a player lets go. */
export function centreOf(position: number, nusiz: number): number {
  const mode = nusiz & 7;
  return (position + (mode === 5 ? 8 : mode === 7 ? 16 : 4)) % 160;
}
