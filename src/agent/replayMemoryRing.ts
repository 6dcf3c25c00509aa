/**
 * What the replay memory keeps of each entry beside its frame, and which entries begin a transition.
 *
 * An entry is one step: the action taken on the frame seen, the reward, whether no value follows it (`terminated`: the episode ended, or
 * goes on after a lost life that counts as an end). The frame after a step is the next entry's. An episode that is cut off (truncated) has
 * a frame after its last step that no step follows: an entry of its own, which begins no transition.
 *
 * A transition of n steps goes from an entry to the n-th after it. It ends earlier at a step that no value follows (terminal), or at the
 * last frame of an episode that was cut off, whose value then stands for the rest.
 *
 * With the guard `exact`, an entry begins one when all of it is here:
 * - its state, back to the oldest frame that belongs to it or to the episode's first frame, does not reach past the oldest entry;
 * - its steps lead to the n-th entry after it, to an end, or to the last frame of an episode that was cut off, and not over the newest
 *   entry or into another episode.
 * With the guard `none`, those at places h to length - 1 - n of the ring, the first place being 0 and h being the number of frames from a
 * state's oldest to its newest, but for the last frames of episodes that were cut off (drawn, and rejected).
 *
 * Leaves out: frames (frameStore.ts), drawing (replayMemoryDraws.ts).
 */
import { frameAges } from '../frameAges.ts';
import type { ReplayMemoryOptions } from './replayMemoryBatch.ts';

// What an entry's flags say.
export const terminatedFlag = 1;
export const startsEpisodeFlag = 2;
/** The frame after a truncated episode's last step: no action, no reward. */
export const lastFrameFlag = 4;

/** A transition, but for its first entry; an object is reused for many. */
export interface Transition {
  /** Steps that it has. */
  steps: number;
  /** Of its steps, discounted to the first one. */
  reward: number;
  /** No value follows it. */
  isTerminal: boolean;
}

export class ReplayRing {
  readonly capacity: number;
  readonly actions: Uint8Array;
  readonly rewards: Float32Array;
  readonly flags: Uint8Array;
  /** The age of the oldest frame of a state, counted in entries back from its newest. */
  readonly oldestAge: number;
  /** The discount to the power 0, 1, … `nSteps`. */
  readonly powers: readonly number[];
  /** Entries stored, at most `capacity`. */
  length = 0;
  /** Where the next entry goes. */
  head = 0;
  /** Entries that begin a transition. */
  sampleable = 0;
  readonly #nSteps: number;
  readonly #isGuarded: boolean;
  /** States reach over the starts of episodes. */
  readonly #reachesBack: boolean;

  constructor(options: ReplayMemoryOptions) {
    const { capacity, stack, historyType, historySpacing, nSteps, discount } = options;
    this.capacity = capacity;
    this.actions = new Uint8Array(capacity);
    this.rewards = new Float32Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.oldestAge = frameAges(stack, historyType, historySpacing)[stack - 1];
    this.powers = Array.from({ length: nSteps + 1 }, (_, steps) => discount ** steps);
    this.#nSteps = nSteps;
    this.#isGuarded = options.replayGuard === 'exact';
    this.#reachesBack = options.stackPadding === 'previous';
  }

  /** Stores an entry at `head`. */
  store(action: number, reward: number, flags: number): void {
    const wasFull = this.length === this.capacity;
    const entry = this.head;
    const before = this.#countChanging(wasFull, 0);
    this.actions[entry] = action;
    this.rewards[entry] = reward;
    this.flags[entry] = flags;
    this.head = this.after(entry, 1);
    if (!wasFull) this.length++;
    this.sampleable += this.#countChanging(wasFull, 1) - before;
  }

  /**
   * How many begin a transition of those entries for which storing one more may change it; before it is `stored` (0) and after (1). With
   * the guard these are the newest, whose steps lead to it, and, where the oldest goes, those whose states may reach back to it; without,
   * the place that is written, or, where it is a new one, that from which on all steps are there then.
   */
  #countChanging(wasFull: boolean, stored: 0 | 1): number {
    if (!this.#isGuarded) {
      const place = wasFull ? this.before(this.head, stored) : this.length - this.#nSteps - stored;
      return this.isDrawable(place) ? 1 : 0;
    }
    const oldest = wasFull ? Math.min(this.oldestAge + 1, this.capacity) - stored : 0;
    return this.#count(0, oldest) + this.#count(Math.max(oldest, this.length - this.#nSteps - stored), this.length);
  }

  /** What is kept of the first `length` entries, in the order in which it is saved. */
  bookkeeping(length: number): Uint8Array[] {
    return [
      this.actions.subarray(0, length),
      new Uint8Array(this.rewards.buffer, 0, length * 4),
      this.flags.subarray(0, length),
    ];
  }

  /** Makes the first `length` entries those stored, after their `bookkeeping` has been filled; the next one goes to `head`. */
  restore(length: number, head: number): void {
    this.length = length;
    this.head = head;
    this.sampleable = this.#isGuarded ? this.#count(0, length) : this.#countPlaces(0, length);
  }

  /** The entry of that age, 0 being the oldest. */
  entryOfAge(age: number): number {
    return this.after(this.length === this.capacity ? this.head : 0, age);
  }

  /** The age of that entry, 0 being the oldest. */
  ageOfEntry(entry: number): number {
    return this.distance(this.length === this.capacity ? this.head : 0, entry);
  }

  /** How many places on in the ring `to` is from `from`. */
  distance(from: number, to: number): number {
    return this.before(to, from);
  }

  /** The entry `count` places on in the ring, `count` being less than the capacity. */
  after(entry: number, count: number): number {
    const after = entry + count;
    return after >= this.capacity ? after - this.capacity : after;
  }

  /** The entry `count` places back in the ring, `count` being at most the capacity. */
  before(entry: number, count: number): number {
    const before = entry - count;
    return before < 0 ? before + this.capacity : before;
  }

  /** Of ages `from` up to `to`, without it: how many begin a transition by the guard. */
  #count(from: number, to: number): number {
    let count = 0;
    for (let age = from; age < to; age++) if (this.isWhole(age)) count++;
    return count;
  }

  /** Of places `from` up to `to`, without it: how many begin a transition where there is no guard. */
  #countPlaces(from: number, to: number): number {
    let count = 0;
    for (let place = from; place < to; place++) if (this.isDrawable(place)) count++;
    return count;
  }

  /** Guard `none`: the first of the places that are drawn from, and how many there are. */
  get firstPlace(): number {
    return this.oldestAge + 1;
  }

  get places(): number {
    return Math.max(0, this.length - this.#nSteps - this.firstPlace);
  }

  /** Guard `none`: whether the entry at that place begins a transition. */
  isDrawable(place: number): boolean {
    const index = place - this.firstPlace;
    return index >= 0 && index < this.places && (this.flags[place] & lastFrameFlag) === 0;
  }

  /** Guard `exact`: whether the entry of that age begins a transition. */
  isWhole(age: number): boolean {
    if (!this.#stepsAreHere(age)) return false;
    if (age >= this.oldestAge) return true;
    if (this.#reachesBack) return false;
    for (let back = age; back >= 0; back--) {
      if ((this.flags[this.entryOfAge(back)] & startsEpisodeFlag) !== 0) return true;
    }
    return false;
  }

  #stepsAreHere(age: number): boolean {
    let flags = this.flags[this.entryOfAge(age)];
    if ((flags & lastFrameFlag) !== 0) return false;
    for (let steps = 1; ; steps++) {
      if ((flags & terminatedFlag) !== 0) return true;
      if (age + steps === this.length) return false;
      flags = this.flags[this.entryOfAge(age + steps)];
      if ((flags & startsEpisodeFlag) !== 0) return false;
      if (steps === this.#nSteps || (flags & lastFrameFlag) !== 0) return true;
    }
  }

  /** Fills `into` with the transition that the entry begins. */
  follow(entry: number, into: Transition): void {
    let at = entry;
    let flags = this.flags[at];
    into.steps = 0;
    into.reward = 0;
    for (;;) {
      into.reward += this.powers[into.steps++] * this.rewards[at];
      into.isTerminal = (flags & terminatedFlag) !== 0;
      if (into.isTerminal || into.steps === this.#nSteps) return;
      at = this.after(at, 1);
      flags = this.flags[at];
      if ((flags & lastFrameFlag) !== 0) return;
    }
  }

  /** How many frames before the entry's a state that ends with it may use, at most `oldestAge`. */
  framesBefore(entry: number): number {
    if (this.#reachesBack) return this.oldestAge;
    let count = 0;
    let at = entry;
    while (count < this.oldestAge && (this.flags[at] & startsEpisodeFlag) === 0) {
      at = this.before(at, 1);
      count++;
    }
    return count;
  }
}
