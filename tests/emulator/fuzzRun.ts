/**
 * Plays a fuzz case and throws where the emulator breaks a promise: it throws nothing but a UserError while loading, a restore is all or
 * nothing, what was restored goes on as what was saved, and nobody can tell whether a picture was drawn but by looking at it.
 */
import { crc32 } from 'node:zlib';
import type { Game } from '../../src/games/game.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { type FuzzCase, type Operation, romOf } from './fuzzCases.ts';
import { CheckFailed, type Emulator, turns } from './fuzzChecked.ts';

type Arcade = InstanceType<Emulator['Arcade']>;

/**
 * Turns of loops in one call: 25,000 instructions a frame and what they draw, each with up to five accesses that may all switch a bank of 64
 * pages, twice each; up to 80 frames in a reset, after 60 in which the console is switched on.
 */
const turnsOfFrame = 20_000_000;
const turnsOfReset = 150 * turnsOfFrame;

/** What was played, for the reports of a long run: a case counts on each build. */
export const played = { cases: 0, refused: 0, frames: 0, cartridgeBytes: 0, restoresRefused: 0, restoresDamaged: 0 };

/** Plays `fuzzCase` on this build of the emulator. */
export function playCase(emulator: Emulator, fuzzCase: FuzzCase): void {
  played.cases++;
  const rom = romOf(fuzzCase.rom);
  const arcade = loaded(emulator, fuzzCase, rom);
  if (arcade === undefined) {
    played.refused++;
    return;
  }
  played.cartridgeBytes += rom.length;
  new Play(arcade).run(fuzzCase.operations);
}

/** A console with the image in it, or undefined where that is refused as a user's mistake is. */
function loaded({ Arcade, games }: Emulator, fuzzCase: FuzzCase, rom: Uint8Array): Arcade | undefined {
  const { bankswitch, seed, sticky } = fuzzCase;
  const rules = fuzzCase.game < 0 ? undefined : games[fuzzCase.game % games.length];
  // Looking for a mode that never comes takes a thousand rounds: the tests of the games have it.
  const { selectMode: _, ...others } = rules ?? { selectMode: undefined };
  const game = rules && ({ ...others, console: { ...rules.console, ...fuzzCase.console } } as Game);
  return unlessRefused(() => {
    const options = game && {
      mode: game.modes[fuzzCase.mode % game.modes.length],
      difficulty: game.difficulties[fuzzCase.difficulty % game.difficulties.length],
    };
    return new Arcade({ rom, bankswitch, game, seed, repeatActionProbability: sticky, ...options });
  });
}

/** What `call` returns within its turns, or undefined where it throws a UserError. */
function unlessRefused<T>(call: () => T, limit = turnsOfReset): T | undefined {
  turns.count = 0;
  turns.limit = limit;
  try {
    return call();
  } catch (error) {
    // The checked build has a UserError of its own.
    if ((error as Error).constructor.name === 'UserError') return undefined;
    throw error;
  }
}

function within<T>(limit: number, call: () => T): T {
  turns.count = 0;
  turns.limit = limit;
  return call();
}

class Play {
  #arcade: Arcade;
  /** Plays the same and draws every frame. */
  #twin: Arcade;
  /** Is only restored. */
  readonly #elsewhere: Arcade;
  /** Of both. */
  readonly #saved: (readonly [Uint8Array, Uint8Array])[] = [];
  /** A state that no play leads to was restored. */
  #damaged = false;

  constructor(arcade: Arcade) {
    this.#arcade = arcade;
    this.#twin = arcade.clone();
    this.#elsewhere = arcade.clone();
  }

  run(operations: readonly Operation[]): void {
    this.#check();
    for (const operation of operations) {
      this.#perform(operation);
      this.#check();
    }
  }

  #perform(operation: Operation): void {
    const arcade = this.#arcade;
    switch (operation.do) {
      case 'act':
        for (let frame = 0; frame < operation.frames; frame++) {
          this.#act(operation.action, (operation.drawn & (1 << frame)) !== 0);
        }
        return;
      case 'reset':
        within(turnsOfReset, () => arcade.reset());
        within(turnsOfReset, () => this.#twin.reset());
        return;
      case 'seed':
        arcade.seed(operation.seed);
        this.#twin.seed(operation.seed);
        return;
      case 'save':
        this.#saved.push([arcade.snapshot(), this.#twin.snapshot()]);
        return;
      case 'restore': {
        if (this.#saved.length === 0) return;
        const [state, twinState] = this.#saved[operation.slot % this.#saved.length];
        arcade.restore(state);
        this.#twin.restore(twinState);
        expectEqual('a restored state', arcade.snapshot(), state);
        return;
      }
      case 'clone':
        // The original plays on alone, which must not touch the clone.
        this.#arcade = arcade.clone();
        within(turnsOfFrame, () => arcade.act(1));
        return;
      case 'damage': {
        const state = arcade.snapshot();
        for (const [place, bits] of operation.changes) {
          state[(place < 0 ? state.length + place : place) % state.length] ^= bits;
        }
        if (operation.repaired) repair(state);
        this.#restoreDamaged(state);
        return;
      }
      case 'garbage': {
        const random = new Xoshiro128(operation.seed, 'garbage');
        this.#restoreDamaged(Uint8Array.from({ length: operation.length }, () => random.nextInt(256)));
        return;
      }
    }
  }

  #act(action: number, draw: boolean): void {
    played.frames++;
    const reward = within(turnsOfFrame, () => this.#arcade.act(action, draw));
    const twinReward = this.#twin.act(action);
    if (!Number.isFinite(reward)) throw new Error(`a reward of ${reward}`);
    if (reward !== twinReward) throw new Error(`the reward is ${reward} or ${twinReward} as the picture is drawn`);
    if (draw) expectEqual('a picture after frames not drawn', this.#arcade.screen, this.#twin.screen);
  }

  /** Either nothing changes, or the state is one from which the console plays on. */
  #restoreDamaged(state: Uint8Array): void {
    const before = this.#arcade.snapshot();
    if (unlessRefused(() => this.#arcade.restore(state) ?? true, turnsOfFrame * 10) === undefined) {
      played.restoresRefused++;
      expectEqual('the state after a restore that was refused', this.#arcade.snapshot(), before);
      return;
    }
    played.restoresDamaged++;
    this.#damaged = true;
    this.#twin = this.#arcade.clone();
    for (let frame = 0; frame < 3; frame++) this.#act(frame, true);
  }

  /** What holds at any time. */
  #check(): void {
    const arcade = this.#arcade;
    const state = arcade.snapshot();
    expectEqual('the state and pictures after frames not drawn', state, this.#twin.snapshot());
    // Each number lies in its range, or its own snapshot would be refused.
    this.#elsewhere.restore(state);
    expectEqual('a state restored elsewhere', this.#elsewhere.snapshot(), state);
    const { screen, console } = arcade;
    if (screen.length !== 160 * arcade.screenHeight) throw new Error(`a screen of ${screen.length} bytes`);
    const colourless = arcade.format === 'PAL' || this.#damaged;
    const odd = screen.findIndex((pixel) => (pixel & 1) !== 0);
    if (odd >= 0 && !colourless && !isGrey(screen[odd])) throw new Error(`pixel ${odd} is ${screen[odd]}`);
    if (!Number.isInteger(console.scanlines) || console.scanlines < 0) throw new Error(`${console.scanlines} lines`);
    if (!Number.isFinite(arcade.score) || !Number.isFinite(arcade.lives))
      throw new Error('a score or lives of no number');
  }
}

/** What the rows below an unfinished frame hold: (pixel & 15) >> 1. */
function isGrey(pixel: number): boolean {
  return pixel < 8;
}

/** Gives a snapshot the checksum of its bytes. */
export function repair(state: Uint8Array): void {
  const end = state.length - 4;
  new DataView(state.buffer, state.byteOffset).setUint32(end, crc32(state.subarray(0, end)), true);
}

export function expectEqual(what: string, actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) === 0) return;
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  throw new CheckFailed(`${what} differs in byte ${at} of ${expected.length}: ${actual[at]}, expected ${expected[at]}`);
}
