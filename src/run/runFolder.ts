/**
 * The folder of a run, `<out>/<game>-<preset>-<seed>-<n>/`:
 *   config.json       what was run, on what, with what
 *   metrics.jsonl     games and progress
 *   checkpoints/      see checkpoint.ts
 *   best.safetensors  the weights with the best mean reward so far
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { type LoadedCheckpoint, listCheckpoints, loadCheckpoint } from './checkpoint.ts';
import type { Configuration } from './configuration.ts';
import { jsonBytes, readIfThere, whileWriting, writeAtomically } from './files.ts';
import type { KernelRecord } from './kernelChoices.ts';
import { provenance } from './provenance.ts';
import { didYouMean } from './resolve.ts';

/** What config.json holds beside the configuration. */
export interface RunRecord {
  readonly cartridge: Readonly<Record<string, unknown>>;
  /** As the GPU runtime describes it. */
  readonly adapter: unknown;
  /** Which variant of each pass runs. */
  readonly kernels?: KernelRecord;
  readonly command: readonly string[];
}

/** Makes the run's folder, numbered so that it is new, and writes its config.json. Throws UserError where that is impossible. */
export function createRunFolder(configuration: Configuration, record: RunRecord): string {
  const { out, name, game, preset, seed } = configuration;
  whileWriting(out, () => mkdirSync(out, { recursive: true }));
  const folder = name === null ? numberedFolder(join(out, `${game}-${preset}-${seed}`)) : namedFolder(join(out, name));
  const config = {
    format: 'wgsl-dqn run',
    startedAt: new Date().toISOString(),
    configuration,
    ...record,
    ...provenance(),
  };
  writeAtomically(join(folder, 'config.json'), jsonBytes(config));
  return folder;
}

/** What config.json says of the adapter on which the run began; undefined where it cannot be read. */
export function recordedAdapter(runFolder: string): unknown {
  return readConfig(runFolder)?.['adapter'];
}

/** Adds to config.json that the run went on: when, from which step, on what, with what. */
export function recordResume(
  runFolder: string,
  agentSteps: number,
  record: Pick<RunRecord, 'adapter' | 'kernels' | 'command'>,
): void {
  const config = readConfig(runFolder) ?? {};
  const earlier = Array.isArray(config['resumed']) ? config['resumed'] : [];
  const resumed = { at: new Date().toISOString(), agentSteps, ...record, ...provenance() };
  writeAtomically(join(runFolder, 'config.json'), jsonBytes({ ...config, resumed: [...earlier, resumed] }));
}

/** config.json is for people; a checkpoint holds all that resuming needs, so that a broken one stops nothing. */
function readConfig(runFolder: string): Record<string, unknown> | undefined {
  const bytes = readIfThere(join(runFolder, 'config.json'));
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/**
 * The newest checkpoint of a run folder, or the checkpoint itself when `path` is one's folder.
 * Throws UserError when there is no such folder, when it is none of a run, when the run never came to a checkpoint, and as
 * `loadCheckpoint` does.
 */
export function openCheckpoint(path: string): LoadedCheckpoint {
  const folder = resolve(path);
  if (!existsSync(folder)) {
    const parent = dirname(folder);
    const names = existsSync(parent) ? readdirSync(parent) : [];
    const siblings = names.filter((name) => existsSync(join(parent, name, 'config.json')));
    throw new UserError(
      `There is no run folder ${path}.${didYouMean(basename(folder), siblings)}`,
      'Name a folder that `bun run train` has made.',
    );
  }
  if (existsSync(join(folder, 'manifest.json')) || /^step-\d+$/.test(basename(folder))) return loadCheckpoint(folder);
  if (!existsSync(join(folder, 'config.json'))) {
    throw new UserError(
      `${path} is no run folder: it has no config.json.`,
      'Name a folder that `bun run train` has made.',
    );
  }
  const newest = listCheckpoints(folder).at(-1);
  if (newest === undefined) {
    throw new UserError(
      `The run in ${path} was interrupted before its first checkpoint: there is nothing to go on from.`,
      `Start it again: bun run train --config ${join(path, 'config.json')}`,
    );
  }
  return loadCheckpoint(newest);
}

function numberedFolder(stem: string): string {
  for (let n = 1; ; n++) {
    const folder = `${stem}-${n}`;
    if (existsSync(folder)) continue;
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      // Another run took the number meanwhile.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      return whileWriting(folder, () => {
        throw error;
      });
    }
  }
}

function namedFolder(folder: string): string {
  if (existsSync(folder)) {
    throw new UserError(
      `There is a run folder ${folder} already.`,
      `Choose another --name, or go on with it: bun run train --resume ${folder}`,
    );
  }
  whileWriting(folder, () => mkdirSync(folder));
  return folder;
}
