/**
 * A network on the GPU: its parameters in one buffer, the kernels of its forward pass and of its backward pass.
 * Leaves out: what the outputs mean (learner.ts, policy.ts), the optimiser.
 */
import {
  type Conv2dShape,
  conv2dBackwardInput,
  conv2dBackwardWeight,
  conv2dBackwardWeightScratch,
  conv2dForward,
} from '../../kernels/conv2d.ts';
import { linearBackwardInput, linearBackwardWeight, linearForward } from '../../kernels/linear.ts';
import { linearVariant } from '../../kernels/linearVariant.ts';
import type { KernelCall, Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { elementCount, type Tensor } from '../../kernels/runtime/tensor.ts';
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

/** The network's outputs for `input`, [batch, height, width, stack]; each ReLU is part of the layer before it. */
export function forwardPass(gpu: Gpu, parameters: ParameterSet, input: Tensor): ForwardPass {
  const [batch] = input.shape;
  const steps: Step[] = [];
  const inputs: Tensor[] = [];
  let activation = input;
  for (const placed of parameters.architecture.layers) {
    const { layer, weight, bias, relu } = placed;
    const name = `${parameters.all.name}.${layer.name}`;
    inputs.push(activation);
    const tensors = { weight: parameters.tensor(weight), bias: parameters.tensor(bias) };
    const options = { relu, label: `${name}.forward`, variant: linearVariant(gpu) };
    if (layer.kind === 'conv') {
      const output = gpu.tensor(name, [batch, ...placed.output]);
      steps.push(
        ...bind(gpu, conv2dForward(convShape(placed, batch), { ...tensors, input: activation, output }, options)),
      );
      activation = output;
    } else {
      const output = gpu.tensor(name, [batch, layer.outputs]);
      const shape = linearShape(placed, batch);
      steps.push(...bind(gpu, linearForward(shape, { ...tensors, input: rows(activation, batch), output }, options)));
      activation = output;
    }
  }
  return { batch, steps, inputs, output: activation };
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
): Step[] {
  const { batch, inputs } = forward;
  const { layers } = parameters.architecture;
  const variant = linearVariant(gpu);
  const scratches = layers.map((placed) =>
    placed.layer.kind === 'conv' ? conv2dBackwardWeightScratch(convShape(placed, batch), { variant }) : undefined,
  );
  const steps: Step[] = [];
  let dActivation = dOutput;
  for (let index = layers.length - 1; index >= 0; index--) {
    const placed = layers[index];
    const { layer } = placed;
    const input = inputs[index];
    const weight = parameters.tensor(placed.weight);
    const dWeight = gradients.tensor(placed.weight);
    const dBias = gradients.tensor(placed.bias);
    const weightOptions = { label: `${layer.name}.backwardWeight`, variant };
    const inputOptions = { label: `${layer.name}.backwardInput`, variant };
    // The network's own input has no gradient that anybody needs.
    const dInput = index === 0 ? undefined : gpu.tensor(`d${layer.name}.input`, input.shape);
    if (layer.kind === 'conv') {
      const shape = convShape(placed, batch);
      const dConv = { ...dActivation, shape: [batch, ...placed.output] };
      const scratchShape = scratches[index];
      const scratch = scratchShape && gpu.tensor(`${layer.name}.scratch`, scratchShape);
      const tensors = { input, dOutput: dConv, dWeight, dBias, scratch };
      steps.push(...bind(gpu, conv2dBackwardWeight(shape, tensors, weightOptions)));
      if (dInput) {
        const call = { dOutput: dConv, weight, dInput, reluInput: input };
        steps.push(...bind(gpu, conv2dBackwardInput(shape, call, inputOptions)));
      }
    } else {
      const shape = linearShape(placed, batch);
      const flat = rows(input, batch);
      steps.push(
        ...bind(gpu, linearBackwardWeight(shape, { input: flat, dOutput: dActivation, dWeight, dBias }, weightOptions)),
      );
      if (dInput) {
        const call = { dOutput: dActivation, weight, dInput: rows(dInput, batch), reluInput: flat };
        steps.push(...bind(gpu, linearBackwardInput(shape, call, inputOptions)));
      }
    }
    if (dInput) dActivation = dInput;
  }
  return steps;
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
