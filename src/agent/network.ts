/**
 * A network on the GPU: its parameters in one buffer, the kernels of its forward pass and of its backward pass.
 * Leaves out: what the outputs mean (learner.ts, policy.ts), the optimiser.
 */
import {
  type Conv2dShape,
  conv2dBackwardInput,
  conv2dBackwardInputScratch,
  conv2dBackwardInputVariants,
  conv2dBackwardWeight,
  conv2dBackwardWeightScratch,
  conv2dBackwardWeightVariants,
  conv2dForward,
  conv2dForwardScratch,
  conv2dForwardVariants,
} from '../../kernels/conv2d.ts';
import {
  linearBackwardInput,
  linearBackwardInputScratch,
  linearBackwardInputVariants,
  linearBackwardWeight,
  linearBackwardWeightScratch,
  linearBackwardWeightVariants,
  linearForward,
  linearForwardScratch,
  linearForwardVariants,
} from '../../kernels/linear.ts';
import type { KernelCall, Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { elementCount, type Tensor } from '../../kernels/runtime/tensor.ts';
import type { ChooseVariant } from '../../kernels/variant.ts';
import type { Architecture, Parameter, PlacedLayer } from './architecture.ts';

/** One value a parameter, in one buffer: the parameters themselves, their gradients, or a state of the optimiser. */
export class ParameterSet {
  readonly architecture: Architecture;
  /** [words] f32: everything, the gaps between tensors included (they are zero and stay zero). */
  readonly all: Tensor;
  readonly #gpu: Gpu;

  /** All zero. */
  constructor(gpu: Gpu, architecture: Architecture, name: string) {
    this.#gpu = gpu;
    this.architecture = architecture;
    this.all = gpu.tensor(name, [architecture.words]);
  }

  /** The range that belongs to one parameter tensor. */
  tensor({ name, shape, offset }: Parameter): Tensor {
    return {
      ...this.all,
      name: `${this.all.name}.${name}`,
      shape,
      offset: 4 * offset,
      byteLength: 4 * elementCount(shape),
    };
  }

  /** Replaces everything; `values` has `architecture.words` elements. */
  write(values: Float32Array): void {
    if (values.length !== this.architecture.words) {
      throw new RangeError(`${this.all.name} has ${this.architecture.words} words, not ${values.length}`);
    }
    this.#gpu.write(this.all, values);
  }

  read(): Promise<Float32Array> {
    return this.#gpu.readF32(this.all);
  }
}

export interface ForwardPass {
  readonly batch: number;
  readonly steps: readonly Step[];
  /** What each layer reads: [0] is the network's input, [batch, height, width, stack]; the others are [batch, height, width, channels]. */
  readonly inputs: readonly Tensor[];
  /** [batch, actions] */
  readonly output: Tensor;
}

/**
 * The network's outputs for `input`, [batch, height, width, stack]; each ReLU is part of the layer before it. `choose` decides which
 * shaders run.
 */
export function forwardPass(gpu: Gpu, parameters: ParameterSet, input: Tensor, choose: ChooseVariant): ForwardPass {
  const [batch] = input.shape;
  const steps: Step[] = [];
  const inputs: Tensor[] = [];
  let activation = input;
  for (const placed of parameters.architecture.layers) {
    const { layer, relu } = placed;
    const label = `${parameters.all.name}.${layer.name}.forward`;
    inputs.push(activation);
    const tensors = { weight: parameters.tensor(placed.weight), bias: parameters.tensor(placed.bias) };
    const output = gpu.tensor(`${parameters.all.name}.${layer.name}`, [batch, ...placed.output]);
    if (layer.kind === 'conv') {
      const shape = convShape(placed, batch);
      const options = { relu, label, variant: choose(conv2dForwardVariants, shape, { relu }) };
      const scratch = scratchTensor(gpu, label, conv2dForwardScratch(shape, options));
      steps.push(...bind(gpu, conv2dForward(shape, { ...tensors, input: activation, output, scratch }, options)));
    } else {
      const shape = linearShape(placed, batch);
      const options = { relu, label, variant: choose(linearForwardVariants, shape, { relu }) };
      const scratch = scratchTensor(gpu, label, linearForwardScratch(shape, options));
      const flat = { input: rows(activation, batch), output: rows(output, batch) };
      steps.push(...bind(gpu, linearForward(shape, { ...tensors, ...flat, scratch }, options)));
    }
    activation = output;
  }
  return { batch, steps, inputs, output: rows(activation, batch) };
}

/**
 * The gradients of a loss with respect to all parameters, written to `gradients`, given its gradient with respect to the outputs of
 * `forward`: `dOutput`, [batch, actions]. A layer's input is a ReLU's output (but the first's), so each input gradient is masked by it.
 */
export function backwardPass(
  gpu: Gpu,
  parameters: ParameterSet,
  gradients: ParameterSet,
  forward: ForwardPass,
  dOutput: Tensor,
  choose: ChooseVariant,
): Step[] {
  const { batch, inputs } = forward;
  const { layers } = parameters.architecture;
  const steps: Step[] = [];
  let dActivation = dOutput;
  for (let index = layers.length - 1; index >= 0; index--) {
    const placed = layers[index];
    const { layer } = placed;
    const input = inputs[index];
    const weight = parameters.tensor(placed.weight);
    const gradient = { dWeight: gradients.tensor(placed.weight), dBias: gradients.tensor(placed.bias) };
    const weightLabel = `${layer.name}.backwardWeight`;
    const inputLabel = `${layer.name}.backwardInput`;
    // The network's own input has no gradient that anybody needs.
    const dInput = index === 0 ? undefined : gpu.tensor(`d${layer.name}.input`, input.shape);
    if (layer.kind === 'conv') {
      const shape = convShape(placed, batch);
      const dConv = { ...dActivation, shape: [batch, ...placed.output] };
      const options = { label: weightLabel, variant: choose(conv2dBackwardWeightVariants, shape, {}) };
      const scratch = scratchTensor(gpu, weightLabel, conv2dBackwardWeightScratch(shape, options));
      const tensors = { input, dOutput: dConv, ...gradient, scratch };
      steps.push(...bind(gpu, conv2dBackwardWeight(shape, tensors, options)));
      if (dInput) {
        const options = { label: inputLabel, variant: choose(conv2dBackwardInputVariants, shape, {}) };
        const scratch = scratchTensor(gpu, inputLabel, conv2dBackwardInputScratch(shape, options));
        const tensors = { dOutput: dConv, weight, dInput, reluInput: input, scratch };
        steps.push(...bind(gpu, conv2dBackwardInput(shape, tensors, options)));
      }
    } else {
      const shape = linearShape(placed, batch);
      const flat = rows(input, batch);
      const dRows = rows(dActivation, batch);
      const options = { label: weightLabel, variant: choose(linearBackwardWeightVariants, shape, {}) };
      const scratch = scratchTensor(gpu, weightLabel, linearBackwardWeightScratch(shape, options));
      const tensors = { input: flat, dOutput: dRows, ...gradient, scratch };
      steps.push(...bind(gpu, linearBackwardWeight(shape, tensors, options)));
      if (dInput) {
        const options = { label: inputLabel, variant: choose(linearBackwardInputVariants, shape, {}) };
        const scratch = scratchTensor(gpu, inputLabel, linearBackwardInputScratch(shape, options));
        const tensors = { dOutput: dRows, weight, dInput: rows(dInput, batch), reluInput: flat, scratch };
        steps.push(...bind(gpu, linearBackwardInput(shape, tensors, options)));
      }
    }
    if (dInput) dActivation = dInput;
  }
  return steps;
}

function scratchTensor(gpu: Gpu, label: string, words: number): Tensor | undefined {
  return words === 0 ? undefined : gpu.tensor(`${label}.scratch`, [words]);
}

/** Binds each call. */
export function bind(gpu: Gpu, calls: readonly KernelCall[]): Step[] {
  return calls.map((call) => gpu.dispatch(call));
}

/** The same elements as one row a sample. */
function rows(tensor: Tensor, batch: number): Tensor {
  return { ...tensor, shape: [batch, elementCount(tensor.shape) / batch] };
}

function convShape({ layer, input }: PlacedLayer, batch: number): Conv2dShape {
  if (layer.kind !== 'conv') throw new TypeError(`${layer.name} is no convolution`);
  const { kernel, stride, padding, outputs } = layer;
  const [height, width, inputs] = input;
  return { batch, height, width, inputs, outputs, kernelHeight: kernel, kernelWidth: kernel, stride, padding };
}

function linearShape({ layer, input }: PlacedLayer, batch: number) {
  const [height, width, channels] = input;
  return { batch, inputs: height * width * channels, outputs: layer.outputs };
}
