/**
 * Every genuine entry against what the reference says of its game: facts as they stand, and rules on RAM contents of all sorts, frame by
 * frame, against an evaluator of the reference's own expressions (expressions.ts).
 */
import { describe, expect, test } from 'bun:test';
import { type ConsoleProperties, defaultProperties } from '../../src/emulator/console/properties.ts';
import { consoleFor, type Game } from '../../src/games/game.ts';
import { genuineGames } from '../../src/games/genuine/collection.ts';
import { GameRules, ramReader } from '../../src/games/rules.ts';
import { play } from './contents.ts';
import { type Contents, facts, type GameFacts, ReferenceRules, type Result } from './expressions.ts';
import { readTable } from './resultTable.ts';

const runs = 120;

const emptyContents = (): Contents => ({ ram: new Uint8Array(128), cartridgeRam: new Uint8Array(128) });

function entryOf(id: string): Game {
  const game = genuineGames.find((entry) => entry.id === id);
  if (game === undefined) throw new Error(`no entry for ${id}`);
  return game;
}

test('the reference has 104 games, and each of them one entry', () => {
  expect(facts.length).toBe(104);
  expect(genuineGames.map(({ id }) => id).sort()).toEqual(facts.map(({ id }) => id).sort());
});

describe('facts', () => {
  test.each(facts.map((game) => [game.id, game] as const))('%s', (id, game) => {
    const entry = entryOf(id);
    expect([...entry.md5]).toEqual([...game.md5, ...(game.otherDumpMd5 === undefined ? [] : [game.otherDumpMd5])]);
    expect([...entry.minimalActions]).toEqual([...game.minimalActions]);
    const illegal = Array.from({ length: 18 }, (_, action) => action).filter((a) => !game.legalActions.includes(a));
    expect([...(entry.illegalActions ?? [])]).toEqual(illegal);
    expect([...entry.startingActions]).toEqual([...game.startingActions]);
    expect([...entry.modes]).toEqual([...game.modes]);
    expect([...entry.difficulties]).toEqual([...game.difficulties]);
    expect([entry.defaultMode, entry.defaultDifficulty]).toEqual([game.defaultMode, game.defaultDifficulty]);
    expect(entry.initialLives).toBe(game.initialLives);
    expect(entry.selectMode === undefined).toBe(game.setMode === null);
    expect({ ...defaultProperties, ...consoleFor(entry, game.md5[0]) }).toMatchObject(propertiesOf(game.console));
  });
});

/** A property record of the reference as ours. */
function propertiesOf(record: Readonly<Record<string, string>>): Omit<ConsoleProperties, 'bankswitch'> {
  const yes = (name: string) => record[name] === 'YES';
  const { left, right, leftDifficulty, rightDifficulty, tvType, format } = record;
  return {
    ...({ left, right, leftDifficulty, rightDifficulty, television: tvType, format } as ConsoleProperties),
    swapPorts: yes('swapPorts'),
    swapPaddles: yes('swapPaddles'),
    hmoveBlanks: yes('hmoveBlanks'),
    yStart: Number(record['ystart']),
    height: Number(record['height']),
  };
}

test('other releases say their format, and their picture is the one that the reference shows', () => {
  const others = facts.filter((game) => game.otherDumpMd5 !== undefined);
  expect(others.length).toBe(31);
  for (const { id, otherDumpMd5, otherDump } of others) {
    const entry = entryOf(id);
    const release = entry.otherReleases?.find(({ md5 }) => md5 === otherDumpMd5);
    expect(`${id} ${release?.format}`).toBe(`${id} ${otherDump?.format}`);
    if (otherDump === undefined) continue;
    const { yStart, height, ...others } = { ...defaultProperties, ...consoleFor(entry, otherDumpMd5!) };
    const shown = release?.format === 'PAL' && height === 210 ? 250 : height;
    expect([id, yStart, shown]).toEqual([id, otherDump.ystart, otherDump.screen[1]]);
    expect({ ...defaultProperties, ...consoleFor(entry, entry.md5[0]) }).toMatchObject(others);
  }
});

const resultOf = ({ score, reward, terminal, lives }: GameRules): Result => ({ score, reward, terminal, lives });

const same = (a: Result, b: Result): boolean =>
  a.score === b.score && a.reward === b.reward && a.terminal === b.terminal && a.lives === b.lives;

/** What a test has to have seen of a game before it may say anything. */
class Seen {
  readonly rewards = new Set<number>();
  readonly lives = new Set<number>();
  readonly ends = new Set<boolean>();
  rewarded = 0;

  add({ reward, terminal, lives }: Result): void {
    this.rewards.add(reward);
    if (reward !== 0) this.rewarded++;
    this.ends.add(terminal);
    if (!terminal) this.lives.add(lives);
  }
}

/** Rewards that the game knows, where they are so few. */
const knownRewards: Readonly<Record<string, number>> = {
  adventure: 2,
  freeway: 2,
  haunted_house: 4,
  backgammon: 3,
  video_cube: 5,
  tic_tac_toe_3d: 3,
  video_checkers: 3,
  video_chess: 3,
};

describe('rules', () => {
  test.each(facts.map((game) => [game.id, game] as const))('%s', (id, game) => {
    const contents = emptyContents();
    const reference = new ReferenceRules(game, contents);
    const read = ramReader(contents.ram, contents.cartridgeRam);
    const rules = new GameRules(entryOf(id), read);
    const restored = new GameRules(entryOf(id), read);
    const seen = new Seen();
    let frames = 0;
    const begin = (run: number): void => {
      reference.reset();
      rules.reset();
      if (run % 2 === 1) setByMode(game, reference, rules);
      restored.restore(rules.snapshot());
    };
    play(game, contents, runs, begin, () => {
      const expected = reference.step();
      // Rules that have only a snapshot to go by go on as those that never stopped.
      if (frames % 3 === 0) restored.restore(rules.snapshot());
      rules.step();
      restored.step();
      if (restored.snapshot().join() !== rules.snapshot().join()) {
        expect({ frame: frames, snapshot: restored.snapshot() }).toEqual({ frame: frames, snapshot: rules.snapshot() });
      }
      if (!same(resultOf(rules), expected)) {
        const at = { frame: frames, ram: Buffer.from(contents.ram).toString('hex') };
        expect({ ...at, ...resultOf(rules) }).toEqual({ ...at, ...expected });
      }
      seen.add(expected);
      frames++;
    });
    expect([...seen.ends].sort()).toEqual([false, true]);
    expect(seen.rewards.size).toBeGreaterThanOrEqual(knownRewards[id] ?? 6);
    expect(seen.rewarded).toBeGreaterThanOrEqual(8);
    if (/[a-z]/.test(game.lives)) expect(seen.lives.size).toBeGreaterThanOrEqual(2);
    else expect(seen.lives.size).toBe(1);
  });
});

/** The two values that the selection of a mode may set. */
function setByMode(game: GameFacts, reference: ReferenceRules, rules: GameRules): void {
  if (game.id === 'video_checkers') {
    reference.set('reverse', true);
    rules.state['loserWins'] = true;
  } else if (game.id === 'demon_attack') {
    reference.set('levelChange', true);
    rules.state['modeChanged'] = true;
  }
}

describe('the stored results', () => {
  const table = readTable();

  test.each(facts.map((game) => [game.id, game] as const))('%s', (id, game) => {
    const contents = emptyContents();
    const reference = new ReferenceRules(game, contents);
    const rules = new GameRules(entryOf(id), ramReader(contents.ram, contents.cartridgeRam));
    const episodes = table.get(id) ?? [];
    for (const episode of episodes) {
      reference.reset();
      rules.reset();
      for (const { bytes, result } of episode) {
        contents.ram.set(bytes.subarray(0, 128));
        contents.cartridgeRam.set(bytes.subarray(128));
        rules.step();
        expect(reference.step()).toEqual(result);
        expect(resultOf(rules)).toEqual(result);
      }
    }
    const results = episodes.flat().map(({ result }) => result);
    expect(new Set(results.map(({ terminal }) => terminal)).size).toBe(2);
    expect(results.some(({ reward }) => reward !== 0)).toBe(true);
  });
});
