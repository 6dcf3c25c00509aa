/** Every link of every page leads somewhere. */
import { describe, expect, test } from 'bun:test';
import { pagePaths, readPage } from '../../bench/docs/markdown.ts';
import { brokenLinks, clicksFrom, type FileText } from './links.ts';

test.each(pagePaths())('%s', (path) => {
  expect(brokenLinks(readPage(path), path)).toEqual([]);
});

test('every page is two clicks from the README at most', () => {
  const clicks = clicksFrom('README.md', new Map(pagePaths().map((path) => [path, readPage(path)])));
  expect(pagePaths().filter((path) => (clicks.get(path) ?? Number.POSITIVE_INFINITY) > 2)).toEqual([]);
});

test('clicks are counted along the shortest way; a page that nothing links to has none', () => {
  const pages = new Map([
    ['README.md', '[a](docs/a.md#top) [code](src/x.ts)'],
    ['docs/a.md', '[b](b.md) [home](../README.md)'],
    ['docs/b.md', '[a](a.md)'],
    ['docs/lost.md', '[a](a.md)'],
  ]);
  expect([...clicksFrom('README.md', pages)]).toEqual([
    ['README.md', 0],
    ['docs/a.md', 1],
    ['docs/b.md', 2],
  ]);
});

describe('a link that leads nowhere is found', () => {
  const files: Record<string, string | 'folder'> = {
    'docs/other.md': '# The `other` page\n\n## Twice\n\n## Twice\n\n<a id="by-hand"></a>\n',
    'src/a.ts': 'one\ntwo\nthree\n',
    'docs/picture.png': '',
    src: 'folder',
  };
  const fileText: FileText = (path) => files[path];
  const faults = (text: string) => brokenLinks(`# Here\n\n${text}\n`, 'docs/page.md', fileText);

  test.each([
    ['[a](missing.md)', 'there is no docs/missing.md'],
    ['![a](missing.png)', 'there is no docs/missing.png'],
    ['<img src="missing.png">', 'there is no docs/missing.png'],
    ['[a](#nowhere)', 'has no heading #nowhere'],
    ['[a](other.md#nowhere)', 'docs/other.md has no heading #nowhere'],
    ['[a](other.md#twice-2)', 'has no heading'],
    ['[a](../src/a.ts#L4)', 'src/a.ts has 3 lines'],
    ['[a](../src/a.ts#L3-L2)', 'src/a.ts has 3 lines'],
    ['[a](../src/a.ts#here)', 'is no line'],
    ['[a](../src#L1)', 'a folder has no anchors'],
    ['[a](/docs/other.md)', 'relative'],
    ['[a](../../other.md)', 'leads out of the project'],
    ['[a](https://nowhere)', 'no valid address'],
    ['[a](file:///etc/passwd)', 'no valid address'],
    ['[a][missing]', 'there is no definition'],
    ['[a][b]\n\n[b]: missing.md', 'there is no docs/missing.md'],
    ['| a |\n|---|\n| [a](missing.md) |', 'there is no docs/missing.md'],
  ])('%s', (text, fault) => {
    expect(faults(text).join('\n')).toContain(fault);
    expect(faults(text)[0]).toMatch(/^docs\/page\.md:[3-5]: /);
  });

  test.each([
    '[a](other.md#the-other-page)',
    '[a](other.md#twice-1)',
    '[a](other.md#by-hand)',
    '[a](#here)',
    '[a](../src/a.ts#L2-L3)',
    '[a](../src)',
    '![a](picture.png)',
    '[a](https://example.com/x#y)',
    '`[a](missing.md)`',
    '`rows[i][j]`',
  ])('and %s is right', (text) => {
    expect(faults(text)).toEqual([]);
  });
});
