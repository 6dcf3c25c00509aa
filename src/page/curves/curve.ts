/** From a run's series to what a chart draws of it. */
import type { Series } from '../../dashboard/api.ts';
import type { SeriesOfRun } from './curveSource.ts';
import type { ChartDefinition } from './definitions.ts';
import { smoothed } from './smoothing.ts';

/** One run in one chart. All arrays of a line have the same length. */
export interface Curve {
  readonly run: string;
  readonly colour: string;
  readonly dash: readonly number[];
  readonly x: readonly number[];
  /** What the line is drawn through. */
  readonly y: readonly (number | null)[];
  /** Before smoothing; undefined where that changes nothing. */
  readonly raw: readonly (number | null)[] | undefined;
  /** Extremes of what each point stands for; undefined where every point stands for itself. */
  readonly band: Band | undefined;
  /** Single values behind the line: as points, or as a band where they are too many. */
  readonly singles: Series | undefined;
}

export interface Band {
  readonly x: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

export function makeCurve(
  definition: ChartDefinition,
  series: SeriesOfRun,
  look: { run: string; colour: string; dash: readonly number[] },
  reach: number,
  factor: number,
): Curve | undefined {
  const key = definition.keys.find((name) => series.has(name));
  if (key === undefined) return undefined;
  const found = scaled(series.get(key)!, factor);
  const y = smoothed(found.x, found.y, reach);
  const isDownsampled = found.count > found.x.length;
  return {
    ...look,
    x: found.x,
    y,
    raw: y === found.y ? undefined : found.y,
    band: isDownsampled ? found : undefined,
    singles: definition.singles && series.get(definition.singles),
  };
}

function scaled(series: Series, factor: number): Series {
  if (factor === 1) return series;
  const times = (values: readonly (number | null)[]) => values.map((value) => (value === null ? null : value * factor));
  return { ...series, y: times(series.y), min: times(series.min), max: times(series.max) };
}

/** The place of the last point at or before `at`; -1 where there is none. */
export function indexAt(x: readonly number[], at: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The curve's point nearest to `at`, or its last one; undefined where `at` is beyond its ends. */
export function pointAt(curve: Curve, at: number | undefined): { x: number; y: number } | undefined {
  const { x, y } = curve;
  let index = at === undefined ? x.length - 1 : indexAt(x, at);
  if (at !== undefined && index + 1 < x.length && (index < 0 || x[index + 1] - at < at - x[index])) index++;
  if (at !== undefined && (x.length === 0 || at > x[x.length - 1] * 1.001 || at < x[0] * 0.5)) return undefined;
  while (index >= 0 && y[index] === null) index--;
  return index < 0 ? undefined : { x: x[index], y: y[index]! };
}

/** Single values widen what lines span by at most so much of it on each side: one lucky game must not press the curve flat. */
const widestBySingles = 0.6;

/** Smallest and largest value to show in the range; undefined where nothing is in it. `positive`: above 0 only. */
export function extremes(
  curves: readonly Curve[],
  from: number,
  to: number,
  positive: boolean,
): { min: number; max: number } | undefined {
  const lines = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  const singles = { ...lines };
  const look = (found: typeof lines, x: readonly number[], lists: readonly (readonly (number | null)[])[]) => {
    const first = Math.max(0, indexAt(x, from));
    const last = Math.min(x.length - 1, indexAt(x, to) + 1);
    for (const values of lists) {
      for (let index = first; index <= last; index++) {
        const value = values[index];
        if (value === null || (positive && value <= 0)) continue;
        if (value < found.min) found.min = value;
        if (value > found.max) found.max = value;
      }
    }
  };
  for (const curve of curves) {
    look(lines, curve.x, curve.raw ? [curve.y, curve.raw] : [curve.y]);
    if (curve.singles) look(singles, curve.singles.x, [curve.singles.min, curve.singles.max]);
  }
  const more = widestBySingles * (lines.max - lines.min || 1);
  const min = Math.min(lines.min, Math.max(singles.min, lines.min - more));
  const max = Math.max(lines.max, Math.min(singles.max, lines.max + more));
  return max >= min ? { min, max } : undefined;
}
