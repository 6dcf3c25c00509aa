import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { paddleRange } from '../../src/emulator/console/controls.ts';
import type { ScoredGame } from '../../src/games/game.ts';
import { gamesNamed } from '../../src/games/registry.ts';
import { HumanPlayer } from '../../src/page/play/humanPlayer.ts';
import { ohmsAt, paddleTravel, pixelAt } from '../../src/page/play/paddle.ts';

function player(id: string): HumanPlayer {
  const game = gamesNamed(id).find(({ ownImage }) => ownImage !== undefined)!;
  const rom = new Uint8Array(readFileSync(resolve(import.meta.dir, '../../roms', game.ownImage!)));
  return new HumanPlayer({ rom, md5: game.md5[0], game, title: game.title, isUnknown: false });
}

/** The middle of the pixels along a line of the screen that have this colour; NaN for none. */
function middle(screen: Uint8Array, colour: number, first: number, step: number, count: number): number {
  const found = Array.from({ length: count }, (_, i) => i).filter((i) => screen[first + i * step] === colour);
  return (found[0] + found[found.length - 1]) / 2;
}

/** Where the middle of the paddle is on the screen, by its colour in the column or row that it moves along. */
const paddleOf = {
  pong: (screen: Uint8Array) => 34 + middle(screen, 0xca, 34 * 160 + 141, 160, 160),
  bricks: (screen: Uint8Array) => middle(screen, 0x0e, 189 * 160, 1, 160),
} as const;

describe('the paddle goes to where the pointer is', () => {
  test.each([
    ['pong', 0.5, [42, 60, 100, 114, 150, 185]],
    ['bricks', 0.5, [16, 30, 80, 120, 144]],
  ] as const)('%s', (id, offset, pixels) => {
    const human = player(id);
    expect(Math.abs(paddleOf[id](human.arcade.screen) - pixelAt(human.hands.travel, human.hands.ohms))).toBeLessThan(3);
    for (const pixel of pixels) {
      human.hands.point(pixel, pixel);
      for (let frame = 0; frame < 4; frame++) human.frame();
      expect(Math.abs(paddleOf[id](human.arcade.screen) + offset - pixel), `${pixel}`).toBeLessThanOrEqual(1.5);
    }
  });
});

describe('pixels and ohms', () => {
  const travel = { axis: 'x', atMost: 10, atLeast: 150 } as const;
  test('are each other’s inverse, and end where the paddle ends', () => {
    for (const pixel of [10, 11, 80, 149, 150]) expect(pixelAt(travel, ohmsAt(travel, pixel))).toBeCloseTo(pixel, 3);
    expect(ohmsAt(travel, -50)).toBe(paddleRange.max);
    expect(ohmsAt(travel, 400)).toBe(paddleRange.min);
  });

  test('a captured mouse turns it by so much', () => {
    const { hands } = player('bricks');
    hands.point(80, 0);
    hands.pointBy(10, 99);
    expect(pixelAt(hands.travel, hands.ohms)).toBeCloseTo(90, 2);
    hands.pointBy(1000, 0);
    expect(hands.ohms).toBe(paddleRange.min);
  });

  test('the genuine Pong’s paddle is upright, other games’ is not', () => {
    expect(paddleTravel(gamesNamed('pong').find(({ ownImage }) => ownImage === undefined)).axis).toBe('y');
    expect(paddleTravel(gamesNamed('breakout')[0]).axis).toBe('x');
  });
});

test('a person’s RESET begins what the rules remember anew', () => {
  const { cartridge } = player('pong');
  // Counts frames, which no RAM of the cartridge does.
  const game: ScoredGame = {
    ...(cartridge.game as ScoredGame),
    initialState: { frames: 0 },
    before: (_, state) => {
      state['frames'] = Number(state['frames']) + 1;
    },
    score: (_, state) => Number(state['frames']),
  };
  const human = new HumanPlayer({ ...cartridge, game });
  const before = human.arcade.score;
  for (let frame = 0; frame < 10; frame++) human.frame();
  expect(human.arcade.score).toBe(before + 10);
  human.hands.hold('reset', 'key', true);
  human.frame();
  human.hands.hold('reset', 'key', false);
  human.frame();
  expect(human.arcade.score).toBe(1);
});
