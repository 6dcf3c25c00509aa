/** Draws curves onto a uPlot: bands and single values behind, faint raw curves, then the lines. Canvas pixels; nulls are gone over. */
import type uPlot from 'uplot';
import { type Band, type Curve, indexAt } from './curve.ts';

/** Single values are drawn as points up to this many in view, and as a band beyond. */
const mostPoints = 1500;
/** A line of fewer points than this has them marked: evaluations are few and far between. */
const mostMarked = 40;

export interface DrawOptions {
  readonly from: number;
  readonly to: number;
  readonly withBand: boolean;
}

export function drawCurves(plot: uPlot, curves: readonly Curve[], options: DrawOptions): void {
  const { ctx, bbox } = plot;
  const scale = window.devicePixelRatio || 1;
  ctx.save();
  ctx.beginPath();
  // A point on the edge is seen whole.
  const edge = 4 * scale;
  ctx.rect(bbox.left - edge, bbox.top - edge, bbox.width + 2 * edge, bbox.height + 2 * edge);
  ctx.clip();
  ctx.lineJoin = 'round';
  ctx.lineCap = 'butt';
  for (const curve of curves) {
    ctx.fillStyle = curve.colour;
    if (curve.singles) drawSingles(plot, curve.singles, options, curves.length, scale);
    if (options.withBand && curve.band) fillBand(plot, curve.band, options, 0.14);
  }
  for (const curve of curves) {
    ctx.strokeStyle = curve.colour;
    ctx.fillStyle = curve.colour;
    if (curve.raw) {
      ctx.globalAlpha = 0.28;
      ctx.lineWidth = scale;
      ctx.stroke(linePath(plot, curve.x, curve.raw, options));
    }
    ctx.globalAlpha = 1;
    ctx.lineWidth = 1.75 * scale;
    ctx.setLineDash(curve.dash.map((length) => length * scale));
    ctx.stroke(linePath(plot, curve.x, curve.y, options));
    ctx.setLineDash([]);
    markPoints(plot, curve, options, scale);
  }
  ctx.restore();
}

/** First and last place in view, with one more on each side for the way out of it. */
function inView(x: readonly number[], { from, to }: DrawOptions): [number, number] {
  return [Math.max(0, indexAt(x, from)), Math.min(x.length - 1, indexAt(x, to) + 1)];
}

function linePath(plot: uPlot, x: readonly number[], y: readonly (number | null)[], options: DrawOptions): Path2D {
  const path = new Path2D();
  const [first, last] = inView(x, options);
  for (let index = first; index <= last; index++) {
    const value = y[index];
    if (value !== null) path.lineTo(plot.valToPos(x[index], 'x', true), heightOf(plot, value));
  }
  return path;
}

/** A logarithmic axis has no place for what is not above 0: such values lie on its lower end. */
function heightOf(plot: uPlot, value: number): number {
  const { distr, min } = plot.scales['y'];
  return plot.valToPos(distr === 3 && value <= 0 ? (min ?? 1) : value, 'y', true);
}

function fillBand(plot: uPlot, { x, min, max }: Band, options: DrawOptions, alpha: number): void {
  const path = new Path2D();
  const [first, last] = inView(x, options);
  for (let index = first; index <= last; index++) {
    const value = max[index];
    if (value !== null) path.lineTo(plot.valToPos(x[index], 'x', true), heightOf(plot, value));
  }
  for (let index = last; index >= first; index--) {
    const value = min[index];
    if (value !== null) path.lineTo(plot.valToPos(x[index], 'x', true), heightOf(plot, value));
  }
  path.closePath();
  plot.ctx.globalAlpha = alpha;
  plot.ctx.fill(path);
}

function drawSingles(
  plot: uPlot,
  singles: Band & { readonly y: readonly (number | null)[]; readonly count: number },
  options: DrawOptions,
  curves: number,
  scale: number,
): void {
  const [first, last] = inView(singles.x, options);
  const isWhole = singles.count <= singles.x.length;
  if (!isWhole || (last - first) * curves > mostPoints) {
    if (options.withBand) fillBand(plot, singles, options, 0.1);
    return;
  }
  const { ctx } = plot;
  ctx.globalAlpha = 0.35;
  const size = 2.5 * scale;
  for (let index = first; index <= last; index++) {
    const value = singles.y[index];
    if (value === null) continue;
    const left = plot.valToPos(singles.x[index], 'x', true);
    ctx.fillRect(left - size / 2, heightOf(plot, value) - size / 2, size, size);
  }
}

function markPoints(plot: uPlot, { x, y }: Curve, options: DrawOptions, scale: number): void {
  const [first, last] = inView(x, options);
  if (last - first >= mostMarked) return;
  for (let index = first; index <= last; index++) {
    const value = y[index];
    if (value === null) continue;
    plot.ctx.beginPath();
    plot.ctx.arc(plot.valToPos(x[index], 'x', true), heightOf(plot, value), 2.25 * scale, 0, 2 * Math.PI);
    plot.ctx.fill();
  }
}
