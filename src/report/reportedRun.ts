/** What a report says of a run, read from its folder once. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { atOnce } from '../run/reading/paced.ts';
import { RunReader } from '../run/reading/runReader.ts';
import type { Series, SeriesKey } from '../run/reading/series.ts';
import type { RunSummary } from '../run/reading/summary.ts';

/** More than a chart has pixels to the right. */
const mostPoints = 1000;
/** A larger GIF is left out: a report is one file that can be sent. */
const largestRecordingBytes = 4_000_000;

export interface ReportedRun {
  /** The folder's name; where two runs have the same, with as much of the path as tells them apart. */
  readonly name: string;
  readonly summary: RunSummary;
  /** config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Over agent steps. */
  readonly series: (key: SeriesKey) => Series;
  /** All rows of the evaluations, the keys as in metrics.jsonl. */
  readonly evaluations: readonly Readonly<Record<string, number | null>>[];
  /** The newest recording that is small enough: of an evaluation, where there is one. */
  readonly recording: { readonly file: string; readonly bytes: Uint8Array } | undefined;
}

/** Reads the runs in these folders. Throws UserError where one is none. */
export function readReportedRuns(folders: readonly string[]): ReportedRun[] {
  const names = distinctNames(folders.map((folder) => resolve(folder)));
  return folders.map((folder, i) => readReportedRun(folder, names[i]));
}

function readReportedRun(folder: string, name: string): ReportedRun {
  const reader = new RunReader(folder);
  const summary = atOnce(reader.update());
  if (summary === undefined) {
    throw new UserError(
      `${folder} is no run folder: it has no config.json of a run.`,
      'Name folders that training has made.',
    );
  }
  const { metrics } = reader;
  const table = metrics.tables.evaluation;
  const evaluations = Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries([...table.columns.keys()].map((key) => [key, table.value(key, row)])),
  );
  const config = reader.config as unknown as Readonly<Record<string, unknown>>;
  return {
    ...{ name, summary, config, evaluations },
    configuration: config['configuration'] as Readonly<Record<string, unknown>>,
    series: (key) => reader.series(key, { axis: 'agentSteps', points: mostPoints }),
    recording: newestRecording(join(folder, 'recordings')),
  };
}

function newestRecording(folder: string): ReportedRun['recording'] {
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => /^(evaluation|game)-\d+\.gif$/.test(file));
  } catch {
    return undefined;
  }
  // `evaluation` before `game`, and of each the highest number first.
  const order = (file: string): [string, number] => [file.split('-')[0], -Number(/\d+/.exec(file)![0])];
  files.sort((a, b) => {
    const [[kindA, numberA], [kindB, numberB]] = [order(a), order(b)];
    return kindA < kindB ? -1 : kindA > kindB ? 1 : numberA - numberB;
  });
  for (const file of files) {
    const path = join(folder, file);
    const about = statSync(path, { throwIfNoEntry: false });
    if (about?.isFile() && about.size <= largestRecordingBytes) return { file, bytes: readFileSync(path) };
  }
  return undefined;
}

/** Throws UserError where a folder is named twice. */
function distinctNames(paths: readonly string[]): string[] {
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) throw new UserError(`${twice} is named twice.`, 'Name each run once.');
  const parts = paths.map((path) => path.split(/[/\\]/));
  for (let length = 1; ; length++) {
    const names = parts.map((words) => words.slice(-length).join('/'));
    if (new Set(names).size === names.length) return length === 1 ? paths.map((path) => basename(path)) : names;
  }
}
