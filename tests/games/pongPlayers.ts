/** Scripted players of our own Pong: one that presses anything, one that reads the game's RAM and plays well. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Action, actions } from '../../src/emulator/console/action.ts';
import { Arcade } from '../../src/env/arcade.ts';
import { pong } from '../../src/games/pong.ts';
import { Xoshiro128 } from '../../src/random.ts';

export const rom = new Uint8Array(readFileSync(resolve(import.meta.dirname, '../../roms/pong.bin')));
const [noop, right, left] = actions('NOOP', 'RIGHT', 'LEFT');
export const frameSkip = 4;

/** RAM by name, as roms/pong.asm lays it out. */
export function view(ram: Uint8Array) {
  const signed = (byte: number) => (byte << 24) >> 24;
  return {
    playerScore: ram[0],
    computerScore: ram[1],
    playerTop: ram[2],
    computerTop: ram[3],
    ballX: ram[4],
    ballTop: ram[5],
    /** Pixels and rows a frame. */
    velocityX: signed(ram[6]) + ram[0xa] / 256,
    velocityY: signed(ram[7]) + ram[0xb] / 256,
    pause: ram[0xc],
    hits: ram[0xd],
  };
}

export type Player = (ram: Uint8Array) => Action;

/** Plays one game with frame skip 4. */
export function play(player: Player): { score: number; rewards: number; agentSteps: number } {
  const arcade = new Arcade({ rom, game: pong, seed: 0 });
  let rewards = 0;
  let agentSteps = 0;
  while (!arcade.terminal && agentSteps < 10_000) {
    const action = player(arcade.ram);
    for (let frame = 0; frame < frameSkip; frame++) {
      rewards += arcade.act(action);
    }
    agentSteps++;
  }
  return { score: arcade.score, rewards, agentSteps };
}

export function randomPlayer(seed: number): Player {
  const random = new Xoshiro128(seed, 'tests/pong');
  return () => pong.minimalActions[random.nextInt(pong.minimalActions.length)];
}

/** Rows that the paddle moves in an agent step: 23,000 ohms a frame are 5.76 lines of charging, of which it moves 3/4. */
const paddleStep = 17.3;
const [fieldTop, lowestPaddle, lowestBall] = [34, 177, 189];
const contactX = 137;

/** Goes to where the ball will arrive, so that it hits near an end of the paddle, which sends it off steeply. */
export function goodPlayer(ram: Uint8Array): Action {
  const { ballX, ballTop, velocityX, velocityY, playerTop } = view(ram);
  let arrival = 111;
  let agentStepsLeft = 9;
  if (velocityX > 0) {
    const frames = Math.max(0, (contactX - ballX) / velocityX);
    agentStepsLeft = Math.max(0, Math.floor(frames / frameSkip) - 1);
    const span = lowestBall - fieldTop;
    const unfolded = (((ballTop - fieldTop + velocityY * frames) % (2 * span)) + 2 * span) % (2 * span);
    arrival = fieldTop + (unfolded < span ? unfolded : 2 * span - unfolded);
  }
  let best = 0;
  let bestValue = Number.NEGATIVE_INFINITY;
  for (let steps = -agentStepsLeft; steps <= agentStepsLeft; steps++) {
    const top = Math.min(lowestPaddle, Math.max(fieldTop, playerTop + paddleStep * steps));
    // 0..19 is a hit, 9.5 the paddle's middle.
    const offCentre = Math.abs(arrival + 4 - top - 9.5);
    const hits = velocityX > 0 && offCentre <= 8;
    const value = (hits ? 100 + offCentre : -offCentre) - 0.01 * Math.abs(steps);
    if (value > bestValue) {
      best = steps;
      bestValue = value;
    }
  }
  return best === 0 ? noop : best > 0 ? left : right;
}
