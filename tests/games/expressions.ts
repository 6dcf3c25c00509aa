/**
 * What the reference says about each game (expressions.json, facts taken over as they stand), and an evaluator of its expressions that knows
 * nothing of the entries: the strings are compiled as they are, over functions that do what the reference's notation says and no more.
 *
 * Notation: r(a) RAM byte at zero-page address a; mem(a) byte of the cartridge's RAM by its address; bcdN(a, b, …) packed decimal, the first
 * argument least significant, nibbles not validated; bcdBytes the same of values; sx, i8 a signed byte; range with both ends; s.* what lasts
 * from frame to frame. Order: pre; score; reward; s.score = score unless keepScoreIf; terminal; post; lives; or stepCode, then lives.
 */
import { readFileSync } from 'node:fs';

export interface ModeFacts {
  readonly procedure?: string;
  readonly read: string;
  readonly target: string;
  readonly pressSelectFrames: number | string;
  readonly pre: readonly string[];
  readonly afterLoop: readonly string[];
}

export interface GameFacts {
  readonly id: string;
  readonly md5: readonly string[];
  readonly otherDumpMd5?: string;
  readonly otherDump?: { readonly format: string; readonly screen: readonly number[]; readonly ystart: number };
  readonly console: Readonly<Record<string, string>>;
  readonly minimalActions: readonly number[];
  readonly legalActions: readonly number[];
  readonly startingActions: readonly number[];
  readonly modes: readonly number[];
  readonly defaultMode: number;
  readonly difficulties: readonly number[];
  readonly defaultDifficulty: number;
  readonly setMode: ModeFacts | null;
  readonly initialLives: number;
  readonly stepState: Readonly<Record<string, number | boolean>>;
  readonly defs?: string;
  readonly pre?: string;
  readonly score?: string;
  readonly reward?: string;
  readonly keepScoreIf?: string;
  readonly terminal?: string;
  readonly post?: string;
  readonly stepCode?: string;
  readonly lives: string;
  /** 0, or words that say that the expression counts at the end, too. */
  readonly livesWhenTerminal: number | string;
}

export const facts: readonly GameFacts[] = JSON.parse(
  readFileSync(new URL('expressions.json', import.meta.url), 'utf8'),
);

/** RAM as a test fills it: 128 bytes of the console's, 128 of the cartridge's. */
export interface Contents {
  readonly ram: Uint8Array;
  readonly cartridgeRam: Uint8Array;
}

export interface Result {
  readonly score: number;
  readonly reward: number;
  readonly terminal: boolean;
  readonly lives: number;
}

type State = Record<string, number | boolean>;

/** The functions of the notation over some RAM. */
function notation({ ram, cartridgeRam }: Contents) {
  const r = (address: number) => ram[address - 0x80];
  const mem = (address: number) => cartridgeRam[(address & 0x1fff) - 0x1080];
  const bcdBytes = (...bytes: number[]) =>
    bytes.reduce((sum, byte, i) => sum + (Math.floor(byte / 16) * 10 + (byte % 16)) * 100 ** i, 0);
  const bcd = (...addresses: number[]) => bcdBytes(...addresses.map(r));
  const sx = (byte: number) => (byte % 256 >= 128 ? (byte % 256) - 256 : byte % 256);
  return {
    r,
    mem,
    bcdBytes,
    bcd1: bcd,
    bcd2: bcd,
    bcd3: bcd,
    sx,
    i8: (value: number) => sx(((value % 256) + 256) % 256),
    popcount: (value: number) => [...value.toString(2)].filter((bit) => bit === '1').length,
    max: Math.max,
    min: Math.min,
    range: (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i),
    count: (list: number[], test: (item: number) => boolean) => list.filter(test).length,
  };
}

/** Compiles code that may use the notation and `names`; what it assigns without a dot in front is a local variable. */
function compile(contents: Contents, names: readonly string[], code: string): (...values: unknown[]) => unknown {
  const functions = notation(contents);
  const assigned = [...code.matchAll(/(?<![.\w])([A-Za-z_]\w*)\s*[-+]?=(?![=>])/g)].map((match) => match[1]);
  const looped = [...code.matchAll(/for \((\w+) of/g)].map((match) => match[1]);
  const locals = [...new Set([...assigned, ...looped])].filter((name) => !names.includes(name));
  const body = `${locals.length > 0 ? `var ${locals.join(', ')};` : ''}\n${code}`;
  const compiled = new Function(...Object.keys(functions), ...names, body);
  return (...values) => compiled(...Object.values(functions), ...values);
}

/** A game by its expressions. */
export class ReferenceRules {
  readonly #facts: GameFacts;
  readonly #step: (state: State) => void;
  #state: State = {};

  constructor(game: GameFacts, contents: Contents) {
    this.#facts = game;
    const order = `
      ${game.pre ?? ''};
      score = ${game.score};
      s.reward = ${game.reward};
      if (!(${game.keepScoreIf ?? 'false'})) s.score = score;
      s.terminal = ${game.terminal};
      ${game.post ?? ''};`;
    const code = `${game.defs ?? ''};\n${game.stepCode ?? order};\ns.reportedLives = ${game.lives};`;
    this.#step = compile(contents, ['s'], code) as (state: State) => void;
    this.reset();
  }

  reset(): void {
    this.#state = { score: 0, reward: 0, terminal: false, ...this.#facts.stepState };
  }

  /** Sets a value that the selection of a mode would set. */
  set(name: string, value: boolean): void {
    this.#state[name] = value;
  }

  step(): Result {
    this.#step(this.#state);
    const { score, reward, terminal, reportedLives } = this.#state;
    const isOver = Boolean(terminal);
    const zeroed = isOver && this.#facts.livesWhenTerminal === 0;
    return {
      score: Number(score),
      reward: Number(reward),
      terminal: isOver,
      lives: zeroed ? 0 : Number(reportedLives),
    };
  }
}

/** Whether RAM shows a mode: `read` equals `target`, which may be a list of bytes or one of two values. */
export function showsMode({ read, target }: ModeFacts, contents: Contents, mode: number): boolean {
  const shown = compile(contents, ['m'], `return [${read}].flat()`)(mode) as number[];
  return target.split(' or ').some((one) => {
    const wanted = compile(contents, ['m'], `return [${one}].flat()`)(mode) as number[];
    return shown.every((byte, i) => byte === wanted[i]);
  });
}
