/** What `bun run bench peers` found, and its table: as text for a terminal, as Markdown for a page. README.md describes the JSON. */

import { type Machine, machineLine } from '../machine.ts';
import type { Poll, Work } from './protocol.ts';

export interface Timing {
  readonly medianMs: number;
  readonly p90Ms: number;
  readonly samples: number;
}

export interface PeerRow {
  readonly name: string;
  readonly version: string;
  readonly adapter: string;
  readonly poll: Poll;
  /** Mean loss before the first update; absent where the library only infers. */
  readonly loss?: number;
  readonly update?: Timing;
  readonly forward32: Timing;
  readonly forward1: Timing;
}

/** A peer without figures: it cannot run on this machine, or it computes something else. */
export interface AbsentPeer {
  readonly name: string;
  readonly wrong: boolean;
  readonly reason: string;
}

export interface PeersResults extends Machine {
  readonly what: 'bun run bench peers';
  /** For each peer and each of its three works. */
  readonly seconds: number;
  readonly expectedLoss: number;
  readonly rows: readonly PeerRow[];
  readonly absent: readonly AbsentPeer[];
}

export function timing(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  const middle = sorted.length / 2;
  const medianMs = sorted.length % 2 === 0 ? (sorted[middle - 1] + sorted[middle]) / 2 : at(0.5);
  return { medianMs: rounded(medianMs), p90Ms: rounded(at(0.9)), samples: sorted.length };
}

const rounded = (ms: number): number => Number(ms.toPrecision(6));

const header = ['', 'version', 'runs on', 'poll', 'update, ms', 'forward of 32, ms', 'forward of 1, ms'];

export const method =
  'Median (and 90th percentile) of milliseconds until the answer is on the host; the batch goes up as bytes, or as the library takes it, ' +
  'in each. All are open at once, each in its own process, and take turns; each was first held to an f64 update of the same weights. ' +
  '`poll`: whether the wait for the GPU naps between polls (replaced), as in this project.';

function cells({ rows }: PeersResults): string[][] {
  const figure = (row: PeerRow, work: Work): string => {
    const found = row[work];
    return found === undefined ? '-' : `${shownMs(found.medianMs)} (${shownMs(found.p90Ms)})`;
  };
  return rows.map((row) => [
    row.name,
    row.version,
    row.adapter,
    row.poll,
    figure(row, 'update'),
    figure(row, 'forward32'),
    figure(row, 'forward1'),
  ]);
}

const shownMs = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3));

const absentLine = ({ name, wrong, reason }: AbsentPeer): string =>
  wrong ? `${name}: wrong, so not timed: ${reason}` : `${name}: not here: ${reason}`;

export function textReport(results: PeersResults): string[] {
  const table = [header, ...cells(results)];
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 4 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  return [machineLine(results), '', ...table.map(line), '', ...results.absent.map(absentLine), method];
}

export function markdownTable(results: PeersResults): string {
  const table = [header, header.map((_, column) => (column < 4 ? ':--' : '--:')), ...cells(results)];
  const absent = results.absent.length === 0 ? [] : ['', ...results.absent.map((peer) => `- ${absentLine(peer)}`)];
  return [`${machineLine(results)}. ${method}`, '', ...table.map((row) => `| ${row.join(' | ')} |`), ...absent].join(
    '\n',
  );
}
