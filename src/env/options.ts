/** The environment's options. Defaults, ranges and sources stand in src/run/configuration.ts; nothing here has a default. */
export interface EnvironmentOptions {
  /** Emulated frames for which each action is held; rewards are summed; broken by the end of an episode. */
  readonly frameSkip: number;
  /** The observation is the per-pixel maximum of the last `maxPool` emulated frames (1 or 2). */
  readonly maxPool: 1 | 2;
  /** Side of the square observation, pixels. */
  readonly observationSize: number;
  /** `area`: the whole screen averaged to the square. `crop`: averaged to 84 x 110, rows 18 to 101 kept (Lapan); size 84 only. */
  readonly resize: 'area' | 'crop';
  /** Observations in a state. */
  readonly stack: number;
  /** What stands before the first observation of an episode: black frames or the first one repeated. */
  readonly stackPadding: 'zero' | 'repeat';
  /** At most so many emulated frames of NOOP at the start of a game, drawn uniformly from 1..n; 0 for none. */
  readonly randomStarts: number;
  /** After a reset press FIRE and then the third action, as games that wait for FIRE need. */
  readonly fireStart: boolean;
  /** Losing a life ends the episode for learning; the console is not reset. */
  readonly lifeLossTerminal: boolean;
  readonly rewardClipping: 'none' | 'clip' | 'sign';
  /** Probability that the console repeats the previous action in a frame (sticky actions). */
  readonly repeatActionProbability: number;
  readonly actionSet: 'minimal' | 'full';
  /** Emulated frames of a game, its start included, after which the episode is truncated; 0 for no limit. */
  readonly maxEpisodeFrames: number;
}
