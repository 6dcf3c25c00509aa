/** What the list says of a run, and how it is sorted by that. */
import type { RunSummary } from '../../dashboard/api.ts';

export interface Column {
  readonly key: Exclude<keyof RunSummary, 'startedAt' | 'stepsWanted' | 'elapsedSeconds' | 'episodes'>;
  readonly title: string;
  readonly isNumber: boolean;
  readonly about?: string;
}

export const columns: readonly Column[] = [
  { key: 'id', title: 'Run', isNumber: false },
  { key: 'state', title: 'State', isNumber: false },
  { key: 'game', title: 'Game', isNumber: false },
  { key: 'preset', title: 'Preset', isNumber: false },
  { key: 'seed', title: 'Seed', isNumber: true },
  { key: 'agentSteps', title: 'Steps', isNumber: true, about: 'Agent steps so far' },
  { key: 'lastMeanReward', title: 'Reward', isNumber: true, about: 'Mean of the last 100 games' },
  { key: 'bestMeanReward', title: 'Best', isNumber: true, about: 'Highest mean of 100 games' },
  { key: 'lastEvaluation', title: 'Evaluation', isNumber: true, about: 'Mean reward of the last evaluation' },
  { key: 'bestEvaluation', title: 'Best', isNumber: true, about: 'Highest mean of an evaluation' },
  { key: 'stepsPerSecond', title: 'Steps/s', isNumber: true, about: 'Agent steps a second, lately' },
  { key: 'diskBytes', title: 'Disk', isNumber: true, about: 'All files of the run' },
  { key: 'updatedAtMs', title: 'Changed', isNumber: true, about: 'When its metrics last grew' },
];

/** A new list; what a run has no value for comes last either way, equals stay as they are. */
export function sorted(
  runs: readonly RunSummary[],
  { column, descending }: { column: string; descending: boolean },
): RunSummary[] {
  const key = (columns.find((one) => one.key === column) ?? columns[0]).key;
  const sign = descending ? -1 : 1;
  return [...runs].sort((a, b) => {
    const [left, right] = [a[key], b[key]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true });
  });
}
