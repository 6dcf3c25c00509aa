/**
 * The cartridges that can be played in the browser: our own, which the server has, and files of the user's, which stay in the browser.
 * Leaves out how an image is wired (src/emulator/cartridge).
 */
import { createCartridge } from '../../emulator/cartridge/identify.ts';
import { UserError } from '../../errors.ts';
import type { Game } from '../../games/game.ts';
import { md5Of } from '../../games/md5.ts';
import { gameByMd5, games } from '../../games/registry.ts';
import { getBytes } from '../server.ts';

export interface LoadedCartridge {
  readonly rom: Uint8Array;
  /** Of `rom`, lower-case hex. */
  readonly md5: string;
  /** The rules it is played by; undefined: none, so that there is no score and no end. */
  readonly game: Game | undefined;
  readonly title: string;
  /** Its MD5 is unknown: the rules are whatever the user has chosen. */
  readonly isUnknown: boolean;
}

/** Our own games, in the order in which they are offered. */
export const ownGames: readonly Game[] = games.filter((game) => game.ownImage !== undefined);

/** The largest image that any scheme has, bytes. */
const largestImageBytes = 524_288;

/** All of them. Throws as `ownCartridge` does. */
export function ownCartridges(): Promise<LoadedCartridge[]> {
  return Promise.all(ownGames.map(ownCartridge));
}

/** One of our own games. Throws UserError where the server has it not, `ServerError` where there is no server. */
export async function ownCartridge(game: Game): Promise<LoadedCartridge> {
  const rom = await getBytes(`/roms/${game.ownImage}`);
  if (rom === undefined) {
    throw new UserError(`The server has no roms/${game.ownImage}.`, 'It ships with the project: get it again.');
  }
  return { rom, md5: md5Of(rom), game, title: game.title, isUnknown: false };
}

/** A file of the user's. Throws UserError where it is no cartridge. */
export async function fileCartridge(file: File): Promise<LoadedCartridge> {
  const notOne = (what: string): UserError =>
    new UserError(
      `${file.name} is not a cartridge image: ${what}.`,
      'An image has 2,048, 4,096, 8,192, … bytes and no header; take it out of its archive first.',
    );
  if (file.size === 0) throw notOne('it is empty');
  if (file.size > largestImageBytes) throw notOne(`it has ${file.size.toLocaleString('en-US')} bytes`);
  return cartridgeOf(new Uint8Array(await file.arrayBuffer()), file.name, notOne);
}

function cartridgeOf(rom: Uint8Array, name: string, notOne: (what: string) => UserError): LoadedCartridge {
  try {
    createCartridge(rom, 'auto');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw notOne(`it has ${rom.length.toLocaleString('en-US')} bytes`);
  }
  const digest = md5Of(rom);
  const game = gameByMd5(digest);
  return { rom, md5: digest, game, title: game?.title ?? name, isUnknown: game === undefined };
}
