/** The environment's options, and their common values. Ranges and sources stand in src/run/environmentFields.ts. */
import type { HistoryType } from '../frameAges.ts';

export interface EnvironmentOptions {
  /** Emulated frames for which each action is held; rewards are summed; broken off by the end of the game or its cut-off. */
  readonly frameSkip: number;
  /** The observation is the per-pixel maximum of the last `maxPool` emulated frames (1 or 2). */
  readonly maxPool: 1 | 2;
  /** Side of the square observation, pixels. */
  readonly observationSize: number;
  /** How a picture becomes smaller: averaged over areas, between the nearest four pixels, or the nearest one. */
  readonly resize: 'area' | 'bilinear' | 'nearest';
  /**
   * What becomes the observation. `none`: the whole screen. `lapan`: scaled to 84 x 110 and rows 18 to 101 kept; in proportion at other
   * sizes. `graetz`: rows 34 to 193 of the screen, then scaled.
   */
  readonly crop: 'none' | 'lapan' | 'graetz';
  /** Observations in a state. */
  readonly stack: number;
  /** What stands before the first observation of an episode: black ones, the first one repeated, or those of the episode before. */
  readonly stackPadding: 'zero' | 'repeat' | 'previous';
  /** Which observations make a state (frameAges.ts). */
  readonly historyType: HistoryType;
  readonly historySpacing: number;
  /** At most so many emulated frames of NOOP at the start of a game, drawn uniformly from 1..n; 0 to draw none. */
  readonly randomStarts: number;
  /**
   * `drawn`: k frames. `steps`: k agent steps (Graetz). `one-more`: k + 1 frames, 1 where none are drawn, and of their rewards only the
   * last one's counts (DeepMind).
   */
  readonly randomStartForm: 'drawn' | 'steps' | 'one-more';
  /** After a reset press FIRE and then the third action, as games that wait for FIRE need; `if-possible`: only where there is FIRE. */
  readonly fireStart: 'off' | 'required' | 'if-possible';
  /** What losing a life is for learning: nothing, the end of an episode, or a terminal transition of an episode that goes on (Graetz). */
  readonly lifeLoss: 'ignored' | 'ends-episode' | 'terminal-in-memory';
  /** A lost life that ends an episode breaks the frame skip off at once (DeepMind); false: the action's frames are played out (gym). */
  readonly lifeLossBreaksSkip: boolean;
  /**
   * After a lost life ended an episode the same game goes on: with one no-op step, or with the no-ops of a random start (DeepMind), at
   * least one frame.
   */
  readonly afterLifeLoss: 'noop-step' | 'random-start';
  readonly rewardClipping: 'none' | 'clip' | 'sign';
  /** What `clip` clips to. */
  readonly minReward: number;
  readonly maxReward: number;
  /** Probability that the console repeats the previous action in a frame (sticky actions). */
  readonly repeatActionProbability: number;
  /** The actions that do something in the game; those that DeepMind's emulator, Xitari, offers (NOOP, RIGHT, LEFT in Pong); or all 18. */
  readonly actionSet: 'minimal' | 'xitari' | 'full';
  /** Emulated frames of a game, its start included, after which the episode is truncated; 0 for no limit. */
  readonly maxEpisodeFrames: number;
  /** The same in agent steps, those of its start not counted. */
  readonly maxEpisodeSteps: number;
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
