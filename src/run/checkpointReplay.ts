/**
 * The replay memory in a checkpoint: pieces `replay-00000.zst` and so on, Zstandard, of which only those that have changed are
 * compressed again. A piece that has not is a hard link to the one in the checkpoint before the last one and a copy of that in the last
 * one: neighbours share no file, so that what damages the newest checkpoint leaves the one before it whole.
 */
import { copyFileSync, linkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import {
  damaged,
  describeFile,
  type FileEntry,
  type Manifest,
  readChecked,
  usableManifest,
} from './checkpointManifest.ts';

/** Zstandard's fastest level: frames of a console shrink twentyfold with it already. */
const compressionLevel = 1;
const usualShare = 1 / 20;
/** Bun compresses aside; more at once than this would only wait for the disk. */
const piecesAtOnce = Math.min(4, availableParallelism());

const piecesBetweenCollections = 4;

/** Checkpoints of the same run whose pieces may be used again. */
export interface EarlierPieces {
  /** The last one: its pieces are copied. */
  readonly copyFrom: string | undefined;
  /** The one before, or the last one where no other is kept: hard links. */
  readonly linkFrom: string | undefined;
}

/** Writes a piece for each chunk into `folder` and describes them in `files`; resolves to the bytes that are new on the disk. */
export async function writeReplay(
  folder: string,
  chunks: AsyncIterable<Uint8Array>,
  { copyFrom, linkFrom }: EarlierPieces,
  files: Record<string, FileEntry>,
): Promise<number> {
  const copyable = usableManifest(copyFrom);
  const linkable = usableManifest(linkFrom);
  const entries: (FileEntry | undefined)[] = [];
  const unfinished = new Set<Promise<void>>();
  let newBytes = 0;
  const write = async (index: number, raw: Uint8Array, rawHash: string): Promise<void> => {
    const name = pieceName(index);
    const same = sameEntry(copyable, name, raw, rawHash);
    const copied = same && readIfGood(copyFrom!, copyable!, name);
    const bytes = copied ?? (await Bun.zstdCompress(raw as Uint8Array<ArrayBuffer>, { level: compressionLevel }));
    await writeFlushedAside(join(folder, name), bytes);
    entries[index] = copied ? same : { ...describeFile(bytes), rawBytes: raw.length, rawHash };
    newBytes += bytes.length;
  };
  try {
    let index = 0;
    for await (const raw of chunks) {
      const name = pieceName(index);
      const rawHash = Bun.hash.xxHash3(raw).toString(16);
      const linked = sameEntry(linkable, name, raw, rawHash);
      if (linked !== undefined) {
        linkOrCopy(join(linkFrom!, name), join(folder, name));
        entries[index] = linked;
      } else {
        const task = write(index, raw, rawHash).then(() => void unfinished.delete(task));
        unfinished.add(task);
        // The failure is met in the race or at the end; until then it is nobody's.
        task.catch(() => {});
        if (unfinished.size >= piecesAtOnce) await Promise.race(unfinished);
      }
      index++;
    }
    await Promise.all(unfinished);
  } finally {
    // Nothing may be written any more once the folder is given up.
    await Promise.allSettled(unfinished);
  }
  for (const [index, entry] of entries.entries()) files[pieceName(index)] = entry!;
  return newBytes;
}

/** Checks every piece, so that reading them later finds no damage. Throws UserError. */
export function checkReplay(path: string, manifest: Manifest): void {
  for (const name of pieceNames(manifest)) readChecked(path, manifest, name);
}

/** The pieces, decompressed. Throws UserError at one that has been damaged since it was checked. */
export function* replayPieces(path: string, manifest: Manifest): IterableIterator<Uint8Array> {
  for (const [index, name] of pieceNames(manifest).entries()) {
    // Beside 7 GB of frames the collector lets as much again of used-up pieces lie; a collection takes 4 ms.
    if (index % piecesBetweenCollections === 0) Bun.gc(true);
    const compressed = readChecked(path, manifest, name);
    try {
      yield Bun.zstdDecompressSync(compressed as Uint8Array<ArrayBuffer>);
    } catch (error) {
      throw damaged(path, `${name} does not decompress (${(error as Error).message})`);
    }
  }
}

/** What of the replay memory's bytes is left after compression, as far as an earlier checkpoint shows it. */
export function compressedShare(path: string | undefined): number {
  const pieces = Object.values(usableManifest(path)?.files ?? {}).filter(({ rawBytes }) => rawBytes !== undefined);
  const total = (of: (entry: FileEntry) => number): number => pieces.reduce((sum, entry) => sum + of(entry), 0);
  return pieces.length === 0 ? usualShare : total(({ bytes }) => bytes) / total(({ rawBytes }) => rawBytes!);
}

/** The entry of a piece that holds these bytes already. */
function sameEntry(
  manifest: Manifest | undefined,
  name: string,
  raw: Uint8Array,
  rawHash: string,
): FileEntry | undefined {
  const entry = manifest?.files[name];
  return entry?.rawHash === rawHash && entry.rawBytes === raw.length ? entry : undefined;
}

function pieceName(index: number): string {
  return `replay-${String(index).padStart(5, '0')}.zst`;
}

function pieceNames({ files }: Manifest): string[] {
  return Object.keys(files)
    .filter((name) => name.startsWith('replay-'))
    .sort();
}

/** A piece of an earlier checkpoint; undefined where it has been damaged. */
function readIfGood(path: string, manifest: Manifest, name: string): Uint8Array | undefined {
  try {
    return readChecked(path, manifest, name);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Hard links where the file system has them. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** As `writeFlushed`, without keeping others from being compressed meanwhile. */
async function writeFlushedAside(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
