/** Writes recordings to the paths that a user gave: whole or not at all, and refused before a game is played for nothing. */
import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { unfinishedPrefix, whileWriting, writeAtomically } from './files.ts';

/**
 * Throws UserError where a file cannot be written at `path`; makes its folder. `extension` (for example `.gif`) is what its name must
 * end with. Called before the recording begins.
 */
export function requireWritable(path: string, extension: string): void {
  if (!basename(path).toLowerCase().endsWith(extension)) {
    throw new UserError(`${path}: the name of this file ends with ${extension}.`, `For example ${path}${extension}.`);
  }
  withHint(() => {
    whileWriting(path, () => {
      const folder = dirname(resolve(path));
      mkdirSync(folder, { recursive: true });
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
        throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
      }
      const probe = join(folder, `${unfinishedPrefix}${process.pid}-${basename(path)}`);
      closeSync(openSync(probe, 'w'));
      rmSync(probe);
    });
  });
}

/** Writes a recording's bytes at `path`, replacing what was there. Throws UserError where that cannot be. */
export function writeRecording(path: string, bytes: Uint8Array): void {
  withHint(() => {
    whileWriting(path, () => mkdirSync(dirname(resolve(path)), { recursive: true }));
    writeAtomically(path, bytes);
  });
}

/** The same errors with a hint that fits a path given for one file. */
function withHint(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message, 'Give another path for the recording, or make room there.', { cause: error });
  }
}
