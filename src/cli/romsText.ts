/** How `bun run roms` and `bun run roms import` write what they found, for a terminal of 80 columns. */
import { basename } from 'node:path';
import type { Source } from '../games/import/finding.ts';
import type { Outcome } from '../games/import/importCartridges.ts';
import type { GamesFolder } from '../games/library/folder.ts';
import type { ListedCartridge } from '../games/library.ts';
import { printable, runner, shown } from './words.ts';

const columns = 80;
/** The longest name of a game has 17 letters; another dump has a mark after it. */
const idColumn = 19;
const md5Column = 34;
const outcomeColumn = 15;
const longestSource = 200;
/** Files of one reason that are named without `--all`. */
const namedFiles = 10;

type RefusedOutcome = Extract<Outcome, { kind: 'refused' }>;

/** Every reason; the ones that the user can do something about come first. */
const reasons: Readonly<Record<RefusedOutcome['why'], string>> = {
  unknown: 'the size of a cartridge, but no known MD5',
  taken: 'known, but other files in the games folder have its names',
  encrypted: 'encrypted: unpack the archive first',
  unsupported: 'packed in a way that is not read here: unpack it first',
  nested: 'an archive too deep inside others: unpack the outer ones first',
  limit: 'an archive that holds too much; the rest of it was not looked at',
  damaged: 'damaged',
  unreadable: 'not readable',
  link: 'a link',
  special: 'no plain file',
  empty: 'empty',
  size: 'not the size of a cartridge',
  tooLarge: 'larger than any cartridge',
};

export interface ListedGame extends ListedCartridge {
  /** Ours, where the genuine cartridge of the same name is played in its stead. */
  readonly shadowed: boolean;
}

/** The table of games: those that are present, then those that are missing. */
export function gamesTable(games: readonly ListedGame[]): string[] {
  const present = games.filter(({ path }) => path !== undefined);
  const missing = games.filter(({ path }) => path === undefined);
  const row = (id: string, md5: string, last: string): string =>
    id.padEnd(idColumn) + md5.padEnd(md5Column) + shortened(last, columns - idColumn - md5Column);
  const lines: string[] = [];
  if (present.length > 0) {
    lines.push(row('PRESENT', 'MD5', 'WHERE'));
    for (const game of present)
      lines.push(row(`${game.id}${game.isOtherDump ? '*' : ''}`, game.imageMd5!, where(game)));
    if (present.some(({ isOtherDump }) => isOtherDump))
      lines.push('* MD5 unknown: another dump, played with a warning');
  }
  if (present.length > 0 && missing.length > 0) lines.push('');
  if (missing.length > 0) {
    lines.push(row('MISSING', 'MD5', 'CARTRIDGE'));
    for (const { id, md5, title } of missing) lines.push(row(id, md5[0], title));
  }
  return lines;
}

/** The line that names the games folder and who named it. */
export function folderLine({ path, source, exists }: GamesFolder): string {
  const named = { option: 'an option', ATARI_ROMS: 'ATARI_ROMS', default: 'by default' }[source];
  return `Games folder: ${printable(path)} (${named}${exists ? '' : '; not there yet'})`;
}

/** How many are there, of all. */
export function countsLine(games: readonly ListedGame[]): string {
  const count = (origin: ListedGame['origin']): string => {
    const all = games.filter((game) => game.origin === origin);
    return `${all.filter(({ path }) => path !== undefined).length} of ${all.length}`;
  };
  return `Present: ${count('gamesFolder')} genuine games, ${count('own')} of our own.`;
}

/** What became of a file that was recognised. */
export function outcomeLine(outcome: Exclude<Outcome, RefusedOutcome>, dryRun: boolean): string {
  const { kind, game, source } = outcome;
  const what = { imported: dryRun ? 'to be imported' : 'imported', present: 'already there', own: 'ships with us' }[
    kind
  ];
  return game.id.padEnd(idColumn) + what.padEnd(outcomeColumn) + sourceText(source);
}

/** What was not recognised, by reason; a few files of each, or all of them. */
export function refusedLines(refused: readonly RefusedOutcome[], all: boolean): string[] {
  const lines: string[] = [];
  for (const [why, reason] of Object.entries(reasons)) {
    const files = refused.filter((outcome) => outcome.why === why);
    if (files.length === 0) continue;
    lines.push(`  ${reason} (${files.length.toLocaleString('en-US')})`);
    const named = all ? files : files.slice(0, namedFiles);
    for (const { source, detail } of named) {
      lines.push(`    ${sourceText(source)}${detail === '' ? '' : `: ${shortened(printable(detail), longestSource)}`}`);
    }
    const more = files.length - named.length;
    if (more > 0) lines.push(`    and ${more.toLocaleString('en-US')} more, which --all lists`);
  }
  return lines;
}

/** How to add games. */
export function importHint(): string {
  return `Add yours: ${runner()} roms import PATH…`;
}

/** What to know of another dump that was imported. */
export function otherDumpLines({ game, md5, path }: Extract<Outcome, { kind: 'imported' }>): string[] {
  return [
    `${printable(shown(path))} has an unknown MD5, ${md5}.`,
    `It is played by the rules of ${game.title}, with a warning, where no known cartridge of that game is there.`,
    '',
  ];
}

/** A file's path and the names of the entries within it. */
function sourceText([path, ...entries]: Source): string {
  return shortened([shown(path), ...entries].map(printable).join(' > '), longestSource);
}

function where({ origin, path = '', shadowed }: ListedGame): string {
  if (origin === 'own') return shadowed ? 'ours; the genuine is played' : 'ours';
  return printable(basename(path));
}

/** At most `length` letters, the middle left out: the end of a name tells more than its middle. */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = length - 1;
  return `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
}
