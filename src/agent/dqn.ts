/**
 * DQN, the whole algorithm: one call of `step()` is one decision of the agent and what it learns from it.
 * Leaves out: the arithmetic of an update (learner.ts, kernels/), which transitions are drawn (replayMemory.ts), what the environment
 * does (src/env), files and printing (src/run).
 * Source: Mnih et al., "Human-level control through deep reinforcement learning", Nature 518, 2015, Algorithm 1; the order of things
 * with `updateOrder: 'before-step'`: DeepMind's code (reference algorithms.md, A.6 to A.8).
 */
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { ChooseVariant } from '../../kernels/variant.ts';
import { Xoshiro128 } from '../random.ts';
import { architecture, initialParameters } from './architecture.ts';
import type { Decider, Decision } from './decision.ts';
import type { DqnState } from './dqnState.ts';
import type { Environment } from './environment.ts';
import { FrameHistory, framesKept } from './frameHistory.ts';
import type { FrameStore } from './frameStore.ts';
import type { LayerStatistics } from './layerStatistics.ts';
import { Learner, type UpdateStatistics } from './learner.ts';
import { ParameterSet } from './network.ts';
import type { DqnOptions } from './options.ts';
import { Policy } from './policy.ts';
import { type ReplayBatch, ReplayMemory, replayMemoryOptions } from './replayMemory.ts';
import { epsilonAt, learningRateAt } from './schedule.ts';
import { type ValidationStatistics, Validator } from './validation.ts';
import { fromNamedArrays, type NamedArray, toNamedArrays } from './weights.ts';

/** What one step did. The object is reused: read it before the next step. */
export interface DqnStep {
  action: number;
  reward: number;
  rawReward: number;
  epsilon: number;
  /** A whole game ended (not only a life); `episodeReturn` (unclipped) and `episodeSteps` are that game's. */
  episodeEnded: boolean;
  episodeReturn: number;
  episodeSteps: number;
}

export interface DqnCounters {
  agentSteps: number;
  updates: number;
  /** Whole games finished. */
  episodes: number;
}

/** What an agent is made with beside its options. */
export interface DqnParts {
  /** Where the replay memory's frames lie; default: on the host. */
  readonly frames?: FrameStore;
  /** Which shaders run; default: those that are likely the fastest. */
  readonly choose?: ChooseVariant;
  /** Transitions that are drawn once for `validate`, as soon as learning starts; default: none. */
  readonly validationSize?: number;
}

export class Dqn implements Decider {
  readonly options: DqnOptions;
  readonly counters: DqnCounters = { agentSteps: 0, updates: 0, episodes: 0 };
  readonly replay: ReplayMemory;
  /** Whether updates keep their gradients, for `layerStatistics`: they then take a little longer. To be set between steps. */
  keepsGradients = false;
  onNextDecision: ((decision: Decision) => void) | undefined;
  readonly #environment: Environment;
  readonly #learner: Learner;
  readonly #policy: Policy;
  readonly #validator: Validator | undefined;
  readonly #history: FrameHistory;
  readonly #batch: ReplayBatch;
  readonly #exploration: Xoshiro128;
  readonly #sampling: Xoshiro128;
  /** The next step begins an episode (a life, where a lost life ends one). */
  #startsEpisode = true;
  /** With `rescaleRewards`, the largest reward so far: what rewards are divided by. */
  #largestReward = 1;
  #wasRandom = false;
  readonly #step: DqnStep = {
    action: 0,
    reward: 0,
    rawReward: 0,
    epsilon: 1,
    episodeEnded: false,
    episodeReturn: 0,
    episodeSteps: 0,
  };

  private constructor(
    environment: Environment,
    options: DqnOptions,
    learner: Learner,
    policy: Policy,
    validator: Validator | undefined,
    frames: FrameStore | undefined,
  ) {
    const { observationSize, batchSize, seed } = options;
    this.options = options;
    this.#environment = environment;
    this.#learner = learner;
    this.#policy = policy;
    this.#validator = validator;
    this.#history = FrameHistory.of(options, observationSize ** 2);
    this.replay = new ReplayMemory(replayMemoryOptions(options), frames);
    this.#batch = this.replay.createBatch(batchSize);
    this.#exploration = new Xoshiro128(seed, 'exploration');
    this.#sampling = new Xoshiro128(seed, 'replay');
  }

  /** Builds networks, replay memory and kernels. Rejects with a GPU error when a kernel does not compile or memory is short. */
  static async create(
    gpu: Gpu,
    environment: Environment,
    options: DqnOptions,
    { frames, choose, validationSize = 0 }: DqnParts = {},
  ): Promise<Dqn> {
    const shape = architecture(options.network, options.observationSize, options.stack, environment.actionCount);
    const online = new ParameterSet(gpu, shape, 'online', options.storage);
    const learner = new Learner(gpu, online, options, choose, frames?.shards);
    const policy = new Policy(gpu, online, options.observationSize, options.stack, choose, 1, framesKept(options));
    const validator = validationSize === 0 ? undefined : new Validator(gpu, learner, options, validationSize, choose);
    await gpu.compiled();
    online.write(initialParameters(shape, new Xoshiro128(options.seed, 'initial weights'), options.initialisation));
    learner.copyToTarget();
    return new Dqn(environment, options, learner, policy, validator, frames);
  }

  /** One decision: observe, act, remember, and, when it is time, learn. */
  async step(): Promise<DqnStep> {
    const { options, counters, replay } = this;
    const environment = this.#environment;
    const history = this.#history;

    // Observe. The frame of a state is stored once; states are put together from frames on the GPU.
    const startsEpisode = this.#startsEpisode;
    if (startsEpisode) {
      environment.reset();
      history.reset();
      history.push(environment.frame);
      this.#startsEpisode = false;
    }

    // Act epsilon-greedily. DeepMind's updates come in between: the GPU chooses, then it updates while the environment plays.
    const epsilon = epsilonAt(options, counters.agentSteps);
    const learnsBefore = options.updateOrder === 'before-step';
    const [action] = await Promise.all([this.#choose(epsilon), learnsBefore ? this.#learn() : undefined]);
    if (this.onNextDecision !== undefined) this.#show(action, epsilon);
    const result = environment.step(action);
    counters.agentSteps++;

    // Remember. The transition's state is the newest frame and those before it; its next state's frame comes with the next `add`.
    replay.add(history.slots[history.newest], action, result.reward, result.endsValue, startsEpisode);
    if (options.rescaleRewards) this.#largestReward = Math.max(this.#largestReward, result.reward);
    this.#startsEpisode = result.terminated || result.truncated;
    if (this.#startsEpisode && !result.endsValue) replay.addFinal(environment.frame);
    // The history takes what the memory stores: after an end, states that reach over it do without the frame that nothing follows.
    if (!this.#startsEpisode || !result.endsValue) history.push(environment.frame);

    if (!learnsBefore) await this.#learn();
    if (counters.agentSteps % options.targetEvery === options.targetPhase) this.#learner.copyToTarget();

    const step = this.#step;
    step.action = action;
    step.reward = result.reward;
    step.rawReward = result.rawReward;
    step.epsilon = epsilon;
    step.episodeEnded = result.info.gameOver || result.truncated;
    step.episodeReturn = result.info.episodeReturn;
    step.episodeSteps = result.info.episodeSteps;
    if (step.episodeEnded) counters.episodes++;
    return step;
  }

  /** With probability `epsilon` any action, else the best one as the network sees it now. */
  async #choose(epsilon: number): Promise<number> {
    const random = this.#exploration;
    this.#wasRandom = random.nextFloat() < epsilon;
    if (this.#wasRandom) return random.nextInt(this.#environment.actionCount);
    return this.#policy.act(this.#history, this.options.greedyTies === 'random' ? random : undefined);
  }

  #show(action: number, epsilon: number): void {
    const { episodeEnded, episodeReturn } = this.#step;
    const show = this.onNextDecision;
    this.onNextDecision = undefined;
    show?.({
      ...{ action, wasRandom: this.#wasRandom, epsilon, history: this.#history },
      ...{ game: this.counters.episodes + 1, gameReward: episodeEnded ? 0 : episodeReturn },
    });
  }

  /** When it is time: updates, each on transitions drawn from those remembered so far; before all, those of the validation are drawn. */
  async #learn(): Promise<void> {
    const { options, counters, replay } = this;
    const { agentSteps } = counters;
    if (agentSteps <= options.learnStart || replay.sampleable < options.batchSize) return;
    if (this.#validator?.isFilled === false) await this.#drawValidation(this.#validator);
    if (agentSteps % options.updateEvery !== 0) return;
    const learningRate = learningRateAt(options, agentSteps);
    const { rewards } = this.#batch;
    for (let update = 0; update < options.updatesAtOnce; update++) {
      replay.sample(options.batchSize, this.#sampling, this.#batch, options.replaySampling);
      if (options.rescaleRewards) for (let b = 0; b < rewards.length; b++) rewards[b] /= this.#largestReward;
      await this.#learner.update(this.#batch, learningRate, this.keepsGradients);
      counters.updates++;
    }
  }

  async #drawValidation(validator: Validator): Promise<void> {
    const batch = this.replay.createBatch(validator.size);
    this.replay.sampleApart(validator.size, this.#sampling, batch);
    await validator.take(batch, this.replay.frames.shards);
  }

  /** The best action in a state of a game that is not the agent's own, of equals the first or one drawn from `ties`. Between steps only. */
  act(history: FrameHistory, ties?: Xoshiro128): Promise<number> {
    return this.#policy.act(history, ties);
  }

  /** Q(s, a) of each action in the last state that the network was asked about, NaN before the first; overwritten by the next one. */
  values(): Float32Array {
    return this.#policy.values();
  }

  /** What the networks say of the validation's transitions; undefined where there are none yet. */
  async validate(): Promise<ValidationStatistics | undefined> {
    return this.#validator?.isFilled ? this.#validator.evaluate(this.#largestReward) : undefined;
  }

  /** Sizes of each layer's weights, and of their gradients in the last update that kept them (`keepsGradients`). */
  layerStatistics(): Promise<LayerStatistics[]> {
    return this.#learner.layerStatistics();
  }

  /** Mean loss and mean max-Q of the updates since the last call; NaN where there was none. One small readback. */
  statistics(): Promise<UpdateStatistics> {
    return this.#learner.statistics();
  }

  /** The online network's parameters, under PyTorch's names and in its layout. */
  async weights(): Promise<NamedArray[]> {
    return toNamedArrays(this.#learner.architecture, await this.#learner.online.read());
  }

  /** Keeps the online network's parameters of this moment, for `keptWeights`: takes next to no time. */
  keepWeights(): void {
    this.#learner.keep();
  }

  /** The parameters that were kept last, as `weights` gives them. */
  async keptWeights(): Promise<NamedArray[]> {
    return toNamedArrays(this.#learner.architecture, await this.#learner.readKept());
  }

  /** Replaces the parameters of both networks. Throws RangeError when the tensors are not this network's. */
  loadWeights(arrays: readonly NamedArray[]): void {
    this.#learner.online.write(fromNamedArrays(this.#learner.architecture, arrays));
    this.#learner.copyToTarget();
  }

  /** Everything but the replay memory (`replay`, which saves itself in chunks); between steps only. */
  async save(): Promise<DqnState> {
    return {
      arrays: await this.#learner.save(),
      counters: { ...this.counters },
      startsEpisode: this.#startsEpisode,
      largestReward: this.#largestReward,
      exploration: [...this.#exploration.state],
      sampling: [...this.#sampling.state],
      history: this.#history.save(),
      validation: await this.#validator?.save(),
      environment: this.#environment.snapshot(),
    };
  }

  /** Continues as if the run that saved `state` had never stopped; the replay memory restored, too. */
  restore(state: DqnState): void {
    this.#learner.restore(state.arrays, state.counters.updates);
    Object.assign(this.counters, state.counters);
    this.#startsEpisode = state.startsEpisode;
    this.#largestReward = state.largestReward;
    this.#exploration.state.set(state.exploration);
    this.#sampling.state.set(state.sampling);
    this.#history.restore(state.history);
    this.#validator?.restore(state.validation ?? new Uint8Array(0));
    this.#environment.restore(state.environment);
  }
}
