/** What the agent needs of an environment; src/env has one for the console. */
export interface Environment {
  readonly actionCount: number;
  /** The newest observation: u8, `observationSize` x `observationSize`, rows from the top. Reused by each step. */
  readonly frame: Uint8Array;
  /** Begins an episode; `seed` restarts the environment's own randomness, `randomStart` false leaves the random start out. */
  reset(seed?: number, options?: { readonly randomStart?: boolean }): unknown;
  /** Plays one agent step. The result is reused by the next call. */
  step(actionIndex: number): EnvironmentStep;
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
}

export interface EnvironmentStep {
  /** What the agent learns from (clipped, where clipping is on). */
  readonly reward: number;
  readonly rawReward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  /** No value follows in learning: terminated, or a life was lost that is a terminal transition of an episode that goes on. */
  readonly endsValue: boolean;
  readonly info: {
    /** Sum of raw rewards and number of agent steps of the whole game so far. */
    readonly episodeReturn: number;
    readonly episodeSteps: number;
    readonly gameOver: boolean;
    readonly lives: number;
    readonly score: number;
    /** Emulated frames of this game. */
    readonly frame: number;
  };
}
