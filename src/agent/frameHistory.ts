/**
 * The frames of the current state, newest last, as the GPU wants them: a ring of frames of which a step replaces one, and the order
 * in which the ring's slots stand in the state. Given the frames that the replay memory is given (`add` and `addFinal`), in their order,
 * its states are those of the memory.
 */
import { frameAges } from '../frameAges.ts';
import type { DqnOptions } from './options.ts';
import { blackFrame } from './replayMemory.ts';

type StateOptions = Pick<DqnOptions, 'stack' | 'stackPadding' | 'historyType' | 'historySpacing'>;

/** Frames from the oldest to the newest of a state, those between that do not belong to it included: a history keeps so many. */
export function framesKept({ stack, historyType, historySpacing }: Omit<StateOptions, 'stackPadding'>): number {
  return frameAges(stack, historyType, historySpacing)[stack - 1] + 1;
}

export interface FrameHistoryState {
  readonly frames: Uint8Array;
  readonly indices: readonly number[];
  readonly length: number;
  readonly newest: number;
}

export class FrameHistory {
  /** The newest frames, of `frameBytes` bytes each; which is which, `indices` says. */
  readonly frames: Uint8Array;
  /** Ring slot of each frame of the state, oldest first; `blackFrame` before the episode's start with zero padding, and before all. */
  readonly indices: Uint32Array;
  /** Frames pushed since the last reset (since the first frame of all, if states reach over it), at most as many as are kept. */
  length = 0;
  /** The slot of the newest frame. */
  newest: number;
  /** A view of each slot of `frames`. */
  readonly slots: readonly Uint8Array[];
  /** 1 for each slot that was written since the policy last took it over (policy.ts clears it). */
  readonly changed: Uint8Array;
  /** Of a state's frames, newest first. */
  readonly #ages: readonly number[];
  readonly #padding: DqnOptions['stackPadding'];

  /** `ages`: of the frames of a state, newest first (frameAges.ts); by default successive ones. */
  constructor(
    stack: number,
    frameBytes: number,
    padding: DqnOptions['stackPadding'],
    ages: readonly number[] = frameAges(stack, 'linear', 1),
  ) {
    const kept = ages[stack - 1] + 1;
    this.frames = new Uint8Array(kept * frameBytes);
    this.indices = new Uint32Array(stack).fill(blackFrame);
    this.changed = new Uint8Array(kept).fill(1);
    this.newest = kept - 1;
    this.#ages = ages;
    this.slots = Array.from({ length: kept }, (_, slot) =>
      this.frames.subarray(slot * frameBytes, (slot + 1) * frameBytes),
    );
    this.#padding = padding;
  }

  /** A history whose states are as the options say. */
  static of({ stack, stackPadding, historyType, historySpacing }: StateOptions, frameBytes: number): FrameHistory {
    return new FrameHistory(stack, frameBytes, stackPadding, frameAges(stack, historyType, historySpacing));
  }

  /** An episode begins: forgets all frames, unless states reach over its start. */
  reset(): void {
    if (this.#padding !== 'previous') this.length = 0;
  }

  /** Adds the newest frame. */
  push(frame: Uint8Array): void {
    const kept = this.slots.length;
    const stack = this.#ages.length;
    this.newest = (this.newest + 1) % kept;
    this.slots[this.newest].set(frame);
    this.changed[this.newest] = 1;
    this.length = Math.min(this.length + 1, kept);
    for (let i = 0; i < stack; i++) {
      let age = this.#ages[i];
      if (age >= this.length && this.#padding === 'repeat') age = this.length - 1;
      this.indices[stack - 1 - i] = age < this.length ? (this.newest - age + kept) % kept : blackFrame;
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
