/** The project's pages of Markdown, and a page as a tree with the place of every node in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTable } from 'micromark-extension-gfm-table';
import { projectFolder } from '../../src/run/provenance.ts';

/** What npm, runs and builds leave in the project's folder. */
const notOurs = new Set(['node_modules', 'runs', 'dist']);

/** All pages, as paths from the project's folder, sorted. */
export function pagePaths(folder = ''): string[] {
  return readdirSync(join(projectFolder, folder), { withFileTypes: true })
    .flatMap((entry) => {
      if (entry.name.startsWith('.') || notOurs.has(entry.name)) return [];
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return pagePaths(path);
      return entry.name.endsWith('.md') ? [path] : [];
    })
    .sort();
}

export function readPage(path: string): string {
  return readFileSync(join(projectFolder, path), 'utf8');
}

/** Pages are looked at more than once, and a long table takes most of a second. */
const parsed = new Map<string, Root>();

/** GitHub's Markdown as far as pages here use it: CommonMark and tables. */
export function parseMarkdown(page: string): Root {
  const known = parsed.get(page);
  if (known !== undefined) return known;
  const root = fromMarkdown(page, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });
  parsed.set(page, root);
  return root;
}

/** Where a node lies in its page: offsets, and the line, from 1. */
export function placeOf(node: Nodes): { begin: number; end: number; line: number } {
  const { start, end } = node.position!;
  return { begin: start.offset!, end: end.offset!, line: start.line };
}
