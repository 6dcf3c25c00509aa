/**
 * A whole DQN update in f64, put together from the kernels' references: what `Learner` must compute.
 * Leaves out: speed; a sample of the Nature network takes some twentieth of a second.
 */
import { adamStepReference } from '../../kernels/adam.ref.ts';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { maxReference } from '../../kernels/max.ref.ts';
import { centredRmspropStepReference, rmspropStepReference } from '../../kernels/rmsprop.ref.ts';
import { tdLossReference } from '../../kernels/tdLoss.ref.ts';
import type { Architecture } from '../../src/agent/architecture.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import type { ReplayBatch } from '../../src/agent/replayMemory.ts';
import { backwardReference, forwardReference } from './referenceNetwork.ts';

export class ReferenceLearner {
  readonly online: Float64Array;
  readonly target: Float64Array;
  readonly gradients: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #architecture: Architecture;
  readonly #options: DqnOptions;
  #updates = 0;

  /** Both networks begin as `parameters`. */
  constructor(architecture: Architecture, options: DqnOptions, parameters: Float32Array) {
    this.#architecture = architecture;
    this.#options = options;
    this.online = Float64Array.from(parameters);
    this.target = Float64Array.from(parameters);
    this.gradients = new Float64Array(parameters.length);
    this.#first = new Float64Array(parameters.length);
    this.#second = new Float64Array(parameters.length);
  }

  /**
   * The mean loss and the mean largest Q of the batch, and one optimiser step. `nextValues` may be given where the batch and the target
   * network are those of an update before.
   */
  update(
    batch: ReplayBatch,
    learningRate = this.#options.learningRate,
    nextValues = this.nextValues(batch),
  ): { loss: number; maxQ: number } {
    const { batchSize, doubleDqn, loss: form, clipDelta, gradient } = this.#options;
    const { actions, rewards, terminals, nextStateIndices } = batch;
    const activations = this.#forward(this.online, batch, batch.stateIndices);
    const values = activations[activations.length - 1];
    const { loss, dValues } = tdLossReference(
      {
        values,
        nextValues,
        choosingValues: doubleDqn ? this.#forward(this.online, batch, nextStateIndices).at(-1) : undefined,
        actions,
        rewards,
        discounts: batch.discounts.map((discount, b) => (terminals[b] === 0 ? discount : 0)),
      },
      { loss: form, clipDelta, reduction: gradient },
    );
    backwardReference(this.#architecture, this.online, activations, dValues, batchSize, this.gradients);
    this.#optimise(learningRate);
    const mean = (array: Float64Array) => array.reduce((sum, value) => sum + value, 0) / array.length;
    return { loss: mean(loss), maxQ: mean(maxReference(values, this.#architecture.actionCount)) };
  }

  /** The target network's values of the next states. */
  nextValues(batch: ReplayBatch): ArrayLike<number> {
    return this.#forward(this.target, batch, batch.nextStateIndices).at(-1)!;
  }

  #forward(parameters: Float64Array, { frames, batchSize }: ReplayBatch, numbers: Uint32Array): ArrayLike<number>[] {
    const { observationSize, stack } = this.#options;
    const input = framesStackReference(frames, numbers, observationSize ** 2, stack);
    return forwardReference(this.#architecture, parameters, input, batchSize);
  }

  #optimise(learningRate: number): void {
    const { optimiserEpsilon: epsilon, weightCost, rmspropDecay: decay, ...options } = this.#options;
    const settings = { learningRate, epsilon, weightCost };
    this.#updates++;
    switch (options.optimiser) {
      case 'adam': {
        const adam = { ...settings, beta1: options.adamBeta1, beta2: options.adamBeta2 };
        adamStepReference(this.online, this.gradients, this.#first, this.#second, this.#updates, adam);
        break;
      }
      case 'rmsprop': {
        const rmsprop = { ...settings, decay, momentum: options.rmspropMomentum };
        rmspropStepReference(this.online, this.gradients, this.#first, this.#second, rmsprop);
        break;
      }
      case 'rmsprop-centred':
        centredRmspropStepReference(this.online, this.gradients, this.#first, this.#second, { ...settings, decay });
        break;
    }
  }
}
