/**
 * The TIA's registers as they stand: what was written, where the objects are. Plain values; tia.ts says when they change and
 * beam.ts what they show. Source: reference console.md section 7.
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';

export class TiaState {
  vblank = 0;
  nusiz0 = 0;
  nusiz1 = 0;
  ctrlpf = 0;
  refp0 = 0;
  refp1 = 0;
  pf0 = 0;
  pf1 = 0;
  pf2 = 0;
  grp0 = 0;
  grp1 = 0;
  /** The delayed copies of GRP0, GRP1 and ENABL, shown while VDELP0, VDELP1 and VDELBL are on. */
  dgrp0 = 0;
  dgrp1 = 0;
  denabl = 0;
  enam0 = 0;
  enam1 = 0;
  enabl = 0;
  vdelp0 = 0;
  vdelp1 = 0;
  vdelbl = 0;
  resmp0 = 0;
  resmp1 = 0;
  /** HMxx as nibbles, the sign in bit 3. */
  hmp0 = 0;
  hmp1 = 0;
  hmm0 = 0;
  hmm1 = 0;
  hmbl = 0;
  /** Pixel positions, 0..159. */
  posp0 = 0;
  posp1 = 0;
  posm0 = 0;
  posm1 = 0;
  posbl = 0;
  /** 1: the first copy of the player is left out, from a RESPx until its mask is taken again. */
  suppressp0 = 0;
  suppressp1 = 0;
  /** The mirroring that the picture shows: CTRLPF bit 0 as it was at the start of the line. */
  reflect = 0;
  /** 1: an HMOVE will blank the start of the next line drawn. */
  hmoveBlank = 0;
  /** When HMOVE was last strobed. */
  hmoveClock = 0;
  /** 1: missile 0 keeps moving, line after line (the star field of Cosmic Ark). */
  cosmicArk = 0;
  cosmicArkCounter = 0;
  /** What the star field does to missile 0 in this line. */
  m0Hidden = 0;
  m0WidthBit = 0;
  // Since each field is 0 after a reset and saved as one integer, their names are all that `reset`, `save` and `load` need.

  reset(): void {
    for (const name of fieldNames) this[name] = 0;
  }

  save(out: SnapshotWriter): void {
    for (const name of fieldNames) out.int(this[name]);
  }

  load(state: SnapshotReader): void {
    for (const name of fieldNames) this[name] = state.int();
  }
}

type FieldName = { [Name in keyof TiaState]: TiaState[Name] extends number ? Name : never }[keyof TiaState];

const fieldNames = Object.keys(new TiaState()) as FieldName[];
