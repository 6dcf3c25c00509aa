/**
 * What is marked in a page, by comments that a reader of the rendered page does not see:
 *
 *     <!--= checkpoint.json first.seconds .1 -->2.2<!--/-->       a figure of bench/results: figures.ts
 *     <!--: published in Nature 518 -->20.25<!--/-->              no measurement of ours, and why
 *     <!-- bench update --> … <!-- /bench update -->              a table of bench/results: ../tables.ts
 *
 * The second one may stand around whole paragraphs and tables, each of its comments on a line of its own. Marks in code mean nothing.
 */
import { visit } from 'unist-util-visit';
import { UserError } from '../../src/errors.ts';
import { parseMarkdown, placeOf } from './markdown.ts';

export interface Region {
  readonly kind: 'figure' | 'definition' | 'table';
  /** What the opening comment says: the figure's source, the reason, the table's name. */
  readonly says: string;
  /** Offsets in the page of what lies between the comments. */
  readonly begin: number;
  readonly end: number;
  readonly line: number;
}

const opening: readonly [Region['kind'], RegExp][] = [
  ['figure', /^<!--=\s*([\s\S]*?)\s*-->$/],
  ['definition', /^<!--:\s*([\s\S]*?)\s*-->$/],
  ['table', /^<!-- bench (\S+) -->$/],
];
const closing = /^<!--\/-->$|^<!-- \/bench (\S+) -->$/;

/** In the page's order. Throws UserError for one that does not end, lies in another one or would not be rendered. */
export function regionsOf(page: string, path: string): Region[] {
  const found: Region[] = [];
  let open: Omit<Region, 'end'> | undefined;
  visit(parseMarkdown(page), 'html', (node) => {
    const { begin, end, line } = placeOf(node);
    const wrong = (what: string, hint = ''): never => {
      throw new UserError(`${path}, line ${line}: ${what}`, hint);
    };
    const value = node.value.trim();
    if (/<!--[=:/]/.test(value) && value.indexOf('-->') !== value.length - 3) {
      wrong('a line that begins with a mark is shown as it stands, without Markdown.', 'Break the line elsewhere.');
    }
    const ends = closing.exec(value);
    if (ends !== null) {
      if (open === undefined) return wrong(`${value} ends nothing.`);
      if ((open.kind === 'table') !== (ends[1] !== undefined) || (ends[1] ?? open.says) !== open.says) {
        wrong(`${value} does not end what began in line ${open.line}.`);
      }
      found.push({ ...open, end: begin });
      open = undefined;
      return;
    }
    for (const [kind, pattern] of opening) {
      const says = pattern.exec(value)?.[1];
      if (says === undefined) continue;
      if (says === '') wrong(`${value} says nothing.`);
      if (open !== undefined) wrong(`this begins in what began in line ${open.line}.`);
      open = { kind, says, begin: end, line };
    }
  });
  if (open !== undefined) {
    throw new UserError(`${path}, line ${(open as Region).line}: a mark has no end.`, 'Write <!--/--> behind it.');
  }
  return found;
}
