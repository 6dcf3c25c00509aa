/**
 * The TIA's beam: which part of the picture is drawn already, and drawing up to a clock with the registers as they stand.
 *
 * Drawing is lazy: `pending` is the clock up to which the picture is due; only a write that changes something, a look at the
 * collisions or the end of the frame draws up to there. A stretch drawn in one piece equals the same stretch drawn in several,
 * so this is exact. Time is in colour clocks, three to a CPU cycle. Source: reference console.md sections 6 and 7.
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { ballMask, clearMask, missileMask, playerMask, playfieldMask, reversed } from './objects.ts';
import type { Raster } from './raster.ts';
import type { TiaState } from './state.ts';

/** How the television shows the picture. */
export interface Television {
  /** The first line shown, counted from the end of VSYNC. */
  readonly yStart: number;
  /** Lines shown. */
  readonly height: number;
  /** A frame without VSYNC ends after so many lines. */
  readonly maxLines: number;
  /** PAL: a frame after one with an odd number of lines loses its colour (bit 0 of each pixel). */
  readonly colourLoss: boolean;
  /** Whether HMOVE blanks the start of a line. */
  readonly hmoveBlanks: boolean;
}

export const lineClocks = 228;
/** Clocks of a line before its first pixel. */
export const blankClocks = 68;
/** Clock of a line at which an HMOVE's blanking ends. */
const hmoveBlankEnd = 76;
const linePixels = lineClocks - blankClocks;

/** Pixels that the star field moves missile 0 to the left at the end of a line. */
const cosmicArkSteps = [18, 33, 0, 17];

/** Bits of `stale`: masks that no longer show the registers. */
export const staleP0 = 1;
export const staleP1 = 2;
export const staleM0 = 4;
export const staleM1 = 8;
export const staleBl = 16;
export const stalePf = 32;
const staleAll = 63;

const pairsOf = new Int32Array(64);
const pairBits = [[2, 0, 0], [2, 1, 1], [3, 1, 2], [3, 0, 3], [0, 4, 4], [0, 5, 5], [1, 4, 6], [1, 5, 7], [2, 4, 8], [2, 5, 9], [3, 4, 10], [3, 5, 11], [4, 5, 13], [2, 3, 14], [0, 1, 15]];
for (let set = 0; set < 64; set++) for (const [a, b, bit] of pairBits) if (set & (1 << a) && set & (1 << b)) pairsOf[set] |= 1 << bit;

export class Beam {
  frameStart = 0;
  displayStart = 0;
  displayStop = 0;
  /** The picture is drawn up to here. */
  lastUpdate = 0;
  /** The start of the line of `lastUpdate`, which may be at that line's very end. */
  lineStart = 0;
  /** The row of `lastUpdate` in the frame buffer. */
  row = 0;
  /** The picture is due up to here. */
  pending = 0;
  stale = staleAll;
  /** The row above was drawn in one piece and nothing has changed since. */
  repeatsRow = false;

  readonly #state: TiaState;
  readonly #raster: Raster;

  constructor(state: TiaState, raster: Raster) {
    this.#state = state;
    this.#raster = raster;
  }

  /** Time zero; the first picture is drawn from the frame's very first line on. */
  reset(television: Television): void {
    this.#setWindow(0, television);
    this.lastUpdate = this.lineStart = this.frameStart;
    this.pending = 0;
  }

  /** Starts a frame `linePosition` clocks into a line, now being clock 0. */
  startFrame(linePosition: number, television: Television): void {
    this.#setWindow(0 - linePosition, television);
    this.lastUpdate = this.lineStart = this.displayStart;
    this.pending = this.displayStart;
  }

  #setWindow(frameStart: number, { yStart, height }: Television): void {
    this.frameStart = frameStart;
    this.displayStart = frameStart + lineClocks * yStart;
    this.displayStop = this.displayStart + lineClocks * height;
    this.row = 0;
    this.stale = staleAll;
    this.repeatsRow = false;
  }

  /** The picture is due up to `clock`. */
  due(clock: number): void {
    if (clock > this.pending) this.pending = clock;
  }

  /** Draws up to `clock`, and what was due already, before a register changes. */
  drawTo(clock: number): void {
    if (clock > this.pending) this.pending = clock;
    this.draw();
    this.repeatsRow = false;
  }

  /**
   * Draws what is due, before a register changes. Where nothing could be seen yet, in the blank start of a line or (but for `flush`)
   * while VBLANK is on, it is left for later: those pixels do not depend on the register.
   */
  draw(): void {
    const clock = this.pending;
    if (this.lastUpdate >= clock || clock < this.displayStart || this.lastUpdate >= this.displayStop) return;
    const state = this.#state;
    const inLine = clock - this.lineStart;
    if (inLine <= lineClocks && state.hmoveBlank === 0 && (inLine <= blankClocks || (state.vblank & 2) !== 0)) return;
    this.flush();
  }

  /** Draws all that is due, before VBLANK changes or the picture is looked at. */
  flush(): void {
    let clock = this.pending;
    if (this.lastUpdate >= clock || clock < this.displayStart || this.lastUpdate >= this.displayStop) return;
    if (clock > this.displayStop) clock = this.displayStop;
    if (this.stale !== 0) this.#takeMasks();
    let from = this.lastUpdate - this.lineStart;
    while (clock > this.lineStart + lineClocks) {
      if (from < lineClocks) this.#drawSegment(from, lineClocks);
      this.lineStart += lineClocks;
      this.row++;
      this.#endLine();
      from = 0;
    }
    const to = clock - this.lineStart;
    if (from < to) this.#drawSegment(from, to);
    this.lastUpdate = clock;
  }

  /** Draws clocks `from`..`to` (exclusive) of the line `row`. */
  #drawSegment(from: number, to: number): void {
    const state = this.#state;
    const raster = this.#raster;
    const row = this.row;
    if (to > blankClocks) {
      if (from <= blankClocks && to === lineClocks) {
        if (this.repeatsRow && state.hmoveBlank === 0) {
          raster.repeatRow(row);
          return;
        }
        this.repeatsRow = state.hmoveBlank === 0;
      } else {
        this.repeatsRow = false;
      }
      const firstPixel = from < blankClocks ? 0 : from - blankClocks;
      const endPixel = to - blankClocks;
      if (state.vblank & 2) raster.black(row, firstPixel, endPixel);
      else raster.paint(row, firstPixel, endPixel);
    }
    if (state.hmoveBlank !== 0) {
      // The blanking may reach beyond the segment: later segments paint over it.
      const start = to > blankClocks && from < blankClocks ? blankClocks : from;
      if (start < hmoveBlankEnd) {
        const firstPixel = start < blankClocks ? 0 : start - blankClocks;
        raster.black(row, firstPixel, Math.min(firstPixel + hmoveBlankEnd - start, linePixels));
        if (to >= hmoveBlankEnd) state.hmoveBlank = 0;
      }
    }
  }

  /** What happens between two lines: the mirroring is latched, every copy of the players shows again, the star field moves. */
  #endLine(): void {
    const state = this.#state;
    const reflect = state.ctrlpf & 1;
    if (reflect !== state.reflect) {
      state.reflect = reflect;
      this.stale |= stalePf;
    }
    if (state.suppressp0 !== 0) {
      state.suppressp0 = 0;
      this.stale |= staleP0;
    }
    if (state.suppressp1 !== 0) {
      state.suppressp1 = 0;
      this.stale |= staleP1;
    }
    if (state.cosmicArk !== 0) {
      const counter = (state.cosmicArkCounter + 1) & 3;
      state.cosmicArkCounter = counter;
      state.posm0 = (state.posm0 - cosmicArkSteps[counter] + 160) % 160;
      state.m0WidthBit = counter === 1 ? 1 : 0;
      state.m0Hidden = counter === 2 ? 1 : 0;
      this.stale |= staleM0;
    }
    if (this.stale !== 0) {
      this.repeatsRow = false;
      this.#takeMasks();
    }
  }

  /** Brings the masks that are out of date to what the registers say. */
  #takeMasks(): void {
    const { stale } = this;
    const state = this.#state;
    const raster = this.#raster;
    if (stale & staleP0) {
      const grp = state.vdelp0 ? state.dgrp0 : state.grp0;
      const pattern = state.refp0 ? grp : reversed[grp];
      playerMask(raster.p0, pattern, state.posp0, state.nusiz0 & 7, state.suppressp0);
    }
    if (stale & staleP1) {
      const grp = state.vdelp1 ? state.dgrp1 : state.grp1;
      const pattern = state.refp1 ? grp : reversed[grp];
      playerMask(raster.p1, pattern, state.posp1, state.nusiz1 & 7, state.suppressp1);
    }
    if (stale & staleM0) {
      if (!state.enam0 || state.resmp0 || state.m0Hidden) clearMask(raster.m0);
      else {
        const width = 1 << (((state.nusiz0 >> 4) & 3) | state.m0WidthBit);
        missileMask(raster.m0, width, state.posm0, state.nusiz0 & 7);
      }
    }
    if (stale & staleM1) {
      if (!state.enam1 || state.resmp1) clearMask(raster.m1);
      else missileMask(raster.m1, 1 << ((state.nusiz1 >> 4) & 3), state.posm1, state.nusiz1 & 7);
    }
    if (stale & staleBl) {
      if (!(state.vdelbl ? state.denabl : state.enabl)) clearMask(raster.bl);
      else ballMask(raster.bl, 1 << ((state.ctrlpf >> 4) & 3), state.posbl);
    }
    if (stale & stalePf) playfieldMask(raster.pf, state.pf0, state.pf1, state.pf2, state.reflect !== 0);
    this.stale = 0;
    // With the playfield alone the priority bit is ignored, so that score colours show.
    raster.scoreMode = (state.ctrlpf & 2) !== 0;
    raster.playfieldFirst = (state.ctrlpf & 4) !== 0 && this.#objectsEnabled();
    raster.pairs = pairsOf[this.#shown()];
  }

  #shown(): number {
    const state = this.#state;
    let shown = 0;
    if ((state.vdelp0 ? state.dgrp0 : state.grp0) !== 0) shown |= staleP0;
    if ((state.vdelp1 ? state.dgrp1 : state.grp1) !== 0) shown |= staleP1;
    if (state.enam0 !== 0 && state.resmp0 === 0) shown |= staleM0;
    if (state.enam1 !== 0 && state.resmp1 === 0) shown |= staleM1;
    if ((state.vdelbl ? state.denabl : state.enabl) !== 0) shown |= staleBl;
    if ((state.pf0 | state.pf1 | state.pf2) !== 0) shown |= stalePf;
    return shown;
  }

  /** Whether any object but the playfield is switched on, be it visible or not. */
  #objectsEnabled(): boolean {
    const state = this.#state;
    return (
      (state.vdelp0 ? state.dgrp0 : state.grp0) !== 0 ||
      (state.vdelp1 ? state.dgrp1 : state.grp1) !== 0 ||
      (state.enam0 !== 0 && state.resmp0 === 0) ||
      (state.enam1 !== 0 && state.resmp1 === 0) ||
      (state.vdelbl ? state.denabl : state.enabl) !== 0
    );
  }

  save(out: SnapshotWriter): void {
    out.int(this.frameStart);
    out.int(this.displayStart);
    out.int(this.displayStop);
    out.int(this.lastUpdate);
    out.int(this.lineStart);
    out.int(this.row);
    out.int(this.pending);
  }

  load(state: SnapshotReader): void {
    this.frameStart = state.int();
    this.displayStart = state.int();
    this.displayStop = state.int();
    this.lastUpdate = state.int();
    this.lineStart = state.int();
    this.row = state.int();
    this.pending = state.int();
    // The masks follow from the registers.
    this.stale = staleAll;
    this.repeatsRow = false;
  }
}
