/**
 * The replay memory: a ring of the last `capacity` steps, one u8 frame a step. Stacks of frames are made when a batch is sampled. Frames
 * lie in a store, on the host or on the GPU; what else an entry has, and which entries begin a transition, is replayMemoryRing.ts.
 *
 * A transition is a state, an action, the discounted reward of up to n steps, and the state after them. A state is made of the frames of
 * certain ages (frameAges.ts). What stands before its episode's first frame: black frames, the first frame again, or (`previous`) the
 * frames before it in the ring, the last frames of episodes that were cut off among them.
 *
 * With the guard `exact`, sampling is uniform over exactly the transitions that are wholly here.
 *
 * With the guard `none` it is DeepMind's. The same: the place of a state's newest frame in the ring is drawn uniformly, from the one after
 * as many as a state reaches over to the last but one (n more for n steps), and drawn again where no step follows it; nothing asks where
 * the ring is written, so that a state, or the one after it, may be put together there of the newest and the oldest frames. What differs:
 * - They store the frame after an episode's last step as an entry, terminal itself, and reject it when it is drawn. Here it is not stored:
 *   the step before it says that no value follows, the same number of entries holds more steps, and none is rejected. What is rejected
 *   is the last frame of an episode that was cut off, which they do not have.
 * - They make frames black by a terminal entry between them and the newest; here an entry says that an episode starts with it. So where
 *   the newest entry ended an episode and the oldest is in the midst of one, states over that place are black there, and not here.
 * - Drawn at once for several batches, theirs keep the frames of then; here, see replayMemoryDraws.ts.
 *
 * Leaves out: where the frames lie (frameStore.ts), which entries are drawn (replayMemoryDraws.ts), priorities, files (checkpoints write
 * `chunks()`).
 * Source: Mnih et al., Nature 518 (2015), algorithm 1; reference algorithms.md A.11; n-step returns: Sutton and Barto, Reinforcement
 * Learning (2018), 7.1.
 */
import { frameAges } from '../frameAges.ts';
import type { Xoshiro128 } from '../random.ts';
import { type FrameStore, HostFrameStore, noEntry } from './frameStore.ts';
import {
  blackFrame,
  createReplayBatch,
  framesPerSample,
  type ReplayBatch,
  type ReplayMemoryOptions,
} from './replayMemoryBatch.ts';
import { ChunkReader } from './replayMemoryChunks.ts';
import { type DrawnTransitions, ReplayDraws } from './replayMemoryDraws.ts';
import { lastFrameFlag, ReplayRing, startsEpisodeFlag, type Transition, terminatedFlag } from './replayMemoryRing.ts';

export {
  blackFrame,
  createReplayBatch,
  framesPerSample,
  type ReplayBatch,
  type ReplayMemoryOptions,
  replayMemoryOptions,
} from './replayMemoryBatch.ts';

/** All that `chunks()` does not hold; plain data, for a checkpoint's JSON. */
export interface ReplayHeader extends ReplayMemoryOptions {
  readonly version: 2;
  /** Entries stored. */
  readonly length: number;
  /** Where the next entry goes. */
  readonly head: number;
  /** What has been drawn for the batches to come. */
  readonly drawn: DrawnTransitions;
}

/** Bytes of a chunk of `chunks()`: small enough to compress in little memory, large enough for few files. */
const chunkBytes = 16 * 2 ** 20;

export class ReplayMemory {
  readonly options: ReplayMemoryOptions;
  readonly capacity: number;
  readonly frames: FrameStore;
  readonly #ring: ReplayRing;
  readonly #draws: ReplayDraws;
  /** Of a state's frames, oldest first. */
  readonly #ages: readonly number[];
  readonly #slots: number;
  readonly #transition: Transition = { steps: 0, reward: 0, isTerminal: false };

  /** `frames` is of the same capacity and frame size; by default it lies on the host. Throws RangeError where there is no such memory. */
  constructor(options: ReplayMemoryOptions, frames?: FrameStore) {
    const { capacity, frameBytes, stack, historyType, historySpacing, nSteps, replayBuffer } = options;
    for (const [name, value] of Object.entries({ capacity, frameBytes, stack, historySpacing, nSteps })) {
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is a whole number from 1, not ${value}`);
    }
    if (!Number.isInteger(replayBuffer) || replayBuffer < 0) {
      throw new RangeError(`replayBuffer is a whole number from 0, not ${replayBuffer}`);
    }
    this.options = { ...options };
    this.capacity = capacity;
    this.frames = frames ?? new HostFrameStore(capacity, frameBytes);
    if (this.frames.capacity !== capacity || this.frames.frameBytes !== frameBytes) {
      throw new RangeError(
        `the frames' store holds ${this.frames.capacity} frames of ${this.frames.frameBytes} bytes, not ${capacity} of ${frameBytes}`,
      );
    }
    this.#ring = new ReplayRing(options);
    this.#draws = new ReplayDraws(options, this.#ring);
    this.#ages = frameAges(stack, historyType, historySpacing).reverse();
    this.#slots = framesPerSample(options);
  }

  /** Bytes that a memory with these options takes: per entry its frame, action, reward and flags. */
  static bytesNeeded(options: Pick<ReplayMemoryOptions, 'capacity' | 'frameBytes'>): number {
    return options.capacity * (options.frameBytes + 1 + 4 + 1);
  }

  /** An empty batch for `sample` to fill. */
  createBatch(batchSize: number): ReplayBatch {
    const isOnHost = this.frames.shards.length === 0;
    return createReplayBatch(batchSize, this.options.stack, isOnHost ? this.options.frameBytes : 0, this.#slots);
  }

  /** Entries stored, at most `capacity`. */
  get length(): number {
    return this.#ring.length;
  }

  /** Entries that `sample` may draw now. */
  get sampleable(): number {
    return this.#ring.sampleable;
  }

  /**
   * Stores one step. `frame` is the newest frame when `action` (0..255) was chosen; `reward` is what followed. `terminated`: no value
   * follows it, because the episode ended, or because a lost life counts as an end; then the episode may go on.
   * `startsEpisode`: no frame of this episode came before it.
   */
  add(frame: Uint8Array, action: number, reward: number, terminated: boolean, startsEpisode: boolean): void {
    this.#store(frame, action, reward, (terminated ? terminatedFlag : 0) | (startsEpisode ? startsEpisodeFlag : 0));
  }

  /** Stores the frame after the last step of an episode that was truncated (not terminated): that step's next state needs it. */
  addFinal(frame: Uint8Array): void {
    this.#store(frame, 0, 0, lastFrameFlag);
  }

  #store(frame: Uint8Array, action: number, reward: number, flags: number): void {
    const { frameBytes } = this.options;
    if (frame.length !== frameBytes) throw new RangeError(`a frame has ${frameBytes} bytes, not ${frame.length}`);
    this.frames.put(this.#ring.head, frame);
    this.#ring.store(action, reward, flags);
    this.#draws.stored();
  }

  /**
   * Fills `into` with `batchSize` transitions, each drawn uniformly from those that can be sampled; `without-replacement`: no two that
   * begin with the same step.
   * Where the options have a `replayBuffer`, so many are drawn at once and handed out in batches; what is left at the end and too little
   * for a batch is dropped. Allocates nothing after the first call of a batch size. Throws RangeError where too few transitions can be
   * sampled, where the probabilities of keeping them keep none, and where the batch is of another shape.
   */
  sample(
    batchSize: number,
    random: Xoshiro128,
    into: ReplayBatch,
    mode: 'with-replacement' | 'without-replacement' = 'with-replacement',
  ): void {
    this.#fill(batchSize, random, into, mode, this.options.replayBuffer > 0);
  }

  /** As `sample`, but never from those drawn at once, which stay as they are. */
  sampleApart(
    batchSize: number,
    random: Xoshiro128,
    into: ReplayBatch,
    mode: 'with-replacement' | 'without-replacement' = 'with-replacement',
  ): void {
    this.#fill(batchSize, random, into, mode, false);
  }

  #fill(batchSize: number, random: Xoshiro128, into: ReplayBatch, mode: string, isBuffered: boolean): void {
    const isDistinct = mode === 'without-replacement';
    const needed = isDistinct ? batchSize : 1;
    if (batchSize > into.batchSize)
      throw new RangeError(`the batch has room for ${into.batchSize} samples, not ${batchSize}`);
    if (into.slots !== this.#slots) {
      throw new RangeError(`the batch has room for ${into.slots} frames a sample, not ${this.#slots}`);
    }
    if (this.sampleable < needed) {
      throw new RangeError(
        `the replay memory holds ${this.sampleable} steps that can be sampled, but ${needed} are needed`,
      );
    }
    const draws = this.#draws;
    const first = isBuffered ? draws.next(batchSize, random, isDistinct) : draws.draw(batchSize, random, isDistinct);
    for (let sample = 0; sample < batchSize; sample++) this.#describe(draws.entries[first + sample], sample, into);
    this.frames.gather(into.entries, batchSize * this.#slots, into.frames);
  }

  /** Everything of a sample but its frames. */
  #describe(entry: number, sample: number, into: ReplayBatch): void {
    const ring = this.#ring;
    const transition = this.#transition;
    ring.follow(entry, transition);
    const { steps, isTerminal } = transition;
    const before = ring.framesBefore(entry);
    this.#describeState(entry, before, sample, into);
    const next = ring.after(entry, steps);
    const isOverHead = this.options.replayGuard === 'none' && !isTerminal;
    const beforeNext = isOverHead ? ring.framesBefore(next) : Math.min(before + steps, ring.oldestAge);
    this.#describeNextState(next, beforeNext, isTerminal ? steps : 0, sample, into);
    into.actions[sample] = ring.actions[entry];
    into.rewards[sample] = transition.reward;
    into.terminals[sample] = isTerminal ? 1 : 0;
    into.discounts[sample] = ring.powers[steps];
  }

  /** The state whose newest frame is the entry's, with `before` frames of use before that. */
  #describeState(entry: number, before: number, sample: number, into: ReplayBatch): void {
    const { stack, stackPadding } = this.options;
    const firstSlot = sample * this.#slots;
    const base = sample * stack;
    let slot = blackFrame;
    let last = -1;
    for (let i = stack - 1; i >= 0; i--) {
      let age = this.#ages[i];
      into.entries[firstSlot + i] = noEntry;
      if (age > before && stackPadding === 'zero') slot = blackFrame;
      else {
        if (age > before) age = before;
        if (age !== last) {
          slot = firstSlot + i;
          into.entries[slot] = this.#ring.before(entry, age);
          last = age;
        }
      }
      into.stateIndices[base + i] = slot;
    }
  }

  /**
   * The next state, likewise, in the slots of the state where those have its frames, and else in slots of its own. The newest `absent`
   * frames are not there: no value follows.
   */
  #describeNextState(entry: number, before: number, absent: number, sample: number, into: ReplayBatch): void {
    const { stack, stackPadding } = this.options;
    const firstSlot = sample * this.#slots;
    const base = sample * stack;
    let used = firstSlot + stack;
    for (let i = stack - 1; i >= 0; i--) {
      let age = this.#ages[i];
      let slot = blackFrame;
      if (age <= before || stackPadding !== 'zero') {
        if (age > before) age = before;
        if (age >= absent) {
          const wanted = this.#ring.before(entry, age);
          slot = firstSlot;
          while (slot < used && into.entries[slot] !== wanted) slot++;
          if (slot === used) {
            if (absent === 0) into.entries[used++] = wanted;
            else slot = blackFrame;
          }
        }
      }
      into.nextStateIndices[base + i] = slot;
    }
    for (; used < firstSlot + this.#slots; used++) into.entries[used] = noEntry;
  }

  /** What belongs beside `chunks()` in a checkpoint. */
  header(): ReplayHeader {
    const { length, head } = this.#ring;
    return { version: 2, ...this.options, length, head, drawn: this.#draws.save() };
  }

  /**
   * Everything stored, in chunks of at most 16 MiB: actions, rewards (f32, little-endian), flags, then the frames, in the order of the
   * ring. The same bytes in the same chunks wherever the frames lie. A chunk may be a view of the memory, which `add` changes.
   */
  async *chunks(): AsyncIterableIterator<Uint8Array> {
    for (const bytes of this.#ring.bookkeeping(this.length)) {
      for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
    }
    const frameBytes = this.length * this.options.frameBytes;
    for (let start = 0; start < frameBytes; start += chunkBytes) {
      yield await this.frames.read(start, Math.min(start + chunkBytes, frameBytes));
    }
  }

  /**
   * Makes this memory what it was when `header` and `chunks` were taken; the bytes may come cut in any other way. Rejects with RangeError,
   * and leaves the memory empty, where the header is of other options or there are too few or too many bytes.
   */
  async restore(header: ReplayHeader, chunks: Iterable<Uint8Array>): Promise<void> {
    for (const name of Object.keys(this.options) as (keyof ReplayMemoryOptions)[]) {
      if (header[name] !== this.options[name]) {
        throw new RangeError(`the stored replay memory has ${name} ${header[name]}, this one ${this.options[name]}`);
      }
    }
    const { version, length, head, drawn } = header;
    const headFits = length === this.capacity ? head >= 0 && head < length : head === length;
    if (version !== 2 || !Number.isInteger(head) || length < 0 || length > this.capacity || !headFits) {
      throw new RangeError(`not a replay memory's header: version ${version}, length ${length}, head ${head}`);
    }
    const isEntry = (entry: number): boolean => Number.isInteger(entry) && entry >= 0 && entry < length;
    if (
      drawn.entries.length > this.options.replayBuffer ||
      !drawn.entries.every(isEntry) ||
      !(drawn.storedSince >= 0 && drawn.storedSince <= this.capacity)
    ) {
      throw new RangeError(
        "not a replay memory's header: what it says is drawn are not as many entries of it, or fewer",
      );
    }
    const ring = this.#ring;
    ring.restore(0, 0);
    this.#draws.restore();
    const stored = new ChunkReader(chunks);
    for (const bytes of ring.bookkeeping(length)) stored.fill(bytes);
    const frameBytes = length * this.options.frameBytes;
    const piece = new Uint8Array(Math.min(chunkBytes, frameBytes));
    for (let start = 0; start < frameBytes; start += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, frameBytes - start));
      stored.fill(part);
      await this.frames.write(start, part);
    }
    stored.end();
    ring.restore(length, head);
    this.#draws.restore(drawn);
  }
}
