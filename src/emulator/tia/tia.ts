/**
 * The TIA: what reading and writing its registers does, and when it becomes visible. Painting is in raster.ts, the beam's progress
 * in beam.ts, movement in motion.ts. Time comes in CPU cycles, three colour clocks each.
 * Leaves out audio, RSYNC and the input latch, as the reference does. Source: reference console.md sections 5 to 7.
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { Beam, blankClocks, lineClocks, type Television } from './beam.ts';
import { BL, M0, M1, P0, P1, PF, SHOWN } from './collisions.ts';
import {
  ballPosition,
  missile0Position,
  missile1Position,
  playerPosition,
  strobeBefore,
  strobeDuring,
  strobeOutcome,
} from './motion.ts';
import { centreOf, hmove, takeMissile0, takePlayer0, takePlayer1 } from './moves.ts';
import { Pots } from './pots.ts';
import { Raster } from './raster.ts';
import * as register from './registers.ts';
import { TiaState } from './state.ts';
import {
  delays,
  effects,
  graphics,
  invisible,
  playfield,
  playfieldDelay,
  strobe,
  strobeDelay,
  visibleIfNew,
} from './writeEffects.ts';

/** What is plugged in: the fire buttons as bit 7 (0x80: not pressed), the paddles' resistances in ohms at INPT0..INPT3. */
export interface TiaInputs {
  readonly inpt4: number;
  readonly inpt5: number;
  readonly resistances: ArrayLike<number>;
}

const never = 0x7fffffff;

/** Clocks of a line before which CTRLPF still changes the mirroring of this line. */
const reflectLatch = blankClocks + 79;

export class Tia {
  readonly raster = new Raster();
  readonly state = new TiaState();
  readonly beam = new Beam(this.state, this.raster);
  readonly pots: Pots;
  /** Raised by the write that ends the television frame. */
  frameDone = false;
  /** From this clock on a VSYNC of 0 ends the frame. */
  vsyncFinish = never;
  /** Lines of the last finished frame. */
  lastLines = 0;

  /** From this clock on any write ends the frame: there was no VSYNC for too long. */
  get #lastClock(): number {
    return this.beam.frameStart + lineClocks * (this.#television.maxLines + 1);
  }

  /** The value last written to each register. */
  readonly #written = new Uint8Array(64);
  readonly #inputs: TiaInputs;
  #television: Television;

  constructor(inputs: TiaInputs, television: Television) {
    this.#inputs = inputs;
    this.#television = television;
    this.pots = new Pots(inputs.resistances);
  }

  /** Everything 0 and both frame buffers black; `television` from now on. */
  reset(television: Television): void {
    this.#television = television;
    this.raster.reset();
    this.state.reset();
    this.beam.reset(television);
    this.pots.reset();
    this.#written.fill(0);
    this.frameDone = false;
    this.vsyncFinish = never;
    this.lastLines = 0;
  }

  /** Starts a frame in the older buffer; what was cycle `cycles` is now cycle 0. The beam keeps its place in the line. */
  startFrame(cycles: number): void {
    const { beam, raster } = this;
    raster.swap();
    beam.startFrame(((3 * cycles - beam.frameStart) % lineClocks) | 0, this.#television);
    this.rebase(cycles);
    this.frameDone = false;
    if (this.#television.colourLoss) raster.loseColour((this.lastLines & 1) !== 0);
  }

  /** Moves the origin of time: what was cycle `cycles` is now cycle 0. The beam stays where it is. */
  rebase(cycles: number): void {
    const clocks = (3 * cycles) | 0;
    this.state.hmoveClock = (this.state.hmoveClock - clocks) | 0;
    // What was before a frame's start may as well have been at its start.
    if (this.vsyncFinish !== never) this.vsyncFinish = Math.max(this.vsyncFinish - clocks, 0);
    this.pots.rebase(cycles);
  }

  /** Lines since the start of the frame. */
  lines(cycles: number): number {
    return ((3 * cycles - this.beam.frameStart) / lineClocks) | 0;
  }

  /** Greys the rows that an unfinished frame of `lines` lines did not reach. */
  greyFrom(lines: number): void {
    const { yStart, height } = this.#television;
    this.raster.grey(Math.max(lines, yStart) - yStart, height);
  }

  /** CPU cycles from `cycles` to the start of the next line, 0 at a line's start. */
  cyclesToLineEnd(cycles: number): number {
    const inLine = ((cycles - ((this.beam.frameStart / 3) | 0)) % 76) | 0;
    return inLine === 0 ? 0 : 76 - inLine;
  }

  /** Reads register `address & 15`; bits that nothing drives come from `latch`. */
  peek(address: number, cycles: number, latch: number): number {
    this.beam.due(3 * cycles);
    const undriven = latch & 0x3f;
    const index = address & 15;
    if (index <= register.CXPPMM) {
      this.beam.draw();
      return (((this.raster.collisions >>> (2 * index)) & 3) << 6) | undriven;
    }
    if (index <= register.INPT3) return this.pots.read(index - register.INPT0, cycles) | undriven;
    if (index === register.INPT4) return this.#inputs.inpt4 | undriven;
    if (index === register.INPT5) return this.#inputs.inpt5 | undriven;
    return undriven;
  }

  /** Writes WSYNC: the time to which it halts the CPU. */
  waitForLine(cycles: number): number {
    const clock = 3 * cycles;
    if (clock >= this.#lastClock) this.frameDone = true;
    this.beam.due(clock);
    return cycles + this.cyclesToLineEnd(cycles);
  }

  /** Writes register `index`, 0..63. WSYNC does nothing here. */
  poke(index: number, value: number, cycles: number): void {
    const clock = 3 * cycles;
    const { beam, state, raster } = this;
    const sinceStart = clock - beam.frameStart;
    if (clock >= this.#lastClock) this.frameDone = true;
    // One call draws for all registers: spelt out in each case it would make this function too large to compile well.
    const effect = effects[index];
    let delay = delays[index];
    if (effect === playfield) delay = playfieldDelay[(((sinceStart % lineClocks) / 3) | 0) & 3];
    else if (effect === strobe) delay = this.#strobeDelay(index, sinceStart % lineClocks);
    beam.due(clock + delay);
    if (effect !== invisible) {
      if (this.#written[index] === value && effect >= visibleIfNew) {
        if (effect !== graphics || this.#copiesTaken(index)) return;
      }
      if (index === register.VBLANK) beam.flush();
      else beam.draw();
      beam.repeatsRow = false;
    }
    this.#written[index] = value;
    switch (index) {
      case 0x00: // VSYNC
        if (value & 2) this.vsyncFinish = clock + lineClocks;
        else if (clock >= this.vsyncFinish) {
          this.vsyncFinish = never;
          this.frameDone = true;
        }
        return;
      case 0x01: // VBLANK
        this.pots.dump((value & 0x80) !== 0, cycles);
        state.vblank = value;
        return;
      case 0x04: // NUSIZ0
        state.nusiz0 = value;
        takePlayer0(state, beam, 0);
        takeMissile0(state, beam);
        return;
      case 0x05: // NUSIZ1
        state.nusiz1 = value;
        takePlayer1(state, beam, 0);
        beam.stale |= M1;
        return;
      case 0x06: // COLUP0
        raster.colup0 = this.#colour(value);
        return;
      case 0x07: // COLUP1
        raster.colup1 = this.#colour(value);
        return;
      case 0x08: // COLUPF
        raster.colupf = this.#colour(value);
        return;
      case 0x09: // COLUBK
        raster.colubk = this.#colour(value);
        return;
      case 0x0a: // CTRLPF
        state.ctrlpf = value;
        // Later in the line the mirroring waits for the next one.
        if (sinceStart % lineClocks < reflectLatch) state.reflect = value & 1;
        beam.stale |= BL | PF | SHOWN;
        return;
      case 0x0b: // REFP0
        state.refp0 = value & 8;
        beam.stale |= P0;
        return;
      case 0x0c: // REFP1
        state.refp1 = value & 8;
        beam.stale |= P1;
        return;
      case 0x0d: // PF0
        beam.stale |= PF | SHOWN;
        state.pf0 = value & 0xf0;
        return;
      case 0x0e: // PF1
        beam.stale |= PF | SHOWN;
        state.pf1 = value;
        return;
      case 0x0f: // PF2
        beam.stale |= PF | SHOWN;
        state.pf2 = value;
        return;
      case 0x10: {
        // RESP0
        const position = playerPosition(sinceStart % lineClocks);
        const outcome = strobeOutcome(state.posp0, position, state.nusiz0 & 7);
        state.posp0 = position;
        takePlayer0(state, beam, outcome === strobeBefore ? 0 : 1);
        return;
      }
      case 0x11: {
        // RESP1
        const position = playerPosition(sinceStart % lineClocks);
        const outcome = strobeOutcome(state.posp1, position, state.nusiz1 & 7);
        state.posp1 = position;
        takePlayer1(state, beam, outcome === strobeBefore ? 0 : 1);
        return;
      }
      case 0x12: // RESM0
        state.posm0 = missile0Position(sinceStart % lineClocks, clock - state.hmoveClock);
        takeMissile0(state, beam);
        return;
      case 0x13: // RESM1
        state.posm1 = missile1Position(sinceStart % lineClocks, clock - state.hmoveClock);
        beam.stale |= M1;
        return;
      case 0x14: // RESBL
        state.posbl = ballPosition(sinceStart % lineClocks, clock - state.hmoveClock);
        beam.stale |= BL;
        return;
      case 0x1b: // GRP0
        state.grp0 = value;
        state.dgrp1 = state.grp1;
        beam.stale |= P0 | P1 | SHOWN;
        return;
      case 0x1c: // GRP1
        state.grp1 = value;
        state.dgrp0 = state.grp0;
        state.denabl = state.enabl;
        beam.stale |= P0 | P1 | BL | SHOWN;
        return;
      case 0x1d: // ENAM0
        state.enam0 = value & 2;
        beam.stale |= M0 | SHOWN;
        return;
      case 0x1e: // ENAM1
        state.enam1 = value & 2;
        beam.stale |= M1 | SHOWN;
        return;
      case 0x1f: // ENABL
        state.enabl = value & 2;
        beam.stale |= BL | SHOWN;
        return;
      case 0x20: // HMP0
        state.hmp0 = value >>> 4;
        return;
      case 0x21: // HMP1
        state.hmp1 = value >>> 4;
        return;
      case 0x22: // HMM0
        // A change from 7 to 6 just 21 cycles after HMOVE keeps the missile moving.
        if (clock - state.hmoveClock === 63 && state.hmm0 === 7 && value >>> 4 === 6) {
          beam.drawTo(clock);
          state.cosmicArk = 1;
          state.cosmicArkCounter = 0;
        }
        state.hmm0 = value >>> 4;
        return;
      case 0x23: // HMM1
        state.hmm1 = value >>> 4;
        return;
      case 0x24: // HMBL
        state.hmbl = value >>> 4;
        return;
      case 0x25: // VDELP0
        state.vdelp0 = value & 1;
        beam.stale |= P0 | SHOWN;
        return;
      case 0x26: // VDELP1
        state.vdelp1 = value & 1;
        beam.stale |= P1 | SHOWN;
        return;
      case 0x27: // VDELBL
        state.vdelbl = value & 1;
        beam.stale |= BL | SHOWN;
        return;
      case 0x28: // RESMP0
        if (state.resmp0 !== 0 && (value & 2) === 0) {
          state.posm0 = centreOf(state.posp0, state.nusiz0);
          takeMissile0(state, beam);
        }
        state.resmp0 = value & 2;
        beam.stale |= M0 | SHOWN;
        return;
      case 0x29: // RESMP1
        if (state.resmp1 !== 0 && (value & 2) === 0) state.posm1 = centreOf(state.posp1, state.nusiz1);
        state.resmp1 = value & 2;
        beam.stale |= M1 | SHOWN;
        return;
      case 0x2a: // HMOVE
        hmove(state, beam, clock, ((sinceStart % lineClocks) / 3) | 0, this.#television.hmoveBlanks);
        return;
      case 0x2b: // HMCLR
        state.hmp0 = state.hmp1 = state.hmm0 = state.hmm1 = state.hmbl = 0;
        return;
      case 0x2c: // CXCLR
        raster.collisions = 0;
        return;
    }
  }

  #colour(value: number): number {
    const lost = this.#television.colourLoss && this.lastLines & 1 ? 1 : 0;
    return Math.imul((value & 0xfe) | lost, 0x01010101);
  }

  /** Whether writing GRPx again leaves the delayed copies that it updates as they are. */
  #copiesTaken(index: number): boolean {
    const { state } = this;
    if (index === register.GRP0) return state.dgrp1 === state.grp1;
    return state.dgrp0 === state.grp0 && state.denabl === state.enabl;
  }

  /** Clocks until a write to RESPx moves the player: while a copy is drawn, until that one is finished. */
  #strobeDelay(index: number, lineClock: number): number {
    const { state } = this;
    const position = index === register.RESP0 ? state.posp0 : state.posp1;
    const nusiz = index === register.RESP0 ? state.nusiz0 : state.nusiz1;
    return strobeOutcome(position, playerPosition(lineClock), nusiz & 7) === strobeDuring ? strobeDelay : 0;
  }

  save(out: SnapshotWriter): void {
    this.raster.save(out);
    this.state.save(out);
    this.beam.save(out);
    this.pots.save(out);
    out.flag(this.frameDone);
    out.int(this.vsyncFinish);
    out.int(this.lastLines);
    out.bytes(this.#written);
  }

  load(state: SnapshotReader): void {
    this.raster.load(state);
    this.state.load(state);
    this.beam.load(state, this.#television);
    this.pots.load(state);
    this.frameDone = state.flag();
    this.vsyncFinish = state.intIn(0, never);
    this.lastLines = state.intIn(0, never);
    state.bytes(this.#written);
  }
}
