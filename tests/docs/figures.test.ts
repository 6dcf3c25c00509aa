/** Every measured figure of a page comes from JSON in the repository; one that does not is found. */
import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { figureText, withFigures } from '../../bench/docs/figures.ts';
import { madePages, withMeasured } from '../../bench/docs/main.ts';
import { pagePaths, readPage } from '../../bench/docs/markdown.ts';
import { regionsOf } from '../../bench/docs/regions.ts';
import { UserError } from '../../src/errors.ts';
import { projectFolder } from '../../src/run/provenance.ts';
import { unboundFigures } from './unbound.ts';

/** Its entries are history: they say what was so on their day. */
const history = ['CHANGELOG.md'];
/** Pages that are made from the code hold no measurements, and another test compares them. */
const written = pagePaths().filter((path) => !history.includes(path) && !Object.hasOwn(madePages, path));

test.each(Object.keys(madePages))('%s is the page made from the code (`bun run docs` writes it)', async (path) => {
  expect(readPage(path)).toBe(await madePages[path]());
});

/** A page that is parsed quickly: its long tables are empty. */
function withoutTables(path: string): string {
  return readPage(path).replaceAll(/(<!-- bench (\S+) -->)[\s\S]*?(<!-- \/bench \2 -->)/g, '$1\n\n$3');
}

describe('the pages', () => {
  test.each(written)('%s: its figures are those of the JSON (`bun run docs` writes them)', (path) => {
    expect(withMeasured(readPage(path), path)).toBe(readPage(path));
  });

  test.each(written)('%s: no measured figure comes from nowhere', (path) => {
    expect(unboundFigures(readPage(path), path).map(({ line, figure }) => `${path}:${line}: ${figure}`)).toEqual([]);
  });

  test.each(written)('%s: the constants that it cites are in the files that it names', (path) => {
    const reasons = regionsOf(readPage(path), path).filter(({ kind }) => kind === 'definition');
    for (const { says } of reasons) {
      const [, name, file] = /^`(\w+)` in (\S+\.ts)$/.exec(says) ?? [];
      if (file === undefined) continue;
      const place = join(projectFolder, file);
      expect(existsSync(place) && readFileSync(place, 'utf8').includes(`const ${name} = `), says).toBe(true);
    }
  });

  test('are all there', () => {
    for (const path of ['README.md', 'docs/performance.md', 'roms/README.md', 'bench/peers/README.md']) {
      expect(written).toContain(path);
    }
    expect(written.some((path) => path.includes('node_modules'))).toBe(false);
  });
});

test('every comparison in experiments.json names the commit that noted it, and is on a page', () => {
  const experiments: Record<string, unknown> = JSON.parse(
    readFileSync(join(projectFolder, 'bench/results/experiments.json'), 'utf8'),
  );
  const text = written.map(readPage).join('\n');
  const noted = (name: string, entry: object): void => {
    if (!('what' in entry)) {
      for (const [inner, value] of Object.entries(entry)) noted(`${name}.${inner}`, value);
      return;
    }
    expect(entry, name).toMatchObject({ what: expect.any(String), commit: expect.stringMatching(/^[0-9a-f]{7,}$/) });
    expect(text, name).toContain(`<!--= experiments.json ${name}.`);
  };
  for (const [name, value] of Object.entries(experiments)) {
    if (typeof value === 'object' && value !== null) noted(name, value);
  }
});

describe('a figure', () => {
  const json = {
    seconds: 177.263,
    bytes: 88_021_302,
    share: 0.4187,
    big: 1_234_567.891,
    hash: '4e566a1ffa04b6a6',
    date: '2026-11-21T17:59:05.675Z',
    list: [
      { ms: 3, name: 'a' },
      { ms: 5, name: 'b' },
      { ms: 4, name: 'b', slow: true },
    ],
    none: null,
  };
  const shown = (words: string) => figureText(`file.json ${words}`, () => json);

  test.each([
    ['seconds .1', '177.3'],
    ['big .2', '1,234,567.89'],
    ['big p3', '1230000'],
    ['seconds clock', '2 min 57 s'],
    ['share clock', '0 s'],
    ['seconds min.1', '3.0'],
    ['seconds ms.0', '177,263'],
    ['bytes MB.0', '88'],
    ['bytes MiB.1', '83.9'],
    ['share %.0', '42'],
    ['list.1.ms / list.0.ms more%.0', '67'],
    ['list.0.ms / list.1.ms less%.0', '40'],
    ['bytes / 1000 .1', '88,021.3'],
    ['date date', '2026-11-21'],
    ['hash sha12', '4e566a1ffa04'],
    ['hash text', '4e566a1ffa04b6a6'],
    ['min list.*.ms .0', '3'],
    ['max list.*.ms .0', '5'],
    ['mean list.*.ms .1', '4.0'],
    ['count list .0', '1'],
    ['count list.* .0', '3'],
    ['min list.[1:].ms .0', '4'],
    ['list.[name=b,slow=true].ms .0', '4'],
  ])('%s is %s', (words, text) => {
    expect(shown(words)).toBe(text);
  });

  test.each([
    ['nothing .1', 'there is no nothing'],
    ['seconds.deeper .1', 'nothing lies under deeper'],
    ['none .1', 'null is no number'],
    ['hash .1', 'is no number'],
    ['seconds sha8', 'is no text'],
    ['list.*.ms .1', '3 values, not one'],
    ['list.[name=c].ms .1', '0 values, not one'],
    ['min list.[name=c].ms .1', 'no values'],
    ['middle list.*.ms .1', 'what is middle list.*.ms?'],
    ['seconds decimal', 'there is no format decimal'],
    ['seconds / bytes / share .1', 'a ratio is of two values'],
    ['share / none .1', 'null is no number'],
    ['.1', 'a figure is FILE VALUE FORMAT'],
  ])('%s is refused: %s', (words, message) => {
    expect(() => shown(words)).toThrow(message);
  });

  test('is written between its marks, and nothing else is touched', () => {
    const page = (text: string) => `Takes <!--= x.json seconds .1 -->${text}<!--/--> s.\n\n\`<!--= x.json y .1 -->\`\n`;
    expect(withFigures(page('5'), 'page.md', () => json)).toBe(page('177.3'));
  });

  test.each([
    ['<!--= x.json gone .1 -->5<!--/-->', 'page.md, line 3: x.json gone .1: there is no gone'],
    ['<!--= x.json seconds .1 -->5', 'a mark has no end'],
    ['five<!--/-->', 'ends nothing'],
    ['<!--: a reason -->5 <!--= x.json seconds .1 -->5<!--/--><!--/-->', 'begins in what began in line 3'],
    ['<!--: -->5 ms<!--/-->', 'says nothing'],
  ])('%s is refused with its place', (text, message) => {
    expect(() => withFigures(`one\n\nIt takes ${text} ms`, 'page.md', () => json)).toThrow(UserError);
    expect(() => withFigures(`one\n\nIt takes ${text} ms`, 'page.md', () => json)).toThrow(message);
  });

  test('a mark at the beginning of a line, which would hide the line from Markdown, is refused', () => {
    const page = 'It takes\n<!--= x.json seconds .1 -->177.3<!--/--> **seconds**.\n';
    expect(() => withFigures(page, 'page.md', () => json)).toThrow('line 2: a line that begins with a mark');
  });
});

describe('a figure from nowhere is found', () => {
  const found = (page: string) => unboundFigures(page, 'page.md').map(({ line, figure }) => `${line}: ${figure}`);

  test.each([
    'It takes 41.6 ms.',
    'It takes 1.2 to 1.35 s.',
    '12 GFLOP/s and more',
    'moved at 9 GB/s',
    '| a | 660 MB |',
    'a share of 63 %',
    'reaches 9.44 in the end',
    'after 17,494 steps',
    'scores -6 at random',
    'about 400 of them',
    '5 to 15 times slower',
    'twice as long',
    'a third more time',
    'tens of thousands a second',
    'trains in an hour or two',
    'learns in minutes',
    'which takes seconds',
    '```sh\nbun run train catch  # learns in minutes\n```',
    '27508 frames a second',
    '3 min 23 s',
    '4.90 points',
    '300 passed',
    '# 12 ms a frame',
    '- **fast**: 2 us',
    '| what | GFLOP/s |\n|---|---|\n| this | 61 |',
    '| what | random play |\n|---|---|\n| this | -20 to -18 |',
    'takes <!--= x a .1 -->7<!--/--> ms in place of 9',
    '[12 ms](x.md)',
    'from 5 to <!--= x a .1 -->7<!--/--> ms',
  ])('%s', (text) => {
    expect(found(`first\n\n${text}\n`).at(0)).toMatch(/^[345]: /);
  });

  test.each([
    'Bun 1.4.4 and ONNX opset 13',
    'states of 84 x 84',
    '7,056 bytes a frame, 1,606,144 weights',
    'a product of 1,568 x 576',
    '`--learn-start 5000`, `4.5 ms`',
    '```\ntakes 5 ms\n```',
    '<!-- 5 ms -->',
    '[a](x-5.2.md)',
    'it is 2026-11-21',
    'a first step, in four frames, for the third time',
    'takes <!--= x a .1 -->5<!--/--> ms',
    'takes <!--= x a .1 -->5<!--/--> to <!--= x b .1 -->7<!--/--> ms',
    'reported <!--: by its authors -->20.25<!--/--> there',
    '<!--: counted -->\n\n| a | 5 ms |\n|---|---|\n| b | 6 ms |\n\n<!--/-->',
    '<!-- bench update -->\n5 ms\n<!-- /bench update -->',
  ])('and not in %s', (text) => {
    expect(found(`first\n\n${text}\n`)).toEqual([]);
  });

  test('in the real pages, too: of ten bound figures nine would be found without their marks', () => {
    let all = 0;
    let seen = 0;
    for (const path of written) {
      const page = withoutTables(path);
      for (const { kind, says, begin, end } of regionsOf(page, path)) {
        // Days and hashes are no measurements.
        if (kind !== 'figure' || /(date|text|sha\d+)$/.test(says)) continue;
        const [from, to] = [page.lastIndexOf('<!--', begin - 1), page.indexOf('-->', end) + 3];
        const bare = page.slice(0, from) + page.slice(begin, end) + page.slice(to);
        all++;
        if (unboundFigures(bare, path).length > 0) seen++;
      }
    }
    expect(all).toBeGreaterThan(100);
    expect(seen / all).toBeGreaterThan(0.9);
  });

  test.each(written)('%s: any figure that is changed is red', (path) => {
    const page = withoutTables(path);
    for (const { kind, begin, end } of regionsOf(page, path)) {
      if (kind !== 'figure') continue;
      const figure = page.slice(begin, end);
      const changed = `${page.slice(0, begin)}${figure.replace(/\w(?=\W*$)/, (last) => (last === '7' ? '8' : '7'))}${page.slice(end)}`;
      expect(withFigures(changed, path), figure).not.toBe(changed);
    }
  });
});
