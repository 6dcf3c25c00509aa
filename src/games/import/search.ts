/**
 * Searches files and folders for what may be a cartridge, archives included. A link to a file counts as that file; a link to a folder is
 * not followed, so that no loop is entered; devices and pipes are never opened.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { archiveKind, headBytes, isSearched } from './archiveKind.ts';
import { searchArchive } from './archives.ts';
import { candidate, type Finding, type RefusedFile, refusedSize } from './finding.ts';

/** Everything in these files and folders, in the order of names. What cannot be read comes as a refusal. */
export async function* search(paths: readonly string[]): AsyncGenerator<Finding, void> {
  // Not a recursion: a folder may be deeper than the stack.
  const left = paths.map((path) => ({ path, isLink: false })).reverse();
  while (left.length > 0) {
    const { path, isLink } = left.pop()!;
    try {
      const status = statSync(path);
      if (status.isFile()) {
        yield* searchFile(path, status.size);
      } else if (!status.isDirectory()) {
        yield { source: [path], why: 'special', detail: '' };
      } else if (isLink) {
        yield { source: [path], why: 'link', detail: 'to a folder' };
      } else {
        const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? 1 : -1));
        for (const entry of entries) left.push({ path: join(path, entry.name), isLink: entry.isSymbolicLink() });
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      yield unreadable(path, error as NodeJS.ErrnoException);
    }
  }
}

async function* searchFile(path: string, sizeBytes: number): AsyncGenerator<Finding, void> {
  const kind = archiveKind(headOf(path));
  if (kind !== undefined && isSearched(kind)) yield* searchArchive(kind, path);
  else if (kind !== undefined) yield { source: [path], why: 'unsupported', detail: `${kind} archive` };
  else yield refusedSize([path], sizeBytes) ?? candidate([path], readFileSync(path));
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(headBytes);
  const file = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(file, head, 0, headBytes, 0));
  } finally {
    closeSync(file);
  }
}

function unreadable(path: string, { code, message }: NodeJS.ErrnoException): RefusedFile {
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'a link to nothing, or a name that is not UTF-8',
    ELOOP: 'a link that leads to itself',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
  };
  return { source: [path], why: 'unreadable', detail: known[code ?? ''] ?? message };
}
