/** How the commands write paths and sentences. */
import { basename, relative } from 'node:path';

/** A path as the user would type it here. */
export function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere || '.';
}

/** The text with a full stop, unless it ends with a mark of its own. */
export function sentence(text: string): string {
  return /[.!?:]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

/**
 * How the user started this: the program of build/binary.ts by its name, or `bun run`, or `npx bun run` where npm did (it names itself in
 * `npm_execpath`; so does bun).
 */
export function runner(): string {
  if (Bun.isStandaloneExecutable) return `./${basename(process.execPath)}`;
  return /\bnp[mx]-cli\b/.test(process.env['npm_execpath'] ?? '') ? 'npx bun run' : 'bun run';
}

/** A text of ours that quotes commands as `bun run …`, with how the user started this in its place. */
export function asStarted(text: string): string {
  return text.replace(/(?<!npx )\bbun run(?= )/g, runner());
}

/**
 * Text that came from a file's or an entry's name, safe for a terminal: what would move its cursor, change its colours or the direction
 * of writing is written as `\\x1b`.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** JSON of a value in which such characters are escaped, too; it parses to the same value. */
export function printableJson(value: unknown): string {
  const unicode = (character: string): string =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join('');
  return JSON.stringify(value, null, 2).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, unicode);
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
