/**
 * A whole DQN update in f64, put together from the kernels' references: what `Learner` must compute.
 * Leaves out: speed; a batch of a few samples takes tenths of a second.
 */
import { adamStepReference } from '../../kernels/adam.ref.ts';
import {
  conv2dBackwardInputReference,
  conv2dBackwardWeightReference,
  conv2dForwardReference,
} from '../../kernels/conv2d.ref.ts';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { gatherBackwardReference, gatherForwardReference } from '../../kernels/gather.ref.ts';
import { huberBackwardReference, huberForwardReference } from '../../kernels/huber.ref.ts';
import {
  linearBackwardInputReference,
  linearBackwardWeightReference,
  linearForwardReference,
} from '../../kernels/linear.ref.ts';
import { maxReference } from '../../kernels/max.ref.ts';
import { centredRmspropStepReference, rmspropStepReference } from '../../kernels/rmsprop.ref.ts';
import { squaredErrorBackwardReference, squaredErrorForwardReference } from '../../kernels/squaredError.ref.ts';
import { tdTargetReference } from '../../kernels/tdTarget.ref.ts';
import type { Architecture, Parameter, PlacedLayer } from '../../src/agent/architecture.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import type { ReplayBatch } from '../../src/agent/replayMemory.ts';

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
    const nextValue = maxReference(this.#forward(this.target, nextState, batchSize).at(-1)!, actionCount);
    const target = tdTargetReference(batch.rewards, batch.terminals, nextValue, options.discount, 1);
    const activations = this.#forward(this.online, state, batchSize);
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
    this.#backward(activations, gatherBackwardReference(dPrediction, batch.actions, actionCount), batchSize);
    this.#optimise();
    const mean = (array: Float64Array) => array.reduce((sum, value) => sum + value, 0) / array.length;
    return { loss: mean(loss), maxQ: mean(maxReference(values, actionCount)) };
  }

  /** [0] is the input, the others what each layer gives after its ReLU. */
  #forward(parameters: Float64Array, input: ArrayLike<number>, batch: number): ArrayLike<number>[] {
    const activations: ArrayLike<number>[] = [input];
    for (const placed of this.#architecture.layers) {
      const weight = slice(parameters, placed.weight);
      const bias = slice(parameters, placed.bias);
      const x = activations.at(-1)!;
      activations.push(
        placed.layer.kind === 'conv'
          ? conv2dForwardReference(convShape(placed, batch), x, weight, bias, placed.relu)
          : linearForwardReference(linearShape(placed, batch), x, weight, bias, placed.relu),
      );
    }
    return activations;
  }

  #backward(activations: ArrayLike<number>[], dOutput: Float64Array, batch: number): void {
    let gradient = dOutput;
    for (let index = this.#architecture.layers.length - 1; index >= 0; index--) {
      const placed = this.#architecture.layers[index];
      const x = activations[index];
      const weight = slice(this.online, placed.weight);
      const mask = index === 0 ? undefined : x;
      const conv = placed.layer.kind === 'conv';
      const { dWeight, dBias } = conv
        ? conv2dBackwardWeightReference(convShape(placed, batch), x, gradient)
        : linearBackwardWeightReference(linearShape(placed, batch), x, gradient);
      this.gradients.set(dWeight, placed.weight.offset);
      this.gradients.set(dBias, placed.bias.offset);
      if (index === 0) return;
      gradient = conv
        ? conv2dBackwardInputReference(convShape(placed, batch), gradient, weight, mask)
        : linearBackwardInputReference(linearShape(placed, batch), gradient, weight, mask);
    }
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

function slice(parameters: Float64Array, { offset, shape }: Parameter): Float64Array {
  return parameters.subarray(offset, offset + shape.reduce((product, extent) => product * extent, 1));
}

function convShape({ layer, input }: PlacedLayer, batch: number) {
  if (layer.kind !== 'conv') throw new TypeError(`${layer.name} is no convolution`);
  const { kernel, stride, padding, outputs } = layer;
  const [height, width, inputs] = input;
  return { batch, height, width, inputs, outputs, kernelHeight: kernel, kernelWidth: kernel, stride, padding };
}

function linearShape({ layer, input }: PlacedLayer, batch: number) {
  return { batch, inputs: input[0] * input[1] * input[2], outputs: layer.outputs };
}
