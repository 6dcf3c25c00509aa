/**
 * Protocols of evaluation, each a set of environment values that takes the place of a preset's, so that any agent can be trained and
 * evaluated under any of them.
 * Sources: `deepmind`: Mnih et al. 2015, Methods (reference: algorithms.md A); `machado`: Machado et al., JAIR 61, 2018, section 5;
 * `gym`: the wrappers of OpenAI's baselines, which CleanRL and Stable-Baselines3 use.
 */
import type { Configuration } from './configuration.ts';

export const protocolNames = ['as-preset', 'deepmind', 'machado', 'gym'] as const;
export type ProtocolName = (typeof protocolNames)[number];

export interface Protocol {
  /** One sentence without a full stop. */
  readonly about: string;
  readonly values: Partial<Configuration>;
}

export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  'as-preset': { about: "The preset's own", values: {} },
  deepmind: {
    about: 'Up to 30 no-ops, a lost life ends an episode, rewards clipped, evaluation of 125,000 steps at epsilon 0.05',
    values: {
      randomStarts: 30,
      randomStartForm: 'one-more',
      fireStart: 'off',
      lifeLoss: 'ends-episode',
      lifeLossBreaksSkip: true,
      afterLifeLoss: 'random-start',
      rewardClipping: 'clip',
      minReward: -1,
      maxReward: 1,
      repeatActionProbability: 0,
      actionSet: 'xitari',
      maxEpisodeFrames: 0,
      maxEpisodeSteps: 0,
      evaluateEvery: 250_000,
      evaluateSteps: 125_000,
      evaluationEpsilon: 0.05,
    },
  },
  machado: {
    about: 'Sticky actions, all 18 actions, no signal of a lost life, episodes of at most 108,000 frames',
    values: {
      randomStarts: 0,
      randomStartForm: 'drawn',
      fireStart: 'off',
      lifeLoss: 'ignored',
      repeatActionProbability: 0.25,
      actionSet: 'full',
      maxEpisodeFrames: 108_000,
      maxEpisodeSteps: 0,
    },
  },
  gym: {
    about: 'Up to 30 no-ops, FIRE, a lost life ends an episode, the sign of the reward',
    values: {
      randomStarts: 30,
      randomStartForm: 'drawn',
      fireStart: 'if-possible',
      lifeLoss: 'ends-episode',
      lifeLossBreaksSkip: false,
      afterLifeLoss: 'noop-step',
      rewardClipping: 'sign',
      repeatActionProbability: 0,
      actionSet: 'minimal',
      maxEpisodeFrames: 0,
      maxEpisodeSteps: 0,
    },
  },
};
