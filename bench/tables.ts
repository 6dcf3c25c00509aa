/**
 * The tables of measured figures in the pages that show them, from the JSON in bench/results; `bun run docs` writes them. A table stands
 * between `<!-- bench NAME -->` and `<!-- /bench NAME -->`; a test compares page and JSON.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../src/errors.ts';
import { markdownTable, type Results } from './emulator/results.ts';
import { kernelCostsMarkdown } from './gpu/kernelCosts.ts';
import { type KernelResults, kernelMarkdown } from './gpu/kernelResults.ts';
import { type UpdateResults, updateMarkdown } from './gpu/updateResults.ts';
import { type LearningResults, learningMarkdown } from './learning/results.ts';
import * as peers from './peers/results.ts';

export interface Table {
  readonly name: string;
  /** From the project's folder. */
  readonly page: string;
  /** Null where the table follows from the code alone. */
  readonly results: string | null;
  readonly markdown: (results: unknown) => string;
}

/** A table whose results are not in bench/results has no place in a page. */
export const knownTables: readonly Table[] = [
  {
    name: 'emulator',
    page: 'README.md',
    results: 'bench/results/emulator.json',
    markdown: (results) => markdownTable(results as Results),
  },
  {
    name: 'update',
    page: 'README.md',
    results: 'bench/results/update.json',
    markdown: (results) => updateMarkdown(results as UpdateResults),
  },
  {
    name: 'peers',
    page: 'README.md',
    results: 'bench/results/peers.json',
    markdown: (results) => peers.markdownTable(results as peers.PeersResults),
  },
  {
    name: 'learning',
    page: 'README.md',
    results: 'bench/results/learning.json',
    markdown: (results) => learningMarkdown(results as LearningResults),
  },
  {
    name: 'kernels',
    page: 'docs/performance.md',
    results: 'bench/results/kernels.json',
    markdown: (results) => kernelMarkdown(results as KernelResults),
  },
  { name: 'kernel-costs', page: 'docs/kernels.md', results: null, markdown: kernelCostsMarkdown },
];

const pathOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const tables = knownTables.filter(({ results }) => results === null || existsSync(pathOf(results)));

/** What is in the table's file of results; null where it has none. */
export function resultsOf({ results }: Table): unknown {
  return results === null ? null : JSON.parse(readFileSync(pathOf(results), 'utf8'));
}

/** The page with the table of these results. Throws UserError where the page has no place for it. */
export function withTable(page: string, { name, page: path, markdown }: Table, results: unknown): string {
  const [begin, end] = [`<!-- bench ${name} -->\n`, `\n<!-- /bench ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) {
    throw new UserError(`${path} has no place for the table ${name}.`, `Put ${begin.trim()} and ${end.trim()} there.`);
  }
  return `${page.slice(0, from + begin.length)}${markdown(results)}${page.slice(to)}`;
}
