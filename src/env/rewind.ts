/**
 * Shows frames after all that were played without being drawn: goes back to a saved state and plays what followed again, drawn.
 * An environment draws what it will look at, but where a game ends is known only when it has ended.
 */
import type { Action } from '../emulator/console/action.ts';
import type { FrameSource } from './environment.ts';

/** A state is saved every so many frames: more often costs each frame some, more seldom each end of a game. */
const savedEveryFrames = 32;

export class Rewind {
  readonly #arcade: FrameSource;
  #state: Uint8Array | undefined;
  /** The actions played since the state was saved. */
  readonly #actions: Uint8Array;
  /** How many they are; -1 where the state is not of what is played now. */
  #played = -1;

  /** `longestPlay`: frames that are played at most from one `prepare` to the next. */
  constructor(arcade: FrameSource, longestPlay: number) {
    this.#arcade = arcade;
    this.#actions = new Uint8Array(Math.max(savedEveryFrames, longestPlay));
  }

  /** Before `frames` frames some of which are not drawn. */
  prepare(frames: number): void {
    if (this.#played >= 0 && this.#played + frames <= this.#actions.length) return;
    this.#state = this.#arcade.snapshot(this.#state);
    this.#played = 0;
  }

  /** After each frame. */
  played(action: Action): void {
    // More than there is room for are not kept: `prepare` then saves anew before anyone goes back.
    if (this.#played >= 0 && this.#played < this.#actions.length) this.#actions[this.#played++] = action;
  }

  /** When the arcade was changed otherwise than by a frame. */
  forget(): void {
    this.#played = -1;
  }

  /** Draws the last two frames since `prepare` and copies the screen of the first of them to `previous`. */
  drawLastTwo(previous: Uint8Array): void {
    const arcade = this.#arcade;
    const last = this.#played - 1;
    if (this.#state === undefined || last < 0) throw new Error('No frame was played since the state was saved.');
    arcade.restore(this.#state);
    for (let frame = 0; frame < last; frame++) arcade.act(this.#actions[frame], frame === last - 1);
    previous.set(arcade.screen);
    arcade.act(this.#actions[last], true);
  }
}
