/** Values that change as training goes on. */
import type { DqnOptions } from './options.ts';

type EpsilonOptions = Pick<
  DqnOptions,
  | 'epsilonStart'
  | 'epsilonEnd'
  | 'epsilonDecaySteps'
  | 'epsilonDecayFrom'
  | 'epsilonFinal'
  | 'epsilonFinalStep'
  | 'learnStart'
>;

/**
 * The probability of a random action at the given agent step: linear from start to end, then constant, or from there on linear to the
 * final value, which it has from `epsilonFinalStep` on.
 */
export function epsilonAt(options: EpsilonOptions, agentSteps: number): number {
  const { epsilonStart, epsilonEnd, epsilonDecaySteps, epsilonFinal, epsilonFinalStep } = options;
  const decayStart = options.epsilonDecayFrom === 'learn-start' ? options.learnStart : 0;
  const since = Math.max(0, agentSteps - decayStart);
  if (since < epsilonDecaySteps) return epsilonStart + (epsilonEnd - epsilonStart) * (since / epsilonDecaySteps);
  if (epsilonFinal === null) return epsilonEnd;
  if (agentSteps >= epsilonFinalStep) return epsilonFinal;
  const decayEnd = decayStart + epsilonDecaySteps;
  return (
    epsilonEnd + (epsilonFinal - epsilonEnd) * (Math.max(0, agentSteps - decayEnd) / (epsilonFinalStep - decayEnd))
  );
}

type LearningRateOptions = Pick<
  DqnOptions,
  'learningRate' | 'learningRateEnd' | 'learningRateDecaySteps' | 'learnStart'
>;

/** The learning rate of an update at the given agent step: constant until learning starts, then linear to its end, then constant. */
export function learningRateAt(options: LearningRateOptions, agentSteps: number): number {
  const { learningRate, learningRateEnd, learningRateDecaySteps, learnStart } = options;
  if (learningRateEnd === null) return learningRate;
  const since = Math.max(0, agentSteps - learnStart);
  if (since >= learningRateDecaySteps) return learningRateEnd;
  return learningRate + (learningRateEnd - learningRate) * (since / learningRateDecaySteps);
}
