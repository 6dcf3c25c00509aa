/** What an import finds in files, folders and archives, and what becomes of it. The command line is in tests/e2e/roms.test.ts. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { placeFile } from '../../src/cli/romsPlace.ts';
import { UserError } from '../../src/errors.ts';
import { importDumpOf, importKnown, type Outcome, type Target } from '../../src/games/import/importCartridges.ts';
import { search } from '../../src/games/import/search.ts';
import { imagesIn } from '../../src/games/library/folder.ts';
import { findCartridge } from '../../src/games/library.ts';
import { deflatedZeros, encrypted, gzipOf, tar, tarHeader, zip } from './importArchives.ts';
import { genuineGame, madeUpImage, md5, standIn } from './standIns.ts';

const breakout = madeUpImage('breakout', 2048);
const seaquest = madeUpImage('seaquest', 4096);
const solaris = madeUpImage('solaris', 16384);
const unknown = madeUpImage('unknown', 8192);
const ownPong = findCartridge({ game: 'pong' }).bytes;

let root: string;
let from: string;
let games: string;
let endStandIns: (() => void)[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wgsl-dqn-import-'));
  from = join(root, 'from');
  games = join(root, 'games');
  mkdirSync(from);
  mkdirSync(games);
  endStandIns = Object.entries({ breakout, seaquest, solaris }).map(([id, bytes]) => standIn(id, md5(bytes)));
});

afterEach(() => {
  for (const end of endStandIns) end();
  rmSync(root, { recursive: true });
});

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(from, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

function target(): Target {
  const { known, otherDumps } = imagesIn(games);
  const place: Target['place'] = (name, bytes, replace) => placeFile(join(games, name), bytes, replace);
  return { folder: games, known: new Map(known), otherDumps, place };
}

async function collected(outcomes: AsyncIterable<Outcome>): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for await (const outcome of outcomes) all.push(outcome);
  return all;
}

/** What became of everything in `from`, one line each: `imported breakout breakout.bin`, `refused size a.txt`. */
async function imported(path = from): Promise<string[]> {
  return (await collected(importKnown(search([path]), target()))).map(line).sort();
}

function line(outcome: Outcome): string {
  const [file, ...entries] = outcome.source;
  const source = [relative(from, file), ...entries].join(' > ');
  if (outcome.kind === 'refused') return `refused ${outcome.why} ${source}`;
  return `${outcome.kind} ${outcome.game.id} ${'path' in outcome ? relative(games, outcome.path) : source}`;
}

/** All files below the root but those that the test wrote, and what the games folder holds. */
function written(): string[] {
  return (readdirSync(root, { recursive: true }) as string[])
    .filter((path) => !/^from($|\/)|^games$/.test(path))
    .sort();
}

async function refusal(work: Promise<unknown>): Promise<UserError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).not.toContain('\n');
  return error as UserError;
}

describe('a known cartridge is found', () => {
  const packed = zip([{ name: 'Breakout (1978).a26', bytes: breakout }]);
  const tarred = tar([
    { name: 'folder/', type: '5' },
    { name: 'folder/breakout', bytes: breakout },
  ]);
  test.each<[string, string, Uint8Array]>([
    ['as a file of any name', 'readme.txt', breakout],
    ['in folders', 'a/b/c/d/x.rom', breakout],
    ['packed in a zip', 'x.zip', packed],
    ['stored in a zip', 'x.zip', zip([{ name: 'x', bytes: breakout, method: 0 }])],
    ['in a zip of another name', 'x.bin', packed],
    ['in a tar', 'x.tar', tarred],
    ['in a tar.gz', 'x.tar.gz', gzipSync(tarred)],
    ['in a tgz without its extension', 'x', gzipSync(tarred)],
    ['as a gzip', 'x.gz', gzipSync(breakout)],
    ['in a zip in a zip', 'x.zip', zip([{ name: 'y.zip', bytes: packed }])],
    ['in a zip in a tar.gz', 'x.tgz', gzipSync(tar([{ name: 'y.zip', bytes: packed }]))],
    ['in a tar.gz in a zip', 'x.zip', zip([{ name: 'y', bytes: gzipSync(tarred) }])],
    ['as a gzip in a tar', 'x.tar', tar([{ name: 'y.gz', bytes: gzipSync(breakout) }])],
  ])('%s', async (_, name, bytes) => {
    write(name, bytes);
    expect(await imported()).toEqual(['imported breakout breakout.bin']);
    expect(written()).toEqual(['games/breakout.bin']);
    expect(md5(readFileSync(join(games, 'breakout.bin')))).toBe(md5(breakout));
    expect(findCartridge({ game: 'breakout', gamesFolder: games }).warning).toBeUndefined();
  });

  test('among others, of all sizes', async () => {
    const entries = Object.entries({ breakout, seaquest, solaris, unknown }).map(([name, bytes]) => ({ name, bytes }));
    write('x.zip', zip(entries));
    write('x.tar.gz', gzipSync(tar(entries)));
    expect(await imported()).toEqual([
      ...['imported breakout breakout.bin', 'imported seaquest seaquest.bin', 'imported solaris solaris.bin'],
      ...['present breakout breakout.bin', 'present seaquest seaquest.bin', 'present solaris solaris.bin'],
      ...['refused unknown x.tar.gz > unknown', 'refused unknown x.zip > unknown'],
    ]);
  });

  test('through a link to it; a link to a folder is not followed, so that none leads round', async () => {
    const path = write('../elsewhere/x.bin', breakout);
    symlinkSync(path, join(from, 'file'));
    symlinkSync(from, join(from, 'round'));
    symlinkSync(dirname(path), join(from, 'folder'));
    symlinkSync(join(from, 'none'), join(from, 'dangling'));
    symlinkSync('itself', join(from, 'itself'));
    expect(await imported()).toEqual([
      'imported breakout breakout.bin',
      ...['refused link folder', 'refused link round', 'refused unreadable dangling', 'refused unreadable itself'],
    ]);
  });
});

describe('nothing in the games folder is replaced', () => {
  test('a cartridge that is there under another name stays as it is', async () => {
    write('x.bin', breakout);
    writeFileSync(join(games, 'my old one.a26'), breakout);
    expect(await imported()).toEqual(['present breakout my old one.a26']);
    expect(written()).toEqual(['games/my old one.a26']);
  });

  test('a stranger under its name is kept', async () => {
    write('x.bin', breakout);
    writeFileSync(join(games, 'breakout.bin'), 'mine');
    const other = `breakout-${md5(breakout).slice(0, 8)}.bin`;
    expect(await imported()).toEqual([`imported breakout ${other}`]);
    expect(readFileSync(join(games, 'breakout.bin'), 'utf8')).toBe('mine');
    writeFileSync(join(games, other), 'mine, too');
    expect(await imported()).toEqual(['refused taken x.bin']);
    expect(readFileSync(join(games, other), 'utf8')).toBe('mine, too');
  });

  test('nor is what a link under its name leads to', async () => {
    write('x.bin', breakout);
    const outside = join(root, 'outside');
    symlinkSync(outside, join(games, 'breakout.bin'));
    expect(await imported()).toEqual([`imported breakout breakout-${md5(breakout).slice(0, 8)}.bin`]);
    expect(existsSync(outside)).toBe(false);
  });

  test('of two releases of a game each has its name, in whatever order they come', async () => {
    const second = madeUpImage('second');
    const digests = genuineGame('breakout').md5 as string[];
    digests.push(md5(second));
    endStandIns.push(() => void digests.splice(digests.indexOf(md5(second)), 1));
    write('a.bin', second);
    write('b.bin', breakout);
    expect(await imported()).toEqual([
      `imported breakout breakout-${md5(second).slice(0, 8)}.bin`,
      'imported breakout breakout.bin',
    ]);
    expect(findCartridge({ game: 'breakout', gamesFolder: games }).md5).toBe(md5(breakout));
    // The first release is played, whatever the files are called.
    writeFileSync(join(games, 'breakout.bin'), second);
    writeFileSync(join(games, 'z.bin'), breakout);
    expect(findCartridge({ game: 'breakout', gamesFolder: games }).md5).toBe(md5(breakout));
    rmSync(join(games, 'z.bin'));
    expect(findCartridge({ game: 'breakout', gamesFolder: games }).md5).toBe(md5(second));
  });

  test('our own games are not copied', async () => {
    write('x.bin', ownPong);
    expect(await imported()).toEqual(['own pong x.bin']);
    expect(written()).toEqual([]);
  });
});

describe('what is no cartridge is refused for its reason', () => {
  const nested = zip([{ name: 'z', bytes: zip([{ name: 'y', bytes: zip([{ name: 'x', bytes: breakout }]) }]) }]);
  const cut = (bytes: Uint8Array, part: number): Uint8Array => bytes.slice(0, Math.floor(bytes.length * part));
  const two = [
    { name: 'breakout', bytes: breakout },
    { name: 'random', bytes: crypto.getRandomValues(new Uint8Array(16384)) },
  ];
  test.each<[string, Uint8Array | string, string[]]>([
    ['an unknown image', unknown, ['refused unknown x']],
    ['a text', 'hello', ['refused size x']],
    ['an empty file', '', ['refused empty x']],
    ['a large file', new Uint8Array(600_000), ['refused tooLarge x']],
    ['a large entry', zip([{ name: 'y', bytes: new Uint8Array(600_000) }]), ['refused tooLarge x > y']],
    ['a large gzip', gzipSync(new Uint8Array(600_000)), ['refused tooLarge x']],
    ['a 7z archive', Buffer.from('7z\xbc\xaf\x27\x1c and more', 'latin1'), ['refused unsupported x']],
    [
      'a RAR archive in a zip',
      zip([{ name: 'y', bytes: Buffer.from('Rar!\x1a\x07\x01') }]),
      ['refused unsupported x > y'],
    ],
    ['a strange zip method', zip([{ name: 'y', bytes: breakout, method: 99 }]), ['refused unsupported x > y']],
    ['an encrypted entry', zip([encrypted('y', breakout)]), ['refused encrypted x > y']],
    ['an archive three deep', nested, ['refused nested x > z > y']],
    ['a zip without its end', cut(zip(two), 0.5), ['refused damaged x']],
    ['a zip without its directory', cut(zip(two), 0.99), ['refused damaged x']],
    [
      'a tar cut off',
      cut(tar(two), 0.5),
      ['imported breakout breakout.bin', 'refused damaged x', 'refused damaged x > random'],
    ],
    ['a tar.gz cut off', cut(gzipSync(tar(two)), 0.8), ['imported breakout breakout.bin', 'refused damaged x']],
    ['a gzip that is none', gzipOf(Buffer.from('nonsense')), ['refused damaged x']],
    ['a wrong checksum', zip([{ name: 'y', bytes: breakout, crc: 1 }]), ['refused damaged x > y']],
    ['nonsense in an entry', zip([{ name: 'y', bytes: breakout, packed: unknown }]), ['refused damaged x > y']],
    [
      'an entry longer than it says',
      zip([{ name: 'y', bytes: breakout, declaredBytes: 9 }]),
      ['refused damaged x > y'],
    ],
    [
      'an entry shorter than it says',
      zip([{ name: 'y', bytes: breakout, declaredBytes: 4096 }]),
      ['refused damaged x > y'],
    ],
    ['a sparse file in a tar', tar([{ name: 'y', type: 'S', bytes: breakout }]), ['refused unsupported x > y']],
    ['an empty zip', zip([]), []],
    ['an empty folder in a tar', tar([{ name: 'y/', type: '5' }]), []],
  ])('%s', async (_, bytes, expected) => {
    write('x', bytes);
    expect(await imported()).toEqual(expected);
  });

  test('a bad header of a tar does not hide the good ones', async () => {
    const [first, bad] = [tar([{ name: 'a', bytes: unknown }]).subarray(0, -1024), tarHeader({ name: 'b' })];
    bad[0] ^= 1;
    write('x', Buffer.concat([first, bad, tar([{ name: 'c', bytes: breakout }])]));
    expect(await imported()).toEqual(['imported breakout breakout.bin', 'refused damaged x', 'refused unknown x > a']);
  });

  test('a bad entry does not hide the good ones', async () => {
    const bad = [
      { name: 'a', bytes: breakout, crc: 1 },
      encrypted('b', breakout),
      { name: 'c', bytes: breakout, method: 99 },
    ];
    write('x.zip', zip([...bad, { name: 'd', bytes: breakout }]));
    expect((await imported())[0]).toBe('imported breakout breakout.bin');
  });
});

describe('nothing escapes the games folder', () => {
  const names = [
    '../../escaped.bin',
    '/tmp/escaped.bin',
    'C:\\escaped.bin',
    '..\\escaped.bin',
    'a/../../../escaped.bin',
    '..',
    'breakout.bin/../..',
  ];

  test('whatever the entries are called', async () => {
    const images = [breakout, seaquest, solaris];
    for (const [i, name] of names.entries()) {
      const entry = { name, bytes: images[i % images.length] };
      write(`${i}.zip`, zip([entry]));
      write(`${i}.tar`, tar([entry]));
      write(`${i}.tar.gz`, gzipSync(tar([entry])));
    }
    const lines = await imported();
    expect(lines.length).toBe(3 * names.length);
    expect(lines.every((each) => /^(imported|present) \w+ \w+\.bin$/.test(each))).toBe(true);
    expect(written()).toEqual(['games/breakout.bin', 'games/seaquest.bin', 'games/solaris.bin']);
  });

  test('by no link, and by no file through one', async () => {
    const outside = join(root, 'outside');
    mkdirSync(outside);
    const tarred = tar([
      { name: 'breakout.bin', type: '2', linkTo: outside },
      { name: 'breakout.bin/escaped.bin', bytes: breakout },
      { name: 'hard', type: '1', linkTo: '../../escaped' },
      { name: 'device', type: '3' },
      { name: 'pipe', type: '6' },
    ]);
    write('a.tar', tarred);
    const link = { name: 'breakout.bin', bytes: Buffer.from(outside), mode: 0o120777 };
    write('b.zip', zip([link, { name: 'breakout.bin/escaped.bin', bytes: seaquest }]));
    expect(await imported()).toEqual([
      ...['imported breakout breakout.bin', 'imported seaquest seaquest.bin', 'refused link a.tar > breakout.bin'],
      ...['refused link a.tar > hard', 'refused link b.zip > breakout.bin'],
      ...['refused special a.tar > device', 'refused special a.tar > pipe'],
    ]);
    expect(written()).toEqual(['games/breakout.bin', 'games/seaquest.bin', 'outside']);
  });
});

describe('no archive is unpacked without end', () => {
  test('a bomb costs a cartridge, and what comes after it is found', async () => {
    const bomb = { name: 'bomb', bytes: new Uint8Array(), packed: deflatedZeros(2048), declaredBytes: 2 ** 31 };
    const lies = { ...bomb, name: 'lies', declaredBytes: 524_288 };
    const truth = { ...bomb, name: 'truth', packed: deflatedZeros(60), declaredBytes: 60 * 2 ** 20 };
    // Together more than the budget.
    const truths = Array(20).fill(truth);
    write('x.zip', zip([bomb, lies, ...truths, { name: 'game', bytes: breakout }]));
    const before = performance.now();
    expect(await imported()).toEqual([
      'imported breakout breakout.bin',
      ...['refused damaged x.zip > lies', 'refused tooLarge x.zip > bomb'],
      ...truths.map(() => 'refused tooLarge x.zip > truth'),
    ]);
    // Measured: 10 ms. All of it takes 10 s.
    expect(performance.now() - before).toBeLessThan(3000);
  });

  test('a bomb in an archive that must be passed ends at the budget', async () => {
    const header = tarHeader({ name: 'big', declaredBytes: 2 ** 32 });
    write(
      'x.tar.gz',
      gzipOf(deflatedZeros(1100, Buffer.concat([tar([{ name: 'a', bytes: breakout }]).subarray(0, -1024), header]))),
    );
    expect(await imported()).toEqual(['imported breakout breakout.bin', 'refused limit x.tar.gz']);
  });

  test('an archive in an archive has a limit of its own, and all of them share one', async () => {
    const gzipBomb = gzipOf(deflatedZeros(80));
    const zipBomb = zip([
      { name: 'y', bytes: new Uint8Array(), packed: deflatedZeros(300, zip([])), declaredBytes: 60 * 2 ** 20 },
    ]);
    write('a.zip', zip(Array.from({ length: 3 }, (_, i) => ({ name: `${i}.gz`, bytes: gzipBomb }))));
    write('b.zip', zipBomb);
    expect(await imported()).toEqual([
      'refused damaged b.zip > y',
      ...[0, 1, 2].map((i) => `refused tooLarge a.zip > ${i}.gz`),
    ]);
    const header = tarHeader({ name: 'big', declaredBytes: 2 ** 29 });
    const half = gzipOf(deflatedZeros(600, header));
    write('a.zip', zip([...['1', '2', '3'].map((name) => ({ name, bytes: half })), { name: 'game', bytes: breakout }]));
    rmSync(join(from, 'b.zip'));
    expect(await imported()).toContain('refused limit a.zip');
  });

  test.each([
    ['zeros', 0],
    ['nonsense', 1],
  ])('after the last entry of a tar: %s', async (_, byte) => {
    const entry = tar([{ name: 'game', bytes: breakout }]).subarray(0, -1024);
    write('x.tar.gz', gzipOf(deflatedZeros(40, entry, byte)));
    const before = performance.now();
    expect((await imported())[0]).toBe('imported breakout breakout.bin');
    // Measured: 20 ms and, until the limit of entries, 200 ms. All zeros take 10 s.
    expect(performance.now() - before).toBeLessThan(5000);
  });

  test.each([
    ['entries', { name: 'e' }],
    // A link that leads nowhere.
    ['headers that are none', { name: 'e', type: '2' }],
    ['descriptions of an entry', { name: 'e', type: 'x', bytes: Buffer.from('10 path=f\n') }],
  ])('more %s than any collection has', async (_, entry) => {
    write('x.tar', tar([{ name: 'game', bytes: breakout }, ...Array(20_001).fill(entry)]));
    const lines = await imported();
    expect(lines[0]).toBe('imported breakout breakout.bin');
    expect(lines).toContain('refused limit x.tar');
  });
});

describe('another dump', () => {
  const importAs = (id: string, replace = false): Promise<Outcome[]> =>
    collected(importDumpOf(genuineGame(id), search([from]), target(), replace));

  test('of unknown MD5 is taken under its name, and played with a warning until a known one is there', async () => {
    write(
      'x.zip',
      zip([
        { name: 'y', bytes: unknown },
        { name: 'readme', bytes: Buffer.from('hello') },
      ]),
    );
    expect((await importAs('breakout')).map(line)).toEqual([
      'refused size x.zip > readme',
      'imported breakout breakout.other.bin',
    ]);
    const found = findCartridge({ game: 'breakout', gamesFolder: games });
    expect(found.md5).toBe(md5(unknown));
    expect(found.game).toBe(genuineGame('breakout'));
    expect(found.origin).toBe('gamesFolder');
    expect(found.warning).toContain(md5(unknown));
    expect((await importAs('breakout')).map(line)).toContain('present breakout breakout.other.bin');
    writeFileSync(join(games, 'x.bin'), breakout);
    expect(findCartridge({ game: 'breakout', gamesFolder: games }).md5).toBe(md5(breakout));
  });

  test('takes the name over from our own game, as the genuine one does', async () => {
    write('x', unknown);
    await importAs('pong');
    expect(findCartridge({ game: 'pong', gamesFolder: games }).game).toBe(genuineGame('pong'));
  });

  test('replaces one that is there only when told', async () => {
    write('x', unknown);
    const there = join(games, 'breakout.other.bin');
    writeFileSync(there, madeUpImage('there before'));
    expect((await refusal(importAs('breakout'))).hint).toContain('--force');
    expect(md5(readFileSync(there))).toBe(md5(madeUpImage('there before')));
    expect((await importAs('breakout', true)).map(line)).toEqual(['imported breakout breakout.other.bin']);
    expect(md5(readFileSync(there))).toBe(md5(unknown));
  });

  test('is one image: two are refused, and so is one that is known as another game', async () => {
    write('a', unknown);
    write('b', unknown);
    expect((await importAs('breakout')).map(line)).toEqual(['imported breakout breakout.other.bin']);
    write('b', madeUpImage('another'));
    expect((await refusal(importAs('breakout'))).message).toContain('several');
    write('b', seaquest);
    expect((await refusal(importAs('breakout'))).message).toContain('not breakout');
    rmSync(join(from, 'a'));
    write('b', breakout);
    expect((await importAs('breakout')).map(line)).toEqual(['imported breakout breakout.bin']);
  });
});

test('whatever the bytes of an archive are, the search ends and gives nothing larger than a cartridge', async () => {
  const entries = [
    { name: 'a', bytes: breakout },
    { name: 'b', bytes: seaquest },
  ];
  const archives = [zip(entries), tar(entries), gzipSync(tar(entries)), zip([{ name: 'c', bytes: zip(entries) }])];
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...archives),
      changes,
      fc.double({ min: 0.2, max: 1, noNaN: true }),
      async (archive, bytes, part) => {
        const changed = Buffer.from(archive);
        for (const [at, value] of bytes) changed[at % changed.length] = value;
        const path = write('x', changed.subarray(0, Math.ceil(changed.length * part)));
        for await (const finding of search([path])) {
          expect(finding.source[0]).toBe(path);
          if ('bytes' in finding) expect(finding.bytes.length).toBeLessThanOrEqual(524_288);
        }
      },
    ),
    { numRuns: 300 },
  );
});
