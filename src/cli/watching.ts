/** The loop of `watch`: plays, keeps the console's time, draws, and listens to keys. */
import type { FrameHistory } from '../agent/frameHistory.ts';
import type { Policy } from '../agent/policy.ts';
import { actionNames } from '../emulator/console/action.ts';
import { Xoshiro128 } from '../random.ts';
import { framesPerSecond } from '../run/consoleScreen.ts';
import type { GreedyPolicy } from '../run/evaluation.ts';
import { grouped } from '../run/progress.ts';
import type { ParsedArguments } from './arguments.ts';
import { type Player, type Seat, seat } from './player.ts';
import type { ColourDepth } from './terminal/painter.ts';
import { TerminalSession } from './terminal/session.ts';
import type { TrainedAgent } from './trained.ts';
import type { WeightsFollower } from './watchFollow.ts';
import { WatchView } from './watchView.ts';

export interface WatchOptions {
  readonly depth: ColourDepth;
  /** Times as fast as the console. */
  readonly speed: number;
  readonly episodes: number;
  /** Of a run whose newer weights are taken. */
  readonly follower: WeightsFollower | undefined;
}

const picturesPerSecond = 30;
/** What `+` and `-` go through. */
const speeds = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 100];
/** Behind by more, it plays on from here instead of catching up. */
const mostBehindMs = 250;
const pauseMs = 50;

/** The agent, or chance in its place while the person at the keyboard wants that; the agent values all states either way. */
class SwitchedPolicy implements GreedyPolicy {
  isRandom = false;
  readonly #policy: Policy;
  readonly #actionCount: number;
  readonly #random: Xoshiro128;

  constructor(policy: Policy, actionCount: number) {
    this.#policy = policy;
    this.#actionCount = actionCount;
    this.#random = new Xoshiro128(1, 'watched at random');
  }

  get values(): Float32Array {
    return this.#policy.values();
  }

  async act(history: FrameHistory, ties?: Xoshiro128): Promise<number> {
    const action = await this.#policy.act(history, ties);
    return this.isRandom ? this.#random.nextInt(this.#actionCount) : action;
  }
}

export class Watching {
  readonly #seat: Seat;
  readonly #switched: SwitchedPolicy | undefined;
  readonly #options: WatchOptions;
  readonly #check: () => void;
  readonly #view: WatchView;
  #trained: TrainedAgent | undefined;
  readonly #game: string;
  readonly #rewards: number[] = [];
  #isNew = false;
  #speed: number;
  #paused = false;
  #ends = false;
  /** Screens of the step under way that have not been shown; the one that was played last. */
  #screens: Uint8Array[] = [];
  #previous: Uint8Array | undefined;
  /** When the screen that is to be shown next is due, and when a picture was shown last; `performance.now()`. */
  #dueMs = 0;
  #shownMs = Number.NEGATIVE_INFINITY;

  private constructor(player: Player, place: Seat, switched: SwitchedPolicy | undefined, options: WatchOptions) {
    this.#seat = place;
    this.#switched = switched;
    this.#options = options;
    this.#check = () => player.gpu?.failures.take();
    this.#trained = player.trained;
    this.#game = player.configuration.game;
    this.#speed = options.speed;
    const { environment, format, screenHeight } = place;
    const names = environment.actions.map((action) => actionNames[action]);
    this.#view = new WatchView(format, screenHeight, names);
    environment.onFrame = (screen) => this.#screens.push(screen.slice());
  }

  /** Throws UserError, while the terminal is still as it was. */
  static async open(
    player: Player,
    parsed: ParsedArguments,
    options: WatchOptions,
    print: (line: string) => void,
  ): Promise<Watching> {
    let switched: SwitchedPolicy | undefined;
    const through = (policy: Policy, actionCount: number): GreedyPolicy => {
      switched = new SwitchedPolicy(policy, actionCount);
      return switched;
    };
    const place = await seat(player, parsed, print, { through, valuesAll: true });
    return new Watching(player, place, switched, options);
  }

  /** Plays until the person or the number of games ends it; resolves to the rewards of the whole games. */
  async run(): Promise<readonly number[]> {
    const { play } = this.#seat;
    const terminal = new TerminalSession(this.#options.depth, (key) => this.#press(key));
    try {
      this.#dueMs = performance.now();
      while (!this.#ends && this.#rewards.length < this.#options.episodes) {
        if (this.#paused) {
          await this.#wait(terminal);
          continue;
        }
        const game = await play.step();
        this.#check();
        await this.#showScreens(terminal);
        if (game === undefined) continue;
        this.#rewards.push(game.reward);
        this.#takeNewer();
      }
    } finally {
      await terminal.close();
    }
    return this.#rewards;
  }

  /** Shows the screens of one step, each at its time, and at most so many a second. */
  async #showScreens(terminal: TerminalSession): Promise<void> {
    const { format } = this.#seat;
    for (const screen of this.#screens.splice(0)) {
      const previous = this.#previous ?? screen;
      this.#previous = screen;
      const frameMs = 1000 / (framesPerSecond[format] * this.#speed);
      this.#dueMs += frameMs;
      // Half a frame: what is due then is due now.
      if (this.#dueMs - this.#shownMs < 1000 / picturesPerSecond - frameMs / 2) continue;
      const now = performance.now();
      if (now - this.#dueMs > mostBehindMs) this.#dueMs = now;
      // Also where nothing is waited for keys are heard.
      await Bun.sleep(Math.max(0, this.#dueMs - now));
      this.#shownMs = this.#dueMs;
      this.#view.take(screen, previous);
      this.#draw(terminal);
      if (this.#ends) return;
    }
  }

  async #wait(terminal: TerminalSession): Promise<void> {
    this.#draw(terminal);
    await Bun.sleep(pauseMs);
    this.#dueMs = performance.now();
    this.#shownMs = Number.NEGATIVE_INFINITY;
  }

  #draw(terminal: TerminalSession): void {
    const { play, epsilon } = this.#seat;
    const { reward = 0, agentSteps = 0, action, wasRandom = false } = play.last ?? {};
    const isRandom = this.#switched === undefined || this.#switched.isRandom;
    const standing = [
      `reward ${reward}`,
      `game ${this.#rewards.length + 1}`,
      `step ${grouped(agentSteps)}`,
      isRandom ? 'random' : `epsilon ${epsilon}`,
    ];
    const keys = [
      'q quit',
      this.#paused ? 'space go on' : 'space pause',
      `+ - speed (${this.#speed}x)`,
      'n next game',
      ...(this.#switched === undefined ? [] : [this.#switched.isRandom ? 'r agent plays' : 'r random play']),
    ];
    const values = this.#switched?.values;
    const picture = { player: this.#playerText(), standing, keys, values, action };
    terminal.show(this.#view.draw(terminal.columns, terminal.rows, { ...picture, wasRandom: wasRandom || isRandom }));
  }

  #playerText(): string {
    if (this.#trained === undefined) return `${this.#game}, random actions`;
    const { agentSteps } = this.#trained;
    const training = agentSteps === null ? 'weights of unknown age' : `${grouped(agentSteps)} steps of training`;
    return `${this.#game}, ${training}${this.#isNew ? ' (new)' : ''}`;
  }

  /** Between games. */
  #takeNewer(): void {
    const newer = this.#options.follower?.newer();
    this.#isNew = newer !== undefined;
    if (newer === undefined) return;
    this.#seat.policy!.load(newer.weights);
    this.#trained = newer;
    this.#view.forgetValues();
  }

  #press(key: string): void {
    switch (key) {
      case 'q':
      case 'Q':
      case '\x1b':
        this.#ends = true;
        break;
      case ' ':
        this.#paused = !this.#paused;
        break;
      case '+':
      case '=':
        this.#speed = speeds.find((speed) => speed > this.#speed) ?? this.#speed;
        break;
      case '-':
      case '_':
        this.#speed = speeds.findLast((speed) => speed < this.#speed) ?? this.#speed;
        break;
      case 'n':
        this.#seat.play.leaveGame();
        this.#takeNewer();
        break;
      case 'r':
        if (this.#switched !== undefined) this.#switched.isRandom = !this.#switched.isRandom;
        break;
    }
  }
}
