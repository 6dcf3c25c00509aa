/**
 * One update of DQN on the GPU: states from frames, both networks, TD target, loss, backward pass, optimiser, statistics; one
 * submission, nothing read back.
 * Leaves out: when to update, on what and at which learning rate (dqn.ts).
 * Source: Mnih et al. 2015, Algorithm 1, lines 12 to 14; double DQN: van Hasselt et al. 2016.
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
import { type LayerStatistics, LayerStatisticsReader } from './layerStatistics.ts';
import { backwardPass, bind, forwardPass, ParameterSet } from './network.ts';
import type { DqnOptions } from './options.ts';
import { framesPerSample, type ReplayBatch } from './replayMemory.ts';
import type { NamedArray } from './weights.ts';

export interface UpdateStatistics {
  /** Means over the samples of all updates since the last reading; NaN where there was none. */
  readonly meanLoss: number;
  /** Of the largest Q value of each state. */
  readonly meanQ: number;
  readonly updates: number;
}

/** What the value of a sample's next state counts by in its target: nothing after the end of an episode. */
export function nextValueWeight(
  { discounts, terminals }: Pick<ReplayBatch, 'discounts' | 'terminals'>,
  sample: number,
): number {
  return terminals[sample] === 0 ? discounts[sample] : 0;
}

export class Learner {
  readonly architecture: Architecture;
  readonly online: ParameterSet;
  readonly target: ParameterSet;
  /** Of the last update that kept them. */
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
  readonly #discounts: Tensor;
  /** The batch's, but 0 where an episode ended. */
  readonly #discountsValues: Float32Array;
  readonly #rates: Tensor;
  readonly #ratesValues = new Float32Array(ratesWords);
  readonly #statistics: Tensor;
  /** The dispatches of one update, in order: to run and to measure. */
  readonly steps: readonly Step[];
  /** The same update, every gradient written; made when first asked for. */
  #stepsKeepingGradients: readonly Step[] | undefined;
  readonly #makeStepsKeepingGradients: () => readonly Step[];
  /** Whether `gradients` are those of the last update. */
  #hasGradients = false;
  #layerStatistics: LayerStatisticsReader | undefined;
  readonly #copyToTarget: readonly Step[];
  /** The online network as `keep` found it; made when first asked for. */
  #kept: { readonly parameters: ParameterSet; readonly copy: readonly Step[] } | undefined;
  /** Optimiser steps taken: Adam's bias correction needs it. */
  #optimiserSteps = 0;

  /**
   * Await `gpu.compiled()` before the first `update`; the target network is zero until `copyToTarget`. `shards` are the replay memory's
   * frames where they lie on the GPU (frameStore.ts); without, an update uploads its batch's frames.
   */
  constructor(
    gpu: Gpu,
    online: ParameterSet,
    options: DqnOptions,
    choose: ChooseVariant = likelyVariants(gpu),
    shards: readonly Tensor[] = [],
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
    const frames = batch * framesPerSample(options);
    this.#frames = gpu.tensor('batch.frames', [frames, side, side], 'u8');
    this.#stateNumbers = gpu.tensor('batch.stateNumbers', [batch, stack], 'u32');
    this.#nextStateNumbers = gpu.tensor('batch.nextStateNumbers', [batch, stack], 'u32');
    this.#actions = gpu.tensor('batch.actions', [batch], 'u32');
    this.#rewards = gpu.tensor('batch.rewards', [batch]);
    this.#discounts = gpu.tensor('batch.discounts', [batch]);
    this.#discountsValues = new Float32Array(batch);
    this.#rates = gpu.uniform('rates', ratesWords);
    this.#statistics = gpu.tensor('statistics', statisticsShape);
    this.#entries = shards.length === 0 ? undefined : gpu.tensor('batch.entries', [frames], 'u32');
    const { toLoss, toStep } = this.#update(choose);
    const before = [...this.#gather(shards), ...toLoss];
    const { steps, isFused } = toStep(true);
    this.steps = [...before, ...steps, ...online.packing];
    this.#makeStepsKeepingGradients = () =>
      isFused ? [...before, ...toStep(false).steps, ...online.packing] : this.steps;
    this.#copyToTarget = [gpu.copy(online.all, this.target.all), ...this.target.packing];
  }

  #gather(shards: readonly Tensor[]): Step[] {
    if (this.#entries === undefined) return [];
    return bind(this.#gpu, framesGather({ shards, entries: this.#entries, output: this.#frames }));
  }

  /**
   * The dispatches up to the loss and its gradient, and those from there on. With `fuse`, weights whose gradient can be stepped with as
   * soon as it is known are, and that gradient is not written: the same bits, faster.
   */
  #update(choose: ChooseVariant): { toLoss: Step[]; toStep: (fuse: boolean) => { steps: Step[]; isFused: boolean } } {
    const gpu = this.#gpu;
    const { batchSize: batch, doubleDqn, loss, clipDelta, gradient: reduction } = this.#options;
    const { actionCount } = this.architecture;
    const nextStates = { frames: this.#frames, frameNumbers: this.#nextStateNumbers };
    const targetPass = forwardPass(gpu, this.target, nextStates, choose);
    const choosingPass = doubleDqn ? forwardPass(gpu, this.online, nextStates, choose) : undefined;
    const states = { frames: this.#frames, frameNumbers: this.#stateNumbers };
    const onlinePass = forwardPass(gpu, this.online, states, choose);

    // y = r + discount * Q_target(s', a'), a' the best action of the target network or, for double DQN, of the online one; the loss
    // of Q(s, a) against it, and its gradient with respect to all Q(s, .)
    const dValues = gpu.tensor('dValues', [batch, actionCount]);
    const head = tdLoss({
      values: onlinePass.output,
      nextValues: targetPass.output,
      choosingValues: choosingPass?.output,
      actions: this.#actions,
      rewards: this.#rewards,
      discounts: this.#discounts,
      ...{ dValues, statistics: this.#statistics, loss, clipDelta, reduction },
    });

    const step = (range: ParameterRange): KernelCall[] => this.#optimiserStep(range);
    return {
      toLoss: [...targetPass.steps, ...(choosingPass?.steps ?? []), ...onlinePass.steps, ...bind(gpu, head)],
      toStep: (fuse) => {
        const fused = fuse ? step : undefined;
        const backward = backwardPass(gpu, this.online, this.gradients, onlinePass, dValues, choose, fused);
        const rest = rangesWithout(this.architecture, backward.stepped);
        return { steps: [...backward.steps, ...bind(gpu, rest.flatMap(step))], isFused: backward.stepped.length > 0 };
      },
    };
  }

  #optimiserStep(range: ParameterRange): KernelCall[] {
    const { optimiser, optimiserEpsilon: epsilon, weightCost, adamBeta1, adamBeta2 } = this.#options;
    const { rmspropDecay, rmspropMomentum } = this.#options;
    const parameters = this.online.tensor(range);
    const [first, second] = this.#optimiserStates.map((states) => states.tensor(range));
    const common = { parameters, gradients: this.gradients.tensor(range), rates: this.#rates, epsilon, weightCost };
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

  /**
   * One update on the batch. Resolves while the GPU still works on it, but never lets more than a few updates wait there. With
   * `keepGradients`, `gradients` are this update's afterwards: the same bits, slower where gradients are otherwise not written, and the
   * first time some kernels may have to be compiled.
   */
  async update(batch: ReplayBatch, learningRate: number, keepGradients = false): Promise<void> {
    const steps = keepGradients ? await this.#keepingGradients() : this.steps;
    const gpu = this.#gpu;
    const { optimiser, adamBeta1, adamBeta2 } = this.#options;
    if (this.#entries === undefined) gpu.write(this.#frames, batch.frames);
    else gpu.write(this.#entries, batch.entries);
    gpu.write(this.#stateNumbers, batch.stateIndices);
    gpu.write(this.#nextStateNumbers, batch.nextStateIndices);
    gpu.write(this.#actions, batch.actions);
    gpu.write(this.#rewards, batch.rewards);
    const discounts = this.#discountsValues;
    for (let b = 0; b < discounts.length; b++) discounts[b] = nextValueWeight(batch, b);
    gpu.write(this.#discounts, discounts);
    this.#optimiserSteps++;
    const rates =
      optimiser === 'adam'
        ? adamRates(this.#ratesValues, learningRate, this.#optimiserSteps, adamBeta1, adamBeta2)
        : rmspropRates(this.#ratesValues, learningRate);
    gpu.write(this.#rates, rates);
    gpu.run(steps);
    this.#hasGradients = keepGradients;
    await gpu.pace();
  }

  async #keepingGradients(): Promise<readonly Step[]> {
    this.#stepsKeepingGradients ??= this.#makeStepsKeepingGradients();
    await this.#gpu.compiled();
    return this.#stepsKeepingGradients;
  }

  /** The target network becomes the online network. */
  copyToTarget(): void {
    this.#gpu.run(this.#copyToTarget);
  }

  /** Keeps a copy of the online network as it is now, in place of the one before; on the GPU, nothing is read back. */
  keep(): void {
    if (this.#kept === undefined) {
      const parameters = new ParameterSet(this.#gpu, this.architecture, 'kept');
      this.#kept = { parameters, copy: [this.#gpu.copy(this.online.all, parameters.all)] };
    }
    this.#gpu.run(this.#kept.copy);
  }

  /** The parameters that `keep` kept. Rejects before the first. */
  async readKept(): Promise<Float32Array> {
    if (this.#kept === undefined) throw new Error('no parameters have been kept');
    return this.#kept.parameters.read();
  }

  /** Reads the running statistics and clears them. */
  async statistics(): Promise<UpdateStatistics> {
    const { loss, maxValue, updates } = readUpdateStatistics(await this.#gpu.readF32(this.#statistics));
    this.#gpu.write(this.#statistics, new Float32Array(statisticsShape[0]));
    return { meanLoss: loss, meanQ: maxValue, updates };
  }

  /** Of the weights now, and of the last update's gradients: NaN where it did not keep them. Built at the first call. */
  async layerStatistics(): Promise<LayerStatistics[]> {
    this.#layerStatistics ??= new LayerStatisticsReader(this.#gpu, this.online, this.gradients);
    await this.#gpu.compiled();
    const layers = await this.#layerStatistics.read();
    if (this.#hasGradients) return layers;
    return layers.map((layer) => ({ ...layer, meanAbsGradient: Number.NaN, maxAbsGradient: Number.NaN }));
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
