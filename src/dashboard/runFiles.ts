/** Files of a run that are handed out as they are. None that a link leads out of the folder of all runs. */
import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import type { RecordingEntry, WeightsEntry } from './api.ts';

export interface RunFile {
  /** Through all links. */
  readonly path: string;
  readonly stats: Stats;
}

/** The file at `path` within `root`; undefined where there is none, or where it lies elsewhere. */
export function fileWithin(root: string, ...path: readonly string[]): RunFile | undefined {
  try {
    const real = realpathSync(join(root, ...path));
    if (!real.startsWith(realpathSync(root) + sep)) return undefined;
    const stats = lstatSync(real);
    return stats.isFile() ? { path: real, stats } : undefined;
  } catch {
    return undefined;
  }
}

const recordingName = /^(game|evaluation)-(\d{1,15})\.gif$/;

export function isRecordingName(file: string): boolean {
  return recordingName.test(file);
}

/** The recordings of a run, the newest first. */
export function listRecordings(root: string, run: string): RecordingEntry[] {
  const entries = namesIn(join(root, run, 'recordings')).flatMap((file): RecordingEntry[] => {
    const [, kind, number] = recordingName.exec(file) ?? [];
    if (kind === undefined) return [];
    const found = fileWithin(root, run, 'recordings', file);
    if (found === undefined) return [];
    const { size: bytes, mtimeMs: modifiedAtMs } = found.stats;
    return [{ file, kind: kind as RecordingEntry['kind'], number: Number(number), bytes, modifiedAtMs }];
  });
  return entries.sort((a, b) => b.modifiedAtMs - a.modifiedAtMs || b.number - a.number);
}

/** `best`: the best weights so far; `last`: those of the newest checkpoint. */
export function weightsFile(root: string, run: string, which: 'best' | 'last'): RunFile | undefined {
  return which === 'best' ? fileWithin(root, run, 'best.safetensors') : newestCheckpoint(root, run)?.weights;
}

/** The weights that there are. */
export function listWeights(root: string, run: string): WeightsEntry[] {
  const best = weightsFile(root, run, 'best');
  const last = newestCheckpoint(root, run);
  return [
    ...(best ? [{ which: 'best', bytes: best.stats.size, agentSteps: null, sha256: null } as const] : []),
    ...(last
      ? [{ which: 'last', bytes: last.weights.stats.size, ...manifestOf(root, run, last.folder) } as const]
      : []),
  ];
}

/** The newest one that has weights. */
function newestCheckpoint(root: string, run: string): { folder: string; weights: RunFile } | undefined {
  const steps = namesIn(join(root, run, 'checkpoints')).filter((name) => /^step-\d+$/.test(name));
  steps.sort((a, b) => Number(b.slice('step-'.length)) - Number(a.slice('step-'.length)));
  for (const folder of steps) {
    const weights = fileWithin(root, run, 'checkpoints', folder, 'weights.safetensors');
    if (weights !== undefined) return { folder, weights };
  }
  return undefined;
}

function manifestOf(root: string, run: string, checkpoint: string): Pick<WeightsEntry, 'agentSteps' | 'sha256'> {
  try {
    const file = fileWithin(root, run, 'checkpoints', checkpoint, 'manifest.json');
    const { agentSteps, weightsSha256 } = JSON.parse(readFileSync(file!.path, 'utf8'));
    return {
      agentSteps: typeof agentSteps === 'number' ? agentSteps : null,
      sha256: typeof weightsSha256 === 'string' ? weightsSha256 : null,
    };
  } catch {
    return { agentSteps: null, sha256: null };
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
