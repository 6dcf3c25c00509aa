/**
 * Our own Catch on our own console: frames, picture, counting, end, RESET, and what good and random play score.
 * RAM addresses are those of roms/catch.asm. A frame's picture shows RAM as it was before that frame: the game moves below the picture.
 */
import { expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Console } from '../../src/emulator/console/console.ts';
import { Arcade } from '../../src/env/arcade.ts';
import { catchGame } from '../../src/games/catch.ts';
import { Xoshiro128 } from '../../src/random.ts';

const rom = new Uint8Array(readFileSync(resolve(import.meta.dirname, '../../roms/catch.bin')));

const noop = 0;
const right = 3;
const left = 4;
const frameSkip = 4;

const fruitColour = 0x1e;
const basketColour = 0x3c;
const marksColour = 0x0c;
/** Rows of the screen: the picture's 200 lines lie in the middle of 210. */
const firstMarkRow = 14;
const firstFieldRow = 5 + 24;
const lastBasketRow = firstFieldRow + 167;

interface Ram {
  caught: number;
  missed: number;
  fruitX: number;
  fruitTop: number;
  basketX: number;
}

function ramOf({ ram }: { ram: Uint8Array }): Ram {
  return { caught: ram[0x02], missed: ram[0x03], fruitX: ram[0x04], fruitTop: ram[0x05], basketX: ram[0x08] };
}

/** Steers the basket's middle under the fruit's. */
function follow({ fruitX, basketX }: Ram): number {
  const distance = fruitX + 4 - (basketX + 10);
  return distance > 8 ? right : distance < -8 ? left : noop;
}

/** Steers away from the fruit, over to the farther side. */
function avoid({ fruitX }: Ram): number {
  return fruitX < 76 ? right : left;
}

interface Episode {
  score: number;
  agentSteps: number;
}

/** Plays to the end, an action every four frames. */
function playEpisode(arcade: Arcade, policy: (ram: Ram) => number): Episode {
  let score = 0;
  let agentSteps = 0;
  while (!arcade.terminal && agentSteps < 200) {
    const action = policy(ramOf(arcade));
    for (let frame = 0; frame < frameSkip; frame++) score += arcade.act(action);
    agentSteps++;
  }
  return { score, agentSteps };
}

/** Plays episodes one after the other on one console. */
function playEpisodes(episodes: number, policy: (ram: Ram) => number): Episode[] {
  const arcade = new Arcade({ rom, game: catchGame, seed: 1 });
  return Array.from({ length: episodes }, () => {
    arcade.reset();
    return playEpisode(arcade, policy);
  });
}

function randomPolicy(seed: number): () => number {
  const random = new Xoshiro128(seed, 'play');
  return () => catchGame.minimalActions[random.nextInt(catchGame.minimalActions.length)];
}

/** Columns of a row in which a colour shows. */
function columnsOf(screen: Uint8Array, row: number, colour: number): number[] {
  return [...Array(160).keys()].filter((x) => screen[160 * row + x] === colour);
}

const range = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

test('the entry describes the image', () => {
  expect(catchGame.md5).toEqual([createHash('md5').update(rom).digest('hex')]);
});

test('every frame has 262 lines, the first after a reset included, whatever is pressed', () => {
  const console = new Console(rom);
  const random = new Xoshiro128(1, 'play');
  for (let frame = 0; frame < 2000; frame++) {
    if (random.nextInt(97) === 0) console.systemReset();
    console.controls.setJoystick(random.nextInt(18));
    console.controls.setSwitches(random.nextInt(61) === 0, random.nextInt(13) === 0);
    console.runFrame();
    expect(console.scanlines).toBe(262);
  }
});

test('play that follows the fruit catches all ten, ten steps each', () => {
  expect(playEpisodes(10, follow)).toEqual(Array(10).fill({ score: 10, agentSteps: 100 }));
});

test('random play scores about -5.6', () => {
  const episodes = playEpisodes(20, randomPolicy(2));
  const mean = episodes.reduce((sum, { score }) => sum + score, 0) / episodes.length;
  // 21 of 150 columns lie over the basket, and while the fruit sinks from the rim to the ground a moving basket sweeps some ten more:
  // one fruit in five is caught. -5.6 over 150 episodes; standard error of 20 episodes 0.6.
  expect(mean).toBeGreaterThan(-7.4);
  expect(mean).toBeLessThan(-3.8);
  for (const { agentSteps } of episodes) {
    expect(agentSteps).toBeGreaterThanOrEqual(100);
    expect(agentSteps).toBeLessThanOrEqual(110);
  }
});

test('play that avoids the fruit scores -10', () => {
  expect(playEpisodes(2, avoid)).toEqual(Array(2).fill({ score: -10, agentSteps: 110 }));
});

test('each fruit is one reward of +1 or -1 in the frame that counts it, and the tenth ends the game', () => {
  const arcade = new Arcade({ rom, game: catchGame, seed: 1 });
  const rewards: number[] = [];
  let before = ramOf(arcade);
  expect([before.caught, before.missed]).toEqual([0, 0]);
  while (rewards.length < 10) {
    expect(arcade.terminal).toBe(false);
    expect(arcade.episodeFrames).toBeLessThan(441);
    // Every third fruit is left alone.
    const reward = arcade.act(rewards.length % 3 === 2 ? avoid(before) : follow(before));
    const after = ramOf(arcade);
    expect(reward).toBe(after.caught - before.caught - (after.missed - before.missed));
    if (reward !== 0) {
      const distance = before.fruitX + 4 - after.basketX;
      expect(reward).toBe(distance >= 0 && distance <= 20 ? 1 : -1);
      expect(after.fruitTop).toBe(0);
      rewards.push(reward);
    }
    before = after;
  }
  expect(rewards).toEqual([1, 1, -1, 1, 1, -1, 1, 1, -1, 1]);
  expect(arcade.terminal).toBe(true);
  expect(arcade.score).toBe(4);

  // The marks show the same: blocks and dashes. And the picture stays.
  for (let frame = 0; frame < 2; frame++) arcade.console.runFrame();
  const { screen } = arcade;
  expect(columnsOf(screen, firstMarkRow, marksColour)).toEqual(
    rewards.flatMap((reward, drop) => (reward === 1 ? range(16 * drop + 4, 8) : [])),
  );
  expect(columnsOf(screen, firstMarkRow + 3, marksColour)).toEqual(
    rewards.flatMap((_, drop) => range(16 * drop + 4, 8)),
  );
  const over = screen.slice();
  for (let frame = 0; frame < 101; frame++) {
    arcade.console.controls.setJoystick(frame % 2 === 0 ? left : right);
    arcade.console.runFrame();
    expect(arcade.screen).toEqual(over);
  }
});

test('a fruit is caught while its middle is over the basket, from the rim down to the ground', () => {
  for (const [fruitX, reward, frames] of [
    [65, -1, 44],
    [66, 1, 40],
    [86, 1, 40],
    [87, -1, 44],
  ]) {
    const arcade = new Arcade({ rom, game: catchGame, seed: 1 });
    arcade.ram[0x04] = fruitX;
    const rewards = range(0, frames).map(() => arcade.act(noop));
    expect(rewards).toEqual([...Array(frames - 1).fill(0), reward]);
  }
  // Two frames after the fruit has passed the rim the basket still gets under it.
  const late = new Arcade({ rom, game: catchGame, seed: 1 });
  late.ram[0x04] = 91;
  const rewards = range(0, 42).map((frame) => late.act(frame < 40 ? noop : right));
  expect(rewards).toEqual([...Array(41).fill(0), 1]);
});

test('fruit and basket are drawn where RAM says, over the whole field and without a flaw', () => {
  const arcade = new Arcade({ rom, game: catchGame, seed: 1 });
  let drawn = 0;
  for (let frame = 0; frame < 1200; frame++) {
    const before = ramOf(arcade);
    if (arcade.terminal) {
      arcade.reset();
      continue;
    }
    arcade.act(Math.trunc(frame / 50) % 2 === 0 ? right : left);
    const { screen } = arcade;
    const middleRow = firstFieldRow + before.fruitTop + 7;
    expect(columnsOf(screen, middleRow, fruitColour)).toEqual(range(before.fruitX, 8));
    expect(columnsOf(screen, lastBasketRow - 2, basketColour)).toEqual(range(before.basketX, 20));
    expect(columnsOf(screen, firstFieldRow + before.fruitTop - 1, fruitColour)).toEqual([]);
    drawn++;
  }
  expect(drawn).toBeGreaterThan(1100);
});

test('the basket moves four pixels a frame between 2 and 138', () => {
  const arcade = new Arcade({ rom, game: catchGame, seed: 1 });
  const path = (action: number, frames: number) =>
    range(0, frames).map(() => {
      arcade.act(action);
      return ramOf(arcade).basketX;
    });
  expect(ramOf(arcade).basketX).toBe(70);
  expect(path(right, 20)).toEqual(range(1, 20).map((frame) => Math.min(70 + 4 * frame, 138)));
  expect(path(noop, 2)).toEqual([138, 138]);
  expect(path(left, 40)).toEqual(range(1, 40).map((frame) => Math.max(138 - 4 * frame, 2)));
});

test('fruit falls in all columns alike, and other play or another episode brings other fruit', () => {
  const columns = (arcade: Arcade, policy: (ram: Ram) => number) => {
    const seen = [ramOf(arcade).fruitX];
    while (!arcade.terminal && arcade.episodeFrames < 441) {
      if (arcade.act(policy(ramOf(arcade))) !== 0 && !arcade.terminal) seen.push(ramOf(arcade).fruitX);
    }
    return seen;
  };
  const arcade = new Arcade({ rom, game: catchGame, seed: 1 });
  const episodes = range(0, 15).map((episode) => {
    if (episode > 0) arcade.reset();
    return columns(arcade, () => noop);
  });
  expect(new Set(episodes.map(String)).size).toBe(15);
  const all = episodes.flat();
  expect(Math.min(...all)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...all)).toBeLessThanOrEqual(151);
  // 150 columns in five equal parts: 30 each, standard deviation 5.
  const parts = range(0, 5).map((part) => all.filter((x) => Math.trunc((x - 2) / 30) === part).length);
  for (const count of parts) expect(Math.abs(count - 30)).toBeLessThan(20);

  const other = new Arcade({ rom, game: catchGame, seed: 1 });
  const otherColumns = columns(other, follow);
  expect(otherColumns[0]).toBe(episodes[0][0]);
  expect(otherColumns.slice(1)).not.toEqual(episodes[0].slice(1));
  expect(columns(new Arcade({ rom, game: catchGame, seed: 1 }), () => noop)).toEqual(episodes[0]);

  // A step aside and back is enough, though the first fruit ends alike.
  const aside = new Arcade({ rom, game: catchGame, seed: 1 });
  aside.act(right);
  aside.act(left);
  expect(columns(aside, () => noop)[1]).not.toBe(episodes[0][1]);
});

test('RESET starts anew in the midst of a game and after its end', () => {
  const arcade = new Arcade({ rom, game: catchGame, seed: 1 });
  const { console } = arcade;
  for (const frames of [100, 600]) {
    console.controls.setJoystick(right);
    for (let frame = 0; frame < frames; frame++) console.runFrame();
    expect(ramOf(console).caught + ramOf(console).missed).toBe(frames === 100 ? 2 : 10);
    console.controls.setJoystick(noop);
    console.controls.setSwitches(true, false);
    console.runFrame();
    console.controls.setSwitches(false, false);
    expect(ramOf(console)).toMatchObject({ caught: 0, missed: 0, fruitTop: 0, basketX: 70 });
    console.runFrame();
    expect(ramOf(console).fruitTop).toBe(3);
    expect(columnsOf(console.screen, firstMarkRow + 3, marksColour)).toEqual([]);
  }
});
