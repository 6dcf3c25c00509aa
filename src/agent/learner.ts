/**
 * One update of DQN on the GPU: states from frames, both networks, TD target, loss, backward pass, optimiser, statistics; one
 * submission, nothing read back.
 * Leaves out: when to update and on what (dqn.ts).
 * Source: Mnih et al. 2015, Algorithm 1, lines 12 to 14.
 */
import { adamRates, adamStep } from '../../kernels/adam.ts';
import { framesGather } from '../../kernels/framesGather.ts';
import { ratesWords } from '../../kernels/optimiser.ts';
import { centredRmspropStep, rmspropRates, rmspropStep } from '../../kernels/rmsprop.ts';
import type { KernelCall, Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import { tdLoss } from '../../kernels/tdLoss.ts';
import { readUpdateStatistics, statisticsShape } from '../../kernels/updateStatistics.ts';
import { type ChooseVariant, likelyVariants } from '../../kernels/variant.ts';
import { type Architecture, type ParameterRange, rangesWithout } from './architecture.ts';
import { backwardPass, bind, forwardPass, ParameterSet } from './network.ts';
import type { DqnOptions } from './options.ts';
import type { ReplayBatch } from './replayMemory.ts';
import type { NamedArray } from './weights.ts';

export interface UpdateStatistics {
  /** Means over the samples of all updates since the last reading; NaN where there was none. */
  readonly meanLoss: number;
  /** Of the largest Q value of each state. */
  readonly meanQ: number;
  readonly updates: number;
}

export class Learner {
  readonly architecture: Architecture;
  readonly online: ParameterSet;
  readonly target: ParameterSet;
  /** Of the last update, but for weights whose gradient is stepped with as soon as it is known: those stay as they were. */
  readonly gradients: ParameterSet;
  /** Two values a parameter, whatever the optimiser (kernels/optimiser.ts). */
  readonly #optimiserStates: readonly [ParameterSet, ParameterSet];
  readonly #gpu: Gpu;
  readonly #options: DqnOptions;
  readonly #frames: Tensor;
  /** Of the replay memory's frames, where those lie on the GPU: the ones that an update gathers. */
  readonly #entries: Tensor | undefined;
  readonly #stateNumbers: Tensor;
  readonly #nextStateNumbers: Tensor;
  readonly #actions: Tensor;
  readonly #rewards: Tensor;
  readonly #terminals: Tensor;
  readonly #rates: Tensor;
  readonly #ratesValues = new Float32Array(ratesWords);
  readonly #statistics: Tensor;
  /** The dispatches of one update, in order: to run and to measure. */
  readonly steps: readonly Step[];
  readonly #copyToTarget: readonly Step[];
  /** Optimiser steps taken: Adam's bias correction needs it. */
  #optimiserSteps = 0;

  /**
   * Await `gpu.compiled()` before the first `update`; the target network is zero until `copyToTarget`. `shards` are the replay memory's
   * frames where they lie on the GPU (frameStore.ts); without, an update uploads its batch's frames. Without `fuse`, every gradient is
   * written before the optimiser's step: the same update, slower where fusing is possible.
   */
  constructor(
    gpu: Gpu,
    online: ParameterSet,
    options: DqnOptions,
    choose: ChooseVariant = likelyVariants(gpu),
    shards: readonly Tensor[] = [],
    { fuse = true }: { readonly fuse?: boolean } = {},
  ) {
    const { architecture } = online;
    const { batchSize: batch, observationSize: side, stack } = options;
    this.architecture = architecture;
    this.#gpu = gpu;
    this.#options = options;
    this.online = online;
    this.target = new ParameterSet(gpu, architecture, 'target', online.storage);
    this.gradients = new ParameterSet(gpu, architecture, 'gradients');
    this.#optimiserStates = [
      new ParameterSet(gpu, architecture, 'optimiser.first'),
      new ParameterSet(gpu, architecture, 'optimiser.second'),
    ];
    // Each sample brings the frames of its state and the one after; a state and its next state share all others.
    this.#frames = gpu.tensor('batch.frames', [batch * (stack + 1), side, side], 'u8');
    this.#stateNumbers = gpu.tensor('batch.stateNumbers', [batch, stack], 'u32');
    this.#nextStateNumbers = gpu.tensor('batch.nextStateNumbers', [batch, stack], 'u32');
    this.#actions = gpu.tensor('batch.actions', [batch], 'u32');
    this.#rewards = gpu.tensor('batch.rewards', [batch]);
    this.#terminals = gpu.tensor('batch.terminals', [batch]);
    this.#rates = gpu.uniform('rates', ratesWords);
    this.#statistics = gpu.tensor('statistics', statisticsShape);
    this.#entries = shards.length === 0 ? undefined : gpu.tensor('batch.entries', [batch * (stack + 1)], 'u32');
    this.steps = [...this.#gather(shards), ...this.#update(choose, fuse), ...online.packing];
    this.#copyToTarget = [gpu.copy(online.all, this.target.all), ...this.target.packing];
  }

  #gather(shards: readonly Tensor[]): Step[] {
    if (this.#entries === undefined) return [];
    return bind(this.#gpu, framesGather({ shards, entries: this.#entries, output: this.#frames }));
  }

  #update(choose: ChooseVariant, fuse: boolean): Step[] {
    const gpu = this.#gpu;
    const { batchSize: batch, discount, loss, gradient: reduction } = this.#options;
    const { actionCount } = this.architecture;
    const nextStates = { frames: this.#frames, frameNumbers: this.#nextStateNumbers };
    const targetPass = forwardPass(gpu, this.target, nextStates, choose);
    const states = { frames: this.#frames, frameNumbers: this.#stateNumbers };
    const onlinePass = forwardPass(gpu, this.online, states, choose);

    // y = r + (1 - terminal) * discount * max over a of Q_target(s', a); the loss of Q(s, a) against it, and its gradient with
    // respect to all Q(s, .)
    const dValues = gpu.tensor('dValues', [batch, actionCount]);
    const toLoss = tdLoss({
      values: onlinePass.output,
      nextValues: targetPass.output,
      actions: this.#actions,
      rewards: this.#rewards,
      terminals: this.#terminals,
      ...{ dValues, statistics: this.#statistics, discount, loss, reduction },
    });

    const step = (range: ParameterRange): KernelCall[] => this.#optimiserStep(range);
    const fused = fuse ? step : undefined;
    const backward = backwardPass(gpu, this.online, this.gradients, onlinePass, dValues, choose, fused);
    return [
      ...targetPass.steps,
      ...onlinePass.steps,
      ...bind(gpu, toLoss),
      ...backward.steps,
      ...bind(gpu, rangesWithout(this.architecture, backward.stepped).flatMap(step)),
    ];
  }

  #optimiserStep(range: ParameterRange): KernelCall[] {
    const { optimiser, optimiserEpsilon: epsilon, adamBeta1, adamBeta2, rmspropDecay, rmspropMomentum } = this.#options;
    const parameters = this.online.tensor(range);
    const [first, second] = this.#optimiserStates.map((states) => states.tensor(range));
    const common = { parameters, gradients: this.gradients.tensor(range), rates: this.#rates, epsilon };
    switch (optimiser) {
      case 'adam':
        return adamStep({ ...common, firstMoment: first, secondMoment: second, beta1: adamBeta1, beta2: adamBeta2 });
      case 'rmsprop':
        return rmspropStep({
          ...common,
          meanSquare: first,
          velocity: second,
          decay: rmspropDecay,
          momentum: rmspropMomentum,
        });
      case 'rmsprop-centred':
        return centredRmspropStep({ ...common, mean: first, meanSquare: second, decay: rmspropDecay });
    }
  }

  /** One update on the batch. Resolves while the GPU still works on it, but never lets more than a few updates wait there. */
  async update(batch: ReplayBatch): Promise<void> {
    const gpu = this.#gpu;
    const { optimiser, learningRate, adamBeta1, adamBeta2 } = this.#options;
    if (this.#entries === undefined) gpu.write(this.#frames, batch.frames);
    else gpu.write(this.#entries, batch.entries);
    gpu.write(this.#stateNumbers, batch.stateIndices);
    gpu.write(this.#nextStateNumbers, batch.nextStateIndices);
    gpu.write(this.#actions, batch.actions);
    gpu.write(this.#rewards, batch.rewards);
    gpu.write(this.#terminals, batch.terminals);
    this.#optimiserSteps++;
    const rates =
      optimiser === 'adam'
        ? adamRates(this.#ratesValues, learningRate, this.#optimiserSteps, adamBeta1, adamBeta2)
        : rmspropRates(this.#ratesValues, learningRate);
    gpu.write(this.#rates, rates);
    gpu.run(this.steps);
    await gpu.pace();
  }

  /** The target network becomes the online network. */
  copyToTarget(): void {
    this.#gpu.run(this.#copyToTarget);
  }

  /** Reads the running statistics and clears them. */
  async statistics(): Promise<UpdateStatistics> {
    const { loss, maxValue, updates } = readUpdateStatistics(await this.#gpu.readF32(this.#statistics));
    this.#gpu.write(this.#statistics, new Float32Array(statisticsShape[0]));
    return { meanLoss: loss, meanQ: maxValue, updates };
  }

  /** Networks, optimiser and running statistics, in our own layout. */
  async save(): Promise<NamedArray[]> {
    const arrays: NamedArray[] = [];
    for (const { all } of this.#saved()) {
      arrays.push({ name: all.name, shape: all.shape, data: await this.#gpu.readF32(all) });
    }
    return arrays;
  }

  /** Takes back what `save` gave. Throws RangeError, and changes nothing, when an array is missing or of another network. */
  restore(arrays: readonly NamedArray[], optimiserSteps: number): void {
    const writes = this.#saved().map(({ all }) => {
      const found = arrays.find(({ name }) => name === all.name);
      if (found === undefined) throw new RangeError(`the saved state has no ${all.name}`);
      if (found.data.length !== all.shape[0]) {
        throw new RangeError(
          `the saved ${all.name} has ${found.data.length} values, not ${all.shape[0]}: another network's`,
        );
      }
      return () => this.#gpu.write(all, found.data);
    });
    for (const write of writes) write();
    const packing = [...this.online.packing, ...this.target.packing];
    if (packing.length > 0) this.#gpu.run(packing);
    this.#optimiserSteps = optimiserSteps;
  }

  #saved(): { all: Tensor }[] {
    return [this.online, this.target, ...this.#optimiserStates, { all: this.#statistics }];
  }
}
