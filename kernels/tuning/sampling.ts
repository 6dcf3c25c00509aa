/**
 * Wall-clock samples of work on the GPU. Each sample is some repetitions of one task from submitting to completion; the tasks take
 * turns, so that what else the machine does meets all alike.
 * Leaves out: the adapter's own timestamps. The poll of the provider naps up to a sixteenth of the time waited and at most 1 ms
 * (kernels/runtime/poll.ts), so a sample of 20 ms says up to 5 % too much.
 */
import type { KernelCall, Step } from '../runtime/dispatch.ts';
import type { Gpu } from '../runtime/gpu.ts';

export interface Task {
  /** Does the work so many times over; resolves when the GPU has done it all. */
  run(repetitions: number): Promise<void>;
}

/** Kernel calls as a task: all repetitions in one submission. Await `gpu.compiled()` before the first run. */
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

export interface Sampling {
  /** What a sample should take, milliseconds: short tasks are repeated until they do. */
  readonly sampleMs: number;
  /** Samples of each task at least. */
  readonly fewestRounds: number;
  /** Sampling goes on for so long, in whole rounds. */
  readonly seconds: number;
}

const mostRepetitions = 2000;

/**
 * Runs each task until it is warm and the repetitions of a sample are found, then takes one sample of each in turn. Resolves to the
 * milliseconds of one repetition, sample by sample, in the order of the tasks.
 */
export async function sampleInTurns(tasks: readonly Task[], sampling: Sampling): Promise<number[][]> {
  const { sampleMs, fewestRounds, seconds } = sampling;
  const repetitions: number[] = [];
  for (const task of tasks) repetitions.push(await repetitionsFor(task, sampleMs));
  const samples = tasks.map((): number[] => []);
  const startMs = performance.now();
  for (let round = 0; round < fewestRounds || performance.now() - startMs < 1000 * seconds; round++) {
    for (const [i, task] of tasks.entries()) {
      samples[i].push((await elapsedMs(task, repetitions[i])) / repetitions[i]);
    }
  }
  return samples;
}

/** Each trial is warm-up, too; the first is not counted, whatever it takes. */
async function repetitionsFor(task: Task, sampleMs: number): Promise<number> {
  await task.run(1);
  for (let repetitions = 1; ; ) {
    const ms = await elapsedMs(task, repetitions);
    if (ms >= sampleMs / 2 || repetitions >= mostRepetitions) return repetitions;
    // A short trial is mostly waiting, so its figure would lead too low: at most 16 times as many, then look again.
    const wanted = Math.ceil((repetitions * sampleMs) / ms);
    repetitions = Math.min(mostRepetitions, 16 * repetitions, Math.max(2 * repetitions, wanted));
  }
}

async function elapsedMs(task: Task, repetitions: number): Promise<number> {
  const startMs = performance.now();
  await task.run(repetitions);
  return performance.now() - startMs;
}
