/**
 * The replay memory's frames on the GPU: a step uploads one frame, and a batch's never come back to the host.
 * Leaves out: gathering a batch's, which is a part of the update (learner.ts, kernels/framesGather.ts).
 */
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import type { FrameStore } from './frameStore.ts';
import { joined } from './joined.ts';

/** The GPU has no room for so many frames. */
export class FramesDoNotFitError extends RangeError {
  /** For how many it has room, found by trying; 0 or more. */
  readonly fittingFrames: number;

  constructor(capacity: number, fittingFrames: number) {
    super(`the GPU has no room for ${capacity} frames, but for ${fittingFrames}`);
    this.name = 'FramesDoNotFitError';
    this.fittingFrames = fittingFrames;
  }
}

/** Kept free for all else that a run puts on the GPU: several times what networks and an update of 32 take. */
const spareBytes = 2 ** 28;

export class DeviceFrameStore implements FrameStore {
  readonly capacity: number;
  readonly frameBytes: number;
  readonly shards: readonly Tensor[];
  readonly #gpu: Gpu;
  /** All shards but the last hold so many. */
  readonly #shardFrames: number;

  private constructor(gpu: Gpu, capacity: number, frameBytes: number, shards: readonly Tensor[]) {
    this.#gpu = gpu;
    this.capacity = capacity;
    this.frameBytes = frameBytes;
    this.shards = shards;
    [this.#shardFrames] = shards[0].shape;
  }

  /**
   * Reserves all of it at once, `frameBytes` (a multiple of 4) a frame. Rejects with `FramesDoNotFitError`, and keeps nothing, where
   * the GPU has no room. `maxShardBytes` is there for tests: by default a shard is as large as a binding can be.
   */
  static async create(
    gpu: Gpu,
    capacity: number,
    frameBytes: number,
    maxShardBytes = Number.POSITIVE_INFINITY,
  ): Promise<DeviceFrameStore> {
    if (frameBytes % 4 !== 0) throw new RangeError(`a frame has ${frameBytes} bytes, no multiple of 4`);
    const { maxStorageBufferBindingSize, maxBufferSize } = gpu.device.limits;
    const shardBytes = Math.min(maxShardBytes, maxStorageBufferBindingSize, maxBufferSize);
    const shardFrames = Math.max(1, Math.floor(shardBytes / frameBytes));
    const spare = await gpu.tensorIfRoom('replay.spare', [spareBytes / 4]);
    const shards: Tensor[] = [];
    for (let first = 0; first < capacity; first += shardFrames) {
      const frames = Math.min(shardFrames, capacity - first);
      const name = `replay.frames${shards.length}`;
      const shard = spare && (await gpu.tensorIfRoom(name, [frames, frameBytes], 'u8'));
      if (shard === undefined) {
        const fitting = spare === undefined ? 0 : first + (await roomFor(gpu, frames, frameBytes));
        for (const tensor of [...shards, spare]) if (tensor !== undefined) gpu.free(tensor);
        throw new FramesDoNotFitError(capacity, fitting);
      }
      shards.push(shard);
    }
    if (spare !== undefined) gpu.free(spare);
    return new DeviceFrameStore(gpu, capacity, frameBytes, shards);
  }

  put(entry: number, frame: Uint8Array): void {
    const shard = this.shards[Math.floor(entry / this.#shardFrames)];
    this.#gpu.write(shard, frame, (entry % this.#shardFrames) * this.frameBytes);
  }

  gather(): void {}

  async read(start: number, end: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (const part of this.#parts(start, end)) parts.push(await this.#gpu.readU8(part));
    return parts.length === 1 ? parts[0] : joined(parts);
  }

  async write(start: number, bytes: Uint8Array): Promise<void> {
    let from = 0;
    for (const part of this.#parts(start, start + bytes.length)) {
      this.#gpu.write(part, bytes.subarray(from, from + part.byteLength));
      from += part.byteLength;
    }
    // What is written waits in memory of the host's until the GPU has taken it.
    await this.#gpu.pace();
  }

  /** The bytes `start` to `end`, one tensor a shard. */
  *#parts(start: number, end: number): IterableIterator<Tensor> {
    const shardBytes = this.#shardFrames * this.frameBytes;
    for (let at = start; at < end; ) {
      const shard = this.shards[Math.floor(at / shardBytes)];
      const from = at % shardBytes;
      const byteLength = Math.min(shard.byteLength - from, end - at);
      yield { ...shard, shape: [byteLength], offset: shard.offset + from, byteLength };
      at += byteLength;
    }
  }
}

/** How many of `frames` frames the GPU has room for, fewer than all of them: halves, quarters and so on that it gives. */
async function roomFor(gpu: Gpu, frames: number, frameBytes: number): Promise<number> {
  const given: Tensor[] = [];
  for (let part = Math.floor(frames / 2); part >= 1; part = Math.floor(part / 2)) {
    const tensor = await gpu.tensorIfRoom('replay.trial', [part, frameBytes], 'u8');
    if (tensor !== undefined) given.push(tensor);
  }
  for (const tensor of given) gpu.free(tensor);
  return given.reduce((sum, { shape }) => sum + shape[0], 0);
}
