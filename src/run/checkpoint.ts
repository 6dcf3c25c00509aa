/**
 * Checkpoints: everything that a run consists of, so that a resumed run goes on to the bit.
 * A checkpoint is a folder `checkpoints/step-<agent steps>/` in the run folder:
 *   manifest.json          what it is, and the checksums of the other files (checkpointManifest.ts)
 *   weights.safetensors    the online network under PyTorch's names
 *   best.safetensors       the best weights so far, if there are any
 *   training.safetensors   every array of the agent's and the run's state (checkpointState.ts)
 *   state.json             the rest of those, replay header, kernels, configuration, cartridge
 *   replay-00000.zst …     the replay memory in pieces (checkpointReplay.ts)
 * It appears by a rename when all of it is on the disk.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DqnState } from '../agent/dqnState.ts';
import type { ReplayHeader } from '../agent/replayMemory.ts';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../agent/safetensors.ts';
import type { NamedArray } from '../agent/weights.ts';
import { UserError } from '../errors.ts';
import {
  damaged,
  describeFile,
  type FileEntry,
  type Manifest,
  parseJson,
  readChecked,
  readManifest,
  writeManifest,
} from './checkpointManifest.ts';
import { checkReplay, compressedShare, type EarlierPieces, replayPieces, writeReplay } from './checkpointReplay.ts';
import { joinState, separateState } from './checkpointState.ts';
import type { Configuration } from './configuration.ts';
import { folderBytes, requireDiskSpace } from './diskSpace.ts';
import { jsonBytes, makeFolderAtomically, readIfThere, removeUnfinished, writeFlushed } from './files.ts';
import type { KernelRecord } from './kernelChoices.ts';
import { bytesText } from './memory.ts';
import { checkStoredConfiguration } from './resolve.ts';
import { hashTensors } from './tensorHash.ts';
import type { Histories } from './trainingHistories.ts';

export { damaged, OtherFormatError } from './checkpointManifest.ts';

/** What the run itself remembers, beside the agent: plain data and typed arrays of any kind; what is added here is saved. */
export interface RunState {
  /** Unclipped rewards of the last 100 games, oldest first. */
  readonly rewards: readonly number[];
  /** The mean reward at which the best weights were saved. */
  readonly bestMeanReward: number | null;
  /** The next step begins a game. */
  readonly startsGame: boolean;
  /** What the evaluations have said. */
  readonly histories: Histories;
  /** With evaluations and without. */
  readonly elapsedSeconds: number;
  readonly trainingSeconds: number;
  /** Length of metrics.jsonl. */
  readonly metricsBytes: number;
}

/** The cartridge that a run plays; another one does not continue it. */
export interface CartridgeIdentity {
  readonly title: string;
  readonly md5: string;
  readonly bytes: number;
}

/** What stands in state.json and training.safetensors. */
interface CheckpointState {
  readonly configuration: Configuration;
  readonly cartridge: CartridgeIdentity;
  readonly run: RunState;
  /** Which variant of each pass has run: another rounds differently. */
  readonly kernels?: KernelRecord | undefined;
  readonly agent: DqnState;
  readonly replayHeader: ReplayHeader;
}

export interface CheckpointContent extends CheckpointState {
  readonly weights: readonly NamedArray[];
  /** The replay memory, a chunk for each piece; perhaps views of it. */
  readonly replayChunks: AsyncIterable<Uint8Array>;
}

export interface SavedCheckpoint {
  readonly path: string;
  readonly weightsSha256: string;
}

export interface WrittenCheckpoint extends SavedCheckpoint {
  /** What it added to the disk, and what the run folder takes of it now. */
  readonly newBytes: number;
  readonly runFolderBytes: number;
  readonly seconds: number;
}

/**
 * Writes a checkpoint into the run folder, the folder's best.safetensors with it. `previous` is the one that the run has written or was
 * resumed from before. Then deletes all but the `keep` newest, and those of later steps than `previous`: a run that goes on from an
 * older checkpoint has left them behind. Throws UserError where it cannot be written; those before it stay.
 */
export async function saveCheckpoint(
  runFolder: string,
  content: CheckpointContent,
  keep: number,
  previous?: string,
): Promise<WrittenCheckpoint> {
  const beganMs = performance.now();
  const { agentSteps } = content.agent.counters;
  const path = join(runFolder, 'checkpoints', `step-${String(agentSteps).padStart(9, '0')}`);
  const weightsSha256 = hashTensors(content.weights);
  const all = listCheckpoints(runFolder);
  const earlier = all.filter((one) => previous !== undefined && stepOf(one) <= stepOf(previous) && one !== path);
  // With one kept there is none before the last.
  const pieces = { copyFrom: earlier.at(-1), linkFrom: earlier.at(keep > 1 ? -2 : -1) };
  const small = smallFiles(content, readIfThere(join(runFolder, 'best.safetensors')));
  let newBytes = 0;
  removeUnfinished(dirname(path));
  requireDiskSpace(runFolder, bytesNeeded(content, small, pieces));
  await makeFolderAtomically(path, async (folder) => {
    const files: Record<string, FileEntry> = {};
    for (const [name, chunks] of small) {
      writeFlushed(join(folder, name), ...chunks);
      files[name] = describeFile(...chunks);
      newBytes += files[name].bytes;
    }
    newBytes += await writeReplay(folder, content.replayChunks, pieces, files);
    writeManifest(folder, { agentSteps, weightsSha256, files });
  });
  const kept = [...earlier, path].slice(-keep);
  for (const old of all) if (!kept.includes(old)) rmSync(old, { recursive: true, force: true });
  const seconds = (performance.now() - beganMs) / 1000;
  return { path, weightsSha256, newBytes, runFolderBytes: folderBytes(runFolder), seconds };
}

/** The line that tells of it. */
export function writtenText({ path, newBytes, runFolderBytes, seconds }: WrittenCheckpoint): string {
  const added = `${bytesText(newBytes)} in ${seconds.toFixed(2)} s`;
  return `Checkpoint: ${basename(path)}, ${added}; the run folder takes ${bytesText(runFolderBytes)}`;
}

/** The files of a checkpoint beside replay memory and manifest. */
function smallFiles(content: CheckpointContent, best: Uint8Array | undefined): [string, Uint8Array[]][] {
  const { configuration, cartridge, run, kernels, agent, replayHeader, weights } = content;
  const state: CheckpointState = { configuration, cartridge, run, kernels, agent, replayHeader };
  const { json, arrays } = separateState(state);
  const metadata = { format: 'pt', agentSteps: String(agent.counters.agentSteps), game: configuration.game };
  return [
    ['weights.safetensors', encodeSafetensors({ tensors: weights, metadata })],
    ...(best === undefined ? [] : [['best.safetensors', [best]] as [string, Uint8Array[]]]),
    ['training.safetensors', encodeSafetensors({ tensors: arrays, metadata: {} })],
    ['state.json', [jsonBytes(json)]],
  ];
}

/** About how many bytes a checkpoint adds to the disk: what has changed since the one that its pieces are linked to. */
function bytesNeeded(
  { agent, replayHeader }: CheckpointContent,
  small: readonly [string, Uint8Array[]][],
  { copyFrom, linkFrom }: EarlierPieces,
): number {
  const smallBytes = small.flatMap(([, chunks]) => chunks).reduce((sum, chunk) => sum + chunk.length, 0);
  const { length, frameBytes } = replayHeader;
  const before = linkFrom === undefined ? 0 : stepOf(linkFrom);
  const changed = Math.min(length, agent.counters.agentSteps - before);
  return smallBytes + changed * frameBytes * compressedShare(copyFrom);
}

/** Paths of the checkpoints of a run folder, oldest first. */
export function listCheckpoints(runFolder: string): string[] {
  const folder = join(runFolder, 'checkpoints');
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder).flatMap((name) => (/^step-\d+$/.test(name) ? [join(folder, name)] : []));
  return paths.sort((a, b) => stepOf(a) - stepOf(b));
}

/** The agent step that a checkpoint's name says. */
function stepOf(path: string): number {
  return Number(/\d+$/.exec(path)![0]);
}

/** A checkpoint that is whole: every file has been read and checked; the replay memory's pieces are read again one by one. */
export interface LoadedCheckpoint extends Omit<CheckpointContent, 'replayChunks'> {
  readonly replayChunks: Iterable<Uint8Array>;
  readonly path: string;
  readonly runFolder: string;
  readonly weightsSha256: string;
  /** The file best.safetensors; undefined where there were no best weights yet. */
  readonly best: Uint8Array | undefined;
}

/**
 * Reads the checkpoint in the folder `path` and checks all of it; the replay memory only where `replay` is wanted. Throws
 * UserError when it is damaged, foreign, or of another version.
 * The tensors' shapes are not checked here: the agent refuses those of another network.
 */
export function loadCheckpoint(path: string, { replay = true } = {}): LoadedCheckpoint {
  const manifest = readManifest(path);
  const json = parseJson(readChecked(path, manifest, 'state.json'), path, 'state.json');
  const weights = decodeChecked(path, manifest, 'weights.safetensors') as NamedArray[];
  const state = joinChecked(path, json, decodeChecked(path, manifest, 'training.safetensors'));
  const best = 'best.safetensors' in manifest.files ? readChecked(path, manifest, 'best.safetensors') : undefined;
  const configuration = checkStoredConfiguration(state.configuration, join(path, 'state.json'));
  if (replay) checkReplay(path, manifest);
  const { weightsSha256 } = manifest;
  const runFolder = dirname(dirname(path));
  const replayChunks = replayPieces(path, manifest);
  return { ...state, configuration, path, runFolder, weightsSha256, weights, best, replayChunks };
}

function joinChecked(path: string, json: unknown, arrays: readonly StoredTensor[]): CheckpointState {
  try {
    return joinState(json, arrays) as CheckpointState;
  } catch (error) {
    if (error instanceof RangeError) throw damaged(path, `training.safetensors: ${error.message}`);
    throw error;
  }
}

function decodeChecked(path: string, manifest: Manifest, name: string): readonly StoredTensor[] {
  try {
    return decodeSafetensors(readChecked(path, manifest, name)).tensors;
  } catch (error) {
    if (error instanceof RangeError) throw damaged(path, `${name}: ${error.message}`);
    throw error;
  }
}

/** Reads weights alone, with the metadata they were saved with. Throws UserError when the file is missing or damaged. */
export function loadWeightsFile(path: string): { tensors: NamedArray[]; metadata: Readonly<Record<string, string>> } {
  try {
    const { tensors, metadata } = decodeSafetensors(readFileSync(path));
    return { tensors: tensors as NamedArray[], metadata };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new UserError(`There are no weights at ${path}.`, 'Name a .safetensors file that is there.');
    if (error instanceof RangeError) {
      throw new UserError(`The weights ${path} are damaged: ${error.message}.`, 'Take the file anew, or another one.');
    }
    throw error;
  }
}
