import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { Arcade } from '../../src/env/arcade.ts';
import { AtariEnvironment } from '../../src/env/environment.ts';
import type { EnvironmentOptions } from '../../src/env/options.ts';
import { preprocessorFor } from '../../src/env/preprocess.ts';
import { bricks } from '../../src/games/bricks.ts';
import { catchGame } from '../../src/games/catch.ts';
import type { Game } from '../../src/games/game.ts';
import { pong } from '../../src/games/pong.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { plainEnvironment } from '../support/options.ts';

function imageOf(game: Game): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../roms/${game.ownImage}`, import.meta.url)));
}

/** All that can go wrong at once: sticky actions, random and FIRE starts, lost lives, a cut-off. */
const everything: EnvironmentOptions = {
  ...plainEnvironment,
  randomStarts: 30,
  fireStart: 'required',
  lifeLoss: 'ends-episode',
  rewardClipping: 'sign',
  repeatActionProbability: 0.25,
  maxEpisodeFrames: 400,
};

/** DeepMind's starts and lives, and Graetz's picture, memory and limit (reference algorithms.md A and C), with histories. */
const deepmind: EnvironmentOptions = {
  ...everything,
  fireStart: 'off',
  randomStartForm: 'one-more',
  lifeLossBreaksSkip: true,
  afterLifeLoss: 'random-start',
  stackPadding: 'previous',
  historyType: 'exp2',
};
const graetz: EnvironmentOptions = {
  ...everything,
  maxPool: 1,
  resize: 'nearest',
  crop: 'graetz',
  stackPadding: 'repeat',
  lifeLoss: 'terminal-in-memory',
  historySpacing: 2,
  maxEpisodeSteps: 90,
};

function make(seed: number, options: EnvironmentOptions = everything, game: Game = bricks): AtariEnvironment {
  const { repeatActionProbability } = options;
  return new AtariEnvironment(
    new Arcade({ rom: imageOf(game), game, seed, repeatActionProbability }),
    options,
    new Xoshiro128(seed, 'environment'),
  );
}

/** Plays `steps` with FIRE often enough to keep balls in the air; what each step gave, and a digest of what it showed. */
function play(env: AtariEnvironment, steps: number, ended: boolean): { log: string[]; ended: boolean } {
  const actions = new Xoshiro128(5, 'test');
  const log: string[] = [];
  let over = ended;
  for (let i = 0; i < steps; i++) {
    if (over) log.push(`reset ${JSON.stringify(env.reset().info)} ${Bun.hash(env.observation())}`);
    const result = env.step(actions.nextInt(env.actionCount));
    over = result.terminated || result.truncated;
    const { observation, ...told } = result;
    log.push(`${JSON.stringify(told)} ${Bun.hash(observation)}`);
  }
  return { log, ended: over };
}

test('a real console: the same seed gives the same play, another seed another one', () => {
  const first = play(make(1), 160, true);
  expect(play(make(1), 160, true)).toEqual(first);
  const other = play(make(2), 40, true).log;
  expect(other).not.toEqual(first.log.slice(0, other.length));
  // The play went through what it is meant to: lives lost, points made, episodes cut off.
  expect(first.log.some((line) => line.includes('"lifeLost":true'))).toBe(true);
  expect(first.log.some((line) => line.includes('"reward":1'))).toBe(true);
  expect(first.log.some((line) => line.includes('"truncated":true'))).toBe(true);
});

test('a real console: reset(seed) begins the play of a new environment with this seed', () => {
  const env = make(7);
  play(env, 50, true);
  env.reset(3);
  const fresh = make(3);
  fresh.reset();
  expect(play(env, 80, false)).toEqual(play(fresh, 80, false));
});

test.each([
  ['everything', everything],
  ['deepmind', deepmind],
  ['graetz', graetz],
] as const)('a real console: a snapshot goes on as the original does: %s', (_, options) => {
  const env = make(1, options);
  let ended = true;
  for (const steps of [37, 60]) {
    ended = play(env, steps, ended).ended;
    const saved = env.snapshot();
    const other = make(9, options);
    other.restore(saved);
    const expected = play(env, 60, ended);
    expect(play(other, 60, ended)).toEqual(expected);
    ended = expected.ended;
  }
});

test.each([bricks, catchGame, pong])(
  'frames and rewards are those of the arcade driven by hand, drawing all: $id',
  (game) => {
    const image = imageOf(game);
    const plain = { randomStarts: 0, fireStart: 'off', lifeLoss: 'ignored', maxEpisodeFrames: 0 } as const;
    const env = make(4, { ...everything, ...plain }, game);
    env.reset();
    const arcade = new Arcade({ rom: image, game, seed: 4, repeatActionProbability: 0.25 });
    arcade.reset();
    const preprocessor = preprocessorFor('area', { format: 'NTSC', screenHeight: 210, size: 84, crop: 'none' });
    const expected = new Uint8Array(84 * 84);
    const random = new Xoshiro128(6, 'test');
    const lastFrames = new Set<number>();
    for (let step = 0; step < 1500; step++) {
      const action = random.nextInt(env.actionCount);
      let reward = 0;
      let frames = 0;
      let previous = arcade.screen.slice();
      for (; frames < 4 && !arcade.terminal; frames++) {
        previous = arcade.screen.slice();
        reward += arcade.act(env.actions[action]);
      }
      preprocessor.run(arcade.screen, previous, expected);
      const result = env.step(action);
      expect(result.rawReward).toBe(reward);
      expect(env.frame).toEqual(expected);
      expect(result.info).toMatchObject({ lives: arcade.lives, score: arcade.score, gameOver: arcade.terminal });
      if (result.terminated) {
        lastFrames.add(frames);
        env.reset();
        arcade.reset();
      }
    }
    // Games ended, some of them before the frames that a whole step draws.
    expect(Math.min(...lastFrames)).toBeLessThan(4);
  },
);
