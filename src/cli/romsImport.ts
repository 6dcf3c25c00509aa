/** `bun run roms import PATH…`: copies the cartridges among files, folders and archives into the games folder, under their games' names. */

import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Game } from '../games/game.ts';
import { importDumpOf, importKnown, type Outcome, type Target } from '../games/import/importCartridges.ts';
import { search } from '../games/import/search.ts';
import { type GamesFolder, gamesFolder, imagesIn } from '../games/library/folder.ts';
import { unknownGame } from '../games/library.ts';
import { gamesNamed } from '../games/registry.ts';
import type { Command } from './arguments.ts';
import { gamesFolderFlag } from './roms.ts';
import { makeFolder, placeFile, removeLeftovers } from './romsPlace.ts';
import { folderLine, otherDumpLines, outcomeLine, refusedLines } from './romsText.ts';
import { printableJson, runner } from './words.ts';

export const romsImportCommand: Command = {
  spec: {
    name: 'roms import',
    summary: 'Copy your cartridges into the games folder, from files, folders and archives.',
    positionals: ['PATH…'],
    flags: [
      { flag: '--game', placeholder: 'ID', help: 'Take the one image that is not known as a dump of this game' },
      { flag: '--force', help: 'With --game: replace the other dump that is there' },
      { flag: '--dry-run', help: 'Say what would be done, and write nothing' },
      { flag: '--all', help: 'List every file that was not recognised' },
      gamesFolderFlag,
      { flag: '--json', help: 'Print one JSON object and nothing else' },
    ],
    helpLines: () => [
      '',
      'Read are cartridge images, .zip, .tar, .tar.gz and .gz, also inside each other once. Cartridges are known by their MD5,',
      'whatever their names; they are copied, and no other file is replaced.',
    ],
    examples: [
      'bun run roms import ~/Downloads/cartridges.zip',
      'bun run roms import breakout.a26 old/ more.tar.gz --dry-run',
      'bun run roms import mine.bin --game breakout',
    ],
  },
  async run(parsed) {
    const [paths, flags] = [parsed.positionals, parsed.flags];
    const [json, dryRun, force] = [flags.has('--json'), flags.has('--dry-run'), flags.has('--force')];
    const game = flags.has('--game') ? genuineGame(flags.get('--game')!) : undefined;
    if (paths.length === 0) {
      throw new UserError(
        'No file or folder is named.',
        `For example: ${runner()} roms import ~/Downloads/cartridges.zip`,
      );
    }
    if (force && game === undefined) {
      throw new UserError('--force goes with --game.', 'Cartridges with a known MD5 never replace a file.');
    }
    for (const path of paths) {
      if (isMissing(path)) {
        throw new UserError(`There is no file or folder ${path}.`, 'Check the path; nothing was imported.');
      }
    }
    const folder = gamesFolder(flags.get('--games-folder'), 'fill');
    const target = targetIn(folder, dryRun);
    const found = search(paths);
    const outcomes: Outcome[] = [];
    for await (const outcome of game === undefined
      ? importKnown(found, target)
      : importDumpOf(game, found, target, force)) {
      outcomes.push(outcome);
      if (!json && outcome.kind !== 'refused') console.log(outcomeLine(outcome, dryRun));
    }
    if (json) console.log(printableJson(report(folder, dryRun, outcomes)));
    else for (const line of summary(folder, dryRun, outcomes, flags.has('--all'))) console.log(line);
    if (outcomes.some(({ kind }) => kind !== 'refused')) return 0;
    throw nothingRecognised(paths, outcomes);
  },
};

/** A path that cannot be looked at is not missing; the search says what is wrong with it. */
function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** Throws UserError where no genuine cartridge has this name. */
function genuineGame(id: string): Game {
  const entries = gamesNamed(id);
  if (entries.length === 0) throw unknownGame(id);
  const genuine = entries.find(({ ownImage }) => ownImage === undefined);
  if (genuine !== undefined) return genuine;
  throw new UserError(
    `${id} is our own game, and there are no other dumps of it.`,
    'Play a changed one with --rom FILE.',
  );
}

/** The games folder, which is made when its first file comes. */
function targetIn(folder: GamesFolder, dryRun: boolean): Target {
  const { known, otherDumps } = folder.exists ? imagesIn(folder.path) : { known: new Map(), otherDumps: new Map() };
  if (folder.exists && !dryRun) removeLeftovers(folder.path);
  return {
    folder: folder.path,
    known: new Map(known),
    otherDumps,
    place(name, bytes, replace) {
      const path = join(folder.path, name);
      if (dryRun) return replace || lstatSync(path, { throwIfNoEntry: false }) === undefined;
      makeFolder(folder.path);
      return placeFile(path, bytes, replace);
    },
  };
}

/** What `--json` prints. */
function report(folder: GamesFolder, dryRun: boolean, outcomes: readonly Outcome[]): Record<string, unknown> {
  const files = outcomes.map((outcome) => {
    if (outcome.kind === 'refused') return outcome;
    const { game, ...rest } = outcome;
    return { ...rest, game: game.id };
  });
  return {
    folder: { path: folder.path, source: folder.source, madeNow: isMadeNow(folder, dryRun, outcomes) },
    dryRun,
    files,
  };
}

function summary(folder: GamesFolder, dryRun: boolean, outcomes: readonly Outcome[], all: boolean): string[] {
  const refused = outcomes.filter((outcome) => outcome.kind === 'refused');
  const count = (kind: Outcome['kind']): string =>
    outcomes.filter((outcome) => outcome.kind === kind).length.toLocaleString('en-US');
  const lines = outcomes.length > refused.length ? [''] : [];
  if (refused.length > 0) lines.push('Not recognised:', ...refusedLines(refused, all), '');
  for (const outcome of outcomes) {
    if (outcome.kind === 'imported' && outcome.otherDump) lines.push(...otherDumpLines(outcome));
  }
  const done = dryRun ? 'To be imported' : 'Imported';
  const isNew = isMadeNow(folder, dryRun, outcomes);
  lines.push(
    `${done}: ${count('imported')}; already there: ${count('present')}; ships with us: ${count('own')}; not recognised: ${count('refused')}.`,
    `${folderLine({ ...folder, exists: folder.exists || isNew })}${isNew ? ', made now' : ''}`,
  );
  if (dryRun) lines.push('Nothing was written: this was a dry run.');
  return lines;
}

function isMadeNow(folder: GamesFolder, dryRun: boolean, outcomes: readonly Outcome[]): boolean {
  return !folder.exists && !dryRun && outcomes.some(({ kind }) => kind === 'imported');
}

function nothingRecognised(paths: readonly string[], outcomes: readonly Outcome[]): UserError {
  const files = outcomes.length;
  if (files === 0) return new UserError(`There are no files in ${paths.join(', ')}.`);
  const unknown = outcomes.some((outcome) => outcome.kind === 'refused' && outcome.why === 'unknown');
  return new UserError(
    `No known cartridge is among ${files === 1 ? 'the one file' : `the ${files.toLocaleString('en-US')} files`} found.`,
    unknown
      ? `If one is another dump of a game: ${runner()} roms import FILE --game ID`
      : `What is known: ${runner()} roms --missing`,
  );
}
