/**
 * Where the replay memory keeps its frames, one u8 frame an entry: what every store does, and the one in the host's memory. The one on
 * the GPU is frameStoreDevice.ts. Which it is changes nothing of what is learned or saved.
 * Leaves out: what an entry is and which are drawn (replayMemory.ts).
 */
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import { joined } from './joined.ts';

/** In a batch's `entries`: no frame. */
export const noEntry = 0xffffffff;

export interface FrameStore {
  /** Frames that it holds. */
  readonly capacity: number;
  readonly frameBytes: number;
  /** The frames where they lie on the GPU, [frames, frameBytes] u8 each, entry 0 first. Empty: they lie on the host. */
  readonly shards: readonly Tensor[];
  /** Makes `frame` that of `entry`. */
  put(entry: number, frame: Uint8Array): void;
  /**
   * On the host: copies the frames of the first `slots` `entries` to their slots of `frames`, but for `noEntry`. On the GPU: nothing;
   * the update that uses them gathers them itself (learner.ts).
   */
  gather(entries: Uint32Array, slots: number, frames: Uint8Array): void;
  /** Bytes `start` to `end` of all frames in their order, both multiples of 4; perhaps a view that the next `put` changes. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Puts `bytes` from byte `start` on; `start` and their number are multiples of 4. */
  write(start: number, bytes: Uint8Array): Promise<void>;
}

/** An ArrayBuffer is at most 4 GiB; pieces stay at or below 1 GiB, a power of two of frames each so that a frame's piece is a shift. */
const defaultPieceBytes = 2 ** 30;

export class HostFrameStore implements FrameStore {
  readonly capacity: number;
  readonly frameBytes: number;
  readonly shards: readonly Tensor[] = [];
  /** Frames, `1 << #shift` of them a piece. */
  readonly #pieces: Uint8Array[] = [];
  readonly #shift: number;

  /**
   * Reserves all of it at once; the operating system hands out pages as they are first written. Throws RangeError where it cannot.
   * `maxPieceBytes` is there for tests: a piece holds at least one frame.
   */
  constructor(capacity: number, frameBytes: number, maxPieceBytes = defaultPieceBytes) {
    this.capacity = capacity;
    this.frameBytes = frameBytes;
    this.#shift = Math.max(0, Math.floor(Math.log2(maxPieceBytes / frameBytes)));
    const pieceFrames = 2 ** this.#shift;
    for (let first = 0; first < capacity; first += pieceFrames) {
      this.#pieces.push(new Uint8Array(Math.min(pieceFrames, capacity - first) * frameBytes));
    }
  }

  put(entry: number, frame: Uint8Array): void {
    this.#pieces[entry >>> this.#shift].set(frame, this.#offset(entry));
  }

  /** Frames that follow one another, as those of a sample mostly do, are one copy: it makes a view object, which costs as much as a few KB. */
  gather(entries: Uint32Array, slots: number, frames: Uint8Array): void {
    const { frameBytes } = this;
    const lastOfPiece = 2 ** this.#shift - 1;
    for (let slot = 0, count = 1; slot < slots; slot += count) {
      const entry = entries[slot];
      count = 1;
      if (entry === noEntry) continue;
      const most = Math.min(slots - slot, lastOfPiece + 1 - (entry & lastOfPiece));
      while (count < most && entries[slot + count] === entry + count) count++;
      const start = this.#offset(entry);
      const run = this.#pieces[entry >>> this.#shift].subarray(start, start + count * frameBytes);
      frames.set(run, slot * frameBytes);
    }
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const parts = [...this.#parts(start, end)];
    return parts.length === 1 ? parts[0] : joined(parts);
  }

  async write(start: number, bytes: Uint8Array): Promise<void> {
    let from = 0;
    for (const part of this.#parts(start, start + bytes.length)) {
      part.set(bytes.subarray(from, from + part.length));
      from += part.length;
    }
  }

  /** Where in its piece an entry's frame begins. */
  #offset(entry: number): number {
    return (entry & ((1 << this.#shift) - 1)) * this.frameBytes;
  }

  /** Views of the bytes `start` to `end`, one a piece. */
  *#parts(start: number, end: number): IterableIterator<Uint8Array> {
    const pieceBytes = 2 ** this.#shift * this.frameBytes;
    for (let at = start; at < end; ) {
      const piece = this.#pieces[Math.floor(at / pieceBytes)];
      const from = at % pieceBytes;
      const part = piece.subarray(from, Math.min(piece.length, from + end - at));
      yield part;
      at += part.length;
    }
  }
}
