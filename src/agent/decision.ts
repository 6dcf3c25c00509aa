/** A decision at the moment that it is shown: the action is chosen and the environment has not played it yet. */
import type { FrameHistory } from './frameHistory.ts';

export interface Decision {
  /** Place in the environment's actions. */
  readonly action: number;
  readonly wasRandom: boolean;
  /** Probability of a random action. */
  readonly epsilon: number;
  /** The state that it was made in; changes with the next step. */
  readonly history: FrameHistory;
  /** The number of the game, from 1, and its unclipped reward before this decision. */
  readonly game: number;
  readonly gameReward: number;
}

/** One who decides, and can be asked once about the next decision. */
export interface Decider {
  /** Called with the next decision, then forgotten. */
  onNextDecision: ((decision: Decision) => void) | undefined;
}
