/**
 * Finds links of pages that lead nowhere: files, anchors, lines of a source; and pages that no links lead to. External addresses are only
 * read, never fetched.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import GithubSlugger from 'github-slugger';
import type { Heading } from 'mdast';
import { visit } from 'unist-util-visit';
import { parseMarkdown, placeOf } from '../../bench/docs/markdown.ts';
import { projectFolder } from '../../src/run/provenance.ts';

/** The text of a file of the project, by its path; `folder` for a folder, undefined where there is nothing. */
export type FileText = (path: string) => string | 'folder' | undefined;

export const projectFile: FileText = (path) => {
  const place = join(projectFolder, path);
  if (!existsSync(place)) return undefined;
  return statSync(place).isDirectory() ? 'folder' : readFileSync(place, 'utf8');
};

/** One line each. */
export function brokenLinks(page: string, path: string, fileText: FileText = projectFile): string[] {
  return addressesOf(page).flatMap(({ address, line }) => {
    const wrong = addressFault(address, page, path, fileText);
    return wrong === undefined ? [] : [`${path}:${line}: ${address}: ${wrong}`];
  });
}

/** Of these pages, how many clicks each is from the first one; those that no chain of links leads to are missing. */
export function clicksFrom(first: string, pages: ReadonlyMap<string, string>): Map<string, number> {
  const clicks = new Map([[first, 0]]);
  for (const [path, count] of clicks) {
    for (const { address } of addressesOf(pages.get(path) ?? '')) {
      const target = posix.join(posix.dirname(path), address.split('#')[0]);
      if (pages.has(target) && !clicks.has(target)) clicks.set(target, count + 1);
    }
  }
  return clicks;
}

function addressesOf(page: string): { address: string; line: number }[] {
  const found: { address: string; line: number }[] = [];
  visit(parseMarkdown(page), (node) => {
    const { line } = node.position === undefined ? { line: 0 } : placeOf(node);
    if (node.type === 'link' || node.type === 'image' || node.type === 'definition') {
      found.push({ address: node.url, line });
    } else if (node.type === 'html') {
      for (const [, address] of node.value.matchAll(/(?:href|src|srcset)="([^"]*)"/g)) found.push({ address, line });
    } else if (node.type === 'text') {
      // A reference whose definition is missing is read as text.
      for (const [address] of node.value.matchAll(/\[[^\]]+\]\[[^\]]*\]/g)) found.push({ address, line });
    }
  });
  return found;
}

function addressFault(address: string, page: string, path: string, fileText: FileText): string | undefined {
  if (/^\[/.test(address)) return 'there is no definition';
  if (/^[a-z][a-z+.-]*:/i.test(address)) {
    if (address.startsWith('mailto:')) return undefined;
    const isWeb = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
    return isWeb && new URL(address).hostname.includes('.') ? undefined : 'no valid address';
  }
  const [file, anchor] = address.split('#');
  if (file.startsWith('/') || file.includes('\\')) return 'a link is relative to its page';
  const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file));
  if (target.startsWith('..')) return 'leads out of the project';
  const text = file === '' ? page : fileText(target);
  if (text === undefined) return `there is no ${target}`;
  if (anchor === undefined) return undefined;
  return anchorFault(decodeURIComponent(anchor), target, text);
}

function anchorFault(anchor: string, target: string, text: string | 'folder'): string | undefined {
  if (text === 'folder') return 'a folder has no anchors';
  if (target.endsWith('.md')) {
    return anchorsOf(text).has(anchor) ? undefined : `${target} has no heading #${anchor}`;
  }
  const [, first, last = first] = /^L(\d+)(?:-L(\d+))?$/.exec(anchor) ?? [];
  if (first === undefined) return `#${anchor} is no line of a file`;
  const lines = text.trimEnd().split('\n').length;
  return Number(first) >= 1 && Number(first) <= Number(last) && Number(last) <= lines
    ? undefined
    : `${target} has ${lines} lines`;
}

const anchorsKnown = new Map<string, Set<string>>();

/** The anchors that GitHub gives a page: its headings, a second of the same name with -1, and what HTML names. */
function anchorsOf(page: string): Set<string> {
  const known = anchorsKnown.get(page);
  if (known !== undefined) return known;
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  visit(parseMarkdown(page), (node) => {
    if (node.type === 'heading') anchors.add(slugger.slug(textOf(node)));
    if (node.type === 'html') for (const [, name] of node.value.matchAll(/(?:id|name)="([^"]*)"/g)) anchors.add(name);
  });
  anchorsKnown.set(page, anchors);
  return anchors;
}

function textOf(heading: Heading): string {
  let text = '';
  visit(heading, (node) => {
    if (node.type === 'text' || node.type === 'inlineCode') text += node.value;
  });
  return text;
}
