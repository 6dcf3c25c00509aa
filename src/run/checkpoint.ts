/**
 * Checkpoints: everything that a run consists of, so that a resumed run goes on to the bit.
 * A checkpoint is a folder `checkpoints/step-<agent steps>/` in the run folder:
 *   manifest.json          format, version, and of each other file its length and SHA-256; written last
 *   weights.safetensors    the online network under PyTorch's names
 *   training.safetensors   whole parameter buffers (online, target, optimiser), current state's frames, console
 *   state.json             counters, generators, replay header, rewards, kernels, configuration, cartridge
 *   replay-00000.zst …     the replay memory in pieces, Zstandard
 * It appears by a rename when all of it is on the disk. Pieces that have not changed since the checkpoint before are hard links to it.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, linkSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DqnState } from '../agent/dqnState.ts';
import type { ReplayHeader } from '../agent/replayMemory.ts';
import type { NamedArray } from '../agent/weights.ts';
import { UserError } from '../errors.ts';
import type { Configuration } from './configuration.ts';
import { jsonBytes, makeFolderAtomically, readIfThere, removeUnfinished, writeFlushed } from './files.ts';
import type { KernelRecord } from './kernelChoices.ts';
import { checkStoredConfiguration } from './resolve.ts';
import { decodeSafetensors, encodeSafetensors, hashTensors, type StoredTensor } from './safetensors.ts';

const format = 'wgsl-dqn checkpoint';
/** Raised when an older program could not read what is written. */
const formatVersion = 1;

/** Zstandard's fastest level: frames of a console shrink twentyfold with it already. */
const compressionLevel = 1;

/** What the run itself remembers, beside the agent. */
export interface RunState {
  /** Unclipped rewards of the last 100 games, oldest first. */
  readonly rewards: readonly number[];
  /** The mean reward at which the best weights were saved. */
  readonly bestMeanReward: number | null;
  readonly elapsedSeconds: number;
  /** Length of metrics.jsonl. */
  readonly metricsBytes: number;
}

/** The cartridge that a run plays; another one does not continue it. */
export interface CartridgeIdentity {
  readonly title: string;
  readonly md5: string;
  readonly bytes: number;
}

export interface CheckpointContent {
  readonly configuration: Configuration;
  readonly cartridge: CartridgeIdentity;
  readonly run: RunState;
  /** Which variant of each pass has run: another rounds differently. Absent from a checkpoint of before 2026-11-21. */
  readonly kernels?: KernelRecord | undefined;
  readonly weights: readonly NamedArray[];
  readonly agent: DqnState;
  readonly replayHeader: ReplayHeader;
  /** The replay memory, a chunk for each piece; perhaps views of it. */
  readonly replayChunks: AsyncIterable<Uint8Array>;
}

interface FileEntry {
  readonly bytes: number;
  readonly sha256: string;
  /** Of a replay piece before compression: length and 64-bit hash, by which an unchanged piece is known. */
  readonly rawBytes?: number;
  readonly rawHash?: string;
}

interface Manifest {
  readonly format: string;
  readonly formatVersion: number;
  readonly agentSteps: number;
  readonly weightsSha256: string;
  readonly files: Readonly<Record<string, FileEntry>>;
}

export interface SavedCheckpoint {
  readonly path: string;
  readonly weightsSha256: string;
}

/**
 * Writes a checkpoint into the run folder and deletes all but the `keep` newest, and those of later steps: a run that goes on from
 * an older checkpoint has left them behind. Throws UserError where it cannot be written.
 */
export async function saveCheckpoint(
  runFolder: string,
  content: CheckpointContent,
  keep: number,
): Promise<SavedCheckpoint> {
  const { agentSteps } = content.agent.counters;
  const path = join(runFolder, 'checkpoints', `step-${String(agentSteps).padStart(9, '0')}`);
  const weightsSha256 = hashTensors(content.weights);
  const previous = listCheckpoints(runFolder).at(-1);
  await makeFolderAtomically(path, async (folder) => {
    const files: Record<string, FileEntry> = {};
    const write = (name: string, ...chunks: Uint8Array[]): void => {
      writeFlushed(join(folder, name), ...chunks);
      files[name] = describeFile(...chunks);
    };
    const metadata = { format: 'pt', agentSteps: String(agentSteps), game: content.configuration.game };
    write('weights.safetensors', ...encodeSafetensors({ tensors: content.weights, metadata }));
    write('training.safetensors', ...encodeSafetensors({ tensors: trainingTensors(content.agent), metadata: {} }));
    write('state.json', jsonBytes(stateRecord(content)));
    await writeReplay(folder, content.replayChunks, previous, files);
    const manifest: Manifest = { format, formatVersion, agentSteps, weightsSha256, files };
    writeFlushed(join(folder, 'manifest.json'), jsonBytes(manifest));
  });
  removeUnfinished(dirname(path));
  const all = listCheckpoints(runFolder);
  const newest = all.indexOf(path);
  for (const [index, old] of all.entries()) {
    if (index > newest || index <= newest - keep) rmSync(old, { recursive: true, force: true });
  }
  return { path, weightsSha256 };
}

/** Paths of the checkpoints of a run folder, oldest first. */
export function listCheckpoints(runFolder: string): string[] {
  const folder = join(runFolder, 'checkpoints');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /^step-\d+$/.test(name));
  names.sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
  return names.map((name) => join(folder, name));
}

/** A checkpoint whose small files are read and checked; the replay memory's pieces are read and checked one by one. */
export interface LoadedCheckpoint extends Omit<CheckpointContent, 'replayChunks'> {
  readonly replayChunks: Iterable<Uint8Array>;
  readonly path: string;
  readonly runFolder: string;
  readonly weightsSha256: string;
}

/**
 * Reads the checkpoint in the folder `path`. Throws UserError when it is damaged, foreign, or from a newer version.
 * The tensors' shapes are not checked here: the agent refuses those of another network.
 */
export function loadCheckpoint(path: string): LoadedCheckpoint {
  const manifest = readManifest(path);
  const state = parseJson(readChecked(path, manifest, 'state.json'), path, 'state.json') as StateRecord;
  const weights = decodeChecked(path, manifest, 'weights.safetensors') as NamedArray[];
  const training = decodeChecked(path, manifest, 'training.safetensors');
  const bytesNamed = (name: string): Uint8Array => {
    const tensor = training.find((one) => one.name === name);
    if (!(tensor?.data instanceof Uint8Array)) throw damaged(path, `training.safetensors has no ${name}`);
    return tensor.data;
  };
  const agent: DqnState = {
    ...state.agent,
    arrays: training.filter((tensor): tensor is NamedArray => tensor.data instanceof Float32Array),
    history: { ...state.agent.history, frames: bytesNamed('history.frames') },
    environment: bytesNamed('environment'),
  };
  return {
    path,
    runFolder: dirname(dirname(path)),
    weightsSha256: manifest.weightsSha256,
    configuration: checkStoredConfiguration(state.configuration, join(path, 'state.json')),
    cartridge: state.cartridge,
    run: state.run,
    kernels: state.kernels,
    weights,
    agent,
    replayHeader: state.replay,
    replayChunks: replayPieces(path, manifest),
  };
}

/** The one-line error of a checkpoint that cannot be trusted. */
export function damaged(path: string, reason: string): UserError {
  const others = listCheckpoints(dirname(dirname(path))).filter((other) => basename(other) !== basename(path));
  const hint =
    others.length > 0
      ? `An older checkpoint is there: use ${others.at(-1)} instead.`
      : 'No other checkpoint is in the run folder: start the run again.';
  return new UserError(`The checkpoint ${path} is damaged: ${reason}.`, hint);
}

type StateRecord = ReturnType<typeof stateRecord>;

/** What stands in state.json. */
function stateRecord({
  configuration,
  cartridge,
  run,
  kernels,
  agent,
  replayHeader,
}: Omit<CheckpointContent, 'replayChunks' | 'weights'>) {
  const { counters, startsEpisode, exploration, sampling, history } = agent;
  const { indices, length, newest } = history;
  return {
    configuration,
    cartridge,
    run,
    kernels,
    agent: { counters, startsEpisode, exploration, sampling, history: { indices, length, newest } },
    replay: replayHeader,
  };
}

function trainingTensors({ arrays, history, environment }: DqnState): StoredTensor[] {
  return [
    ...arrays,
    { name: 'history.frames', shape: [history.frames.length], data: history.frames },
    { name: 'environment', shape: [environment.length], data: environment },
  ];
}

async function writeReplay(
  folder: string,
  chunks: AsyncIterable<Uint8Array>,
  previous: string | undefined,
  files: Record<string, FileEntry>,
): Promise<void> {
  const before = previous === undefined ? {} : filesOfManifest(previous);
  let piece = 0;
  for await (const raw of chunks) {
    const name = `replay-${String(piece++).padStart(5, '0')}.zst`;
    const rawHash = Bun.hash.xxHash3(raw).toString(16);
    const old = before[name];
    if (previous !== undefined && old?.rawHash === rawHash && old.rawBytes === raw.length) {
      linkOrCopy(join(previous, name), join(folder, name));
      files[name] = old;
    } else {
      const compressed = Bun.zstdCompressSync(raw as Uint8Array<ArrayBuffer>, { level: compressionLevel });
      writeFlushed(join(folder, name), compressed);
      files[name] = { ...describeFile(compressed), rawBytes: raw.length, rawHash };
    }
  }
}

function* replayPieces(path: string, manifest: Manifest): IterableIterator<Uint8Array> {
  const names = Object.keys(manifest.files).filter((name) => name.startsWith('replay-'));
  for (const name of names.sort()) {
    const compressed = readChecked(path, manifest, name);
    try {
      yield Bun.zstdDecompressSync(compressed as Uint8Array<ArrayBuffer>);
    } catch (error) {
      throw damaged(path, `${name} does not decompress (${(error as Error).message})`);
    }
  }
}

function readManifest(path: string): Manifest {
  const bytes = readIfThere(join(path, 'manifest.json'));
  if (bytes === undefined) throw damaged(path, 'it has no manifest.json');
  const manifest = parseJson(bytes, path, 'manifest.json') as Partial<Manifest> | null;
  if (manifest?.format !== format) {
    throw new UserError(
      `${path} is no checkpoint of this program.`,
      'Name a run folder that `bun run train` has made.',
    );
  }
  const version = manifest.formatVersion;
  if (typeof version === 'number' && version > formatVersion) {
    throw new UserError(
      `The checkpoint ${path} is of format ${version}; this program reads up to format ${formatVersion}.`,
      'Use the version that wrote it, or a newer one.',
    );
  }
  if (version !== formatVersion || typeof manifest.files !== 'object' || manifest.files === null) {
    throw damaged(path, 'its manifest.json is incomplete');
  }
  return manifest as Manifest;
}

/** The files of a checkpoint whose pieces may be linked to; none when it cannot be read. */
function filesOfManifest(path: string): Readonly<Record<string, FileEntry>> {
  try {
    return readManifest(path).files;
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}

function readChecked(path: string, manifest: Manifest, name: string): Uint8Array {
  const entry = manifest.files[name];
  if (entry === undefined) throw damaged(path, `its manifest does not list ${name}`);
  const bytes = readIfThere(join(path, name));
  if (bytes === undefined) throw damaged(path, `${name} is missing`);
  if (bytes.length !== entry.bytes) throw damaged(path, `${name} has ${bytes.length} bytes, not ${entry.bytes}`);
  if (describeFile(bytes).sha256 !== entry.sha256) throw damaged(path, `${name} has another checksum than it should`);
  return bytes;
}

function decodeChecked(path: string, manifest: Manifest, name: string): readonly StoredTensor[] {
  try {
    return decodeSafetensors(readChecked(path, manifest, name)).tensors;
  } catch (error) {
    if (error instanceof RangeError) throw damaged(path, `${name}: ${error.message}`);
    throw error;
  }
}

function parseJson(bytes: Uint8Array, path: string, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw damaged(path, `${name} is not valid JSON (${(error as Error).message})`);
  }
}

function describeFile(...chunks: readonly Uint8Array[]): FileEntry {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Hard links where the file system has them. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Reads weights alone, with the metadata they were saved with. Throws UserError when the file is missing or damaged. */
export function loadWeightsFile(path: string): { tensors: NamedArray[]; metadata: Readonly<Record<string, string>> } {
  try {
    const { tensors, metadata } = decodeSafetensors(readFileSync(path));
    return { tensors: tensors as NamedArray[], metadata };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new UserError(`There are no weights at ${path}.`);
    if (error instanceof RangeError) throw new UserError(`The weights ${path} are damaged: ${error.message}.`);
    throw error;
  }
}
