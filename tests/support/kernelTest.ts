/**
 * What the kernel tests share: one device, poisoned outputs, error scopes around every run, comparison within stated bounds.
 * Leaves out: references (kernels/<op>.ref.ts) and tolerances, which each test states with its reason.
 */
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import { elementCount, type Tensor } from '../../kernels/runtime/tensor.ts';
import { Xoshiro128 } from '../../src/random.ts';

/** Half the distance between 1 and the next f32: the largest relative error of one rounded f32 operation. */
export const f32RoundingUnit = 2 ** -24;

let shared: Promise<Gpu> | undefined;

/** The device that all kernel tests of a process use. Rejects, and so fails the test, where there is no adapter. */
export function testGpu(): Promise<Gpu> {
  shared ??= openGpu();
  return shared;
}

/** A tensor full of NaN, so that an element that a kernel fails to write, or reads before writing, shows in the comparison. */
export function poisoned(gpu: Gpu, name: string, shape: readonly number[]): Tensor {
  const tensor = gpu.tensor(name, shape);
  poison(gpu, tensor);
  return tensor;
}

/** Fills an f32 tensor with NaN. */
export function poison(gpu: Gpu, tensor: Tensor): void {
  gpu.write(tensor, new Float32Array(elementCount(tensor.shape)).fill(Number.NaN));
}

/** An f32 tensor that holds `values`, which must be as many as `shape` says. */
export function uploaded(gpu: Gpu, name: string, shape: readonly number[], values: Float32Array): Tensor {
  if (values.length !== elementCount(shape)) {
    throw new Error(`${name}: ${values.length} values for the shape [${shape.join(', ')}]`);
  }
  const tensor = gpu.tensor(name, shape);
  gpu.write(tensor, values);
  return tensor;
}

/** `count` values, uniform in [-1, 1), the same for the same seed and stream. */
export function randomValues(count: number, seed: number, stream: string): Float32Array {
  const random = new Xoshiro128(seed, stream);
  return Float32Array.from({ length: count }, () => random.nextFloat() * 2 - 1);
}

/** Compiles the calls and runs them in order. Rejects on any validation, memory or internal error of the device. */
export async function runCalls(gpu: Gpu, calls: readonly KernelCall[]): Promise<void> {
  const filters = ['validation', 'out-of-memory', 'internal'] as const;
  for (const filter of filters) gpu.device.pushErrorScope(filter);
  const steps = calls.map((call) => gpu.dispatch(call));
  let failure: unknown;
  try {
    await gpu.compiled();
    gpu.run(steps);
  } catch (error) {
    failure = error;
  }
  const errors = await Promise.all(filters.map(() => gpu.device.popErrorScope()));
  for (const error of errors) {
    if (error !== null) throw new Error(`the device reported: ${error.message}`);
  }
  if (failure !== undefined) throw failure;
}

/**
 * Throws unless every element of `actual` is within `bound` of `expected`. A NaN or an infinity in `actual` is always an error.
 * @param bound the allowed absolute difference: one number for all elements, or one for each
 */
export function expectClose(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: number | ArrayLike<number>,
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${name}: ${actual.length} elements, expected ${expected.length}`);
  }
  let wrong = 0;
  const shown: string[] = [];
  for (let i = 0; i < expected.length; i++) {
    const allowed = typeof bound === 'number' ? bound : bound[i];
    // Written so that NaN fails.
    if (Math.abs(actual[i] - expected[i]) <= allowed && Number.isFinite(actual[i])) continue;
    if (wrong++ < 5) shown.push(`  [${i}] is ${actual[i]}, expected ${expected[i]} within ${allowed}`);
  }
  if (wrong > 0) {
    throw new Error(`${name}: ${wrong} of ${expected.length} elements are wrong\n${shown.join('\n')}`);
  }
}

/**
 * How far an f32 sum of `terms` products may be from the exact one, given the sum of the products' magnitudes, for each element.
 * Each term passes through at most `terms` roundings. Certain is `terms` rounding units of the magnitude; of random data the error
 * grows as the square root, and exceeds 6 sqrt(terms) units once in 10^7 elements or more rarely (N. Higham, T. Mary, "A New Approach
 * to Probabilistic Rounding Error Analysis", SISC 41(5), 2019). The data are seeded, so what passes once passes again.
 * The smaller of the two is small enough that one missing product of thousands shows.
 */
export function dotBound(terms: number, magnitudes: ArrayLike<number>): Float64Array {
  const units = Math.min(terms + 1, 6 * Math.sqrt(terms + 1)) * f32RoundingUnit;
  // The added 1e-37: results below the smallest normal f32 may be flushed to zero.
  return Float64Array.from(magnitudes, (magnitude) => units * magnitude + 1e-37);
}

/** Throws unless both arrays hold the same bits: two runs of one kernel on one input must. */
export function expectSameBits(name: string, first: Float32Array, second: Float32Array): void {
  const a = new Uint32Array(first.buffer, first.byteOffset, first.length);
  const b = new Uint32Array(second.buffer, second.byteOffset, second.length);
  if (a.length !== b.length) throw new Error(`${name}: ${a.length} elements against ${b.length}`);
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) throw new Error(`${name}: element ${i} is ${first[i]} in one run and ${second[i]} in the other`);
  }
}
