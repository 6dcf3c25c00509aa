/** Values that change as training goes on. */
import type { DqnOptions } from './options.ts';

type EpsilonOptions = Pick<
  DqnOptions,
  'epsilonStart' | 'epsilonEnd' | 'epsilonDecaySteps' | 'epsilonDecayFrom' | 'learnStart'
>;

/** The probability of a random action at the given agent step: linear from start to end, then constant. */
export function epsilonAt(options: EpsilonOptions, agentSteps: number): number {
  const { epsilonStart, epsilonEnd, epsilonDecaySteps } = options;
  const since = Math.max(0, agentSteps - (options.epsilonDecayFrom === 'learn-start' ? options.learnStart : 0));
  if (since >= epsilonDecaySteps) return epsilonEnd;
  return epsilonStart + (epsilonEnd - epsilonStart) * (since / epsilonDecaySteps);
}
