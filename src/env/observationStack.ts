/**
 * The newest observations and the states made of them: which ones (frameAges.ts), and what stands before an episode's first.
 * Leaves out the replay memory's states, which src/agent makes by the same rule.
 */
import type { SnapshotReader, SnapshotWriter } from '../emulator/snapshot.ts';
import { UserError } from '../errors.ts';
import { frameAges } from '../frameAges.ts';
import type { EnvironmentOptions } from './options.ts';

/** What `ObservationStack.read` reads and `take` takes over. */
export interface ObservationStackState {
  readonly newest: number;
  readonly known: number;
  readonly frames: Uint8Array;
}

export class ObservationStack {
  readonly #frameBytes: number;
  /** Observations back from the newest of each in a state, newest first. */
  readonly #ages: readonly number[];
  readonly #padding: EnvironmentOptions['stackPadding'];
  /** A ring of as many observations as a state reaches back; `#newest` is the slot of the newest. */
  readonly #frames: Uint8Array;
  readonly #slots: readonly Uint8Array[];
  #newest = 0;
  /** How many of the ring may be shown: with 'previous' all that came since `forget`, else those of this episode. */
  #known = 0;

  /** Throws UserError for a state that reaches back too far. */
  constructor(options: EnvironmentOptions, frameBytes: number) {
    const { stack, historyType, historySpacing, stackPadding } = options;
    this.#frameBytes = frameBytes;
    this.#ages = frameAges(stack, historyType, historySpacing);
    this.#padding = stackPadding;
    const depth = this.#ages[stack - 1] + 1;
    this.#frames = new Uint8Array(depth * frameBytes);
    this.#slots = Array.from({ length: depth }, (_, slot) =>
      this.#frames.subarray(slot * frameBytes, (slot + 1) * frameBytes),
    );
  }

  /** Bytes of a state. */
  get stateBytes(): number {
    return this.#ages.length * this.#frameBytes;
  }

  get newest(): Uint8Array {
    return this.#slots[this.#newest];
  }

  /** Nothing came before what comes now. */
  forget(): void {
    this.#known = 0;
  }

  /** What comes now is an episode's first. */
  beginEpisode(): void {
    if (this.#padding !== 'previous') this.#known = 0;
  }

  push(frame: Uint8Array): void {
    const depth = this.#slots.length;
    this.#newest = (this.#newest + 1) % depth;
    this.#slots[this.#newest].set(frame);
    this.#known = Math.min(this.#known + 1, depth);
  }

  /** Writes the state, oldest observation first, to `into`. */
  state(into: Uint8Array): void {
    const ages = this.#ages;
    const depth = this.#slots.length;
    for (let i = 0; i < ages.length; i++) {
      const place = (ages.length - 1 - i) * this.#frameBytes;
      const age = this.#padding === 'repeat' ? Math.min(ages[i], this.#known - 1) : ages[i];
      if (age < this.#known) into.set(this.#slots[(this.#newest - age + depth) % depth], place);
      else into.fill(0, place, place + this.#frameBytes);
    }
  }

  save(out: SnapshotWriter): void {
    out.int(this.#frameBytes);
    out.int(this.#slots.length);
    out.int(this.#newest);
    out.int(this.#known);
    out.bytes(this.#frames);
  }

  /** Reads what `save` wrote and changes nothing. Throws UserError where it is of another shape. */
  read(state: SnapshotReader): ObservationStackState {
    const depth = this.#slots.length;
    if (state.int() !== this.#frameBytes || state.int() !== depth) {
      throw new UserError(
        'The saved state of the environment is of another observation size, stack or history.',
        'Go on with the configuration that the run began with.',
      );
    }
    const newest = state.intIn(0, depth - 1);
    const known = state.intIn(0, depth);
    const frames = new Uint8Array(this.#frames.length);
    state.bytes(frames);
    return { newest, known, frames };
  }

  take(state: ObservationStackState): void {
    this.#newest = state.newest;
    this.#known = state.known;
    this.#frames.set(state.frames);
  }
}
