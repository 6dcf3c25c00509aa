/**
 * The curves of the shown runs, as the server has them: one request a run, for about as many points as there are pixels, asked for again
 * only when that run has changed or another range is looked at. What was there stays drawn until the new answer comes.
 */
import type { Series, SeriesAnswer, SeriesAxis } from '../../dashboard/api.ts';
import { onRunsChanged } from '../runsStore.ts';
import { errorLine, getJson, runPath } from '../server.ts';
import { Value } from '../value.ts';
import { wantedKeys } from './definitions.ts';

/** Part of the x axis, in its unit. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Wanted {
  readonly ids: readonly string[];
  readonly axis: SeriesAxis;
  readonly zoom: Range | undefined;
  /** On each side of the zoomed range, what smoothing reaches back to and a curve's way out of the picture. */
  readonly margin: number;
  readonly points: number;
}

export type SeriesOfRun = ReadonlyMap<string, Series>;

/** A run is asked for at most this often. */
const intervalMs = 1000;

interface Run {
  whole: SeriesOfRun | undefined;
  zoomed: SeriesOfRun | undefined;
  error: string | undefined;
  wholeStale: boolean;
  zoomedStale: boolean;
  request: AbortController | undefined;
  askedAtMs: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class CurveSource {
  /** Rises whenever there may be something else to draw. */
  readonly version = new Value(0);
  #wanted: Wanted = { ids: [], axis: 'agentSteps', zoom: undefined, margin: 0, points: 600 };
  readonly #runs = new Map<string, Run>();
  readonly #ends: (() => void)[] = [];

  constructor() {
    const visible = () => this.#refreshAll();
    document.addEventListener('visibilitychange', visible);
    this.#ends.push(
      () => document.removeEventListener('visibilitychange', visible),
      onRunsChanged((ids) => this.#changed(ids)),
    );
  }

  close(): void {
    for (const end of this.#ends) end();
    for (const id of [...this.#runs.keys()]) this.#drop(id);
  }

  want(wanted: Wanted): void {
    const before = this.#wanted;
    this.#wanted = wanted;
    const otherAxis = wanted.axis !== before.axis;
    const otherPoints = wanted.points !== before.points;
    const otherZoom =
      otherAxis ||
      otherPoints ||
      !sameRange(wanted.zoom, before.zoom) ||
      (wanted.zoom && wanted.margin !== before.margin);
    for (const id of [...this.#runs.keys()]) if (!wanted.ids.includes(id)) this.#drop(id);
    for (const id of wanted.ids) {
      const run = this.#runs.get(id) ?? this.#add(id);
      if (otherAxis) run.whole = undefined;
      if (otherAxis || !sameRange(wanted.zoom, before.zoom)) run.zoomed = undefined;
      if (otherAxis || otherPoints) run.wholeStale = true;
      if (!otherZoom) continue;
      run.zoomedStale = true;
      // An answer on its way is of the range before.
      run.request?.abort();
      run.request = undefined;
      run.askedAtMs = Number.NEGATIVE_INFINITY;
    }
    this.#rise();
    this.#refreshAll();
  }

  /**
   * Of the range that is looked at; of the whole run until that has come, and where the server had nothing to leave out of that: few
   * points lie far apart, and their line comes from beyond the range.
   */
  seriesOf(id: string): SeriesOfRun | undefined {
    const { whole, zoomed } = this.#runs.get(id) ?? {};
    if (this.#wanted.zoom === undefined || zoomed === undefined || whole === undefined) return whole;
    const exact = [...whole].filter(([, series]) => series.count <= series.x.length);
    return new Map([...zoomed, ...exact]);
  }

  /** How far the run's curves reach on the x axis. */
  extentOf(id: string): Range | undefined {
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (const { x } of this.#runs.get(id)?.whole?.values() ?? []) {
      if (x.length === 0) continue;
      from = Math.min(from, x[0]);
      to = Math.max(to, x[x.length - 1]);
    }
    return to >= from ? { from, to } : undefined;
  }

  errorOf(id: string): string | undefined {
    return this.#runs.get(id)?.error;
  }

  #rise(): void {
    this.version.set(this.version.current + 1);
  }

  #add(id: string): Run {
    const run: Run = {
      whole: undefined,
      zoomed: undefined,
      error: undefined,
      wholeStale: true,
      zoomedStale: true,
      request: undefined,
      askedAtMs: Number.NEGATIVE_INFINITY,
      timer: undefined,
    };
    this.#runs.set(id, run);
    return run;
  }

  #drop(id: string): void {
    const run = this.#runs.get(id);
    run?.request?.abort();
    clearTimeout(run?.timer);
    this.#runs.delete(id);
  }

  #changed(ids: readonly string[]): void {
    for (const [id, run] of this.#runs) {
      if (!ids.includes(id)) continue;
      run.wholeStale = true;
      run.zoomedStale = true;
      this.#refresh(id, run);
    }
  }

  #refreshAll(): void {
    for (const [id, run] of this.#runs) this.#refresh(id, run);
  }

  #refresh(id: string, run: Run): void {
    const { zoom } = this.#wanted;
    // The whole run is needed at first, for its extent; while a part is looked at it may be older than that.
    const askWhole = run.whole === undefined || (zoom === undefined && run.wholeStale);
    if (!askWhole && !(zoom !== undefined && run.zoomedStale)) return;
    if (run.request !== undefined || run.timer !== undefined || document.hidden) return;
    const waitMs = run.askedAtMs + intervalMs - performance.now();
    if (waitMs <= 0) {
      void this.#ask(id, run, askWhole);
      return;
    }
    run.timer = setTimeout(() => {
      run.timer = undefined;
      this.#refresh(id, run);
    }, waitMs);
  }

  async #ask(id: string, run: Run, whole: boolean): Promise<void> {
    const request = new AbortController();
    run.request = request;
    run.askedAtMs = performance.now();
    if (whole) run.wholeStale = false;
    else run.zoomedStale = false;
    try {
      const answer = await getJson<SeriesAnswer>(this.#path(id, whole), request.signal);
      if (run.request !== request) return;
      const series = new Map(answer.series.filter(({ x }) => x.length > 0).map((one) => [one.key, one]));
      if (whole) run.whole = series;
      else run.zoomed = series;
      run.error = undefined;
    } catch (error) {
      if (run.request !== request) return;
      run.error = errorLine(error);
    }
    run.request = undefined;
    this.#rise();
    // An error waits for the next change of the run; otherwise a range to look at may still be missing.
    if (run.error === undefined && this.#runs.get(id) === run) this.#refresh(id, run);
  }

  #path(id: string, whole: boolean): string {
    const { axis, zoom, margin, points } = this.#wanted;
    const query = new URLSearchParams({ keys: wantedKeys.join(','), points: String(points), x: axis });
    if (!whole && zoom !== undefined) {
      const from = Math.max(0, zoom.from - margin);
      const to = zoom.to + margin;
      query.set('from', String(from));
      query.set('to', String(to));
      query.set('points', String(Math.min(4000, Math.ceil((points * (to - from)) / (zoom.to - zoom.from)))));
    }
    return `${runPath(id, 'series')}?${query}`;
  }
}

export function sameRange(a: Range | undefined, b: Range | undefined): boolean {
  return a?.from === b?.from && a?.to === b?.to;
}

/** Narrower than this nothing is looked at: agent steps, frames or seconds. */
const narrowest = 1;

/** The range times `share`; what lies at `fixed`, by default in its middle, stays where it is. */
export function scaled({ from, to }: Range, share: number, fixed = (from + to) / 2): Range {
  if ((to - from) * share < narrowest) return { from, to };
  return { from: fixed - (fixed - from) * share, to: fixed + (to - fixed) * share };
}
