/**
 * How the entries reach a mode, against what the reference says (expressions.json, `setMode`): on a console that only writes down what is done
 * to it. That the arcade does what it is told is tests/emulator/arcade.test.ts.
 */
import { describe, expect, test } from 'bun:test';
import type { GameState, ModeConsole, OwnState } from '../../src/games/game.ts';
import { gamesNamed } from '../../src/games/registry.ts';
import { ramReader } from '../../src/games/rules.ts';
import { facts, type GameFacts, type ModeFacts, showsMode } from './expressions.ts';

const noop = 0;
const maxRounds = 2000;

/** A console whose RAM changes only as `react` says; `done` lists what was done to it. */
class Notebook implements ModeConsole<GameState & OwnState> {
  readonly ram = new Uint8Array(128);
  readonly cartridgeRam = new Uint8Array(128);
  readonly read = ramReader(this.ram, this.cartridgeRam);
  readonly state = { score: 0, reward: 0, terminal: false } as GameState & OwnState;
  readonly done: string[] = [];
  randoms: number[] = [];
  react: (what: string) => void = () => {};

  pressSelect(frames: number): void {
    this.#note(`select ${frames}`);
  }

  softReset(): void {
    this.#note('reset');
  }

  act(action: number): void {
    this.#note(`act ${action}`);
  }

  nextRandom(): number {
    return this.randoms.shift()!;
  }

  repeatUntil(done: () => boolean, step: () => void): void {
    for (let rounds = 0; !done(); rounds++) {
      if (rounds === maxRounds) throw new Error(`still not there after: ${this.done.slice(-4).join(', ')}`);
      step();
    }
  }

  /** Sets a byte by the address under which `read` finds it. */
  write(address: number, value: number): void {
    (address > 0xff ? this.cartridgeRam : this.ram)[address & 0x7f] = value;
  }

  writeAll(addresses: readonly number[], values: readonly number[]): void {
    for (const [i, address] of addresses.entries()) this.write(address, values[i]);
  }

  #note(what: string): void {
    this.done.push(what);
    this.react(what);
  }
}

function select(id: string, console: Notebook, mode: number): string[] {
  const entry = gamesNamed(id).find((game) => game.ownImage === undefined);
  entry?.selectMode?.(console, mode);
  return console.done;
}

/** Games whose procedure is more than SELECT until the mode shows; each has a test below, besides what it shares with the others. */
const special = ['double_dunk', 'adventure', 'video_cube', 'et'];

const withSelect = facts.filter((game) => game.setMode !== null && !special.includes(game.id));

/** The steps before the loop, as the notebook writes them. */
function stepsBefore(mode: ModeFacts): string[] {
  return mode.pre.flatMap((step) => {
    if (step === '20 x act(NOOP)') return new Array<string>(20).fill(`act ${noop}`);
    if (step === 'softReset') return ['reset'];
    return [step.replace(/^pressSelect\((\d+)\)$/, 'select $1')];
  });
}

/** The addresses that show the mode; those of the cartridge's RAM as the entry reads them. */
function modeAddresses({ read }: ModeFacts): number[] {
  return [...read.matchAll(/\((0x\w+)\)/g)].map((match) => Number(match[1]));
}

/** Contents of the bytes that show a mode, all that matter: every value of one byte, the near ones of two. */
function contentsToTry(addresses: readonly number[], mode: number): number[][] {
  if (addresses.length === 1) return Array.from({ length: 256 }, (_, value) => [value]);
  const near = [...new Set([0, 1, 2, 255, mode - 1, mode, mode + 1, mode + 2])].map((value) => value & 0xff);
  return near.flatMap((first) => near.map((second) => [first, second]));
}

describe('SELECT until the mode shows', () => {
  test.each(withSelect.map((game) => [game.id, game] as const))('%s', (id, { setMode, modes }) => {
    const mode = setMode as ModeFacts;
    const press = `select ${mode.pressSelectFrames}`;
    const before = stepsBefore(mode);
    const addresses = modeAddresses(mode);
    expect(mode.afterLoop).toEqual(['softReset']);
    for (const wanted of modes) {
      const tried = contentsToTry(addresses, wanted);
      const there = tried.filter((values) => {
        const console = new Notebook();
        console.writeAll(addresses, values);
        return showsMode(mode, console, wanted);
      });
      expect(there.length).toBeGreaterThan(0);
      expect(there.length).toBeLessThan(tried.length);
      for (const values of tried) {
        // The third press leads to the mode; where RAM shows it already, nothing is pressed.
        const console = new Notebook();
        console.writeAll(addresses, values);
        const isThere = there.includes(values);
        console.react = () => {
          if (console.done.length < before.length + 3) return;
          console.writeAll(addresses, there[0]);
        };
        expect(select(id, console, wanted)).toEqual([...before, ...(isThere ? [] : [press, press, press]), 'reset']);
      }
    }
  });
});

test('no other game selects anything', () => {
  const known = [...withSelect.map(({ id }) => id), ...special];
  for (const { id } of facts.filter((game) => !known.includes(game.id)))
    expect(select(id, new Notebook(), 0)).toEqual([]);
});

test('demon_attack: the frames of its soft reset cannot end the game; video_checkers: from mode 11 on the loser wins', () => {
  const attack = new Notebook();
  const seen: unknown[] = [];
  attack.react = (what) => {
    seen.push([what, attack.state['modeChanged']]);
    attack.write(0xea, 5);
  };
  select('demon_attack', attack, 5);
  expect(seen).toEqual([
    ['select 1', undefined],
    ['reset', true],
  ]);
  for (const [mode, shown, loserWins] of [
    [9, 9, false],
    [11, 17, true],
  ] as const) {
    const checkers = new Notebook();
    checkers.write(0xf6, shown);
    select('video_checkers', checkers, mode);
    expect(checkers.state['loserWins']).toBe(loserWins);
  }
});

test('adventure: SELECT is held for 2 to 257 frames as the random generator says, and a quiet frame follows', () => {
  const console = new Notebook();
  console.write(0xdd, 0b001);
  console.randoms = [0, 255, 256 + 7];
  console.react = (what) => {
    if (what.startsWith('select')) console.write(0xdd, console.ram[0x5d] + (console.done.length === 1 ? 0 : 2));
  };
  const act = `act ${noop}`;
  expect(select('adventure', console, 2)).toEqual(['select 2', act, 'select 257', act, 'select 9', act, 'reset']);
  const there = new Notebook();
  there.write(0xdd, 0xf9);
  expect(select('adventure', there, 0)).toEqual(['reset']);
});

test('et: 25 frames of SELECT, a hundred times at most', () => {
  const console = new Notebook();
  console.react = () => console.write(0xea, console.done.length);
  expect(select('et', console, 2)).toEqual([...new Array<string>(3).fill('select 25'), 'reset']);
  const other = new Notebook();
  expect(select('et', other, 1)).toEqual([...new Array<string>(100).fill('select 25'), 'reset']);
  const there = new Notebook();
  there.write(0xea, 1);
  expect(select('et', there, 0)).toEqual(['reset']);
});

describe('video_cube', () => {
  const right = 3;
  const game = facts.find(({ id }) => id === 'video_cube') as GameFacts;

  test.each(game.modes.map((mode) => [mode]))('mode %d', (mode) => {
    const console = new Notebook();
    let cube = 1;
    console.write(0xfb, 0xe5);
    console.write(0x9f, cube);
    console.react = (what) => {
      if (what === 'select 2') console.write(0xfb, 0xe0 | [0, 2, 8][mode % 100]);
      if (what === `act ${right}`) cube++;
      console.write(0x9f, 16 * Math.floor(cube / 10) + (cube % 10));
    };
    const turns = Math.max(0, Math.floor(mode / 100) - 1);
    expect(select('video_cube', console, mode)).toEqual([
      'select 2',
      'reset',
      ...new Array<string>(turns).fill(`act ${right}`),
    ]);
    expect(showsMode(game.setMode!, console, mode)).toBe(true);
  });
});

describe('double_dunk', () => {
  /** The bits of 0x80 by the line of the menu, the first line being the title. */
  const bits = [0, 0, 0x08, 0x10, 0x04, 0x20];
  const [up, right, left, down] = [10, 3, 4, 5];

  test.each(Array.from({ length: 16 }, (_, mode) => [mode]))('mode %d', (mode) => {
    const console = new Notebook();
    let line = 0;
    let held = 0;
    console.write(0x80, mode & 1 ? 0x02 : 0xff);
    console.react = (what) => {
      // The menu moves on the second frame that it sees a stick, whatever was in between.
      if (what === `act ${down}` && ++held % 2 === 0) console.write(0xb0, ++line);
      const bit = bits[line] ?? 0;
      if (what === `act ${right}`) console.write(0x80, console.ram[0] | bit);
      if (what === `act ${left}`) console.write(0x80, console.ram[0] & ~bit);
    };
    const done = select('double_dunk', console, mode);
    const expected = (mode & 1 ? 0x08 : 0) | (mode & 2 ? 0x10 : 0) | (mode & 4 ? 0x04 : 0) | (mode & 8 ? 0x20 : 0);
    expect(console.ram[0] & 0x3c).toBe(expected);
    expect(line).toBe(5);
    // Each nudge of the stick is let go of for a frame.
    expect(done.slice(0, 5)).toEqual(['select 1', `act ${down}`, 'act 0', `act ${down}`, 'act 0']);
    expect(done.slice(-3)).toEqual(['reset', `act ${up}`, 'act 0']);
    const nudges = done.slice(1, -3);
    expect(nudges.filter((_, i) => i % 2 === 1)).toEqual(new Array<string>(nudges.length / 2).fill('act 0'));
    expect(nudges.filter((what) => what === `act ${down}`).length).toBe(10);
    const changed = [0x08, 0x10, 0x04, 0x20].filter(
      (bit) => (expected & bit) !== ((mode & 1 ? 0x02 : 0xff) & bit),
    ).length;
    expect(nudges.filter((what) => what === `act ${left}` || what === `act ${right}`).length).toBe(changed);
  });
});
