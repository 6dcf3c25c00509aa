/**
 * What a search through files and archives comes upon: images that may be cartridges, and files that cannot be, each with its reason.
 * Also the limits that keep a hostile archive from costing memory or time; nothing here writes anything.
 */
import { isImageSize, largestImageBytes } from '../library/image.ts';
import { archiveKind, headBytes, isSearched, type SearchedArchive } from './archiveKind.ts';

/** A file's path, then the names of the entries within it. Names are only ever shown: no path is made of them. */
export type Source = readonly string[];

/** A file of a cartridge's size. */
export interface Candidate {
  readonly source: Source;
  readonly bytes: Uint8Array;
}

/** Why a file is no candidate. */
export type Refusal =
  | 'size'
  | 'tooLarge'
  | 'empty'
  | 'encrypted'
  | 'damaged'
  | 'unsupported'
  | 'nested'
  | 'link'
  | 'special'
  | 'unreadable'
  | 'limit';

export interface RefusedFile {
  readonly source: Source;
  readonly why: Refusal;
  /** What is the matter with this very file, for example its size; may be empty. */
  readonly detail: string;
}

export type Finding = Candidate | RefusedFile;

/** An archive inside an archive is unpacked to memory: whole collections of cartridges have a quarter of this. */
const largestNestedBytes = 64 * 2 ** 20;
const mostEntries = 20_000;
const mostUnpackedBytes = 2 ** 30;
/** Enough to know an entry by; a zip's may have 64 KiB. */
const longestNameBytes = 512;

/** Ends the search of an archive. */
export class LimitReached extends Error {}

/** What may still be taken out of one archive, those inside it included. */
export class Budget {
  #entries = mostEntries;
  #unpackedBytes = mostUnpackedBytes;

  /** Throws LimitReached. */
  takeEntry(): void {
    if (--this.#entries < 0) throw new LimitReached(`more than ${mostEntries.toLocaleString('en-US')} entries`);
  }

  /** Bytes that came out of a decompressor, also those that are skipped. Throws LimitReached. */
  takeUnpacked(bytes: number): void {
    this.#unpackedBytes -= bytes;
    if (this.#unpackedBytes < 0) throw new LimitReached(`more than ${sizeText(mostUnpackedBytes)} when unpacked`);
  }
}

/** Gathers the bytes of one entry as they come, and no more of them than a cartridge or an archive inside an archive may have. */
export class EntryContents {
  readonly source: Source;
  /** Set once the entry is refused; nothing is kept from then on. */
  refused: RefusedFile | undefined;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #mostBytes = largestImageBytes;
  #archive: SearchedArchive | undefined;
  #isArchiveKnown = false;

  /** `declaredBytes` is what the archive says of the entry, where it says so. */
  constructor(source: Source, declaredBytes = 0) {
    this.source = source;
    if (declaredBytes > largestNestedBytes) this.refuse('tooLarge', sizeText(declaredBytes));
  }

  add(chunk: Uint8Array): void {
    if (this.refused !== undefined) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (!this.#isArchiveKnown && this.#length >= headBytes) this.#recogniseArchive();
    if (this.#length > this.#mostBytes) this.refuse('tooLarge', `more than ${sizeText(this.#mostBytes)}`);
  }

  refuse(why: Refusal, detail: string): void {
    this.refused ??= { source: this.source, why, detail };
    this.#chunks = [];
  }

  /** Everything was added. An archive is for the caller to search. */
  finish(): Finding | { archive: SearchedArchive; bytes: Buffer } {
    if (!this.#isArchiveKnown && this.refused === undefined) this.#recogniseArchive();
    if (this.refused !== undefined) return this.refused;
    const bytes = Buffer.concat(this.#chunks);
    return this.#archive === undefined ? candidate(this.source, bytes) : { archive: this.#archive, bytes };
  }

  #recogniseArchive(): void {
    this.#isArchiveKnown = true;
    const kind = archiveKind(Buffer.concat(this.#chunks).subarray(0, headBytes));
    if (kind === undefined) return;
    if (isSearched(kind)) {
      this.#archive = kind;
      this.#mostBytes = largestNestedBytes;
    } else {
      this.refuse('unsupported', `${kind} archive`);
    }
  }
}

/** A file that is no archive, by its size. */
export function candidate(source: Source, bytes: Uint8Array): Finding {
  return refusedSize(source, bytes.length) ?? { source, bytes };
}

/** Why a file of this size cannot be a cartridge; undefined where it can. */
export function refusedSize(source: Source, bytes: number): RefusedFile | undefined {
  if (isImageSize(bytes)) return undefined;
  if (bytes === 0) return { source, why: 'empty', detail: '' };
  return { source, why: bytes > largestImageBytes ? 'tooLarge' : 'size', detail: sizeText(bytes) };
}

/** The name of an entry as text, whatever its bytes are. */
export function entryName(name: Uint8Array | string): string {
  const bytes = typeof name === 'string' ? Buffer.from(name.slice(0, longestNameBytes)) : name;
  return new TextDecoder().decode(bytes.slice(0, longestNameBytes));
}

function sizeText(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  if (mebibytes >= 1024) return `${(mebibytes / 1024).toFixed(0)} GiB`;
  if (mebibytes >= 1) return `${mebibytes.toFixed(0)} MiB`;
  return bytes === 1 ? '1 byte' : `${bytes.toLocaleString('en-US')} bytes`;
}
