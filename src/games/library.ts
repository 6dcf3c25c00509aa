/**
 * Finds the cartridge for a game's name: a file that the user forces, else a genuine image in the games folder, else another dump
 * there, else our own in roms/. Leaves out what lies in the games folder (library/folder.ts), how an image is wired
 * (src/emulator/cartridge) and what to print: every run says which cartridge it plays, and prints `warning` where there is one.
 */
import { join, resolve } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { UserError } from '../errors.ts';
import type { Game } from './game.ts';
import { type FolderImage, type GamesFolder, gamesFolder, imageAt, imageName, imagesIn } from './library/folder.ts';
import { readImage } from './library/image.ts';
import { gameByMd5, gameNames, games, gamesNamed } from './registry.ts';

const ownImagesFolder = resolve(import.meta.dirname, '../../roms');

export interface Cartridge {
  /** The rules it is played by. */
  readonly game: Game;
  readonly title: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Of `bytes`, lower-case hex. */
  readonly md5: string;
  /** `own`: ships with the project; `gamesFolder`: found there; `romPath`: forced by the user. */
  readonly origin: 'own' | 'gamesFolder' | 'romPath';
  /** What the user should know before it is played, one line. */
  readonly warning?: string;
}

export interface ListedCartridge {
  readonly id: string;
  readonly title: string;
  readonly origin: 'own' | 'gamesFolder';
  /** Of the images that are known to be this cartridge. */
  readonly md5: readonly string[];
  /** Where its image lies; absent where it was not found. */
  readonly path?: string;
  /** Of the image at `path`. */
  readonly imageMd5?: string;
  /** The image at `path` is another dump, whose MD5 is unknown; it is played with a warning. */
  readonly isOtherDump?: true;
}

/**
 * The cartridge to play under the name `game`. The genuine one in the games folder takes the name over from our own.
 * `romPath` forces a file. An image whose MD5 is unknown is played by the rules of `game`, and `warning` says so.
 * Throws a UserError: unknown game, no such file or folder, not a cartridge image, an image of another game, no cartridge found.
 */
export function findCartridge(wanted: { game: string; romPath?: string; gamesFolder?: string }): Cartridge {
  const entries = gamesNamed(wanted.game);
  if (entries.length === 0) {
    throw unknownGame(wanted.game);
  }
  if (wanted.romPath !== undefined) {
    return cartridgeAt(entries, resolve(wanted.romPath), 'romPath');
  }
  const folder = gamesFolder(wanted.gamesFolder);
  const genuine = entries.filter((game) => game.ownImage === undefined);
  if (genuine.length > 0 && folder.exists) {
    const found = genuineCartridge(genuine, folder.path);
    if (found !== undefined) return found;
  }
  for (const game of entries) {
    if (game.ownImage !== undefined) {
      const path = join(ownImagesFolder, game.ownImage);
      return { game, title: game.title, path, ...readImage(path), origin: 'own' };
    }
  }
  throw new UserError(
    `No cartridge for ${wanted.game}: no file in ${folder.path} has its MD5 (${genuine.flatMap((game) => game.md5).join(', ')}).`,
    'Give your cartridge image to `bun run roms import`, or name it with --rom FILE.',
  );
}

/** Where our own image with this MD5 lies, whichever cartridge has the game's name now; undefined where it is none of ours. */
export function ownImagePath(md5: string): string | undefined {
  const image = gameByMd5(md5)?.ownImage;
  return image === undefined ? undefined : join(ownImagesFolder, image);
}

/** Every game that is known, and where its image lies if it was found. Throws a UserError only for a folder that is named and none. */
export function listCartridges(wanted: { gamesFolder?: string } = {}): {
  folder: GamesFolder;
  cartridges: ListedCartridge[];
} {
  const folder = gamesFolder(wanted.gamesFolder);
  const found = folder.exists ? imagesIn(folder.path) : undefined;
  const cartridges = games.map((game): ListedCartridge => {
    const { id, title, md5 } = game;
    if (game.ownImage !== undefined) {
      return { id, title, md5, origin: 'own', ...listed(imageAt(join(ownImagesFolder, game.ownImage))) };
    }
    const known = md5.map((digest) => found?.known.get(digest)).find((image) => image !== undefined);
    const otherDump = known === undefined ? found?.otherDumps.get(id) : undefined;
    const isOtherDump = otherDump === undefined ? {} : ({ isOtherDump: true } as const);
    return { id, title, md5, origin: 'gamesFolder', ...listed(known ?? otherDump), ...isOtherDump };
  });
  return { folder, cartridges };
}

/** There is no game of this name; the hint has the nearest ones. */
export function unknownGame(name: string): UserError {
  const byEdits = gameNames()
    .map((known) => ({ known, edits: distance(name.toLowerCase(), known) }))
    .sort((a, b) => a.edits - b.edits);
  // Up to three that are about as near as the nearest.
  const nearest = byEdits.filter(({ edits }) => edits <= byEdits[0].edits + 1).slice(0, 3);
  const names = nearest.map(({ known }) => known).join(', ');
  return new UserError(`Unknown game: ${name}.`, `Nearest: ${names}. \`bun run roms\` lists all.`);
}

/** The image of one of these entries, which share a name: of its releases the first that is there, else another dump. */
function genuineCartridge(entries: readonly Game[], folder: string): Cartridge | undefined {
  const [{ id }] = entries;
  const md5s = entries.flatMap(({ md5 }) => md5);
  // Where an import puts the first release, so that a full folder need not be read.
  const imported = imageAt(join(folder, imageName(id)));
  if (imported?.md5 === md5s[0]) return cartridgeAt(entries, imported.path, 'gamesFolder');
  const { known, otherDumps } = imagesIn(folder);
  const found = md5s.map((md5) => known.get(md5)).find((image) => image !== undefined) ?? otherDumps.get(id);
  return found === undefined ? undefined : cartridgeAt(entries, found.path, 'gamesFolder');
}

/** A file that its place or the user says is one of these entries. */
function cartridgeAt(entries: readonly Game[], path: string, origin: Cartridge['origin']): Cartridge {
  const image = readImage(path);
  const known = gameByMd5(image.md5);
  if (known !== undefined && !entries.includes(known)) {
    throw new UserError(
      `${path} is ${known.title}, not ${entries[0].id} (MD5 ${image.md5}).`,
      `Play it by its own rules: give \`${known.id}\` as the game.`,
    );
  }
  if (known !== undefined) {
    return { game: known, title: known.title, path, ...image, origin };
  }
  // An unknown image is more likely another dump of the genuine cartridge than a changed one of ours.
  const game = entries.find((entry) => entry.ownImage === undefined) ?? entries[0];
  return {
    game,
    title: `unknown image, played as ${game.title}`,
    path,
    ...image,
    origin,
    warning: `${path} (MD5 ${image.md5}) is not a known cartridge; it is played by the rules of ${game.title}, so its score may be wrong.`,
  };
}

function listed(image: FolderImage | undefined): Pick<ListedCartridge, 'path' | 'imageMd5'> {
  return image === undefined ? {} : { path: image.path, imageMd5: image.md5 };
}
