/**
 * Reading a few bytes after every step of a hot loop: staging buffers made once, the copy in the submission that computes the
 * bytes, and results in an array made once.
 * Leaves out: reads of whole tensors outside of loops (`gpu.readF32`).
 *
 *     const reader = gpu.readback(qValues);
 *     reader.submit(forward);            // runs the steps and copies their result out; returns at once
 *     …                                  // the CPU is free meanwhile
 *     const values = await reader.next();
 */

import type { FailureWatch } from './device.ts';
import type { Step } from './dispatch.ts';
import { DeviceLostError, GpuError, ValidationError } from './errors.ts';
import type { Tensor } from './tensor.ts';

interface Slot {
  readonly buffer: GPUBuffer;
  mapped: Promise<undefined> | undefined;
}

/** How a `Gpu` submits; kept apart so that this file does not import it. */
export interface ReadbackHost {
  readonly device: GPUDevice;
  readonly failures: FailureWatch;
  encode(steps: readonly Step[]): GPUCommandEncoder;
}

/** Reads one tensor again and again. Results come in the order of the submissions. */
export class Readback {
  /** The bytes of the latest `next()`, as f32. Overwritten by the following `next()`. */
  readonly f32: Float32Array;
  /** The same bytes as 32-bit words. */
  readonly u32: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #host: ReadbackHost;
  readonly #tensor: Tensor;
  readonly #slots: Slot[];
  #submitted = 0;
  #read = 0;

  /** @param depth how many submissions may be on their way at a time */
  constructor(host: ReadbackHost, tensor: Tensor, depth: number) {
    if (!Number.isInteger(depth) || depth < 1)
      throw new ValidationError(`readback of ${tensor.name}: depth ${depth} must be at least 1`);
    const memory = new ArrayBuffer(tensor.byteLength);
    this.f32 = new Float32Array(memory);
    this.u32 = new Uint32Array(memory);
    this.#bytes = new Uint8Array(memory);
    this.#host = host;
    this.#tensor = tensor;
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    this.#slots = Array.from({ length: depth }, (_, index) => ({
      buffer: host.device.createBuffer({ label: `readback ${tensor.name} ${index}`, size: tensor.byteLength, usage }),
      mapped: undefined,
    }));
  }

  /** Submissions whose result has not been taken with `next()`. */
  get waiting(): number {
    return this.#submitted - this.#read;
  }

  /** Runs the steps (none: only the copy) and starts copying the tensor out, in one submission. */
  submit(steps: readonly Step[] = []): void {
    const slot = this.#slots[this.#submitted % this.#slots.length];
    if (slot.mapped !== undefined) {
      throw new ValidationError(
        `readback of ${this.#tensor.name}: all ${this.#slots.length} slots are waiting`,
        'Await next() first, or make the readback with a greater depth.',
      );
    }
    const encoder = this.#host.encode(steps);
    encoder.copyBufferToBuffer(this.#tensor.buffer, this.#tensor.offset, slot.buffer, 0, this.#tensor.byteLength);
    this.#host.device.queue.submit([encoder.finish()]);
    slot.mapped = slot.buffer.mapAsync(GPUMapMode.READ);
    // The rejection is seen by next(); it must not count as unhandled before.
    slot.mapped.catch(() => {});
    this.#submitted++;
  }

  /** The result of the oldest submission not yet taken, in `f32` and `u32`; resolves with `f32`. Rejects with a `GpuError`. */
  async next(): Promise<Float32Array> {
    const slot = this.#slots[this.#read % this.#slots.length];
    if (slot.mapped === undefined) {
      throw new ValidationError(
        `readback of ${this.#tensor.name}: nothing is submitted`,
        'Call submit() before next().',
      );
    }
    this.#read++;
    try {
      await mappedOrFailure(slot.mapped, this.#host.failures, this.#tensor.name);
      this.#bytes.set(new Uint8Array(slot.buffer.getMappedRange()));
      slot.buffer.unmap();
    } finally {
      slot.mapped = undefined;
    }
    if (this.#host.failures.pending) this.#host.failures.take();
    return this.f32;
  }

  /** `submit`, then `next`. */
  read(steps: readonly Step[] = []): Promise<Float32Array> {
    this.submit(steps);
    return this.next();
  }

  /** Frees the staging buffers. */
  destroy(): void {
    for (const slot of this.#slots) slot.buffer.destroy();
  }
}

/** Awaits a mapping; where it fails, throws the device's own trouble instead of the mapping's. */
export async function mappedOrFailure(mapped: Promise<undefined>, failures: FailureWatch, name: string): Promise<void> {
  try {
    await mapped;
  } catch (error) {
    // The loss is reported a turn of the event loop after the mappings are aborted.
    if (!failures.pending) await new Promise((resolve) => setTimeout(resolve, 0));
    failures.take();
    if ((error as Error).name === 'AbortError') {
      throw new DeviceLostError('unknown', `reading ${name} was aborted ${(error as Error).message}`);
    }
    throw new GpuError(
      `reading ${name} failed: ${(error as Error).message}`,
      'The buffer was destroyed or is mapped already.',
    );
  }
}
