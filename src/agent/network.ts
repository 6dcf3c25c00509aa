/**
 * A network on the GPU: its parameters in one buffer, the kernels of its forward pass and of its backward pass.
 * Leaves out: what the outputs mean (learner.ts, policy.ts), the optimiser.
 */
import { bindPass } from '../../kernels/bindPass.ts';
import {
  type Conv2dShape,
  conv2dBackwardInput,
  conv2dBackwardInputVariants,
  conv2dBackwardWeight,
  conv2dBackwardWeightVariants,
  conv2dForward,
  conv2dForwardVariants,
} from '../../kernels/conv2d.ts';
import { duelingBackward, duelingForward } from '../../kernels/dueling.ts';
import {
  type FrameStates,
  framesConv2dBackwardWeight,
  framesConv2dBackwardWeightVariants,
  framesConv2dForward,
  framesConv2dForwardVariants,
} from '../../kernels/framesConv2d.ts';
import { framesShift, withoutPadding } from '../../kernels/framesShift.ts';
import { halfPack } from '../../kernels/half.ts';
import {
  type LinearShape,
  linearBackwardInput,
  linearBackwardInputVariants,
  linearBackwardWeight,
  linearBackwardWeightVariants,
  linearForward,
  linearForwardVariants,
} from '../../kernels/linear.ts';
import { linearBackwardWeightStep, linearStepCovers } from '../../kernels/linearStep.ts';
import type { KernelCall, Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { elementCount, type Tensor } from '../../kernels/runtime/tensor.ts';
import { type ChooseVariant, readingHalves, type Variant } from '../../kernels/variant.ts';
import type { Architecture, Parameter, ParameterRange, PlacedLayer } from './architecture.ts';
import type { DqnOptions } from './options.ts';

/**
 * One value a parameter, in one buffer: the parameters themselves, their gradients, or a state of the optimiser. Weights may have a copy
 * beside them, rounded to f16, for the passes to read; all else, and biases, stay f32.
 */
export class ParameterSet {
  readonly architecture: Architecture;
  readonly storage: DqnOptions['storage'];
  /** [words] f32: everything, the gaps between tensors included (they are zero and stay zero). */
  readonly all: Tensor;
  /** Bring the copy up to date after a change of `all`; none without a copy. */
  readonly packing: readonly Step[];
  readonly #halves = new Map<Parameter, Tensor>();
  readonly #gpu: Gpu;

  /** All zero. */
  constructor(gpu: Gpu, architecture: Architecture, name: string, storage: DqnOptions['storage'] = 'f32') {
    this.#gpu = gpu;
    this.architecture = architecture;
    this.storage = storage;
    this.all = gpu.tensor(name, [architecture.words]);
    this.packing = storage === 'f16' ? bind(gpu, this.#pack()) : [];
  }

  /** Half of a weight's offset need not be where a binding may begin, so each copy has a buffer of its own. */
  #pack(): KernelCall[] {
    return this.architecture.layers.flatMap(({ weight }) => {
      const input = this.tensor(weight);
      const output = this.#gpu.tensor(`${input.name}.f16`, weight.shape, 'f16');
      this.#halves.set(weight, output);
      return halfPack({ input, output, label: `${input.name}.pack` });
    });
  }

  /** A weight as the passes read it. */
  weight(parameter: Parameter): Tensor {
    return this.#halves.get(parameter) ?? this.tensor(parameter);
  }

  /** `choose`, but the variants that read f16 where the weights are read from there. */
  choosing(choose: ChooseVariant): ChooseVariant {
    return this.storage === 'f16' ? readingHalves(choose) : choose;
  }

  /** One parameter tensor, or several, of it. */
  tensor({ name, shape, offset }: ParameterRange): Tensor {
    return {
      ...this.all,
      name: `${this.all.name}.${name}`,
      shape,
      offset: 4 * offset,
      byteLength: 4 * elementCount(shape),
    };
  }

  /** Replaces everything; `values` has `architecture.words` elements. With a copy in f16, await `gpu.compiled()` first. */
  write(values: Float32Array): void {
    if (values.length !== this.architecture.words) {
      throw new RangeError(`${this.all.name} has ${this.architecture.words} words, not ${values.length}`);
    }
    this.#gpu.write(this.all, values);
    if (this.packing.length > 0) this.#gpu.run(this.packing);
  }

  read(): Promise<Float32Array> {
    return this.#gpu.readF32(this.all);
  }
}

export interface ForwardPass {
  readonly batch: number;
  readonly steps: readonly Step[];
  /** The network's input, as its first layer reads it. */
  readonly states: Tensor | FrameStates;
  /** What each layer gives: [batch, height, width, channels]. */
  readonly outputs: readonly Tensor[];
  /** [batch, actions] */
  readonly output: Tensor;
}

/**
 * The network's outputs for `states`, either f32 [batch, height, width, stack] or the frames that they are made of; each ReLU is part of
 * the layer before it. `choose` decides which shaders run.
 */
export function forwardPass(
  gpu: Gpu,
  parameters: ParameterSet,
  states: Tensor | FrameStates,
  choose: ChooseVariant,
): ForwardPass {
  const batch = batchOf(states);
  const reading = parameters.choosing(choose);
  const steps: Step[] = [];
  const outputs: Tensor[] = [];
  const firstInput = isFrames(states) ? shifted(gpu, parameters, states, steps) : states;
  let input = firstInput;
  for (const placed of parameters.architecture.layers) {
    const { layer, relu } = placed;
    const options = { relu, label: `${parameters.all.name}.${layer.name}.forward` };
    const parts = { weight: parameters.weight(placed.weight), bias: biasOf(gpu, parameters, placed) };
    const output = gpu.tensor(`${parameters.all.name}.${layer.name}`, [batch, ...placed.output]);
    if (layer.kind === 'conv') {
      if (isFrames(input)) {
        const shape = framesConvShape(placed, batch);
        const tensors = { ...input, ...parts, output };
        steps.push(
          ...bindPass(gpu, reading, framesConv2dForwardVariants, framesConv2dForward, shape, tensors, options),
        );
      } else {
        const shape = convShape(placed, batch);
        const tensors = { input, ...parts, output };
        steps.push(...bindPass(gpu, reading, conv2dForwardVariants, conv2dForward, shape, tensors, options));
      }
    } else {
      const shape = linearShape(placed, batch);
      const isDueling = layer.kind === 'dueling';
      const streams = isDueling ? gpu.tensor(`${output.name}.streams`, [shape.batch, shape.outputs]) : undefined;
      const tensors = {
        input: rows(inputTensor(input), shape.batch),
        ...parts,
        output: streams ?? rows(output, batch),
      };
      steps.push(...bindPass(gpu, reading, linearForwardVariants, linearForward, shape, tensors, options));
      if (streams) steps.push(...bind(gpu, duelingForward({ streams, output: rows(output, batch) })));
    }
    outputs.push(output);
    input = output;
  }
  return { batch, steps, states: firstInput, outputs, output: rows(inputTensor(input), batch) };
}

export interface BackwardPass {
  readonly steps: readonly Step[];
  /** The weights that `steps` step with: their gradients are not written. */
  readonly stepped: readonly Parameter[];
}

/**
 * The gradients of a loss with respect to all parameters, written to `gradients`, given its gradient with respect to the outputs of
 * `forward`: `dOutput`, [batch, actions]. A layer's input is a ReLU's output (but the first's), so each input gradient is masked by it.
 * Where `optimiserStep` is given, which makes the optimiser's call for a range, the gradients of some weights are stepped with at once.
 */
export function backwardPass(
  gpu: Gpu,
  parameters: ParameterSet,
  gradients: ParameterSet,
  forward: ForwardPass,
  dOutput: Tensor,
  choose: ChooseVariant,
  optimiserStep?: (range: ParameterRange) => KernelCall[],
): BackwardPass {
  const { batch, states, outputs } = forward;
  const reading = parameters.choosing(choose);
  const { layers } = parameters.architecture;
  const steps: Step[] = [];
  const stepped: Parameter[] = [];
  let dActivation = dOutput;
  for (let index = layers.length - 1; index >= 0; index--) {
    const placed = layers[index];
    const { layer } = placed;
    const input = index === 0 ? states : outputs[index - 1];
    const weight = parameters.weight(placed.weight);
    const gradient = { dWeight: gradients.tensor(placed.weight), dBias: biasOf(gpu, gradients, placed) };
    const ofWeight = { label: `${layer.name}.backwardWeight` };
    const ofInput = { label: `${layer.name}.backwardInput` };
    // The network's own input has no gradient that anybody needs.
    const dInput = index === 0 ? undefined : gpu.tensor(`d${layer.name}.input`, inputTensor(input).shape);
    if (layer.kind === 'conv') {
      const dConv = { ...dActivation, shape: [batch, ...placed.output] };
      if (isFrames(input)) {
        const shape = framesConvShape(placed, batch);
        const tensors = { ...input, dOutput: dConv, ...gradient };
        steps.push(
          ...bindPass(
            gpu,
            choose,
            framesConv2dBackwardWeightVariants,
            framesConv2dBackwardWeight,
            shape,
            tensors,
            ofWeight,
          ),
        );
      } else {
        const shape = convShape(placed, batch);
        const tensors = { input, dOutput: dConv, ...gradient };
        steps.push(
          ...bindPass(gpu, choose, conv2dBackwardWeightVariants, conv2dBackwardWeight, shape, tensors, ofWeight),
        );
        if (dInput) {
          const tensors = { dOutput: dConv, weight, dInput, reluInput: input };
          steps.push(
            ...bindPass(gpu, reading, conv2dBackwardInputVariants, conv2dBackwardInput, shape, tensors, ofInput),
          );
        }
      }
    } else {
      const shape = linearShape(placed, batch);
      const flat = rows(inputTensor(input), shape.batch);
      let dRows = rows(dActivation, batch);
      if (layer.kind === 'dueling') {
        const dStreams = gpu.tensor(`d${layer.name}`, [shape.batch, shape.outputs]);
        steps.push(...bind(gpu, duelingBackward({ dOutput: dRows, dStreams })));
        dRows = dStreams;
      }
      // First: it reads the weights, which may be stepped with right after.
      if (dInput) {
        const tensors = { dOutput: dRows, weight, dInput: rows(dInput, shape.batch), reluInput: flat };
        steps.push(
          ...bindPass(gpu, reading, linearBackwardInputVariants, linearBackwardInput, shape, tensors, ofInput),
        );
      }
      const tensors = { input: flat, dOutput: dRows, ...gradient };
      const variant = choose(linearBackwardWeightVariants, shape, ofWeight);
      if (optimiserStep !== undefined && linearStepCovers(shape, variant)) {
        const label = `${layer.name}.backwardWeightStep`;
        const [step] = optimiserStep(placed.weight);
        steps.push(...bind(gpu, linearBackwardWeightStep(shape, tensors, step, label)));
        stepped.push(placed.weight);
      } else {
        const chosen = (): Variant => variant;
        steps.push(
          ...bindPass(gpu, chosen, linearBackwardWeightVariants, linearBackwardWeight, shape, tensors, ofWeight),
        );
      }
    }
    if (dInput) dActivation = dInput;
  }
  return { steps, stepped };
}

/** The frames as the first layer reads them, and the step that makes them so, if any. */
function shifted(gpu: Gpu, { architecture, all }: ParameterSet, states: FrameStates, steps: Step[]): FrameStates {
  const shape = convShape(architecture.layers[0], batchOf(states));
  if (withoutPadding(shape) === undefined) return states;
  const output = gpu.tensor(`${all.name}.shifted`, states.frames.shape, 'u8');
  const label = `${all.name}.shift`;
  steps.push(...bind(gpu, framesShift({ frames: states.frames, output, by: shape.padding, label })));
  return { ...states, frames: output };
}

function isFrames(input: Tensor | FrameStates): input is FrameStates {
  return 'frames' in input;
}

function batchOf(states: Tensor | FrameStates): number {
  return isFrames(states) ? states.frameNumbers.shape[0] : states.shape[0];
}

/** Throws TypeError for frames: only a convolution takes them. */
function inputTensor(input: Tensor | FrameStates): Tensor {
  if (isFrames(input)) throw new TypeError('a linear layer takes no frames');
  return input;
}

/** A layer's biases in `set`, or zeros in their place, which no optimiser steps: the kernels know no layer without. */
function biasOf(gpu: Gpu, set: ParameterSet, { layer, bias }: PlacedLayer): Tensor {
  return bias === null ? gpu.tensor(`${set.all.name}.${layer.name}.noBias`, [layer.outputs]) : set.tensor(bias);
}

/** Binds each call. */
export function bind(gpu: Gpu, calls: readonly KernelCall[]): Step[] {
  return calls.map((call) => gpu.dispatch(call));
}

/** The same elements as so many rows. */
function rows(tensor: Tensor, count: number): Tensor {
  return { ...tensor, shape: [count, elementCount(tensor.shape) / count] };
}

export function convShape({ layer, input }: PlacedLayer, batch: number): Conv2dShape {
  if (layer.kind !== 'conv') throw new TypeError(`${layer.name} is no convolution`);
  const { kernel, stride, padding, outputs } = layer;
  const [height, width, inputs] = input;
  return { batch, height, width, inputs, outputs, kernelHeight: kernel, kernelWidth: kernel, stride, padding };
}

/** Of the first layer on frames, which are shifted where that makes up for its padding. */
export function framesConvShape(placed: PlacedLayer, batch: number): Conv2dShape {
  const shape = convShape(placed, batch);
  return withoutPadding(shape) ?? shape;
}

/** Of a dueling layer: two rows a sample, one for each stream. */
export function linearShape({ layer, weight }: PlacedLayer, batch: number): LinearShape {
  const [inputs, outputs] = weight.shape;
  return { batch: layer.kind === 'dueling' ? 2 * batch : batch, inputs, outputs };
}
