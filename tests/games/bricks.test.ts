/**
 * Our own Bricks on our own console: frames, picture, paddle, points, balls, walls, RESET, and what good and random play score.
 * RAM addresses are those of roms/bricks.asm. A frame's picture shows the ball as RAM has it before that frame: the game moves below the picture.
 */
import { expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Console } from '../../src/emulator/console/console.ts';
import { paddleRange } from '../../src/emulator/console/controls.ts';
import { Arcade } from '../../src/env/arcade.ts';
import { bricks } from '../../src/games/bricks.ts';
import { Xoshiro128 } from '../../src/random.ts';

const rom = new Uint8Array(readFileSync(resolve(import.meta.dirname, '../../roms/bricks.bin')));

const noop = 0;
const fire = 1;
const right = 3;
const left = 4;
const frameSkip = 4;

/** Ball and paddle. */
const ballColour = 0x0e;
const wallColour = 0x06;
const rowColours = [0x46, 0x38, 0x1a, 0xca, 0x98, 0x68];
const rowPoints = [7, 7, 4, 4, 1, 1];
/** Rows of the screen: the picture's 200 lines lie in the middle of 210. */
const firstRow = 5;
const firstFieldRow = firstRow + 36;
const firstBrickRow = firstRow + 56;
const paddleRow = firstRow + 184;
const lastRow = firstRow + 199;

const address = {
  lives: 0x02,
  scoreHigh: 0x03,
  scoreLow: 0x04,
  bricksLeft: 0x05,
  ballOn: 0x06,
  ballX: 0x07,
  ballY: 0x09,
  speedX: 0x0b,
  speedXPart: 0x0c,
  speedY: 0x0d,
  speedYPart: 0x0e,
  hits: 0x11,
  paddleX: 0x14,
  bricks: 0x28,
} as const;

function newArcade(): Arcade {
  return new Arcade({ rom, game: bricks, seed: 1 });
}

/** Serves, and steers the paddle's middle under the ball's. */
function follow({ ram }: Arcade): number {
  if (ram[address.ballOn] === 0) return fire;
  const distance = ram[address.ballX] + 2 - (ram[address.paddleX] + 8);
  return distance > 4 ? right : distance < -4 ? left : noop;
}

/** Serves, and steers away from the ball. */
function avoid({ ram }: Arcade): number {
  if (ram[address.ballOn] === 0) return fire;
  return ram[address.ballX] < 78 ? right : left;
}

/** Signed 8.8 to a number. */
const speed = (whole: number, part: number) => ((whole << 24) >> 24) + part / 256;
const speedX = (ram: Uint8Array) => speed(ram[address.speedX], ram[address.speedXPart]);
const speedY = (ram: Uint8Array) => speed(ram[address.speedY], ram[address.speedYPart]);

/** Which of the 108 bricks stand, by row and column, as the playfield registers show them. */
function wallOf(ram: Uint8Array): boolean[][] {
  return rowColours.map((_, row) => {
    const [pf0, pf1, pf2, pf0Right, pf1Right, pf2Right] = ram.subarray(
      address.bricks + 6 * row,
      address.bricks + 6 * row + 6,
    );
    const bits = [
      ...[4, 5, 6, 7].map((bit) => pf0 & (1 << bit)),
      ...[7, 6, 5, 4, 3, 2, 1, 0].map((bit) => pf1 & (1 << bit)),
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((bit) => pf2 & (1 << bit)),
      ...[4, 5, 6, 7].map((bit) => pf0Right & (1 << bit)),
      ...[7, 6, 5, 4, 3, 2, 1, 0].map((bit) => pf1Right & (1 << bit)),
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((bit) => pf2Right & (1 << bit)),
    ];
    // Two bits a brick, after the two that the left wall covers.
    return range(0, 18).map((column) => bits[2 + 2 * column] !== 0 && bits[3 + 2 * column] !== 0);
  });
}

/** Pixels of a rectangle that show a colour, as [x, row]. */
function pixelsOf(screen: Uint8Array, colour: number, fromRow: number, toRow: number): [number, number][] {
  const found: [number, number][] = [];
  for (let row = fromRow; row <= toRow; row++) {
    for (let x = 0; x < 160; x++) if (screen[160 * row + x] === colour) found.push([x, row]);
  }
  return found;
}

const range = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

test('the entry describes the image', () => {
  expect(bricks.md5).toEqual([createHash('md5').update(rom).digest('hex')]);
});

test('every frame has 262 lines, the first after a reset included, whatever is pressed', () => {
  const console = new Console(rom, bricks.console);
  const random = new Xoshiro128(1, 'play');
  for (let frame = 0; frame < 2000; frame++) {
    if (random.nextInt(97) === 0) console.systemReset();
    const ohms = paddleRange.min + random.nextInt(paddleRange.max - paddleRange.min);
    console.controls.setPaddles(ohms, paddleRange.start, random.nextInt(3) === 0);
    console.controls.setSwitches(random.nextInt(211) === 0, random.nextInt(13) === 0);
    console.runFrame();
    expect(console.scanlines).toBe(262);
  }
});

test('random play scores a few points and ends soon', () => {
  const random = new Xoshiro128(3, 'play');
  const arcade = newArcade();
  const scores: number[] = [];
  for (let episode = 0; episode < 10; episode++) {
    if (episode > 0) arcade.reset();
    let agentSteps = 0;
    while (!arcade.terminal && agentSteps < 400) {
      const action = bricks.minimalActions[random.nextInt(bricks.minimalActions.length)];
      for (let frame = 0; frame < frameSkip; frame++) arcade.act(action);
      agentSteps++;
    }
    expect(agentSteps).toBeGreaterThan(60);
    expect(agentSteps).toBeLessThan(400);
    scores.push(arcade.score);
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  expect(mean).toBeGreaterThan(0.25);
  expect(mean).toBeLessThan(5);
});

test('play that follows the ball scores far more: each reward is the points of the brick that went', () => {
  const arcade = newArcade();
  let total = 0;
  let action = noop;
  for (let frame = 0; frame < 5000; frame++) {
    const before = wallOf(arcade.ram);
    if (frame % frameSkip === 0) action = follow(arcade);
    const reward = arcade.act(action);
    const after = wallOf(arcade.ram);
    const gone = before.flatMap((row, i) => row.flatMap((stood, column) => (stood && !after[i][column] ? [i] : [])));
    expect(gone.length).toBeLessThanOrEqual(1);
    expect(reward).toBe(gone.reduce((sum, row) => sum + rowPoints[row], 0));
    expect(after.flat().filter((stands) => stands).length).toBe(arcade.ram[address.bricksLeft]);
    total += reward;
  }
  expect(arcade.score).toBe(total);
  expect(total).toBeGreaterThan(100);
});

test('five balls: each waits for FIRE, the fifth lost ends the game', () => {
  const arcade = newArcade();
  for (let frame = 0; frame < 200; frame++) arcade.act(frame % 2 === 0 ? left : right);
  expect([arcade.lives, arcade.ram[address.ballOn], arcade.terminal]).toEqual([5, 0, false]);
  for (let lives = 5; lives > 0; lives--) {
    expect(arcade.lives).toBe(lives);
    for (let frame = 0; frame < 30; frame++) arcade.act(noop);
    expect(arcade.ram[address.ballOn]).toBe(0);
    arcade.act(fire);
    expect(arcade.ram[address.ballOn]).not.toBe(0);
    let frames = 0;
    while (arcade.lives === lives && frames < 64) {
      expect(arcade.terminal).toBe(false);
      arcade.act(avoid(arcade));
      frames++;
    }
    // 96 lines at 1.5 a frame.
    expect(frames).toBe(64);
    expect(arcade.lives).toBe(lives - 1);
  }
  expect([arcade.lives, arcade.terminal, arcade.score]).toEqual([0, true, 0]);

  // No more ball is served, and the picture stays, with the paddle.
  for (let frame = 0; frame < 2; frame++) arcade.console.runFrame();
  const over = arcade.screen.slice();
  for (let frame = 0; frame < 101; frame++) {
    arcade.console.controls.setPaddles(paddleRange.start, paddleRange.start, frame % 2 === 0);
    arcade.console.runFrame();
  }
  const paddle = (screen: Uint8Array) => screen.slice(160 * paddleRow, 160 * (paddleRow + 4));
  expect(arcade.screen.slice(0, 160 * paddleRow)).toEqual(over.slice(0, 160 * paddleRow));
  expect(pixelsOf(paddle(arcade.screen), ballColour, 0, 3).length).toBe(64);
  expect(arcade.ram[address.ballOn]).toBe(0);
});

test('RIGHT turns the paddle right and LEFT left, from wall to wall, about four pixels a frame', () => {
  const arcade = newArcade();
  const turn = (action: number, frames: number) => {
    let previous = arcade.ram[address.paddleX];
    const steps: number[] = [];
    for (let frame = 0; frame < frames; frame++) {
      arcade.act(action);
      const paddleX = arcade.ram[address.paddleX];
      steps.push(paddleX - previous);
      previous = paddleX;
      const drawn = range(paddleRow, 4).flatMap((row) => range(paddleX, 16).map((x): [number, number] => [x, row]));
      expect(pixelsOf(arcade.screen, ballColour, firstFieldRow, lastRow)).toEqual(drawn);
    }
    return steps;
  };
  turn(noop, 2);
  expect(Math.abs(arcade.ram[address.paddleX] - 72)).toBeLessThanOrEqual(1);
  const toRight = turn(right, 25);
  expect(arcade.ram[address.paddleX]).toBe(136);
  // The first frame still shows where the paddle stood.
  for (const step of toRight.slice(1, 16)) expect([3, 4]).toContain(step);
  const toLeft = turn(left, 40);
  expect(arcade.ram[address.paddleX]).toBe(8);
  for (const step of toLeft.slice(1, 32)) expect([-3, -4]).toContain(step);
});

test('walls, bricks and ball are drawn where RAM says in every frame', () => {
  const arcade = newArcade();
  // A gap of eight bricks lets the ball in among them.
  for (let row = 0; row < 6; row++) arcade.ram.fill(0, address.bricks + 6 * row + 2, address.bricks + 6 * row + 4);
  let ballFrames = 0;
  let ballAmongBricks = 0;
  for (let frame = 0; frame < 700; frame++) {
    const { ram } = arcade;
    const [ballOn, ballX, ballY] = [ram[address.ballOn], ram[address.ballX], ram[address.ballY]];
    const wall = wallOf(ram);
    arcade.act(follow(arcade));
    const { screen } = arcade;

    const expected = new Set<number>();
    const fill = (x: number, row: number, width: number, height: number) => {
      for (let y = row; y < row + height && y <= lastRow; y++)
        for (let i = x; i < x + width; i++) expected.add(160 * y + i);
    };
    if (ballOn !== 0) fill(ballX, firstRow + ballY, 4, 6);
    const ball = new Set(expected);
    fill(ram[address.paddleX], paddleRow, 16, 4);
    const white = pixelsOf(screen, ballColour, firstFieldRow, lastRow).map(([x, row]) => 160 * row + x);
    expect(white).toEqual([...expected].sort((a, b) => a - b));

    for (let row = 0; row < 36; row++) {
      const line = range(0, 144).map((x) => (wall[Math.trunc(row / 6)][x >> 3] ? rowColours[Math.trunc(row / 6)] : 0));
      const at = 160 * (firstBrickRow + row) + 8;
      const shown = [...screen.subarray(at, at + 144)].map((colour, x) => (ball.has(at + x) ? line[x] : colour));
      expect(shown).toEqual(line);
    }
    for (let row = firstFieldRow; row <= lastRow; row++) {
      expect([...screen.subarray(160 * row, 160 * row + 8)]).toEqual(Array(8).fill(wallColour));
      expect([...screen.subarray(160 * row + 152, 160 * row + 160)]).toEqual(Array(8).fill(wallColour));
    }
    if (ballOn !== 0) ballFrames++;
    if (ballOn !== 0 && ballY + firstRow < firstBrickRow + 36) ballAmongBricks++;
  }
  expect(ballFrames).toBeGreaterThan(600);
  expect(ballAmongBricks).toBeGreaterThan(50);
});

test('where the ball meets the paddle decides its angle, how often its speed', () => {
  const arcade = newArcade();
  const { ram } = arcade;
  const random = new Xoshiro128(4, 'play');
  // Without the upper two rows only hits decide the pace.
  ram.fill(0, address.bricks, address.bricks + 12);
  ram[address.bricksLeft] = 72;
  let aim = 0;
  let bounces = 0;
  const slopes = new Set<string>();
  for (let frame = 0; frame < 6000; frame++) {
    const falling = speedY(ram) > 0;
    const hits = ram[address.hits];
    const distance = ram[address.ballX] + 2 - (ram[address.paddleX] + 8) - aim;
    arcade.act(ram[address.ballOn] === 0 ? fire : distance > 2 ? right : distance < -2 ? left : noop);
    if (ram[address.hits] !== hits && ram[address.ballOn] !== 0 && ram[address.hits] > 0) {
      expect(falling).toBe(true);
      expect(ram[address.ballY]).toBe(184 - 6);
      const offset = ram[address.ballX] + 2 - (ram[address.paddleX] + 8);
      if (offset !== 0) expect(Math.sign(speedX(ram))).toBe(Math.sign(offset));
      const steepest = Math.abs(speedX(ram)) < 0.5;
      if (Math.abs(offset) <= 1) expect(steepest).toBe(true);
      if (Math.abs(offset) >= 7) expect(Math.abs(speedX(ram))).toBeGreaterThan(1.6);
      expect(speedY(ram)).toBe(ram[address.hits] >= 12 ? -2.5 : ram[address.hits] >= 4 ? -2 : -1.5);
      slopes.add(`${Math.sign(speedX(ram))} ${Math.abs(speedX(ram)).toFixed(0)} ${speedY(ram)}`);
      bounces++;
      aim = random.nextInt(15) - 7;
    }
  }
  expect(bounces).toBeGreaterThan(40);
  expect(slopes.size).toBeGreaterThan(8);
});

test('the last brick brings a new wall once the ball meets the paddle, and the score goes on', () => {
  const arcade = newArcade();
  const { ram } = arcade;
  arcade.act(fire);
  // All but one brick of the lowest row gone, and its points in the score.
  ram.fill(0, address.bricks, address.bricks + 36);
  ram[address.bricks + 30 + 1] = 0x0c;
  ram[address.bricksLeft] = 1;
  ram[address.scoreHigh] = 0x04;
  ram[address.scoreLow] = 0x31;
  let frames = 0;
  const until = (done: () => boolean) => {
    while (!done()) {
      arcade.act(follow(arcade));
      expect(arcade.console.scanlines).toBe(262);
      if (++frames > 60_000) throw new Error('nothing happened in 60,000 frames');
    }
  };
  until(() => ram[address.bricksLeft] === 0);
  expect(arcade.score).toBe(432);
  expect(wallOf(ram).flat()).toEqual(Array(108).fill(false));
  const hits = ram[address.hits];
  until(() => ram[address.hits] !== hits);
  expect(ram[address.bricksLeft]).toBe(108);
  expect(wallOf(ram).flat()).toEqual(Array(108).fill(true));
  until(() => ram[address.bricksLeft] === 107);
  expect(arcade.score).toBeGreaterThan(432);
});

test('the score stops at 9999', () => {
  const arcade = newArcade();
  const { ram } = arcade;
  ram[address.scoreHigh] = 0x99;
  ram[address.scoreLow] = 0x98;
  arcade.act(fire);
  const scores = new Set<number>();
  for (let frame = 0; frame < 1500 && scores.size < 2; frame++) {
    ram[address.bricksLeft] = 108;
    arcade.act(follow(arcade));
    scores.add(arcade.score);
  }
  for (let frame = 0; frame < 1000; frame++) arcade.act(follow(arcade));
  expect([...scores]).toEqual([9998, 9999]);
  expect(arcade.score).toBe(9999);
});

test('RESET starts anew', () => {
  const arcade = newArcade();
  for (let frame = 0; frame < 1200; frame++) arcade.act(frame < 900 ? follow(arcade) : avoid(arcade));
  expect(arcade.score).toBeGreaterThan(0);
  expect(arcade.lives).toBeLessThan(5);
  arcade.console.controls.setSwitches(true, false);
  arcade.act(noop);
  arcade.console.controls.setSwitches(false, false);
  expect([arcade.score, arcade.lives, arcade.ram[address.ballOn]]).toEqual([0, 5, 0]);
  expect(wallOf(arcade.ram).flat()).toEqual(Array(108).fill(true));
});

test('balls are served at other places in other games', () => {
  const arcade = newArcade();
  const places = range(0, 8).map(() => {
    arcade.reset();
    arcade.act(fire);
    return [arcade.ram[address.ballX], speedX(arcade.ram)].join();
  });
  expect(new Set(places).size).toBeGreaterThan(5);
});
