/** Modes, starting actions and the like as the arcade carries them out, on cartridges that write down what they see. */
import { describe, expect, test } from 'bun:test';
import { Arcade, type ArcadeOptions } from '../../src/env/arcade.ts';
import { UserError } from '../../src/errors.ts';
import { type Game, resetSwitch, type ScoredGame } from '../../src/games/game.ts';
import { defaults } from '../../src/games/genuine/defaults.ts';
import { gamesNamed } from '../../src/games/registry.ts';
import { Mt19937 } from '../../src/random.ts';
import { log, switchLog } from './switchLog.ts';

const fire = 1;
const right = 3;
/** 60 frames of rest, and RESET for four frames before and after the mode is selected. */
const plainFrames = 60 + 4 + 4;

const seen = (arcade: Arcade, address: number): number => arcade.ram[address - 0x80];

/** What every genuine game selects by, in a game that never ends. */
function selecting(id: string, changes: Partial<Game> = {}): Game {
  const game = gamesNamed(id).find((entry) => entry.ownImage === undefined)!;
  const { title, modes, defaultMode, selectMode, illegalActions, startingActions } = game;
  const protocol = { title, modes, defaultMode, startingActions, ...(illegalActions && { illegalActions }) };
  const rules = { score: () => 0, terminal: () => false };
  return {
    ...defaults,
    id,
    md5: [],
    minimalActions: [0],
    ...protocol,
    ...(selectMode && { selectMode }),
    ...rules,
    ...changes,
  } as Game;
}

function arcadeOf(rom: Uint8Array, game: Game, options: Partial<ArcadeOptions> = {}): Arcade {
  return new Arcade({ rom, game, seed: 1, ...options });
}

/** What the cartridge has seen when the reset is over. */
function logOf(arcade: Arcade): Record<'frames' | 'resetFrames' | 'selectFrames' | 'presses', number> {
  const { frames, resetFrames, selectFrames, presses } = log;
  return {
    frames: seen(arcade, frames),
    resetFrames: seen(arcade, resetFrames),
    selectFrames: seen(arcade, selectFrames),
    presses: seen(arcade, presses),
  };
}

// A frame is over when the cartridge ends its vertical sync: the first one after a reset ends before any switch was read.
const firstFrame = 1;

describe('SELECT', () => {
  test('kangaroo: two frames a press, a frame without it after each, then RESET', () => {
    const arcade = arcadeOf(switchLog(0xba), selecting('kangaroo'), { mode: 1 });
    expect(logOf(arcade)).toEqual({
      frames: plainFrames + 3 + 4 - firstFrame,
      resetFrames: 12,
      selectFrames: 2,
      presses: 1,
    });
    expect(arcade.episodeFrames).toBe(1);
  });

  test('is not pressed in a mode that is there already; RESET is', () => {
    const arcade = arcadeOf(switchLog(0xba), selecting('kangaroo'));
    expect(logOf(arcade)).toEqual({
      frames: plainFrames + 4 - firstFrame,
      resetFrames: 12,
      selectFrames: 0,
      presses: 0,
    });
  });

  test('berzerk: 20 quiet frames come first, which the episode counts', () => {
    const arcade = arcadeOf(switchLog(0x80, 1), selecting('berzerk'), { mode: 4 });
    expect(logOf(arcade)).toEqual({
      frames: plainFrames + 20 + 9 + 4 - firstFrame,
      resetFrames: 12,
      selectFrames: 6,
      presses: 3,
    });
    expect(arcade.episodeFrames).toBe(23);
    const skipping = arcadeOf(switchLog(0x80, 1), selecting('berzerk'), { mode: 4, modeFrameSkip: 4 });
    expect(skipping.episodeFrames).toBe(83);
  });

  test('gopher: a soft reset comes first', () => {
    const arcade = arcadeOf(switchLog(0xd3), selecting('gopher', { startingActions: [] }), { mode: 2 });
    expect(logOf(arcade)).toEqual({
      frames: plainFrames + 4 + 12 + 4 - firstFrame,
      resetFrames: 16,
      selectFrames: 10,
      presses: 2,
    });
  });

  test('air_raid: a press of 20 frames comes first and counts', () => {
    const arcade = arcadeOf(switchLog(0xaa), selecting('air_raid', { startingActions: [] }), { mode: 3 });
    expect(logOf(arcade)).toEqual({
      frames: plainFrames + 21 + 22 + 4 - firstFrame,
      resetFrames: 12,
      selectFrames: 40,
      presses: 3,
    });
  });

  test('adventure: the generator of sticky actions says for how long, and goes on with its actions', () => {
    for (const seed of [1, 7]) {
      const arcade = arcadeOf(switchLog(0xdd, 0, 2), selecting('adventure'), {
        mode: 2,
        seed,
        repeatActionProbability: 0.5,
      });
      const random = new Mt19937(seed);
      let selectFrames = 0;
      for (let press = 0; press < 2; press++) {
        selectFrames += 2 + (random.nextU32() % 256);
        random.nextU32();
        random.nextU32();
      }
      expect(logOf(arcade)).toEqual({
        frames: (plainFrames + selectFrames + 4 + 4 - firstFrame) % 256,
        resetFrames: 12,
        selectFrames: selectFrames % 256,
        presses: 2,
      });
      expect(arcade.episodeFrames).toBe(4);
      // The next draw decides whether RIGHT is taken.
      const taken = random.nextU32() / 2 ** 32 >= 0.5;
      arcade.act(right);
      expect(seen(arcade, log.rightFrames)).toBe(taken ? 1 : 0);
    }
  });

  test('every key is up meanwhile, and again in the frame after it', () => {
    // LDA #2; STA VSYNC; two lines; LDA #0; STA VSYNC; then the last two of SWCHA to $81 and $80; JMP.
    const rom = new Uint8Array(4096);
    rom.set([0xa9, 2, 0x85, 0, 0x85, 2, 0x85, 2, 0xa9, 0, 0x85, 0]);
    rom.set([0xa5, 0x80, 0x85, 0x81, 0xad, 0x80, 0x02, 0x85, 0x80, 0x85, 2, 0x4c, 0, 0xf0], 12);
    rom.set([0x00, 0xf0], 0xffc);
    const sticks: number[] = [];
    const game = selecting('kangaroo', {
      selectMode: (console) => {
        console.act(right);
        sticks.push(console.read(0x80));
        console.pressSelect(1);
        sticks.push(console.read(0x81), console.read(0x80));
      },
    });
    arcadeOf(rom, game);
    expect(sticks).toEqual([0x7f, 0xff, 0xff]);
  });

  test('et: gives up after 100 presses and plays on', () => {
    const arcade = arcadeOf(switchLog(0xea, 1, 0), selecting('et'), { mode: 1 });
    expect(logOf(arcade)).toMatchObject({ resetFrames: 12, selectFrames: 2500 % 256, presses: 100 });
    expect(arcade.episodeFrames).toBe(100);
  });

  test('the mode that was selected is there again after every reset', () => {
    const arcade = arcadeOf(switchLog(0xba), selecting('kangaroo'), { mode: 1 });
    const first = logOf(arcade);
    for (let frame = 0; frame < 10; frame++) arcade.act(fire);
    arcade.reset();
    expect(logOf(arcade)).toEqual(first);
  });
});

describe('a cartridge that never shows the mode', () => {
  const byteOfMode = [
    ['berzerk', 0x80],
    ['double_dunk', 0xb0],
    ['video_cube', 0xfb],
    ['adventure', 0xdd],
  ] as const;

  test.each(byteOfMode)('%s: is an error that names game and mode', (id, address) => {
    const rom = switchLog(address, 0, 0);
    const game = selecting(id);
    const mode = game.modes[game.modes.length - 1];
    expect(() => arcadeOf(rom, game, { mode })).toThrow(`${game.title}: mode ${mode} was not reached.`);
    expect(() => arcadeOf(rom, game, { mode })).toThrow(UserError);
  });

  test('even when the episode is over, so that actions do nothing', () => {
    const over = { score: () => 0, terminal: () => true };
    expect(() => arcadeOf(switchLog(0xb0), selecting('double_dunk', over))).toThrow('was not reached');
  });
});

test('actions while a mode is selected do nothing once the episode is over, but draw', () => {
  for (const seed of [1, 2, 3, 4]) {
    // Over with the first of the 20 actions; the soft reset after them brings a new game.
    let frames = 0;
    const game = selecting('berzerk', { terminal: () => ++frames === 60 + 4 + 1 });
    const arcade = arcadeOf(switchLog(0x80, 1), game, { seed, repeatActionProbability: 0.5 });
    expect(logOf(arcade).frames).toBe(plainFrames + 1 + 4 - firstFrame);
    expect(arcade.episodeFrames).toBe(1);
    const random = new Mt19937(seed);
    for (let draw = 0; draw < 2 * 20; draw++) random.nextU32();
    arcade.act(right);
    expect(seen(arcade, log.rightFrames)).toBe(random.nextU32() / 2 ** 32 >= 0.5 ? 1 : 0);
  }
});

test('a game begins anew after the first 64 frames of a reset, whatever it remembered', () => {
  const endingWith = (last: number): Arcade => {
    let frames = 0;
    const step: Game['step'] = (_read, state) => {
      if (++frames === last) state.terminal = true;
    };
    const { score, terminal, ...rest } = selecting('kangaroo') as ScoredGame;
    return arcadeOf(switchLog(0xba), { ...rest, step } as Game);
  };
  expect([endingWith(64).terminal, endingWith(65).terminal]).toEqual([false, true]);
});

test('no action is held over a reset', () => {
  const held = new Set<string>();
  for (let seed = 0; seed < 8; seed++) {
    const arcade = arcadeOf(switchLog(0xba), selecting('kangaroo'), { seed, repeatActionProbability: 0.5 });
    for (let frame = 0; frame < 30; frame++) arcade.act(right);
    arcade.reset();
    arcade.act(fire);
    held.add(`${seen(arcade, log.rightFrames)} ${seen(arcade, log.fireFrames)}`);
  }
  // The action is taken, or the one before it, which is none.
  expect([...held].sort()).toEqual(['0 0', '0 1']);
});

test('the RESET switch may be a starting action, and is up again in the next', () => {
  const lancelot = arcadeOf(switchLog(0x80), selecting('sir_lancelot'));
  expect(logOf(lancelot)).toMatchObject({ frames: plainFrames + 2 - firstFrame, resetFrames: 9 });
  const plain = arcadeOf(switchLog(0x80), selecting('sir_lancelot', { startingActions: [resetSwitch, right, right] }));
  plain.act(right);
  expect([seen(plain, log.resetFrames), seen(plain, log.rightFrames)]).toEqual([9, 3]);
});

test('FIRE is nothing in Lost Luggage, but for its starting action', () => {
  const arcade = arcadeOf(switchLog(0x94, 1), selecting('lost_luggage'));
  expect(seen(arcade, log.fireFrames)).toBe(1);
  arcade.act(fire);
  // RIGHT and FIRE at once are illegal as a whole.
  arcade.act(11);
  expect([seen(arcade, log.fireFrames), seen(arcade, log.rightFrames)]).toEqual([1, 0]);
  arcade.act(right);
  expect(seen(arcade, log.rightFrames)).toBe(1);
});

test("a game may read its cartridge's RAM", () => {
  // F8SC: two banks, each of which begins with 256 equal bytes. The program writes 0x42 to the RAM and stops.
  const rom = new Uint8Array(8192);
  rom.set([0xa9, 0x42, 0x8d, 0x34, 0xf0, 0x4c, 0x05, 0xf1], 0x1100);
  rom.set([0x00, 0xf1], 0x1ffc);
  const game = selecting('klax', {
    modes: [0],
    startingActions: [],
    selectMode: () => {},
    score: (read) => read(0xf0b4),
  });
  const arcade = arcadeOf(rom, game);
  expect([arcade.console.cartridge.rom.length, arcade.console.cartridgeRam.length, arcade.score]).toEqual([
    8192, 128, 0x42,
  ]);
});

test('another release has a picture of its own, known by its MD5', () => {
  const rom = switchLog(0x80);
  const md5 = new Bun.CryptoHasher('md5').update(rom).digest('hex');
  const game = selecting('sir_lancelot', {
    console: { yStart: 26, height: 220 },
    otherReleases: [{ md5, console: { yStart: 20 } }],
  });
  expect(arcadeOf(rom, game).console.properties).toMatchObject({ yStart: 20, height: 220 });
  expect(arcadeOf(switchLog(0x81), game).console.properties).toMatchObject({ yStart: 26, height: 220 });
});
