/** What `bun run bench update` found, as text for a terminal and as Markdown for a page. */

import { textTable } from '../../src/cli/textTable.ts';
import type { KernelRow } from '../../src/run/kernelChoices.ts';
import { figure, peaksLine } from './kernelResults.ts';
import { markdownTable } from './layout.ts';
import { type Machine, machineLine } from './machine.ts';
import type { Peaks } from './peaks.ts';
import type { Spread } from './sampling.ts';

export interface UpdateResults extends Machine, Peaks {
  readonly what: string;
  /** Which variant of each pass runs, as a run takes them on this adapter. */
  readonly kernels: readonly Pick<KernelRow, 'label' | 'shape' | 'variant' | 'source'>[];
  readonly network: 'nature';
  readonly batchSize: number;
  readonly actionCount: number;
  /** Asked for. */
  readonly seconds: { readonly sampling: number; readonly run: number };
  /** Of one update with RMSProp: 10^9 FLOPs, a multiply-add counted as two, and dispatches. */
  readonly updateGflop: number;
  readonly updateDispatches: number;
  /** One whole update with RMSProp (the common form, PyTorch's), upload of the batch included. */
  readonly updateMs: Spread;
  /** The same with Adam. */
  readonly updateAdamMs: Spread;
  /** From frames on the device to the Q values of 32 states. */
  readonly forward32Ms: Spread;
  /** From a new frame on the host to the action on the host. */
  readonly forward1Ms: Spread;
  /** The time of all dispatches, each at the peak that limits it, over the median. */
  readonly sharesOfPeak: { readonly update: number; readonly updateAdam: number; readonly forward32: number };
  /** Sustained in a run of `game` with an update at each agent step (four frames); each sample is a slice of the run. */
  readonly updatesPerSecond: Spread;
  readonly run: {
    readonly game: string;
    readonly updates: number;
    readonly agentSteps: number;
    readonly seconds: number;
  };
}

export const updateMethod =
  'The Nature network with six actions, batch 32. A sample is as many repetitions as take about 20 ms, on the clock of the CPU until the ' +
  'device is done; all take turns. p90: nine samples of ten are at least as fast. An update uploads its batch and is one submission: both ' +
  'forward passes, target, Huber loss, backward, optimiser. Share of peak: the time of all its kernels, each at the peak that limits it, ' +
  'over the median.';

function cells(results: UpdateResults): string[][] {
  const { updateMs, updateAdamMs, forward32Ms, forward1Ms, sharesOfPeak, updatesPerSecond, updateGflop } = results;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const rate = (ms: Spread): string => figure(updateGflop / (ms.median / 1000));
  return [
    ['', 'median', 'p90', 'GFLOP/s', 'share of peak'],
    ['an update, RMSProp, ms', ...both(updateMs), rate(updateMs), percent(sharesOfPeak.update)],
    ['an update, Adam, ms', ...both(updateAdamMs), rate(updateAdamMs), percent(sharesOfPeak.updateAdam)],
    ['forward of 32, ms', ...both(forward32Ms), '-', percent(sharesOfPeak.forward32)],
    ['forward of 1, action read back, ms', ...both(forward1Ms), '-', '-'],
    ['updates/s in a run of Pong', ...both(updatesPerSecond), '-', '-'],
  ];
}

function both({ median, p90 }: Spread): [string, string] {
  return [figure(median), figure(p90)];
}

export function updateText(results: UpdateResults): string[] {
  return [
    machineLine(results),
    `${kernelsLine(results)} ${peaksLine(results)}`,
    '',
    ...textTable(cells(results), 1),
    '',
    `${updateMethod} ${runLine(results)}`,
  ];
}

export function updateMarkdown(results: UpdateResults): string {
  const intro = `${machineLine(results)}. ${peaksLine(results)} ${updateMethod} ${runLine(results)}`;
  return [intro, '', ...markdownTable(cells(results), 1)].join('\n');
}

function kernelsLine({ kernels }: UpdateResults): string {
  const byVariant = [...Map.groupBy(kernels, ({ variant }) => variant)];
  return `Kernels: ${byVariant.map(([variant, rows]) => `${rows.length} ${variant}`).join(', ')}.`;
}

function runLine({ run: { updates, agentSteps, seconds } }: UpdateResults): string {
  return `The run: our own Pong, ${updates} updates and ${agentSteps} steps of four frames in ${seconds.toFixed(0)} s.`;
}
