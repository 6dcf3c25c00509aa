/** How many there are of something: what pages say and what the project has. */
import { expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pagePaths, readPage } from '../../bench/docs/markdown.ts';
import { schemes } from '../../src/emulator/cartridge/schemes.ts';
import { genuineGames } from '../../src/games/genuine/collection.ts';
import { projectFolder } from '../../src/run/provenance.ts';

const goldenFiles = (folder: string): number => readdirSync(join(projectFolder, 'tests/golden', folder)).length;

const counts: readonly [string, RegExp, number][] = [
  [
    'genuine games',
    /(\d+)\s+(?:genuine\s+(?:games|cartridges)|games\s+are\s+recognised|names\s+with\s+their)/g,
    genuineGames.length,
  ],
  [
    'further releases',
    /(\d+)\s+further\s+releases/g,
    genuineGames.flatMap(({ otherReleases = [] }) => otherReleases).length,
  ],
  ['traces', /(\d+)\s+(?:traces|synthetic\s+cartridges)/g, goldenFiles('traces')],
  ['cartridges of the traces', /(\d+)\s+synthetic\s+cartridges/g, goldenFiles('roms')],
  ['bank-switching schemes', /(\d+)\s+bank-switching\s+schemes/g, schemes.length],
];

const pages = pagePaths().map((path) => [path, readPage(path)] as const);

test.each(counts)('%s', (_, pattern, count) => {
  const said = pages.flatMap(([path, page]) =>
    [...page.matchAll(pattern)].map(([text, number]) => ({ path, text, number })),
  );
  expect(said.length).toBeGreaterThan(0);
  expect(said.filter(({ number }) => Number(number) !== count)).toEqual([]);
});
