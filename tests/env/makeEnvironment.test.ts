/** An environment in one call: which cartridge and which rules it gets, and what it says where there are none. */
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arcade } from '../../src/env/arcade.ts';
import { AtariEnvironment } from '../../src/env/environment.ts';
import { cartridgeFor, makeEnvironment } from '../../src/env/makeEnvironment.ts';
import { commonEnvironment } from '../../src/env/options.ts';
import { UserError } from '../../src/errors.ts';
import { catchGame } from '../../src/games/catch.ts';
import type { Game, ScoredGame } from '../../src/games/game.ts';
import { gamesNamed } from '../../src/games/registry.ts';
import { Xoshiro128 } from '../../src/random.ts';

const imageOf = (name: string) => new Uint8Array(readFileSync(join(import.meta.dir, `../../roms/${name}.bin`)));

/** Plays 200 steps with drawn actions: the rewards, and the last observation. */
function play(environment: AtariEnvironment): unknown[] {
  const random = new Xoshiro128(5, 'tests/makeEnvironment');
  environment.reset();
  const rewards: number[] = [];
  for (let step = 0; step < 200; step++) {
    const { reward, terminated } = environment.step(random.nextInt(environment.actionCount));
    rewards.push(reward);
    if (terminated) environment.reset();
  }
  return [rewards, environment.observation()];
}

test('is the environment that its parts make, with the given options and seed', () => {
  const options = { ...commonEnvironment, repeatActionProbability: 0.25, randomStarts: 30 };
  const arcade = new Arcade({ rom: imageOf('catch'), game: catchGame, seed: 7, repeatActionProbability: 0.25 });
  const expected = play(new AtariEnvironment(arcade, options, new Xoshiro128(7, 'environment')));
  expect(expected[0]).toContain(-1);
  const given = { game: 'catch', repeatActionProbability: 0.25, randomStarts: 30 };
  expect(play(makeEnvironment({ ...given, seed: 7 }))).toEqual(expected);
  expect(play(makeEnvironment({ ...given, seed: 8 }))).not.toEqual(expected);
  expect(makeEnvironment({ game: 'pong' }).options).toEqual(commonEnvironment);
});

test('a name brings its cartridge, a cartridge its game', () => {
  expect(cartridgeFor('bricks')).toEqual({ game: gamesNamed('bricks')[0], rom: imageOf('bricks') });
  expect(cartridgeFor(undefined, imageOf('pong')).game.title).toBe('Pong (our own)');
  // Not one of ours: the genuine game of the name.
  expect(cartridgeFor('pong', new Uint8Array(2048)).game.ownImage).toBeUndefined();
  expect(cartridgeFor('pong', imageOf('pong')).game.ownImage).toBe('pong.bin');
});

test("an entry of one's own plays the cartridge that is given, or the one it names", () => {
  const mine: Game = { ...(catchGame as ScoredGame), id: 'mine', terminal: () => false };
  expect(cartridgeFor(mine)).toEqual({ game: mine, rom: imageOf('catch') });
  const rom = imageOf('pong');
  expect(cartridgeFor(mine, rom)).toEqual({ game: mine, rom });
});

test.each([
  ['Neither a game nor a cartridge', {}],
  ['No game is known for MD5', { rom: new Uint8Array(2048) }],
  ['Unknown game: pogn.', { game: 'pogn' }],
  ['The cartridge of breakout does not ship', { game: 'breakout' }],
  ['The cartridge is Pong (our own), not catch.', { game: 'catch', rom: imageOf('pong') }],
  ['no mode 3', { game: 'catch', mode: 3 }],
])('%s is said in one line', (message, options) => {
  expect(() => makeEnvironment(options)).toThrow(message);
  expect(() => makeEnvironment(options)).toThrow(UserError);
});
