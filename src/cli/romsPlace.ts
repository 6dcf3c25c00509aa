/** Puts imported files into the games folder: each is whole or not there, and none takes another's place unasked. */
import { existsSync, linkSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { flushFolder, unfinishedPrefix, whileWriting, writeFlushed } from '../run/files.ts';

const hint = 'Choose another folder with --games-folder or ATARI_ROMS, or make room there.';
/** What is left of an import that was killed is not one of an import that runs at the same time. */
const leftoverAgeMs = 3_600_000;

/** Makes the folder, and those around it. Throws UserError. */
export function makeFolder(path: string): void {
  whileWriting(path, () => mkdirSync(path, { recursive: true }), hint);
}

/** Writes `bytes` as `path`. False, and nothing is changed, where that name is taken and not to be replaced. Throws UserError. */
export function placeFile(path: string, bytes: Uint8Array, replace: boolean): boolean {
  return whileWriting(
    path,
    () => {
      const unfinished = join(dirname(path), `${unfinishedPrefix}${process.pid}-${basename(path)}`);
      try {
        writeFlushed(unfinished, bytes);
        if (replace) renameSync(unfinished, path);
        else if (!linkUnlessTaken(unfinished, path)) return false;
      } finally {
        rmSync(unfinished, { force: true });
      }
      flushFolder(dirname(path));
      return true;
    },
    hint,
  );
}

/** Deletes what killed imports left in the folder. */
export function removeLeftovers(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(unfinishedPrefix))) {
    const path = join(folder, name);
    const age = Date.now() - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > leftoverAgeMs) whileWriting(path, () => rmSync(path, { recursive: true, force: true }), hint);
  }
}

/** A rename would replace what another process made meanwhile; a hard link does not. Memory cards have no hard links. */
function linkUnlessTaken(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return false;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
    renameSync(from, to);
    return true;
  }
}
