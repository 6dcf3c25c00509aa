/** `bun run roms` and `bun run roms import` as a user runs them, with hostile archives and in folders that cannot be written. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findCartridge } from '../../src/games/library.ts';
import { games } from '../../src/games/registry.ts';
import { deflatedZeros, gzipOf, tar, tarHeader, zip } from '../games/importArchives.ts';
import { madeUpImage, md5 } from '../games/standIns.ts';
import { cli, type Ended, ended, projectFolder, temporaryFolder } from './cli.ts';

const { folder, remove } = temporaryFolder('roms');
afterAll(remove);

const from = join(folder, 'from');
const shelf = join(folder, 'shelf');
const breakout = madeUpImage('breakout', 2048);
const seaquest = madeUpImage('seaquest');
const standIns = { STAND_INS: JSON.stringify({ breakout: md5(breakout), seaquest: md5(seaquest) }) };
const command = ['--preload', './tests/games/standIns.ts', 'src/cli/main.ts', 'roms'];

beforeEach(() => mkdirSync(from));
afterEach(() => {
  for (const path of [from, shelf]) rmSync(path, { recursive: true, force: true });
});

function write(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(from, name), bytes);
  return join(from, name);
}

function startRoms(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return Bun.spawn([process.execPath, ...command, ...words], {
    cwd: projectFolder,
    env: { ...process.env, ATARI_ROMS: shelf, XDG_DATA_HOME: '/nonexistent', ...standIns, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
}

/** The command line of `roms`, made-up images standing for genuine Breakout and Seaquest, the games folder empty or not there. */
function roms(words: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
  return ended(startRoms(words, env));
}

async function refused(
  words: readonly string[],
  texts: readonly string[],
  env?: Record<string, string>,
): Promise<void> {
  const { code, stderr } = await roms(words, env);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  for (const text of texts) expect(stderr).toContain(text);
  expect(code).toBe(1);
}

function onShelf(): string[] {
  return existsSync(shelf) ? readdirSync(shelf).sort() : [];
}

describe('the list', () => {
  test('has every game, in 80 columns', async () => {
    mkdirSync(shelf);
    writeFileSync(join(shelf, `${'a long name '.repeat(9)}.bin`), breakout);
    writeFileSync(join(shelf, 'montezuma_revenge.other.bin'), seaquest.slice().reverse());
    const pong = madeUpImage('pong', 2048);
    writeFileSync(join(shelf, 'pong.bin'), pong);
    const env = { STAND_INS: JSON.stringify({ breakout: md5(breakout), pong: md5(pong) }) };
    const { code, stdout, stderr } = await roms([], env);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines.slice(0, -2)) expect(line.length).toBeLessThanOrEqual(80);
    const other = ['breakout', 'montezuma_revenge', 'pong'];
    for (const { id, md5: known } of games.filter((game) => !other.includes(game.id))) {
      expect(lines.some((line) => line.startsWith(`${id} `) && line.includes(known[0]))).toBe(true);
    }
    expect(stdout).toContain(`breakout           ${md5(breakout)}  a long name`);
    expect(stdout).toContain('montezuma_revenge* ');
    expect(stdout).toMatch(/^pong .* ours; the genuine is played$/m);
    expect(stdout).toMatch(/^pong .* pong\.bin$/m);
    expect(stdout).toContain('3 of 104 genuine games, 3 of 3 of our own');
    expect(stdout).toContain(`Games folder: ${shelf} (ATARI_ROMS)`);
  });

  test('is JSON, too, and can be cut to what is there or missing', async () => {
    mkdirSync(shelf);
    writeFileSync(join(shelf, 'x.bin'), breakout);
    const all = JSON.parse((await roms(['--json'])).stdout);
    expect(all.folder).toEqual({ path: shelf, source: 'ATARI_ROMS', exists: true });
    expect(all.games.length).toBe(games.length);
    const present = JSON.parse((await roms(['--json', '--present'])).stdout).games;
    expect(present.map(({ id }: { id: string }) => id)).toEqual(['breakout', 'bricks', 'catch', 'pong']);
    expect(present[0]).toMatchObject({ origin: 'gamesFolder', path: join(shelf, 'x.bin'), imageMd5: md5(breakout) });
    expect(JSON.parse((await roms(['--json', '--missing'])).stdout).games.length).toBe(games.length - 4);
  });

  test('says where the default folder is, which need not be there', async () => {
    const { stdout, code } = await cli(['roms', '--present'], { XDG_DATA_HOME: folder });
    expect(stdout).toContain(`Games folder: ${join(folder, 'wgsl-dqn', 'roms')} (by default; not there yet)`);
    expect(code).toBe(0);
  });
});

describe('an import', () => {
  test('copies what is known, says what is not, and can be done again', async () => {
    write('junk.txt', 'hello');
    write(
      'a.zip',
      zip([
        { name: 'Breakout.a26', bytes: breakout },
        { name: 'other', bytes: madeUpImage('other') },
      ]),
    );
    write('b.tar.gz', gzipSync(tar([{ name: 's', bytes: seaquest }])));
    mkdirSync(join(from, 'empty'));
    write('pong', findCartridge({ game: 'pong' }).bytes);
    const dry = await roms(['import', from, '--dry-run']);
    expect(dry.stdout).toContain('To be imported: 2');
    expect([dry.code, onShelf()]).toEqual([0, []]);

    const { code, stdout, stderr } = await roms(['import', from]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`breakout           imported       ${join(from, 'a.zip')} > Breakout.a26\n`);
    expect(stdout).toContain(`pong               ships with us  ${join(from, 'pong')}\n`);
    expect(stdout).toContain(`> other: ${md5(madeUpImage('other'))}\n`);
    expect(stdout).toContain('junk.txt: 5 bytes\n');
    expect(stdout).toContain('Imported: 2; already there: 0; ships with us: 1; not recognised: 2.\n');
    expect(stdout).toContain(`Games folder: ${shelf} (ATARI_ROMS), made now`);
    expect(onShelf()).toEqual(['breakout.bin', 'seaquest.bin']);
    expect(md5(readFileSync(join(shelf, 'breakout.bin')))).toBe(md5(breakout));

    const again = await roms(['import', from, '--json']);
    const { files, folder: filled } = JSON.parse(again.stdout);
    expect(filled).toEqual({ path: shelf, source: 'ATARI_ROMS', madeNow: false });
    expect(files.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
      'own',
      'present',
      'present',
      'refused',
      'refused',
    ]);
    expect(again.code).toBe(0);
  });

  test('makes the default folder and those around it', async () => {
    const home = join(folder, 'home');
    const { code } = await roms(['import', write('x', breakout)], { ATARI_ROMS: '', XDG_DATA_HOME: home });
    expect(code).toBe(0);
    expect(readdirSync(join(home, 'wgsl-dqn', 'roms'))).toEqual(['breakout.bin']);
  });

  test('of another dump is found by its name, and played with a warning', async () => {
    const dump = findCartridge({ game: 'bricks' }).bytes.slice();
    dump[dump.length >> 1] ^= 1;
    const { code, stdout } = await roms([
      'import',
      write('x.zip', zip([{ name: 'y', bytes: dump }])),
      '--game',
      'enduro',
    ]);
    expect([code, onShelf()]).toEqual([0, ['enduro.other.bin']]);
    expect(stdout).toContain(`unknown MD5, ${md5(dump)}`);
    expect((await roms(['--present'])).stdout).toContain(`enduro*            ${md5(dump)}  enduro.other.bin\n`);
    const played = await cli(['play', 'enduro', '--frames', '4', '--gif', join(from, 'x.gif')], {
      ATARI_ROMS: shelf,
    });
    expect(played.stderr).toBe('');
    expect(played.code).toBe(0);
    expect(played.stdout).toMatch(/^Cartridge: .*\nWarning: .* is not a known cartridge/);
  });

  test('writes no name raw to the terminal', async () => {
    const names = [
      'new\nline',
      'red\x1b[31m',
      'title\x1b]0;x\x07',
      'c1\x9b31m',
      'right to \u202eleft',
      'back\b\b\bspace',
    ];
    for (const name of names) write(name, 'x');
    write('x.zip', zip(names.map((name) => ({ name, bytes: breakout }))));
    const raw = /(?!\n)[\p{Cc}\u202e]/u;
    const { stdout, code } = await roms(['import', from]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(raw);
    expect(stdout).toContain('red\\x1b[31m');
    expect(stdout).toContain('new\\x0aline: 1 byte\n');
    const json = (await roms(['import', from, '--json'])).stdout;
    expect(json).not.toMatch(raw);
    const sources = JSON.parse(json).files.map(({ source }: { source: string[] }) =>
      source.at(-1)!.replace(`${from}/`, ''),
    );
    expect(sources.sort()).toEqual([...names, ...names].sort());
    await refused(['import', join(from, 'none\x1b[31m')], ['none\\x1b[31m']);
    writeFileSync(join(shelf, '\x1b[31m.bin'), seaquest);
    expect((await roms([])).stdout).not.toMatch(raw);
  });

  test('killed at any time leaves whole files, and can be done again', async () => {
    const ids = games.filter(({ ownImage }) => ownImage === undefined).map(({ id }) => id);
    const env = { STAND_INS: JSON.stringify(Object.fromEntries(ids.map((id) => [id, md5(madeUpImage(id))]))) };
    for (const id of ids) write(id, madeUpImage(id));
    const child = startRoms(['import', from], env);
    const deadline = Date.now() + 30_000;
    while (onShelf().length < 3 && Date.now() < deadline) await Bun.sleep(1);
    child.kill('SIGKILL');
    await child.exited;
    const files = onShelf().filter((name) => !name.startsWith('.'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.length).toBeLessThan(ids.length);
    for (const name of files) expect(md5(readFileSync(join(shelf, name)))).toBe(md5(madeUpImage(name.slice(0, -4))));
    // What an import that was killed long ago left is deleted, what one of now writes is not.
    const [old, young] = ['.unfinished-1-old', '.unfinished-1-young'].map((name) => join(shelf, name));
    for (const path of [old, young]) writeFileSync(path, 'x');
    utimesSync(old, new Date(), new Date(Date.now() - 7_200_000));
    expect((await roms(['import', from], env)).code).toBe(0);
    expect(onShelf().filter((name) => !name.startsWith('.')).length).toBe(ids.length);
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });
});

/**
 * The most memory that a running process has had so far, 0 once it has ended. Linux alone tells: what a process reports of itself when it
 * ends counts the one that started it, here all the tests before.
 */
function peakMemoryBytes(pid: number): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return 1024 * Number(kibibytes ?? 0);
  } catch {
    return 0;
  }
}

test('junk, bombs and archives that reach outside cost neither memory, time nor a file elsewhere', async () => {
  const gibibyte = { bytes: new Uint8Array(), packed: deflatedZeros(1024) };
  const bomb = zip([{ name: 'zeros', ...gibibyte, declaredBytes: 2 ** 30 }]);
  const outside = join(folder, 'outside');
  mkdirSync(outside);
  write('bomb.zip', bomb);
  write('lies.zip', zip([{ name: 'zeros', ...gibibyte, declaredBytes: 4096 }]));
  write('nested.zip', zip(Array.from({ length: 50 }, (_, i) => ({ name: `${i}.zip`, bytes: bomb }))));
  write('bomb.gz', gzipOf(gibibyte.packed));
  write('bomb.tar.gz', gzipOf(deflatedZeros(1200, tarHeader({ name: 'zeros', declaredBytes: 2 ** 33 }))));
  write(
    'outside.zip',
    zip([
      { name: '../../outside/a', bytes: breakout },
      { name: `${outside}/b`, bytes: seaquest },
    ]),
  );
  const link = { name: 'link', type: '2', linkTo: outside };
  write('outside.tar', tar([link, { name: 'link/a', bytes: breakout }, { name: `${outside}/b`, bytes: seaquest }]));
  symlinkSync(from, join(from, 'round'));
  for (let i = 0; i < 200; i++) write(`junk${i}`, crypto.getRandomValues(new Uint8Array(i * 50)));

  const begun = performance.now();
  const child = startRoms(['import', from]);
  let peakBytes = 0;
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakMemoryBytes(child.pid));
  }, 5);
  const { code, stdout } = await ended(child);
  clearInterval(watch);
  expect(code).toBe(0);
  expect(performance.now() - begun).toBeLessThan(20_000);
  if (process.platform === 'linux') expect(peakBytes).toBeGreaterThan(10 * 2 ** 20);
  expect(peakBytes).toBeLessThan(200 * 2 ** 20);
  expect(readdirSync(outside)).toEqual([]);
  expect(onShelf()).toEqual(['breakout.bin', 'seaquest.bin']);
  const named = ['bomb.zip > zeros: 1 GiB', 'lies.zip > zeros: ', 'bomb.gz: more than', 'bomb.tar.gz: more than 1 GiB'];
  for (const text of named) expect(stdout).toContain(text);
  expect(stdout).toContain('larger than any cartridge (52)');
});

describe('what cannot be read or written is said in a line', () => {
  /** Rights do not bind root, so the command is run by nobody. */
  function asNobody(words: readonly string[]): { code: number | null; stdout: string; stderr: string } {
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const env = { ...process.env, ATARI_ROMS: shelf, ...standIns };
    const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...words], {
      cwd: projectFolder,
      env,
      encoding: 'utf8',
      ...nobody,
    });
    return { code: status, stdout, stderr };
  }
  beforeEach(() => chmodSync(folder, 0o755));

  test('a games folder', () => {
    mkdirSync(shelf, { mode: 0o555 });
    const { code, stderr } = asNobody(['import', write('x', breakout)]);
    expect(stderr).toBe(
      `error: Cannot write to ${join(shelf, 'breakout.bin')}: permission denied. Choose another folder with --games-folder or ATARI_ROMS, or make room there.\n`,
    );
    expect([code, onShelf()]).toEqual([1, []]);
  });

  test('a file and a folder among others', () => {
    mkdirSync(shelf);
    chmodSync(shelf, 0o777);
    chmodSync(write('secret', breakout), 0);
    mkdirSync(join(from, 'closed'), { mode: 0 });
    write('x', seaquest);
    const { code, stdout } = asNobody(['import', from]);
    chmodSync(join(from, 'closed'), 0o755);
    expect(stdout).toContain(`secret: permission denied\n`);
    expect(stdout).toContain(`closed: permission denied\n`);
    expect([code, onShelf()]).toEqual([0, ['seaquest.bin']]);
  });

  test('no image at all', async () => {
    await refused(
      ['import', write('x', madeUpImage('other'))],
      ['No known cartridge is among the one file found', '--game ID'],
    );
    await refused(
      ['import', write('x', 'hello')],
      ['No known cartridge is among the one file found', 'roms --missing'],
    );
    rmSync(join(from, 'x'));
    symlinkSync('loop', join(from, 'loop'));
    await refused(['import', join(from, 'loop')], ['No known cartridge']);
    rmSync(join(from, 'loop'));
    await refused(['import', from], [`There are no files in ${from}`]);
    expect(existsSync(shelf)).toBe(false);
  });
});

describe('mistakes are said in a line', () => {
  const path = join(projectFolder, 'roms');
  type Case = [name: string, words: string[], texts: string[], env?: Record<string, string>];
  const mistakes: Case[] = [
    ['a command', ['imprt', 'x'], ['no command roms imprt', 'Did you mean "import"?']],
    ['a flag of the list', ['--mising'], ['no flag --mising', 'Did you mean "--missing"?']],
    ['a flag of import', ['import', path, '--dryrun'], ['no flag --dryrun', 'Did you mean "--dry-run"?']],
    ['a flag of the other', ['import', path, '--missing'], ['no flag --missing', 'roms import --help']],
    ['a switch with a value', ['--json=no'], ['--json takes no value']],
    ['no path', ['import'], ['No file or folder is named', 'roms import ~/']],
    [
      'a path that is not there',
      ['import', path, '/nonexistent/x'],
      ['There is no file or folder /nonexistent/x', 'nothing was imported'],
    ],
    ['no game', ['import', path, '--game'], ['--game needs a value']],
    ['an unknown game', ['import', path, '--game', 'brakeout'], ['Unknown game: brakeout', 'breakout']],
    ['a game of ours', ['import', path, '--game', 'catch'], ['catch is our own game', '--rom']],
    ['force alone', ['import', path, '--force'], ['--force goes with --game']],
    ['a folder in no folder', ['import', path], ['no folder /nonexistent/a'], { ATARI_ROMS: '/nonexistent/a/b' }],
    ['a folder that is a file', ['import', path], ['is not a folder'], { ATARI_ROMS: join(path, 'pong.bin') }],
    ['no folder to list', ['--games-folder', '/nonexistent'], ['is not a folder: /nonexistent']],
  ];
  test.each(mistakes)('%s', (...[, words, texts, env]: Case) => refused(words, texts, env));
});
