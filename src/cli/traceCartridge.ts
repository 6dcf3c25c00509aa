/** Which cartridge a trace plays: the one that a word on the command line names, or the one whose MD5 a trace says. */
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { TraceCartridge } from '../env/trace/play.ts';
import type { Trace } from '../env/trace/read.ts';
import { UserError } from '../errors.ts';
import { imageAt } from '../games/library/folder.ts';
import { readImage } from '../games/library/image.ts';
import { type Cartridge, findCartridge, listCartridges } from '../games/library.ts';
import { gameByMd5, gamesNamed } from '../games/registry.ts';
import { printable, shown } from './words.ts';

export interface CartridgeChoice {
  /** A game's id, or the path of a file. */
  readonly word?: string | undefined;
  /** By whose rules a file of unknown MD5 is played. */
  readonly game?: string | undefined;
  readonly gamesFolder?: string | undefined;
}

export interface ChosenCartridge {
  readonly cartridge: TraceCartridge;
  /** What the user should know, one line. */
  readonly warning?: string | undefined;
}

/** The cartridge of a new trace. Throws UserError where there is none. */
export function namedCartridge({ word, game, gamesFolder }: CartridgeChoice): ChosenCartridge {
  if (word === undefined) {
    throw new UserError('No cartridge is named.', 'For example: bun run trace pong, or bun run trace FILE.bin.');
  }
  const folder = gamesFolder === undefined ? {} : { gamesFolder };
  if (gamesNamed(word).length > 0 || !isPath(word)) {
    const found = findCartridge({ game: word, ...folder });
    if (game !== undefined && game !== word) {
      throw new UserError(`${word} is a game itself: --game ${game} is for a file.`, 'Leave --game out.');
    }
    return chosen(found);
  }
  if (game !== undefined) return chosen(findCartridge({ game, romPath: word, ...folder }));
  const path = resolve(word);
  const image = readImage(path);
  const known = gameByMd5(image.md5);
  const warning =
    `${shown(path)} (MD5 ${image.md5}) is not a known cartridge; it is played by no rules, ` +
    'as with --any. --game ID plays it by those of a game.';
  return { cartridge: traceCartridge(path, image, known), ...(known === undefined ? { warning } : {}) };
}

/**
 * The cartridge that a trace was made with: the one that is named, else one of the library, else a file of the trace's name beside
 * it, in `roms` there or in `roms` beside its folder. Throws UserError where it is not found or is another one.
 */
export function cartridgeOf(trace: Trace, path: string, choice: CartridgeChoice): ChosenCartridge {
  const found = choice.word === undefined ? lookFor(trace, path, choice) : namedCartridge(choice);
  const { md5, file, game } = found.cartridge;
  if (md5 !== trace.md5) {
    throw new UserError(
      `${trace.file} is a trace of the cartridge with MD5 ${trace.md5}, and ${file} has MD5 ${md5}.`,
      'Name the file that the trace was made with.',
    );
  }
  if (game === undefined && !trace.settings.any) {
    throw new UserError(
      `${trace.file} was played by the rules of a game, and no known game has the MD5 ${md5}.`,
      'Name the game with --game ID.',
    );
  }
  // A trace that was played by no rules needs none: there is nothing to warn of.
  return trace.settings.any ? { cartridge: found.cartridge } : found;
}

function lookFor(trace: Trace, path: string, { game, gamesFolder }: CartridgeChoice): ChosenCartridge {
  const listed = listCartridges(gamesFolder === undefined ? {} : { gamesFolder }).cartridges;
  const beside = dirname(resolve(path));
  const name = basename(trace.rom ?? '');
  const places = [
    ...listed.flatMap((entry) => (entry.path !== undefined && entry.md5.includes(trace.md5) ? [entry.path] : [])),
    ...(name === ''
      ? []
      : [beside, join(beside, 'roms'), join(beside, '..', 'roms')].map((folder) => join(folder, name))),
  ];
  const place = places.find((candidate) => imageAt(candidate)?.md5 === trace.md5);
  if (place === undefined) {
    throw new UserError(
      `The cartridge of ${trace.file} was not found: ${name === '' ? '' : `${name}, `}MD5 ${trace.md5}.`,
      `Name its file: bun run trace FILE --against ${shown(resolve(path))}`,
    );
  }
  return namedCartridge({ word: place, game: gameByMd5(trace.md5) === undefined ? game : undefined });
}

function chosen({ path, bytes, md5, game, warning }: Cartridge): ChosenCartridge {
  return { cartridge: traceCartridge(path, { bytes, md5 }, game), warning };
}

/** A known image is called as its game, any other as its file. */
function traceCartridge(
  path: string,
  image: Pick<TraceCartridge, 'bytes' | 'md5'>,
  game: TraceCartridge['game'],
): TraceCartridge {
  // A line break in a file's name must not begin a line of the trace.
  const title = gameByMd5(image.md5)?.title ?? printable(basename(path, extname(path)));
  return { ...image, file: printable(basename(path)), title, game };
}

/** Whether the word looks like a file's path, or is one. */
function isPath(word: string): boolean {
  return /[/\\.]/.test(word) || existsSync(word);
}
