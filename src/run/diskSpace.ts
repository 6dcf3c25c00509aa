/** What a run takes of the disk, and whether there is room for more, asked before it is written. */
import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { bytesText } from './memory.ts';

/** Bytes that may still be written in `folder`; undefined where the system does not say. */
export function freeDiskBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** Throws UserError where fewer than about `neededBytes` are free in `folder`. */
export function requireDiskSpace(folder: string, neededBytes: number, freeBytes = freeDiskBytes(folder)): void {
  if (freeBytes === undefined || neededBytes <= freeBytes) return;
  throw new UserError(
    `Cannot write a checkpoint to ${folder}: it takes about ${bytesText(neededBytes)}, and ${bytesText(freeBytes)} are free.`,
    'Make room there; what was saved before stays as it is.',
  );
}

/** Bytes of all files below `folder`, those with several names once. */
export function folderBytes(folder: string): number {
  const counted = new Set<number>();
  let bytes = 0;
  const visit = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) {
        visit(inside);
      } else {
        const { ino, nlink, size } = lstatSync(inside);
        if (nlink > 1 && counted.has(ino)) continue;
        if (nlink > 1) counted.add(ino);
        bytes += size;
      }
    }
  };
  visit(folder);
  return bytes;
}
