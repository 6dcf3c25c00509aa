/**
 * Plays a cartridge as a trace does: actions drawn by xorshift32, each held for four frames, a reset after the end of an episode.
 * A trace's frame is one `act` of the reference: `frameSkip` frames of the console. Source: the reference's trace format.
 */
import type { Bankswitch } from '../../emulator/cartridge/schemes.ts';
import type { Action } from '../../emulator/console/action.ts';
import type { Game } from '../../games/game.ts';
import { Arcade } from '../arcade.ts';
import { fnv32, hashText } from './hash.ts';

/** What decides every row of a trace, besides the cartridge. */
export interface TraceSettings {
  /** Of the actions and of sticky actions: a 32-bit number, not 0. */
  readonly seed: number;
  /** Frames of the console to a frame of the trace, from 1. */
  readonly frameSkip: number;
  /** Probability that a frame of the console repeats the action before. */
  readonly sticky: number;
  /** Played by no rules: reward 0, lives 0, no end, all 18 actions. */
  readonly any: boolean;
  /** Default: the game's. */
  readonly mode?: number | undefined;
  readonly difficulty?: number | undefined;
  /** Default: what the image shows. */
  readonly bankswitch?: Bankswitch | undefined;
}

/** The cartridge of a trace. */
export interface TraceCartridge {
  /** The image's file name, without folders. */
  readonly file: string;
  readonly title: string;
  readonly md5: string;
  readonly bytes: Uint8Array;
  /** Absent for a cartridge that no entry describes. */
  readonly game?: Game | undefined;
}

const framesPerAction = 4;

/** The columns of a row, as a trace heads them. */
export const columns = ['frame', 'action', 'reward', 'lives', 'terminal', 'ram', 'screen', 'scanlines'] as const;

/** A console that has just been loaded, for a `TracePlayer`. Throws UserError for a cartridge or setting that it does not take. */
export function traceArcade(cartridge: TraceCartridge, settings: TraceSettings): Arcade {
  const { game, bytes: rom } = cartridge;
  const { seed, sticky: repeatActionProbability, frameSkip, any, mode, difficulty, bankswitch } = settings;
  return new Arcade({
    rom,
    game: any && game !== undefined ? withoutRules(game) : game,
    seed,
    repeatActionProbability,
    modeFrameSkip: frameSkip,
    ...(mode === undefined ? {} : { mode }),
    ...(difficulty === undefined ? {} : { difficulty }),
    ...(bankswitch === undefined ? {} : { bankswitch }),
  });
}

/** The game's console, and nothing that is known of its RAM. */
function withoutRules({ id, title, md5, otherReleases = [], console }: Game): Game {
  return {
    id,
    title,
    md5,
    otherReleases,
    console,
    minimalActions: Array.from({ length: 18 }, (_, action) => action),
    startingActions: [],
    modes: [0],
    defaultMode: 0,
    difficulties: [0],
    defaultDifficulty: 0,
    initialLives: 0,
    initialState: {},
    score: () => 0,
    terminal: () => false,
    lives: () => 0,
  };
}

export class TracePlayer {
  readonly arcade: Arcade;
  /** The frame played last; -1 after loading. */
  frame = -1;
  /** Of the frame played last. */
  reward = 0;
  totalReward = 0;
  resets = 0;

  readonly #frameSkip: number;
  readonly #actions: readonly Action[];
  #random: number;
  #action: Action = 0;

  /** @param actions what the generator chooses from. Default: those of the arcade's game */
  constructor(arcade: Arcade, settings: TraceSettings, actions: readonly Action[] = arcade.actions) {
    this.arcade = arcade;
    this.#frameSkip = settings.frameSkip;
    this.#actions = actions;
    this.#random = settings.seed | 0;
  }

  /**
   * Plays the next frame. An episode that it ends stays so: the next is begun by `reset`.
   * @param draw false where the screen after it is not looked at
   */
  step(draw = true): void {
    this.frame++;
    if (this.frame % framesPerAction === 0) {
      this.#random ^= this.#random << 13;
      this.#random ^= this.#random >>> 17;
      this.#random ^= this.#random << 5;
      this.#action = this.#actions[(this.#random >>> 0) % this.#actions.length];
    }
    this.reward = 0;
    // Once the episode is over the reference still draws the random numbers of the frames that are left, so `act` is called for them.
    for (let i = 0; i < this.#frameSkip; i++) this.reward += this.arcade.act(this.#action, draw);
    this.totalReward += this.reward;
  }

  /** Begins the next episode; the frame counter and the actions go on. */
  reset(): void {
    this.arcade.reset();
    this.resets++;
  }

  /** The row of the frame played last. `drawn` false: its screen is not known. */
  row(drawn = true): string {
    const action = this.frame < 0 ? '-' : `${this.#action}`;
    return `${this.frame} ${action} ${this.reward} ${stateText(this.arcade, drawn)}`;
  }

  /** The row of the state after `reset`. */
  resetRow(): string {
    return `R${this.frame} - 0 ${stateText(this.arcade)}`;
  }
}

/** The columns of a row behind its reward: lives, end, RAM, screen (`-` where it was not drawn), scanlines. */
export function stateText(arcade: Arcade, drawn = true): string {
  const ram = hashText(fnv32(arcade.ram));
  const screen = drawn ? hashText(fnv32(arcade.screen)) : '-';
  return `${arcade.lives} ${arcade.terminal ? 1 : 0} ${ram} ${screen} ${arcade.console.scanlines}`;
}
