/**
 * Finds measured figures in a page that come from nowhere: a number with a unit of time, speed, size or share, or in a table's column that
 * names one, a factor, a score, a number with decimals or thousands, one that is said to be about right, a time in words. Looked at is what
 * is read as text, and the comments of shell code; other code, addresses and what is marked (bench/docs/regions.ts) are not.
 */
import type { Nodes } from 'mdast';
import { visit } from 'unist-util-visit';
import { parseMarkdown, placeOf } from '../../bench/docs/markdown.ts';
import { regionsOf } from '../../bench/docs/regions.ts';

export interface UnboundFigure {
  readonly line: number;
  /** The figure as it stands there. */
  readonly figure: string;
}

/** Stands for a figure that is bound, so that `5 to <bound> ms` still shows the 5. */
const bound = '¤';
/** Stands for anything that is not read as text: code, a cell's end. */
const gap = '`';

const units = [
  'ns|us|µs|ms|s|seconds?|min|minutes?|h|hours?|days?',
  '[GTMk]?FLOPs?(?:/s)?|[kKMGT]i?B(?:/s)?|kilobytes?|megabytes?|[GMk]?Hz',
  '%|per cent|percent|points?|fold|x (?:faster|slower)|passed|failed',
  'times (?:as|the|more|less|faster|slower|longer|shorter|larger|smaller)',
  '(?:frames|steps|updates|instructions|games|samples)(?:/s| an? (?:second|minute|hour))',
].join('|');
const digits = String.raw`[-−+]?(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)`;
const value = `(?:${digits}|${bound})`;

const patterns: readonly RegExp[] = [
  // 12 ms, 5 to 15 times slower, 1.5, 2 and 3 GB/s, 63 %
  new RegExp(
    String.raw`(?<![\w.$])${value}(?:(?:,| to| and| or| ?[-–]) ?${digits}| (?:to|and|or) ${bound})*[ \u00a0-]?(?:${units})(?![\w/])`,
    'g',
  ),
  // about -6, some 40, scores 9
  new RegExp(
    String.raw`(?<!\w)(?:about|around|roughly|nearly|almost|some|approximately|~|≈|scores?|scored) ?${digits}`,
    'gi',
  ),
  // 9.44 and 140,967, but no version such as 1.4.4, no shape and no count of what a shape has
  /(?<![\w.,$]|\w-)[-−+]?(?:(?:\d[\d,]*)?\.\d+|\d{1,3}(?:,\d{3})+)(?![\w.,]*\d)(?!\w| x \d| (?:bytes|parameters|weights|inputs|pixels|columns|entries)\b)/g,
  // Half of a comparison: 5 to <bound>, <bound> ms in place of 5
  new RegExp(
    String.raw`(?<![\w.$])${digits}(?: to | in place of | instead of | of )${bound}|` +
      String.raw`${bound}(?: \S+)?(?: to | in place of | instead of ) ?${digits}(?!\w)`,
    'g',
  ),
  // In words: twice as long, a third more time, ten times slower, tens of thousands a second
  new RegExp(
    String.raw`(?<!\w)(?:twice|half|an? (?:third|quarter|fifth|sixth|tenth|fiftieth|hundredth)|` +
      '(?:two|three|four|five|six|seven|eight|nine|ten|tens|hundreds?|thousands?|millions?)(?: times)?)' +
      String.raw` (?:(?:as|the|more|less|off|of|each|an?) )*(?:\w+ )?` +
      String.raw`(?:long|times?|fast(?:er)?|slow(?:er)?|speed|cost|milliseconds?|seconds?|minutes?|hours?)(?!\w)`,
    'g',
  ),
  // An hour or two, in minutes, takes seconds, a few days
  new RegExp(
    String.raw`(?<!\w)(?:an? (?:second|minute|hour|day)s? or (?:two|three|so|more)|` +
      String.raw`(?:in|within|takes?|took|after|a few|some|several) (?:milliseconds|seconds|minutes|hours|days))(?!\w)`,
    'g',
  ),
];

/** Throws UserError where marks are wrong. */
export function unboundFigures(page: string, path: string): UnboundFigure[] {
  const regions = regionsOf(page, path);
  const prose = [...page.replace(/[^\n]/g, '\0')];
  const show = (begin: number, end: number): void => {
    for (let at = begin; at < end; at++) prose[at] = page[at];
  };
  visit(parseMarkdown(page), 'text', (node) => {
    const { begin, end } = placeOf(node);
    show(begin, end);
  });
  visit(parseMarkdown(page), 'code', (node) => {
    if (node.lang !== 'sh') return;
    const { begin, end } = placeOf(node);
    for (const { index, 0: comment } of page.slice(begin, end).matchAll(/(?<=\s# )[^\n]+/g)) {
      show(begin + index, begin + index + comment.length);
    }
  });
  for (const { kind, begin, end } of regions) {
    for (let at = begin; at < end; at++) if (prose[at] !== '\n') prose[at] = '\0';
    if (kind !== 'figure' || end === begin) continue;
    // The marks themselves are no gap, so that a bound figure stands next to its unit.
    const [from, to] = [page.lastIndexOf('<!--', begin), page.indexOf('-->', end) + 3];
    for (let at = from; at < to; at++) if (page[at] !== '\n') prose[at] = at === begin ? bound : '';
  }
  const found = [...figuresIn(prose.join('')), ...figuresInColumns(page, prose)];
  return found.sort((a, b) => a.line - b.line);
}

/** What the head of a column says where its numbers are measured. */
const measuredColumn = new RegExp(
  String.raw`(?<!\w)(?:${units}|seconds|score|reward|share|ratio|speed|play)(?!\w)`,
  'i',
);

/** Bare numbers in the columns of tables whose head names a unit. */
function figuresInColumns(page: string, prose: readonly string[]): UnboundFigure[] {
  const found: UnboundFigure[] = [];
  visit(parseMarkdown(page), 'table', (table) => {
    const textOf = (node: Nodes): string => prose.slice(placeOf(node).begin, placeOf(node).end).join('');
    const [head, ...rows] = table.children;
    const isMeasured = head.children.map((cell) =>
      measuredColumn.test(page.slice(placeOf(cell).begin, placeOf(cell).end)),
    );
    for (const row of rows) {
      for (const [column, cell] of row.children.entries()) {
        const figure = textOf(cell).replaceAll('\0', '').trim();
        if (!isMeasured[column] || !new RegExp(`^${digits}(?:(?:,| to| or) ${digits})*$`).test(figure)) continue;
        found.push({ line: placeOf(cell).line, figure });
      }
    }
  });
  return found;
}

function figuresIn(masked: string): UnboundFigure[] {
  const lineAt: number[] = [];
  let text = '';
  let line = 1;
  const add = (character: string): void => {
    text += character;
    lineAt.push(line);
  };
  for (const character of masked) {
    if (character === '\n') {
      add(' ');
      line++;
    } else if (character !== '\0') add(character);
    else if (!text.endsWith(gap)) add(gap);
  }
  const found = new Map<number, UnboundFigure>();
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      const figure = match[0].trim();
      if (figure.includes(bound) && !/\d/.test(figure)) continue;
      const known = found.get(match.index)?.figure ?? '';
      if (figure.length > known.length) found.set(match.index, { line: lineAt[match.index], figure });
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([, figure]) => figure);
}
