/** What a run in progress consists of, beside its replay memory. Typed arrays go into a file as they are, the rest as JSON. */
import type { NamedArray } from './weights.ts';

export interface DqnState {
  /** Whole parameter buffers, in our own layout: `online`, `target`, `optimiser.first`, `optimiser.second`, `statistics`. */
  readonly arrays: readonly NamedArray[];
  readonly counters: { readonly agentSteps: number; readonly updates: number; readonly episodes: number };
  readonly startsEpisode: boolean;
  /** Generator states, 4 words each. */
  readonly exploration: readonly number[];
  readonly sampling: readonly number[];
  readonly history: {
    readonly frames: Uint8Array;
    readonly indices: readonly number[];
    readonly length: number;
    readonly newest: number;
  };
  readonly environment: Uint8Array;
}
