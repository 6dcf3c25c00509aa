/**
 * Whether two runs have come to the same end, to the bit: of their newest checkpoints the weights, the agent's and the run's state and
 * the replay memory, and of their folders the metrics, histories, evaluated games and best weights. What a clock decides is left out.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listCheckpoints } from './checkpoint.ts';
import { readManifest } from './checkpointManifest.ts';
import { readIfThere } from './files.ts';

export interface Comparison {
  readonly what: string;
  readonly same: boolean;
  /** What was compared, or the first thing that differs. */
  readonly detail: string;
}

/** Keys whose values a clock decides; the length of metrics.jsonl follows from their digits. */
const clockKey = /(Seconds|PerSecond|^time_history|^metricsBytes)$/;

/** Throws UserError where a run has no checkpoint that can be read. */
export function compareRuns(runFolder: string, otherFolder: string): Comparison[] {
  const [path, otherPath] = [runFolder, otherFolder].map((folder) => listCheckpoints(folder).at(-1) ?? folder);
  const [manifest, other] = [readManifest(path), readManifest(otherPath)];
  const ofFiles = (what: string, chosen: (name: string) => boolean): Comparison => {
    const names = [...new Set([...Object.keys(manifest.files), ...Object.keys(other.files)])].filter(chosen).sort();
    const different = names.filter((name) => manifest.files[name]?.sha256 !== other.files[name]?.sha256);
    const detail = different.length === 0 ? `${names.length} files, equal checksums` : `${different[0]} differs`;
    return { what, same: different.length === 0, detail };
  };
  const states = [path, otherPath].map((folder) => JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')));
  const state = (part: string): Comparison => ofValues(`state: ${part}`, states[0][part], states[1][part]);
  return [
    ofValues('weights', manifest.weightsSha256, other.weightsSha256),
    ofValues('agent steps', manifest.agentSteps, other.agentSteps),
    ofFiles('networks, optimiser, environment', (name) => name === 'training.safetensors'),
    ofFiles('best weights', (name) => name === 'best.safetensors'),
    ofFiles('replay memory', (name) => name.startsWith('replay-')),
    ...['agent', 'run', 'replayHeader', 'kernels'].map(state),
    ofValues('metrics.jsonl', ...([linesOf(runFolder), linesOf(otherFolder)] as const)),
    ofValues('history.json', jsonOf(runFolder, 'history.json'), jsonOf(otherFolder, 'history.json')),
    ofValues('evaluated games', ...([evaluatedGames(runFolder), evaluatedGames(otherFolder)] as const)),
    ofValues('best.safetensors', textOf(runFolder, 'best.safetensors'), textOf(otherFolder, 'best.safetensors')),
  ];
}

function ofValues(what: string, value: unknown, other: unknown): Comparison {
  const place = firstDifference(value, other, '');
  if (place !== undefined) return { what, same: false, detail: place === '' ? 'not equal' : `not equal at ${place}` };
  const detail = value === undefined ? 'neither has it' : Array.isArray(value) ? `${value.length} entries` : 'equal';
  return { what, same: true, detail };
}

/** The path of the first value that differs; undefined where all are equal. */
function firstDifference(value: unknown, other: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || typeof other !== 'object' || value === null || other === null) {
    return Object.is(value, other) ? undefined : path;
  }
  for (const key of new Set([...Object.keys(value), ...Object.keys(other)])) {
    if (clockKey.test(key)) continue;
    const [a, b] = [value, other].map((each) => (each as Record<string, unknown>)[key]);
    const place = firstDifference(a, b, path === '' ? key : `${path}.${key}`);
    if (place !== undefined) return place;
  }
  return undefined;
}

function linesOf(runFolder: string): unknown[] {
  const text = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8').trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

/** Name and bytes of each recording of an evaluation. */
function evaluatedGames(runFolder: string): unknown[] {
  const folder = join(runFolder, 'recordings');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('evaluation-')) : [];
  return names.sort().map((name) => [name, textOf(folder, name)]);
}

function textOf(runFolder: string, name: string): string | undefined {
  const bytes = readIfThere(join(runFolder, name));
  return bytes && Buffer.from(bytes).toString('latin1');
}

function jsonOf(runFolder: string, name: string): unknown {
  const text = textOf(runFolder, name);
  return text === undefined ? undefined : JSON.parse(text);
}
