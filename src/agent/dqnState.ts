/** What a run in progress consists of, beside its replay memory. Typed arrays go into a file as they are, the rest as JSON. */
import type { FrameHistoryState } from './frameHistory.ts';
import type { NamedArray } from './weights.ts';

export interface DqnState {
  /** Whole parameter buffers, in our own layout: `online`, `target`, `optimiser.first`, `optimiser.second`, `statistics`. */
  readonly arrays: readonly NamedArray[];
  readonly counters: { readonly agentSteps: number; readonly updates: number; readonly episodes: number };
  readonly startsEpisode: boolean;
  /** What rewards are divided by with `rescaleRewards`; 1 without. */
  readonly largestReward: number;
  /** Generator states, 4 words each. */
  readonly exploration: readonly number[];
  readonly sampling: readonly number[];
  readonly history: FrameHistoryState;
  /** The transitions of the validation; empty before they are drawn, undefined without. */
  readonly validation: Uint8Array | undefined;
  readonly environment: Uint8Array;
}
