/**
 * A trained agent at its own console in the browser: `Play` as `bun run play` has it, and the frames and Q-values that it goes through, to be
 * shown one frame at a time. It is a few steps ahead of what is shown, so that no forward pass holds a picture up.
 * Leaves out: where weights and cartridge come from (trainedAgent.ts), the page's clock and how fast it runs (stage.ts).
 */
import type { Gpu } from '../../../kernels/runtime/gpu.ts';
import { architecture } from '../../agent/architecture.ts';
import type { Environment } from '../../agent/environment.ts';
import { framesKept } from '../../agent/frameHistory.ts';
import { ParameterSet } from '../../agent/network.ts';
import { Policy } from '../../agent/policy.ts';
import { fromNamedArrays } from '../../agent/weights.ts';
import type { Action } from '../../emulator/console/action.ts';
import type { TelevisionFormat } from '../../emulator/console/properties.ts';
import { Arcade } from '../../env/arcade.ts';
import { AtariEnvironment } from '../../env/environment.ts';
import { UserError } from '../../errors.ts';
import { Xoshiro128 } from '../../random.ts';
import { type Configuration, environmentOptions } from '../../run/configuration.ts';
import { evaluationEnvironment, type GameResult, type GreedyPolicy, Play } from '../../run/evaluation.ts';
import { ScreenQueue } from './screenQueue.ts';
import type { TrainedAgent } from './trainedAgent.ts';

/** Steps that may wait to be shown. */
const stepsAhead = 4;
/** Of the newest steps, so many say how long one takes. */
const timedSteps = 16;

/** What the agent saw and thought in one step. */
export interface AgentStep {
  /** Counted from 0 over all games since `begin`. */
  number: number;
  /** Place in `AgentPlayer.actions`. */
  action: number;
  /** Drawn at random, as the evaluation's epsilon has it; the Q-values are then of an earlier step. */
  wasRandom: boolean;
  /** One an action; NaN before the first forward pass. */
  readonly qValues: Float32Array;
  /** The network's input, [stack][side][side] luminances, oldest first. */
  readonly state: Uint8Array<ArrayBuffer>;
  /** Where the step ended a game. */
  result: GameResult | undefined;
}

export class AgentPlayer {
  readonly agent: TrainedAgent;
  readonly format: TelevisionFormat;
  readonly screenHeight: number;
  /** The console's actions that the agent chooses from. */
  readonly actions: readonly Action[];
  /** Side and number of the frames in a state. */
  readonly frameSide: number;
  readonly stack: number;
  /** Frames of a step. */
  readonly frameSkip: number;
  /** Called where playing fails: the GPU is lost, say. */
  onFailure: (error: unknown) => void = () => {};

  /** The step that the shown frame belongs to; undefined before the first frame. */
  shown: AgentStep | undefined;
  /** The game's score in the shown frame. */
  score = 0;

  readonly #gpu: Gpu;
  readonly #arcade: Arcade;
  readonly #environment: AtariEnvironment;
  readonly #policy: Policy;
  readonly #queue: ScreenQueue;
  readonly #steps: readonly AgentStep[];
  /** The steps made since `begin`: the number of the one that is being made. */
  #made = 0;
  /** Grows with each `begin`: what an earlier one started ends by itself. */
  #round = 0;
  #playing: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;
  readonly #stepMs = new Float64Array(timedSteps);

  /** Compiles the network's kernels on `gpu`, which is the player's from then on. Throws UserError where the weights are of another network, GpuError where the GPU fails. */
  static async open(gpu: Gpu, agent: TrainedAgent): Promise<AgentPlayer> {
    const { configuration, rom, game } = agent;
    const options = evaluationEnvironment(environmentOptions(configuration));
    const { repeatActionProbability } = options;
    const { bankswitch, network, observationSize, stack, storage } = configuration;
    const arcade = new Arcade({ rom, game, bankswitch, seed: 0, repeatActionProbability });
    const environment = new AtariEnvironment(arcade, options, new Xoshiro128(0, 'environment'));
    const shape = architecture(network, observationSize, stack, environment.actionCount);
    const parameters = new ParameterSet(gpu, shape, 'player', storage);
    const policy = new Policy(gpu, parameters, observationSize, stack, undefined, 1, framesKept(configuration));
    await gpu.compiled();
    try {
      parameters.write(fromNamedArrays(shape, agent.weights));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UserError(
        `These weights do not fit the network ${network}: ${error.message}.`,
        'Take those of this run.',
      );
    }
    return new AgentPlayer(gpu, agent, arcade, environment, policy);
  }

  private constructor(gpu: Gpu, agent: TrainedAgent, arcade: Arcade, environment: AtariEnvironment, policy: Policy) {
    const { observationSize, stack, frameSkip } = environment.options;
    this.#gpu = gpu;
    this.agent = agent;
    this.actions = environment.actions;
    this.format = arcade.format;
    this.screenHeight = arcade.screenHeight;
    this.frameSide = observationSize;
    this.stack = stack;
    this.frameSkip = frameSkip;
    this.#arcade = arcade;
    this.#environment = environment;
    this.#policy = policy;
    this.#queue = new ScreenQueue((stepsAhead + 1) * frameSkip, arcade.screen.length);
    this.#steps = Array.from({ length: stepsAhead + 2 }, () => ({
      number: 0,
      action: 0,
      wasRandom: false,
      qValues: new Float32Array(environment.actionCount).fill(Number.NaN),
      state: new Uint8Array(stack * observationSize ** 2),
      result: undefined,
    }));
  }

  /**
   * Begins anew, as a new `bun run play` with this seed does: all randomness, and the first game. Resolves once the first step can be shown,
   * with the arcade's snapshot before it, from which another player can begin alike; with undefined where it failed or another `begin` or
   * `stop` came first.
   */
  begin(seed: number): Promise<Uint8Array | undefined> {
    const round = this.#nextRound();
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
    this.#playing = this.#playing.then(() =>
      this.#play(seed, round, resolve).catch((error: unknown) => {
        if (round === this.#round) this.onFailure(error);
        resolve(undefined);
      }),
    );
    return promise;
  }

  /** Ends playing. What is ready can still be shown. */
  stop(): void {
    this.#nextRound();
  }

  /** Ends playing and frees the GPU. */
  close(): void {
    this.stop();
    this.#gpu.destroy();
  }

  /** Frames that can be shown now. */
  get ready(): number {
    return this.#queue.length;
  }

  /** Milliseconds of a step, most of it the forward pass: the median of the newest; 0 before any. */
  get stepMs(): number {
    const count = Math.min(this.#made, timedSteps);
    return count === 0 ? 0 : this.#stepMs.slice(0, count).sort()[count >> 1];
  }

  /** The next frame's picture, to be looked at before the next call; undefined where none is ready. `shown` and `score` then belong to it. */
  next(): Uint8Array | undefined {
    const queue = this.#queue;
    if (queue.length === 0) return undefined;
    this.shown = this.#steps[queue.step % this.#steps.length];
    this.score = queue.score;
    const { screen } = queue;
    queue.drop();
    if (this.#hasRoom) this.#wake?.();
    return screen;
  }

  /** The shown frame is the last one of its game. */
  get endedGame(): boolean {
    const { shown } = this;
    if (shown?.result === undefined) return false;
    return this.#queue.length === 0 || this.#queue.step !== shown.number;
  }

  #nextRound(): number {
    this.#wake?.();
    return ++this.#round;
  }

  async #play(seed: number, round: number, begun: (start: Uint8Array | undefined) => void): Promise<void> {
    this.#queue.clear();
    this.#made = 0;
    this.shown = undefined;
    this.score = 0;
    const { configuration } = this.agent;
    let start: Uint8Array | undefined;
    const environment = this.#recording(() => {
      start ??= this.#arcade.snapshot();
    });
    const play = new Play(environment, this.#thinking(), playOptions(configuration, seed));
    while (round === this.#round) {
      if (this.#hasRoom) {
        await this.#step(play);
        if (this.#made === 1) begun(start);
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
    begun(undefined);
  }

  /** For all frames of another step, and for its record beside the one that is shown. */
  get #hasRoom(): boolean {
    const oldest = this.shown?.number ?? 0;
    return this.#queue.room >= this.frameSkip && this.#made - oldest < this.#steps.length;
  }

  get #current(): AgentStep {
    return this.#steps[this.#made % this.#steps.length];
  }

  async #step(play: Play): Promise<void> {
    const step = this.#current;
    step.number = this.#made;
    step.wasRandom = true;
    step.result = undefined;
    const before = performance.now();
    step.result = await play.step();
    this.#stepMs[this.#made % timedSteps] = performance.now() - before;
    this.#made++;
  }

  /** The policy, which leaves behind what it thought. */
  #thinking(): GreedyPolicy {
    const policy = this.#policy;
    return {
      act: async (history, ties) => {
        const action = await policy.act(history, ties);
        const step = this.#current;
        step.wasRandom = false;
        step.qValues.set(policy.values());
        return action;
      },
    };
  }

  /** The environment, whose steps leave state, action and screens behind; what comes before a game's first step is not shown. */
  #recording(onStart: () => void): Environment {
    const environment = this.#environment;
    const show = (screen: Uint8Array): void => this.#queue.push(screen, this.#made, this.#arcade.score);
    return {
      actionCount: environment.actionCount,
      frame: environment.frame,
      reset: (seed, options) => {
        environment.onFrame = undefined;
        environment.reset(seed, options);
        environment.onFrame = show;
        onStart();
      },
      step: (action) => {
        const step = this.#current;
        step.action = action;
        environment.observation(step.state);
        return environment.step(action);
      },
      snapshot: () => environment.snapshot(),
      restore: (bytes) => environment.restore(bytes),
    };
  }
}

/** As src/cli/play.ts has them without flags but `--seed`. */
function playOptions(configuration: Configuration, seed: number) {
  return { ...configuration, epsilon: configuration.evaluationEpsilon, seed };
}
