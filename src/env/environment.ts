/**
 * The environment as Gymnasium has it (reset and step), in one class that reads in the order in which its wrappers are stacked elsewhere:
 * random no-op starts, frame skip, maximum of two frames, life loss as an end, FIRE start, frame, stack, reward clipping.
 * Each is an option; defaults and presets stand in src/run.
 *
 * Leaves out: the console and sticky actions (arcade.ts), vector environments, colour observations.
 * Source: reference algorithms.md A.2 to A.5, B and C; M. Machado et al., "Revisiting the Arcade Learning Environment", JAIR 61, 2018.
 */
import { type Action, actionNames } from '../emulator/console/action.ts';
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { SnapshotReader, SnapshotWriter } from '../emulator/snapshot.ts';
import { UserError } from '../errors.ts';
import { Xoshiro128 } from '../random.ts';
import { ObservationStack } from './observationStack.ts';
import type { EnvironmentOptions } from './options.ts';
import { type Preprocessor, preprocessorFor } from './preprocess.ts';

/** What the environment needs of a console with a game; `Arcade` has it. */
export interface FrameSource {
  /** The actions that do something in this game. */
  readonly actions: readonly Action[];
  /** What Xitari offers instead; absent where that is the same. */
  readonly xitariActions?: readonly Action[];
  readonly lives: number;
  /** The game is over: only `reset` goes on. */
  readonly terminal: boolean;
  readonly score: number;
  /** The newest frame, 160 x `screenHeight` colour register values; it may be another array after the next frame. */
  readonly screen: Uint8Array;
  /** The frame before it. */
  readonly previousScreen: Uint8Array;
  readonly screenHeight: number;
  readonly format: TelevisionFormat;
  /** Begins a new game. */
  reset(): void;
  /** Starts the random sequence of sticky actions anew. */
  seed(seed: number): void;
  /** Plays one frame and returns its reward. `draw` false: its picture will probably not be looked at. */
  act(action: Action, draw?: boolean): number;
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
}

export interface EnvironmentInfo {
  readonly lives: number;
  /** Emulated frames of this game, those of its start included; the console's own reset sequence is not. */
  readonly frame: number;
  /** The score as the game shows it. */
  readonly score: number;
  /** Sum of raw rewards of this game, those of its start included; a lost life does not begin a new sum. */
  readonly episodeReturn: number;
  /** Agent steps of this game. */
  readonly episodeSteps: number;
  /** The last step lost a life, whether or not that ends the episode. */
  readonly lifeLost: boolean;
  readonly gameOver: boolean;
}

export interface ResetResult {
  /** The state: see `AtariEnvironment.observation`. Put together when it is read, in one array for good. */
  readonly observation: Uint8Array;
  readonly info: EnvironmentInfo;
}

export interface StepResult {
  /** The state: see `AtariEnvironment.observation`. Put together when it is read, in one array for good. */
  readonly observation: Uint8Array;
  /** What the agent learns from, clipped as the options say. */
  readonly reward: number;
  /** Sum over the step's frames, as the game gives it. */
  readonly rawReward: number;
  /** The game is over or, with `lifeLoss` 'ends-episode', a life was lost. */
  readonly terminated: boolean;
  /** The game was cut off at `maxEpisodeFrames` or `maxEpisodeSteps`, and is not over. */
  readonly truncated: boolean;
  /** No value follows in learning: terminated, or a life was lost with `lifeLoss` 'terminal-in-memory'. */
  readonly endsValue: boolean;
  readonly info: EnvironmentInfo;
}

const noop = actionNames.indexOf('NOOP');
const fire = actionNames.indexOf('FIRE');
/** 2: observations as `ObservationStack` saves them. */
const snapshotVersion = 2;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class AtariEnvironment {
  readonly options: EnvironmentOptions;
  /** The console's number of each action; `step` takes places in this list. */
  readonly actions: readonly Action[];
  readonly actionCount: number;
  /** The newest observation, [size][size] rows from the top. One array for good: each step and reset writes it anew. */
  readonly frame: Uint8Array;
  /** Called after each emulated frame of a step or a start with the raw screen, for recordings; it must copy what it keeps. */
  onFrame: ((screen: Uint8Array) => void) | undefined;

  readonly #arcade: FrameSource;
  /** The arcade as it was given, to which a seeded reset goes back. */
  readonly #given: Uint8Array;
  readonly #random: Xoshiro128;
  readonly #pressesFire: boolean;
  readonly #breaksSkip: boolean;
  readonly #preprocessor: Preprocessor;
  /** The screen before the newest one. */
  readonly #previousScreen: Uint8Array;
  readonly #observations: ObservationStack;

  /** `step` may be called: the episode has begun and has not ended. */
  #playing = false;
  /** The episode ended by a lost life alone, so that the next one goes on in the same game. */
  #gameGoesOn = false;
  readonly #info: Mutable<EnvironmentInfo> = {
    lives: 0,
    frame: 0,
    score: 0,
    episodeReturn: 0,
    episodeSteps: 0,
    lifeLost: false,
    gameOver: false,
  };
  /** What the results show as `observation`. */
  readonly #state: Uint8Array<ArrayBuffer>;
  readonly #result = this.#makeResult();

  /**
   * `random` draws the random starts; sticky actions are the arcade's. Throws UserError where the game lacks what the options ask for.
   */
  constructor(arcade: FrameSource, options: EnvironmentOptions, random: Xoshiro128) {
    const { observationSize, resize, crop } = options;
    this.options = options;
    const { actions, xitariActions = actions } = arcade;
    const allActions = actionNames.map((_, action) => action);
    this.actions = [...{ minimal: actions, xitari: xitariActions, full: allActions }[options.actionSet]];
    this.actionCount = this.actions.length;
    const canFire = this.actions.includes(fire) && this.actionCount >= 3;
    this.#breaksSkip = options.lifeLoss === 'ends-episode' && options.lifeLossBreaksSkip;
    this.#pressesFire = options.fireStart !== 'off' && canFire;
    if (options.fireStart === 'required' && !canFire) {
      const names = this.actions.map((action) => actionNames[action]).join(', ');
      throw new UserError(
        `A FIRE start needs a game with FIRE and at least three actions; this one has ${names}.`,
        'Give --fire-start if-possible, or --action-set full.',
      );
    }
    this.#arcade = arcade;
    this.#given = arcade.snapshot();
    this.#random = random;
    this.#preprocessor = preprocessorFor(resize, {
      format: arcade.format,
      screenHeight: arcade.screenHeight,
      size: observationSize,
      crop,
    });
    this.#previousScreen = new Uint8Array(arcade.screen.length);
    this.frame = new Uint8Array(observationSize * observationSize);
    this.#observations = new ObservationStack(options, this.frame.length);
    this.#state = new Uint8Array(this.#observations.stateBytes);
  }

  #makeResult(): Mutable<StepResult> {
    const state = (): Uint8Array => this.observation(this.#state);
    return {
      get observation() {
        return state();
      },
      reward: 0,
      rawReward: 0,
      terminated: false,
      truncated: false,
      endsValue: false,
      info: this.#info,
    };
  }

  /**
   * Begins an episode. After an episode that a lost life ended it goes on in the same game as `afterLifeLoss` says; else it begins a new
   * game with the random start, or without it where `randomStart` is false (the first game of an evaluation). The FIRE start follows either.
   * With `seed` all randomness begins anew, and the game is the first one of a new arcade and environment with this seed.
   * The result is one object for good.
   */
  reset(seed?: number, options?: { readonly randomStart?: boolean }): ResetResult {
    const randomStart = options?.randomStart ?? true;
    if (seed !== undefined) {
      this.#random.state.set(new Xoshiro128(seed, 'environment').state);
      this.#arcade.restore(this.#given);
      this.#arcade.seed(seed);
      this.#observations.forget();
    }
    if (this.#gameGoesOn && seed === undefined) this.#goOnInGame(randomStart);
    else this.#beginGame(randomStart);
    if (this.#pressesFire) this.#pressFire(randomStart);
    this.#playing = true;
    this.#gameGoesOn = false;
    this.#observations.beginEpisode();
    this.#observe();
    this.#updateInfo(false);
    return this.#result;
  }

  /**
   * Plays one agent step with the action at place `actionIndex` of `actions`. The result is one object for good: read it before the next
   * call. Throws where no episode is under way.
   */
  step(actionIndex: number): StepResult {
    if (!this.#playing) throw new Error('step() needs an episode under way: call reset() first and after each end.');
    const action = this.actions[actionIndex];
    if (action === undefined) throw new RangeError(`an action is 0 to ${this.actionCount - 1}, not ${actionIndex}`);
    const { options } = this;
    const arcade = this.#arcade;
    const info = this.#info;
    const result = this.#result;

    const livesBefore = arcade.lives;
    const rawReward = this.#play(action, options.frameSkip, this.#breaksSkip ? livesBefore : 0);
    const gameOver = arcade.terminal;
    const lifeLost = arcade.lives < livesBefore;
    info.episodeSteps++;
    this.#observe();
    this.#updateInfo(lifeLost);

    result.rawReward = rawReward;
    result.reward = clipped(rawReward, options);
    result.terminated = gameOver || (options.lifeLoss === 'ends-episode' && lifeLost);
    result.endsValue = gameOver || (options.lifeLoss !== 'ignored' && lifeLost);
    result.truncated = !gameOver && this.#isCutOff();
    this.#playing = !result.terminated && !result.truncated;
    this.#gameGoesOn = result.terminated && !gameOver && !result.truncated;
    return result;
  }

  /**
   * The state: `stack` observations, [stack][size][size], oldest first; which ones, and what stands before an episode's first, the options
   * say (`historyType`, `stackPadding`). Written to `into`.
   */
  observation(into = new Uint8Array(this.#observations.stateBytes)): Uint8Array {
    this.#observations.state(into);
    return into;
  }

  /**
   * Holds `action` for at most `frames` frames and returns their rewards' sum; the end of the game or its cut-off breaks it off, and fewer
   * lives than `leastLives`.
   * Only the frames that the observation shows are drawn, and all where `onFrame` sees them.
   */
  #play(action: Action, frames: number, leastLives = 0): number {
    const arcade = this.#arcade;
    const info = this.#info;
    const { maxPool, maxEpisodeFrames } = this.options;
    const count = maxEpisodeFrames > 0 ? Math.max(1, Math.min(frames, maxEpisodeFrames - info.frame)) : frames;
    const firstDrawn = this.onFrame === undefined ? Math.max(0, count - maxPool) : 0;
    let reward = 0;
    for (let i = 0; i < count; i++) {
      reward += arcade.act(action, i >= firstDrawn);
      info.frame++;
      if (this.onFrame !== undefined) this.onFrame(arcade.screen);
      if (arcade.terminal || (leastLives > 0 && arcade.lives < leastLives)) break;
    }
    // Should it have ended among frames that were not drawn, the console draws these two now.
    if (maxPool === 2) this.#previousScreen.set(arcade.previousScreen);
    info.episodeReturn += reward;
    return reward;
  }

  #isCutOff(): boolean {
    const { maxEpisodeFrames, maxEpisodeSteps } = this.options;
    const { frame, episodeSteps } = this.#info;
    return (
      (maxEpisodeFrames > 0 && frame >= maxEpisodeFrames) || (maxEpisodeSteps > 0 && episodeSteps >= maxEpisodeSteps)
    );
  }

  #beginGame(randomStart: boolean): void {
    this.#resetConsole();
    this.#playNoops(this.#drawNoops(randomStart));
  }

  /** After a lost life that ended an episode. At least one frame is played, so that there is something new to see. */
  #goOnInGame(randomStart: boolean): void {
    if (this.options.afterLifeLoss === 'random-start') {
      this.#playNoops(Math.max(1, this.#drawNoops(randomStart)));
    } else {
      this.#play(noop, this.options.frameSkip);
      if (this.#arcade.terminal) this.#beginGame(randomStart);
    }
  }

  /** Frames of NOOP that a random start takes. Without one, or with none to draw, the form 'one-more' still has its one more. */
  #drawNoops(randomStart: boolean): number {
    const { randomStarts, randomStartForm, frameSkip } = this.options;
    const drawn = randomStart && randomStarts > 0 ? 1 + this.#random.nextInt(randomStarts) : 0;
    if (randomStartForm === 'steps') return drawn * frameSkip;
    return drawn + (randomStartForm === 'one-more' ? 1 : 0);
  }

  /** Should these end the game, they go on in another one. With 'one-more' only the last one's reward counts. */
  #playNoops(frames: number): void {
    const info = this.#info;
    for (let left = frames; left > 0; left--) {
      const returnBefore = info.episodeReturn;
      this.#play(noop, 1);
      if (left > 1 && this.options.randomStartForm === 'one-more') info.episodeReturn = returnBefore;
      if (this.#arcade.terminal) this.#resetConsole();
    }
  }

  #resetConsole(): void {
    this.#arcade.reset();
    // No frame came before the first one of a game.
    this.#previousScreen.set(this.#arcade.screen);
    this.#info.frame = 0;
    this.#info.episodeReturn = 0;
    this.#info.episodeSteps = 0;
  }

  /** FIRE, then the third action, each for a whole step; a game that this ends is begun again, as Lapan's wrapper does. */
  #pressFire(randomStart: boolean): void {
    this.#play(fire, this.options.frameSkip);
    if (this.#arcade.terminal) this.#beginGame(randomStart);
    this.#play(this.actions[2], this.options.frameSkip);
    if (this.#arcade.terminal) this.#beginGame(randomStart);
  }

  #observe(): void {
    const { screen } = this.#arcade;
    this.#preprocessor.run(screen, this.options.maxPool === 2 ? this.#previousScreen : screen, this.frame);
    this.#observations.push(this.frame);
  }

  #updateInfo(lifeLost: boolean): void {
    const info = this.#info;
    info.lives = this.#arcade.lives;
    info.score = this.#arcade.score;
    info.gameOver = this.#arcade.terminal;
    info.lifeLost = lifeLost;
  }

  /** All that later steps depend on: console, stack, counters and random state. Options are not in it. */
  snapshot(): Uint8Array {
    const writer = new SnapshotWriter();
    writer.int(snapshotVersion);
    writer.flag(this.#playing);
    writer.flag(this.#gameGoesOn);
    writer.int(this.#info.frame);
    writer.int(this.#info.episodeSteps);
    writer.double(this.#info.episodeReturn);
    writer.flag(this.#info.lifeLost);
    for (const word of this.#random.state) writer.int(word);
    this.#observations.save(writer);
    writer.bytes(this.#arcade.snapshot());
    return writer.finish();
  }

  /**
   * Goes back to a snapshot of an environment with the same game and options.
   * @throws UserError where it is of another version or shape, or damaged; nothing is then changed
   */
  restore(bytes: Uint8Array): void {
    const reader = new SnapshotReader(bytes);
    reader.expectVersion('an environment', snapshotVersion);
    const playing = reader.flag();
    const gameGoesOn = reader.flag();
    const frame = reader.intIn(0, 0x7fffffff);
    const episodeSteps = reader.intIn(0, 0x7fffffff);
    const episodeReturn = reader.double();
    const lifeLost = reader.flag();
    const random = Array.from(this.#random.state, () => reader.int());
    const observations = this.#observations.read(reader);
    const arcade = new Uint8Array(reader.remaining);
    reader.bytes(arcade);
    // Nothing has changed so far, and the arcade changes nothing when it throws.
    this.#arcade.restore(arcade);
    this.#playing = playing;
    this.#gameGoesOn = gameGoesOn;
    this.#info.frame = frame;
    this.#info.episodeSteps = episodeSteps;
    this.#info.episodeReturn = episodeReturn;
    this.#random.state.set(random);
    this.#observations.take(observations);
    this.frame.set(this.#observations.newest);
    this.#updateInfo(lifeLost);
  }
}

function clipped(reward: number, { rewardClipping, minReward, maxReward }: EnvironmentOptions): number {
  if (rewardClipping === 'sign') return Math.sign(reward);
  return rewardClipping === 'clip' ? Math.max(minReward, Math.min(maxReward, reward)) : reward;
}
