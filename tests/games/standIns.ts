/**
 * Genuine cartridges cannot be committed: an image made up stands for one while its MD5 is in the game's entry. Preloaded by a command
 * line (`bun --preload`), this file does so for the ids and MD5s in STAND_INS, a JSON object.
 */
import { createHash } from 'node:crypto';
import type { Game } from '../../src/games/game.ts';
import { gamesNamed } from '../../src/games/registry.ts';

/** An image of `size` bytes like no other. */
export function madeUpImage(name: string, size = 4096): Uint8Array {
  const seed = createHash('sha256').update(name).digest();
  return new Uint8Array(size).map((_, i) => seed[i % seed.length] ^ (i >> 5));
}

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

export function genuineGame(id: string): Game {
  return gamesNamed(id).find(({ ownImage }) => ownImage === undefined)!;
}

/** Takes the image as the first release of the genuine game from now on; the result ends that. */
export function standIn(id: string, digest: string): () => void {
  const digests = genuineGame(id).md5 as string[];
  digests.unshift(digest);
  return () => void digests.splice(digests.indexOf(digest), 1);
}

for (const [id, digest] of Object.entries(JSON.parse(process.env['STAND_INS'] ?? '{}'))) standIn(id, digest as string);
