/** The agent's options. Defaults, ranges and sources stand in src/run/agentFields.ts; nothing here has a default. */
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
