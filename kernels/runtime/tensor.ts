/**
 * Named ranges of GPU memory with a shape. A tensor owns nothing: many tensors can share one buffer (all parameters of a network
 * lie in one, so that the optimiser is one dispatch and a copy to the target network is one copy).
 * Leaves out: strides and views; every tensor is dense, last axis fastest.
 */

/** What one element is. `u8` are packed four to a 32-bit word, the first in the lowest byte; `f16` two, the first in the lower half. */
export type ElementType = 'f32' | 'u32' | 'f16' | 'u8';

const elementBytes: Readonly<Record<ElementType, number>> = { f32: 4, u32: 4, f16: 2, u8: 1 };

export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  /** Extents, slowest axis first. Activations are NHWC: [batch, height, width, channels]. */
  readonly shape: readonly number[];
  readonly buffer: GPUBuffer;
  /** Bytes from the buffer's start; a multiple of `tensorAlignment`. */
  readonly offset: number;
  /** Bytes of the elements, rounded up to a multiple of 4. */
  readonly byteLength: number;
}

/** Bytes; WebGPU's default `minStorageBufferOffsetAlignment`. */
export const tensorAlignment = 256;

/** The number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const extent of shape) count *= extent;
  return count;
}

/** Bytes that a dense tensor takes, rounded up to whole 32-bit words. */
export function tensorByteLength(type: ElementType, shape: readonly number[]): number {
  return Math.ceil((elementBytes[type] * elementCount(shape)) / 4) * 4;
}
