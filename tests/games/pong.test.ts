/** Our own Pong on the real console: what random and good play get, how it is driven, what the screen shows. */
import { expect, test } from 'bun:test';
import { actions } from '../../src/emulator/console/action.ts';
import { Arcade } from '../../src/env/arcade.ts';
import { pong } from '../../src/games/pong.ts';
import { frameSkip, goodPlayer, play, randomPlayer, rom, view } from './pongPlayers.ts';

const [noop, fire, right, left] = actions('NOOP', 'FIRE', 'RIGHT', 'LEFT');
const serveFrames = 32;

// The colours of roms/pong.asm.
const background = 0x20;
const computers = 0x3a;
const players = 0xca;
const light = 0x0e;
const black = 0;

function newGame(): Arcade {
  return new Arcade({ rom, game: pong, seed: 0 });
}

function runFrames(arcade: Arcade, action: number, frames: number): void {
  for (let frame = 0; frame < frames; frame++) {
    arcade.act(action);
  }
}

test('random play loses about 20 : 0 within 1,000 agent steps', () => {
  const games = [1, 2, 3, 4, 5, 6].map((seed) => play(randomPlayer(seed)));
  for (const { score, rewards, agentSteps } of games) {
    expect(rewards).toBe(score);
    expect(agentSteps).toBeLessThan(1000);
  }
  const mean = games.reduce((sum, { score }) => sum + score, 0) / games.length;
  expect(mean).toBeLessThan(-19);
  // Now and then it scores, or there would be nothing to learn from.
  expect(mean).toBeGreaterThan(-21);
});

test('good play wins 21 : 0, the ball getting faster in a rally', () => {
  const speedByHits = new Map<number, number>();
  const game = play((ram) => {
    const { velocityX, hits } = view(ram);
    if (velocityX !== 0) {
      speedByHits.set(hits, Math.abs(velocityX));
    }
    return goodPlayer(ram);
  });
  expect([game.score, game.rewards]).toEqual([21, 21]);
  expect(game.agentSteps).toBeLessThan(4000);
  const speeds = [...speedByHits].sort(([a], [b]) => a - b).map(([, speed]) => speed);
  expect(speeds.length).toBeGreaterThan(6);
  expect(speeds[0]).toBe(1.5);
  for (let i = 1; i < speeds.length; i++) {
    expect(speeds[i]).toBeGreaterThanOrEqual(speeds[i - 1]);
  }
  expect(speeds.at(-1)).toBeGreaterThan(2.5);
});

test('RIGHT moves the paddle up and LEFT down, through the whole field without a dead end', () => {
  const arcade = newGame();
  const top = () => view(arcade.ram).playerTop;
  expect(Math.abs(top() - 106)).toBeLessThan(3);
  // The console reads the paddle a frame after it was turned.
  const travel: number[] = [];
  for (let step = 0; step < 6; step++) {
    const before = top();
    runFrames(arcade, right, frameSkip);
    travel.push(before - top());
  }
  expect(travel.slice(1, 4).every((rows) => rows >= 16 && rows <= 19)).toBe(true);
  expect(top()).toBe(34);
  runFrames(arcade, left, 2);
  expect(top()).toBeGreaterThan(34);
  runFrames(arcade, left, 40);
  expect(top()).toBeGreaterThanOrEqual(176);
  runFrames(arcade, right, 2);
  expect(top()).toBeLessThan(176);
});

test('the ball is served by itself, sooner with FIRE', () => {
  const framesToServe = (action: number) => {
    const arcade = newGame();
    let frames = 0;
    while (view(arcade.ram).pause > 0) {
      arcade.act(action);
      frames++;
    }
    return frames;
  };
  // The first of them passes in the last frame of the reset.
  expect(framesToServe(noop)).toBe(serveFrames - 1);
  expect(framesToServe(fire)).toBeLessThan(12);
  expect(framesToServe(fire)).toBeGreaterThan(4);
});

test('the same play is the same game, other play has other serves', () => {
  const serves = (seed: number) => {
    const arcade = newGame();
    const player = randomPlayer(seed);
    const seen: string[] = [];
    for (let step = 0, waited = true; step < 400; step++) {
      const { pause, ballTop, velocityX, velocityY } = view(arcade.ram);
      if (pause === 0 && waited) {
        seen.push(`${ballTop} ${Math.sign(velocityX)} ${velocityY}`);
      }
      waited = pause > 0;
      runFrames(arcade, player(arcade.ram), frameSkip);
    }
    return seen;
  };
  const first = serves(1);
  expect(serves(1)).toEqual(first);
  expect(serves(2)).not.toEqual(first);
  expect(new Set(first.map((serve) => serve.split(' ')[1]))).toEqual(new Set(['-1', '1']));
  expect(new Set(first).size).toBeGreaterThan(5);
});

test('a reset starts the very game again that power-on starts', () => {
  const arcade = newGame();
  const afterPowerOn = arcade.ram.slice();
  runFrames(arcade, left, 300);
  expect(arcade.ram).not.toEqual(afterPowerOn);
  arcade.reset();
  // The stack holds return addresses that are no part of the game.
  expect(arcade.ram.slice(0, 0x70)).toEqual(afterPowerOn.slice(0, 0x70));
});

test('after 21 the ball rests, in sight, until RESET', () => {
  const arcade = newGame();
  const { console, ram } = arcade;
  // Two points short of the end.
  ram[1] = 19;
  while (!arcade.terminal) {
    arcade.act(noop);
  }
  expect(arcade.score).toBe(-21);
  const { ballX, ballTop } = view(ram);
  for (let frame = 0; frame < 100; frame++) {
    console.runFrame();
  }
  expect(view(ram)).toMatchObject({ ballX, ballTop, computerScore: 21 });
  expect(console.screen[160 * ballTop + ballX]).toBe(light);
  console.controls.setSwitches(true, false);
  console.runFrame();
  console.controls.setSwitches(false, false);
  expect(view(ram).computerScore).toBe(0);
  while (view(ram).pause > 0) {
    console.runFrame();
  }
  expect(view(ram).velocityX).not.toBe(0);
});

test('21 of either side stops the ball', () => {
  for (const score of [0, 1]) {
    const arcade = newGame();
    runFrames(arcade, noop, 60);
    const before = view(arcade.ram).ballX;
    runFrames(arcade, noop, 1);
    expect(view(arcade.ram).ballX).not.toBe(before);
    arcade.ram[score] = 21;
    const { ballX, ballTop } = view(arcade.ram);
    for (let frame = 0; frame < 20; frame++) {
      arcade.console.runFrame();
      expect(view(arcade.ram)).toMatchObject({ ballX, ballTop });
    }
  }
});

test('the screen shows walls, paddles and ball where RAM has them, in every frame, and nothing else', () => {
  const arcade = newGame();
  const player = randomPlayer(4);
  const rows = arcade.screenHeight;
  expect(rows).toBe(210);
  for (let step = 0; step < 150; step++) {
    const action = player(arcade.ram);
    for (let frame = 0; frame < frameSkip; frame++) {
      arcade.act(action);
      const { playerTop, computerTop, ballX, ballTop } = view(arcade.ram);
      const expected = new Uint8Array(160 * rows).fill(background);
      const paint = (colour: number, x: number, top: number, width: number, height: number) => {
        for (let row = top; row < top + height; row++) {
          expected.fill(colour, 160 * row + x, 160 * row + x + width);
        }
      };
      paint(black, 0, 0, 160, 1);
      paint(black, 0, 209, 160, 1);
      paint(light, 0, 24, 160, 10);
      paint(light, 0, 194, 160, 10);
      paint(light, ballX, ballTop, Math.min(4, 160 - ballX), 5);
      paint(computers, 16, computerTop, 4, 16);
      paint(players, 140, playerTop, 4, 16);
      // Digits are another test.
      const score = arcade.screen.slice(160 * 2, 160 * 22);
      expected.set(score, 160 * 2);
      expect(Buffer.compare(arcade.screen, expected)).toBe(0);
      const left = new Set(score.filter((_, i) => i % 160 < 80));
      const right = new Set(score.filter((_, i) => i % 160 >= 80));
      expect([left, right]).toEqual([new Set([background, computers]), new Set([background, players])]);
    }
  }
});

test('every score from 0 to 21 has its own digits, the same on both sides', () => {
  const arcade = newGame();
  /** The digits of a half as text, a character for 4 x 4 pixels. */
  const digits = (firstX: number) => {
    let text = '';
    for (let row = 2; row < 22; row += 4) {
      for (let x = firstX; x < firstX + 80; x += 4) {
        text += arcade.screen[160 * row + x] === background ? '.' : '#';
      }
    }
    return text;
  };
  const seen = new Set<string>();
  for (let score = 0; score <= 21; score++) {
    arcade.ram[0] = arcade.ram[1] = score;
    arcade.console.runFrame();
    expect(digits(0)).toBe(digits(80));
    // No leading zero: nothing where the tens are.
    expect(/^(?:.{4}\.{3}.{13})+$/.test(digits(0))).toBe(score < 10);
    seen.add(digits(0));
  }
  expect(seen.size).toBe(22);
  // 21, as the last picture shows it.
  expect(digits(0).match(/.{20}/g)).toEqual([
    '....###...#.........',
    '......#...#.........',
    '....###...#.........',
    '....#.....#.........',
    '....###...#.........',
  ]);
});
