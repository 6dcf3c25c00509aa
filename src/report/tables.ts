/** The tables of a report, as texts: what the page and the picture show. */
import type { ReportedRun } from './reportedRun.ts';

export interface Cell {
  readonly text: string;
  /** Aligned to the right. */
  readonly isNumber: boolean;
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly Cell[];
  readonly rows: readonly { readonly cells: readonly Cell[]; readonly isMarked: boolean }[];
}

const text = (value: string): Cell => ({ text: value, isNumber: false });
const number = (value: number | null | undefined, digits = 0): Cell => ({
  text:
    value === null || value === undefined
      ? '-'
      : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  isNumber: true,
});

/** A row a run. */
export function summaryTable(runs: readonly ReportedRun[]): Table {
  const columns = [
    'run',
    'game',
    'preset',
    'seed',
    'state',
    'steps',
    'games',
    'last mean',
    'best mean',
    'best evaluation',
  ];
  const firstNumber = columns.indexOf('steps');
  return {
    caption: 'Mean rewards of the last 100 games, and of the best evaluation; time of the run without pauses.',
    columns: [
      ...columns.map((name, i) => ({ text: name, isNumber: i >= firstNumber || name === 'seed' })),
      { text: 'time', isNumber: true },
      text('adapter'),
      text('commit'),
    ],
    rows: runs.map(({ name, summary, config }) => ({
      isMarked: false,
      cells: [
        ...[text(name), text(summary.game), text(summary.preset), number(summary.seed), text(summary.state)],
        ...[number(summary.agentSteps), number(summary.episodes), number(summary.lastMeanReward, 2)],
        ...[number(summary.bestMeanReward, 2), number(summary.bestEvaluation, 2)],
        { text: duration(summary.elapsedSeconds), isNumber: true },
        text(adapterName(config['adapter'])),
        text(typeof config['commit'] === 'string' ? config['commit'].slice(0, 10) : '-'),
      ],
    })),
  };
}

/** A row an evaluation. */
export function evaluationTable({ evaluations }: ReportedRun): Table {
  const numbers = [
    ['agent steps', 'agentSteps', 0],
    ['games', 'episodes', 0],
    ['mean reward', 'meanReward', 2],
    ['V', 'meanValue', 3],
    ['TD error', 'meanTdError', 4],
    ['max Q', 'maxQ', 3],
  ] as const;
  const best = Math.max(...evaluations.map((row) => row['meanReward'] ?? Number.NEGATIVE_INFINITY));
  return {
    caption: 'The best is marked.',
    columns: numbers.map(([name]) => ({ text: name, isNumber: true })),
    rows: evaluations.map((row) => ({
      isMarked: row['meanReward'] === best,
      cells: numbers.map(([, key, digits]) => number(row[key], digits)),
    })),
  };
}

/** A row a field, a column a run; fields in which the runs differ first, and marked. */
export function configurationTable(runs: readonly ReportedRun[]): Table {
  const fields = [...new Set(runs.flatMap(({ configuration }) => Object.keys(configuration)))];
  const rows = fields.map((field) => {
    const values = runs.map(({ configuration }) => JSON.stringify(configuration[field]) ?? '-');
    return { field, values, differs: new Set(values).size > 1 };
  });
  rows.sort((a, b) => Number(b.differs) - Number(a.differs));
  return {
    caption: runs.length === 1 ? 'docs/configuration.md says what each field means.' : 'Fields that differ are marked.',
    columns: [text('field'), ...runs.map(({ name }) => text(name))],
    rows: rows.map(({ field, values, differs }) => ({
      isMarked: differs,
      cells: [text(field), ...values.map((value) => text(value.replace(/^"|"$/g, '')))],
    })),
  };
}

/** 5025 s as `1 h 23 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function adapterName(adapter: unknown): string {
  const name = (adapter as { readonly description?: unknown } | null)?.description;
  return typeof name === 'string' ? name : '-';
}
