/**
 * All games that can be played, found by name or by a cartridge's MD5. Adding one is an entry and a line here.
 * Which cartridge is played under a name, and where its image lies, is decided in library.ts.
 */
import { bricks } from './bricks.ts';
import { catchGame } from './catch.ts';
import type { Game } from './game.ts';
import { genuineGames } from './genuine/collection.ts';
import { pong } from './pong.ts';

export const games: readonly Game[] = [pong, catchGame, bricks, ...genuineGames];

/** All names, each once, in alphabetical order. */
export function gameNames(): string[] {
  return [...new Set(games.map((game) => game.id))].sort();
}

/** The entries of a name: none, one, or our own game and the genuine one. */
export function gamesNamed(id: string): Game[] {
  return games.filter((game) => game.id === id);
}

/** The entry that describes the image with this MD5 (lower-case hex). */
export function gameByMd5(md5: string): Game | undefined {
  return games.find((game) => game.md5.includes(md5));
}
