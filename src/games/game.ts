/**
 * What a game's RAM means: its score, lives and end, the actions it knows, the cartridges that hold it.
 * A game entry is data and small functions of RAM; `GameRules` (rules.ts) evaluates them once an emulated frame. docs/adding-a-game.md says
 * how to write one. Source of the form and of the order of evaluation: reference games.json, `notation` and `setMode`.
 */
import type { Action } from '../emulator/console/action.ts';
import type { ConsoleProperties, TelevisionFormat } from '../emulator/console/properties.ts';

/** Reads a byte of RIOT RAM by its zero-page address, 0x80..0xFF, or of the cartridge's RAM by the address of its read port. */
export type ReadRam = (address: number) => number;

/** What every game remembers from frame to frame. `score` is the score one frame ago while `reward` is evaluated. */
export interface GameState {
  score: number;
  reward: number;
  terminal: boolean;
}

/** Further values that only one game uses, for example `started`. */
export type OwnState = Record<string, number | boolean>;

/** A starting action: the console's RESET switch, held for the frame. The number is the reference's. */
export const resetSwitch: Action = 40;

/** Another release or dump of a game, which is played by the same rules. */
export interface Release {
  readonly md5: string;
  /** What the console detects; here to tell releases apart. */
  readonly format?: TelevisionFormat;
  /** What differs from the game's `console`. */
  readonly console?: Partial<ConsoleProperties>;
}

interface Facts<State> {
  /** The name on the command line, for example `pong`. A game of our own and a genuine one may share it: library.ts says which is played. */
  readonly id: string;
  readonly title: string;
  /** The file in roms/ that ships with the project; absent for a genuine cartridge, whose image the user brings. */
  readonly ownImage?: string;
  /** MD5 of the cartridge images that are played by this entry, lower-case hex; in a `Game` those of `otherReleases` are among them. */
  readonly md5: readonly string[];
  readonly otherReleases?: readonly Release[];
  /** What differs from `defaultProperties`. */
  readonly console: Partial<ConsoleProperties>;
  /** The actions that do something in this game, in the reference's order. */
  readonly minimalActions: readonly Action[];
  /** What Xitari, the emulator of Mnih et al. 2015, offers instead; absent where that is the same. */
  readonly xitariActions?: readonly Action[];
  /** Actions that count as NOOP when they are played. Starting actions are free of it. */
  readonly illegalActions?: readonly Action[];
  /** Played for one frame each at the end of every reset; `resetSwitch` may be among them. */
  readonly startingActions: readonly Action[];
  readonly modes: readonly number[];
  readonly defaultMode: number;
  readonly difficulties: readonly number[];
  readonly defaultDifficulty: number;
  /** Takes the console to a mode, in every reset, the default mode included; absent where there is nothing to do. */
  readonly selectMode?: (console: ModeConsole<State>, mode: number) => void;
  /** Lives at the start of an episode, 0 for a game without lives. */
  readonly initialLives: number;
  /** Evaluated last in each frame. */
  readonly lives: (read: ReadRam, state: State) => number;
  /** What `lives` says once the episode is over. Default 0; `expression` keeps the game's own. */
  readonly livesWhenTerminal?: 'expression';
}

/** A game whose reward follows from its score. The functions stand in the order in which a frame evaluates them. */
interface Scored<State> {
  readonly before?: (read: ReadRam, state: State) => void;
  readonly score: (read: ReadRam, state: State) => number;
  /** Default: `score - state.score`. */
  readonly reward?: (read: ReadRam, state: State, score: number) => number;
  /** While true, `state.score` keeps its value. */
  readonly keepScoreIf?: (read: ReadRam, state: State, score: number) => boolean;
  /** `state.score` is now the score of this frame. */
  readonly terminal: (read: ReadRam, state: State) => boolean;
  readonly after?: (read: ReadRam, state: State) => void;
  readonly step?: undefined;
}

/** A game that does not fit that order: `step` sets `reward`, `terminal` and, where the game has one, `score`. What it leaves alone stays. */
interface Stepped<State> {
  readonly step: (read: ReadRam, state: State) => void;
  readonly score?: undefined;
  readonly terminal?: undefined;
}

interface Beginning<Own> {
  /** Values of the game's state after a reset, where they are not score 0, reward 0 and terminal false. */
  readonly initialState: Readonly<Own>;
}

/** A game as its file writes it; `Own` are the values that only this game keeps. */
export type GameEntry<Own extends object> = Facts<GameState & Own> &
  Beginning<Own> &
  (Scored<GameState & Own> | Stepped<GameState & Own>);

export type Game = GameEntry<OwnState>;

/** The more usual of the two forms. */
export type ScoredGame = Extract<Game, { score: unknown; terminal: unknown; step?: undefined }>;

/** Gives the functions of an entry the type of its own state, and lists the MD5 of all its releases. */
export function defineGame<Own extends object>(entry: GameEntry<Own>): Game {
  const md5 = [...entry.md5, ...(entry.otherReleases ?? []).map((release) => release.md5)];
  return { ...entry, md5 } as unknown as Game;
}

/** How the console is set up for the release with this MD5: what differs from `defaultProperties`. */
export function consoleFor(game: Game, md5: string): Partial<ConsoleProperties> {
  return { ...game.console, ...game.otherReleases?.find((release) => release.md5 === md5)?.console };
}

/** What the selection of a mode may do with the console; src/env/arcade.ts does it. */
export interface ModeConsole<State> {
  readonly read: ReadRam;
  /** The game's state, just reset. */
  readonly state: State;
  /** Holds SELECT for so many frames, which no rules see; then plays one frame without it. */
  pressSelect(frames: number): void;
  /** Four frames with the RESET switch held. */
  softReset(): void;
  /** Plays an action as an agent would; does nothing once the episode is over. */
  act(action: Action): void;
  /** The next 32 bits of the generator that also decides about sticky actions. */
  nextRandom(): number;
  /**
   * Repeats `step` until `done`, `maxRounds` times at most (default 1000). Throws a UserError that names game and mode where that is not
   * enough: the cartridge is another one.
   */
  repeatUntil(done: () => boolean, step: () => void, maxRounds?: number): void;
}
