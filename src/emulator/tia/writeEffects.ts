/**
 * What a write to each of the TIA's registers does to the picture, and how many colour clocks later.
 * Source: reference console.md section 7.
 */
import * as register from './registers.ts';

/** Colour clocks from a write to PF0, PF1 or PF2 until it shows, by the write's CPU cycle modulo 4. */
export const playfieldDelay = [4, 5, 2, 3];

/** Clocks for which a player that is being drawn still shows at its old place after RESPx. */
export const strobeDelay = 11;
/** Clocks until NUSIZx, RESMx change the picture. */
const sizeDelay = 8;

/** What a write does to the picture. */
export const invisible = 0;
export const visible = 1;
/** As `visible`, with a delay that depends on where the player is. */
export const strobe = 2;
/** As `visible`, but writing the same value again changes nothing; and so all that follow. */
export const visibleIfNew = 3;
/** Unless the delayed copies of other registers change. */
export const graphics = 4;
/** With a delay that depends on the cycle. */
export const playfield = 5;

/** By register: what a write does, and clocks until it shows. */
export const effects = new Uint8Array(64);
export const delays = new Uint8Array(64);
const declare = (effect: number, delay: number, ...registers: number[]): void => {
  for (const address of registers) {
    effects[address] = effect;
    delays[address] = delay;
  }
};
declare(visibleIfNew, 1, register.VBLANK, register.REFP0, register.REFP1);
declare(visibleIfNew, 0, register.COLUP0, register.COLUP1, register.COLUPF, register.COLUBK);
declare(visibleIfNew, 0, register.ENAM0, register.ENAM1, register.ENABL);
declare(visibleIfNew, 0, register.VDELP0, register.VDELP1, register.VDELBL, register.RESMP0, register.RESMP1);
declare(visible, sizeDelay, register.NUSIZ0, register.NUSIZ1, register.RESM0, register.RESM1);
declare(visible, 0, register.CTRLPF, register.RESBL, register.HMOVE, register.CXCLR);
declare(playfield, 0, register.PF0, register.PF1, register.PF2);
declare(graphics, 1, register.GRP0, register.GRP1);
declare(strobe, 0, register.RESP0, register.RESP1);
