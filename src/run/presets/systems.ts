/**
 * The three systems that this project reproduces (reference: algorithms.md A, B, C). Where a preset departs from its source,
 * docs/deviations.md says so.
 */
import { commonAgent } from '../../agent/options.ts';
import { commonEnvironment } from '../../env/options.ts';
import type { Preset } from './preset.ts';

/** Mnih et al., Nature 518, 2015: the values of the published run. */
export const deepmind: Preset = {
  about: "DeepMind's Lua and Torch DQN of Mnih et al. 2015, as published",
  values: {
    steps: 50_000_000,
    targetReward: null,
    metricsEvery: 10_000,
    checkpointEvery: 125_000,
    evaluateEvery: 250_000,
    evaluateSteps: 125_000,
    evaluationEpsilon: 0.05,
    validationSize: 500,
    best: 'evaluation',
    layerStatistics: true,
    gameLineEvery: 0,
    ...commonEnvironment,
    actionSet: 'xitari',
    randomStarts: 30,
    randomStartForm: 'one-more',
    lifeLoss: 'ends-episode',
    lifeLossBreaksSkip: true,
    afterLifeLoss: 'random-start',
    rewardClipping: 'clip',
    ...commonAgent,
    network: 'nature-padded',
    replayGuard: 'none',
    replayBuffer: 512,
    updateOrder: 'before-step',
    targetPhase: 1,
    epsilonDecayFrom: 'learn-start',
    greedyTies: 'random',
    loss: 'clipped-delta',
    rescaleRewards: true,
    gradient: 'sum',
    optimiser: 'rmsprop-centred',
    learningRate: 0.00025,
    optimiserEpsilon: 0.01,
  },
};

/** Lapan, "Deep Reinforcement Learning Hands-On", chapter 6. */
export const lapan: Preset = {
  about: "The PyTorch DQN for Pong of Lapan's book, chapter 6",
  values: {
    steps: 0,
    targetReward: 19.5,
    best: 'training',
    gameLineEvery: 1,
    ...commonEnvironment,
    crop: 'lapan',
    fireStart: 'required',
    ...commonAgent,
    replayCapacity: 10_000,
    replaySampling: 'without-replacement',
    learnStart: 10_000,
    updateEvery: 1,
    targetEvery: 1_000,
    epsilonEnd: 0.02,
    epsilonDecaySteps: 100_000,
    loss: 'squared',
  },
};

/** Graetz, "How to match DeepMind's Deep Q-Learning score in Breakout". */
export const graetz: Preset = {
  about: "The double, duelling DQN of Graetz's notebook for Breakout",
  values: {
    steps: 0,
    targetReward: null,
    evaluationEpsilon: 0.01,
    gameLineEvery: 10,
    recordEvery: 50,
    checkpointEvery: 0,
    checkpointEveryGames: 50,
    ...commonEnvironment,
    maxPool: 1,
    resize: 'nearest',
    crop: 'graetz',
    stackPadding: 'repeat',
    randomStarts: 20,
    randomStartForm: 'steps',
    lifeLoss: 'terminal-in-memory',
    repeatActionProbability: 0.25,
    maxEpisodeSteps: 18_000,
    ...commonAgent,
    network: 'dueling',
    initialisation: 'xavier',
    doubleDqn: true,
    updateEvery: 1,
    epsilonDecayFrom: 'learn-start',
    epsilonFinal: 0.01,
    epsilonFinalStep: 25_000_000,
    learningRate: 1e-5,
  },
};
