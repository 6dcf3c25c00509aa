/**
 * What the adapter can do at most, measured beside the kernels: multiply-adds in registers, a copy of vec4s through memory, and how
 * long the smallest dispatch takes.
 */

import { directGrid } from '../../kernels/directTiles.ts';
import { fill } from '../../kernels/fill.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import { expectCount, expectElements, ShapeError } from '../../kernels/shapes.ts';
import { callsTask, type Task } from '../../kernels/tuning/sampling.ts';
import { type Spread, spreadOfRates, spreadOfTimes } from './sampling.ts';

/** 64 invocations of four vec4s. */
const wordsOfWorkgroup = 1024;
const roundsOfTurn = 16;

export interface MultiplyAdd {
  /** [2] f32: factor, summand. */
  readonly factors: Tensor;
  /** f32, a multiple of 1,024 elements; in place. */
  readonly values: Tensor;
  /** A multiple of 16. */
  readonly rounds: number;
}

/** values = values * factor + summand, `rounds` times over. Throws ShapeError. */
export function multiplyAdd({ factors, values, rounds }: MultiplyAdd): KernelCall {
  const shader = 'bench/multiplyAdd';
  const count = expectElements(shader, 'values', values);
  if (!Number.isInteger(rounds / roundsOfTurn)) {
    throw new ShapeError(shader, `${rounds} rounds are no multiple of ${roundsOfTurn}`);
  }
  return {
    shader,
    constants: { ROUNDS: rounds },
    bindings: [
      { tensor: factors, access: 'read' },
      { tensor: values, access: 'readwrite' },
    ],
    workgroups: wholeWorkgroups(shader, count),
    flops: 2 * rounds * count,
    bytes: 8 * count,
  };
}

export interface PeakCopy {
  /** f32, a multiple of 1,024 elements. */
  readonly input: Tensor;
  /** As many. */
  readonly output: Tensor;
  /** Whether the four vec4s of an invocation lie a workgroup apart instead of side by side. */
  readonly apart: boolean;
}

/** output = input. Throws ShapeError. */
export function peakCopy({ input, output, apart }: PeakCopy): KernelCall {
  const shader = 'bench/copy';
  const count = expectElements(shader, 'input', input);
  expectCount(shader, 'output', output, count);
  return {
    shader,
    constants: { APART: apart ? 1 : 0 },
    bindings: [
      { tensor: input, access: 'read' },
      { tensor: output, access: 'readwrite' },
    ],
    workgroups: wholeWorkgroups(shader, count),
    flops: 0,
    bytes: 8 * count,
  };
}

function wholeWorkgroups(shader: string, count: number): readonly [number, number, number] {
  if (count % wordsOfWorkgroup === 0) return directGrid(shader, count / wordsOfWorkgroup, 1, 1);
  throw new ShapeError(shader, `${count} elements are no multiple of ${wordsOfWorkgroup}`);
}

/** Those of 2^17 invocations, which fill any GPU. */
const peakValues = 2 ** 17 * 16;
/** 2 GFLOP a dispatch: 20 ms on two cores; 34 GFLOP: half a millisecond where 67 TFLOP/s are there, far above a dispatch's own cost. */
const peakRounds = { software: 512, hardware: 8192 };
/** Beyond the caches of CPUs and GPUs of today, and what every device binds (WebGPU's default limit). */
const copyBytes = 2 ** 27;

export interface Peaks {
  /** 10^9 multiplications and additions a second. */
  readonly peakGflops: Spread;
  /** 10^9 bytes a second, those read and those written, of the faster of two ways to copy. */
  readonly peakGbs: Spread;
  /** Microseconds of a dispatch that writes one number, one of many in a submission. */
  readonly dispatchUs: Spread;
}

/** Tasks to be sampled among the others, and how to read their samples. Await `gpu.compiled()` before. */
export function peakTasks(gpu: Gpu): { tasks: Task[]; read(samples: readonly (readonly number[])[]): Peaks } {
  const factors = gpu.tensor('factors', [2]);
  const values = gpu.tensor('values', [peakValues]);
  // Runs on to 2 and stays there: no infinities, no subnormals.
  gpu.write(factors, Float32Array.of(0.5, 1));
  const rounds = peakRounds[gpu.kind === 'hardware' ? 'hardware' : 'software'];
  const arithmetic = multiplyAdd({ factors, values, rounds });
  const input = gpu.tensor('copied', [copyBytes / 4]);
  const output = gpu.tensor('copy', input.shape);
  const copies = [false, true].map((apart) => peakCopy({ input, output, apart }));
  const least = fill({ output: gpu.tensor('least', [1]) });
  const gbs = (samplesMs: readonly number[]): Spread =>
    spreadOfRates(samplesMs.map((ms) => copies[0].bytes / ms / 1e6));
  return {
    tasks: [[arithmetic], ...copies.map((copy) => [copy]), least].map((calls) => callsTask(gpu, calls)),
    read([arithmeticMs, sideBySideMs, apartMs, leastMs]) {
      const [sideBySide, apart] = [gbs(sideBySideMs), gbs(apartMs)];
      return {
        peakGflops: spreadOfRates(arithmeticMs.map((ms) => arithmetic.flops / ms / 1e6)),
        peakGbs: sideBySide.median > apart.median ? sideBySide : apart,
        dispatchUs: spreadOfTimes(leastMs.map((ms) => 1000 * ms)),
      };
    },
  };
}

/** Milliseconds that calls of this cost take at best, one after the other, each at the peak that limits it. */
export function leastMs(calls: readonly { readonly flops: number; readonly bytes: number }[], peaks: Peaks): number {
  const arithmetic = peaks.peakGflops.median * 1e6;
  const memory = peaks.peakGbs.median * 1e6;
  return calls.reduce((sum, { flops, bytes }) => sum + Math.max(flops / arithmetic, bytes / memory), 0);
}
