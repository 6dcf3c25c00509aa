/**
 * What the registers show: which objects there are, and each one's mask.
 * Leaves out when a register takes effect (tia.ts, beam.ts) and how a mask is made (objects.ts). Source: reference console.md section 7.
 */
import { BL, collisionsAmong, M0, M1, P0, P1, PF } from './collisions.ts';
import { ballMask, clearMask, missileMask, playerMask, playfieldMask, reversed } from './objects.ts';
import type { Raster } from './raster.ts';
import type { TiaState } from './state.ts';

/** The set of objects that are switched on, be there a pixel of theirs in this line or not. */
function shownObjects(state: TiaState): number {
  let shown = 0;
  if ((state.vdelp0 ? state.dgrp0 : state.grp0) !== 0) shown |= P0;
  if ((state.vdelp1 ? state.dgrp1 : state.grp1) !== 0) shown |= P1;
  if (state.enam0 !== 0 && state.resmp0 === 0) shown |= M0;
  if (state.enam1 !== 0 && state.resmp1 === 0) shown |= M1;
  if ((state.vdelbl ? state.denabl : state.enabl) !== 0) shown |= BL;
  if ((state.pf0 | state.pf1 | state.pf2) !== 0) shown |= PF;
  return shown;
}

/** Brings priorities and possible collisions up to date, which follow from the set of objects. */
export function takeObjects(state: TiaState, raster: Raster): void {
  const shown = shownObjects(state);
  raster.possibleCollisions = collisionsAmong[shown];
  raster.scoreMode = (state.ctrlpf & 2) !== 0;
  // With the playfield alone the priority bit is ignored, so that score colours show.
  raster.playfieldFirst = (state.ctrlpf & 4) !== 0 && (shown & ~PF) !== 0;
}

/** Brings the masks of the objects in the set `stale` up to date. */
export function takeMasks(state: TiaState, raster: Raster, stale: number): void {
  if (stale & P0) {
    const grp = state.vdelp0 ? state.dgrp0 : state.grp0;
    const pattern = state.refp0 ? grp : reversed[grp];
    playerMask(raster.p0, pattern, state.posp0, state.nusiz0 & 7, state.suppressp0);
  }
  if (stale & P1) {
    const grp = state.vdelp1 ? state.dgrp1 : state.grp1;
    const pattern = state.refp1 ? grp : reversed[grp];
    playerMask(raster.p1, pattern, state.posp1, state.nusiz1 & 7, state.suppressp1);
  }
  if (stale & M0) {
    if (!state.enam0 || state.resmp0 || state.m0Hidden) clearMask(raster.m0);
    else {
      const width = 1 << (((state.nusiz0 >> 4) & 3) | state.m0WidthBit);
      missileMask(raster.m0, width, state.posm0, state.nusiz0 & 7);
    }
  }
  if (stale & M1) {
    if (!state.enam1 || state.resmp1) clearMask(raster.m1);
    else missileMask(raster.m1, 1 << ((state.nusiz1 >> 4) & 3), state.posm1, state.nusiz1 & 7);
  }
  if (stale & BL) {
    if (!(state.vdelbl ? state.denabl : state.enabl)) clearMask(raster.bl);
    else ballMask(raster.bl, 1 << ((state.ctrlpf >> 4) & 3), state.posbl);
  }
  if (stale & PF) playfieldMask(raster.pf, state.pf0, state.pf1, state.pf2, state.reflect !== 0);
}
