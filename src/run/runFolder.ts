/**
 * The folder of a run, `<out>/<game>-<preset>-<seed>-<n>/`:
 *   config.json       what was run, on what, with what
 *   metrics.jsonl     games and progress
 *   checkpoints/      see checkpoint.ts
 *   best.safetensors  the weights with the best mean reward so far
 */
import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { type LoadedCheckpoint, listCheckpoints, loadCheckpoint, OtherFormatError } from './checkpoint.ts';
import type { Configuration, FieldName } from './configuration.ts';
import { aboutField } from './configurationText.ts';
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

/** A checkpoint to go on from, and a line for each newer one that cannot be used. */
export interface OpenedCheckpoint extends LoadedCheckpoint {
  readonly passedOver: readonly string[];
}

/**
 * The newest checkpoint of a run folder that is whole, or the checkpoint itself when `path` is one's folder; the replay memory is
 * checked only where `replay` is wanted. Throws UserError when there is no such folder, when it is none of a run, when the run never
 * came to a checkpoint, when none can be used, and as `loadCheckpoint` does.
 */
export function openCheckpoint(path: string, options: { readonly replay?: boolean } = {}): OpenedCheckpoint {
  const place = realFolder(path);
  const isRunFolder = existsSync(join(place, 'config.json'));
  const isInRunFolder = basename(dirname(place)) === 'checkpoints';
  if (
    !isRunFolder &&
    (existsSync(join(place, 'manifest.json')) || (isInRunFolder && /^step-\d+$/.test(basename(place))))
  ) {
    const checkpoint = loadCheckpoint(place, options);
    if (isInRunFolder || options.replay === false) return { ...checkpoint, passedOver: [] };
    throw new UserError(
      `The checkpoint ${path} lies in no run folder, and a run needs one to go on.`,
      'Put it into the folder `checkpoints` of its run.',
    );
  }
  const folder = !isRunFolder && basename(place) === 'checkpoints' ? dirname(place) : place;
  const checkpoints = listCheckpoints(folder);
  if (checkpoints.length === 0) {
    if (existsSync(join(folder, 'config.json'))) {
      throw new UserError(
        `The run in ${path} was interrupted before its first checkpoint: there is nothing to go on from.`,
        `Start it again: bun run train --config ${join(path, 'config.json')}`,
      );
    }
    throw new UserError(
      `${path} is no run folder: it has no config.json and no checkpoints.`,
      'Name a folder that `bun run train` has made.',
    );
  }
  const errors: UserError[] = [];
  for (const checkpoint of checkpoints.toReversed()) {
    try {
      const loaded = loadCheckpoint(checkpoint, options);
      requireSameRun(loaded, folder);
      return { ...loaded, passedOver: errors.map(({ message }) => message) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      errors.push(error);
    }
  }
  const [newest] = errors;
  const others = errors.length === 1 ? 'It is the only one.' : `Nor can the ${errors.length - 1} older be used.`;
  const remedy = newest instanceof OtherFormatError ? newest.hint : 'Start the run again.';
  throw new UserError(newest.message, `${others} ${remedy}`);
}

/** The folder that `path` leads to, through links, so that a checkpoint's run folder is two folders up. Throws UserError. */
function realFolder(path: string): string {
  const folder = resolve(path);
  if (!existsSync(folder)) {
    const parent = dirname(folder);
    const names = existsSync(parent) && statSync(parent).isDirectory() ? readdirSync(parent) : [];
    const siblings = names.filter((name) => existsSync(join(parent, name, 'config.json')));
    throw new UserError(
      `There is no run folder ${path}.${didYouMean(basename(folder), siblings)}`,
      'Name a folder that `bun run train` has made.',
    );
  }
  if (!statSync(folder).isDirectory()) {
    throw new UserError(
      `${path} is a file, not a run folder.`,
      'Name the folder of a run or of a checkpoint; `--initial-weights FILE` begins a new run from weights alone.',
    );
  }
  return realpathSync(folder);
}

/** Throws UserError where config.json says that the checkpoint is another run's: of another network, another game. */
function requireSameRun({ path, configuration }: LoadedCheckpoint, runFolder: string): void {
  const begun = readConfig(runFolder)?.['configuration'];
  if (typeof begun !== 'object' || begun === null) return;
  for (const [name, value] of Object.entries(configuration) as [FieldName, unknown][]) {
    const isFree = name !== 'game' && (aboutField(name).resumable || name === 'rom' || name === 'gamesFolder');
    if (isFree || !(name in begun) || Bun.deepEquals((begun as Record<string, unknown>)[name], value)) continue;
    throw new UserError(
      `The checkpoint ${path} is another run's: its ${name} is ${value}, not ${(begun as Record<string, unknown>)[name]}.`,
      'Move it out of this run folder.',
    );
  }
}

/** Makes the folder of a resumed run what it was at the checkpoint, as far as metrics.jsonl is not concerned: its best weights. */
export function restoreBest({ runFolder, best }: Pick<LoadedCheckpoint, 'runFolder' | 'best'>): void {
  const path = join(runFolder, 'best.safetensors');
  if (best !== undefined) writeAtomically(path, best);
  else rmSync(path, { force: true });
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
