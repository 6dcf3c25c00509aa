/**
 * DQN, the whole algorithm: one call of `step()` is one decision of the agent and what it learns from it.
 * Leaves out: the arithmetic of an update (learner.ts, kernels/), what the environment does (src/env), files and printing (src/run).
 * Source: Mnih et al., "Human-level control through deep reinforcement learning", Nature 518, 2015, Algorithm 1.
 */
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { ChooseVariant } from '../../kernels/variant.ts';
import { Xoshiro128 } from '../random.ts';
import { architecture, initialParameters } from './architecture.ts';
import type { DqnState } from './dqnState.ts';
import type { Environment } from './environment.ts';
import { FrameHistory } from './frameHistory.ts';
import type { FrameStore } from './frameStore.ts';
import { Learner, type UpdateStatistics } from './learner.ts';
import { ParameterSet } from './network.ts';
import type { DqnOptions } from './options.ts';
import { Policy } from './policy.ts';
import { type ReplayBatch, ReplayMemory } from './replayMemory.ts';
import { epsilonAt } from './schedule.ts';
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

/** What may be chosen of how it is computed; nothing of it decides what is learned. */
export interface DqnParts {
  /** Where the replay memory's frames lie; default: on the host. */
  readonly frames?: FrameStore;
  /** Which shaders run; default: those that are likely the fastest. */
  readonly choose?: ChooseVariant;
}

export class Dqn {
  readonly options: DqnOptions;
  readonly counters: DqnCounters = { agentSteps: 0, updates: 0, episodes: 0 };
  readonly replay: ReplayMemory;
  readonly #environment: Environment;
  readonly #learner: Learner;
  readonly #policy: Policy;
  readonly #history: FrameHistory;
  readonly #batch: ReplayBatch;
  readonly #exploration: Xoshiro128;
  readonly #sampling: Xoshiro128;
  /** The next step begins an episode (a life, where a lost life ends one). */
  #startsEpisode = true;
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
    frames: FrameStore | undefined,
  ) {
    const { stack, batchSize, seed, replayCapacity: capacity } = options;
    const stackPadding = options.stackPadding as 'zero' | 'repeat';
    const frameBytes = options.observationSize ** 2;
    this.options = options;
    this.#environment = environment;
    this.#learner = learner;
    this.#policy = policy;
    this.#history = new FrameHistory(stack, frameBytes, stackPadding);
    this.replay = new ReplayMemory({ capacity, frameBytes, stack, stackPadding }, frames);
    this.#batch = this.replay.createBatch(batchSize);
    this.#exploration = new Xoshiro128(seed, 'exploration');
    this.#sampling = new Xoshiro128(seed, 'replay');
  }

  /** Builds networks, replay memory and kernels. Rejects with a GPU error when a kernel does not compile or memory is short. */
  static async create(
    gpu: Gpu,
    environment: Environment,
    options: DqnOptions,
    { frames, choose }: DqnParts = {},
  ): Promise<Dqn> {
    const shape = architecture(options.network, options.observationSize, options.stack, environment.actionCount);
    const online = new ParameterSet(gpu, shape, 'online', options.storage);
    const learner = new Learner(gpu, online, options, choose, frames?.shards);
    const policy = new Policy(gpu, online, options.observationSize, options.stack, choose);
    await gpu.compiled();
    online.write(initialParameters(shape, new Xoshiro128(options.seed, 'initial weights'), options.initialisation));
    learner.copyToTarget();
    return new Dqn(environment, options, learner, policy, frames);
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

    // Act epsilon-greedily.
    const epsilon = epsilonAt(options, counters.agentSteps);
    const explores = this.#exploration.nextFloat() < epsilon;
    const action = explores ? this.#exploration.nextInt(environment.actionCount) : await this.#policy.act(history);

    // The transition's state is the newest frame and those before it; its next state's frame comes with the next `add`.
    const observed = history.slots[history.newest];
    const result = environment.step(action);
    replay.add(observed, action, result.reward, result.terminated, startsEpisode);
    counters.agentSteps++;
    if (result.terminated || result.truncated) {
      if (result.truncated && !result.terminated) replay.addFinal(environment.frame);
      this.#startsEpisode = true;
    } else {
      history.push(environment.frame);
    }

    // Learn.
    const learns = counters.agentSteps > options.learnStart && counters.agentSteps % options.updateEvery === 0;
    if (learns && replay.sampleable >= options.batchSize) {
      replay.sample(options.batchSize, this.#sampling, this.#batch, options.replaySampling);
      await this.#learner.update(this.#batch);
      counters.updates++;
    }
    if (counters.agentSteps % options.targetEvery === 0) this.#learner.copyToTarget();

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

  /** Mean loss and mean max-Q of the updates since the last call; NaN where there was none. One small readback. */
  statistics(): Promise<UpdateStatistics> {
    return this.#learner.statistics();
  }

  /** The online network's parameters, under PyTorch's names and in its layout. */
  async weights(): Promise<NamedArray[]> {
    return toNamedArrays(this.#learner.architecture, await this.#learner.online.read());
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
      exploration: [...this.#exploration.state],
      sampling: [...this.#sampling.state],
      history: this.#history.save(),
      environment: this.#environment.snapshot(),
    };
  }

  /** Continues as if the run that saved `state` had never stopped; the replay memory restored, too. */
  restore(state: DqnState): void {
    this.#learner.restore(state.arrays, state.counters.updates);
    Object.assign(this.counters, state.counters);
    this.#startsEpisode = state.startsEpisode;
    this.#exploration.state.set(state.exploration);
    this.#sampling.state.set(state.sampling);
    this.#history.restore(state.history);
    this.#environment.restore(state.environment);
  }
}
