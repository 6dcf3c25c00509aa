/**
 * Which transitions a batch is made of: entries of the ring, drawn uniformly from those that begin one, one batch at a time or many.
 *
 * Drawn for many batches (`replayBuffer`), what is kept are entries, and all else is read when a batch is handed out. By then the ring may
 * have written over what a transition consists of: such a one is drawn anew then, from what the memory holds by then. So nothing is ever
 * handed out that the memory would not give now, and what is drawn early differs from what is drawn late only in that newer transitions
 * are not among it. (DeepMind copies the frames when it draws.)
 *
 * Leaves out: the transitions themselves (replayMemoryRing.ts).
 */
import type { Xoshiro128 } from '../random.ts';
import type { ReplayMemoryOptions } from './replayMemoryBatch.ts';
import type { ReplayRing, Transition } from './replayMemoryRing.ts';

/** Transitions drawn and not yet handed out; plain data. */
export interface DrawnTransitions {
  readonly entries: readonly number[];
  /** Entries stored since they were drawn, but no more than the ring has. */
  readonly storedSince: number;
}

/**
 * So many transitions rejected by the probabilities one after the other are an error. It takes half a second; where one of 200,000 is kept,
 * it happens to one sample of a thousand million.
 */
const mostRejected = 2 ** 22;

export class ReplayDraws {
  /** Of the batch that was asked for last, from `first` on; and, up to the end, of those to come. */
  entries: Uint32Array = new Uint32Array(0);
  readonly #options: ReplayMemoryOptions;
  readonly #ring: ReplayRing;
  readonly #isGuarded: boolean;
  readonly #rejects: boolean;
  readonly #buffer: Uint32Array;
  /** Of `#buffer`: those from here on have not been handed out. */
  #next: number;
  #storedSince = 0;
  /** Drawn without a buffer. */
  #alone = new Uint32Array(0);
  readonly #transition: Transition = { steps: 0, reward: 0, isTerminal: false };

  constructor(options: ReplayMemoryOptions, ring: ReplayRing) {
    this.#options = options;
    this.#ring = ring;
    this.#isGuarded = options.replayGuard === 'exact';
    this.#rejects = options.nonTerminalProbability < 1 || options.nonEventProbability < 1;
    this.#buffer = new Uint32Array(options.replayBuffer);
    this.#next = options.replayBuffer;
  }

  /** One more entry has been stored. */
  stored(): void {
    if (this.#storedSince < this.#ring.capacity) this.#storedSince++;
  }

  /**
   * Draws `count` transitions, `isDistinct`: all from different entries. Theirs are `entries` from the number on that it returns. At least
   * one of the ring's entries can be drawn, `count` of them if distinct ones are wanted. Throws RangeError where the probabilities
   * reject everything.
   */
  draw(count: number, random: Xoshiro128, isDistinct: boolean): number {
    if (this.#alone.length < count) this.#alone = new Uint32Array(count);
    this.entries = this.#alone;
    for (let i = 0; i < count; i++) this.#drawInto(0, i, random, isDistinct);
    return 0;
  }

  /** As `draw`, from those drawn at once: the next ones, or, where there are fewer than `count` left, the first of as many drawn anew. */
  next(count: number, random: Xoshiro128, isDistinct: boolean): number {
    if (count > this.#buffer.length) {
      throw new RangeError(`${this.#buffer.length} transitions are drawn at once, fewer than the ${count} of a batch`);
    }
    this.entries = this.#buffer;
    if (this.#next + count > this.#buffer.length) {
      for (let i = 0; i < this.#buffer.length; i++) this.#drawInto(0, i, random, false);
      this.#next = 0;
      this.#storedSince = 0;
    }
    const first = this.#next;
    for (let i = first; i < first + count; i++) {
      const isGood = this.#isStillThere(this.#buffer[i]) && !(isDistinct && this.#isAmong(first, i));
      if (!isGood) this.#drawInto(first, i, random, isDistinct);
    }
    this.#next += count;
    return first;
  }

  save(): DrawnTransitions {
    const entries = [...this.#buffer.subarray(this.#next)];
    return { entries, storedSince: entries.length === 0 ? 0 : this.#storedSince };
  }

  /** Takes back what `save` gave, or, without it, forgets what was drawn. */
  restore({ entries, storedSince }: DrawnTransitions = { entries: [], storedSince: 0 }): void {
    this.#next = this.#buffer.length - entries.length;
    this.#buffer.set(entries, this.#next);
    this.#storedSince = storedSince;
  }

  /** Draws `entries[at]`, `isDistinct`: unlike those from `first` on. */
  #drawInto(first: number, at: number, random: Xoshiro128, isDistinct: boolean): void {
    const ring = this.#ring;
    for (let rejected = 0; rejected < mostRejected; ) {
      if (this.#isGuarded) {
        const age = random.nextInt(ring.length);
        if (!ring.isWhole(age)) continue;
        this.entries[at] = ring.entryOfAge(age);
      } else {
        const place = ring.firstPlace + random.nextInt(ring.places);
        if (!ring.isDrawable(place)) continue;
        this.entries[at] = place;
      }
      if (isDistinct && this.#isAmong(first, at)) continue;
      if (!this.#rejects || this.#isKept(this.entries[at], random)) return;
      rejected++;
    }
    const { nonTerminalProbability, nonEventProbability } = this.#options;
    throw new RangeError(
      `of ${mostRejected} transitions in a row none was kept: nonTerminalProbability is ${nonTerminalProbability}, nonEventProbability ${nonEventProbability}`,
    );
  }

  /** Whether `entries[at]` is one of those from `first` on before it. */
  #isAmong(first: number, at: number): boolean {
    for (let i = first; i < at; i++) if (this.entries[i] === this.entries[at]) return true;
    return false;
  }

  #isKept(entry: number, random: Xoshiro128): boolean {
    const { nonTerminalProbability, nonEventProbability } = this.#options;
    this.#ring.follow(entry, this.#transition);
    const { isTerminal, reward } = this.#transition;
    if (nonTerminalProbability < 1 && !isTerminal && random.nextFloat() >= nonTerminalProbability) return false;
    return nonEventProbability === 1 || reward !== 0 || random.nextFloat() < nonEventProbability;
  }

  /** Whether all that a drawn transition consists of, or with the guard `none` may consist of, is what it was when it was drawn. */
  #isStillThere(entry: number): boolean {
    const ring = this.#ring;
    const storedSince = this.#storedSince;
    // Where the first entry since went.
    const from = ring.before(ring.head, storedSince);
    if (this.#isGuarded) return ring.distance(from, entry) >= storedSince && ring.isWhole(ring.ageOfEntry(entry));
    const oldest = entry - ring.oldestAge;
    const count = ring.oldestAge + 1 + this.#options.nSteps;
    return storedSince === 0 || (ring.distance(from, oldest) >= storedSince && ring.distance(oldest, from) >= count);
  }
}
