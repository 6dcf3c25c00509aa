/**
 * RAM contents that make a game's expressions take every turn: noise, constants of the expressions and their neighbours, decimal digits, and
 * runs of frames in which few bytes change, those above all that the expressions read. All drawn from a seed.
 */
import { Xoshiro128 } from '../../src/random.ts';
import type { Contents, GameFacts } from './expressions.ts';

/** Enough for what has to last for 50 frames. */
const framesPerRun = 64;

type Write = (address: number, value: number) => void;
type Draw = <T>(list: readonly T[]) => T;

/** Conjunctions that chance would never meet, by game: part of the runs begin with them. */
const crafted: Readonly<Record<string, (write: Write, draw: Draw) => void>> = {
  backgammon: (write, draw) => {
    // 15 men each, or now and then 14: the player's, borne off to 0x80, below 0; the computer's, borne off to 0x8E, above.
    const board = new Int8Array(0x9c);
    const points = Array.from({ length: 0x1c }, (_, i) => 0x80 + i);
    const ours = points.filter((point) => point !== 0x8e);
    const theirs = points.filter((point) => point !== 0x80);
    for (const [places, off, man] of [[ours, 0x80, -1] as const, [theirs, 0x8e, 1] as const]) {
      const isHome = draw([true, false]);
      for (let left = draw([15, 15, 15, 14]); left > 0; left--) {
        const free = places.filter((point) => board[point] * man >= 0);
        board[isHome ? off : draw(free)] += man;
      }
    }
    for (const point of points) write(point, board[point] & 0xff);
  },
  video_checkers: (write, draw) => {
    for (let cell = 0x80; cell <= 0xa2; cell++) write(cell, 0);
    // Between the rows nothing counts.
    for (const beside of [0x88, 0x91, 0x9a]) write(beside, draw([0x10, 0x20, 0x90, 0xa0]));
    write(draw([0x80, 0x87, 0x92, 0xa2]), draw([0x10, 0x20, 0x90, 0xa0]));
  },
  tic_tac_toe_3d: (write, draw) => {
    for (let cell = 0x9a; cell <= 0xd9; cell++) write(cell, 8);
    write(draw([0x9a, 0xd9, 0x99, 0xda]), 0);
  },
  video_cube: (write, draw) => {
    for (let face = 0; face < 6; face++) {
      for (let square = 0; square < 9; square++) write(0xa0 + 9 * face + square, face);
    }
    write(draw([0xa0, 0xa8, 0xd5, 0x9f, 0xd6]), 7);
  },
  klax: (write, draw) => {
    write(0xa8, 4);
    for (let place = 0xb3; place <= 0xcb; place++) write(place, draw([1, 3, 4, 5]));
    for (const drops of [0xf0e8, 0xf0e9, 0xf0ee]) write(drops, draw([0, 1, 2]));
    write(draw([0xb3, 0xcb, 0xb2, 0xcc]), draw([0, 2, 6, 10, 14]));
  },
  pitfall2: (write, draw) => {
    write(0xc9, draw([0, 1]));
    write(0xc8, 0x90);
    write(0xc7, 0x19);
  },
  kaboom: (write, draw) => {
    for (const digits of [0xa5, 0xa4, 0xa3]) write(digits, draw([0x99, 0x99, 0x98]));
  },
  double_dunk: (write, draw) => {
    write(0xf6, draw([0x23, 0x24, 0x1e]));
    write(0xfe, draw([0xe7, 0xe6]));
  },
  wizard_of_wor: (write, draw) => {
    write(0x86, draw([0x00, 0x99]));
    write(0x88, draw([0x79, 0x80]));
  },
  casino: (write, draw) => {
    for (const chips of [0x95, 0x8c]) write(chips, draw([0, 0, 1]));
    write(0xd4, 3);
    write(0x9e, 0xaa);
  },
  darkchambers: (write) => write(0xd5, 0),
  superman: (write, draw) => {
    write(0x80, draw([0xac, 0xac, 0xab]));
    write(0x81, draw([0xf2, 0xf2, 0xf3]));
    write(0x9f, draw([0x40, 0xff, 0xbf]));
  },
};

/** Plays runs of frames through `contents`; `frame` is called after each change, `begin` before each run. */
export function play(
  game: GameFacts,
  contents: Contents,
  runs: number,
  begin: (run: number) => void,
  frame: () => void,
): void {
  const random = new Xoshiro128(1, `games ${game.id}`);
  const draw: Draw = (list) => list[random.nextInt(list.length)];
  const { ram, cartridgeRam } = contents;
  const write: Write = (address, value) => {
    const memory = address > 0xff ? cartridgeRam : ram;
    memory[address & 0x7f] = value;
  };
  const { addresses, constants, comparedWith } = readingsOf(game);
  const valueFor = (address: number): number => {
    const kind = random.nextInt(20);
    const compared = comparedWith.get(address);
    if (kind < 9 && compared !== undefined) return draw(compared);
    if (kind < 13) return draw(constants);
    if (kind < 18) return 16 * random.nextInt(10) + random.nextInt(10);
    return random.nextInt(256);
  };
  for (let run = 0; run < runs; run++) {
    begin(run);
    const isUniform = run % 8 === 1;
    const isQuiet = run % 5 === 4;
    const uniform = draw(constants);
    for (const memory of [ram, cartridgeRam]) {
      for (let i = 0; i < memory.length; i++) memory[i] = isUniform ? uniform : random.nextInt(256);
    }
    if (run % 8 !== 0) {
      for (const address of addresses) if (!isUniform || random.nextInt(4) === 0) write(address, valueFor(address));
    }
    for (let step = 0; step < framesPerRun; step++) {
      if (run % 3 === 2 && step % 6 === 0) crafted[game.id]?.(write, draw);
      else if (step > 0 && (!isQuiet || random.nextInt(40) === 0)) {
        for (let changes = random.nextInt(4); changes > 0; changes--) {
          const address = draw(addresses);
          const before = (address > 0xff ? cartridgeRam : ram)[address & 0x7f];
          const isStep = random.nextInt(5) === 0;
          write(address, isStep ? (before + draw([-1, 1])) & 0xff : valueFor(address));
        }
      }
      frame();
    }
  }
}

/** What a game's expressions read, and the numbers that they compare it with. */
function readingsOf(game: GameFacts) {
  const { defs, pre, score, reward, keepScoreIf, terminal, post, stepCode, lives } = game;
  const code = [defs, pre, score, reward, keepScoreIf, terminal, post, stepCode, lives].join('\n');
  const reads = [...code.matchAll(/\b(?:r|d|p|pc|mem|bcd\w+)\(([^()]*)\)|mem\((\w+)\)/g)]
    .flatMap((match) => [...match[1].matchAll(/0x[0-9A-F]+/gi)])
    .map((match) => Number(match[0]));
  const ranges = [...code.matchAll(/range\((0x\w+),(0x\w+)\)/g)].flatMap((match) => [
    Number(match[1]),
    Number(match[2]),
  ]);
  const addresses = [...new Set([...reads, ...ranges])].filter((address) => address >= 0x80);
  const withNeighbours = (values: readonly number[]): number[] =>
    [...new Set(values.flatMap((value) => [value, value - 1, value + 1]))].map((value) => value & 0xff);
  const written = [...code.matchAll(/(?<!\w)(0x[0-9A-F]+|\d+)/gi)]
    .map((match) => Number(match[0]))
    .flatMap((value) => (value > 255 ? [value & 0xff, value >> 8] : [value]))
    .filter((value) => !addresses.includes(value) || value === 0x80);
  const constants = withNeighbours([0, 1, 0x80, 0x99, ...written]);
  const comparedWith = new Map<number, number[]>();
  // A comparison such as (r(0xC0)&15)==0: the byte itself, and shifted up where the expression looks at the upper half.
  for (const match of code.matchAll(
    /\br\((0x\w+)\)[^=<>!|]{0,8}(?:==|!=|>=?|<)\s*(-?(?:0x[0-9A-F]+|\d+))(?![\w.])/gi,
  )) {
    const address = Number(match[1]);
    const value = Number(match[2]);
    const shifted = match[0].includes('>>4') ? [value << 4] : [];
    const known = comparedWith.get(address) ?? [];
    comparedWith.set(address, [...known, value & 0xff, value & 0xff, (value + 1) & 0xff, ...shifted]);
  }
  return { addresses, constants, comparedWith };
}
