/**
 * Odd shapes, and how many of them a kernel test draws. Each distinct shape is a pipeline to compile: tens of milliseconds.
 */
import fc from 'fast-check';

/** Element counts around a vec4, a workgroup of 64 and a workgroup of 64 vec4s; one; primes. */
export const edgeCounts = [1, 2, 3, 4, 5, 63, 64, 65, 251, 255, 256, 257, 1021] as const;

/** What drawn counts come from. */
export const anyCount = fc.integer({ min: 1, max: 1500 });

/** Seeds of a case's random contents. */
export const anySeed = fc.nat(0xffff);

/** fast-check parameters: `examples` first, then three drawn cases, always the same ones. */
export function cases<T extends unknown[]>(examples: T[]): fc.Parameters<T> {
  return { seed: 20260711, numRuns: examples.length + 3, examples };
}
