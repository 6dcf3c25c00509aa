/** Kernel calls as a task to be sampled: all repetitions in one submission, until the device has done them. */
import type { KernelCall, Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Task } from './sampling.ts';

/** Await `gpu.compiled()` before the first run. */
export function callsTask(gpu: Gpu, calls: readonly KernelCall[]): Task {
  return stepsTask(
    gpu,
    calls.map((call) => gpu.dispatch(call)),
  );
}

export function stepsTask(gpu: Gpu, steps: readonly Step[]): Task {
  return {
    async run(repetitions) {
      gpu.run(Array.from({ length: repetitions }, () => steps).flat());
      await done(gpu);
    },
  };
}

/** Resolves when the device has done all that was submitted; rejects with what it reported. */
export async function done(gpu: Gpu): Promise<void> {
  await gpu.device.queue.onSubmittedWorkDone();
  gpu.check();
}
