/**
 * The curves of a report as SVG, by Apache ECharts: a chart for each metric that any of the runs has, a line for each run, over agent steps.
 * Leaves out: interaction (the dashboard's).
 */
import { LineChart, type LineSeriesOption } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Series, SeriesKey } from '../run/reading/series.ts';
import type { ReportedRun } from './reportedRun.ts';

echarts.use([LineChart, GridComponent, SVGRenderer]);

export const chartWidth = 620;
export const chartHeight = 280;

/** Okabe and Ito's colours, which people with any kind of colour vision tell apart, darkened where white would swallow them. */
export const runColours = ['#0072b2', '#d55e00', '#009e73', '#b8478f', '#8a6d00', '#3a8fc4', '#7a4b9a', '#555555'];
/** Dashes of the lines from the ninth, seventeenth, … run on. */
const runDashes = ['solid', [6, 3], [2, 3]] as const;

/** Of more runs single games are a thicket that hides their means. */
const mostRunsWithGames = 3;

interface Metric {
  readonly title: string;
  readonly unit: string;
  readonly key: SeriesKey;
  /** Drawn faintly behind, of few runs. */
  readonly behind?: SeriesKey;
  readonly isLogarithmic?: boolean;
}

/** docs/metrics.md says what each is. */
const metrics: readonly Metric[] = [
  { title: 'Reward, mean of 100 games', unit: 'points a game', key: 'episode.meanReward100', behind: 'episode.reward' },
  { title: 'Evaluation', unit: 'points a game', key: 'evaluation.meanReward' },
  { title: 'Loss', unit: '', key: 'progress.meanLoss', isLogarithmic: true },
  { title: 'Mean of the largest Q value', unit: 'points, discounted', key: 'progress.meanQ' },
  { title: 'Validation: V', unit: 'points, discounted', key: 'evaluation.meanValue' },
  { title: 'Validation: TD error', unit: 'points', key: 'evaluation.meanTdError' },
  { title: 'Epsilon', unit: '', key: 'progress.epsilon' },
  { title: 'Speed', unit: 'agent steps a second', key: 'progress.stepsPerSecond' },
];

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly svg: string;
}

/** Those of which there are values. */
export function reportCharts(runs: readonly ReportedRun[]): Chart[] {
  return metrics.flatMap((metric, index) => {
    const curves = runs.map((run) => run.series(metric.key));
    if (!curves.some(({ y }) => y.some((value) => value !== null))) return [];
    const hasBehind = metric.behind !== undefined && runs.length <= mostRunsWithGames;
    const behind = hasBehind ? runs.map((run) => run.series(metric.behind!)) : [];
    return [{ title: metric.title, unit: metric.unit, svg: drawn(metric, index, curves, behind) }];
  });
}

function drawn(
  { isLogarithmic = false }: Metric,
  index: number,
  curves: readonly Series[],
  behind: readonly Series[],
): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: chartWidth, height: chartHeight });
  const lowest = Math.min(...curves.flatMap(({ y }) => y.map((value) => value ?? Number.POSITIVE_INFINITY)));
  const logarithmic = isLogarithmic && lowest > 0;
  const text = { color: '#555', fontSize: 11, fontFamily: 'DejaVu Sans, system-ui, sans-serif' };
  chart.setOption({
    animation: false,
    grid: { left: 64, right: 20, top: 12, bottom: 32 },
    xAxis: {
      type: 'value',
      axisLine: { onZero: false, lineStyle: { color: '#888' } },
      // The last one is where the data ends, at any distance from the one before.
      axisLabel: { ...text, formatter: shortNumber, hideOverlap: true },
      splitLine: { show: false },
      splitNumber: 5,
      max: 'dataMax',
    },
    yAxis: {
      type: logarithmic ? 'log' : 'value',
      scale: true,
      axisLabel: { ...text, formatter: shortNumber },
      splitLine: { lineStyle: { color: '#8884' } },
      splitNumber: 4,
    },
    series: [
      ...behind.map((curve, i) => line(curve, i, { width: 1, opacity: 0.25 })),
      ...curves.map((curve, i) => line(curve, i, { width: 2, opacity: 1 })),
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  // Styles are for a mouse. Identifiers count all charts that the process has drawn; on a page they must differ, from report to report not.
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ class="zr[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `chart${index}-`);
}

function strokeOf(run: number): { readonly color: string; readonly type: (typeof runDashes)[number] } {
  const type = runDashes[Math.floor(run / runColours.length) % runDashes.length];
  return { color: runColours[run % runColours.length], type };
}

/** A piece of the run's line as SVG, 24 x 6 pixels, for a legend. */
export function runMark(run: number): string {
  const { color, type } = strokeOf(run);
  const dashes = type === 'solid' ? '' : ` stroke-dasharray="${type.join(' ')}"`;
  return `<path d="M0 3H24" fill="none" stroke="${color}" stroke-width="4"${dashes}/>`;
}

function line({ x, y }: Series, run: number, { width, opacity }: { width: number; opacity: number }): LineSeriesOption {
  const { color, type } = strokeOf(run);
  return {
    type: 'line',
    data: x.map((place, i) => [place, y[i]]),
    // A single point is no line.
    showSymbol: x.length === 1,
    symbol: 'circle',
    lineStyle: { width, color, opacity, type: typeof type === 'string' ? type : [...type] },
    itemStyle: { color, opacity },
    silent: true,
  };
}

/** 12,500 as 12.5k. */
export function shortNumber(value: number): string {
  const [unit, name] = Math.abs(value) >= 1e6 ? [1e6, 'M'] : Math.abs(value) >= 1e4 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / unit).toPrecision(3))}${name}`;
}
