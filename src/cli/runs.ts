/** `bun run runs`: lists runs with what they have learned, how fast, and what they take of the disk. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { bytesText } from '../run/memory.ts';
import { grouped } from '../run/progress.ts';
import { summarizeRun } from '../run/reading/runReader.ts';
import { listRuns } from '../run/reading/runRoot.ts';
import type { RunSummary } from '../run/reading/summary.ts';
import { type Command, choiceFlag, type ParsedArguments } from './arguments.ts';
import { textTable } from './textTable.ts';
import { printable, printableJson, runner } from './words.ts';

/** A run, and where it lies. */
export interface ListedRun extends RunSummary {
  readonly folder: string;
}

const defaultRuns = 'runs';

/** Each puts the first one first. */
const orders = {
  newest: (a: ListedRun, b: ListedRun) => compare(b.startedAt ?? '', a.startedAt ?? ''),
  changed: (a: ListedRun, b: ListedRun) => (b.updatedAtMs ?? 0) - (a.updatedAtMs ?? 0),
  name: (a: ListedRun, b: ListedRun) => compare(a.id, b.id),
  best: (a: ListedRun, b: ListedRun) => (b.bestMeanReward ?? -Infinity) - (a.bestMeanReward ?? -Infinity),
  evaluation: (a: ListedRun, b: ListedRun) => (b.bestEvaluation ?? -Infinity) - (a.bestEvaluation ?? -Infinity),
  steps: (a: ListedRun, b: ListedRun) => b.agentSteps - a.agentSteps,
  speed: (a: ListedRun, b: ListedRun) => (b.stepsPerSecond ?? 0) - (a.stepsPerSecond ?? 0),
  disk: (a: ListedRun, b: ListedRun) => b.diskBytes - a.diskBytes,
} as const;
type Order = keyof typeof orders;

export const runsCommand: Command = {
  spec: {
    name: 'runs',
    summary: 'List the runs: how far they are, how well they play, what they take of the disk.',
    positionals: ['DIR…'],
    flags: [
      { flag: '--runs', placeholder: 'DIR', help: `Folder that holds the run folders [${defaultRuns}]` },
      { flag: '--game', placeholder: 'NAME', help: 'Only the runs of this game' },
      {
        flag: '--sort',
        placeholder: 'KEY',
        help: `What comes first: ${Object.keys(orders).join(', ')} [newest]`,
      },
      { flag: '--json', help: 'Print one JSON array and nothing else' },
    ],
    examples: [
      'bun run runs',
      'bun run runs --game pong --sort best',
      'bun run runs /data/runs runs/catch-quick-1-1',
      'bun run runs --json',
    ],
  },
  async run(parsed) {
    const order = choiceFlag(parsed, '--sort', Object.keys(orders) as Order[], 'newest');
    const all = findRuns(parsed);
    const game = parsed.flags.get('--game');
    const runs = all.filter((run) => game === undefined || run.game === game).toSorted(orders[order]);
    if (parsed.flags.has('--json')) {
      console.log(printableJson(runs));
      return 0;
    }
    if (runs.length === 0) {
      const where =
        parsed.positionals.length === 0 ? (parsed.flags.get('--runs') ?? defaultRuns) : parsed.positionals.join(', ');
      const none = all.length === 0 ? `There are no runs in ${where}.` : `None of ${all.length} runs plays ${game}.`;
      const begin = game === undefined ? 'catch --preset quick' : game;
      console.log(printable(`${none} To begin one: ${runner()} train ${begin}`));
      return 0;
    }
    const columns = process.stdout.isTTY ? process.stdout.columns : Infinity;
    for (const line of runsTable(runs, columns, Date.now())) console.log(line);
    return 0;
  },
};

/** The runs of all folders that are named, each once. Throws UserError for one that is none. */
function findRuns({ positionals, flags }: ParsedArguments): ListedRun[] {
  const root = flags.get('--runs');
  const named = [...positionals, ...(root === undefined ? [] : [root])];
  // Without a run the default folder is not there.
  if (named.length === 0 && !existsSync(defaultRuns)) return [];
  const runs = new Map<string, ListedRun>();
  for (const folder of named.length === 0 ? [defaultRuns] : named) {
    if (!existsSync(folder))
      throw new UserError(`There is no folder ${folder}.`, 'Name a run folder or one that holds some.');
    if (!statSync(folder).isDirectory())
      throw new UserError(`${folder} is a file.`, 'Name a run folder or one that holds some.');
    const itself = summarizeRun(folder);
    const found =
      itself === undefined
        ? listRuns(folder).map((run) => ({ ...run, folder: join(folder, run.id) }))
        : [{ ...itself, folder }];
    for (const run of found) if (!runs.has(resolve(run.folder))) runs.set(resolve(run.folder), run);
  }
  return [...runs.values()];
}

interface Column {
  readonly title: string;
  readonly text: (run: ListedRun) => string;
  /** The higher, the sooner it is left out where the terminal is narrow; 0: never. */
  readonly droppedAt: number;
}

/** The lines of the table and of what the runs take together, at most `columns` wide. Ages are seen from `nowMs`. */
export function runsTable(runs: readonly ListedRun[], columns: number, nowMs: number): string[] {
  const evaluated = runs.some((run) => run.bestEvaluation !== null);
  const wanted: Column[] = [
    { title: 'game', text: ({ game }) => printable(game), droppedAt: 7 },
    { title: 'state', text: ({ state }) => state, droppedAt: 0 },
    { title: 'steps', text: stepsText, droppedAt: 0 },
    { title: 'games', text: ({ episodes }) => grouped(episodes), droppedAt: 6 },
    { title: 'last', text: ({ lastMeanReward }) => meanText(lastMeanReward), droppedAt: 2 },
    { title: 'best', text: ({ bestMeanReward }) => meanText(bestMeanReward), droppedAt: 0 },
    ...(evaluated
      ? [{ title: 'evaluated', text: ({ bestEvaluation }: ListedRun) => meanText(bestEvaluation), droppedAt: 1 }]
      : []),
    {
      title: 'steps/s',
      text: ({ stepsPerSecond }) => (stepsPerSecond === null ? '-' : stepsPerSecond.toFixed(0)),
      droppedAt: 5,
    },
    { title: 'disk', text: ({ diskBytes }) => bytesText(diskBytes), droppedAt: 4 },
    { title: 'changed', text: ({ updatedAtMs }) => ageText(updatedAtMs, nowMs), droppedAt: 3 },
  ];
  const names = runs.map(({ id }) => printable(id));
  const rows = (kept: readonly Column[], nameWidth: number): string[] => {
    const cells = [
      ['run', ...kept.map(({ title }) => title)],
      ...runs.map((run, i) => [cut(names[i], nameWidth), ...kept.map(({ text }) => text(run))]),
    ];
    return textTable(cells, 1 + kept.findIndex(({ title }) => title === 'steps'));
  };
  const fits = (lines: readonly string[]): boolean => lines.every((line) => line.length <= columns);
  let kept = wanted;
  let lines = rows(kept, Infinity);
  while (!fits(lines) && kept.some(({ droppedAt }) => droppedAt > 0)) {
    const next = Math.max(...kept.map(({ droppedAt }) => droppedAt));
    kept = kept.filter(({ droppedAt }) => droppedAt !== next);
    lines = rows(kept, Infinity);
  }
  if (!fits(lines)) {
    const longestName = Math.max(...names.map((name) => name.length));
    const tooMany = Math.max(...lines.map((line) => line.length)) - columns;
    lines = rows(kept, Math.max(8, longestName - tooMany));
  }
  const running = runs.filter(({ state }) => state === 'running').length;
  const disk = bytesText(runs.reduce((sum, { diskBytes }) => sum + diskBytes, 0));
  const goOn = running === 0 ? '' : `, ${running} running`;
  return [...lines, `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}${goOn}, ${disk} on the disk`];
}

function stepsText({ agentSteps, stepsWanted }: RunSummary): string {
  return stepsWanted === 0 ? grouped(agentSteps) : `${grouped(agentSteps)}/${grouped(stepsWanted)}`;
}

function meanText(mean: number | null): string {
  return mean === null ? '-' : mean.toFixed(2);
}

/** `12 s`, `5 min`, `3 h`, `2 d`: how long ago. */
export function ageText(thenMs: number | null, nowMs: number): string {
  if (thenMs === null) return '-';
  const seconds = Math.max(0, nowMs - thenMs) / 1000;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** The text, its middle left out where it is too long: a run's name ends with its seed and number. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
