/** What `bun run bench kernels` found, as text for a terminal and as Markdown for a page. */
import type { Variant } from '../../kernels/variant.ts';
import { textTable } from '../../src/cli/textTable.ts';
import { markdownTable } from './layout.ts';
import { type Machine, machineLine } from './machine.ts';
import type { Peaks } from './peaks.ts';
import type { Spread } from './sampling.ts';

export interface KernelRow {
  readonly kernel: string;
  readonly shader: string;
  /** Of its pass; null where that has but one. */
  readonly variant: Variant | null;
  /** Samples in a batch; null where the kernel goes over parameters. */
  readonly batch: number | null;
  readonly flops: number;
  /** Each input read once, each output written once. */
  readonly bytes: number;
  readonly ms: Spread;
  /** At the median. */
  readonly gflops: number;
  readonly gbs: number;
  /** Which of the adapter's peaks the kernel would meet first. */
  readonly limit: 'arithmetic' | 'memory';
  /** The part of that peak that it reaches, at the median. Above 1 where a cache serves it, or the adapter reads faster than it copies. */
  readonly shareOfPeak: number;
}

export interface KernelResults extends Machine, Peaks {
  readonly what: string;
  /** Which variants: what a run takes here, one wherever it covers the shape, or each. */
  readonly variants: 'tuned' | Variant | 'all';
  /** Asked for; sampling went on to the end of the last turn. */
  readonly seconds: number;
  readonly rows: readonly KernelRow[];
}

export const kernelMethod =
  'A sample is one submission of as many repetitions as take about 20 ms, on the clock of the CPU until the device is done; the kernels ' +
  'and the peaks take turns. p90: nine samples of ten are at least as fast. GB/s: each input read once and each output written once. ' +
  'Share: of the peak that limits the kernel, which is named; above 100 % where a cache serves it, or the adapter reads faster than it copies.';

export function peaksLine({ peakGflops, peakGbs, dispatchUs }: Peaks): string {
  return (
    `Peaks in the same run: ${figure(peakGflops.median)} GFLOP/s of multiply-adds, ${figure(peakGbs.median)} GB/s copied ` +
    `(read and written); the smallest dispatch takes ${figure(dispatchUs.median)} us.`
  );
}

export function kernelText(results: KernelResults): string[] {
  return [machineLine(results), peaksLine(results), '', ...textTable(cells(results.rows), 3), '', kernelMethod];
}

export function kernelMarkdown(results: KernelResults): string {
  const lines = markdownTable(cells(results.rows), 3);
  return [`${machineLine(results)}. ${peaksLine(results)} ${kernelMethod}`, '', ...lines].join('\n');
}

function cells(rows: readonly KernelRow[]): string[][] {
  return [
    ['kernel', 'variant', 'batch', 'median, ms', 'p90, ms', 'GFLOP/s', 'GB/s', 'share of peak'],
    ...rows.map(({ kernel, variant, batch, ms, flops, gflops, gbs, limit, shareOfPeak }) => [
      kernel,
      variant ?? '-',
      batch === null ? 'any' : String(batch),
      figure(ms.median),
      figure(ms.p90),
      flops === 0 ? '-' : figure(gflops),
      figure(gbs),
      `${(100 * shareOfPeak).toFixed(0)} % ${limit}`,
    ]),
  ];
}

/** Three digits that count, and never an exponent. */
export function figure(value: number): string {
  if (value === 0) return '0';
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toLocaleString('en-US', {
    minimumFractionDigits: Math.max(0, Math.min(6, digits)),
    maximumFractionDigits: Math.max(0, Math.min(6, digits)),
  });
}
