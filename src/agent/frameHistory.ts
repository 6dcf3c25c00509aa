/**
 * The frames of the current state, newest last, as the GPU wants them: a ring of frames of which a step replaces one, and the order
 * in which the ring's slots stand in the state.
 */

import { blackFrame } from './replayMemory.ts';

export interface FrameHistoryState {
  readonly frames: Uint8Array;
  readonly indices: readonly number[];
  readonly length: number;
  readonly newest: number;
}

export class FrameHistory {
  /** `stack` frames of `frameBytes` bytes; which is which, `indices` says. */
  readonly frames: Uint8Array;
  /** Ring slot of each frame of the state, oldest first; `blackFrame` before the episode's start with zero padding. */
  readonly indices: Uint32Array;
  /** Frames pushed since the last reset, at most `stack`. */
  length = 0;
  /** The slot of the newest frame. */
  newest: number;
  /** A view of each slot of `frames`. */
  readonly slots: readonly Uint8Array[];
  /** 1 for each slot that was written since the policy last took it over (policy.ts clears it). */
  readonly changed: Uint8Array;
  readonly #stack: number;
  readonly #padding: 'zero' | 'repeat' | 'previous';

  constructor(stack: number, frameBytes: number, padding: 'zero' | 'repeat' | 'previous') {
    this.frames = new Uint8Array(stack * frameBytes);
    this.indices = new Uint32Array(stack).fill(blackFrame);
    this.changed = new Uint8Array(stack).fill(1);
    this.newest = stack - 1;
    this.#stack = stack;
    this.slots = Array.from({ length: stack }, (_, slot) =>
      this.frames.subarray(slot * frameBytes, (slot + 1) * frameBytes),
    );
    this.#padding = padding;
  }

  /** Forgets all frames: an episode begins. */
  reset(): void {
    this.length = 0;
  }

  /** Adds the newest frame. */
  push(frame: Uint8Array): void {
    const stack = this.#stack;
    this.newest = (this.newest + 1) % stack;
    this.slots[this.newest].set(frame);
    this.changed[this.newest] = 1;
    this.length = Math.min(this.length + 1, stack);
    const oldest = (this.newest - this.length + 1 + stack) % stack;
    for (let age = 0; age < stack; age++) {
      const known = age < this.length;
      const absent = this.#padding === 'zero' ? blackFrame : oldest;
      this.indices[stack - 1 - age] = known ? (this.newest - age + stack) % stack : absent;
    }
  }

  /** A copy of everything but what the policy has taken over. */
  save(): FrameHistoryState {
    const { frames, indices, length, newest } = this;
    return { frames: frames.slice(), indices: [...indices], length, newest };
  }

  /** Takes back what `save` gave; the policy has none of it yet. */
  restore(state: FrameHistoryState): void {
    this.frames.set(state.frames);
    this.indices.set(state.indices);
    this.length = state.length;
    this.newest = state.newest;
    this.changed.fill(1);
  }
}
