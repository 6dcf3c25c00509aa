/**
 * Which archive a file is, by its first bytes alone; names mean nothing.
 * Sources: PKWARE APPNOTE 4.3 (zip), RFC 1952 (gzip), POSIX.1 ustar (the checksum of a tar header); the others by their published signatures.
 */

/** Archives that are searched. A gzip holds a tar or one file. */
export type SearchedArchive = 'zip' | 'gzip' | 'tar';
/** Archives that the user must unpack first. */
export type OtherArchive = '7z' | 'RAR' | 'bzip2' | 'xz' | 'zstd';

/** Bytes that `archiveKind` looks at: the header of a tar's first entry. */
export const headBytes = 512;

const signatures: readonly (readonly [SearchedArchive | OtherArchive, string])[] = [
  ['zip', 'PK\x03\x04'],
  // Without entries.
  ['zip', 'PK\x05\x06'],
  ['gzip', '\x1f\x8b\x08'],
  ['7z', '7z\xbc\xaf\x27\x1c'],
  ['RAR', 'Rar!\x1a\x07'],
  ['bzip2', 'BZh91AY&SY'],
  ['xz', '\xfd7zXZ\x00'],
  ['zstd', '\x28\xb5\x2f\xfd'],
];

/** `head` is a file's beginning, `headBytes` of it where it has as many. Undefined where it begins no archive. */
export function archiveKind(head: Buffer): SearchedArchive | OtherArchive | undefined {
  const found = signatures.find(([, signature]) =>
    head.subarray(0, signature.length).equals(Buffer.from(signature, 'latin1')),
  );
  return found?.[0] ?? (isTarHeader(head) ? 'tar' : undefined);
}

export function isSearched(kind: SearchedArchive | OtherArchive): kind is SearchedArchive {
  return kind === 'zip' || kind === 'gzip' || kind === 'tar';
}

/** The sum of all bytes, those of the checksum taken as blanks, stands in octal at 148. */
function isTarHeader(head: Buffer): boolean {
  if (head.length < headBytes) return false;
  const [checksumAt, checksumEnd] = [148, 156];
  const stated = /^ *([0-7]+)[ \0]/.exec(head.toString('latin1', checksumAt, checksumEnd))?.[1];
  if (stated === undefined) return false;
  let sum = (checksumEnd - checksumAt) * 0x20;
  for (let i = 0; i < headBytes; i++) if (i < checksumAt || i >= checksumEnd) sum += head[i];
  return sum === Number.parseInt(stated, 8);
}
