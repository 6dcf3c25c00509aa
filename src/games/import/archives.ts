/**
 * Takes candidates out of .zip, .tar and gzip archives, and of such archives inside them. Entries are read to memory one at a time and
 * nothing is ever unpacked to the disk, so that an entry's name, a link or a device can lead nowhere. Unpacking stops where an entry is
 * larger than any cartridge and where an archive has used up its `Budget`.
 * Leaves out: 7z, RAR and the other archives that OtherArchive names.
 */
import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { crc32, createGunzip } from 'node:zlib';
import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { archiveKind, headBytes, type SearchedArchive } from './archiveKind.ts';
import {
  Budget,
  EntryContents,
  entryName,
  type Finding,
  LimitReached,
  type RefusedFile,
  type Source,
} from './finding.ts';

/** An archive: a file, or the bytes of an entry of another archive. */
interface Archive {
  readonly kind: SearchedArchive;
  readonly source: Source;
  readonly from: string | Buffer;
  readonly budget: Budget;
}

type Findings = AsyncGenerator<Finding, void>;

/** All that is in the archive file at `path`. What is wrong with it comes as a refusal, after what was found before. */
export async function* searchArchive(kind: SearchedArchive, path: string): Findings {
  const archive = { kind, source: [path], from: path, budget: new Budget() };
  try {
    yield* findingsIn(archive);
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    yield { source: [path], why: 'limit', detail: error.message };
  }
}

/** Throws only LimitReached. */
async function* findingsIn(archive: Archive): Findings {
  try {
    if (archive.kind === 'zip') yield* zipFindings(archive);
    else if (archive.kind === 'tar') yield* tarFindings(archive, chunksOf(archive.from));
    else yield* gzipFindings(archive);
  } catch (error) {
    if (error instanceof LimitReached) throw error;
    yield damaged(archive.source, error);
  }
}

async function* zipFindings(archive: Archive): Findings {
  const { source, from, budget } = archive;
  // Names as bytes are not checked: a bad one is no reason to refuse an archive, since none is used.
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
  const zip = typeof from === 'string' ? await openPromise(from, options) : await fromBufferPromise(from, options);
  try {
    for await (const entry of zip.eachEntry()) {
      budget.takeEntry();
      const name = entryName(entry.fileNameRaw);
      if (name.endsWith('/')) continue;
      const contents = new EntryContents([...source, name], entry.uncompressedSize);
      try {
        await readZipEntry(zip, entry, contents, budget);
      } catch (error) {
        if (error instanceof LimitReached) throw error;
        contents.refuse('damaged', (error as Error).message);
      }
      yield* finished(contents, archive);
    }
  } finally {
    zip.close();
  }
}

async function readZipEntry(zip: ZipFile, entry: Entry, contents: EntryContents, budget: Budget): Promise<void> {
  if (entry.isEncrypted()) return contents.refuse('encrypted', '');
  if (isLink(entry)) return contents.refuse('link', '');
  if (!entry.canDecodeFileData()) return contents.refuse('unsupported', `zip method ${entry.compressionMethod}`);
  if (contents.refused !== undefined) return;
  let checksum = 0;
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    budget.takeUnpacked(chunk.length);
    contents.add(chunk);
    if (contents.refused !== undefined) return;
    checksum = crc32(chunk, checksum);
  }
  if (checksum !== entry.crc32) contents.refuse('damaged', 'its checksum is wrong');
}

/** APPNOTE 4.4.2 and 4.4.15: the upper half of the attributes of an entry made on Unix is its mode. */
function isLink(entry: Entry): boolean {
  const unix = 3;
  const mode = entry.externalFileAttributes >>> 16;
  return entry.versionMadeBy >> 8 === unix && (mode & 0o170000) === 0o120000;
}

/** A tar inside, or one file. */
async function* gzipFindings(archive: Archive): Findings {
  const { head, all } = await withHead(unzipped(archive));
  if (archiveKind(head) === 'tar') return yield* tarFindings(archive, all);
  archive.budget.takeEntry();
  const contents = new EntryContents(archive.source);
  for await (const chunk of all) {
    contents.add(chunk);
    if (contents.refused !== undefined) break;
  }
  yield* finished(contents, archive);
}

async function* tarFindings(archive: Archive, chunks: AsyncIterable<Uint8Array>): Findings {
  const { source, budget } = archive;
  let begun = 0;
  let charged = 0;
  let damage: string | undefined;
  let isAtEnd = false;
  let ended: EntryContents[] = [];
  // The parser calls back while it is written to, so that no entry waits in it for longer than a chunk.
  const parser = new Parser({
    onReadEntry(entry) {
      begun++;
      if (tarFolders.has(entry.type)) return entry.resume();
      const contents = new EntryContents([...source, entryName(entry.path)], entry.size);
      if (!tarFiles.has(entry.type)) {
        contents.refuse(tarLinks.has(entry.type) ? 'link' : 'special', entry.type);
      }
      entry.on('data', (chunk) => contents.add(chunk));
      entry.on('end', () => {
        if (entry.remain > 0) contents.refuse('damaged', 'the archive ends in it');
        ended.push(contents);
      });
    },
    onwarn(code, message) {
      if (code !== 'TAR_BAD_ARCHIVE' && code !== 'TAR_ENTRY_INVALID') return;
      damage ??= String(message);
      begun++;
    },
  });
  parser.on('eof', () => {
    isAtEnd = true;
  });
  // A header that describes the next entry, and one that is none, cost time as an entry does.
  parser.on('meta', () => begun++);
  parser.on('ignoredEntry', (entry: ReadEntry) => {
    begun++;
    const contents = new EntryContents([...source, entryName(entry.path)]);
    contents.refuse('unsupported', `${entry.type} of a tar`);
    ended.push(contents);
  });
  async function* endedEntries(): Findings {
    for (; charged < begun; charged++) budget.takeEntry();
    const now = ended;
    ended = [];
    for (const contents of now) yield* finished(contents, archive);
  }
  for await (const chunk of chunks) {
    parser.write(chunk);
    yield* endedEntries();
    // What follows may be endless, and the parser takes a second for a few MiB of it.
    if (isAtEnd) break;
  }
  parser.end();
  yield* endedEntries();
  if (damage !== undefined) throw new Error(damage);
}

const tarFiles: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const tarFolders: ReadonlySet<string> = new Set(['Directory', 'GNUDumpDir']);
const tarLinks: ReadonlySet<string> = new Set(['SymbolicLink', 'Link']);

/** What an entry turned out to be; an archive is searched, unless it is in one that is in an archive itself. */
async function* finished(contents: EntryContents, { from, budget }: Archive): Findings {
  const result = contents.finish();
  if (!('archive' in result)) yield result;
  else if (typeof from !== 'string') yield { source: contents.source, why: 'nested', detail: '' };
  else yield* findingsIn({ kind: result.archive, source: contents.source, from: result.bytes, budget });
}

async function* unzipped({ from, budget }: Archive): AsyncGenerator<Buffer, void> {
  const gunzip = createGunzip();
  // An error of the one ends the other; it comes out of the loop.
  pipeline(Readable.from(chunksOf(from)), gunzip, () => {});
  try {
    for await (const chunk of gunzip) {
      budget.takeUnpacked(chunk.length);
      yield chunk;
    }
  } finally {
    gunzip.destroy();
  }
}

/** The bytes of an archive in pieces. */
async function* chunksOf(from: Archive['from']): AsyncGenerator<Buffer, void> {
  if (typeof from === 'string') return yield* createReadStream(from);
  const chunkBytes = 65536;
  for (let at = 0; at < from.length; at += chunkBytes) yield from.subarray(at, at + chunkBytes);
}

/** The first chunk, joined with others until it has `headBytes`; and all chunks, that one included. */
async function withHead(
  chunks: AsyncGenerator<Buffer, void>,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer, void> }> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < headBytes) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer, void> {
    try {
      yield head;
      yield* chunks;
    } finally {
      await chunks.return();
    }
  }
  return { head, all: all() };
}

function damaged(source: Source, error: unknown): RefusedFile {
  return { source, why: 'damaged', detail: (error as Error).message };
}
