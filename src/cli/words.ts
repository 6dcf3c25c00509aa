/** How the commands write paths and sentences. */
import { relative } from 'node:path';

/** A path as the user would type it here. */
export function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere || '.';
}

/** The text with a full stop, unless it ends with a mark of its own. */
export function sentence(text: string): string {
  return /[.!?:]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}

/** How the user started this: `bun run`, or `npx bun run` where npm did (it names itself in `npm_execpath`; so does bun). */
export function runner(): string {
  return /\bnp[mx]-cli\b/.test(process.env['npm_execpath'] ?? '') ? 'npx bun run' : 'bun run';
}
