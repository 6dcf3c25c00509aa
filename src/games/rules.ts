/**
 * Evaluates a game's entry once an emulated frame: score, reward, end, lives.
 * Order (reference: games.json `notation`): before; score; reward (`state.score` is still the previous frame's); `state.score = score` unless
 * `keepScoreIf`; terminal; after; lives. An entry with a `step` of its own has that, then lives.
 * Leaves out when a frame counts: src/env/arcade.ts calls `step` and knows the reset sequence.
 */
import type { Game, GameState, OwnState, ReadRam } from './game.ts';

/** Both RIOT RAM at 0x80..0xFF and the RAM of the cartridges that need it (128 bytes, read at 0xF080..0xF0FF) lie in the upper half of a page. */
const ramMask = 0x7f;
const cartridgeSelect = 0x1000;

/** Values that are no game's own. */
const sharedNames = ['score', 'reward', 'terminal'];

/** Reads live RAM: `ram` is RIOT RAM, 128 bytes; `cartridgeRam` that of the cartridge, where it has any: without it those addresses read 0. */
export function ramReader(ram: Uint8Array, cartridgeRam: Uint8Array = new Uint8Array(0)): ReadRam {
  const behindPort = cartridgeRam.length > ramMask ? cartridgeRam : new Uint8Array(ramMask + 1);
  return (address) => (address & cartridgeSelect ? behindPort[address & ramMask] : ram[address & ramMask]);
}

export class GameRules {
  /** What the game remembers; selecting a mode may change it. */
  readonly state: GameState & OwnState = { score: 0, reward: 0, terminal: false } as GameState & OwnState;

  readonly #game: Game;
  /** Names of the values that only this game keeps, in a fixed order: the tail of a snapshot. */
  readonly #ownNames: readonly string[];
  readonly #read: ReadRam;
  #lives = 0;

  constructor(game: Game, read: ReadRam) {
    this.#game = game;
    this.#ownNames = Object.keys(game.initialState)
      .filter((name) => !sharedNames.includes(name))
      .sort();
    this.#read = read;
    this.reset();
  }

  /** Back to the values that a reset of the game sets; the reference does so after its 60 + 4 frames, with more frames to come. */
  reset(): void {
    const state: GameState = this.state;
    state.score = 0;
    state.reward = 0;
    state.terminal = false;
    Object.assign(state, this.#game.initialState);
    this.#lives = this.#game.initialLives;
  }

  /** Evaluates one emulated frame. Allocates nothing. */
  step(): void {
    const game = this.#game;
    const { state } = this;
    const read = this.#read;
    if (game.step !== undefined) {
      game.step(read, state);
    } else {
      game.before?.(read, state);
      const score = game.score(read, state);
      state.reward = game.reward === undefined ? score - state.score : game.reward(read, state, score);
      if (game.keepScoreIf === undefined || !game.keepScoreIf(read, state, score)) {
        state.score = score;
      }
      state.terminal = game.terminal(read, state);
      game.after?.(read, state);
    }
    this.#lives = game.lives(read, state);
  }

  /** The score of the last frame, in the game's points; 0 in games that only know rewards. */
  get score(): number {
    return this.state.score;
  }

  /** What the last frame added to the score, unclipped. */
  get reward(): number {
    return this.state.reward;
  }

  /** The last frame ended the episode. */
  get terminal(): boolean {
    return this.state.terminal;
  }

  /** Lives left, 0 in a game without lives and (but for some games) once the episode is over. */
  get lives(): number {
    return this.state.terminal && this.#game.livesWhenTerminal !== 'expression' ? 0 : this.#lives;
  }

  /** All that `restore` needs to go on from here: score, reward, terminal, lives, then the game's own values by name. */
  snapshot(): number[] {
    const { score, reward, terminal } = this.state;
    return [score, reward, Number(terminal), this.#lives, ...this.#ownNames.map((name) => Number(this.state[name]))];
  }

  /** Goes back to a snapshot of the same game. Throws a RangeError for one of another length. */
  restore(values: readonly number[]): void {
    if (values.length !== 4 + this.#ownNames.length) {
      throw new RangeError(
        `${this.#game.id}: a snapshot of its rules has ${4 + this.#ownNames.length} values, got ${values.length}`,
      );
    }
    const state: GameState = this.state;
    state.score = values[0];
    state.reward = values[1];
    state.terminal = values[2] !== 0;
    this.#lives = values[3];
    this.#ownNames.forEach((name, i) => {
      const isFlag = typeof this.#game.initialState[name] === 'boolean';
      this.state[name] = isFlag ? values[4 + i] !== 0 : values[4 + i];
    });
  }
}
