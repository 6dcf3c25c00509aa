/** The charts of some runs, with what they have in common: legend, x axis, smoothing, zoom, cursor. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { axes, axis as chosenAxis, showBand, smoothing } from '../choices.ts';
import { runConfigurations, useConfigurations } from '../configurations.ts';
import { axisNames, position } from '../format.ts';
import { useMedia } from '../hooks.ts';
import { theme } from '../theme.ts';
import { useValue } from '../value.ts';
import { Chart } from './chart.tsx';
import { styleOf } from './colours.ts';
import { type Curve, makeCurve } from './curve.ts';
import { CurveSource, type Range, scaled } from './curveSource.ts';
import { type ChartDefinition, chartDefinitions } from './definitions.ts';
import { cursorAt } from './plot.ts';
import { reachOf } from './smoothing.ts';
import { Swatch } from './swatch.tsx';

export interface ShownRun {
  readonly id: string;
  /** Of the overlay: where its colour comes from. */
  readonly place: number;
}

interface Props {
  readonly runs: readonly ShownRun[];
  /** Takes a run out of the overlay; without it there is no legend. */
  readonly remove?: (id: string) => void;
}

export function CurvesSection({ runs, remove }: Props) {
  const axis = useValue(chosenAxis);
  const withBand = useValue(showBand);
  const slider = useValue(smoothing);
  const shownTheme = useValue(theme);
  const [zoom, setZoom] = useState<Range | undefined>(undefined);
  const section = useRef<HTMLElement>(null);
  const source = useCurveSource();
  const version = useValue(source.version);
  const configurations = useConfigurations(runs.map(({ id }) => id));
  const ids = runs.map(({ id }) => id).join('\n');

  const extent = wholeExtent(source, runs);
  const reach = reachOf(slider) * (extent.to - extent.from);
  const margin = zoom && Math.min(zoom.to - zoom.from, Math.max(3 * reach, 0.02 * (zoom.to - zoom.from)));
  // While a run grows its reach does, too; that alone is no reason to ask again.
  const coarseMargin = margin === undefined ? 0 : Number(margin.toPrecision(1));
  const points = usePoints(section);
  useEffect(() => {
    source.want({ ids: ids === '' ? [] : ids.split('\n'), axis, zoom, margin: coarseMargin, points });
  }, [source, ids, axis, zoom, coarseMargin, points]);

  const lastCharts = useRef<readonly ChartDefinition[]>([]);
  const charts = useMemo(() => {
    const looks = runs.map(({ id, place }) => ({ run: id, ...styleOf(place, shownTheme) }));
    const made = chartDefinitions.flatMap((definition) => {
      const curves = looks.flatMap((look) => curveOf(source, definition, look, reach));
      return curves.length > 0 ? [{ definition, curves }] : [];
    });
    const isWaiting = runs.some(({ id }) => source.seriesOf(id) === undefined && source.errorOf(id) === undefined);
    if (made.length > 0 || !isWaiting) lastCharts.current = made.map(({ definition }) => definition);
    // Over another axis everything is asked for again; meanwhile the charts keep their places.
    return made.length > 0 ? made : lastCharts.current.map((definition) => ({ definition, curves: [] }));
  }, [version, configurations, ids, runs.map(({ place }) => place).join(), shownTheme, reach]);

  const view = zoom ?? extent;
  const look = (range: Range | undefined) => setZoom(range && within(range, extent));
  const pointedAt = usePointedAt();
  const lookCloser = (share: number) => {
    const at = pointedAt.current;
    look(scaled(view, share, at !== undefined && at >= view.from && at <= view.to ? at : undefined));
  };
  const isTouched = useMedia('(pointer: coarse)');

  const errors = runs.flatMap(({ id }) => source.errorOf(id) ?? []);
  return (
    <section ref={section} class="curves" aria-labelledby="curves-heading">
      <div class="bar">
        <h2 id="curves-heading">Curves</h2>
        <label>
          over{' '}
          <select
            value={axis}
            onChange={(event) => {
              setZoom(undefined);
              chosenAxis.set(axes.find((name) => name === event.currentTarget.value)!);
            }}
          >
            {axes.map((name) => (
              <option key={name} value={name}>
                {axisNames[name]}
              </option>
            ))}
          </select>
        </label>
        <label class="slider">
          smoothing{' '}
          <input
            type="range"
            min="0"
            max="100"
            value={slider}
            aria-valuetext={reachText(slider)}
            onInput={(event) => smoothing.set(event.currentTarget.valueAsNumber)}
          />
          <output>{reachText(slider)}</output>
        </label>
        <label title="The lowest and highest value of what each point stands for, where there are more than can be drawn">
          <input type="checkbox" checked={withBand} onChange={(event) => showBand.set(event.currentTarget.checked)} />{' '}
          min–max
        </label>
        <span class="zoom">
          {zoom && (
            <>
              <span class="range">
                {position(axis, zoom.from)} – {position(axis, zoom.to)}
              </span>
              <button type="button" class="small" onClick={() => setZoom(undefined)}>
                Show all
              </button>
            </>
          )}
          <button
            type="button"
            class="small"
            aria-label="Look less closely"
            disabled={!zoom}
            onClick={() => lookCloser(2)}
          >
            −
          </button>
          <button type="button" class="small" aria-label="Look closer" onClick={() => lookCloser(0.5)}>
            +
          </button>
        </span>
      </div>
      {remove && <Legend runs={runs} remove={remove} />}
      {errors.length > 0 && (
        <p class="problem" role="alert">
          {errors[0]}
        </p>
      )}
      <p id="chart-keys" class="hint">
        {isTouched
          ? 'Tap a chart to see its values there; + looks closer at that place.'
          : 'Drag to look closer, double-click to see all. Keys: ← → cursor, + − zoom, Esc.'}
      </p>
      <div class="charts">
        {charts.map(({ definition, curves }) => (
          <Chart
            key={definition.name}
            definition={definition}
            curves={curves}
            axis={axis}
            view={view}
            withBand={withBand}
            zoom={look}
          />
        ))}
      </div>
      {charts.length === 0 && runs.length > 0 && errors.length === 0 && (
        <p class="empty">
          {runs.every(({ id }) => source.seriesOf(id)) ? 'Nothing has been measured yet.' : 'Loading…'}
        </p>
      )}
    </section>
  );
}

function Legend({ runs, remove }: { runs: readonly ShownRun[]; remove: (id: string) => void }) {
  const shownTheme = useValue(theme);
  return (
    <ul class="legend" aria-label="Runs in the charts">
      {runs.map(({ id, place }) => (
        <li key={id}>
          <Swatch {...styleOf(place, shownTheme)} />
          <a href={`#/run/${encodeURIComponent(id)}`}>{id}</a>
          <button type="button" class="remove" aria-label={`Take ${id} out of the charts`} onClick={() => remove(id)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Where the cursor last stood; it leaves the charts when a button is pressed. */
function usePointedAt(): { readonly current: number | undefined } {
  const at = useRef<number | undefined>(undefined);
  useEffect(
    () =>
      cursorAt.listen(() => {
        at.current = cursorAt.current ?? at.current;
      }),
    [],
  );
  return at;
}

/** A source as long as the section is there. */
function useCurveSource(): CurveSource {
  const source = useRef<CurveSource | undefined>(undefined);
  source.current ??= new CurveSource();
  useEffect(() => () => source.current!.close(), []);
  return source.current;
}

/** Points to ask for: the pixels of the widest chart, in coarse steps, so that a window's edge can be moved without new questions. */
function usePoints(section: { current: HTMLElement | null }): number {
  const [points, setPoints] = useState(() => pointsOf(document.documentElement.clientWidth));
  useEffect(() => {
    const resized = new ResizeObserver(([entry]) => {
      setPoints(pointsOf(entry.contentRect.width));
    });
    resized.observe(section.current!);
    return () => resized.disconnect();
  }, []);
  return points;
}

function pointsOf(width: number): number {
  const widest = Math.min(width, 1000) * Math.min(2, window.devicePixelRatio || 1);
  return Math.max(300, Math.ceil(widest / 300) * 300);
}

function wholeExtent(source: CurveSource, runs: readonly ShownRun[]): Range {
  const extents = runs.flatMap(({ id }) => source.extentOf(id) ?? []);
  return { from: 0, to: Math.max(1, ...extents.map(({ to }) => to)) };
}

function curveOf(
  source: CurveSource,
  definition: ChartDefinition,
  look: { run: string; colour: string; dash: readonly number[] },
  reach: number,
): Curve[] {
  const series = source.seriesOf(look.run);
  if (series === undefined) return [];
  const factor = definition.timesFrameSkip ? runConfigurations.get(look.run)?.configuration['frameSkip'] : 1;
  if (typeof factor !== 'number') return [];
  const curve = makeCurve(definition, series, look, reach, factor);
  return curve ? [curve] : [];
}

/** Not beyond the curves' ends, and not closer than a screen can show. */
function within(range: Range, extent: Range): Range | undefined {
  const from = Math.max(extent.from, range.from);
  const to = Math.min(extent.to, range.to);
  if (from <= extent.from && to >= extent.to) return undefined;
  return to - from > 0 ? { from, to } : undefined;
}

function reachText(slider: number): string {
  return slider === 0 ? 'off' : `${(100 * reachOf(slider)).toPrecision(2)} %`;
}
