/**
 * What learns in minutes, or overnight, on two cores without a GPU. Values by trial. Frames of 52 pixels make an update two to three
 * times cheaper than 84, and the strides of the convolutions cover them whole.
 */
import { commonAgent } from '../../agent/options.ts';
import { commonEnvironment } from '../../env/options.ts';
import type { Preset } from './preset.ts';
import { deepmind, graetz, lapan } from './systems.ts';

/** For demonstrations and tests. */
export const quick: Preset = {
  about: 'The small network of Mnih et al. 2013 and short schedules: learns `catch` in minutes without a GPU',
  values: {
    steps: 20_000,
    targetReward: null,
    gameLineEvery: 0,
    metricsEvery: 500,
    checkpointEvery: 10_000,
    ...commonEnvironment,
    observationSize: 52,
    rewardClipping: 'clip',
    ...commonAgent,
    network: 'nips2013',
    discount: 0.95,
    replayCapacity: 10_000,
    learnStart: 500,
    updateEvery: 1,
    targetEvery: 250,
    epsilonEnd: 0.02,
    epsilonDecaySteps: 5_000,
    learningRate: 5e-4,
  },
};

/** What `quick` is for `catch`, for a longer game: more memory, a longer view, a slower fall of epsilon. */
export const pongCpu: Preset = {
  about: 'Our `pong` on two cores without a GPU, in an hour or two',
  values: {
    ...quick.values,
    steps: 200_000,
    targetReward: 19.5,
    metricsEvery: 1_000,
    checkpointEvery: 20_000,
    evaluationEpsilon: 0.01,
    discount: 0.97,
    replayCapacity: 100_000,
    learnStart: 1_000,
    epsilonDecaySteps: 20_000,
  },
};

/** Of a system that is scaled down: everything that makes it what it is stays; sizes and schedules shrink a hundredfold. */
const scaled = {
  steps: 20_000,
  targetReward: null,
  metricsEvery: 500,
  checkpointEvery: 10_000,
  observationSize: 52,
  discount: 0.95,
  replayCapacity: 10_000,
  learnStart: 500,
  epsilonDecaySteps: 5_000,
} as const;

export const deepmindSmall: Preset = {
  about: '`deepmind` scaled down to `catch` and `bricks` on two cores without a GPU',
  values: {
    ...deepmind.values,
    ...scaled,
    network: 'nips2013',
    evaluateEvery: 5_000,
    evaluateSteps: 1_000,
    updateEvery: 1,
    targetEvery: 250,
    epsilonEnd: 0.02,
    // Under the root, DeepMind's 0.01 is more than the square of a small network's gradients: their sizes would count again.
    optimiserEpsilon: 1e-6,
  },
};

export const lapanSmall: Preset = {
  about: '`lapan` scaled down to `catch` and `bricks` on two cores without a GPU',
  values: {
    ...lapan.values,
    ...scaled,
    gameLineEvery: 0,
    fireStart: 'if-possible',
    network: 'nips2013',
    targetEvery: 250,
    learningRate: 5e-4,
  },
};

export const graetzSmall: Preset = {
  about: '`graetz` scaled down to `catch` and `bricks` on two cores without a GPU',
  values: {
    ...graetz.values,
    ...scaled,
    gameLineEvery: 0,
    recordEvery: 0,
    checkpointEveryGames: 0,
    network: 'dueling-small',
    targetEvery: 250,
    epsilonFinalStep: 15_000,
    learningRate: 5e-4,
  },
};
