/**
 * Snapshots: small, and whole or not at all; clones; generators found again at any place. What bytes do
 * that no console wrote is in fuzzSnapshot.test.ts.
 */
import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { Console } from '../../src/emulator/console/console.ts';
import { Arcade } from '../../src/env/arcade.ts';
import { AtariEnvironment } from '../../src/env/environment.ts';
import type { EnvironmentOptions } from '../../src/env/options.ts';
import { UserError } from '../../src/errors.ts';
import { pong } from '../../src/games/pong.ts';
import { Mt19937, Xoshiro128 } from '../../src/random.ts';
import { readRom } from '../golden/cartridges.ts';
import { plainEnvironment } from '../support/options.ts';

const ownPong = new Uint8Array(await Bun.file(new URL('../../roms/pong.bin', import.meta.url)).arrayBuffer());

function playing(name: string, frames = 20): Arcade {
  const options = name === 'pong' ? { rom: ownPong, game: pong } : { rom: readRom(name) };
  const arcade = new Arcade({ ...options, seed: 3, repeatActionProbability: 0.25 });
  for (let frame = 0; frame < frames; frame++) arcade.act(frame % 18);
  return arcade;
}

describe('a snapshot', () => {
  test.each(['pong', 'tiafuzz01', 'random08', 'bank_e7_1', 'bank_fasc_1'])(
    '%s: is less than 1 KB beside cartridge RAM and the two screens',
    (name) => {
      const arcade = playing(name);
      const screens = 2 * 160 * arcade.screenHeight;
      const rest = arcade.snapshot().length - screens - arcade.console.cartridgeRam.length;
      expect(rest).toBeGreaterThan(128);
      expect(rest).toBeLessThan(1024);
      expect(arcade.snapshot().length).toBe(arcade.snapshotBytes);
    },
  );

  test('goes into bytes that are given', () => {
    const arcade = playing('tiafuzz01');
    const into = new Uint8Array(arcade.snapshotBytes);
    expect(arcade.snapshot(into) === into).toBe(true);
    expect([...into]).toEqual([...arcade.snapshot()]);
    for (const length of [into.length - 1, into.length + 1]) {
      expect(() => arcade.snapshot(new Uint8Array(length))).toThrow(UserError);
      expect(() => arcade.console.snapshot(new Uint8Array(length))).toThrow(UserError);
    }
  });

  test('may lie anywhere in memory', () => {
    const arcade = playing('tiafuzz01');
    const state = arcade.snapshot();
    const memory = new Uint8Array(state.length + 8);
    memory.set(state, 3);
    arcade.act(2);
    arcade.restore(memory.subarray(3, 3 + state.length));
    expect(arcade.snapshot()).toEqual(state);
  });

  test('of an earlier version says so', () => {
    const arcade = playing('tiafuzz01');
    const old = arcade.snapshot();
    old[0] = 1;
    expect(() => arcade.restore(old)).toThrow('an arcade snapshot of version 1; this console reads version 2');
    expect(() => arcade.restore(old.subarray(0, 100_000))).toThrow('version 1');
  });

  test('of other properties is refused', () => {
    const rom = readRom('tiafuzz01');
    const state = new Console(rom, { hmoveBlanks: false }).snapshot();
    expect(() => new Console(rom).restore(state)).toThrow('other properties');
  });

  test('with a byte changed is refused by its checksum, and nothing changes', () => {
    const arcade = playing('bank_f8sc_1');
    const state = arcade.snapshot();
    arcade.act(4);
    const before = arcade.snapshot();
    // The version lies before the checksum's test.
    fc.assert(
      fc.property(fc.integer({ min: 4, max: state.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, bits) => {
        const damaged = state.slice();
        damaged[place] ^= bits;
        expect(() => arcade.restore(damaged)).toThrow('checksum');
        expect(arcade.snapshot()).toEqual(before);
      }),
    );
  });
});

describe('a clone', () => {
  test.each(['pong', 'tiafuzz17', 'random08', 'bank_f6sc_1', 'bank_e0_2', 'bank_e7_1', 'bank_fe_1'])(
    '%s: goes on as the original does, and neither touches the other',
    (name) => {
      const arcade = playing(name);
      const state = arcade.snapshot();
      const clone = arcade.clone();
      expect(clone.snapshot()).toEqual(state);
      for (let frame = 0; frame < 30; frame++) clone.act((frame * 5) % 18);
      expect(arcade.snapshot()).toEqual(state);
      for (let frame = 0; frame < 30; frame++) arcade.act((frame * 5) % 18);
      expect(arcade.snapshot()).toEqual(clone.snapshot());
      expect(arcade.screen).toEqual(clone.screen);
      arcade.reset();
      clone.reset();
      expect(arcade.snapshot()).toEqual(clone.snapshot());
    },
  );
});

test('a frame that goes on for an hour keeps its time', () => {
  // loop: LDA #200; STA TIM64T; LDA INTIM; STA $80; INC $1000,X; JMP loop. Nothing touches the TIA.
  const rom = new Uint8Array(4096);
  rom.set([0xa9, 200, 0x8d, 0x96, 0x02, 0xad, 0x84, 0x02, 0x85, 0x80, 0xfe, 0x00, 0x10, 0x4c, 0x00, 0xf0]);
  rom.set([0x00, 0xf0], 0xffc);
  const console = new Console(rom, { format: 'NTSC' });
  const fresh = new Console(rom, { format: 'NTSC' });
  let mostLines = 0;
  for (let frame = 0; frame < 16_000; frame++) {
    console.runFrame();
    mostLines = Math.max(mostLines, console.scanlines);
    if (console.ram[0] !== 199) throw new Error(`frame ${frame}: INTIM is ${console.ram[0]}`);
  }
  expect(mostLines).toBeGreaterThan(9_000_000);
  expect(console.scanlines).toBeLessThan(mostLines);
  fresh.restore(console.snapshot());
  console.runFrame();
  fresh.runFrame();
  expect(fresh.snapshot()).toEqual(console.snapshot());
});

test('an environment, too, restores all or nothing', () => {
  const options: EnvironmentOptions = {
    ...plainEnvironment,
    observationSize: 42,
    stack: 3,
    rewardClipping: 'sign',
    repeatActionProbability: 0.25,
    maxEpisodeFrames: 400,
  };
  const env = new AtariEnvironment(
    new Arcade({ rom: ownPong, game: pong, seed: 1 }),
    options,
    new Xoshiro128(1, 'env'),
  );
  env.reset();
  const state = env.snapshot();
  for (let step = 0; step < 4; step++) env.step(step);
  const before = env.snapshot();
  // The place of the newest frame in the ring of three.
  const newest = 14 * 4;
  for (const [place, value] of [
    [0, 1],
    [8, 2],
    [newest, 3],
    [newest, -1],
    [newest + 4, 4],
    [newest - 4, 2],
    [state.length - 1, -1],
  ]) {
    const damaged = state.slice();
    if (place < 100) new DataView(damaged.buffer).setInt32(place, value, true);
    else damaged[place] ^= 1;
    expect(() => env.restore(damaged)).toThrow(UserError);
    expect(env.snapshot()).toEqual(before);
  }
  const otherVersion = state.slice();
  otherVersion[0] = 1;
  expect(() => env.restore(otherVersion)).toThrow('an environment snapshot of version 1');
  expect(() => env.restore(state.subarray(0, -1))).toThrow(UserError);
  expect(env.snapshot()).toEqual(before);
  env.restore(state);
  expect(env.snapshot()).toEqual(state);
});

describe('the Mersenne Twister', () => {
  const words = (random: Mt19937, count = 700): number[] => Array.from({ length: count }, () => random.nextU32());

  test('is the published one', () => {
    const random = new Mt19937(5489);
    random.goTo(5489, 9999);
    // C++11 names the 10,000th word of the default seed.
    expect(random.nextU32()).toBe(4123659995);
    expect(random.drawn).toBe(10_000);
  });

  test('finds any place again', () => {
    const places = fc.array(fc.tuple(fc.constantFrom(1, 2, 0xffffffff), fc.nat(20_000)), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(places, (jumps) => {
        const random = new Mt19937(7);
        for (const [seed, drawn] of jumps) {
          random.goTo(seed, drawn);
          expect([random.sequence, random.drawn]).toEqual([seed, drawn]);
          const plain = new Mt19937(seed);
          for (let word = 0; word < drawn; word++) plain.nextU32();
          expect(words(random, 3)).toEqual(words(plain, 3));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('jumps to where drawing leads', () => {
    const blocks = 20_003;
    const drawing = new Mt19937(11);
    for (let word = 0; word < 624 * blocks - 300; word++) drawing.nextU32();
    const jumping = new Mt19937(11);
    jumping.goTo(11, 624 * blocks - 300);
    expect(words(jumping)).toEqual(words(drawing));
  });

  test('jumps beyond 2^32 words, once or step by step', () => {
    const far = 2 ** 45 + 12_345;
    const once = new Mt19937(5);
    once.goTo(5, far);
    const steps = new Mt19937(5);
    for (const place of [1, 2 ** 31, 2 ** 40, far - 1]) steps.goTo(5, place);
    steps.nextU32();
    expect(steps.drawn).toBe(far);
    expect(words(steps)).toEqual(words(once));
  });

  test('a clone is at the same place and goes on by itself', () => {
    const random = new Mt19937(9);
    words(random, 1000);
    const clone = random.clone();
    const expected = words(clone);
    expect(random.drawn).toBe(1000);
    expect(words(random)).toEqual(expected);
  });
});
