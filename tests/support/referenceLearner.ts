/**
 * A whole DQN update in f64, put together from the kernels' references: what `Learner` must compute.
 * Leaves out: speed; a batch of a few samples takes tenths of a second.
 */
import { adamStepReference } from '../../kernels/adam.ref.ts';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { gatherBackwardReference, gatherForwardReference } from '../../kernels/gather.ref.ts';
import { huberBackwardReference, huberForwardReference } from '../../kernels/huber.ref.ts';
import { maxReference } from '../../kernels/max.ref.ts';
import { centredRmspropStepReference, rmspropStepReference } from '../../kernels/rmsprop.ref.ts';
import { squaredErrorBackwardReference, squaredErrorForwardReference } from '../../kernels/squaredError.ref.ts';
import { tdTargetReference } from '../../kernels/tdTarget.ref.ts';
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

  /** The mean loss and the mean largest Q of the batch, and one optimiser step. */
  update(batch: ReplayBatch): { loss: number; maxQ: number } {
    const options = this.#options;
    const { batchSize, observationSize, stack } = options;
    const { actionCount } = this.#architecture;
    const pixels = observationSize ** 2;
    const state = framesStackReference(batch.frames, batch.stateIndices, pixels, stack);
    const nextState = framesStackReference(batch.frames, batch.nextStateIndices, pixels, stack);
    const nextValue = maxReference(
      forwardReference(this.#architecture, this.target, nextState, batchSize).at(-1)!,
      actionCount,
    );
    const target = tdTargetReference(batch.rewards, batch.terminals, nextValue, options.discount, 1);
    const activations = forwardReference(this.#architecture, this.online, state, batchSize);
    const values = activations.at(-1)!;
    const prediction = gatherForwardReference(values, batch.actions, actionCount);
    const scale = options.gradient === 'mean' ? 1 / batchSize : 1;
    const huber = options.loss === 'huber';
    const loss = huber
      ? huberForwardReference(prediction, target, 1)
      : squaredErrorForwardReference(prediction, target);
    const dPrediction = huber
      ? huberBackwardReference(prediction, target, 1, scale)
      : squaredErrorBackwardReference(prediction, target, scale);
    const dValues = gatherBackwardReference(dPrediction, batch.actions, actionCount);
    backwardReference(this.#architecture, this.online, activations, dValues, batchSize, this.gradients);
    this.#optimise();
    const mean = (array: Float64Array) => array.reduce((sum, value) => sum + value, 0) / array.length;
    return { loss: mean(loss), maxQ: mean(maxReference(values, actionCount)) };
  }

  #optimise(): void {
    const options = this.#options;
    const settings = { learningRate: options.learningRate, epsilon: options.optimiserEpsilon, weightCost: 0 };
    const decay = options.rmspropDecay;
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
