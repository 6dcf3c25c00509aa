/**
 * What says of a checkpoint what it is and that it is whole: manifest.json with the format's version, the length and SHA-256 of each
 * other file, and a SHA-256 of all that itself. Everything that is read of a checkpoint is checked against it first.
 */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import { jsonBytes, readIfThere, writeFlushed } from './files.ts';

const format = 'wgsl-dqn checkpoint';
/** Raised whenever what is written changes. 2: the best weights, all of the agent's and the run's state, the manifest's own checksum. */
const formatVersion = 2;

export interface FileEntry {
  readonly bytes: number;
  readonly sha256: string;
  /** Of a replay piece before compression: length and 64-bit hash, by which an unchanged piece is known. */
  readonly rawBytes?: number;
  readonly rawHash?: string;
}

export interface Manifest {
  readonly format: string;
  readonly formatVersion: number;
  readonly agentSteps: number;
  readonly weightsSha256: string;
  readonly files: Readonly<Record<string, FileEntry>>;
}

/** The one-line error of a checkpoint that cannot be trusted; `reason` ends a sentence. */
export function damaged(path: string, reason: string): UserError {
  return new UserError(
    `The checkpoint ${path} is damaged: ${reason}.`,
    `Name the run folder ${dirname(dirname(path))}, and its newest good checkpoint is taken.`,
  );
}

/** A checkpoint that another version of this program wrote; the hint says which one can go on with it. */
export class OtherFormatError extends UserError {}

/** Writes the manifest into `folder`, as the last of its files. */
export function writeManifest(folder: string, content: Omit<Manifest, 'format' | 'formatVersion'>): void {
  const manifest: Manifest = { format, formatVersion, ...content };
  writeFlushed(join(folder, 'manifest.json'), jsonBytes({ ...manifest, sha256: checksumOf(manifest) }));
}

/** The manifest of the checkpoint `path`. Throws UserError where there is none that this program can use. */
export function readManifest(path: string): Manifest {
  const bytes = readWhole(path, 'manifest.json');
  const stored = parseJson(bytes, path, 'manifest.json') as (Partial<Manifest> & { sha256?: string }) | null;
  if (stored?.format !== format) {
    throw new UserError(
      `${path} is no checkpoint of this program.`,
      'Name a run folder that `bun run train` has made.',
    );
  }
  const { sha256, ...manifest } = stored;
  const version = manifest.formatVersion;
  if (typeof version === 'number' && Number.isInteger(version) && version > 0 && version !== formatVersion) {
    const isNewer = version > formatVersion;
    throw new OtherFormatError(
      `The checkpoint ${path} is of format ${version}, and this program reads format ${formatVersion}.`,
      isNewer ? 'Use the version that wrote it, or a newer one.' : 'Finish the run with the version that wrote it.',
    );
  }
  if (sha256 !== checksumOf(manifest)) throw damaged(path, 'manifest.json has another checksum than it should');
  return manifest as Manifest;
}

/** The manifest of an earlier checkpoint; undefined where there is none that can be used. */
export function usableManifest(path: string | undefined): Manifest | undefined {
  if (path === undefined) return undefined;
  try {
    return readManifest(path);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A file's bytes, as they were written. Throws UserError where they are not. */
export function readChecked(path: string, manifest: Manifest, name: string): Uint8Array {
  const entry = manifest.files[name];
  if (entry === undefined) throw damaged(path, `its manifest does not list ${name}`);
  const bytes = readWhole(path, name);
  if (bytes.length !== entry.bytes) throw damaged(path, `${name} has ${bytes.length} bytes, not ${entry.bytes}`);
  if (describeFile(bytes).sha256 !== entry.sha256) throw damaged(path, `${name} has another checksum than it should`);
  return bytes;
}

/** A file that is there and not empty. */
function readWhole(path: string, name: string): Uint8Array {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readIfThere(join(path, name));
  } catch (error) {
    // A sector that the disk cannot read is damage, and so is a folder in a file's place.
    throw damaged(path, `${name} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (bytes === undefined) throw damaged(path, `${name} is missing`);
  if (bytes.length === 0) throw damaged(path, `${name} is empty`);
  return bytes;
}

export function parseJson(bytes: Uint8Array, path: string, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw damaged(path, `${name} is not valid JSON (${(error as Error).message})`);
  }
}

export function describeFile(...chunks: readonly Uint8Array[]): FileEntry {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

function checksumOf(manifest: Partial<Manifest>): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}
