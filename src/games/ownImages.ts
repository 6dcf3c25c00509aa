/**
 * The cartridge images of our own games in memory: for browsers, and for whoever plays them without a folder of files.
 * Leaves out: the files themselves (roms/, library.ts).
 */
import type { Game } from './game.ts';
import { ownImageData } from './ownImageData.ts';

/** The bytes of the image that ships with the game, a new array each time; undefined for a genuine cartridge, which users bring. */
export function ownImage({ ownImage: file }: Pick<Game, 'ownImage'>): Uint8Array | undefined {
  if (file === undefined) return undefined;
  return Uint8Array.from(atob(ownImageData[file]), (character) => character.charCodeAt(0));
}
