/**
 * A console with a game in it, played as the reference plays it: what a reset does, how an action is held, what a frame rewards.
 * Leaves out frame skip, the maximum of two frames, no-op starts and episode limits: src/env/environment.ts.
 * Source: reference console.md sections 1 to 3.
 */
import type { Bankswitch } from '../emulator/cartridge/schemes.ts';
import { type Action, actionNames } from '../emulator/console/action.ts';
import { Console } from '../emulator/console/console.ts';
import { fires, paddleRange } from '../emulator/console/controls.ts';
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { SnapshotReader, SnapshotWriter } from '../emulator/snapshot.ts';
import { UserError } from '../errors.ts';
import { consoleFor, type Game, type GameState, type ModeConsole, type OwnState, resetSwitch } from '../games/game.ts';
import { md5Of } from '../games/md5.ts';
import { GameRules, ramReader } from '../games/rules.ts';
import { Mt19937 } from '../random.ts';

export interface ArcadeOptions {
  /** The bytes of the cartridge image. */
  readonly rom: Uint8Array;
  /** What the game's RAM means. Without it the reward is 0, lives are 0, and an episode never ends. */
  readonly game?: Game | undefined;
  /** Of sticky actions. The console's own noise is always the same. */
  readonly seed: number;
  /** How likely a frame repeats the action before instead of taking the new one. Default 0. */
  readonly repeatActionProbability?: number;
  /** How the cartridge's banks are switched. Default `auto`: as its size and contents show. */
  readonly bankswitch?: Bankswitch;
  /** Default: the game's. */
  readonly mode?: number;
  /** Bit 0: left switch at A, bit 1: right switch at A. Default: the game's. */
  readonly difficulty?: number;
  /** Frames for which selecting a mode plays an action. Default 1; the reference's are as many as those of its own frame skip. */
  readonly modeFrameSkip?: number;
}

const noop: Action = 0;
const warmUpFrames = 60;
const softResetFrames = 4;
/** After so many presses of SELECT, unless the game says otherwise, a cartridge does not know the mode. */
const maxModeRounds = 1000;
const allActions: readonly Action[] = actionNames.map((_, action) => action);

/** 2: the random generator by its place in the sequence, a checksum. */
const snapshotVersion = 2;

export class Arcade {
  readonly console: Console;
  readonly game: Game | undefined;
  /** The numbers of the actions that do something in this game; all 18 without a game. */
  readonly actions: readonly Action[];
  readonly xitariActions: readonly Action[];
  readonly mode: number;
  readonly difficulty: number;

  readonly #rules: GameRules | undefined;
  readonly #modeConsole: ModeConsole<GameState & OwnState> | undefined;
  /** What is played for each action: itself, or NOOP where the game forbids it. */
  readonly #legalActions: readonly Action[];
  readonly #random: Mt19937;
  readonly #repeatActionProbability: number;
  readonly #modeFrameSkip: number;
  #held: Action = noop;
  #paddle: number = paddleRange.start;
  #episodeFrames = 0;
  #snapshotBytes = 0;
  readonly #options: ArcadeOptions;

  /**
   * Loads the cartridge: switches the console on and resets the environment once.
   * @param original an arcade of these options of which this one becomes a copy (`clone`); nothing is switched on or reset
   * @throws UserError for a cartridge that cannot be played, and for a mode or difficulty that the game does not have
   */
  constructor(options: ArcadeOptions, original?: Arcade) {
    this.#options = options;
    const { rom, game, seed, repeatActionProbability = 0, bankswitch = 'auto' } = options;
    this.game = game;
    this.actions = game?.minimalActions ?? allActions;
    this.xitariActions = game?.xitariActions ?? this.actions;
    this.mode = chosen('mode', options.mode, game?.modes, game?.defaultMode);
    this.difficulty = chosen('difficulty', options.difficulty, game?.difficulties, game?.defaultDifficulty);
    // The reference keeps the probability in single precision.
    this.#repeatActionProbability = Math.fround(repeatActionProbability);
    this.#random = original === undefined ? new Mt19937(seed) : original.#random.clone();
    this.#modeFrameSkip = options.modeFrameSkip ?? 1;
    this.#legalActions = allActions.map((action) => (game?.illegalActions?.includes(action) ? noop : action));
    this.console =
      original === undefined
        ? new Console(rom, {
            ...(game && consoleFor(game, md5Of(rom))),
            ...(bankswitch !== 'auto' && { bankswitch }),
          })
        : original.console.clone();
    if (game !== undefined) {
      const read = ramReader(this.console.ram, this.console.cartridgeRam);
      this.#rules = new GameRules(game, read);
      this.#modeConsole = {
        read,
        state: this.#rules.state,
        pressSelect: (frames) => this.#pressSelect(frames),
        softReset: () => this.#softReset(),
        act: (action) => {
          for (let frame = 0; frame < this.#modeFrameSkip; frame++) this.act(action);
        },
        nextRandom: () => this.#random.nextU32(),
        repeatUntil: (done, step, maxRounds = maxModeRounds) => this.#repeatUntil(done, step, maxRounds),
      };
    }
    if (original === undefined) this.reset();
  }

  /** Lives left; 0 for a game without lives. */
  get lives(): number {
    return this.#rules?.lives ?? 0;
  }

  /** The episode is over: `act` does nothing until `reset`. */
  get terminal(): boolean {
    return this.#rules?.terminal ?? false;
  }

  /** The game's score. */
  get score(): number {
    return this.#rules?.score ?? 0;
  }

  /** Frames played in this episode by `act` and by selecting a mode. */
  get episodeFrames(): number {
    return this.#episodeFrames;
  }

  /** See `Console.screen`: 160 * `screenHeight` bytes of a buffer that later frames draw into. */
  get screen(): Uint8Array {
    return this.console.screen;
  }

  /** See `Console.previousScreen`: the screen before the last frame. */
  get previousScreen(): Uint8Array {
    return this.console.previousScreen;
  }

  get screenHeight(): number {
    return this.console.screenHeight;
  }

  /** The television system, which says what colours the screen's bytes are. */
  get format(): TelevisionFormat {
    return this.console.format;
  }

  /** RIOT RAM, addresses 0x80..0xFF: the live 128 bytes. */
  get ram(): Uint8Array {
    return this.console.ram;
  }

  /** Starts the random sequence of sticky actions anew, from `seed`. */
  seed(seed: number): void {
    this.#random.seed(seed);
  }

  /** Starts an episode: resets the console, waits a second, presses RESET, selects the mode, presses RESET again. */
  reset(): void {
    this.#episodeFrames = 0;
    this.#paddle = paddleRange.start;
    this.console.systemReset();
    this.#emulate(noop, warmUpFrames);
    this.#softReset();
    this.#rules?.reset();
    if (this.#modeConsole !== undefined) this.game?.selectMode?.(this.#modeConsole, this.mode);
    this.#softReset();
    for (const action of this.game?.startingActions ?? []) this.#emulate(action, 1);
  }

  /**
   * Plays one frame.
   * @param action 0..17 (console/action.ts)
   * @param draw false when nobody will look at this frame's picture; all else is the same
   * @returns the frame's reward, 0 once the episode is over
   */
  act(action: Action, draw = true): number {
    // Two draws a frame, whatever becomes of them: one for each player.
    const sticks = this.#random.nextU32() / 4294967296 < this.#repeatActionProbability;
    this.#random.nextU32();
    if (!sticks) this.#held = this.#legalActions[action];
    const rules = this.#rules;
    if (rules?.terminal) return 0;
    this.#episodeFrames++;
    this.#emulate(this.#held, 1, draw);
    return rules === undefined ? 0 : rules.reward;
  }

  /**
   * Plays one frame with `console.controls` as the caller has set them: by a person's hands, which know more than actions. A frame with
   * RESET held begins the game's score and lives anew. Goes on after the end of the game, which the person sees on the screen.
   */
  actByHand(): void {
    const { console } = this;
    this.#episodeFrames++;
    console.runFrame();
    if (console.controls.resetHeld) this.#rules?.reset();
    else this.#rules?.step();
    console.touchRam();
  }

  /** Runs frames with an action or the RESET switch held. Reading RAM afterwards is visible to a program that runs in undriven addresses. */
  #emulate(action: Action, frames: number, draw = true): void {
    const { console } = this;
    const { controls } = console;
    const isReset = action === resetSwitch;
    const held = isReset ? noop : action;
    controls.setDifficulty((this.difficulty & 1) !== 0, (this.difficulty & 2) !== 0);
    if (isReset) controls.setSwitches(true, false);
    if (!controls.usesPaddles) controls.setJoystick(held);
    for (let frame = 0; frame < frames; frame++) {
      if (controls.usesPaddles) this.#turnPaddle(held);
      console.runFrame(draw);
      this.#rules?.step();
    }
    if (isReset) controls.setSwitches(false, false);
    console.touchRam();
  }

  #turnPaddle(action: Action): void {
    const name = actionNames[action];
    const { min, max, start, step } = paddleRange;
    if (name.includes('RIGHT')) this.#paddle = Math.max(min, this.#paddle - step);
    else if (name.includes('LEFT')) this.#paddle = Math.min(max, this.#paddle + step);
    this.console.controls.setPaddles(this.#paddle, start, fires(action));
  }

  /** The console's RESET switch, for four frames. */
  #softReset(): void {
    this.#emulate(resetSwitch, softResetFrames);
    this.#held = noop;
  }

  #repeatUntil(done: () => boolean, step: () => void, maxRounds: number): void {
    for (let rounds = 0; !done(); rounds++) {
      if (rounds === maxRounds) {
        throw new UserError(
          `${this.game?.title}: mode ${this.mode} was not reached.`,
          'Check that the cartridge is this game; another version may keep its mode elsewhere.',
        );
      }
      step();
    }
  }

  /** Holds SELECT for some frames that no rules see, then plays one frame without it. */
  #pressSelect(frames: number): void {
    const { console } = this;
    console.controls.release();
    console.controls.setSwitches(false, true);
    for (let frame = 0; frame < frames; frame++) console.runFrame();
    console.touchRam();
    console.controls.setSwitches(false, false);
    this.#emulate(noop, 1);
    this.#episodeFrames++;
  }

  /** Bytes of every snapshot of this arcade. */
  get snapshotBytes(): number {
    if (this.#snapshotBytes === 0) {
      const out = new SnapshotWriter();
      this.#save(out);
      this.#snapshotBytes = out.seal().length;
    }
    return this.#snapshotBytes;
  }

  /**
   * Everything that the episode's future depends on; `restore` goes back to it.
   * @param into `snapshotBytes` bytes to write it to, for example an earlier snapshot that is no longer needed
   */
  snapshot(into: Uint8Array = new Uint8Array(this.snapshotBytes)): Uint8Array {
    const out = new SnapshotWriter(into);
    this.#save(out);
    return out.seal();
  }

  /** @throws UserError for bytes that are no snapshot of this version, cartridge and game; nothing is then changed */
  restore(bytes: Uint8Array): void {
    const state = new SnapshotReader(bytes);
    state.expectVersion('an arcade', snapshotVersion);
    state.expectSealed(this.snapshotBytes);
    const sequence = state.int() >>> 0;
    const drawn = state.count();
    const held = state.intIn(0, allActions.length - 1);
    const paddle = state.intIn(paddleRange.min, paddleRange.max);
    const episodeFrames = state.count();
    const values = this.#rules?.snapshot().map(() => state.double());
    this.console.load(state);
    this.#random.goTo(sequence, drawn);
    this.#held = held;
    this.#paddle = paddle;
    this.#episodeFrames = episodeFrames;
    if (values !== undefined) this.#rules?.restore(values);
  }

  /** Another arcade in the same state; the two share nothing that changes. */
  clone(): Arcade {
    const copy = new Arcade(this.#options, this);
    copy.#held = this.#held;
    copy.#paddle = this.#paddle;
    copy.#episodeFrames = this.#episodeFrames;
    if (this.#rules !== undefined) copy.#rules?.restore(this.#rules.snapshot());
    return copy;
  }

  #save(out: SnapshotWriter): void {
    out.int(snapshotVersion);
    out.int(this.#random.sequence);
    out.double(this.#random.drawn);
    out.int(this.#held);
    out.int(this.#paddle);
    out.double(this.#episodeFrames);
    for (const value of this.#rules?.snapshot() ?? []) out.double(value);
    this.console.save(out);
  }
}

/** The wanted mode or difficulty, checked; 0 without a game. */
function chosen(what: string, wanted: number | undefined, known: readonly number[] = [0], standard = 0): number {
  if (wanted === undefined) return standard;
  if (!known.includes(wanted)) {
    throw new UserError(`the game has no ${what} ${wanted}.`, `It has ${known.join(', ')}.`);
  }
  return wanted;
}
