/** One chart: title, the runs' values at the cursor, the plot while it is in view, and its values as a table. */
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { SeriesAxis } from '../../dashboard/api.ts';
import { logarithmic } from '../choices.ts';
import { axisNames, position, significant } from '../format.ts';
import { theme } from '../theme.ts';
import { useValue } from '../value.ts';
import { type Curve, pointAt } from './curve.ts';
import { type Range, scaled } from './curveSource.ts';
import type { ChartDefinition } from './definitions.ts';
import { cursorAt, Plot } from './plot.ts';
import { Swatch } from './swatch.tsx';

/** So many runs' values stand above a chart; the table has all. */
const mostValues = 6;

export interface ChartProps {
  readonly definition: ChartDefinition;
  readonly curves: readonly Curve[];
  readonly axis: SeriesAxis;
  readonly view: Range;
  readonly withBand: boolean;
  readonly zoom: (range: Range | undefined) => void;
}

export function Chart(props: ChartProps) {
  const { definition, curves, axis, view } = props;
  const id = useId();
  const logarithmicCharts = useValue(logarithmic);
  const isLogarithmic = definition.canBeLogarithmic === true && logarithmicCharts.includes(definition.name);
  const { container, plot } = usePlot(props, isLogarithmic);
  const last = curves.map((curve) => `${curve.run} ${significant(pointAt(curve, undefined)?.y)}`).slice(0, mostValues);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowLeft') plot.current?.moveCursor(event.shiftKey ? -0.1 : -0.01);
    else if (event.key === 'ArrowRight') plot.current?.moveCursor(event.shiftKey ? 0.1 : 0.01);
    else if (event.key === '+') props.zoom(scaled(view, 0.5, cursorAt.current));
    else if (event.key === '-') props.zoom(scaled(view, 2, cursorAt.current));
    else if (event.key === 'Escape' || event.key === '0') {
      if (plot.current?.clearCursor() === false || event.key === '0') props.zoom(undefined);
    } else return;
    event.preventDefault();
  }

  return (
    <figure class={`chart chart-${definition.name}`} aria-labelledby={`${id}-title`}>
      <figcaption>
        <h3 id={`${id}-title`} title={definition.about}>
          {definition.title}
        </h3>
        <span class="unit">{definition.unit}</span>
        {definition.canBeLogarithmic && (
          <button
            type="button"
            class="small"
            aria-pressed={isLogarithmic}
            aria-label={`log axis: ${definition.title}`}
            onClick={() => logarithmic.set(toggled(logarithmicCharts, definition.name))}
          >
            log
          </button>
        )}
      </figcaption>
      <Readout curves={curves} axis={axis} />
      <div
        ref={container}
        class="plot"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move its cursor
        tabIndex={0}
        role="img"
        aria-label={`${definition.title} over ${axisNames[axis]}. Last: ${last.join(', ')}`}
        aria-describedby="chart-keys"
        onKeyDown={onKeyDown}
      />
      <Values curves={curves} axis={axis} title={definition.title} />
    </figure>
  );
}

/** Keeps a uPlot in the container while that is in view, and draws into it only then. */
function usePlot({ curves, axis, view, withBand, zoom }: ChartProps, isLogarithmic: boolean) {
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const latestZoom = useRef(zoom);
  latestZoom.current = zoom;
  const [isInView, setInView] = useState(false);
  const [width, setWidth] = useState(0);
  const shownTheme = useValue(theme);

  useEffect(() => {
    const element = container.current!;
    const visible = new IntersectionObserver(([entry]) => setInView(entry.isIntersecting), { rootMargin: '100px' });
    const resized = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    visible.observe(element);
    resized.observe(element);
    return () => {
      visible.disconnect();
      resized.disconnect();
    };
  }, []);

  const wasInView = useRef(false);
  wasInView.current ||= isInView;
  const canDraw = width > 0 && wasInView.current;
  useLayoutEffect(() => {
    if (!canDraw) return;
    const options = { axis, logarithmic: isLogarithmic, theme: shownTheme };
    const made = new Plot(container.current!, width, { ...options, zoom: (range) => latestZoom.current(range) });
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = undefined;
    };
  }, [canDraw, axis, isLogarithmic, shownTheme]);

  useLayoutEffect(() => plot.current?.resize(width), [width]);
  useLayoutEffect(() => {
    if (isInView) plot.current?.show(curves, view, withBand);
  }, [isInView, canDraw, curves, view.from, view.to, withBand, axis, isLogarithmic, shownTheme]);

  return { container, plot };
}

/** The runs' values at the cursor, or their last ones. */
function Readout({ curves, axis }: { curves: readonly Curve[]; axis: SeriesAxis }) {
  const at = useValue(cursorAt);
  return (
    <div class="readout" aria-hidden="true">
      {curves.slice(0, mostValues).map((curve) => (
        <span key={curve.run} class="value" title={curve.run}>
          <Swatch colour={curve.colour} dash={curve.dash} />
          {significant(pointAt(curve, at)?.y)}
        </span>
      ))}
      {curves.length > mostValues && <span class="value">and {curves.length - mostValues} more</span>}
      <span class="at">{at === undefined ? 'last' : position(axis, at)}</span>
    </div>
  );
}

function Values({ curves, axis, title }: { curves: readonly Curve[]; axis: SeriesAxis; title: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Values <span class="hidden">of {title}</span>
      </summary>
      {isOpen && (
        <table class="numbers">
          <caption class="hidden">{title}: last, lowest and highest value of each run</caption>
          <thead>
            <tr>
              <th scope="col">run</th>
              <th scope="col">{axisNames[axis]}</th>
              <th scope="col">last</th>
              <th scope="col">lowest</th>
              <th scope="col">highest</th>
            </tr>
          </thead>
          <tbody>
            {curves.map((curve) => {
              const last = pointAt(curve, undefined);
              const values = curve.y.filter((value) => value !== null);
              return (
                <tr key={curve.run}>
                  <th scope="row">
                    <Swatch colour={curve.colour} dash={curve.dash} /> {curve.run}
                  </th>
                  <td>{last && position(axis, last.x)}</td>
                  <td>{significant(last?.y)}</td>
                  <td>{significant(values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY))}</td>
                  <td>{significant(values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY))}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </details>
  );
}

function toggled(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names.filter((other) => other !== name) : [...names, name];
}
