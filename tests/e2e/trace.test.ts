/** `bun run trace` through the real command line: what it prints, compares, writes and refuses. */
import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { goldenText } from '../golden/cartridges.ts';
import { cli, ended, projectFolder, start, temporaryFolder } from './cli.ts';

const { folder, remove } = temporaryFolder('trace');
afterAll(remove);
const at = (name: string): string => join(folder, name);
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};
const rom = (name: string): string => `tests/golden/roms/${name}.bin`;
const golden = (name: string): string => `tests/golden/traces/${name}.1.txt.gz`;

/** Runs `trace` and returns what it prints; nothing goes to stderr. */
async function trace(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(['trace', ...words]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** Runs `trace` and expects one line on stderr that has each text, and nothing on stdout. */
async function refused(words: readonly string[], ...texts: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await cli(['trace', ...words]);
  expect(stderr).toMatch(/^error: [^\n]*\n$/);
  for (const text of texts) expect(stderr).toContain(text);
  expect([code, stdout]).toEqual([1, '']);
}

describe('what it prints', () => {
  const asGolden = ['--any', '--seed', '1', '--frames', '600', '--full', '60', '--every', '10'];

  test.each(['tiafuzz07', 'random09', 'bank_e7_1'])('the very bytes of the golden trace of %s', async (name) => {
    expect(await trace(rom(name), ...asGolden)).toBe(goldenText(name));
    expect(await trace(rom(name), ...asGolden, '--undrawn')).toBe(goldenText(name));
  });

  test('its defaults are those of the format: seed 1, 600 frames, 300 in full, then every 60th', async () => {
    const written = [
      '--seed',
      '1',
      '--frames',
      '600',
      '--full',
      '300',
      '--every',
      '60',
      '--sticky',
      '0',
      '--frame-skip',
      '1',
    ];
    expect(await trace('pong')).toBe(
      await trace('pong', ...written, '--mode', '0', '--difficulty', '0', '--bankswitch', 'auto'),
    );
  });

  test('a file is known by its MD5, whatever its name', async () => {
    const copy = file('copy.bin', readFileSync('roms/catch.bin'));
    const [first, ...lines] = (await trace(copy, '--frames', '20')).split('\n');
    expect(first).toBe('# rom copy.bin');
    expect(lines.join('\n')).toBe((await trace('catch', '--frames', '20')).replace('# rom catch.bin\n', ''));
  });

  test('a file that nobody knows plays by no rules, or by those of a game, with a warning beside the trace', async () => {
    const { code, stdout, stderr } = await cli(['trace', rom('tiafuzz01'), '--frames', '5']);
    expect(stderr).toMatch(
      /^Warning: .*tiafuzz01.bin \(MD5 6d16795d8910b7f5dd45313d166650e2\) is not a known .*--game ID.*\n$/,
    );
    expect([code, stdout]).toEqual([0, await trace(rom('tiafuzz01'), '--frames', '5', '--any')]);
    const asPong = await cli(['trace', rom('tiafuzz01'), '--frames', '5', '--game', 'pong']);
    expect(asPong.stderr).toMatch(/^Warning: .*is not a known cartridge; it is played by the rules of Pong.*\n$/);
    expect(asPong.stdout).toContain(' left PADDLES ');
    expect(asPong.stdout).toContain(' any 0 ');
  });

  test('a name with a line break is one line of the trace', async () => {
    const path = file('a\n0 1 2.bin', readFileSync(rom('tiafuzz01')));
    const { stdout, stderr } = await cli(['trace', path, '--frames', '0']);
    expect(stdout).toStartWith('# rom a\\x0a0 1 2.bin\n# md5 ');
    expect(stdout).toContain('\n# name a\\x0a0 1 2\n');
    expect(stderr.split('\n')).toHaveLength(2);
  });

  test('nothing goes wrong when the reader leaves', async () => {
    const process = start(['trace', 'pong', '--frames', '100000000', '--full', '100000000']);
    const reader = process.stdout.getReader();
    await reader.read();
    await reader.cancel();
    expect(await process.exited).toBe(0);
    expect(await new Response(process.stderr).text()).toBe('');
  });

  test('a full disk is one line', async () => {
    if (!existsSync('/dev/full')) throw new Error('this test needs /dev/full');
    const words = [process.execPath, 'src/cli/main.ts', 'trace', 'pong'];
    const child = Bun.spawn(words, { cwd: projectFolder, stdout: Bun.file('/dev/full'), stderr: 'pipe' });
    const stderr = await new Response(child.stderr).text();
    expect(stderr).toMatch(/^error: Cannot write to standard output: .*\n$/);
    expect(await child.exited).toBe(1);
  });
});

describe('--dump-frame', () => {
  test('writes the screen in the colours of the console, and the trace is the same', async () => {
    const path = at('deep/screen.png');
    const text = await trace('pong', '--frames', '30', '--full', '0', '--dump-frame', '17', path);
    expect(text).toBe(await trace('pong', '--frames', '30', '--full', '0'));
    expect(readdirSync(at('deep'))).toEqual(['screen.png']);
    const { width, height, data } = PNG.sync.read(readFileSync(path));
    expect([width, height]).toEqual([320, 210]);
    expect(new Set(new Uint32Array(data.buffer, data.byteOffset, width * height)).size).toBeGreaterThan(2);
    const other = at('other.png');
    await trace('pong', '--frames', '30', '--full', '0', `--dump-frame=-1`, other);
    expect(readFileSync(other)).not.toEqual(readFileSync(path));
  });

  test('comes also when the reader leaves before it', async () => {
    const path = at('late.png');
    const process = start(['trace', 'pong', '--frames', '40000', '--full', '40000', '--dump-frame', '30000', path]);
    await process.stdout.cancel();
    expect(await process.exited).toBe(0);
    expect(existsSync(path)).toBe(true);
  });

  test.each<[string, readonly string[], string]>([
    ['no file', ['5'], '--dump-frame needs 2 values'],
    ['nothing', [], '--dump-frame needs 2 values'],
    ['a flag for the file', ['5', '--any'], '--dump-frame needs 2 values'],
    ['no number', ['x.png', '5'], '"x.png" is not the number of a frame'],
    [
      'a frame that is not played',
      ['600', 'x.png'],
      'frame 600 is not played; the last one is 599. Play more: --frames 601.',
    ],
    ['a file of another kind', ['5', 'x.gif'], 'ends with .png'],
    ['a folder that cannot be', ['5', '/dev/null/x.png'], 'Cannot write to /dev/null/x.png'],
  ])('refuses %s', async (_, values, text) => refused(['pong', '--dump-frame', ...values], text));

  test('refuses a folder in place of the file before it plays', async () => {
    mkdirSync(at('folder.png'));
    await refused(['pong', '--dump-frame', '5', at('folder.png')], 'it is a folder');
  });
});

describe('--against', () => {
  test('finds the cartridge beside the trace, plays it as the header says, and is content', async () => {
    for (const words of [[golden('bank_fasc_2')], [golden('random05'), '--undrawn']]) {
      expect(await trace('--against', ...words)).toMatch(/^[a-z0-9_]+\.1\.txt\.gz: 115 rows compared, all equal\n$/);
    }
  });

  test('a game of ours, with all that can be chosen; packed or not; from a file that is named', async () => {
    const text = await trace(
      'catch',
      '--seed',
      '4',
      '--frame-skip',
      '4',
      '--sticky',
      '0.25',
      '--ram',
      '--difficulty',
      '0',
    );
    const rows = text.split('\n').filter((line) => /^[-R\d]/.test(line)).length;
    expect(await trace('--against', file('plain.txt', text))).toBe(`plain.txt: ${rows} rows compared, all equal\n`);
    expect(await trace('--against', file('packed', gzipSync(text)))).toContain('all equal');
    expect(await trace(rom('tiafuzz01'), '--against', file('alone.txt', goldenText('tiafuzz01')))).toContain(
      'all equal',
    );
    const forced = await trace(rom('bank_f8_1'), '--any', '--bankswitch', 'E0', '--frames', '50');
    expect(await trace(rom('bank_f8_1'), '--against', file('forced.txt', forced))).toContain('all equal');
  });

  test('another dump is compared by the rules of a named game, with its warning', async () => {
    const text = (await cli(['trace', rom('tiafuzz01'), '--game', 'pong', '--frames', '50'])).stdout;
    const path = file('dump.txt', text);
    await refused([rom('tiafuzz01'), '--against', path], 'no known game has the MD5 6d16', '--game ID');
    const { code, stdout, stderr } = await cli(['trace', rom('tiafuzz01'), '--game', 'pong', '--against', path]);
    expect([code, stdout]).toEqual([0, 'dump.txt: 51 rows compared, all equal\n']);
    expect(stderr).toMatch(/^Warning: .*by the rules of Pong.*\n$/);
  });

  test('shows where it differs, with exit code 1', async () => {
    const path = file(
      'tiafuzz01.txt',
      goldenText('tiafuzz01').replace(/^40 (.*) (\S+) (\S+) (\d+)$/m, '40 $1 00000000 $3 $4'),
    );
    const { code, stdout, stderr } = await cli(['trace', rom('tiafuzz01'), '--against', path]);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout.split('\n')[0]).toBe('tiafuzz01.txt, line 55: frame 40 differs in ram, after 41 equal rows');
    expect(stdout).toMatch(/\n {2}equal {5}39 .*\n {2}expected {2}40 .* 00000000 .*\n {2}actual {4}40 .*\nRAM/);
  });

  test.each<[string, () => readonly string[], readonly string[]]>([
    ['no trace', () => [], ['--against needs a value']],
    ['a trace that is not there', () => [at('none.txt')], ['Cannot read the trace', 'none.txt: there is no such file']],
    ['a folder', () => [folder], ['it is a folder']],
    ['an empty file', () => [file('empty.txt', '')], ['empty.txt is no trace: it has no rows', 'docs/traces.md']],
    ['a cartridge', () => [rom('random01')], ['random01.bin, line 1: ', 'is neither a row nor a comment']],
    [
      'a packed file that is cut',
      () => [file('cut.gz', readFileSync(golden('random01')).subarray(0, 700))],
      ['Cannot read the trace', 'cut.gz'],
    ],
    [
      'a bad row',
      () => [file('row.txt', goldenText('random01').replace('\n7 ', '\n7'))],
      ['row.txt, line 22: ', 'neither a row'],
    ],
    [
      'a cartridge that is nowhere',
      () => [file('far.txt', goldenText('random01'))],
      ['was not found: random01.bin, MD5 ', 'bun run trace FILE --against'],
    ],
    [
      'another cartridge',
      () => [golden('random01'), rom('random02')],
      ['of the cartridge with MD5', 'random02.bin has MD5'],
    ],
    ['a game that is another cartridge', () => [golden('random01'), 'pong'], ['pong.bin has MD5']],
    ['what the trace says', () => [golden('random01'), '--seed', '2'], ['--seed does not go with --against']],
    ['what the trace says, a switch', () => [golden('random01'), '--any'], ['--any does not go with --against']],
  ])('refuses %s', (_, words, texts) => refused(['--against', ...words()], ...texts));
});

describe('what it refuses', () => {
  test.each<[string, () => readonly string[], readonly string[]]>([
    ['no cartridge', () => [], ['No cartridge is named', 'bun run trace pong']],
    ['an unknown game', () => ['pogn'], ['Unknown game: pogn', 'Nearest: pong']],
    ['a file that is not there', () => ['pong.a26'], ['No such ROM file', 'pong.a26']],
    ['a folder', () => ['./tests'], ['is a folder']],
    ['a file of 100 bytes', () => [file('100.bin', new Uint8Array(100))], ['100.bin has 100 bytes']],
    ['a word too many', () => ['pong', 'catch'], ['"catch" is one word too many']],
    ['an unknown flag', () => ['pong', '--evry', '3'], ['no flag --evry', 'Did you mean "--every"?']],
    ['seed 0', () => ['pong', '--seed', '0'], ['--seed: 0 is out of range']],
    ['a seed of 33 bits', () => ['pong', '--seed', '4294967296'], ['--seed: 4294967296 is out of range']],
    ['frames below 0', () => ['pong', '--frames', '-1'], ['--frames: -1 is out of range']],
    ['half a frame', () => ['pong', '--frames', '0.5'], ['--frames: 0.5 is not a whole number']],
    ['frames without a number', () => ['pong', '--frames', '--any'], ['--frames needs a value']],
    ['every 0th', () => ['pong', '--every', '0'], ['--every: 0 is out of range']],
    ['full below 0', () => ['pong', '--full', '-3'], ['--full: -3 is out of range']],
    ['a probability above 1', () => ['pong', '--sticky', '1.5'], ['--sticky: 1.5 is out of range']],
    ['a probability in words', () => ['pong', '--sticky', 'often'], ['--sticky: "often" is not a number']],
    ['a frame skip of 0', () => ['pong', '--frame-skip', '0'], ['--frame-skip: 0 is out of range']],
    ['a mode that the game lacks', () => ['pong', '--mode', '7'], ['the game has no mode 7. It has 0.']],
    ['a mode of no game', () => ['pong', '--any', '--mode', '1'], ['the game has no mode 1']],
    ['a difficulty that the game lacks', () => ['pong', '--difficulty', '1'], ['the game has no difficulty 1']],
    ['difficulty 4', () => ['pong', '--difficulty', '4'], ['--difficulty: 4 is out of range']],
    ['unknown bank switching', () => ['pong', '--bankswitch', 'F9'], ['--bankswitch: "F9"', 'Did you mean "F8"?']],
    ['bank switching that the size forbids', () => ['pong', '--bankswitch', 'F4'], ['2,048 bytes', 'F4']],
    ['--game with a game', () => ['pong', '--game', 'catch'], ['--game catch is for a file']],
    ['--game of a cartridge that is another', () => ['roms/pong.bin', '--game', 'catch'], ['not catch']],
    ['an unknown game for a file', () => [rom('random01'), '--game', 'ponk'], ['Unknown game: ponk', 'pong']],
    [
      'a games folder that is none',
      () => ['pong', '--games-folder', at('nowhere')],
      ['The games folder is not a folder'],
    ],
    ['undrawn with the rules of a game', () => ['pong', '--undrawn'], ['every frame is drawn', '--any']],
    ['a value for a switch that has none', () => ['pong', '--any', 'yes'], ['"yes" is one word too many']],
  ])('%s', (_, words, texts) => refused(words(), ...texts));
});

test('--help lists every flag, and `bun run` knows the command', async () => {
  const help = await trace('--help');
  for (const flag of [
    '--seed S',
    '--frames N',
    '--dump-frame N FILE',
    '--against FILE',
    '--bankswitch NAME',
    '--game ID',
  ]) {
    expect(help).toContain(`  ${flag} `);
  }
  const process = Bun.spawn([Bun.which('bun') ?? globalThis.process.execPath, 'run', 'trace', 'pogn'], {
    cwd: projectFolder,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const { code, stderr } = await ended(process as ReturnType<typeof start>);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: Unknown game: pogn\..*\n$/)]);
});
