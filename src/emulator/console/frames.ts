/**
 * Runs frames, and draws only those pictures that somebody looks at.
 *
 * A frame that is not drawn leaves its buffer as it was: what should be there is owed. The state before it began is kept, so that the
 * picture can be made later by running it once more, should anybody ask for it. Most debts lapse, since the next frame in the same
 * buffer paints every pixel. A frame that ends early does not: the rows below it show what that buffer held before, which then must be
 * right. So registers, RAM and the pictures that are looked at never depend on which frames were drawn.
 * Leaves out what a frame is (console.ts).
 */
import { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { Raster } from '../tia/raster.ts';

/** The console as far as frames need it. */
export interface FrameMachine {
  readonly raster: Raster;
  /** A frame is under way, which the next `runFrame` continues. */
  readonly unfinished: boolean;
  /** Runs a frame, or goes on with one. Whether it has ended and, painted or not, came to the end of the picture. */
  runFrame(paint: boolean): boolean;
  /** Everything but the pictures. */
  save(out: SnapshotWriter): void;
  load(state: SnapshotReader): void;
}

export class Frames {
  readonly #machine: FrameMachine;
  /** By buffer: the state before the frame whose picture it should hold, undefined while it holds it. */
  readonly #owed: (SnapshotWriter | undefined)[] = [undefined, undefined];
  /** Memory for states: two may be owed while a third frame runs. */
  readonly #spare: SnapshotWriter[] = [];
  /** The last `run` went on with a frame; `#interrupted` is what that frame's picture was before. */
  #wentOn = false;
  #interrupted: Uint8Array | undefined;
  /** The last frame came to the end of the picture, so the next one will probably too. */
  #complete = false;

  constructor(machine: FrameMachine) {
    this.#machine = machine;
  }

  /** Runs a frame. `draw` is false when its picture is probably not wanted. */
  run(draw: boolean): void {
    const machine = this.#machine;
    this.#wentOn = machine.unfinished;
    if (this.#wentOn) {
      // The frame is drawn so far.
      const { pixels } = machine.raster;
      this.#interrupted ??= new Uint8Array(pixels.length);
      this.#interrupted.set(pixels);
      this.#complete = machine.runFrame(true);
      return;
    }
    const buffer = machine.raster.buffer ^ 1;
    const owed = this.#owed[buffer];
    const paint = draw || !this.#complete;
    if (paint && owed === undefined) {
      this.#complete = machine.runFrame(true);
      return;
    }
    const start = this.#saved();
    this.#complete = machine.runFrame(paint);
    if (!this.#complete) {
      if (owed !== undefined) this.#paintAgain(owed, buffer);
      this.#paintAgain(start, buffer);
    }
    if (owed !== undefined) this.#spare.push(owed);
    if (this.#complete && !paint) {
      this.#owed[buffer] = start;
    } else {
      this.#owed[buffer] = undefined;
      this.#spare.push(start);
    }
  }

  /** Makes the current picture what it should be. */
  drawCurrent(): void {
    this.#draw(this.#machine.raster.buffer);
  }

  /** The buffer with the picture that was there before the last `run`. */
  previous(): Uint8Array {
    if (this.#wentOn && this.#interrupted !== undefined) return this.#interrupted;
    const { raster } = this.#machine;
    this.#draw(raster.buffer ^ 1);
    return raster.otherPixels;
  }

  /** Makes both pictures what they should be. */
  drawAll(): void {
    this.#draw(0);
    this.#draw(1);
  }

  /** Both pictures are what they should be, having come from elsewhere. */
  forget(): void {
    for (let buffer = 0; buffer < 2; buffer++) {
      const owed = this.#owed[buffer];
      if (owed !== undefined) this.#spare.push(owed);
      this.#owed[buffer] = undefined;
    }
    this.#complete = false;
    this.#wentOn = false;
  }

  #draw(buffer: number): void {
    const owed = this.#owed[buffer];
    if (owed === undefined) return;
    const { raster } = this.#machine;
    const current = raster.buffer;
    const now = this.#saved();
    this.#paintAgain(owed, buffer);
    if (raster.buffer !== current) raster.swap();
    this.#machine.load(new SnapshotReader(now.finish()));
    this.#owed[buffer] = undefined;
    this.#spare.push(owed, now);
  }

  /** Runs the frame that began with `start` once more, painting `buffer`. */
  #paintAgain(start: SnapshotWriter, buffer: number): void {
    const { raster } = this.#machine;
    if (raster.buffer === buffer) raster.swap();
    this.#machine.load(new SnapshotReader(start.finish()));
    this.#machine.runFrame(true);
  }

  #saved(): SnapshotWriter {
    const state = this.#spare.pop() ?? new SnapshotWriter();
    state.rewind();
    this.#machine.save(state);
    return state;
  }
}
