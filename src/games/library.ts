/**
 * Finds the cartridge for a game's name: a file that the user forces, else a genuine image in the games folder, else our own in roms/.
 * A file counts as a game's by its MD5, whatever its name. Leaves out how an image is wired (src/emulator/cartridge) and
 * what to print: every run says which cartridge it plays, and prints `warning` where there is one.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { UserError } from '../errors.ts';
import type { Game } from './game.ts';
import { gameByMd5, gameNames, games, gamesNamed } from './registry.ts';

const ownImagesFolder = resolve(import.meta.dirname, '../../roms');

/** Sizes of cartridge images in bytes, the smaller ones in the order of the reference's detection (reference: console.md section 9). */
const imageSizes = [2048, 4096, 8192, 10240, 10495, 10496, 12288, 16384, 32768, 65536, 131072, 262144, 524288];
/** An image of the Supercharger is a number of tape loads of this size. */
const tapeLoadBytes = 8448;
const largestImageBytes = 524288;

export interface Cartridge {
  /** The rules it is played by. */
  readonly game: Game;
  readonly title: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of `bytes`, lower-case hex. */
  readonly md5: string;
  /** `own`: ships with the project; `gamesFolder`: found there by its MD5; `romPath`: forced by the user. */
  readonly origin: 'own' | 'gamesFolder' | 'romPath';
  /** What the user should know before it is played, one line. */
  readonly warning?: string;
}

export interface GamesFolder {
  readonly path: string;
  /** Who named it: an option, the environment variable ATARI_ROMS, or nobody. */
  readonly source: 'option' | 'ATARI_ROMS' | 'default';
  readonly exists: boolean;
}

export interface ListedCartridge {
  readonly id: string;
  readonly title: string;
  readonly origin: 'own' | 'gamesFolder';
  readonly md5: readonly string[];
  /** Where its image lies; absent where it was not found. */
  readonly path?: string;
}

/**
 * The cartridge to play under the name `game`. The genuine one in the games folder takes the name over from our own.
 * `romPath` forces a file; one whose MD5 is unknown is played by the rules of `game`, and `warning` says so.
 * Throws a UserError: unknown game, no such file or folder, not a cartridge image, an image of another game, no cartridge found.
 */
export function findCartridge(wanted: { game: string; romPath?: string; gamesFolder?: string }): Cartridge {
  const entries = gamesNamed(wanted.game);
  if (entries.length === 0) {
    throw unknownGame(wanted.game);
  }
  if (wanted.romPath !== undefined) {
    return forcedCartridge(entries, wanted.romPath);
  }
  const folder = gamesFolder(wanted.gamesFolder);
  const genuine = entries.filter((game) => game.ownImage === undefined);
  if (genuine.length > 0 && folder.exists) {
    const found = knownImages(folder.path);
    for (const game of genuine) {
      const path = game.md5.map((md5) => found.get(md5)).find((at) => at !== undefined);
      if (path !== undefined) {
        return { game, title: game.title, path, ...readImage(path), origin: 'gamesFolder' };
      }
    }
  }
  for (const game of entries) {
    if (game.ownImage !== undefined) {
      const path = join(ownImagesFolder, game.ownImage);
      return { game, title: game.title, path, ...readImage(path), origin: 'own' };
    }
  }
  throw new UserError(
    `No cartridge for ${wanted.game}: no file in ${folder.path} has its MD5 (${genuine.flatMap((game) => game.md5).join(', ')}).`,
    `Put your cartridge's image into that folder${folder.exists ? '' : ', which does not exist yet,'} or name it with --rom FILE.`,
  );
}

/** Every game that is known, and where its image lies if it was found; for `doctor`. Throws only for a named folder that is none. */
export function listCartridges(wanted: { gamesFolder?: string } = {}): {
  folder: GamesFolder;
  cartridges: ListedCartridge[];
} {
  const folder = gamesFolder(wanted.gamesFolder);
  const found = folder.exists ? knownImages(folder.path) : new Map<string, string>();
  const cartridges = games.map((game): ListedCartridge => {
    const { id, title, md5 } = game;
    if (game.ownImage !== undefined) {
      const path = join(ownImagesFolder, game.ownImage);
      return { id, title, md5, origin: 'own', ...(isFile(path) ? { path } : {}) };
    }
    const path = md5.map((digest) => found.get(digest)).find((at) => at !== undefined);
    return { id, title, md5, origin: 'gamesFolder', ...(path === undefined ? {} : { path }) };
  });
  return { folder, cartridges };
}

/**
 * Where genuine cartridges are looked for: the option, else ATARI_ROMS, else `wgsl-dqn/roms` in the user's data folder
 * (XDG_DATA_HOME, by default ~/.local/share; LOCALAPPDATA on Windows), which need not exist.
 */
export function gamesFolder(option?: string): GamesFolder {
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
  if (!isFolder(path)) {
    const who = option === undefined ? 'The games folder in ATARI_ROMS' : 'The games folder';
    throw new UserError(`${who} is not a folder: ${path}`, 'Name a folder that holds cartridge images.');
  }
  return { path, source: option === undefined ? 'ATARI_ROMS' : 'option', exists: true };
}

function forcedCartridge(entries: readonly Game[], romPath: string): Cartridge {
  const path = resolve(romPath);
  const image = readImage(path);
  const known = gameByMd5(image.md5);
  if (known !== undefined && !entries.includes(known)) {
    throw new UserError(
      `${path} is ${known.title}, not ${entries[0].id} (MD5 ${image.md5}).`,
      `Play it by its own rules: give \`${known.id}\` as the game.`,
    );
  }
  if (known !== undefined) {
    return { game: known, title: known.title, path, ...image, origin: 'romPath' };
  }
  // An unknown image is more likely another dump of the genuine cartridge than a changed one of ours.
  const game = entries.find((entry) => entry.ownImage === undefined) ?? entries[0];
  return {
    game,
    title: `unknown image, played as ${game.title}`,
    path,
    ...image,
    origin: 'romPath',
    warning: `${path} (MD5 ${image.md5}) is not a known cartridge; it is played by the rules of ${game.title}, so its score may be wrong.`,
  };
}

function unknownGame(name: string): UserError {
  const byEdits = gameNames()
    .map((known) => ({ known, edits: distance(name.toLowerCase(), known) }))
    .sort((a, b) => a.edits - b.edits);
  // Up to three that are about as near as the nearest.
  const nearest = byEdits.filter(({ edits }) => edits <= byEdits[0].edits + 1).slice(0, 3);
  const names = nearest.map(({ known }) => known).join(', ');
  return new UserError(`Unknown game: ${name}.`, `Nearest: ${names}. \`bun run doctor\` lists all.`);
}

/** The path of each known image in a folder, by MD5; of several copies the first by name. Subfolders do not count. */
function knownImages(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of filesIn(folder)) {
    const path = join(folder, file);
    try {
      const status = statSync(path);
      if (status.isFile() && isImageSize(status.size)) {
        const md5 = md5Of(readFileSync(path));
        if (gameByMd5(md5) !== undefined && !found.has(md5)) {
          found.set(md5, path);
        }
      }
    } catch {
      // A file that cannot be read is not found here; `--rom` says why for a file that was meant.
    }
  }
  return found;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw new UserError(
      `Cannot read the games folder: ${folder} (${(error as Error).message})`,
      'Check its permissions.',
      {
        cause: error,
      },
    );
  }
}

/** Reads a cartridge image. Throws a UserError where there is none, or none of a size that a cartridge can have. */
function readImage(path: string): { bytes: Uint8Array; md5: string } {
  try {
    const status = statSync(path);
    if (!status.isFile()) {
      throw new UserError(
        `Not a ROM file: ${path}${status.isDirectory() ? ' is a folder' : ''}.`,
        'Name one image file.',
      );
    }
    if (status.size === 0) {
      throw new UserError(`The ROM file is empty: ${path}`, 'Copy the image again.');
    }
    if (!isImageSize(status.size)) {
      throw new UserError(
        `Not a cartridge image: ${path} has ${status.size.toLocaleString('en-US')} bytes.`,
        'An image has 2,048, 4,096, 8,192, … bytes and no header; archives must be unpacked first.',
      );
    }
    const bytes = new Uint8Array(readFileSync(path));
    return { bytes, md5: md5Of(bytes) };
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UserError(`No such ROM file: ${path}`, 'Check the path; it is relative to the folder you are in.');
    }
    throw new UserError(`Cannot read the ROM file: ${path} (${message})`, 'Check its permissions.', { cause: error });
  }
}

function isImageSize(bytes: number): boolean {
  return imageSizes.includes(bytes) || (bytes > 0 && bytes <= largestImageBytes && bytes % tapeLoadBytes === 0);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}
