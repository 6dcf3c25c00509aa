/** The reference's episode protocol around the console. Expectations from reference console.md sections 1 to 3. */
import { describe, expect, test } from 'bun:test';
import { paddleRange } from '../../src/emulator/console/controls.ts';
import { Arcade, type ArcadeOptions } from '../../src/env/arcade.ts';
import { fnv32 } from '../../src/env/trace/hash.ts';
import { UserError } from '../../src/errors.ts';
import type { Game, ScoredGame } from '../../src/games/game.ts';
import { pressSelectUntil } from '../../src/games/selectMode.ts';
import { Mt19937 } from '../../src/random.ts';
import { readRom } from '../golden/cartridges.ts';

const rom = readRom('tiafuzz01');

/** A game whose rules count how often they were asked; the score is that count. */
function countingGame(changes: Partial<ScoredGame> = {}): { game: Game; asked: () => number } {
  let asked = 0;
  const game: Game = {
    id: 'counting',
    title: 'Counting',
    md5: [],
    console: {},
    minimalActions: [0, 1],
    startingActions: [],
    modes: [0, 3],
    defaultMode: 0,
    difficulties: [0, 1, 2, 3],
    defaultDifficulty: 0,
    initialLives: 0,
    initialState: {},
    score: () => ++asked,
    terminal: () => false,
    lives: () => 3,
    ...changes,
  };
  return { game, asked: () => asked };
}

const arcadeWith = (options: Partial<ArcadeOptions> = {}): Arcade => new Arcade({ rom, seed: 1, ...options });

describe('reset', () => {
  test('is 60 + 4 + 4 frames, and one for each starting action', () => {
    const plain = countingGame();
    arcadeWith({ game: plain.game });
    expect(plain.asked()).toBe(68);
    const starting = countingGame({ startingActions: [1, 2, 3] });
    arcadeWith({ game: starting.game }).reset();
    expect(starting.asked()).toBe(2 * 71);
  });

  test('SELECT is pressed until the mode is reached; its raw frames are not judged', () => {
    let mode = 0;
    const { game, asked } = countingGame({
      selectMode: pressSelectUntil((_read, wanted) => mode++ === wanted, 5),
    });
    const arcade = arcadeWith({ game, mode: 3 });
    // Three presses, each followed by one frame, and one more soft reset.
    expect(asked()).toBe(60 + 4 + 3 + 4 + 4);
    expect(arcade.episodeFrames).toBe(3);
  });

  test('a mode that never comes is an error, and so is one that the game lacks', () => {
    const { game } = countingGame({
      selectMode: pressSelectUntil(() => false, 1),
    });
    expect(() => arcadeWith({ game })).toThrow(UserError);
    expect(() => arcadeWith({ game: countingGame().game, mode: 2 })).toThrow('mode 2');
    expect(() => arcadeWith({ difficulty: 1 })).toThrow('difficulty 1');
  });

  test('difficulty switches replace those of the cartridge, B by default', () => {
    const { game } = countingGame({ console: { leftDifficulty: 'A', rightDifficulty: 'A' } });
    expect(arcadeWith({ game }).console.controls.swchb & 0xc0).toBe(0);
    expect(arcadeWith({ game, difficulty: 2 }).console.controls.swchb & 0xc0).toBe(0x80);
  });
});

describe('act', () => {
  test('without a game there is no reward, no life, no end, and all actions count', () => {
    const arcade = arcadeWith();
    expect([arcade.act(1), arcade.lives, arcade.terminal, arcade.score, arcade.actions.length]).toEqual([
      0,
      0,
      false,
      0,
      18,
    ]);
  });

  test('the reward is what the frame added; after the end nothing moves', () => {
    let over = false;
    const { game, asked } = countingGame({ terminal: () => over });
    const arcade = arcadeWith({ game });
    expect([arcade.act(0), arcade.act(0), arcade.episodeFrames, arcade.lives]).toEqual([1, 1, 2, 3]);
    over = true;
    arcade.act(0);
    const before = [asked(), fnv32(arcade.ram), arcade.episodeFrames];
    expect([arcade.act(0), arcade.terminal, arcade.lives]).toEqual([0, true, 0]);
    expect([asked(), fnv32(arcade.ram), arcade.episodeFrames]).toEqual(before);
  });

  test('sticky actions take two draws a frame, the first of which decides', () => {
    const arcade = arcadeWith({ seed: 5, repeatActionProbability: 0.25 });
    const random = new Mt19937(5);
    let held = 0;
    for (let frame = 0; frame < 200; frame++) {
      const action = frame % 2 === 0 ? 3 : 4;
      if (random.nextU32() / 2 ** 32 >= 0.25) held = action;
      random.nextU32();
      arcade.act(action);
      expect(arcade.console.controls.swcha).toBe(held === 0 ? 0xff : held === 3 ? 0x7f : 0xbf);
    }
    arcade.reset();
    expect(arcade.console.controls.swcha).toBe(0xff);
  });
});

test('a paddle turns by 23,000 ohms a frame between its ends and stands in the middle after a reset', () => {
  const { game } = countingGame({ console: { left: 'PADDLES' } });
  const arcade = arcadeWith({ game });
  const { resistances } = arcade.console.controls;
  expect(resistances[0]).toBe(paddleRange.start);
  arcade.act(3);
  expect(resistances[0]).toBe(408823 - 23000);
  arcade.act(12);
  arcade.act(9);
  expect(resistances[0]).toBe(408823 + 23000);
  arcade.act(2);
  expect(resistances[0]).toBe(408823 + 23000);
  for (let frame = 0; frame < 40; frame++) arcade.act(4);
  expect(resistances[0]).toBe(790196);
  for (let frame = 0; frame < 40; frame++) arcade.act(11);
  expect([resistances[0], arcade.console.controls.swcha]).toEqual([27450, 0x7f]);
  arcade.reset();
  expect([resistances[0], resistances[1]]).toEqual([408823, 408823]);
});

test('a restored arcade goes on as the saved one did: sticky actions, paddle, rules, console', () => {
  const { game } = countingGame({
    console: { left: 'PADDLES' },
    initialState: { best: 0 },
    score: (ram, state) => {
      state['best'] = Number(state['best']) + 1;
      return ram(0x80) + state['best'];
    },
  });
  const arcade = arcadeWith({ game, seed: 3, repeatActionProbability: 0.25 });
  const play = (): string[] =>
    Array.from({ length: 50 }, (_, frame) => {
      const reward = arcade.act((frame * 7) % 18);
      return `${reward} ${arcade.score} ${arcade.episodeFrames} ${fnv32(arcade.ram)} ${fnv32(arcade.screen)}`;
    });
  play();
  const saved = arcade.snapshot();
  const expected = play();
  arcade.restore(saved);
  expect(play()).toEqual(expected);
  expect(() => arcade.restore(saved.slice(1))).toThrow(UserError);
  expect(() => arcadeWith().restore(saved)).toThrow(UserError);
});
