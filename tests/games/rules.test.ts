/** The order in which a game's entry is evaluated, what survives a snapshot, and the genuine entries on RAM made by hand. */
import { expect, test } from 'bun:test';
import type { Game, ScoredGame } from '../../src/games/game.ts';
import { genuineBreakout } from '../../src/games/genuine/breakout.ts';
import { defaults } from '../../src/games/genuine/defaults.ts';
import { genuinePong } from '../../src/games/genuine/pong.ts';
import { gameByMd5, gameNames, games } from '../../src/games/registry.ts';
import { GameRules, ramReader } from '../../src/games/rules.ts';

/** Rules over RAM of their own: a step has some bytes set, by their zero-page addresses, and all others 0. */
class Played extends GameRules {
  readonly #ram: Uint8Array;

  constructor(game: Game) {
    const ram = new Uint8Array(128);
    super(game, ramReader(ram));
    this.#ram = ram;
  }

  stepOn(bytes: Record<number, number>): void {
    this.#ram.fill(0);
    for (const [address, value] of Object.entries(bytes)) this.#ram[Number(address) - 0x80] = value;
    this.step();
  }
}

const plain: ScoredGame = {
  ...defaults,
  id: 'plain',
  title: 'Plain',
  md5: [],
  minimalActions: [0],
  initialLives: 3,
  score: (read) => read(0x80),
  terminal: (read) => read(0x81) === 1,
  lives: (read) => read(0x82),
};

/** `plain` with changes. */
const plainWith = (changes: Partial<ScoredGame>): Game => ({ ...plain, ...changes });

test('rules are evaluated in the order before, score, reward, keep score, terminal, after, lives', () => {
  const calls: string[] = [];
  let scoreDuringReward = Number.NaN;
  let scoreDuringTerminal = Number.NaN;
  const rules = new Played(
    plainWith({
      before: () => calls.push('before'),
      score: (read) => {
        calls.push('score');
        return read(0x80);
      },
      reward: (_read, state, score) => {
        calls.push('reward');
        scoreDuringReward = state.score;
        return 10 * (score - state.score);
      },
      keepScoreIf: () => {
        calls.push('keepScoreIf');
        return false;
      },
      terminal: (_read, state) => {
        calls.push('terminal');
        scoreDuringTerminal = state.score;
        return false;
      },
      after: () => calls.push('after'),
      lives: () => calls.push('lives'),
    }),
  );
  rules.stepOn({ 128: 4 });
  calls.length = 0;
  rules.stepOn({ 128: 7 });
  expect(calls).toEqual(['before', 'score', 'reward', 'keepScoreIf', 'terminal', 'after', 'lives']);
  expect(scoreDuringReward).toBe(4);
  expect(scoreDuringTerminal).toBe(7);
  expect(rules.reward).toBe(30);
  expect(rules.score).toBe(7);
});

test('the default reward is the difference of scores, and a reset forgets the score', () => {
  const rules = new Played(plain);
  expect(rules.lives).toBe(3);
  rules.stepOn({ 128: 5, 130: 2 });
  expect([rules.score, rules.reward, rules.lives]).toEqual([5, 5, 2]);
  rules.stepOn({ 128: 3, 130: 1 });
  expect([rules.score, rules.reward, rules.lives]).toEqual([3, -2, 1]);
  rules.reset();
  expect([rules.score, rules.reward, rules.terminal, rules.lives]).toEqual([0, 0, false, 3]);
  rules.stepOn({ 128: 3 });
  expect(rules.reward).toBe(3);
});

test('a kept score is the base of the next reward', () => {
  const rules = new Played(plainWith({ keepScoreIf: (read) => read(0x83) === 1 }));
  rules.stepOn({ 128: 5 });
  rules.stepOn({ 128: 9, 131: 1 });
  expect([rules.score, rules.reward]).toEqual([5, 4]);
  rules.stepOn({ 128: 10 });
  expect([rules.score, rules.reward]).toEqual([10, 5]);
});

test('lives are 0 at the end unless the game says otherwise', () => {
  const over = { 129: 1, 130: 2 };
  const rules = new Played(plain);
  rules.stepOn(over);
  expect([rules.terminal, rules.lives]).toEqual([true, 0]);
  const keeping = new Played(plainWith({ livesWhenTerminal: 'expression' }));
  keeping.stepOn(over);
  expect([keeping.terminal, keeping.lives]).toEqual([true, 2]);
});

test('initial values of the state may include the score', () => {
  const rules = new Played(plainWith({ initialState: { score: 2000 } }));
  rules.stepOn({ 128: 100 });
  expect(rules.reward).toBe(-1900);
});

test('a snapshot brings back score, end, lives and the values of the game alone', () => {
  const seen: unknown[] = [];
  const game = plainWith({
    initialState: { started: false, bonus: 7, score: 1 },
    before: (read, state) => {
      seen.push(state.started, state['bonus']);
      state['started'] = read(0x84) === 1;
      state['bonus'] = read(0x85);
    },
  });
  const rules = new Played(game);
  rules.stepOn({ 128: 6, 129: 1, 130: 2, 132: 1, 133: 40 });
  const snapshot = rules.snapshot();
  const other = new Played(game);
  other.stepOn({ 128: 90, 130: 1, 133: 3 });
  other.restore(snapshot);
  expect([other.score, other.reward, other.terminal, other.lives]).toEqual([6, 5, true, 0]);
  expect(other.snapshot()).toEqual(snapshot);
  seen.length = 0;
  other.stepOn({ 128: 8, 130: 2 });
  expect(seen).toEqual([true, 40]);
  expect([other.reward, other.terminal, other.lives]).toEqual([2, false, 2]);
  expect(() => rules.restore([1, 2])).toThrow(RangeError);
});

test('genuine Pong: the score is the difference, 21 of either ends it', () => {
  const rules = new Played(genuinePong);
  rules.stepOn({ 142: 3, 141: 5 });
  expect([rules.score, rules.terminal]).toEqual([-2, false]);
  rules.stepOn({ 142: 3, 141: 21 });
  expect([rules.score, rules.terminal]).toEqual([-18, true]);
  rules.stepOn({ 142: 21, 141: 20 });
  expect([rules.score, rules.terminal]).toEqual([1, true]);
});

test('genuine Breakout: three decimal digits; no ball left ends it, but not before there were five', () => {
  const rules = new Played(genuineBreakout);
  rules.stepOn({});
  expect(rules.terminal).toBe(false);
  rules.stepOn({ 185: 5 });
  rules.stepOn({ 185: 4, 205: 0x37, 204: 0xf2 });
  expect([rules.score, rules.reward, rules.lives]).toEqual([237, 237, 4]);
  rules.stepOn({ 185: 0, 205: 0x37, 204: 0xf2 });
  expect([rules.reward, rules.terminal, rules.lives]).toEqual([0, true, 0]);
});

test('every entry is well formed, and no two claim one cartridge', () => {
  const digests = games.flatMap((game) => game.md5);
  expect(new Set(digests).size).toBe(digests.length);
  for (const game of games) {
    expect(game.id).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(game.md5.length).toBeGreaterThan(0);
    for (const md5 of game.md5) {
      expect(md5).toMatch(/^[0-9a-f]{32}$/);
      expect(gameByMd5(md5)).toBe(game);
    }
    expect(game.modes).toContain(game.defaultMode);
    expect(game.minimalActions.every((action) => action >= 0 && action < 18)).toBe(true);
    if (game.modes.length > 1) expect(game.selectMode).toBeDefined();
  }
  expect(gameNames()).toEqual([...new Set(gameNames())].sort());
  const ownIds = games.filter((game) => game.ownImage !== undefined).map((game) => game.id);
  expect(new Set(ownIds).size).toBe(ownIds.length);
});
