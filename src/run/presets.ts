/**
 * Presets: data over the defaults of configuration.ts. A preset names every value that makes it what it is, the ones that equal a
 * default too, so that it stays what it is when a default changes.
 */
import type { Configuration } from './configuration.ts';

export const presetNames = ['lapan', 'quick'] as const;
export type PresetName = (typeof presetNames)[number];

export interface Preset {
  /** One sentence: what it reproduces or is for. */
  readonly about: string;
  readonly values: Partial<Omit<Configuration, 'game' | 'preset' | 'seed'>>;
}

/** The PyTorch DQN for Pong of Lapan, "Deep Reinforcement Learning Hands-On", chapter 6 (reference: algorithms.md B). */
const lapan: Preset = {
  about: "The PyTorch DQN for Pong of Lapan's book, chapter 6",
  values: {
    steps: 0,
    targetReward: 19.5,
    frameSkip: 4,
    maxPool: 2,
    observationSize: 84,
    resize: 'crop',
    stack: 4,
    stackPadding: 'zero',
    randomStarts: 0,
    fireStart: true,
    lifeLossTerminal: false,
    rewardClipping: 'none',
    repeatActionProbability: 0,
    actionSet: 'minimal',
    maxEpisodeFrames: 0,
    network: 'nature',
    discount: 0.99,
    batchSize: 32,
    replayCapacity: 10_000,
    replaySampling: 'without-replacement',
    learnStart: 10_000,
    updateEvery: 1,
    targetEvery: 1_000,
    epsilonStart: 1,
    epsilonEnd: 0.02,
    epsilonDecaySteps: 100_000,
    epsilonDecayFrom: 'start',
    loss: 'squared',
    gradient: 'mean',
    optimiser: 'adam',
    learningRate: 1e-4,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    optimiserEpsilon: 1e-8,
  },
};

/**
 * For demonstrations and tests: learns `catch` in minutes on a software adapter with two cores. Values by trial. Frames of 52 pixels
 * make an update two to three times cheaper than 84, and the strides of the convolutions cover them whole.
 */
const quick: Preset = {
  about: 'The small network of Mnih et al. 2013 and short schedules: learns `catch` in minutes without a GPU',
  values: {
    steps: 20_000,
    targetReward: null,
    frameSkip: 4,
    maxPool: 2,
    observationSize: 52,
    resize: 'area',
    stack: 4,
    stackPadding: 'zero',
    randomStarts: 0,
    fireStart: false,
    lifeLossTerminal: false,
    rewardClipping: 'clip',
    repeatActionProbability: 0,
    actionSet: 'minimal',
    maxEpisodeFrames: 0,
    network: 'nips2013',
    discount: 0.95,
    batchSize: 32,
    replayCapacity: 10_000,
    replaySampling: 'with-replacement',
    learnStart: 500,
    updateEvery: 1,
    targetEvery: 250,
    epsilonStart: 1,
    epsilonEnd: 0.02,
    epsilonDecaySteps: 5_000,
    epsilonDecayFrom: 'start',
    loss: 'huber',
    gradient: 'mean',
    optimiser: 'adam',
    learningRate: 5e-4,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    optimiserEpsilon: 1e-8,
    metricsEvery: 500,
    checkpointEvery: 10_000,
  },
};

export const presets: Readonly<Record<PresetName, Preset>> = { lapan, quick };

/** The preset of a game for which the default one is nothing: `catch` has no FIRE, which a FIRE start needs. */
export const gamePresets: Readonly<Record<string, PresetName>> = { catch: 'quick' };
