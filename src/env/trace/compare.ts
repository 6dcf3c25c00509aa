/**
 * Plays a trace again and finds the first row that is not as the trace has it.
 * What is compared: every row of the trace, that no reward and no end of an episode came without a row, and the sums of its last line.
 */

import type { Arcade } from '../arcade.ts';
import { columns, TracePlayer } from './play.ts';
import { labelOf, type Trace, type TraceRow } from './read.ts';
import { formatLine, totalsLine } from './write.ts';

export interface Divergence {
  /** Of the row that differs, or that is missing. */
  readonly label: string;
  /** The trace's row, or its line of sums; absent where the trace has no row for a reward or an end. */
  readonly expected?: string;
  /** Where it stands in the file. */
  readonly line?: number;
  /** What came here; absent where the trace has a row that is never reached. */
  readonly actual?: string;
  /** Names of the columns that differ. */
  readonly different: readonly string[];
  /** The last rows that were equal. */
  readonly before: readonly TraceRow[];
  /** Ours, and the trace's where it has it. */
  readonly ram: Uint8Array;
  readonly expectedRam?: Uint8Array;
}

export interface Comparison {
  /** Rows that are equal. */
  readonly equalRows: number;
  /** What the header says of console and actions and is not so here. It does not count as a difference. */
  readonly notes: readonly string[];
  /** Absent where all is equal. */
  readonly divergence?: Divergence;
}

export interface CompareOptions {
  /** Draws only the frames that the trace has rows of. */
  readonly undrawn?: boolean;
}

const rowsBefore = 3;

/** @param arcade just loaded with the trace's cartridge by the trace's settings (`traceArcade`) */
export function compareTrace(trace: Trace, arcade: Arcade, { undrawn = false }: CompareOptions = {}): Comparison {
  const { rows } = trace;
  const player = new TracePlayer(arcade, trace.settings, trace.actions);
  const notes = headerNotes(trace, arcade);
  let position = 0;
  const found = (label: string, actual: string | undefined, row: TraceRow | undefined): Divergence => ({
    label,
    ...(row === undefined ? {} : { expected: row.text, line: row.line }),
    ...(actual === undefined ? {} : { actual }),
    different: row === undefined || actual === undefined ? [] : differentColumns(row, actual),
    before: rows.slice(Math.max(0, position - rowsBefore), position),
    ram: arcade.ram.slice(),
    ...(row?.ram === undefined ? {} : { expectedRam: row.ram }),
  });
  /** Compares a row with the trace's next one. `due`: the trace must have it. */
  const check = (isReset: boolean, due: boolean, drawn: boolean): Divergence | undefined => {
    const row = rows.at(position);
    const wanted = row !== undefined && row.frame === player.frame && row.isReset === isReset;
    if (!wanted && !due) return undefined;
    const actual = isReset ? player.resetRow() : player.row(drawn);
    const label = `${isReset ? 'R' : ''}${player.frame}`;
    // Where the trace has ended nothing is due.
    if (row === undefined) return undefined;
    if (!wanted) return found(label, actual, undefined);
    if (row.text !== actual && differentColumns(row, actual).length > 0) return found(label, actual, row);
    position++;
    return undefined;
  };

  let divergence = check(false, false, true);
  while (divergence === undefined && position < rows.length) {
    const drawn = !undrawn || rows[position].frame === player.frame + 1;
    player.step(drawn);
    divergence = check(false, player.reward !== 0 || arcade.terminal, drawn);
    if (divergence === undefined && arcade.terminal) {
      player.reset();
      divergence = check(true, true, true);
    }
    const next = rows.at(position);
    if (divergence === undefined && next !== undefined && next.frame <= player.frame) {
      divergence = found(labelOf(next), undefined, next);
    }
  }
  const totals = totalsLine(player);
  if (divergence === undefined && trace.totals !== undefined && trace.totals !== totals) {
    divergence = { ...found('total_reward', totals, undefined), expected: trace.totals };
  }
  return { equalRows: position, notes, ...(divergence === undefined ? {} : { divergence }) };
}

/** Names of columns. What a reset's row says of action and reward is of the frame before it, or nothing: it is not compared. */
function differentColumns({ text, isReset }: TraceRow, actual: string): string[] {
  const [theirs, ours] = [text.split(' '), actual.split(' ')];
  return columns.filter((name, i) => theirs[i] !== ours[i] && !(isReset && (name === 'action' || name === 'reward')));
}

function headerNotes({ format, screenHeight, actions }: Trace, arcade: Arcade): string[] {
  const pairs = [
    ['console', format ?? formatLine(arcade), formatLine(arcade)],
    ['screen', `160x${screenHeight}`, `160x${arcade.screenHeight}`],
    ['actions', actions.join(' '), arcade.actions.join(' ')],
  ];
  return pairs
    .filter(([, theirs, ours]) => theirs !== ours)
    .map(
      ([what, theirs, ours]) =>
        `the trace's ${what}: ${theirs.replace('# format ', '')}; here: ${ours.replace('# format ', '')}`,
    );
}
