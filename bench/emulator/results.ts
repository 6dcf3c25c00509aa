/** What `bun run bench emulator` found, and its tables: as text for a terminal, as Markdown for the README. */

import { type Machine, machineLine } from '../machine.ts';
import { type Peer, peers, peersMachine } from './peers.ts';
import type { Mode } from './player.ts';

export interface Row {
  readonly rom: string;
  readonly mode: Mode;
  /** Median over slices, one console on one core. */
  readonly framesPerSecond: number;
  /** The fastest slice. */
  readonly best: number;
  /** `framesPerSecond` over the 60 Hz of an NTSC console. */
  readonly timesRealTime: number;
  /** Of the cartridge image. */
  readonly md5: string;
  /** One console in each of as many workers as there are cores, all at once; `ratio`: over `framesPerSecond`. Absent with `--workers 0`. */
  readonly allCores?: { readonly workers: number; readonly framesPerSecond: number; readonly ratio: number };
  /** Of mode `drawn` alone. */
  readonly instructionsPerFrame?: number;
  readonly instructionsPerSecond?: number;
  /** Of `drawn`: a frame's time by part. `rest` is RIOT, bank switching, inputs, rewards. */
  readonly nsPerFrame?: { readonly cpu: number; readonly tia: number; readonly rest: number };
  /** Of `drawn`: frames/s in one process with the consoles of all other cartridges of this run, in turns. */
  readonly besideOthers?: number;
}

export interface Results extends Machine {
  readonly what: string;
  readonly secondsPerMode: number;
  readonly rows: readonly Row[];
}

export const method =
  'Frames/s of one console on one core, each cartridge in its own process: median over ten slices in which the modes take turns, after ' +
  '5,000 frames of warm-up in each, with an action drawn at random every four frames; resets are not counted. `drawn`: every frame is ' +
  'drawn; `seen`: the last two of each four, as agents see them; `observation`: those two made one picture of 84 x 84 by the environment.';

const partsMethod =
  'Time by part: shares of a sampling profile taken twice a millisecond; parts that the compiler drew into the loop of the CPU count as CPU. ' +
  'Instructions: counted in other frames, one call each; waits for the timer that are skipped count as if they had run.';

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

function peerFigure({ framesPerSecond }: Peer, rom: string): string {
  return rom in framesPerSecond ? whole(framesPerSecond[rom]) : '-';
}

const aboutPeers = (): string => peers.map(({ name, about }) => `${name}: ${about}`).join('; ');

/** How many consoles played at once; undefined where none did. */
function workersOf({ rows }: Results): number | undefined {
  return rows.find(({ allCores }) => allCores !== undefined)?.allCores?.workers;
}

/** Two tables and how they came about. */
export function textReport(results: Results): string[] {
  const { rows } = results;
  const speeds = [
    [
      'cartridge',
      'mode',
      'frames/s',
      'best',
      'x 60 Hz',
      `${workersOf(results) ?? 'all'} cores`,
      ...peers.map(({ name }) => name),
    ],
    ...rows.map(({ rom, mode, framesPerSecond, best, timesRealTime, allCores }) => [
      rom,
      mode,
      whole(framesPerSecond),
      whole(best),
      whole(timesRealTime),
      allCores === undefined ? '-' : `${whole(allCores.framesPerSecond)} (x ${allCores.ratio.toFixed(2)})`,
      ...peers.map((peer) => (mode === 'drawn' ? peerFigure(peer, rom) : '')),
    ]),
  ];
  const parts = [
    ['cartridge', 'instructions/frame', 'million/s', 'CPU, ns', 'TIA, ns', 'rest, ns', 'frames/s beside the others'],
    ...rows.flatMap(({ rom, instructionsPerFrame, instructionsPerSecond, nsPerFrame, besideOthers }) =>
      nsPerFrame === undefined || instructionsPerFrame === undefined || instructionsPerSecond === undefined
        ? []
        : [
            [
              rom,
              whole(instructionsPerFrame),
              (instructionsPerSecond / 1e6).toFixed(0),
              whole(nsPerFrame.cpu),
              whole(nsPerFrame.tia),
              whole(nsPerFrame.rest),
              besideOthers === undefined ? '-' : whole(besideOthers),
            ],
          ],
    ),
  ];
  return [
    machineLine(results),
    '',
    ...textTable(speeds, 2),
    '',
    method,
    `Other emulators, every frame drawn, measured on another machine (${peersMachine}): ${aboutPeers()}.`,
    '',
    ...textTable(parts, 1),
    '',
    `A frame that is drawn. ${partsMethod}`,
  ];
}

/** The columns from `firstNumber` on are aligned to the right. */
function textTable(cells: readonly (readonly string[])[], firstNumber: number): string[] {
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row
      .map((cell, column) => (column < firstNumber ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}

/** The README's table. */
export function markdownTable(results: Results): string {
  const roms = [...new Set(results.rows.map(({ rom }) => rom))];
  const rowOf = (rom: string, mode: Mode): Row | undefined =>
    results.rows.find((row) => row.rom === rom && row.mode === mode);
  const workers = workersOf(results);
  const header = ['cartridge', 'drawn', 'seen', 'observation', `observation, ${workers ?? 'all'} cores`];
  const table = [
    [...header, ...peers.map(({ name }) => name)],
    [':--', ...Array.from({ length: header.length - 1 + peers.length }, () => '--:')],
    ...roms.map((rom) => {
      const figure = (mode: Mode): string => {
        const row = rowOf(rom, mode);
        return row === undefined ? '-' : whole(row.framesPerSecond);
      };
      const together = rowOf(rom, 'observation')?.allCores;
      return [
        rom,
        figure('drawn'),
        figure('seen'),
        figure('observation'),
        together === undefined ? '-' : whole(together.framesPerSecond),
        ...peers.map((peer) => peerFigure(peer, rom)),
      ];
    }),
  ];
  return [
    `${machineLine(results)}. ${method}`,
    '',
    ...table.map((row) => `| ${row.join(' | ')} |`),
    '',
    `The last ${peers.length} columns are other emulators with every frame drawn, measured on another machine (${peersMachine}): ${aboutPeers()}.`,
  ].join('\n');
}
