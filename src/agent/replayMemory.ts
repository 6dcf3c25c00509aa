/**
 * The replay memory: a ring of the last `capacity` steps, one u8 frame a step. Stacks of frames are made when a batch is sampled. Frames
 * lie in a store, on the host or on the GPU; all else is here.
 *
 * An entry is one step: the frame seen, the action taken on it, the reward, whether it ended the episode. The frame after a step is the
 * next entry's. An episode that is cut off (truncated) has a frame after its last step that no step follows: `addFinal` stores it as
 * an entry of its own, which is never sampled as a state.
 *
 * A step can be sampled when its whole state and its next frame are here:
 * - its history, back to `stack` frames or to the episode's first frame, does not reach past the oldest entry (the write head);
 * - it is not the last frame of a truncated episode;
 * - it ended the episode (then no next state is needed), or the entry after it exists and belongs to the same episode.
 * Sampling is uniform over exactly these. DeepMind's memory had no guard at the write head; ours always has.
 *
 * Leaves out: where the frames lie (frameStore.ts), priorities, n-step returns, files (checkpoints write `chunks()`).
 * Source: Mnih et al., Nature 518 (2015), algorithm 1; reference algorithms.md A.11.
 */
import type { HistoryType } from '../frameAges.ts';
import type { Xoshiro128 } from '../random.ts';
import { type FrameStore, HostFrameStore, noEntry } from './frameStore.ts';
import type { DqnOptions } from './options.ts';

export interface ReplayMemoryOptions {
  /** Entries kept: one a step, and one for each truncated episode's last frame. */
  readonly capacity: number;
  /** Bytes of a frame, for example 84 * 84. */
  readonly frameBytes: number;
  /** Frames in a state. */
  readonly stack: number;
  /** What stands before an episode's first frame: black frames, the first one repeated, or those of the episode before. */
  readonly stackPadding: 'zero' | 'repeat' | 'previous';
  /** Which frames make a state (frameAges.ts). */
  readonly historyType: HistoryType;
  readonly historySpacing: number;
  /** Steps of a transition, and what a reward is worth a step earlier. */
  readonly nSteps: number;
  readonly discount: number;
  readonly replayGuard: 'exact' | 'none';
  /** Transitions drawn at once; 0: as many as a batch takes. */
  readonly replayBuffer: number;
  /** With which probability a drawn transition is kept that does not end an episode, or brings no reward. */
  readonly nonTerminalProbability: number;
  readonly nonEventProbability: number;
}

/** The replay memory's part of an agent's options. */
export function replayMemoryOptions(options: DqnOptions): ReplayMemoryOptions {
  const { stack, stackPadding, historyType, historySpacing, nSteps, discount } = options;
  const { replayCapacity: capacity, replayGuard, replayBuffer, nonTerminalProbability, nonEventProbability } = options;
  return {
    ...{ capacity, frameBytes: options.observationSize ** 2, stack, stackPadding, historyType, historySpacing },
    ...{ nSteps, discount, replayGuard, replayBuffer, nonTerminalProbability, nonEventProbability },
  };
}

/** Frames that a sample brings. */
export function framesPerSample({ stack }: Pick<ReplayMemoryOptions, 'stack'>): number {
  return stack + 1;
}

/** In `stateIndices` and `nextStateIndices`: a black frame. */
export const blackFrame = 0xffffffff;

/** What `sample` fills; made once by `createReplayBatch`. B = batch size, K = frames in a state. */
export interface ReplayBatch {
  readonly batchSize: number;
  /**
   * [B][K + 1]: the entries whose frames stand in the slots of the batch: of each sample its state's, oldest first, then the one after;
   * `noEntry` in slots that no index leads to.
   */
  readonly entries: Uint32Array;
  /** [B][K + 1][frameBytes]: those frames, rubbish where there is no entry. Empty where the memory's frames lie on the GPU. */
  readonly frames: Uint8Array;
  /** [B][K]: in which slot (counted over the batch) each frame of a state stands, oldest first, or `blackFrame`. */
  readonly stateIndices: Uint32Array;
  /** [B][K]: the next state, likewise. After the end of an episode its newest frame is `blackFrame`: its value is not used. */
  readonly nextStateIndices: Uint32Array;
  /** [B]. */
  readonly actions: Uint32Array;
  /** [B]. */
  readonly rewards: Float32Array;
  /** [B]: 1 where the step ended the episode, else 0. */
  readonly terminals: Float32Array;
  /** [B]: by what the value of the next state is multiplied: the discount to the power of the transition's steps. */
  readonly discounts: Float32Array;
}

/** An empty batch for `batchSize` samples of a memory with this `stack` and, on the host, frames of `frameBytes`. */
export function createReplayBatch(batchSize: number, stack: number, frameBytes: number): ReplayBatch {
  return {
    batchSize,
    entries: new Uint32Array(batchSize * (stack + 1)).fill(noEntry),
    frames: new Uint8Array(batchSize * (stack + 1) * frameBytes),
    stateIndices: new Uint32Array(batchSize * stack),
    nextStateIndices: new Uint32Array(batchSize * stack),
    actions: new Uint32Array(batchSize),
    rewards: new Float32Array(batchSize),
    terminals: new Float32Array(batchSize),
    discounts: new Float32Array(batchSize),
  };
}

/** All that `chunks()` does not hold; plain data, for a checkpoint's JSON. */
export interface ReplayHeader extends ReplayMemoryOptions {
  readonly version: 1;
  /** Entries stored. */
  readonly length: number;
  /** Where the next entry goes. */
  readonly head: number;
}

// What an entry's flags say.
const terminatedFlag = 1;
const startsEpisodeFlag = 2;
/** The frame after a truncated episode's last step: no action, no reward. */
const lastFrameFlag = 4;

/** Bytes of a chunk of `chunks()`: small enough to compress in little memory, large enough for few files. */
const chunkBytes = 16 * 2 ** 20;

export class ReplayMemory {
  readonly options: ReplayMemoryOptions;
  readonly capacity: number;
  readonly frames: FrameStore;
  readonly #actions: Uint8Array;
  readonly #rewards: Float32Array;
  readonly #flags: Uint8Array;
  /** Entry numbers of the batch being drawn. */
  #drawn = new Uint32Array(0);
  #length = 0;
  #head = 0;
  #sampleable = 0;

  /** `frames` is of the same capacity and frame size; by default it lies on the host. Throws RangeError where there is no such memory. */
  constructor(options: ReplayMemoryOptions, frames?: FrameStore) {
    const { capacity, frameBytes, stack } = options;
    for (const [name, value] of Object.entries({ capacity, frameBytes, stack })) {
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} is a whole number from 1, not ${value}`);
    }
    this.options = { ...options };
    this.capacity = capacity;
    this.frames = frames ?? new HostFrameStore(capacity, frameBytes);
    if (this.frames.capacity !== capacity || this.frames.frameBytes !== frameBytes) {
      throw new RangeError(
        `the frames' store holds ${this.frames.capacity} frames of ${this.frames.frameBytes} bytes, not ${capacity} of ${frameBytes}`,
      );
    }
    this.#actions = new Uint8Array(capacity);
    this.#rewards = new Float32Array(capacity);
    this.#flags = new Uint8Array(capacity);
  }

  /** Bytes that a memory with these options takes: per entry its frame, action, reward and flags. */
  static bytesNeeded(options: Pick<ReplayMemoryOptions, 'capacity' | 'frameBytes'>): number {
    return options.capacity * (options.frameBytes + 1 + 4 + 1);
  }

  /** An empty batch for `sample` to fill. */
  createBatch(batchSize: number): ReplayBatch {
    const isOnHost = this.frames.shards.length === 0;
    return createReplayBatch(batchSize, this.options.stack, isOnHost ? this.options.frameBytes : 0);
  }

  /** Entries stored, at most `capacity`. */
  get length(): number {
    return this.#length;
  }

  /** Entries that `sample` may draw now. */
  get sampleable(): number {
    return this.#sampleable;
  }

  /**
   * Stores one step. `frame` is the newest frame when `action` (0..255) was chosen; `reward` and `terminated` are what followed.
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
    const { frameBytes, stack } = this.options;
    if (frame.length !== frameBytes) throw new RangeError(`a frame has ${frameBytes} bytes, not ${frame.length}`);
    const entry = this.#head;
    // Only the newest entry and the `stack` oldest can change between sampleable and not.
    const reach = Math.min(stack, this.#length);
    const before =
      this.#countSampleable(0, reach) + this.#countSampleable(Math.max(reach, this.#length - 1), this.#length);
    const wasFull = this.#length === this.capacity;
    this.frames.put(entry, frame);
    this.#actions[entry] = action;
    this.#rewards[entry] = reward;
    this.#flags[entry] = flags;
    this.#head = entry + 1 === this.capacity ? 0 : entry + 1;
    if (!wasFull) this.#length++;
    // The same entries again: one place older where the oldest has gone, and the new one.
    const stillThere = wasFull ? reach - 1 : reach;
    const after =
      this.#countSampleable(0, stillThere) +
      this.#countSampleable(Math.max(stillThere, this.#length - 2), this.#length);
    this.#sampleable += after - before;
  }

  /** How many of the entries of ages `from` (0 is the oldest) up to `to`, without it, can be sampled. */
  #countSampleable(from: number, to: number): number {
    let count = 0;
    for (let age = from; age < to; age++) if (this.#isSampleable(age)) count++;
    return count;
  }

  #entryOfAge(age: number): number {
    const entry = (this.#length === this.capacity ? this.#head : 0) + age;
    return entry >= this.capacity ? entry - this.capacity : entry;
  }

  #isSampleable(age: number): boolean {
    const flags = this.#flags[this.#entryOfAge(age)];
    if ((flags & lastFrameFlag) !== 0) return false;
    if ((flags & terminatedFlag) === 0) {
      if (age + 1 === this.#length) return false;
      if ((this.#flags[this.#entryOfAge(age + 1)] & startsEpisodeFlag) !== 0) return false;
    }
    const needed = this.options.stack - 1;
    if (age >= needed) return true;
    for (let back = age; back >= 0; back--) {
      if ((this.#flags[this.#entryOfAge(back)] & startsEpisodeFlag) !== 0) return true;
    }
    return false;
  }

  /**
   * Fills `into` with `batchSize` steps, each drawn uniformly from those that can be sampled; `without-replacement`: no step twice.
   * Allocates nothing after the first call of a batch size. Throws RangeError where too few steps can be sampled.
   */
  sample(
    batchSize: number,
    random: Xoshiro128,
    into: ReplayBatch,
    mode: 'with-replacement' | 'without-replacement' = 'with-replacement',
  ): void {
    const distinct = mode === 'without-replacement';
    const needed = distinct ? batchSize : 1;
    if (batchSize > into.batchSize)
      throw new RangeError(`the batch has room for ${into.batchSize} samples, not ${batchSize}`);
    if (this.#sampleable < needed) {
      throw new RangeError(
        `the replay memory holds ${this.#sampleable} steps that can be sampled, but ${needed} are needed`,
      );
    }
    if (this.#drawn.length < batchSize) this.#drawn = new Uint32Array(batchSize);
    for (let sample = 0; sample < batchSize; ) {
      const age = random.nextInt(this.#length);
      if (!this.#isSampleable(age)) continue;
      const entry = this.#entryOfAge(age);
      if (distinct && this.#wasDrawn(entry, sample)) continue;
      this.#drawn[sample] = entry;
      this.#describe(entry, sample, into);
      sample++;
    }
    this.frames.gather(into.entries, batchSize * (this.options.stack + 1), into.frames);
  }

  #wasDrawn(entry: number, samples: number): boolean {
    for (let i = 0; i < samples; i++) if (this.#drawn[i] === entry) return true;
    return false;
  }

  /** Everything of a sample but its frames. */
  #describe(entry: number, sample: number, into: ReplayBatch): void {
    const { stack, stackPadding } = this.options;
    const flags = this.#flags[entry];
    const terminated = (flags & terminatedFlag) !== 0;
    const firstSlot = sample * (stack + 1);
    const newest = stack - 1;
    let place = newest;
    let source = entry;
    for (;;) {
      into.entries[firstSlot + place] = source;
      if (place === 0 || (this.#flags[source] & startsEpisodeFlag) !== 0) break;
      place--;
      source = source === 0 ? this.capacity - 1 : source - 1;
    }
    // `place` is that of the oldest frame present.
    for (let i = 0; i < place; i++) into.entries[firstSlot + i] = noEntry;
    const following = entry + 1 === this.capacity ? 0 : entry + 1;
    into.entries[firstSlot + stack] = terminated ? noEntry : following;
    const padding = stackPadding === 'zero' ? blackFrame : firstSlot + place;
    const base = sample * stack;
    for (let i = 0; i < stack; i++) into.stateIndices[base + i] = i < place ? padding : firstSlot + i;
    for (let i = 0; i < newest; i++) into.nextStateIndices[base + i] = into.stateIndices[base + i + 1];
    into.nextStateIndices[base + newest] = terminated ? blackFrame : firstSlot + stack;
    into.actions[sample] = this.#actions[entry];
    into.rewards[sample] = this.#rewards[entry];
    into.terminals[sample] = terminated ? 1 : 0;
    into.discounts[sample] = this.options.discount;
  }

  /** What belongs beside `chunks()` in a checkpoint. */
  header(): ReplayHeader {
    return { version: 1, ...this.options, length: this.#length, head: this.#head };
  }

  /**
   * Everything stored, in chunks of at most 16 MiB: actions, rewards (f32, little-endian), flags, then the frames, in the order of the
   * ring. The same bytes in the same chunks wherever the frames lie. A chunk may be a view of the memory, which `add` changes.
   */
  async *chunks(): AsyncIterableIterator<Uint8Array> {
    for (const bytes of this.#bookkeeping(this.#length)) {
      for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
    }
    const frameBytes = this.#length * this.options.frameBytes;
    for (let start = 0; start < frameBytes; start += chunkBytes) {
      yield await this.frames.read(start, Math.min(start + chunkBytes, frameBytes));
    }
  }

  /** What is kept of the first `length` entries beside their frames. */
  #bookkeeping(length: number): Uint8Array[] {
    return [
      this.#actions.subarray(0, length),
      new Uint8Array(this.#rewards.buffer, 0, length * 4),
      this.#flags.subarray(0, length),
    ];
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
    const { version, length, head } = header;
    const headFits = length === this.capacity ? head >= 0 && head < length : head === length;
    if (version !== 1 || !Number.isInteger(head) || length < 0 || length > this.capacity || !headFits) {
      throw new RangeError(`not a replay memory's header: version ${version}, length ${length}, head ${head}`);
    }
    this.#length = this.#head = this.#sampleable = 0;
    const stored = new ChunkReader(chunks);
    for (const bytes of this.#bookkeeping(length)) stored.fill(bytes);
    const frameBytes = length * this.options.frameBytes;
    const piece = new Uint8Array(Math.min(chunkBytes, frameBytes));
    for (let start = 0; start < frameBytes; start += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, frameBytes - start));
      stored.fill(part);
      await this.frames.write(start, part);
    }
    stored.end();
    this.#length = length;
    this.#head = head;
    this.#sampleable = this.#countSampleable(0, length);
  }
}

/** The bytes of chunks of any size, one after the other. Throws RangeError where there are fewer or more than asked for. */
class ChunkReader {
  readonly #chunks: Iterator<Uint8Array>;
  #rest = new Uint8Array(0);

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.iterator]();
  }

  /** The next bytes, as many as `into` has room for. */
  fill(into: Uint8Array): void {
    for (let filled = 0; filled < into.length; ) {
      if (!this.#more()) throw new RangeError('the stored replay memory has fewer bytes than its header says');
      const bytes = this.#rest.subarray(0, into.length - filled);
      into.set(bytes, filled);
      filled += bytes.length;
      this.#rest = this.#rest.subarray(bytes.length);
    }
  }

  /** Makes sure that there are no more. */
  end(): void {
    if (this.#more()) throw new RangeError('the stored replay memory has more bytes than its header says');
  }

  /** Whether `#rest` holds anything, after a look for the next chunk. */
  #more(): boolean {
    while (this.#rest.length === 0) {
      const next = this.#chunks.next();
      if (next.done === true) return false;
      this.#rest = next.value as Uint8Array<ArrayBuffer>;
    }
    return true;
  }
}
