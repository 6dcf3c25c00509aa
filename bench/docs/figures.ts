/**
 * Figures in the text of pages, from JSON: `<!--= FILE VALUE FORMAT -->…<!--/-->`.
 *
 * FILE is one of bench/results, or a path from the project's folder. VALUE is a path into it (`rows.[name=jax-js].update.medianMs`;
 * `*` stands for every element, `[1:]` for those from the second on, and then `min`, `max`, `mean` or `count` comes before), or a ratio of two: `PATH / PATH`, `PATH / 60`.
 * FORMAT:
 *
 * | format | shows |
 * |---|---|
 * | `.2` | two decimals, thousands apart |
 * | `p3` | three significant digits |
 * | `MB.1` | bytes in that unit (kB, MB, GB, KiB, MiB, GiB), seconds in another (ns, us, ms, min, h), a share in % |
 * | `more%.0`, `less%.0` | by how much a ratio is above one, below one, in % |
 * | `clock` | seconds as `2 min 57 s` |
 * | `date` | the day of a time |
 * | `sha12` | the first characters of a hash |
 * | `text` | as it is |
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import { projectFolder } from '../../src/run/provenance.ts';
import { regionsOf } from './regions.ts';

/** The value of a JSON file, by its path from the project's folder. */
export type ReadJson = (path: string) => unknown;

export const readResults: ReadJson = (path) => JSON.parse(readFileSync(join(projectFolder, path), 'utf8'));

/** The page with every figure as its JSON has it. Throws UserError where one has no value. */
export function withFigures(page: string, path: string, read: ReadJson = readResults): string {
  let written = '';
  let from = 0;
  for (const { kind, says, begin, end, line } of regionsOf(page, path)) {
    if (kind !== 'figure') continue;
    try {
      written += page.slice(from, begin) + figureText(says, read);
    } catch (error) {
      throw new UserError(`${path}, line ${line}: ${says}: ${(error as Error).message}`);
    }
    from = end;
  }
  return written + page.slice(from);
}

/** What a mark's words stand for. Throws Error. */
export function figureText(says: string, read: ReadJson): string {
  const words = says.split(/\s+/);
  if (words.length < 3) throw new Error('a figure is FILE VALUE FORMAT');
  const [file, format] = [words[0], words.at(-1)!];
  const json = read(file.includes('/') ? file : `bench/results/${file}`);
  const [above, below, ...more] = words.slice(1, -1).join(' ').split(' / ');
  if (more.length > 0) throw new Error('a ratio is of two values');
  const value = operand(json, above);
  return formatted(below === undefined ? value : number(value) / number(operand(json, below)), format);
}

const summaries: Readonly<Record<string, (values: readonly number[]) => number>> = {
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  count: (values) => values.length,
};

/** `PATH`, `min PATH` or a number. */
function operand(json: unknown, text: string): unknown {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const [first, ...rest] = text.split(' ');
  const found = valuesAt(json, rest[0] ?? first);
  if (rest.length === 0) {
    if (found.length !== 1) throw new Error(`${found.length} values, not one`);
    return found[0];
  }
  if (!Object.hasOwn(summaries, first) || rest.length > 1) throw new Error(`what is ${text}?`);
  if (found.length === 0) throw new Error('no values');
  return summaries[first](first === 'count' ? found.map(() => 0) : found.map(number));
}

function valuesAt(json: unknown, path: string): unknown[] {
  const segments = path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? [];
  return segments.reduce<unknown[]>((values, segment) => values.flatMap((value) => under(value, segment)), [json]);
}

function under(value: unknown, segment: string): unknown[] {
  if (typeof value !== 'object' || value === null) throw new Error(`nothing lies under ${segment}`);
  if (segment === '*') return Object.values(value);
  const from = /^\[(\d+):\]$/.exec(segment)?.[1];
  if (from !== undefined) return Object.values(value).slice(Number(from));
  if (segment.startsWith('[')) {
    const wanted = segment
      .slice(1, -1)
      .split(',')
      .map((pair) => pair.split('='));
    const has = (row: Record<string, unknown>) => wanted.every(([key, text]) => String(row[key]) === text);
    return Object.values(value).filter(has);
  }
  if (!Object.hasOwn(value, segment)) throw new Error(`there is no ${segment}`);
  return [(value as Record<string, unknown>)[segment]];
}

/** How many of the unit one of the base (a byte, a second, one) is. */
const units: Readonly<Record<string, number>> = {
  ...{ '': 1, '%': 100, ns: 1e9, us: 1e6, ms: 1e3, min: 1 / 60, h: 1 / 3600 },
  ...{ kB: 1e-3, MB: 1e-6, GB: 1e-9, KiB: 2 ** -10, MiB: 2 ** -20, GiB: 2 ** -30 },
};

function formatted(value: unknown, format: string): string {
  const [, unit, digits] = /^(.*?)\.(\d)$/.exec(format) ?? [];
  if (unit === 'more%') return grouped((number(value) - 1) * 100, Number(digits));
  if (unit === 'less%') return grouped((1 - number(value)) * 100, Number(digits));
  if (Object.hasOwn(units, unit ?? '-')) return grouped(number(value) * units[unit], Number(digits));
  const significant = /^p(\d)$/.exec(format)?.[1];
  if (significant !== undefined) return String(Number(number(value).toPrecision(Number(significant))));
  const prefix = /^sha(\d+)$/.exec(format)?.[1];
  if (prefix !== undefined) return text(value).slice(0, Number(prefix));
  if (format === 'text') return String(value);
  if (format === 'date') return text(value).slice(0, 10);
  if (format === 'clock') {
    const seconds = Math.round(number(value));
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  throw new Error(`there is no format ${format}`);
}

function grouped(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`${JSON.stringify(value)} is no number`);
  return value;
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`${JSON.stringify(value)} is no text`);
  return value;
}
