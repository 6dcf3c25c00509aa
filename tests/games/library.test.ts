/** Which cartridge a name means, and what the user is told where there is none. */
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import type { Game } from '../../src/games/game.ts';
import { genuineBreakout } from '../../src/games/genuine/breakout.ts';
import { genuinePong } from '../../src/games/genuine/pong.ts';
import { gamesFolder } from '../../src/games/library/folder.ts';
import { findCartridge, listCartridges } from '../../src/games/library.ts';
import { games } from '../../src/games/registry.ts';

let folder: string;
const variables = ['ATARI_ROMS', 'XDG_DATA_HOME'] as const;
const before = variables.map((name) => process.env[name]);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'library-'));
  delete process.env['ATARI_ROMS'];
  process.env['XDG_DATA_HOME'] = join(folder, 'data');
});

afterEach(() => {
  variables.forEach((name, i) => {
    if (before[i] === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = before[i];
    }
  });
  rmSync(folder, { recursive: true });
});

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function image(size: number, fill: number): Uint8Array {
  return new Uint8Array(size).fill(fill);
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/**
 * Genuine images cannot be committed: for the time of `body` a made-up image stands for one, by adding its MD5 to the entry.
 */
function withStandIn<T>(game: Game, bytes: Uint8Array, body: () => T): T {
  const digests = game.md5 as string[];
  digests.push(md5(bytes));
  try {
    return body();
  } finally {
    digests.pop();
  }
}

function userError(body: () => unknown): UserError {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message, hint } = error as UserError;
    expect(message).not.toContain('\n');
    expect(hint).not.toBe('');
    return error as UserError;
  }
  throw new Error('expected a UserError');
}

test('our own games are found without any folder, with the MD5 of their entries', () => {
  for (const game of games.filter((entry) => entry.ownImage !== undefined)) {
    const found = findCartridge({ game: game.id });
    expect(found.origin).toBe('own');
    expect(found.game).toBe(game);
    expect(game.md5).toContain(found.md5);
    expect(found.md5).toBe(md5(found.bytes));
    expect(found.bytes).toEqual(new Uint8Array(readFileSync(found.path)));
    expect(found.warning).toBeUndefined();
  }
});

test('a genuine cartridge in the games folder takes the name over, whatever its file is called', () => {
  const bytes = image(2048, 7);
  withStandIn(genuinePong, bytes, () => {
    const path = write('some file.a26', bytes);
    write('aaa not a game.bin', image(2048, 8));
    write('.hidden.bin', bytes);
    write('notes.txt', image(100, 9));
    mkdirSync(join(folder, 'sub.bin'));
    const found = findCartridge({ game: 'pong', gamesFolder: folder });
    const { bytes: _, ...rest } = found;
    expect(rest).toEqual({ game: genuinePong, title: genuinePong.title, path, md5: md5(bytes), origin: 'gamesFolder' });
    expect(found.bytes).toEqual(bytes);
    expect(findCartridge({ game: 'pong' }).origin).toBe('own');
    process.env['ATARI_ROMS'] = folder;
    expect(findCartridge({ game: 'pong' }).game).toBe(genuinePong);
  });
});

test('a copy of our own image in the games folder is not a genuine cartridge', () => {
  write('pong.bin', findCartridge({ game: 'pong' }).bytes);
  expect(findCartridge({ game: 'pong', gamesFolder: folder }).origin).toBe('own');
});

test('the default games folder lies in the data folder of the user and need not exist', () => {
  const path = join(folder, 'data', 'wgsl-dqn', 'roms');
  expect(gamesFolder()).toEqual({ path, source: 'default', exists: false });
  mkdirSync(path, { recursive: true });
  const bytes = image(2048, 3);
  writeFileSync(join(path, 'x.bin'), bytes);
  withStandIn(genuineBreakout, bytes, () => {
    expect(findCartridge({ game: 'breakout' }).path).toBe(join(path, 'x.bin'));
  });
  delete process.env['XDG_DATA_HOME'];
  expect(gamesFolder().path).toEndWith(join('.local', 'share', 'wgsl-dqn', 'roms'));
});

test('a forced file with a known MD5 is played by its own entry', () => {
  const own = findCartridge({ game: 'pong' });
  const path = write('copy.bin', own.bytes);
  const found = findCartridge({ game: 'pong', romPath: path });
  expect([found.game, found.origin, found.path, found.warning]).toEqual([own.game, 'romPath', path, undefined]);
});

test('a forced file with an unknown MD5 is played by the rules of the named game, with a warning', () => {
  const path = write('hack.bin', image(4096, 1));
  const found = findCartridge({ game: 'pong', romPath: path });
  expect(found.game).toBe(genuinePong);
  expect(found.warning).toContain(found.md5);
  expect(found.warning).toContain(path);
});

test('a forced file that is another game is refused', () => {
  const path = write('copy.bin', findCartridge({ game: 'pong' }).bytes);
  const error = userError(() => findCartridge({ game: 'breakout', romPath: path }));
  expect(error.message).toContain('not breakout');
  expect(error.hint).toContain('pong');
});

test('an unknown game names the nearest ones', () => {
  expect(userError(() => findCartridge({ game: 'pnog' })).hint).toMatch(/^Nearest: pong\./);
  // Nothing is near: up to three of the least far.
  expect(userError(() => findCartridge({ game: 'zzzzz' })).hint).toMatch(/^Nearest: (\w+, ){1,2}\w+\./);
  expect(userError(() => findCartridge({ game: 'Break-Out' })).hint).toMatch(/^Nearest: breakout\./);
});

test('a game without a cartridge says which MD5 is wanted and where it was looked for', () => {
  const error = userError(() => findCartridge({ game: 'breakout', gamesFolder: folder }));
  expect(error.message).toContain(folder);
  expect(error.message).toContain(genuineBreakout.md5[0]);
  expect(error.hint).toContain('--rom');
});

test('files that are no cartridge images are refused, each for its reason', () => {
  const loop = join(folder, 'loop.bin');
  symlinkSync(loop, loop);
  const wrong: [string, RegExp][] = [
    [join(folder, 'none.bin'), /^No such ROM file/],
    [join(write('file', image(2048, 0)), 'inside.bin'), /^No such ROM file/],
    [folder, /is a folder/],
    ['/dev/null', /^Not a ROM file/],
    [write('empty.bin', image(0, 0)), /is empty/],
    [write('3000.bin', image(3000, 0)), /has 3,000 bytes/],
    [write('2047.bin', image(2047, 0)), /has 2,047 bytes/],
    [write('big.bin', image(600_000, 0)), /has 600,000 bytes/],
    [loop, /^Cannot read the ROM file/],
  ];
  for (const [romPath, expected] of wrong) {
    expect(userError(() => findCartridge({ game: 'pong', romPath })).message).toMatch(expected);
  }
  for (const size of [2048, 4096, 8192, 8448, 16896, 10240, 10495, 10496, 12288, 16384, 32768]) {
    expect(findCartridge({ game: 'pong', romPath: write('right.bin', image(size, 2)) }).bytes.length).toBe(size);
  }
});

test('a games folder that was named must exist', () => {
  const none = join(folder, 'none');
  expect(userError(() => findCartridge({ game: 'pong', gamesFolder: none })).message).toContain(none);
  const loop = join(folder, 'loop');
  symlinkSync(loop, loop);
  expect(userError(() => findCartridge({ game: 'pong', gamesFolder: loop })).message).toContain(loop);
  process.env['ATARI_ROMS'] = none;
  expect(userError(() => findCartridge({ game: 'pong' })).message).toContain('ATARI_ROMS');
});

test('the list shows every entry and where its image lies', () => {
  const bytes = image(2048, 5);
  withStandIn(genuineBreakout, bytes, () => {
    const path = write('b.bin', bytes);
    const list = listCartridges({ gamesFolder: folder });
    expect(list.folder).toEqual({ path: folder, source: 'option', exists: true });
    expect(list.cartridges.length).toBe(games.length);
    const paths = new Map(list.cartridges.map((entry) => [`${entry.id} ${entry.origin}`, entry.path]));
    expect(paths.get('breakout gamesFolder')).toBe(path);
    expect(paths.get('pong gamesFolder')).toBeUndefined();
    expect(paths.get('pong own')).toEndWith('pong.bin');
  });
  expect(listCartridges().folder.exists).toBe(false);
});

test('a folder that is to be filled may be missing where the folder around it is there', () => {
  expect(gamesFolder(join(folder, 'new'), 'fill')).toEqual({
    path: join(folder, 'new'),
    source: 'option',
    exists: false,
  });
  expect(gamesFolder(folder, 'fill').exists).toBe(true);
  expect(userError(() => gamesFolder(join(folder, 'no', 'new'), 'fill')).message).toContain(join(folder, 'no'));
  expect(userError(() => gamesFolder(write('file', image(1, 1)), 'fill')).message).toContain('is not a folder');
});

test('thousands of files in the games folder are no burden', () => {
  // Of 50 MB each, but all holes.
  for (let i = 0; i < 2000; i++) truncateSync(write(`${i}.bin`, image(1, i)), 50_000_001);
  const bytes = image(2048, 9);
  write('z.bin', bytes);
  withStandIn(genuineBreakout, bytes, () => {
    const before = performance.now();
    expect(findCartridge({ game: 'breakout', gamesFolder: folder }).md5).toBe(md5(bytes));
    // Measured: 4 ms. To read them takes a minute.
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
