/** A uPlot with this page's axes, cursor and colours. It draws `Curve`s, each with its own x, and asks for a zoom rather than doing it. */
import uPlot from 'uplot';
import type { SeriesAxis } from '../../dashboard/api.ts';
import { clock, tick } from '../format.ts';
import { Value } from '../value.ts';
import { chartInk, type Theme } from './colours.ts';
import { type Curve, extremes, pointAt } from './curve.ts';
import type { Range } from './curveSource.ts';
import { drawCurves } from './drawing.ts';

/** Where the cursor of all charts stands on the x axis. */
export const cursorAt = new Value<number | undefined>(undefined);

const syncKey = 'runs';
const height = 220;
/** A drag of fewer CSS pixels is a click. */
const shortestDrag = 6;
/** Steps of a time axis, in seconds. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800];
const font = '11px system-ui, sans-serif';

export interface PlotOptions {
  readonly axis: SeriesAxis;
  readonly logarithmic: boolean;
  readonly theme: Theme;
  /** A range was dragged; undefined: all of it again. */
  readonly zoom: (range: Range | undefined) => void;
}

export class Plot {
  readonly #plot: uPlot;
  readonly #options: PlotOptions;
  readonly #dots: HTMLElement[] = [];
  #curves: readonly Curve[] = [];
  #view: Range = { from: 0, to: 1 };
  #withBand = true;

  constructor(container: HTMLElement, width: number, options: PlotOptions) {
    this.#options = options;
    this.#plot = new uPlot(
      this.#uplotOptions(width),
      [
        [0, 1],
        [null, null],
      ] as unknown as uPlot.AlignedData,
      container,
    );
  }

  show(curves: readonly Curve[], view: Range, withBand: boolean): void {
    this.#curves = curves;
    this.#view = view;
    this.#withBand = withBand;
    const plot = this.#plot;
    plot.setData(
      [
        [view.from, view.to],
        [null, null],
      ] as unknown as uPlot.AlignedData,
      true,
    );
    this.#placeDots();
  }

  resize(width: number): void {
    if (width !== this.#plot.width) this.#plot.setSize({ width, height });
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** Moves the cursor of all charts by a share of the width, from the left end where there is none. */
  moveCursor(share: number): void {
    const { from, to } = this.#view;
    const next = (cursorAt.current ?? (share > 0 ? from : to)) + share * (to - from);
    const at = Math.min(to, Math.max(from, next));
    for (const plot of uPlot.sync(syncKey).plots) plot.setCursor({ left: plot.valToPos(at, 'x'), top: 0 });
  }

  /** Takes the cursor away. Returns whether there was one. */
  clearCursor(): boolean {
    const had = cursorAt.current !== undefined;
    for (const plot of uPlot.sync(syncKey).plots) plot.setCursor({ left: -10, top: -10 });
    return had;
  }

  #uplotOptions(width: number): uPlot.Options {
    const { axis, logarithmic, theme, zoom } = this.#options;
    const ink = chartInk[theme];
    const line = { stroke: ink.grid, width: 1 };
    const look = { stroke: ink.text, font, grid: line, ticks: { ...line, size: 4 } };
    const isTime = axis === 'elapsedSeconds';
    const showAll = () => {
      zoom(undefined);
      return null;
    };
    return {
      width,
      height,
      padding: [8, 14, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, auto: true, range: () => [this.#view.from, this.#view.to] },
        y: { auto: true, distr: logarithmic ? 3 : 1, range: () => this.#yRange() },
      },
      series: [{}, { scale: 'y', show: true }],
      axes: [
        {
          ...look,
          size: 28,
          gap: 4,
          space: 56,
          ...(isTime ? { incrs: timeSteps } : {}),
          values: (_: uPlot, at: number[]) => at.map((value) => (isTime ? clock(value) : tick(value))),
        },
        {
          ...look,
          size: 50,
          gap: 4,
          space: 32,
          values: (_: uPlot, at: (number | null)[]) => at.map((value) => (value === null ? '' : tick(value))),
        },
      ],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: shortestDrag },
        sync: {
          key: syncKey,
          scales: ['x', null],
          filters: { pub: isMovement, sub: isMovement },
        },
        bind: { dblclick: () => showAll },
      },
      hooks: {
        draw: [(plot) => drawCurves(plot, this.#curves, { ...this.#view, withBand: this.#withBand })],
        setCursor: [
          (plot) => {
            const left = plot.cursor.left ?? -1;
            cursorAt.set(left < 0 ? undefined : plot.posToVal(left, 'x'));
            this.#placeDots();
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width: dragged } = plot.select;
            if (dragged < shortestDrag) return;
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            zoom({ from: plot.posToVal(left, 'x'), to: plot.posToVal(left + dragged, 'x') });
          },
        ],
      },
    };
  }

  #yRange(): [number, number] {
    const { logarithmic } = this.#options;
    const found = extremes(this.#curves, this.#view.from, this.#view.to, logarithmic);
    if (found === undefined) return logarithmic ? [0.1, 1] : [0, 1];
    const range = logarithmic
      ? uPlot.rangeLog(found.min, found.max, 10, false)
      : uPlot.rangeNum(found.min, found.max, 0.08, true);
    return [range[0] ?? found.min, range[1] ?? found.max];
  }

  /** A dot on each curve where the cursor stands. */
  #placeDots(): void {
    const { over } = this.#plot;
    const at = cursorAt.current;
    const inView = at !== undefined && at >= this.#view.from && at <= this.#view.to;
    this.#curves.forEach((curve, index) => {
      const dot = this.#dots[index] ?? over.appendChild(newDot());
      this.#dots[index] = dot;
      const point = inView ? pointAt(curve, at) : undefined;
      const isShown = point !== undefined && point.x >= this.#view.from && point.x <= this.#view.to;
      dot.hidden = !isShown;
      if (!isShown) return;
      dot.style.backgroundColor = curve.colour;
      dot.style.translate = `${this.#plot.valToPos(point.x, 'x')}px ${this.#plot.valToPos(point.y, 'y')}px`;
    });
    for (const dot of this.#dots.slice(this.#curves.length)) dot.hidden = true;
  }
}

function isMovement(type: string): boolean {
  return type === 'mousemove' || type === 'mouseleave';
}

function newDot(): HTMLElement {
  const dot = document.createElement('div');
  dot.className = 'dot';
  return dot;
}
