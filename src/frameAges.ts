/**
 * Which observations make a state: ages, counted back from the newest.
 * Source: the names are those of DeepMind's options histType and histSpacing (reference algorithms.md A); the gaps of the exponential
 * forms are ours (docs/deviations.md).
 */
import { UserError } from './errors.ts';

export const historyTypes = ['linear', 'exp2', 'exp1.25'] as const;
export type HistoryType = (typeof historyTypes)[number];

/** What gap i is to the power of. */
const bases: Readonly<Record<HistoryType, number>> = { linear: 1, exp2: 2, 'exp1.25': 1.25 };

/** As far back as a state may reach: some minutes of play. All that lies between is kept, at every step. */
const largestAge = 4000;

/**
 * Ages of the `stack` observations of a state, newest (0) first. The i-th gap, from 1, is `spacing` times base^(i - 1) rounded up:
 * 0 1 2 3 for `linear`, 0 1 3 7 for `exp2`, 0 1 3 5 for `exp1.25`.
 * @throws UserError for a state that reaches back more than 4,000 observations
 */
export function frameAges(stack: number, type: HistoryType, spacing: number): number[] {
  const ages = [0];
  for (let gap = 1; gap < stack; gap++) ages.push(ages[gap - 1] + spacing * Math.ceil(bases[type] ** (gap - 1)));
  const oldest = ages[ages.length - 1];
  if (oldest > largestAge) {
    throw new UserError(
      `A state of ${stack} observations, ${type} with spacing ${spacing}, reaches ${oldest} observations back; ${largestAge} is the most.`,
      'Give a smaller --stack or --history-spacing.',
    );
  }
  return ages;
}
