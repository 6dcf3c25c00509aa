/** What a preset is, and the values that most of them share. */
import type { DqnOptions } from '../../agent/options.ts';
import type { EnvironmentOptions } from '../../env/options.ts';
import type { Configuration } from '../configuration.ts';

type Stated = Omit<EnvironmentOptions & DqnOptions, 'seed' | 'storage'>;
type OfRun = Omit<Configuration, keyof Stated | 'game' | 'preset' | 'protocol' | 'seed' | 'storage'>;

/**
 * Every value of environment and agent, the ones that equal a default too, so that a preset stays what it is when a default changes;
 * and those of the run that belong to it.
 */
export type PresetValues = Stated & Partial<OfRun>;

export interface Preset {
  /** One sentence without a full stop: what it reproduces or is for. */
  readonly about: string;
  readonly values: PresetValues;
}

/** Four frames a step, the brighter of the last two, four observations of 84 x 84: as in Mnih et al. 2015, and ever since. */
export const commonEnvironment = {
  frameSkip: 4,
  maxPool: 2,
  observationSize: 84,
  resize: 'area',
  crop: 'none',
  stack: 4,
  stackPadding: 'zero',
  historyType: 'linear',
  historySpacing: 1,
  randomStarts: 0,
  randomStartForm: 'drawn',
  fireStart: 'off',
  lifeLoss: 'ignored',
  lifeLossBreaksSkip: false,
  afterLifeLoss: 'noop-step',
  rewardClipping: 'none',
  minReward: -1,
  maxReward: 1,
  repeatActionProbability: 0,
  actionSet: 'minimal',
  maxEpisodeFrames: 0,
  maxEpisodeSteps: 0,
} as const satisfies EnvironmentOptions;

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
