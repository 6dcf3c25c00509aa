/** The bytes of a run's folder, kept up to date: folders below it are listed again only where something was made or deleted in them. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Paced } from './paced.ts';

interface ListedFolder {
  readonly modifiedAtMs: number;
  readonly files: readonly { readonly inode: number; readonly bytes: number }[];
  readonly folders: readonly string[];
}

export class DiskUsage {
  readonly #root: string;
  #listed = new Map<string, ListedFolder>();

  constructor(folder: string) {
    this.#root = folder;
  }

  /** Bytes of all files, a hard link counted once, links to elsewhere not followed. What vanishes meanwhile is not counted. */
  *update(): Paced<number> {
    const before = this.#listed;
    const listed = new Map<string, ListedFolder>();
    const counted = new Set<number>();
    let bytes = 0;
    const waiting = [this.#root];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const folder = listFolder(path, path === this.#root ? undefined : before.get(path));
      if (folder === undefined) continue;
      listed.set(path, folder);
      for (const { inode, bytes: size } of folder.files) {
        if (counted.has(inode)) continue;
        counted.add(inode);
        bytes += size;
      }
      for (const name of folder.folders) waiting.push(join(path, name));
      yield;
    }
    this.#listed = listed;
    return bytes;
  }
}

/** `before` where nothing was made or deleted since. The run's own folder is always listed: metrics.jsonl grows in place. */
function listFolder(path: string, before: ListedFolder | undefined): ListedFolder | undefined {
  try {
    const { mtimeMs: modifiedAtMs } = lstatSync(path);
    if (before?.modifiedAtMs === modifiedAtMs) return before;
    const entries = readdirSync(path, { withFileTypes: true });
    const folders = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    const files = entries.flatMap((entry) => (entry.isDirectory() ? [] : fileAt(join(path, entry.name))));
    return { modifiedAtMs, files, folders };
  } catch {
    return undefined;
  }
}

function fileAt(path: string): { inode: number; bytes: number }[] {
  try {
    const { ino: inode, size: bytes } = lstatSync(path);
    return [{ inode, bytes }];
  } catch {
    return [];
  }
}
