/**
 * Curves of metrics.jsonl for drawing, with no more points than asked for. Where there are more, neighbours share a bucket, which gives
 * the mean of what they have, and the extremes; the first and the last point stay as they are.
 */
import type { MetricsTable, MetricsType } from './metricsTable.ts';

/** The keys that can be drawn: every number of metrics.jsonl under `<type>.<key>`, for example `progress.meanLoss`. */
export type SeriesKey = `${MetricsType}.${string}`;

export const seriesAxes = ['agentSteps', 'frames', 'elapsedSeconds'] as const;
/** `agentSteps`, `frames` (emulated) or `elapsedSeconds`. */
export type SeriesAxis = (typeof seriesAxes)[number];

/**
 * One curve, downsampled where the file has more points than were asked for. `y[i]` is the mean of the bucket's points, `min` and `max`
 * their extremes, null where none has a value; `x[i]` the mean place of the points that have one. `count` is how many points the file has
 * in the range.
 */
export interface Series {
  readonly key: SeriesKey;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly count: number;
}

export const fewestPoints = 3;

export interface SeriesRange {
  readonly axis: SeriesAxis;
  /** Most points to answer, at least `fewestPoints`. */
  readonly points: number;
  /** Where the axis begins and ends, both included; absent for all there is. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** `frameSkip`: emulated frames an agent step, for lines that do not say `frames`. A key that no line has gives no points. */
export function readSeries(
  tables: Readonly<Record<MetricsType, MetricsTable>>,
  key: SeriesKey,
  range: SeriesRange,
  frameSkip: number,
): Series {
  const dot = key.indexOf('.');
  const table = tables[key.slice(0, dot) as MetricsType];
  const values = table.columns.get(key.slice(dot + 1))?.values;
  const axis = axisOf(table, range.axis, frameSkip);
  if (values === undefined || axis === undefined) return { key, x: [], y: [], min: [], max: [], count: 0 };
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = range;
  const rows = axis.isAscending ? consecutiveRows(axis, from, to) : sortedRows(axis, from, to);
  return { key, ...downsample(axis, values, rows, range.points) };
}

/** The places of a table's rows: `values[row] * scale`. */
interface Axis {
  readonly values: Float64Array;
  readonly scale: number;
  readonly rows: number;
  readonly isAscending: boolean;
}

function axisOf(table: MetricsTable, name: SeriesAxis, frameSkip: number): Axis | undefined {
  const own = table.columns.get(name);
  const column = own ?? (name === 'frames' ? table.columns.get('agentSteps') : undefined);
  if (column === undefined || table.rows === 0) return undefined;
  const { values } = column;
  const isAscending = column.isAscending && !Number.isNaN(values[table.rows - 1]);
  return { values, scale: own === undefined ? frameSkip : 1, rows: table.rows, isAscending };
}

/** Some rows in the order of their places. */
interface Rows {
  readonly count: number;
  /** The row numbers; undefined where they are `first`, `first + 1`, …. */
  readonly order?: Uint32Array;
  readonly first: number;
}

function consecutiveRows(axis: Axis, from: number, to: number): Rows {
  const first = firstRow(axis, (place) => place >= from);
  return { first, count: Math.max(0, firstRow(axis, (place) => place > to) - first) };
}

/** Of ascending places, the first row for which `holds`; the number of rows where it holds for none. */
function firstRow({ values, scale, rows }: Axis, holds: (place: number) => boolean): number {
  let [low, high] = [0, rows];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(values[middle] * scale)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Of places in any order, some of which may be missing: files that were put together by hand. */
function sortedRows({ values, scale, rows }: Axis, from: number, to: number): Rows {
  const order = Uint32Array.from({ length: rows }, (_, row) => row).filter(
    (row) => values[row] * scale >= from && values[row] * scale <= to,
  );
  order.sort((a, b) => values[a] - values[b] || a - b);
  return { order, count: order.length, first: 0 };
}

type Curve = Omit<Series, 'key'>;

function downsample(axis: Axis, values: Float64Array, rows: Rows, points: number): Curve {
  const curve = { x: [] as number[], y: nullable(), min: nullable(), max: nullable(), count: rows.count };
  const inner = rows.count - 2;
  const size = rows.count <= points ? 1 : bucketSize(rows.first + 1, inner, points - 2);
  // Buckets begin at multiples of their size, so that a curve does not flicker while it grows or is moved.
  for (let begin = 0; begin < rows.count; ) {
    const isEnd = begin === 0 || begin === rows.count - 1;
    const place = rows.first + begin;
    const end = isEnd ? begin + 1 : Math.min(rows.count - 1, begin + size - (place % size));
    addBucket(curve, axis, values, rows, begin, end);
    begin = end;
  }
  return curve;
}

function nullable(): (number | null)[] {
  return [];
}

/** The smallest of 1, 2, 3, 4, 6, 8, 12, … of which `count` rows from `first` on fill no more than `buckets`: few steps, so that a growing curve seldom changes as a whole. */
function bucketSize(first: number, count: number, buckets: number): number {
  for (let power = 1; ; power *= 2) {
    for (const size of power === 1 ? [1] : [power, power * 1.5]) {
      if (Math.floor((first + count - 1) / size) - Math.floor(first / size) < buckets) return size;
    }
  }
}

function addBucket(
  curve: { x: number[]; y: (number | null)[]; min: (number | null)[]; max: (number | null)[] },
  axis: Axis,
  values: Float64Array,
  { order, first }: Rows,
  begin: number,
  end: number,
): void {
  const places = axis.values;
  let count = 0;
  let sum = 0;
  let sumPlaces = 0;
  let allPlaces = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = begin; i < end; i++) {
    const row = order === undefined ? first + i : order[i];
    const place = places[row];
    const value = values[row];
    allPlaces += place;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    sumPlaces += place;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const isEmpty = count === 0;
  curve.x.push((isEmpty ? allPlaces / (end - begin) : sumPlaces / count) * axis.scale);
  curve.y.push(isEmpty ? null : sum / count);
  curve.min.push(isEmpty ? null : min);
  curve.max.push(isEmpty ? null : max);
}
