/**
 * Files that are either whole or not there: written beside their place, flushed to the disk, then renamed.
 * Failures to write are the user's to mend (rights, space), so they come as `UserError`.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.ts';

/** Begins the names of what is not finished; such leftovers of a killed run may be deleted at any time. */
export const unfinishedPrefix = '.unfinished-';

/** Reasons of the system's that a user can do something about. */
const writeFailures: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
  ENOENT: 'the folder cannot be made there',
  EEXIST: 'something else is there already',
  ENAMETOOLONG: 'the path is too long',
  EFBIG: 'the file is too large',
};

/** Runs `write`, which writes to `path`; its failures that a user can mend become a UserError naming the path. */
export function whileWriting<T>(path: string, write: () => T, hint?: string): T {
  try {
    return write();
  } catch (error) {
    throw writeFailure(path, error, hint);
  }
}

/** The UserError for a failure to write to `path` that a user can mend; any other error as it is. */
function writeFailure(
  path: string,
  error: unknown,
  hint = 'Choose another folder with --out, or make room there.',
): unknown {
  const reason = writeFailures[(error as NodeJS.ErrnoException).code ?? ''];
  return reason === undefined ? error : new UserError(`Cannot write to ${path}: ${reason}.`, hint, { cause: error });
}

/** Writes a file of `chunks` at `path` and flushes it to the disk. Not atomic by itself. */
export function writeFlushed(path: string, ...chunks: readonly Uint8Array[]): void {
  const file = openSync(path, 'w');
  try {
    for (const chunk of chunks) writeFileSync(file, chunk);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Replaces the file at `path` by `chunks`; a reader sees the old or the new one, also after a power cut. */
export function writeAtomically(path: string, ...chunks: readonly Uint8Array[]): void {
  whileWriting(path, () => {
    const unfinished = join(dirname(path), `${unfinishedPrefix}${process.pid}-${basename(path)}`);
    try {
      writeFlushed(unfinished, ...chunks);
      renameSync(unfinished, path);
    } catch (error) {
      discard(unfinished);
      throw error;
    }
    flushFolder(dirname(path));
  });
}

/**
 * Makes the folder `path` by letting `fill` write files into a folder beside it that is renamed when all is flushed.
 * A folder that is already at `path` is replaced.
 */
export async function makeFolderAtomically(
  path: string,
  fill: (folder: string) => void | Promise<void>,
): Promise<void> {
  const unfinished = join(dirname(path), `${unfinishedPrefix}${process.pid}-${basename(path)}`);
  try {
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    await fill(unfinished);
    flushFolder(unfinished);
    const replaced = `${unfinished}-replaced`;
    if (existsSync(path)) renameSync(path, replaced);
    renameSync(unfinished, path);
    rmSync(replaced, { recursive: true, force: true });
    flushFolder(dirname(path));
  } catch (error) {
    discard(unfinished);
    throw writeFailure(path, error);
  }
}

/** Deletes what killed runs left unfinished in `folder`, if there is one. */
export function removeUnfinished(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(unfinishedPrefix)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Deletes what a failure left behind; that failure is what counts, not one of the deletion. */
function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Its name begins with `unfinishedPrefix`, so that the next checkpoint deletes it.
  }
}

/** The bytes of a JSON value, indented, with a final line break. */
export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** A file's bytes; undefined where there is none. Other failures are thrown. */
export function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Makes renames in `folder` durable. Windows cannot open folders and needs no such flush. */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
