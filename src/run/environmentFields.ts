/** The configuration's fields that make the environment. */
import { z } from 'zod';
import { historyTypes } from '../frameAges.ts';
import { count, environment, field, probability, steps } from './field.ts';

const rewardLimit = z.number().min(-1e9).max(1e9);

export const environmentFields = {
  frameSkip: field(
    count(1, 60),
    4,
    environment('Mnih 2015', 'Frames for which an action is held; their rewards are summed', 'frames'),
  ),
  maxPool: field(
    z.literal([1, 2]),
    2,
    environment('Mnih 2015', 'Newest frames whose per-pixel maximum is the observation', 'frames'),
  ),
  observationSize: field(
    count(36, 160).multipleOf(2),
    84,
    environment('Mnih 2015', 'Side of the square observation', 'pixels'),
  ),
  resize: field(
    z.enum(['area', 'bilinear', 'nearest']),
    'area',
    environment('Lapan', 'How the picture is scaled: averaged over areas, between four pixels, or the nearest pixel'),
  ),
  crop: field(
    z.enum(['none', 'lapan', 'graetz']),
    'lapan',
    environment(
      'Lapan',
      'lapan: scaled to 84 x 110, rows 18 to 101 kept (in proportion at other sizes); graetz: rows 34 to 193 of the screen, then scaled',
    ),
  ),
  stack: field(count(1, 16), 4, environment('Mnih 2015', 'Observations in a state', 'observations')),
  stackPadding: field(
    z.enum(['zero', 'repeat', 'previous']),
    'zero',
    environment(
      'Lapan',
      "Before an episode's first observation stand black ones, it is repeated, or those of the episode before stand there",
    ),
  ),
  historyType: field(
    z.enum(historyTypes),
    'linear',
    environment('Mnih 2015', 'Gaps between the observations of a state: equal, or growing with powers of 2 or 1.25'),
  ),
  historySpacing: field(count(1, 100), 1, environment('Mnih 2015', 'The first of these gaps', 'observations')),
  randomStarts: field(
    count(0, 10_000),
    0,
    environment(
      'Lapan',
      'At most so many no-op frames, drawn uniformly from 1 up, begin a game; 0 to draw none',
      'frames',
    ),
  ),
  randomStartForm: field(
    z.enum(['drawn', 'steps', 'one-more']),
    'drawn',
    environment(
      'Lapan',
      "steps: each no-op lasts an agent step (Graetz); one-more: one frame more than drawn, one where none are, and of their rewards only the last one's counts (DeepMind)",
    ),
  ),
  fireStart: field(
    z.enum(['off', 'required', 'if-possible']),
    'required',
    environment('Lapan', 'After a reset press FIRE and then the third action; if-possible: in games that have FIRE'),
  ),
  lifeLoss: field(
    z.enum(['ignored', 'ends-episode', 'terminal-in-memory']),
    'ignored',
    environment(
      'Lapan',
      'What a lost life is for learning: nothing, the end of an episode, or a terminal transition of one that goes on',
    ),
  ),
  lifeLossBreaksSkip: field(
    z.boolean(),
    false,
    environment(
      'Lapan',
      "A life that ends an episode ends its last action's frames too (DeepMind), as the game's end does",
    ),
  ),
  afterLifeLoss: field(
    z.enum(['noop-step', 'random-start']),
    'noop-step',
    environment(
      'Lapan',
      'After a life that ended an episode: one no-op step, or the no-ops of a random start (DeepMind)',
    ),
  ),
  rewardClipping: field(
    z.enum(['none', 'clip', 'sign']),
    'none',
    environment('Lapan', 'Rewards for learning: as they are, clipped to --min-reward..--max-reward, or their sign'),
  ),
  minReward: field(rewardLimit, -1, environment('Mnih 2015', 'Least reward after `clip`', 'points')),
  maxReward: field(rewardLimit, 1, environment('Mnih 2015', 'Largest reward after `clip`', 'points')),
  repeatActionProbability: field(
    probability,
    0,
    environment('Lapan', 'Probability that the console repeats the previous action in a frame (Machado 2018: 0.25)'),
  ),
  actionSet: field(
    z.enum(['minimal', 'xitari', 'full']),
    'minimal',
    environment(
      'Lapan',
      "The actions that do something in the game; those that DeepMind's emulator offers (in Pong NOOP, RIGHT, LEFT); or all 18",
    ),
  ),
  maxEpisodeFrames: field(
    count(0, 1e9),
    0,
    environment(
      'Lapan',
      'An episode is cut off after so many frames; 0 for no limit (Machado 2018: 108,000)',
      'frames',
    ),
  ),
  maxEpisodeSteps: field(
    count(0, 1e9),
    0,
    environment('Lapan', 'An episode is cut off after so many agent steps; 0 for no limit (Dopamine: 27,000)', steps),
  ),
};
