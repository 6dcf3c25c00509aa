/** What a run in progress consists of, beside its replay memory. Typed arrays go into a file as they are, the rest as JSON. */
import type { FrameHistoryState } from './frameHistory.ts';
import type { NamedArray } from './weights.ts';

export interface DqnState {
  /** Whole parameter buffers, in our own layout: `online`, `target`, `optimiser.first`, `optimiser.second`, `statistics`. */
  readonly arrays: readonly NamedArray[];
  readonly counters: { readonly agentSteps: number; readonly updates: number; readonly episodes: number };
  readonly startsEpisode: boolean;
  /** Generator states, 4 words each. */
  readonly exploration: readonly number[];
  readonly sampling: readonly number[];
  readonly history: FrameHistoryState;
  readonly environment: Uint8Array;
}
