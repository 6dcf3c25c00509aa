/**
 * The TIA's beam: which part of the picture is drawn already, and drawing up to a clock with the registers as they stand.
 *
 * Drawing is lazy: `pending` is the clock up to which the picture is due; only a write that changes something, a look at the
 * collisions or the end of the frame draws up to there. A stretch drawn in one piece equals the same stretch drawn in several,
 * so this is exact. Time is in colour clocks, three to a CPU cycle. Source: reference console.md sections 6 and 7.
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { allObjects, M0, P0, P1, PF, SHOWN } from './collisions.ts';
import { takeMasks, takeObjects } from './masks.ts';
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
  /** The objects whose masks no longer show the registers, and `SHOWN`. */
  stale = allObjects | SHOWN;
  /** False while the frame's picture is not wanted: only collisions are found out. */
  painting = true;
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
    this.stale = allObjects | SHOWN;
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

  /** Whether the frame has come to the end of its picture: every pixel of the buffer's visible part is this frame's. */
  get complete(): boolean {
    return this.lastUpdate >= this.displayStop;
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
    if (this.stale !== 0) this.#refresh();
    const state = this.#state;
    if (!this.painting && state.hmoveBlank === 0 && (!this.#raster.canCollide || (state.vblank & 2) !== 0)) {
      this.#pass(clock);
      return;
    }
    let from = this.lastUpdate - this.lineStart;
    while (clock > this.lineStart + lineClocks) {
      if (from < lineClocks) this.#drawSegment(from, lineClocks);
      this.lineStart += lineClocks;
      this.row++;
      this.#endLine();
      from = 0;
    }
    this.lastUpdate = clock;
    const to = clock - this.lineStart;
    if (from >= to || (to <= blankClocks && state.hmoveBlank === 0)) return;
    this.#drawSegment(from, to);
  }

  /** Goes on to `clock` where nothing is painted and nothing can collide. */
  #pass(clock: number): void {
    while (clock > this.lineStart + lineClocks) {
      this.lineStart += lineClocks;
      this.row++;
      this.#endLine();
    }
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
          if (this.painting) raster.repeatRow(row);
          return;
        }
        this.repeatsRow = state.hmoveBlank === 0;
      } else {
        this.repeatsRow = false;
      }
      const firstPixel = from < blankClocks ? 0 : from - blankClocks;
      const endPixel = to - blankClocks;
      if (state.vblank & 2) {
        if (this.painting) raster.black(row, firstPixel, endPixel);
      } else {
        if (raster.canCollide) raster.collide(firstPixel, endPixel);
        if (this.painting) raster.paint(row, firstPixel, endPixel);
      }
    }
    if (state.hmoveBlank !== 0) this.#blankStart(from, to);
  }

  /** Blacks what an HMOVE blanks of a segment. It may reach beyond the segment: later segments paint over it. */
  #blankStart(from: number, to: number): void {
    const start = to > blankClocks && from < blankClocks ? blankClocks : from;
    if (start >= hmoveBlankEnd) return;
    const firstPixel = start < blankClocks ? 0 : start - blankClocks;
    const endPixel = firstPixel + hmoveBlankEnd - start;
    if (this.painting) this.#raster.black(this.row, firstPixel, endPixel > linePixels ? linePixels : endPixel);
    if (to >= hmoveBlankEnd) this.#state.hmoveBlank = 0;
  }

  /** What happens between two lines: the mirroring is latched, every copy of the players shows again, the star field moves. */
  #endLine(): void {
    const state = this.#state;
    let changed = 0;
    const reflect = state.ctrlpf & 1;
    if (reflect !== state.reflect) {
      state.reflect = reflect;
      changed |= PF;
    }
    if ((state.suppressp0 | state.suppressp1) !== 0) {
      if (state.suppressp0 !== 0) changed |= P0;
      if (state.suppressp1 !== 0) changed |= P1;
      state.suppressp0 = state.suppressp1 = 0;
    }
    if (state.cosmicArk !== 0) {
      const counter = (state.cosmicArkCounter + 1) & 3;
      state.cosmicArkCounter = counter;
      state.posm0 = (state.posm0 - cosmicArkSteps[counter] + 160) % 160;
      state.m0WidthBit = counter === 1 ? 1 : 0;
      state.m0Hidden = counter === 2 ? 1 : 0;
      changed |= M0;
    }
    if (changed !== 0) {
      this.stale |= changed;
      this.repeatsRow = false;
      this.#refresh();
    }
  }

  /** Brings the masks that are out of date to what the registers say, unless nobody needs them. */
  #refresh(): void {
    if (this.stale & SHOWN) {
      takeObjects(this.#state, this.#raster);
      this.stale &= ~SHOWN;
    }
    if (!this.painting && !this.#raster.canCollide) return;
    takeMasks(this.#state, this.#raster, this.stale);
    this.stale = 0;
  }

  save(out: SnapshotWriter): void {
    out.int(this.frameStart);
    out.flag(this.lineStart - lineClocks * this.row === this.frameStart);
    out.int(this.row);
    out.int(this.lastUpdate - this.lineStart);
    out.int(this.pending);
  }

  /** What follows from the television and the registers is not in the state, so that it cannot disagree with them. */
  load(state: SnapshotReader, television: Television): void {
    this.#setWindow(state.intIn(1 - lineClocks, 0), television);
    const fromTop = state.flag();
    const firstLine = fromTop ? this.frameStart : this.displayStart;
    this.row = state.intIn(0, (this.displayStop - firstLine) / lineClocks);
    this.lineStart = firstLine + lineClocks * this.row;
    this.lastUpdate = this.lineStart + state.intIn(0, Math.min(lineClocks, this.displayStop - this.lineStart));
    this.pending = state.int();
  }
}
