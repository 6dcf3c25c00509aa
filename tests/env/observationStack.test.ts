/** Which observations a state shows, worked by hand: history types, spacing, and what stands before an episode's first. */
import { expect, test } from 'bun:test';
import type { EnvironmentOptions } from '../../src/env/options.ts';
import { UserError } from '../../src/errors.ts';
import { colourOf, grey, make, stackOf } from './fakeArcade.ts';

/** One frame a step, each observation the frame itself; a game of 20 frames. */
const single = { frameSkip: 1, maxPool: 1 } as const;

/** The states after each of `steps` steps of one frame; the first one after the reset. */
function states(options: Partial<EnvironmentOptions>, steps: number): number[][] {
  const { env } = make({}, { ...single, ...options });
  env.reset();
  const seen = [stackOf(env)];
  for (let i = 0; i < steps; i++) {
    env.step(0);
    seen.push(stackOf(env));
  }
  return seen;
}

const greys = (...frames: (number | null)[]): number[] => frames.map((frame) => (frame === null ? 0 : grey(frame)));

test('the frames are told apart by their greys', () => {
  expect(new Set(Array.from({ length: 20 }, (_, frame) => grey(frame))).size).toBe(20);
  expect(colourOf(0)).not.toBe(0);
});

test('linear with spacing 2: ages 4, 2, 0', () => {
  const seen = states({ stack: 3, historySpacing: 2 }, 6);
  expect(seen[0]).toEqual(greys(null, null, 0));
  expect(seen[1]).toEqual(greys(null, null, 1));
  expect(seen[2]).toEqual(greys(null, 0, 2));
  expect(seen[3]).toEqual(greys(null, 1, 3));
  expect(seen[4]).toEqual(greys(0, 2, 4));
  expect(seen[6]).toEqual(greys(2, 4, 6));
});

test('exp2: ages 7, 3, 1, 0, black before the first one, or that one repeated', () => {
  const zero = states({ historyType: 'exp2' }, 9);
  expect(zero[2]).toEqual(greys(null, null, 1, 2));
  expect(zero[3]).toEqual(greys(null, 0, 2, 3));
  expect(zero[6]).toEqual(greys(null, 3, 5, 6));
  expect(zero[7]).toEqual(greys(0, 4, 6, 7));
  expect(zero[9]).toEqual(greys(2, 6, 8, 9));
  const repeated = states({ historyType: 'exp2', stackPadding: 'repeat' }, 9);
  expect(repeated[0]).toEqual(greys(0, 0, 0, 0));
  expect(repeated[2]).toEqual(greys(0, 0, 1, 2));
  expect(repeated[6]).toEqual(greys(0, 3, 5, 6));
  expect(repeated[9]).toEqual(greys(2, 6, 8, 9));
});

test('exp1.25: ages 5, 3, 1, 0', () => {
  expect(states({ historyType: 'exp1.25' }, 8)[8]).toEqual(greys(3, 5, 7, 8));
});

test('previous: the observations of the episode before, black ones before the first of all', () => {
  const { env } = make({ overAt: 5 }, { ...single, stackPadding: 'previous' });
  env.reset();
  expect(stackOf(env)).toEqual(greys(null, null, null, 0));
  while (!env.step(0).terminated);
  expect(stackOf(env)).toEqual(greys(2, 3, 4, 5));
  env.reset();
  expect(stackOf(env)).toEqual(greys(3, 4, 5, 0));
  env.step(0);
  expect(stackOf(env)).toEqual(greys(4, 5, 0, 1));
  // A seed makes a new environment of it: nothing came before.
  env.reset(1);
  expect(stackOf(env)).toEqual(greys(null, null, null, 0));
});

test('the other paddings forget the episode before', () => {
  for (const [stackPadding, absent] of [
    ['zero', null],
    ['repeat', 0],
  ] as const) {
    const { env } = make({ overAt: 5 }, { ...single, stackPadding, historyType: 'exp2', stack: 3 });
    env.reset();
    while (!env.step(0).terminated);
    env.reset();
    expect(stackOf(env)).toEqual(greys(absent, absent, 0));
    env.step(0);
    expect(stackOf(env)).toEqual(greys(absent, 0, 1));
  }
});

test.each(['zero', 'repeat', 'previous'] as const)(
  'a snapshot holds all that a state reaches back to: %s',
  (stackPadding) => {
    const options = { ...single, stackPadding, historyType: 'exp2', historySpacing: 2 } as const;
    for (const steps of [0, 1, 6, 13, 14, 15, 29]) {
      const { env } = make({ overAt: 12 }, options);
      const other = make({ overAt: 12 }, options).env;
      const play = (environment: typeof env, count: number) => {
        const seen: number[][] = [];
        for (let i = 0; i < count; i++) {
          if (environment.step(0).terminated) environment.reset();
          seen.push(stackOf(environment));
        }
        return seen;
      };
      env.reset();
      play(env, steps);
      other.reset();
      play(other, 3);
      other.restore(env.snapshot());
      expect(stackOf(other)).toEqual(stackOf(env));
      expect(other.snapshot()).toEqual(env.snapshot());
      expect(play(other, 30)).toEqual(play(env, 30));
    }
  },
);

test('a snapshot of another history, or a history without end, is refused', () => {
  const saved = make({}, { ...single, historyType: 'exp2' }).env.snapshot();
  const other = make({}, single).env;
  expect(() => other.restore(saved)).toThrow('another observation size, stack or history');
  expect(() => make({}, { stack: 16, historyType: 'exp2' })).toThrow(UserError);
});
