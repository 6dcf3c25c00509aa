/**
 * What DeepMind, Lapan, Graetz and the wrappers of gym do differently, each worked by hand on scripted games, and lost lives on our own
 * Bricks (reference algorithms.md A.2 to A.5, A.13, B, C). What all have in common is in environment.test.ts.
 */
import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { actions } from '../../src/emulator/console/action.ts';
import { Arcade } from '../../src/env/arcade.ts';
import { AtariEnvironment } from '../../src/env/environment.ts';
import type { EnvironmentOptions } from '../../src/env/options.ts';
import { UserError } from '../../src/errors.ts';
import { bricks } from '../../src/games/bricks.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { plainEnvironment } from '../support/options.ts';
import { grey, make, type Script, stackOf } from './fakeArcade.ts';

describe('random starts', () => {
  // The n-th frame of a game is worth 10^n points: the sum shows which were counted.
  const reward = (frame: number) => 10 ** frame;

  test("one-more: k + 1 frames of NOOP, of whose rewards the last one's counts; drawn: k, and all count", () => {
    // k = 1, the only number that can be drawn.
    const drawn = make({ reward }, { randomStarts: 1 });
    expect(drawn.env.reset().info).toMatchObject({ frame: 1, episodeReturn: 10, score: 10 });
    expect(drawn.arcade.played).toEqual(['reset', 0]);
    const oneMore = make({ reward }, { randomStarts: 1, randomStartForm: 'one-more' });
    expect(oneMore.env.reset().info).toMatchObject({ frame: 2, episodeReturn: 100, score: 110, episodeSteps: 0 });
    expect(oneMore.arcade.played).toEqual(['reset', 0, 0]);
    // The first step's reward comes on top.
    expect(oneMore.env.step(0).info.episodeReturn).toBe(100 + 111_1000);
  });

  test('one-more: k is uniform in 1..n', () => {
    const { env } = make({ reward }, { randomStarts: 6, randomStartForm: 'one-more' });
    const counts = new Array<number>(9).fill(0);
    for (let i = 0; i < 600; i++) {
      const { frame, episodeReturn } = env.reset().info;
      counts[frame]++;
      expect(episodeReturn).toBe(10 ** frame);
    }
    expect(counts.filter((_, frames) => frames < 2 || frames > 7)).toEqual([0, 0, 0]);
    for (const count of counts.slice(2, 8)) expect(Math.abs(count - 100)).toBeLessThan(35);
  });

  test('a game that ends in them is begun anew, and its rewards are forgotten', () => {
    const { arcade, env } = make({ reward, overAt: 2 }, { randomStarts: 1, randomStartForm: 'one-more' });
    expect(env.reset().info).toMatchObject({ frame: 0, episodeReturn: 0, gameOver: false });
    expect(arcade.played).toEqual(['reset', 0, 0, 'reset']);
    const drawn = make({ reward, overAt: 2 }, { randomStarts: 3 });
    for (let i = 0; i < 20; i++) {
      // 1, 2 or 3 frames: one in the first game, the end of it, or one in the second.
      const { frame, episodeReturn } = drawn.env.reset().info;
      expect(['0 0', '1 10']).toContain(`${frame} ${episodeReturn}`);
    }
  });

  test('reset without a random start: no frame, with one-more one; nothing is drawn', () => {
    const drawn = make({}, { randomStarts: 30 });
    drawn.env.reset(1, { randomStart: false });
    expect(drawn.arcade.played).toEqual(['reset']);
    const next = drawn.env.reset().info.frame;
    expect(drawn.env.reset(1).info.frame).toBe(next);
    const oneMore = make({}, { randomStarts: 30, randomStartForm: 'one-more' });
    oneMore.env.reset(1, { randomStart: false });
    expect(oneMore.arcade.played).toEqual(['reset', 0]);
    expect(oneMore.env.reset().info.frame).toBe(next + 1);
  });
});

describe('lost lives', () => {
  // Frame 6 loses the first of three lives, which is in the second step of four frames; each frame is worth its number.
  const script: Script = { lives: (frame) => (frame < 6 ? 3 : 2), reward: (frame) => frame };
  const secondStep = (options: Partial<EnvironmentOptions>) => {
    const made = make(script, options);
    made.env.reset(1, { randomStart: false });
    made.env.step(0);
    const result = made.env.step(0);
    expect(result.info.lifeLost).toBe(true);
    return { ...made, result };
  };

  test('are nothing, an end, or the end of what learning sees alone', () => {
    const frames = 5 + 6 + 7 + 8;
    const ignored = { terminated: false, truncated: false, endsValue: false, rawReward: frames };
    expect(secondStep({ lifeLoss: 'ignored' }).result).toMatchObject(ignored);
    const ended = { terminated: true, truncated: false, endsValue: true, rawReward: frames };
    expect(secondStep({ lifeLoss: 'ends-episode' }).result).toMatchObject(ended);
    const { env, result } = secondStep({ lifeLoss: 'terminal-in-memory' });
    expect(result).toMatchObject({ terminated: false, truncated: false, endsValue: true, rawReward: frames });
    // The episode goes on; the next step's value counts again, and its stack shows the frames before the loss.
    expect(env.step(0)).toMatchObject({ terminated: false, endsValue: false, info: { episodeSteps: 3 } });
    expect(stackOf(env)).toEqual([grey(0), grey(4, 3), grey(8, 7), grey(12, 11)]);
  });

  test('the end of the game ends the value in every form; a cut-off in none', () => {
    for (const lifeLoss of ['ignored', 'ends-episode', 'terminal-in-memory'] as const) {
      const over = make({ overAt: 4 }, { lifeLoss }).env;
      over.reset();
      expect(over.step(0)).toMatchObject({ terminated: true, truncated: false, endsValue: true });
      const cut = make({}, { lifeLoss, maxEpisodeFrames: 4 }).env;
      cut.reset();
      expect(cut.step(0)).toMatchObject({ terminated: false, truncated: true, endsValue: false });
    }
  });

  test('break the frame skip off where they end the episode and the option says so', () => {
    const breaking = secondStep({ lifeLoss: 'ends-episode', lifeLossBreaksSkip: true });
    expect(breaking.result).toMatchObject({ terminated: true, rawReward: 5 + 6, info: { frame: 6 } });
    // Frames 5 and 6, which a whole step would not have shown.
    expect(breaking.env.frame[0]).toBe(grey(6, 5));
    for (const lifeLoss of ['ignored', 'terminal-in-memory'] as const) {
      expect(secondStep({ lifeLoss, lifeLossBreaksSkip: true }).result.info.frame).toBe(8);
    }
  });

  test("afterwards the same game goes on with a random start's frames of NOOP, or one no-op step", () => {
    const next = (options: Partial<EnvironmentOptions>, randomStart?: boolean) => {
      const made = secondStep({ lifeLoss: 'ends-episode', ...options });
      made.arcade.played = [];
      const { info } = made.env.reset(undefined, randomStart === undefined ? undefined : { randomStart });
      return { played: made.arcade.played, total: info.episodeReturn, frame: info.frame, env: made.env };
    };
    // Frames 1 to 8 were worth 36.
    expect(next({})).toMatchObject({ played: [0, 0, 0, 0], total: 36 + 9 + 10 + 11 + 12, frame: 12 });
    const drawn = { afterLifeLoss: 'random-start', randomStarts: 1 } as const;
    expect(next(drawn)).toMatchObject({ played: [0], total: 36 + 9, frame: 9 });
    expect(stackOf(next(drawn).env)).toEqual([0, 0, 0, grey(9, 8)]);
    // The game began with one frame more, so frames 1 to 9 were played, worth 45; of frames 10 and 11 the second counts.
    const oneMore = { ...drawn, randomStartForm: 'one-more' } as const;
    expect(next(oneMore)).toMatchObject({ played: [0, 0], total: 45 + 11, frame: 11 });
    expect(next(oneMore, false)).toMatchObject({ played: [0], total: 45 + 10, frame: 10 });
    // At least one frame, that there is something new to see.
    expect(next({ afterLifeLoss: 'random-start' })).toMatchObject({ played: [0], total: 36 + 9, frame: 9 });
  });

  test('a game that ends in those frames is begun anew', () => {
    const options = { lifeLoss: 'ends-episode', afterLifeLoss: 'random-start', randomStartForm: 'one-more' } as const;
    const { arcade, env } = make({ ...script, overAt: 9 }, options);
    env.reset(1, { randomStart: false }); // one frame
    env.step(0);
    expect(env.step(0)).toMatchObject({ terminated: true, info: { frame: 9, gameOver: true } });
    const other = make({ ...script, overAt: 10 }, options);
    other.env.reset();
    other.env.step(0);
    expect(other.env.step(0)).toMatchObject({ terminated: true, info: { frame: 9, gameOver: false } });
    other.arcade.played = [];
    expect(other.env.reset().info).toMatchObject({ frame: 0, episodeReturn: 0, gameOver: false });
    expect(other.arcade.played).toEqual([0, 'reset']);
    expect(arcade.terminal).toBe(true);
  });
});

describe('lost lives on Bricks', () => {
  const rom = new Uint8Array(readFileSync(new URL(`../../roms/${bricks.ownImage}`, import.meta.url)));
  const actionsOf = { serve: 1, stay: 0 };

  /** Serves, lets the ball fall and waits until a life is lost; what that step gave. */
  function loseLife(options: Partial<EnvironmentOptions>) {
    const env = new AtariEnvironment(
      new Arcade({ rom, game: bricks, seed: 1 }),
      { ...plainEnvironment, ...options },
      new Xoshiro128(1, 'environment'),
    );
    const lives = env.reset().info.lives;
    for (let step = 0; step < 500; step++) {
      const result = env.step(step % 20 === 0 ? actionsOf.serve : actionsOf.stay);
      if (result.info.lifeLost) return { env, lives, result };
    }
    throw new Error('no life was lost in 500 steps');
  }

  test('each form', () => {
    for (const [lifeLoss, terminated, endsValue] of [
      ['ignored', false, false],
      ['ends-episode', true, true],
      ['terminal-in-memory', false, true],
    ] as const) {
      const { env, lives, result } = loseLife({ lifeLoss });
      expect(result).toMatchObject({ terminated, endsValue, truncated: false });
      expect(result.info).toMatchObject({ lives: lives - 1, gameOver: false });
      const { frame } = result.info;
      if (terminated) {
        expect(() => env.step(0)).toThrow('reset()');
        expect(env.reset().info).toMatchObject({ lives: lives - 1, frame: frame + 4, lifeLost: false });
      } else {
        expect(env.step(0)).toMatchObject({ terminated: false, endsValue: false });
      }
    }
  });

  test("DeepMind's: the skip breaks off at the very frame, and no-ops follow in the same game", () => {
    const options = { lifeLoss: 'ends-episode', afterLifeLoss: 'random-start' } as const;
    const whole = loseLife(options).result.info.frame;
    const { env, lives, result } = loseLife({ ...options, lifeLossBreaksSkip: true });
    const { frame } = result.info;
    expect(frame).toBeGreaterThan(whole - 4);
    expect(frame).toBeLessThanOrEqual(whole);
    expect(env.reset().info).toMatchObject({ lives: lives - 1, frame: frame + 1 });
  });
});

describe('limits', () => {
  test('in agent steps: truncated, never terminated; the start is not counted', () => {
    const { arcade, env } = make({}, { maxEpisodeSteps: 3, randomStarts: 30, fireStart: 'required' });
    for (let game = 0; game < 2; game++) {
      env.reset();
      expect(env.step(0)).toMatchObject({ terminated: false, truncated: false });
      expect(env.step(0)).toMatchObject({ terminated: false, truncated: false });
      const last = env.step(0);
      expect(last).toMatchObject({ terminated: false, truncated: true, endsValue: false });
      expect(last.info).toMatchObject({ episodeSteps: 3, gameOver: false });
      expect(() => env.step(0)).toThrow('reset()');
    }
    arcade.played = [];
    env.reset();
    expect(arcade.played[0]).toBe('reset');
  });

  test("the game's own end in the last step is an end, not a cut-off", () => {
    const { env } = make({ overAt: 8 }, { maxEpisodeSteps: 2 });
    env.reset();
    env.step(0);
    expect(env.step(0)).toMatchObject({ terminated: true, truncated: false, endsValue: true });
  });

  test('both together: the first one reached', () => {
    for (const [maxEpisodeSteps, maxEpisodeFrames, frame] of [
      [2, 10, 8],
      [3, 10, 10],
      [4, 10, 10],
      [0, 10, 10],
      [2, 0, 8],
    ]) {
      const { env } = make({}, { maxEpisodeSteps, maxEpisodeFrames });
      env.reset();
      let result = env.step(0);
      while (!result.truncated) result = env.step(0);
      expect(result).toMatchObject({ terminated: false, info: { frame } });
    }
  });

  test("steps go on counting over a lost life's end; a life lost in the last step does not save the game", () => {
    const lives = (frame: number) => (frame < 6 ? 3 : 2);
    const { arcade, env } = make({ lives }, { lifeLoss: 'ends-episode', maxEpisodeSteps: 3 });
    env.reset();
    env.step(0);
    expect(env.step(0)).toMatchObject({ terminated: true, truncated: false });
    env.reset();
    expect(env.step(0)).toMatchObject({ terminated: false, truncated: true, info: { episodeSteps: 3 } });
    const memory = make({ lives }, { lifeLoss: 'terminal-in-memory', maxEpisodeSteps: 2 }).env;
    memory.reset();
    memory.step(0);
    expect(memory.step(0)).toMatchObject({ terminated: false, truncated: true, endsValue: true });
    arcade.played = [];
    env.reset();
    expect(arcade.played[0]).toBe('reset');
  });
});

test('sign, clip and none; clip between other bounds', () => {
  const rewards = [0.25, -7, 0, 30, 1, -0.5];
  const learned = (options: Partial<EnvironmentOptions>) => {
    const { env } = make({ reward: (frame) => rewards[frame - 1] }, { frameSkip: 1, ...options });
    env.reset();
    return rewards.map((raw) => {
      const result = env.step(0);
      expect(result.rawReward).toBe(raw);
      return result.reward;
    });
  };
  expect(learned({ rewardClipping: 'none' })).toEqual(rewards);
  expect(learned({ rewardClipping: 'sign' })).toEqual([1, -1, 0, 1, 1, -1]);
  expect(learned({ rewardClipping: 'clip' })).toEqual([0.25, -1, 0, 1, 1, -0.5]);
  expect(learned({ rewardClipping: 'clip', minReward: -5, maxReward: 0.75 })).toEqual([0.25, -5, 0, 0.75, 0.75, -0.5]);
  // The bounds are those of `clip` alone.
  expect(learned({ rewardClipping: 'sign', minReward: 0, maxReward: 0 })).toEqual([1, -1, 0, 1, 1, -1]);
});

describe('FIRE start', () => {
  const without = [actions('NOOP', 'LEFT', 'RIGHT'), actions('NOOP', 'FIRE')];

  test('if-possible presses FIRE and the third action where the game has both', () => {
    const { arcade, env } = make({}, { fireStart: 'if-possible' });
    env.reset();
    expect(arcade.played).toEqual(['reset', 1, 1, 1, 1, 3, 3, 3, 3]);
    for (const few of without) {
      const made = make({ actions: few }, { fireStart: 'if-possible' });
      made.env.reset();
      expect(made.arcade.played).toEqual(['reset']);
    }
  });

  test('required is refused elsewhere, and says what would do', () => {
    for (const few of without) {
      const refused = () => make({ actions: few }, { fireStart: 'required' });
      expect(refused).toThrow(UserError);
      expect(refused).toThrow('needs a game with FIRE and at least three actions');
    }
  });

  test('off presses nothing', () => {
    const { arcade, env } = make({}, { fireStart: 'off' });
    env.reset();
    expect(arcade.played).toEqual(['reset']);
  });
});
