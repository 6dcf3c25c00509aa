/**
 * An environment in one call: the game by its name or by an entry of one's own, the cartridge that ships with it or the bytes of another.
 * Leaves out: files, the user's games folder among them (src/games/library.ts).
 */
import { UserError } from '../errors.ts';
import type { Game } from '../games/game.ts';
import { md5Of } from '../games/md5.ts';
import { ownImage } from '../games/ownImages.ts';
import { gameByMd5, games, gamesNamed } from '../games/registry.ts';
import { Xoshiro128 } from '../random.ts';
import { Arcade, type ArcadeOptions } from './arcade.ts';
import { AtariEnvironment } from './environment.ts';
import { commonEnvironment, type EnvironmentOptions } from './options.ts';

/** A game's rules and the bytes of its cartridge. */
export interface CartridgeWithRules {
  readonly game: Game;
  readonly rom: Uint8Array;
}

export interface MakeEnvironmentOptions
  extends Partial<EnvironmentOptions>,
    Pick<ArcadeOptions, 'bankswitch' | 'mode' | 'difficulty'> {
  /** A game's name, for example `pong`, or an entry, which need not be one of ours (`defineGame`). Default: as the cartridge's MD5 says. */
  readonly game?: string | Game;
  /** The bytes of the cartridge image. Default: the one that ships with the game. */
  readonly rom?: Uint8Array;
  /** Of random starts and sticky actions. Default 1. */
  readonly seed?: number;
}

/**
 * The rules and the cartridge that belong together: the cartridge of one of our own games by its name, the rules of a known cartridge by its
 * bytes, or both as they are given.
 * Throws UserError for an unknown name, for a game whose cartridge does not ship, and for a cartridge that is another game's.
 */
export function cartridgeFor(game?: string | Game, rom?: Uint8Array): CartridgeWithRules {
  if (typeof game === 'object') return { game, rom: rom ?? shippedWith([game], game.id).rom };
  const recognised = rom === undefined ? undefined : gameByMd5(md5Of(rom));
  if (game === undefined) {
    if (rom !== undefined && recognised !== undefined) return { game: recognised, rom };
    throw new UserError(
      rom === undefined ? 'Neither a game nor a cartridge was given.' : `No game is known for MD5 ${md5Of(rom)}.`,
      'Give `game`: a name such as pong, or an entry of your own (defineGame).',
    );
  }
  const entries = gamesNamed(game);
  if (entries.length === 0) {
    throw new UserError(`Unknown game: ${game}.`, `${ownNames()} ship with the project; gameNames() lists all.`);
  }
  if (rom === undefined) return shippedWith(entries, game);
  if (recognised !== undefined && !entries.includes(recognised)) {
    throw new UserError(`The cartridge is ${recognised.title}, not ${game}.`, `Give \`${recognised.id}\` as the game.`);
  }
  // An unknown image is more likely another dump of the genuine cartridge than a changed one of ours.
  return { game: recognised ?? entries.find((entry) => entry.ownImage === undefined) ?? entries[0], rom };
}

/**
 * A console with a game as an environment; options that are not given are the common ones of the field (`commonEnvironment`).
 * Throws UserError as `cartridgeFor`, `Arcade` and `AtariEnvironment` do.
 */
export function makeEnvironment(options: MakeEnvironmentOptions): AtariEnvironment {
  const { game, rom, seed = 1, bankswitch = 'auto', mode, difficulty, ...given } = options;
  const { repeatActionProbability, ...rest } = { ...commonEnvironment, ...given };
  const arcade = new Arcade({
    ...cartridgeFor(game, rom),
    ...{ seed, repeatActionProbability, bankswitch },
    ...(mode !== undefined && { mode }),
    ...(difficulty !== undefined && { difficulty }),
  });
  return new AtariEnvironment(arcade, { repeatActionProbability, ...rest }, new Xoshiro128(seed, 'environment'));
}

function shippedWith(entries: readonly Game[], name: string): CartridgeWithRules {
  for (const game of entries) {
    const rom = ownImage(game);
    if (rom !== undefined) return { game, rom };
  }
  throw new UserError(
    `The cartridge of ${name} does not ship with the project.`,
    `Give its bytes as \`rom\`; ${ownNames()} have theirs here.`,
  );
}

function ownNames(): string {
  return games.flatMap(({ id, ownImage: file }) => (file === undefined ? [] : [id])).join(', ');
}
