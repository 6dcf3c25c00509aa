/**
 * The user's games folder: which one it is, and what cartridges lie in it. A file counts by its MD5, whatever its name; only another
 * dump, whose MD5 nobody knows, counts by its name. Subfolders and hidden files
 * do not count.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../../errors.ts';
import { md5Of } from '../md5.ts';
import { gameByMd5, games } from '../registry.ts';
import { isImageSize } from './image.ts';

export interface GamesFolder {
  readonly path: string;
  /** Who named it: an option, the environment variable ATARI_ROMS, or nobody. */
  readonly source: 'option' | 'ATARI_ROMS' | 'default';
  readonly exists: boolean;
}

/** An image in the games folder. */
export interface FolderImage {
  readonly path: string;
  /** Lower-case hex. */
  readonly md5: string;
}

export interface FolderImages {
  /** Each known image by its MD5; of several copies the first by name. */
  readonly known: ReadonlyMap<string, FolderImage>;
  /** The other dump of a game, by the game's id. */
  readonly otherDumps: ReadonlyMap<string, FolderImage>;
}

/**
 * Where genuine cartridges are looked for: the option, else ATARI_ROMS, else `wgsl-dqn/roms` in the user's data folder
 * (XDG_DATA_HOME, by default ~/.local/share; LOCALAPPDATA on Windows), which need not exist.
 * One that was named must exist to be read; to be filled it may be missing where the folder around it is there.
 * Throws a UserError otherwise.
 */
export function gamesFolder(option?: string, purpose: 'read' | 'fill' = 'read'): GamesFolder {
  const named = option ?? (process.env['ATARI_ROMS'] || undefined);
  if (named === undefined) {
    const data =
      process.env['XDG_DATA_HOME'] ||
      (process.platform === 'win32' && process.env['LOCALAPPDATA']) ||
      join(homedir(), '.local', 'share');
    const path = join(data, 'wgsl-dqn', 'roms');
    return { path, source: 'default', exists: isFolder(path) };
  }
  const path = resolve(named);
  const source = option === undefined ? 'ATARI_ROMS' : 'option';
  if (isFolder(path)) return { path, source, exists: true };
  const who = option === undefined ? 'The games folder in ATARI_ROMS' : 'The games folder';
  if (purpose === 'read' || existsSync(path)) {
    throw new UserError(`${who} is not a folder: ${path}`, 'Name a folder that holds cartridge images.');
  }
  if (!isFolder(dirname(path))) {
    throw new UserError(`${who} cannot be made: there is no folder ${dirname(path)}`, 'Make that folder first.');
  }
  return { path, source, exists: false };
}

/** The file name under which a game's first release is imported. Known images are found under any other name, too. */
export function imageName(id: string): string {
  return `${id}.bin`;
}

/** The name of its other releases, and of the first where a strange file has that name. */
export function releaseName(id: string, md5: string): string {
  return `${id}-${md5.slice(0, 8)}.bin`;
}

/** The only file name under which an image of unknown MD5 is a game's. */
export function otherDumpName(id: string): string {
  return `${id}.other.bin`;
}

/** All images in a games folder that count. Throws a UserError where the folder cannot be read. */
export function imagesIn(folder: string): FolderImages {
  const known = new Map<string, FolderImage>();
  const otherDumps = new Map<string, FolderImage>();
  const otherDumpIds = new Map(
    games.filter((game) => game.ownImage === undefined).map((game) => [otherDumpName(game.id), game.id]),
  );
  for (const file of filesIn(folder)) {
    const image = imageAt(join(folder, file));
    if (image === undefined) continue;
    const otherDumpId = otherDumpIds.get(file);
    if (gameByMd5(image.md5) !== undefined) {
      if (!known.has(image.md5)) known.set(image.md5, image);
    } else if (otherDumpId !== undefined) {
      otherDumps.set(otherDumpId, image);
    }
  }
  return { known, otherDumps };
}

/**
 * The file at `path` if it has a cartridge's size and can be read. A file that cannot is not found here; `--rom` says why for a file
 * that was meant.
 */
export function imageAt(path: string): FolderImage | undefined {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined || !status.isFile() || !isImageSize(status.size)) return undefined;
    return { path, md5: md5Of(readFileSync(path)) };
  } catch {
    return undefined;
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch (error) {
    throw new UserError(
      `Cannot read the games folder: ${folder} (${(error as Error).message})`,
      'Check its permissions.',
      { cause: error },
    );
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
