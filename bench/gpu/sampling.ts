/**
 * Wall-clock samples of work on the GPU. Each sample is some repetitions of one task from submitting to completion; the tasks take
 * turns, so that what else the machine does meets all alike.
 * Leaves out: the adapter's own timestamps. The poll of the provider naps up to an eighth of the time waited and at most 1 ms
 * (kernels/runtime/poll.ts), so a sample of 20 ms says up to 5 % too much.
 */

export interface Task {
  /** Does the work so many times over; resolves when the GPU has done it all. */
  run(repetitions: number): Promise<void>;
}

/** Milliseconds of one repetition. `p90`: nine samples of ten are at least as good; `best` is the fastest. */
export interface Spread {
  readonly median: number;
  readonly p90: number;
  readonly best: number;
  readonly samples: number;
}

const sampleMs = 20;
const mostRepetitions = 2000;
const fewestRounds = 3;

/**
 * Runs each task until it is warm and the repetitions of a sample are found, then takes one sample of each in turn until `seconds`
 * have passed, at least three of each. Resolves to the milliseconds of one repetition, sample by sample, in the order of the tasks.
 */
export async function sampleInTurns(tasks: readonly Task[], seconds: number): Promise<number[][]> {
  const repetitions: number[] = [];
  for (const task of tasks) repetitions.push(await repetitionsFor(task));
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
async function repetitionsFor(task: Task): Promise<number> {
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

/** Of durations: small is good. */
export function spreadOfTimes(samples: readonly number[]): Spread {
  return spread(samples, 0.9, Math.min(...samples));
}

/** Of rates: large is good, and `p90` lies below the median. */
export function spreadOfRates(samples: readonly number[]): Spread {
  return spread(samples, 0.1, Math.max(...samples));
}

function spread(samples: readonly number[], tail: number, best: number): Spread {
  return { median: quantile(samples, 0.5), p90: quantile(samples, tail), best, samples: samples.length };
}

/** Interpolated linearly between the two samples around it. */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = part * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
