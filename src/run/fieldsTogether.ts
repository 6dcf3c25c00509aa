/** What fields of the configuration demand of each other. What each allows by itself stands in its type. */
import { frameAges } from '../frameAges.ts';
import type { Configuration, FieldName } from './configuration.ts';

/** A demand that is not met. */
export interface Breach {
  /** The field to be complained about. */
  readonly name: FieldName;
  /** A clause without a full stop. */
  readonly reason: string;
  readonly hint: string;
}

/** The first breach, in the order in which a reader would look; undefined where the fields fit together. */
export function breachOf(configuration: Configuration): Breach | undefined {
  return rules.map((rule) => rule(configuration)).find((breach) => breach !== undefined);
}

type Rule = (configuration: Configuration) => Breach | undefined;

const breach = (name: FieldName, reason: string, hint: string): Breach => ({ name, reason, hint });

const rules: readonly Rule[] = [
  ({ learnStart, batchSize, nSteps }) => {
    const least = batchSize + nSteps - 1;
    if (learnStart >= least) return undefined;
    const batch = `${learnStart} steps hold no batch of ${batchSize}${nSteps === 1 ? '' : ` with returns of ${nSteps} steps`}`;
    return breach('learnStart', batch, `Use at least --learn-start ${least}, or lower --batch-size.`);
  },
  // Neither the newest transitions nor, where the ring is full, the oldest states can be drawn; cut-off games take entries, too.
  ({ replayCapacity, batchSize, stack, historyType, historySpacing, nSteps }) => {
    const frames = frameAges(stack, historyType, historySpacing)[stack - 1] + nSteps;
    const least = 2 * (batchSize + frames);
    if (replayCapacity >= least) return undefined;
    const needs = `batches of ${batchSize} and transitions over ${frames + 1} frames`;
    return breach(
      'replayCapacity',
      `a memory of ${replayCapacity} is too small for ${needs}`,
      `Use at least --replay-capacity ${least}.`,
    );
  },
  ({ replayBuffer, batchSize }) =>
    replayBuffer % batchSize === 0
      ? undefined
      : breach(
          'replayBuffer',
          `${replayBuffer} is no multiple of the batch, ${batchSize}`,
          `Use --replay-buffer ${nearestMultiple(replayBuffer, batchSize)}, or 0 to draw each batch by itself.`,
        ),
  ({ targetPhase, targetEvery }) =>
    targetPhase < targetEvery
      ? undefined
      : breach(
          'targetPhase',
          `${targetPhase} is no remainder of a division by ${targetEvery}, so that the target would never be copied`,
          `Use at most --target-phase ${targetEvery - 1}.`,
        ),
  ({ epsilonFinal, epsilonFinalStep, epsilonDecayFrom, epsilonDecaySteps, learnStart }) => {
    const end = epsilonDecaySteps + (epsilonDecayFrom === 'learn-start' ? learnStart : 0);
    if (epsilonFinal === null || epsilonFinalStep > end) return undefined;
    return breach(
      'epsilonFinalStep',
      `the second piece of epsilon cannot end at step ${epsilonFinalStep}, because the first one ends at ${end}`,
      `Use at least --epsilon-final-step ${end + 1}, or --epsilon-final none.`,
    );
  },
  ({ clipDelta, loss }) =>
    clipDelta !== null || loss !== 'huber'
      ? undefined
      : breach('clipDelta', "Huber's loss needs a number", 'Give one, or --loss squared, which clips nothing.'),
  ({ minReward, maxReward }) =>
    minReward <= maxReward
      ? undefined
      : breach('minReward', `${minReward} is above --max-reward ${maxReward}`, 'Lower the one or raise the other.'),
  ({ lifeLoss, afterLifeLoss, randomStarts }) =>
    lifeLoss !== 'ends-episode' || afterLifeLoss !== 'random-start' || randomStarts > 0
      ? undefined
      : breach(
          'afterLifeLoss',
          'random-start has no no-ops to play, because --random-starts is 0',
          'Use --random-starts 30, or --after-life-loss noop-step.',
        ),
  ({ best, evaluateEvery }) =>
    best !== 'evaluation' || evaluateEvery > 0
      ? undefined
      : breach('best', 'no evaluation will find the best network', 'Give --evaluate-every, or --best training.'),
  ({ initialBest, initialWeights }) =>
    !initialBest || initialWeights !== null
      ? undefined
      : breach('initialBest', 'no run is named to take the best weights of', 'Name its folder: --network DIR.'),
];

function nearestMultiple(value: number, of: number): number {
  return Math.max(1, Math.round(value / of)) * of;
}
