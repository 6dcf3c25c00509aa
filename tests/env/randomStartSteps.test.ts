/** The random start whose no-ops last an agent step each. */
import { expect, test } from 'bun:test';
import { make } from './fakeArcade.ts';

test('steps: 1 to n no-ops of frameSkip frames each, every number of them; none where the start is left out', () => {
  const { arcade, env } = make({}, { randomStarts: 3, randomStartForm: 'steps', frameSkip: 4 });
  const seen = new Set<number>();
  for (let game = 0; game < 50; game++) {
    arcade.played = [];
    expect(env.reset().info.frame).toBe(arcade.played.length - 1);
    expect(arcade.played[0]).toBe('reset');
    expect(arcade.played.slice(1).every((action) => action === 0)).toBe(true);
    seen.add(arcade.played.length - 1);
  }
  expect([...seen].sort((a, b) => a - b)).toEqual([4, 8, 12]);
  arcade.played = [];
  env.reset(1, { randomStart: false });
  expect(arcade.played).toEqual(['reset']);
});
