/**
 * Fixed lists of steps that run in one submission, and how long each of their kernels takes.
 * Leaves out: reuse of command buffers, which WebGPU does not have; encoding 30 dispatches takes some 50 us.
 */

import type { Dispatch, Step } from './dispatch.ts';
import { ValidationError } from './errors.ts';

/** Records the steps in order: kernels between two copies share a pass. */
export function encodeSteps(encoder: GPUCommandEncoder, steps: readonly Step[]): void {
  let pass: GPUComputePassEncoder | undefined;
  let bound: GPUComputePipeline | undefined;
  for (const step of steps) {
    if (step.kind === 'copy') {
      pass?.end();
      pass = undefined;
      encodeCopy(encoder, step);
    } else {
      if (pass === undefined) {
        pass = encoder.beginComputePass();
        bound = undefined;
      }
      const pipeline = step.slot.pipeline ?? notCompiled(step);
      if (pipeline !== bound) pass.setPipeline(pipeline);
      bound = pipeline;
      pass.setBindGroup(0, step.bindGroup);
      pass.dispatchWorkgroups(step.workgroups[0], step.workgroups[1], step.workgroups[2]);
    }
  }
  pass?.end();
}

function encodeCopy(encoder: GPUCommandEncoder, { from, to }: Extract<Step, { kind: 'copy' }>): void {
  encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, from.byteLength);
}

function notCompiled(step: Dispatch): never {
  throw new ValidationError(
    `${step.label}: its pipeline is not compiled yet`,
    'Await gpu.compiled() after the last gpu.dispatch() and before running.',
  );
}

/** A named list of steps. Make one with `gpu.program`. */
export interface Program {
  readonly label: string;
  readonly steps: readonly Step[];
  /** Floating-point operations of one run, a multiply-add counted as two. */
  readonly flops: number;
  /** Bytes that one run must move at least, copies counted as one read and one write. */
  readonly bytes: number;
  /** Submits the steps. Nothing is read back. */
  run(): void;
}

/** What one kernel of a program took. */
export interface KernelTiming {
  readonly label: string;
  /** Mean over the repetitions. */
  readonly microseconds: number;
  readonly flops: number;
  readonly bytes: number;
}

/** FLOPs and bytes of one run of the steps. */
export function programCost(steps: readonly Step[]): { flops: number; bytes: number } {
  let flops = 0;
  let bytes = 0;
  for (const step of steps) {
    if (step.kind === 'copy') {
      bytes += 2 * step.from.byteLength;
    } else {
      flops += step.flops;
      bytes += step.bytes;
    }
  }
  return { flops, bytes };
}

/** WebGPU's largest query set. */
const mostQueries = 4096;

/**
 * Times each kernel of the steps on the device: every kernel gets a pass of its own with a timestamp before and after, so the sum is
 * somewhat more than the time of one run. Needs the feature `timestamp-query`.
 * @param repetitions runs to average over, after one that is not counted
 */
export async function timeKernels(
  device: GPUDevice,
  steps: readonly Step[],
  repetitions: number,
): Promise<KernelTiming[]> {
  const kernels = steps.filter((step) => step.kind === 'dispatch');
  if (!device.features.has('timestamp-query')) {
    throw new ValidationError('this adapter has no timestamps', 'Time whole runs on the clock of the CPU instead.');
  }
  if (kernels.length === 0) return [];
  if (kernels.length * 2 > mostQueries) {
    throw new ValidationError(
      `${kernels.length} kernels are too many to time at once`,
      `Time at most ${mostQueries / 2}.`,
    );
  }
  const byteLength = kernels.length * 2 * 8;
  const querySet = device.createQuerySet({ type: 'timestamp', count: kernels.length * 2 });
  const resolved = device.createBuffer({
    label: 'timestamps',
    size: byteLength,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const staging = device.createBuffer({
    label: 'read timestamps',
    size: byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const nanoseconds = new Float64Array(kernels.length);
  try {
    for (let repetition = -1; repetition < repetitions; repetition++) {
      const encoder = device.createCommandEncoder();
      encodeTimed(encoder, steps, querySet);
      encoder.resolveQuerySet(querySet, 0, kernels.length * 2, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, byteLength);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      const stamps = new BigUint64Array(staging.getMappedRange());
      if (repetition >= 0) {
        for (let i = 0; i < kernels.length; i++) nanoseconds[i] += Number(stamps[2 * i + 1] - stamps[2 * i]);
      }
      staging.unmap();
    }
  } finally {
    querySet.destroy();
    resolved.destroy();
    staging.destroy();
  }
  return kernels.map(({ label, flops, bytes }, i) => ({
    label,
    microseconds: nanoseconds[i] / repetitions / 1e3,
    flops,
    bytes,
  }));
}

function encodeTimed(encoder: GPUCommandEncoder, steps: readonly Step[], querySet: GPUQuerySet): void {
  let query = 0;
  for (const step of steps) {
    if (step.kind === 'copy') {
      encodeCopy(encoder, step);
      continue;
    }
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet, beginningOfPassWriteIndex: query++, endOfPassWriteIndex: query++ },
    });
    pass.setPipeline(step.slot.pipeline ?? notCompiled(step));
    pass.setBindGroup(0, step.bindGroup);
    pass.dispatchWorkgroups(step.workgroups[0], step.workgroups[1], step.workgroups[2]);
    pass.end();
  }
}
