/** The agent's options, and their common values. Ranges and sources stand in src/run/agentFields.ts. */
import type { HistoryType } from '../frameAges.ts';

export const networkNames = ['nature', 'nature-padded', 'nips2013', 'dueling', 'dueling-small'] as const;
export type NetworkName = (typeof networkNames)[number];

export interface DqnOptions {
  readonly seed: number;
  /** architecture.ts says what each is. */
  readonly network: NetworkName;
  /** First weights: weights and biases uniform in +-1/sqrt(fan-in), or weights uniform in +-sqrt(6 / (fan-in + fan-out)) and biases 0. */
  readonly initialisation: 'fan-in' | 'xavier';
  /** Side of the square observation, pixels, observations in a state and which; as the environment's. */
  readonly observationSize: number;
  readonly stack: number;
  readonly stackPadding: 'zero' | 'repeat' | 'previous';
  readonly historyType: HistoryType;
  readonly historySpacing: number;
  readonly discount: number;
  /** Steps whose rewards are summed before the value of the state that follows. */
  readonly nSteps: number;
  /** The online network chooses the next action, the target network values it (van Hasselt et al. 2016). */
  readonly doubleDqn: boolean;
  readonly batchSize: number;
  /** Transitions kept. */
  readonly replayCapacity: number;
  /** Whether a transition may appear twice in one batch. */
  readonly replaySampling: 'with-replacement' | 'without-replacement';
  /** `none`: states and next states may reach over the place where the ring is written (DeepMind). */
  readonly replayGuard: 'exact' | 'none';
  /** Transitions drawn at once, for several batches; 0: each batch by itself. */
  readonly replayBuffer: number;
  /** A drawn transition that does not end an episode, or has no reward, is kept with this probability. */
  readonly nonTerminalProbability: number;
  readonly nonEventProbability: number;
  /** Agent steps before the first update. */
  readonly learnStart: number;
  /** Agent steps between updates. */
  readonly updateEvery: number;
  /** Updates each time. */
  readonly updatesAtOnce: number;
  /** An update comes after its step, or between choosing the next action and playing it (DeepMind). */
  readonly updateOrder: 'after-step' | 'before-step';
  /** Agent steps between copies to the target network, and at which remainder of them it is copied. */
  readonly targetEvery: number;
  readonly targetPhase: number;
  readonly epsilonStart: number;
  readonly epsilonEnd: number;
  /** Agent steps over which epsilon falls linearly from start to end. */
  readonly epsilonDecaySteps: number;
  /** Whether the decay starts at step 0 or when learning starts. */
  readonly epsilonDecayFrom: 'start' | 'learn-start';
  /** A second piece falls linearly from `epsilonEnd` to this, which it reaches at the agent step `epsilonFinalStep`; null: none. */
  readonly epsilonFinal: number | null;
  readonly epsilonFinalStep: number;
  /** Which of several best actions is taken. */
  readonly greedyTies: 'first' | 'random';
  /** Of the TD error d: d^2; Huber's; or d itself, clipped, as the gradient (DeepMind). */
  readonly loss: 'squared' | 'huber' | 'clipped-delta';
  /** Where Huber's loss turns linear and the delta is clipped; null: not clipped (`clipped-delta` only). */
  readonly clipDelta: number | null;
  /** Rewards are divided by the largest one so far, at least 1. */
  readonly rescaleRewards: boolean;
  /** The gradient is the mean or the sum over the batch. */
  readonly gradient: 'mean' | 'sum';
  /** Times each weight, added to its gradient. */
  readonly weightCost: number;
  readonly optimiser: 'adam' | 'rmsprop' | 'rmsprop-centred';
  readonly learningRate: number;
  /** Reached linearly over so many agent steps after `learnStart`; null: the rate stays. */
  readonly learningRateEnd: number | null;
  readonly learningRateDecaySteps: number;
  /** Adam's beta1 and beta2. */
  readonly adamBeta1: number;
  readonly adamBeta2: number;
  /** RMSProp's decay of both running means, and its momentum (the common form only). */
  readonly rmspropDecay: number;
  readonly rmspropMomentum: number;
  /** Added to the denominator (Adam, common RMSProp) or under its root (centred RMSProp). */
  readonly optimiserEpsilon: number;
  /** What the passes read the weights from: the weights themselves, or a copy rounded to f16. */
  readonly storage: 'f32' | 'f16';
}

/** One-step targets, batches of 32 drawn uniformly, Adam as its authors have it: nobody's quirks. */
export const commonAgent = {
  network: 'nature',
  initialisation: 'fan-in',
  discount: 0.99,
  nSteps: 1,
  doubleDqn: false,
  batchSize: 32,
  replayCapacity: 1_000_000,
  replaySampling: 'with-replacement',
  replayGuard: 'exact',
  replayBuffer: 0,
  nonTerminalProbability: 1,
  nonEventProbability: 1,
  learnStart: 50_000,
  updateEvery: 4,
  updatesAtOnce: 1,
  updateOrder: 'after-step',
  targetEvery: 10_000,
  targetPhase: 0,
  epsilonStart: 1,
  epsilonEnd: 0.1,
  epsilonDecaySteps: 1_000_000,
  epsilonDecayFrom: 'start',
  epsilonFinal: null,
  epsilonFinalStep: 0,
  greedyTies: 'first',
  loss: 'huber',
  clipDelta: 1,
  rescaleRewards: false,
  gradient: 'mean',
  weightCost: 0,
  optimiser: 'adam',
  learningRate: 1e-4,
  learningRateEnd: null,
  learningRateDecaySteps: 1_000_000,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  rmspropDecay: 0.95,
  rmspropMomentum: 0,
  optimiserEpsilon: 1e-8,
} as const satisfies Partial<DqnOptions>;

/** What an agent and its environment must agree on: the environment's options have it. */
export type ObservationOptions = Pick<
  DqnOptions,
  'observationSize' | 'stack' | 'stackPadding' | 'historyType' | 'historySpacing'
>;

/**
 * All options of an agent for an environment with these: the ones given, and for the rest the common ones, seed 1 and weights in f32.
 * Ranges are those of docs/configuration.md and are not checked here.
 */
export function dqnOptions(
  environment: ObservationOptions,
  given: Partial<Omit<DqnOptions, keyof ObservationOptions>> = {},
): DqnOptions {
  const { observationSize, stack, stackPadding, historyType, historySpacing } = environment;
  return {
    ...{ ...commonAgent, seed: 1, storage: 'f32', ...given },
    ...{ observationSize, stack, stackPadding, historyType, historySpacing },
  };
}
