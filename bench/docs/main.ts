/**
 * `bun run docs`: writes what pages take from elsewhere: docs/configuration.md and docs/commands.md from the code, the tables and the figures
 * of all pages from bench/results. tests/docs compares.
 */
import { join } from 'node:path';
import { shown } from '../../src/cli/words.ts';
import { UserError } from '../../src/errors.ts';
import { configurationPage } from '../../src/run/configurationText.ts';
import { writeAtomically } from '../../src/run/files.ts';
import { projectFolder } from '../../src/run/provenance.ts';
import { resultsOf, tables, withTable } from '../tables.ts';
import { commandsPage } from './commandsPage.ts';
import { withFigures } from './figures.ts';
import { pagePaths, readPage } from './markdown.ts';

/** Pages that are made from the code, whole. */
export const madePages: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/configuration.md': configurationPage,
  'docs/commands.md': commandsPage,
};

/** A page with the tables and the figures of bench/results. Throws UserError where it has no place or no value for one. */
export function withMeasured(page: string, path: string): string {
  const withTables = tables
    .filter((table) => table.page === path)
    .reduce((text, table) => withTable(text, table, resultsOf(table)), page);
  return withFigures(withTables, path);
}

async function writePages(): Promise<void> {
  const there = pagePaths();
  for (const path of new Set([...Object.keys(madePages), ...there])) {
    const made = madePages[path];
    const now = made === undefined ? withMeasured(readPage(path), path) : await made();
    if (there.includes(path) && now === readPage(path)) continue;
    const place = join(projectFolder, path);
    writeAtomically(place, new TextEncoder().encode(now));
    console.log(`Wrote ${shown(place)}`);
  }
}

if (import.meta.main) {
  await writePages().catch((error) => {
    if (!(error instanceof UserError)) throw error;
    console.error(`error: ${error.message} ${error.hint}`.trim());
    process.exitCode = 1;
  });
}
