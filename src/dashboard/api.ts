/**
 * What the dashboard's server and its page say to each other. All paths are GET; there is no other method, since the page changes nothing.
 *
 * | path | answer |
 * |---|---|
 * | `/` and `/assets/…` | the page |
 * | `/api/runs` | `RunSummary[]`, newest first |
 * | `/api/runs/<id>/config` | the run's config.json |
 * | `/api/runs/<id>/series?keys=a,b&points=N&x=agentSteps&from=&to=` | `SeriesAnswer` |
 * | `/api/runs/<id>/metrics.csv?type=progress` | all lines of that type as CSV, one column a key |
 * | `/api/runs/<id>/recordings` | `RecordingEntry[]`, newest first |
 * | `/api/runs/<id>/recordings/<file>` | the GIF |
 * | `/api/runs/<id>/live` | live.bin as it is (src/run/live/liveFrame.ts); 204 where there is none |
 * | `/api/runs/<id>/weights` | `WeightsEntry[]`: those that there are |
 * | `/api/runs/<id>/weights/best`, `/last` | safetensors: the best weights, or the newest checkpoint's |
 * | `/api/diff?a=<id>&b=<id>` | `ConfigurationDifference[]` |
 * | `/api/events` | server-sent events: `RunsChanged` as JSON in `data:` |
 * | `/shaders/<file>.wgsl`, `/roms/<game>.bin`, `/weights/<game>.safetensors`, `/weights/<game>.json` | the project's own files, for play in the browser |
 * | `/weights` | `string[]`: the games whose trained weights ship |
 *
 * An error is `ErrorAnswer` with status 400, 403, 404 or 500.
 */
import type { Series, SeriesAxis, SeriesKey } from '../run/reading/series.ts';
import type { RunState, RunSummary } from '../run/reading/summary.ts';

export type { RunState, RunSummary, Series, SeriesAxis, SeriesKey };

export interface SeriesAnswer {
  readonly run: string;
  readonly axis: SeriesAxis;
  readonly series: readonly Series[];
}

export interface RecordingEntry {
  readonly file: string;
  /** What was recorded: a game of training by its number, or an evaluation by the step it was made at. */
  readonly kind: 'game' | 'evaluation';
  readonly number: number;
  readonly bytes: number;
  readonly modifiedAtMs: number;
}

/** `best`: the best weights so far; `last`: those of the newest checkpoint, with its step and the SHA-256 that a run prints at its end. */
export interface WeightsEntry {
  readonly which: 'best' | 'last';
  readonly bytes: number;
  readonly agentSteps: number | null;
  readonly sha256: string | null;
}

export interface ConfigurationDifference {
  readonly field: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** Folders whose files have changed since the last event, and those that are gone. The first event names all that are there. */
export interface RunsChanged {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export interface ErrorAnswer {
  readonly error: string;
}
