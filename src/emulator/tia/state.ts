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
  // Each field is 0 after a reset and saved as one integer, so a table of their names is all that `reset`, `save` and `load` need.

  reset(): void {
    for (const name of fieldNames) this[name] = 0;
  }

  save(out: SnapshotWriter): void {
    for (const name of fieldNames) out.int(this[name]);
  }

  load(state: SnapshotReader): void {
    for (const name of fieldNames) this[name] = name === 'hmoveClock' ? state.int() : state.intIn(0, largest[name]);
  }
}

type FieldName = { [Name in keyof TiaState]: TiaState[Name] extends number ? Name : never }[keyof TiaState];

/** The largest value of each field; the smallest is 0. HMOVE's clock alone may be any, before this frame, too. */
const largest: Readonly<Record<Exclude<FieldName, 'hmoveClock'>, number>> = {
  vblank: 0xff,
  nusiz0: 0xff,
  nusiz1: 0xff,
  ctrlpf: 0xff,
  refp0: 8,
  refp1: 8,
  pf0: 0xf0,
  pf1: 0xff,
  pf2: 0xff,
  grp0: 0xff,
  grp1: 0xff,
  dgrp0: 0xff,
  dgrp1: 0xff,
  denabl: 2,
  enam0: 2,
  enam1: 2,
  enabl: 2,
  vdelp0: 1,
  vdelp1: 1,
  vdelbl: 1,
  resmp0: 2,
  resmp1: 2,
  hmp0: 15,
  hmp1: 15,
  hmm0: 15,
  hmm1: 15,
  hmbl: 15,
  posp0: 159,
  posp1: 159,
  posm0: 159,
  posm1: 159,
  posbl: 159,
  suppressp0: 1,
  suppressp1: 1,
  reflect: 1,
  hmoveBlank: 1,
  cosmicArk: 1,
  cosmicArkCounter: 3,
  m0Hidden: 1,
  m0WidthBit: 1,
};

const fieldNames = Object.keys(new TiaState()) as FieldName[];
