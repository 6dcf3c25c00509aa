/** The presets of well-known libraries (reference: algorithms.md, "Presets from the field"). */
import { commonAgent } from '../../agent/options.ts';
import { commonEnvironment } from '../../env/options.ts';
import type { Preset } from './preset.ts';

/** The wrappers of OpenAI's baselines, which both use: 30 no-ops, lost lives, FIRE, the sign of the reward. */
const gymEnvironment = {
  ...commonEnvironment,
  randomStarts: 30,
  fireStart: 'if-possible',
  lifeLoss: 'ends-episode',
  rewardClipping: 'sign',
} as const;

export const cleanrl: Preset = {
  about: "CleanRL's dqn_atari.py",
  values: {
    steps: 10_000_000,
    targetReward: null,
    gameLineEvery: 0,
    ...gymEnvironment,
    stackPadding: 'repeat',
    ...commonAgent,
    learnStart: 80_000,
    targetEvery: 1_000,
    epsilonEnd: 0.01,
    loss: 'squared',
  },
};

export const sb3: Preset = {
  about: 'The DQN of Stable-Baselines3 on Atari',
  values: {
    steps: 10_000_000,
    targetReward: null,
    gameLineEvery: 0,
    ...gymEnvironment,
    ...commonAgent,
    learnStart: 100_000,
  },
};

export const dopamine: Preset = {
  about: "Dopamine's DQN: sticky actions, Adam",
  values: {
    steps: 50_000_000,
    targetReward: null,
    gameLineEvery: 0,
    evaluateEvery: 250_000,
    evaluateSteps: 125_000,
    evaluationEpsilon: 0.001,
    best: 'evaluation',
    ...commonEnvironment,
    rewardClipping: 'clip',
    repeatActionProbability: 0.25,
    maxEpisodeSteps: 27_000,
    ...commonAgent,
    initialisation: 'xavier',
    learnStart: 20_000,
    targetEvery: 8_000,
    epsilonEnd: 0.01,
    epsilonDecaySteps: 250_000,
    epsilonDecayFrom: 'learn-start',
    learningRate: 6.25e-5,
    optimiserEpsilon: 1.5e-4,
  },
};
