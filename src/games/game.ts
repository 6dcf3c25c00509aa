/**
 * What a game's RAM means: its score, lives and end, the actions it knows, the cartridges that hold it.
 * A game entry is data and pure functions of RAM; `GameRules` (rules.ts) evaluates them once an emulated frame.
 * Source of the form and of the order of evaluation: reference games.json, `notation` and `setMode`.
 */
import type { Action } from '../emulator/console/action.ts';
import type { ConsoleProperties } from '../emulator/console/properties.ts';

/** Reads a byte of RIOT RAM by its zero-page address, 0x80..0xFF. */
export type ReadRam = (address: number) => number;

/** What a game remembers from frame to frame. `score` is the score one frame ago while `reward` is evaluated. */
export interface GameState {
  score: number;
  reward: number;
  terminal: boolean;
  /** Further values that only this game uses, for example `lives` or `started` (as 0 or 1). */
  [name: string]: number | boolean;
}

export interface Game {
  /** The name on the command line, for example `pong`. A game of our own and a genuine one may share it: library.ts says which is played. */
  readonly id: string;
  readonly title: string;
  /** The file in roms/ that ships with the project; absent for a genuine cartridge, whose image the user brings. */
  readonly ownImage?: string;
  /** MD5 of the cartridge images that this entry describes, lower-case hex. */
  readonly md5: readonly string[];
  /** What differs from `defaultProperties`. */
  readonly console: Partial<ConsoleProperties>;
  /** The actions that do something in this game, in the reference's order. */
  readonly minimalActions: readonly Action[];
  /** Played for one frame each at the end of every reset. */
  readonly startingActions: readonly Action[];
  readonly modes: readonly number[];
  readonly defaultMode: number;
  readonly difficulties: readonly number[];
  readonly defaultDifficulty: number;
  /** How SELECT reaches a mode; absent where a game has one mode. */
  readonly selectMode?: SelectMode;
  /** Lives at the start of an episode, 0 for a game without lives. */
  readonly initialLives: number;
  /** Values of the game's state after a reset, beside score 0, reward 0 and terminal false. */
  readonly initialState: Readonly<Record<string, number | boolean>>;
  /** Evaluated first in each frame. */
  readonly before?: (ram: ReadRam, state: GameState) => void;
  readonly score: (ram: ReadRam, state: GameState) => number;
  /** Default: `score - state.score`. */
  readonly reward?: (ram: ReadRam, state: GameState, score: number) => number;
  /** While true, `state.score` keeps its value. */
  readonly keepScoreIf?: (ram: ReadRam, state: GameState, score: number) => boolean;
  readonly terminal: (ram: ReadRam, state: GameState) => boolean;
  /** Evaluated after `terminal`. */
  readonly after?: (ram: ReadRam, state: GameState) => void;
  readonly lives: (ram: ReadRam, state: GameState) => number;
  /** What `lives` says once the episode is over. Default 0; `expression` keeps the game's own. */
  readonly livesWhenTerminal?: 'expression';
}

export interface SelectMode {
  /** The byte that shows the mode now. */
  readonly read: (ram: ReadRam) => number;
  /** What that byte is in the wanted mode. */
  readonly target: (mode: number) => number;
  /** Raw frames for which SELECT is held at each press. */
  readonly pressFrames: number;
  /** Whether a soft reset (four frames with RESET held) follows. */
  readonly thenSoftReset: boolean;
}
