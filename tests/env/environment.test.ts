import { describe, expect, test } from 'bun:test';
import { actions } from '../../src/emulator/console/action.ts';
import type { AtariEnvironment } from '../../src/env/environment.ts';
import type { EnvironmentOptions } from '../../src/env/options.ts';
import { preprocessorFor } from '../../src/env/preprocess.ts';
import { UserError } from '../../src/errors.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { colourOf, grey, make, type Script, stackOf } from './fakeArcade.ts';

test('results show the state of their moment, in one array', () => {
  const { env } = make({}, { stack: 3 });
  const reset = env.reset();
  expect(reset.observation).toEqual(env.observation());
  const before = reset.observation.slice();
  const result = env.step(0);
  expect(result.observation).toEqual(env.observation());
  expect(result.observation).not.toEqual(before);
  expect(result.observation).toHaveLength(3 * 7056);
  expect(result.observation).toBe(reset.observation);
});

test('frame skip: the action held for four frames, rewards summed, the maximum of the last two', () => {
  const { arcade, env } = make({ reward: (frame) => frame });
  env.reset();
  expect(env.frame[0]).toBe(grey(0));
  const result = env.step(2);
  expect(arcade.played).toEqual(['reset', 3, 3, 3, 3]);
  expect(result.rawReward).toBe(1 + 2 + 3 + 4);
  expect(env.frame.every((byte) => byte === grey(4, 3))).toBe(true);
  // The maximum differs from both here, else this would show nothing.
  expect(grey(4, 3)).not.toBe(grey(3));
  env.step(0);
  expect(env.frame[0]).toBe(grey(8, 7));
  expect(result).toBe(env.step(0));
  expect(result.info).toEqual({
    lives: 0,
    frame: 12,
    score: 78,
    episodeReturn: 78,
    episodeSteps: 3,
    lifeLost: false,
    gameOver: false,
  });
});

test('the observation is that of the two screens, not only of flat ones', () => {
  const { arcade, env } = make({}, { frameSkip: 1 });
  const random = new Xoshiro128(3, 'test');
  const screens: Uint8Array[] = [];
  const act = arcade.act.bind(arcade);
  arcade.act = (action, draw) => {
    const reward = act(action, draw);
    for (let i = 0; i < arcade.screen.length; i++) arcade.screen[i] = random.nextU32() & 254;
    screens.push(arcade.screen.slice());
    return reward;
  };
  env.reset();
  env.step(0);
  env.step(0);
  const expected = new Uint8Array(7056);
  preprocessorFor('area', { format: 'NTSC', screenHeight: 210, size: 84, crop: 'none' }).run(
    screens[1],
    screens[0],
    expected,
  );
  expect(env.frame).toEqual(expected);
});

test('maxPool 1 shows the last frame alone; frame skip 1 with maxPool 2 the last two', () => {
  const one = make({}, { maxPool: 1 }).env;
  one.reset();
  one.step(0);
  expect(one.frame[0]).toBe(grey(4));
  const single = make({}, { frameSkip: 1 }).env;
  single.reset();
  single.step(0);
  expect(single.frame[0]).toBe(grey(1, 0));
  single.step(0);
  expect(single.frame[0]).toBe(grey(2, 1));
});

test('the end of the game breaks the frame skip; step then throws until reset', () => {
  const { arcade, env } = make({ overAt: 6, reward: () => 1 });
  expect(() => env.step(0)).toThrow('reset()');
  env.reset();
  env.step(1);
  const result = env.step(1);
  expect(result).toMatchObject({ rawReward: 2, terminated: true, truncated: false });
  expect(result.info).toMatchObject({ gameOver: true, frame: 6, episodeReturn: 6, episodeSteps: 2 });
  expect(env.frame[0]).toBe(grey(6, 5));
  expect(() => env.step(0)).toThrow('reset()');
  arcade.played = [];
  expect(env.reset().info).toMatchObject({ gameOver: false, frame: 0, episodeReturn: 0, episodeSteps: 0 });
  expect(arcade.played).toEqual(['reset']);
  expect(() => env.step(4)).toThrow('0 to 3, not 4');
});

test('the stack: black before the first observation, or that one repeated; oldest first', () => {
  const { env } = make({ overAt: 26 });
  env.reset();
  expect(stackOf(env)).toEqual([0, 0, 0, grey(0)]);
  for (let i = 0; i < 2; i++) env.step(0);
  expect(stackOf(env)).toEqual([0, grey(0), grey(4, 3), grey(8, 7)]);
  for (let i = 0; i < 4; i++) env.step(0);
  expect(stackOf(env)).toEqual([grey(12, 11), grey(16, 15), grey(20, 19), grey(24, 23)]);
  env.step(0);
  env.reset();
  expect(stackOf(env)).toEqual([0, 0, 0, grey(0)]);
  const repeating = make({}, { stackPadding: 'repeat' }).env;
  repeating.reset();
  repeating.step(0);
  expect(stackOf(repeating)).toEqual([grey(0), grey(0), grey(0), grey(4, 3)]);
});

test('reward clipping', () => {
  for (const [how, expected] of [
    ['none', [0.5, -7, 0, 30]],
    ['clip', [0.5, -1, 0, 1]],
    ['sign', [1, -1, 0, 1]],
  ] as const) {
    const rewards = [0.5, -7, 0, 30];
    const { env } = make({ reward: (frame) => rewards[frame - 1] }, { frameSkip: 1, rewardClipping: how });
    env.reset();
    expect(expected.map(() => env.step(0).reward)).toEqual([...expected]);
  }
  // The sum of the step is clipped, not each frame.
  const { env } = make({ reward: () => 0.4 }, { rewardClipping: 'clip' });
  env.reset();
  const result = env.step(0);
  expect([result.reward, result.rawReward]).toEqual([1, 1.6]);
});

describe('life loss', () => {
  const lives = (frame: number) => (frame < 6 ? 3 : frame < 15 ? 2 : 1);

  test('ends the episode for learning; reset goes on in the same game with one no-op step', () => {
    const { arcade, env } = make({ lives, reward: () => 1 }, { lifeLoss: 'ends-episode', randomStarts: 30 });
    env.reset();
    const start = arcade.frame; // the random start
    arcade.frame = 0;
    arcade.played = [];
    env.step(1);
    const result = env.step(1);
    expect(result).toMatchObject({ terminated: true, truncated: false });
    expect(result.info).toMatchObject({ lifeLost: true, gameOver: false, lives: 2 });
    expect(arcade.frame).toBe(8); // a lost life does not break the frame skip
    const { info } = env.reset();
    expect(arcade.played).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect(info).toMatchObject({
      lifeLost: false,
      lives: 2,
      episodeReturn: start + 12,
      episodeSteps: 2,
      frame: start + 12,
    });
    expect(stackOf(env)).toEqual([0, 0, 0, grey(12, 11)]);
    // Frame 15, which the next step reaches, loses another one.
    expect(env.step(1)).toMatchObject({ terminated: true, info: { lives: 1 } });
    // With a seed a new game begins all the same.
    arcade.played = [];
    env.reset(5);
    expect(arcade.seeds).toEqual([5]);
    expect(arcade.played[0]).toBe('reset');
  });

  test('is only reported where it does not end episodes', () => {
    const { env } = make({ lives });
    env.reset();
    env.step(0);
    expect(env.step(0)).toMatchObject({ terminated: false, info: { lifeLost: true, lives: 2 } });
    expect(env.step(0)).toMatchObject({ terminated: false, info: { lifeLost: false } });
  });

  test('a game that ends in the no-op step after it is begun anew', () => {
    const { arcade, env } = make({ lives, overAt: 10 }, { lifeLoss: 'ends-episode' });
    env.reset();
    env.step(1);
    env.step(1);
    arcade.played = [];
    env.reset();
    expect(arcade.played).toEqual([0, 0, 'reset']);
  });

  test('with a cut-off in the same step the game does not go on', () => {
    const { arcade, env } = make({ lives }, { lifeLoss: 'ends-episode', maxEpisodeFrames: 8 });
    env.reset();
    env.step(1);
    expect(env.step(1)).toMatchObject({ terminated: true, truncated: true });
    arcade.played = [];
    env.reset();
    expect(arcade.played).toEqual(['reset']);
  });
});

describe('starts', () => {
  test('random starts: 1 to n frames of NOOP, uniformly; the seed decides', () => {
    const { arcade, env } = make({}, { randomStarts: 6 });
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < 600; i++) {
      arcade.played = [];
      env.reset();
      expect(arcade.played.slice(1).every((action) => action === 0)).toBe(true);
      counts[arcade.played.length - 1]++;
    }
    expect([counts[0], counts[7]]).toEqual([0, 0]);
    for (const count of counts.slice(1, 7)) expect(Math.abs(count - 100)).toBeLessThan(35);
    const lengths = (seed: number) => {
      env.reset(seed);
      return Array.from({ length: 20 }, () => env.reset().info.frame);
    };
    expect(lengths(4)).toEqual(lengths(4));
    expect(lengths(4)).not.toEqual(lengths(5));
    // reset(seed) is a new environment with this seed.
    const fresh = make({}, { randomStarts: 6 }, 4).env;
    fresh.reset();
    expect(Array.from({ length: 20 }, () => fresh.reset().info.frame)).toEqual(lengths(4));
  });

  test('the first observation after a random start is the maximum of its last two frames', () => {
    const { arcade, env } = make({}, { randomStarts: 30 });
    env.reset();
    expect(arcade.frame).toBeGreaterThan(0);
    expect(stackOf(env)).toEqual([0, 0, 0, grey(arcade.frame, arcade.frame - 1)]);
  });

  test('a game that ends in its random start is begun anew', () => {
    const { arcade, env } = make({ overAt: 2 }, { randomStarts: 30 });
    for (let i = 0; i < 20; i++) {
      env.reset();
      expect(arcade.terminal).toBe(false);
    }
  });

  test('FIRE start: FIRE, then the third action, a step each', () => {
    const { arcade, env } = make({}, { fireStart: 'required' });
    env.reset();
    expect(arcade.played).toEqual(['reset', 1, 1, 1, 1, 3, 3, 3, 3]);
    const full = make({}, { fireStart: 'required', actionSet: 'full' });
    full.env.reset();
    expect(full.arcade.played).toEqual(['reset', 1, 1, 1, 1, 2, 2, 2, 2]);
    // Ended by FIRE: begun anew, and the third action follows.
    const ending = make({ overAt: 3 }, { fireStart: 'required', frameSkip: 2 });
    ending.env.reset();
    expect(ending.arcade.played).toEqual(['reset', 1, 1, 3, 'reset']);
  });

  test('FIRE start also after a lost life', () => {
    const { arcade, env } = make(
      { lives: (frame) => (frame < 10 ? 2 : 1) },
      { fireStart: 'required', lifeLoss: 'ends-episode' },
    );
    env.reset();
    expect(env.step(0).terminated).toBe(true);
    arcade.played = [];
    env.reset();
    expect(arcade.played).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 3, 3, 3, 3]);
  });

  test('FIRE start is refused where the game has no FIRE or too few actions', () => {
    for (const few of [actions('NOOP', 'LEFT', 'RIGHT'), actions('NOOP', 'FIRE')]) {
      expect(() => make({ actions: few }, { fireStart: 'required' })).toThrow(UserError);
      expect(() => make({ actions: few }, { fireStart: 'required', actionSet: 'full' })).not.toThrow();
    }
  });
});

test('truncation at the very frame, inside a frame skip, counting the start', () => {
  const { arcade, env } = make({}, { maxEpisodeFrames: 10 });
  env.reset();
  env.step(0);
  expect(env.step(0)).toMatchObject({ terminated: false, truncated: false });
  expect(env.step(0)).toMatchObject({ terminated: false, truncated: true, info: { frame: 10, gameOver: false } });
  expect(() => env.step(0)).toThrow('reset()');
  arcade.played = [];
  env.reset();
  expect(arcade.played).toEqual(['reset']);
  // The game's own end in that frame is an end, not a cut-off.
  const both = make({ overAt: 4 }, { maxEpisodeFrames: 4 }).env;
  both.reset();
  expect(both.step(0)).toMatchObject({ terminated: true, truncated: false });
});

test('action sets', () => {
  expect(make({}).env.actions).toEqual([0, 1, 3, 4]);
  expect(make({}, { actionSet: 'full' }).env.actions).toEqual([...Array(18).keys()]);
  // Where the game says nothing else, Xitari's are the minimal ones.
  expect(make({}, { actionSet: 'xitari' }).env.actions).toEqual([0, 1, 3, 4]);
});

test('only frames that an observation shows are drawn', () => {
  const drawn = (options: Partial<EnvironmentOptions>, script: Script = {}) => {
    const { arcade, env } = make(script, options);
    env.reset();
    arcade.drawn = [];
    for (let i = 0; i < 3 && !env.step(0).truncated; i++) if (i < 2) arcade.drawn = [];
    return arcade.drawn;
  };
  expect(drawn({})).toEqual([false, false, true, true]);
  expect(drawn({ maxPool: 1 })).toEqual([false, false, false, true]);
  expect(drawn({ frameSkip: 2 })).toEqual([true, true]);
  expect(drawn({ frameSkip: 1 })).toEqual([true]);
  expect(drawn({ maxEpisodeFrames: 11 })).toEqual([false, true, true]);
  expect(drawn({ maxEpisodeFrames: 9 })).toEqual([true]);
});

test('a game that ends within a frame skip shows its last two frames, drawn or not', () => {
  for (const maxPool of [1, 2] as const) {
    for (const overAt of [1, 2, 3, 4, 5, 6, 7, 8, 101, 102, 103, 104]) {
      const { arcade, env } = make({ overAt, reward: (frame) => frame }, { maxPool, randomStarts: 0 });
      for (let game = 0; game < 2; game++) {
        env.reset();
        let result = env.step(game);
        while (!result.terminated) result = env.step(2);
        expect(stackOf(env).at(-1)).toBe(grey(overAt, maxPool === 2 ? overAt - 1 : overAt));
        expect(arcade.frame).toBe(overAt);
        expect(result.info.episodeReturn).toBe((overAt * (overAt + 1)) / 2);
      }
    }
  }
});

test('a game that ends within a frame skip soon after a restored snapshot shows its own last two frames', () => {
  const { env } = make({ overAt: 14 });
  env.reset();
  for (let i = 0; i < 3; i++) env.step(0);
  const other = make({ overAt: 14 });
  other.env.reset();
  other.env.step(1);
  other.env.restore(env.snapshot());
  expect(other.env.step(0).terminated).toBe(true);
  expect([other.env.frame[0], other.arcade.frame]).toEqual([grey(14, 13), 14]);
});

test('onFrame sees every emulated frame', () => {
  const { env } = make({ overAt: 50 }, { randomStarts: 5 });
  const seen: number[] = [];
  env.onFrame = (screen) => seen.push(screen[0]);
  const frames = env.reset().info.frame;
  env.step(0);
  expect(seen).toEqual(Array.from({ length: frames + 4 }, (_, i) => colourOf(i + 1)));
  while (!env.step(0).terminated);
  expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => colourOf(i + 1)));
  expect(env.frame[0]).toBe(grey(50, 49));
});

test('a snapshot goes on as the original does: from mid-episode, from its end, with random starts and life losses', () => {
  const script: Script = { lives: (frame) => 5 - Math.floor(frame / 19), overAt: 90, reward: (frame) => frame % 3 };
  const options: Partial<EnvironmentOptions> = { lifeLoss: 'ends-episode', randomStarts: 30, stackPadding: 'repeat' };
  const play = (env: AtariEnvironment, steps: number, over: boolean) => {
    const log: unknown[] = [];
    let ended = over;
    for (let i = 0; i < steps; i++) {
      if (ended) log.push(structuredClone(env.reset().info), stackOf(env));
      const result = structuredClone(env.step(i % 4));
      ended = result.terminated || result.truncated;
      log.push(result, stackOf(env));
    }
    return { log, over: ended };
  };
  for (const steps of [1, 3, 4, 5, 8, 21, 30]) {
    const { env } = make(script, options);
    const { over } = play(env, steps, true);
    const saved = env.snapshot();
    const expected = play(env, 60, over).log;
    const other = make(script, options, 99).env;
    play(other, 7, true);
    other.restore(saved);
    expect(other.snapshot()).toEqual(saved);
    expect(play(other, 60, over).log).toEqual(expected);
    expect(() => make(script, { ...options, stack: 3 }).env.restore(saved)).toThrow(UserError);
    expect(() => make(script, { ...options, observationSize: 42 }).env.restore(saved)).toThrow(UserError);
    expect(() => other.restore(saved.subarray(0, 100))).toThrow(UserError);
  }
});
