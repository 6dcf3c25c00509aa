/** The console as a whole: power-on, controls, frames, and that a restored console goes on as if nothing had been. */
import { describe, expect, test } from 'bun:test';
import { actionNames } from '../../src/emulator/console/action.ts';
import { Console } from '../../src/emulator/console/console.ts';
import { Controls, paddleRange } from '../../src/emulator/console/controls.ts';
import { defaultProperties } from '../../src/emulator/console/properties.ts';
import { fnv32 } from '../../src/env/trace/hash.ts';
import { UserError } from '../../src/errors.ts';
import { Mt19937, Xoshiro128 } from '../../src/random.ts';
import { readRom } from '../golden/cartridges.ts';

/** A program that does nothing but loop, so RAM stays as it was. */
function idle(): Uint8Array {
  const rom = new Uint8Array(4096).fill(0xea);
  rom.set([0x4c, 0x00, 0xf0]);
  rom.set([0x00, 0xf0], 0xffc);
  return rom;
}

describe('power-on', () => {
  test('RAM is noise, always the same', () => {
    const random = new Mt19937(4753849);
    const noise = Uint8Array.from({ length: 128 }, () => random.nextU32() & 0xff);
    expect(new Console(idle()).ram).toEqual(noise);
  });

  test('a program with long frames is a PAL one and gets a taller picture', () => {
    const pal = new Console(readRom('random08'));
    expect([pal.format, pal.screenHeight, pal.properties.height]).toEqual(['PAL', 250, 250]);
    const ntsc = new Console(readRom('random08'), { format: 'NTSC' });
    expect([ntsc.format, ntsc.screenHeight]).toEqual(['NTSC', 210]);
  });

  test('a picture of less than 200 lines is shown with 200, one that does not fit is refused', () => {
    expect(new Console(idle(), { height: 180 }).screen.length).toBe(160 * 200);
    expect(() => new Console(idle(), { height: 290 })).toThrow(UserError);
  });
});

describe('the screen before the last frame', () => {
  // In random15 frames go on, in random08 they are short.
  test.each(['tiafuzz01', 'random15', 'random08', 'bank_e7_1'])('%s, drawn or not', (name) => {
    const random = new Xoshiro128(1, name);
    const drawn = new Console(readRom(name));
    const undrawn = new Console(readRom(name));
    for (let frame = 0; frame < 60; frame++) {
      const before = drawn.screen.slice();
      drawn.runFrame();
      undrawn.runFrame(random.nextInt(3) === 0);
      const looked = random.nextInt(4);
      if (looked === 0) expect(fnv32(undrawn.previousScreen)).toBe(fnv32(before));
      if (looked <= 1) expect(fnv32(undrawn.screen)).toBe(fnv32(drawn.screen));
      if (looked === 2) expect(fnv32(drawn.previousScreen)).toBe(fnv32(before));
    }
  });
});

describe('a frame that never ends', () => {
  /** Five frames of 253 lines with a bright background; the CPU jams after 200 lines of the fifth. */
  function jamming(): Console {
    const rom = new Uint8Array(4096);
    const program =
      'A9 02 85 00 85 02 85 02 85 02 A9 00 85 00 A9 0E 85 09 A0 C8 85 02 88 D0 FB E8 E0 05 F0 0A A0 32 85 02 88 D0 FB 4C 00 F0 02';
    rom.set(program.split(' ').map((byte) => Number.parseInt(byte, 16)));
    rom.set([0x00, 0xf0], 0xffc);
    const console = new Console(rom);
    // The first frame ends with the first VSYNC.
    for (let frame = 0; frame < 6; frame++) console.runFrame();
    return console;
  }
  const rows = (console: Console): number[] => [100, 205].map((row) => console.screen[row * 160]);

  test('is greyed below the beam, once', () => {
    const console = jamming();
    expect(rows(console)).toEqual([0x0e, 0x07]);
    const { scanlines } = console;
    console.runFrame();
    expect([...rows(console), console.scanlines]).toEqual([0x0e, 0x07, scanlines]);
  });

  test('is not greyed again after a restore', () => {
    const console = jamming();
    console.restore(console.snapshot());
    console.runFrame();
    expect(rows(console)).toEqual([0x0e, 0x07]);
  });
});

describe('controls', () => {
  /** What a port reads while an action is held: pressed bits of SWCHA, and the fire inputs that are down. */
  function held(controls: Controls): [number, boolean, boolean] {
    return [controls.swcha ^ 0xff, controls.inpt4 === 0, controls.inpt5 === 0];
  }

  test('each action presses its switches', () => {
    const controls = new Controls(defaultProperties);
    const other = new Controls({ ...defaultProperties, swapPorts: true });
    actionNames.forEach((name, action) => {
      const direction =
        (name.includes('UP') ? 0x10 : 0) |
        (name.includes('DOWN') ? 0x20 : 0) |
        (name.includes('LEFT') ? 0x40 : 0) |
        (name.includes('RIGHT') ? 0x80 : 0);
      const fire = name.includes('FIRE');
      controls.setJoystick(action);
      expect([name, ...held(controls)]).toEqual([name, direction, fire, false]);
      other.setJoystick(action);
      expect([name, ...held(other)]).toEqual([name, direction >> 4, false, fire]);
    });
  });

  test('paddles: Pong exchanges even and odd in both ports, Breakout has a pair in the left one', () => {
    const pong = new Controls({ ...defaultProperties, left: 'PADDLES', right: 'PADDLES', swapPaddles: true });
    expect([...pong.resistances]).toEqual([0, 0, 0, 0]);
    pong.setPaddles(30000, paddleRange.start, true);
    expect([...pong.resistances]).toEqual([paddleRange.start, 30000, 0, 0]);
    expect(held(pong)).toEqual([0x40, false, false]);
    const breakout = new Controls({ ...defaultProperties, left: 'PADDLES' });
    breakout.setPaddles(30000, paddleRange.start, true);
    expect([...breakout.resistances]).toEqual([30000, paddleRange.start, 0x7fffffff, 0x7fffffff]);
    expect(held(breakout)).toEqual([0x80, false, false]);
  });

  test('the switches of the console', () => {
    const controls = new Controls({ ...defaultProperties, leftDifficulty: 'A', television: 'BLACKANDWHITE' });
    expect(controls.swchb).toBe(0x77);
    controls.setSwitches(true, false);
    expect(controls.swchb).toBe(0x76);
    controls.setSwitches(false, true);
    expect(controls.swchb).toBe(0x75);
    controls.setDifficulty(false, true);
    expect(controls.swchb).toBe(0xb5);
  });
});

describe('snapshots', () => {
  const hash = (console: Console): string => `${fnv32(console.ram)} ${fnv32(console.screen)} ${console.scanlines}`;

  function play(console: Console, random: Xoshiro128, frames: number): string[] {
    return Array.from({ length: frames }, () => {
      console.controls.setJoystick(random.nextInt(18));
      console.runFrame();
      return hash(console);
    });
  }

  const names = [
    'tiafuzz03',
    'tiafuzz17',
    'cpufuzz05',
    'random07',
    'random11',
    'bank_f6sc_1',
    'bank_e7_1',
    'bank_e0_2',
    'bank_fasc_1',
  ];
  test.each(names)('%s: saving and going back equals going on', (name) => {
    const rom = readRom(name);
    const console = new Console(rom);
    const fresh = new Console(rom);
    const random = new Xoshiro128(7, name);
    for (let round = 0; round < 4; round++) {
      play(console, random, 1 + random.nextInt(40));
      const saved = console.snapshot();
      const actions = random.nextU32();
      const expected = play(console, new Xoshiro128(actions, 'actions'), 12);
      console.restore(saved);
      expect(play(console, new Xoshiro128(actions, 'actions'), 12)).toEqual(expected);
      fresh.restore(saved);
      expect(fresh.snapshot()).toEqual(saved);
      expect(play(fresh, new Xoshiro128(actions, 'actions'), 12)).toEqual(expected);
    }
  });

  test('a system reset after a restore draws the same noise', () => {
    const console = new Console(readRom('bank_f8sc_1'));
    const saved = console.snapshot();
    console.systemReset();
    const expected = console.snapshot();
    console.restore(saved);
    console.systemReset();
    expect(console.snapshot()).toEqual(expected);
  });

  test('bytes of another cartridge, another version or cut short are refused and change nothing', () => {
    const console = new Console(readRom('tiafuzz01'));
    console.runFrame();
    const saved = console.snapshot();
    const newer = saved.slice();
    newer[0]++;
    console.runFrame();
    const before = console.snapshot();
    for (const bytes of [new Console(readRom('tiafuzz02')).snapshot(), newer, saved.slice(0, -1), new Uint8Array(0)]) {
      expect(() => console.restore(bytes)).toThrow(UserError);
      expect(console.snapshot()).toEqual(before);
    }
  });
});
