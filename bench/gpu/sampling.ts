/** The samples of a benchmark, and what is said of them. How they are taken: kernels/tuning/sampling.ts. */
import * as tuning from '../../kernels/tuning/sampling.ts';

/** Milliseconds of one repetition. `p90`: nine samples of ten are at least as good; `best` is the fastest. */
export interface Spread {
  readonly median: number;
  readonly p90: number;
  readonly best: number;
  readonly samples: number;
}

/**
 * Takes one sample of each task in turn until `seconds` have passed, at least three of each, each of some 20 ms. Resolves to the
 * milliseconds of one repetition, sample by sample, in the order of the tasks.
 */
export function sampleInTurns(tasks: readonly tuning.Task[], seconds: number): Promise<number[][]> {
  return tuning.sampleInTurns(tasks, { sampleMs: 20, fewestRounds: 3, seconds });
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
