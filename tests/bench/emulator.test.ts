/** `bun run bench emulator`: what it counts, and its results through the real command line. */
import { afterAll, describe, expect, spyOn, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCartridge } from '../../bench/emulator/cartridges.ts';
import { countInstructions, sampleParts } from '../../bench/emulator/parts.ts';
import { type Mode, modes, Player } from '../../bench/emulator/player.ts';
import type { Results, Row } from '../../bench/emulator/results.ts';
import { Arcade } from '../../src/env/arcade.ts';
import { type Ended, ended, projectFolder, temporaryFolder } from '../e2e/cli.ts';

const { folder, remove } = temporaryFolder('bench');
afterAll(remove);

async function bench(...words: readonly string[]): Promise<Ended> {
  const child = Bun.spawn([process.execPath, 'run', 'bench', ...words], {
    cwd: projectFolder,
    env: { ...process.env, ATARI_ROMS: '', XDG_DATA_HOME: '/nonexistent' },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  return ended(child);
}

/** A cartridge of 2 KB that begins with these bytes, at 0xF000. */
function playerOf(...program: readonly number[]): Player {
  const bytes = new Uint8Array(2048).fill(0xea);
  bytes.set(program);
  bytes.set([0x00, 0xf0], 0x7fc);
  return new Player({ file: 'made.bin', title: 'made', md5: '', bytes });
}

describe('instructions of a frame', () => {
  test('that never ends: the 25,000 after which it is shown unfinished', () => {
    expect(countInstructions(playerOf(0x4c, 0x00, 0xf0), 20)).toBe(25000);
  });

  test('of a program whose instructions are counted by hand', () => {
    // LDA #2, STA VSYNC, 3 x STA WSYNC, LDA #0, STA VSYNC, LDX #250, 250 x (STA WSYNC, DEX, BNE), JMP: 2 + 3 + 2 + 1 + 750 + 1.
    const frame = [0xa9, 2, 0x85, 0, 0x85, 2, 0x85, 2, 0x85, 2, 0xa9, 0, 0x85, 0, 0xa2, 250, 0x85, 2, 0xca, 0xd0, 0xfb];
    const counted = countInstructions(playerOf(...frame, 0x4c, 0x00, 0xf0), 200);
    // A reset begins the program anew, so frames after one are shorter.
    expect(counted).toBeGreaterThan(759 * 0.98);
    expect(counted).toBeLessThanOrEqual(759);
  });
});

describe('modes', () => {
  /** Plays for `ms`, or longer until games have ended in it, and remembers of each frame of a game that was not over whether it was drawn. */
  const play = (cartridge: string, mode: Mode, ms: number, wantedGames = 0) => {
    const player = new Player(openCartridge({ rom: cartridge, word: join(projectFolder, cartridge) }));
    const { act } = Arcade.prototype;
    const drawn: (boolean | undefined)[] = [];
    /** Frames of each game that ended. */
    const games: number[] = [];
    const spy = spyOn(Arcade.prototype, 'act').mockImplementation(function (this: Arcade, action, draw) {
      if (this.terminal) return 0;
      drawn.push(draw);
      const reward = act.call(this, action, draw);
      if (this.terminal) games.push(drawn.length - games.reduce((sum, frames) => sum + frames, 0));
      return reward;
    });
    try {
      let { frames, elapsedMs } = player.play(mode, ms);
      for (let more = 2 * ms; games.length < wantedGames; more *= 2) frames += player.play(mode, more).frames;
      return { frames, elapsedMs, drawn, games };
    } finally {
      spy.mockRestore();
    }
  };
  const synthetic = 'tests/golden/roms/tiafuzz01.bin';

  test('each frame is counted once, and drawn as the mode says', () => {
    for (const mode of modes) {
      const { frames, elapsedMs, drawn } = play(synthetic, mode, 30);
      expect(frames).toBe(drawn.length);
      expect(frames % 40).toBe(0);
      expect(drawn).toEqual(drawn.map((_, frame) => mode === 'drawn' || frame % 4 >= 2));
      expect(elapsedMs).toBeGreaterThanOrEqual(30);
    }
  });

  test('a game that ends is begun again; of its last action the frames count that were played', () => {
    const { frames, drawn, games } = play('roms/catch.bin', 'drawn', 100, 5);
    expect(frames).toBe(drawn.length);
    expect(games.some((length) => length % 4 !== 0)).toBe(true);
  });
});

test('a profile finds the CPU and the TIA', () => {
  const player = new Player(openCartridge({ rom: 'pong', word: join(projectFolder, 'roms/pong.bin') }));
  const { cpu, tia, rest, samples } = sampleParts(player, 400);
  expect(samples).toBeGreaterThan(50);
  expect(cpu + tia + rest).toBeCloseTo(1);
  expect(cpu).toBeGreaterThan(0.1);
  expect(tia).toBeGreaterThan(0.1);
  expect(rest).toBeLessThan(0.5);
});

test('JSON and nothing else: a row for each cartridge and mode', async () => {
  const out = join(folder, 'results', 'emulator.json');
  const { code, stdout, stderr } = await bench(
    ...['emulator', 'catch', 'bank_f8_1', '--seconds', '0.02', '--workers', '1', '--json', '--out', out],
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const rows: Row[] = JSON.parse(stdout);
  expect(rows.map(({ rom, mode }) => `${rom} ${mode}`)).toEqual(
    ['catch', 'bank_f8_1'].flatMap((rom) => modes.map((mode) => `${rom} ${mode}`)),
  );
  const images = { catch: 'roms/catch.bin', bank_f8_1: 'tests/golden/roms/bank_f8_1.bin' };
  for (const row of rows) {
    const { framesPerSecond, best, timesRealTime, allCores, mode, nsPerFrame, instructionsPerFrame = 0 } = row;
    expect(framesPerSecond).toBeGreaterThan(100);
    expect(best).toBeGreaterThanOrEqual(framesPerSecond);
    expect(Math.abs(timesRealTime - framesPerSecond / 60)).toBeLessThan(1);
    expect(allCores).toMatchObject({ workers: 1 });
    expect(allCores!.ratio).toBeCloseTo(allCores!.framesPerSecond / framesPerSecond, 1);
    const image = readFileSync(join(projectFolder, images[row.rom as keyof typeof images]));
    expect(row.md5).toBe(createHash('md5').update(image).digest('hex'));
    if (mode !== 'drawn') {
      expect(Object.keys(row)).toEqual(['rom', 'mode', 'framesPerSecond', 'best', 'timesRealTime', 'md5', 'allCores']);
      continue;
    }
    expect(instructionsPerFrame).toBeGreaterThan(1000);
    expect(instructionsPerFrame).toBeLessThanOrEqual(25000);
    const perSecond = instructionsPerFrame * framesPerSecond;
    expect(Math.abs(row.instructionsPerSecond! / perSecond - 1)).toBeLessThan(0.01);
    const { cpu, tia, rest } = nsPerFrame!;
    expect(Math.abs((cpu + tia + rest) / (1e9 / framesPerSecond) - 1)).toBeLessThan(0.01);
    expect(row.besideOthers).toBeGreaterThan(100);
  }
  const results: Results = JSON.parse(readFileSync(out, 'utf8'));
  expect(results.rows).toEqual(rows);
  expect(results.bun).toBe(Bun.version);
  expect(String(results.commit)).toMatch(/^[0-9a-f]{40}$|^null$/);
  expect(results.secondsPerMode).toBe(0.02);
});

describe('mistakes are one line', () => {
  const short = join(folder, 'short.bin');
  writeFileSync(short, new Uint8Array(100));
  test.each([
    ['a game', ['emulator', 'pnog'], ['Unknown game: pnog', 'pong']],
    ['a file', ['emulator', './nowhere.bin'], ['No such ROM file', 'nowhere.bin']],
    ['no cartridge', ['emulator', 'catch', short], ['100 bytes']],
    ['a flag', ['emulator', '--second', '1'], ['no flag --second', 'Did you mean "--seconds"?']],
    ['no time', ['emulator', '--seconds', '0'], ['--seconds: 0 is out of range']],
    ['no number', ['emulator', '--workers', 'two'], ['--workers: "two" is not a number']],
    ['another kind of file', ['emulator', '--out', join(folder, 'a.txt')], ['.json']],
    ['a benchmark', ['emulatr'], ['no command bench emulatr', 'Did you mean "emulator"?']],
  ])('%s', async (_, words, texts) => {
    const { code, stdout, stderr } = await bench(...words);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    for (const text of texts) expect(stderr).toContain(text);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});
