/**
 * Fully connected layer, forward and backward: output = input * weight + bias, weight [inputs, outputs].
 */
import { chooseVariant, expectExtents, type LinearOptions } from './linearVariant.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectTensor } from './shapes.ts';

export interface LinearShape {
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
}

export interface LinearForwardTensors {
  /** [batch, inputs] */
  readonly input: Tensor;
  /** [inputs, outputs] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor;
  /** [batch, outputs] */
  readonly output: Tensor;
}

/** output = input * weight + bias, then max(0, .) with `relu`. Throws ShapeError. */
export function linearForward(
  shape: LinearShape,
  tensors: LinearForwardTensors,
  options: LinearOptions & { readonly relu?: boolean | undefined } = {},
): KernelCall[] {
  const kernel = 'linear.forward';
  const { shader, grid } = chooseVariant(kernel, [shape.inputs, shape.outputs], options);
  const cost = describe(kernel, shape);
  expectTensor(kernel, 'input', tensors.input, [shape.batch, shape.inputs]);
  expectTensor(kernel, 'weight', tensors.weight, [shape.inputs, shape.outputs]);
  expectTensor(kernel, 'bias', tensors.bias, [shape.outputs]);
  expectTensor(kernel, 'output', tensors.output, [shape.batch, shape.outputs]);
  return [
    {
      shader,
      label: options.label ?? kernel,
      constants: { ...cost.constants, RELU: options.relu === true ? 1 : 0 },
      bindings: [
        { tensor: tensors.input, access: 'read' },
        { tensor: tensors.weight, access: 'read' },
        { tensor: tensors.bias, access: 'read' },
        { tensor: tensors.output, access: 'readwrite' },
      ],
      workgroups: grid(shape.batch, shape.outputs),
      flops: cost.flops,
      bytes: cost.bytes,
    },
  ];
}

export interface LinearBackwardInputTensors {
  /** [batch, outputs] */
  readonly dOutput: Tensor;
  /** [inputs, outputs] */
  readonly weight: Tensor;
  /** [batch, inputs] */
  readonly dInput: Tensor;
  /** [batch, inputs]. The layer's input, given where it came out of a ReLU: dInput is then 0 where the input is not above 0. */
  readonly reluInput?: Tensor | undefined;
}

/** dInput, the loss's gradient with respect to the layer's input. Throws ShapeError. */
export function linearBackwardInput(
  shape: LinearShape,
  tensors: LinearBackwardInputTensors,
  options: LinearOptions = {},
): KernelCall[] {
  const kernel = 'linear.backwardInput';
  const { shader, grid } = chooseVariant(kernel, [shape.inputs, shape.outputs], options);
  const cost = describe(kernel, shape);
  const { dOutput, weight, dInput, reluInput } = tensors;
  expectTensor(kernel, 'dOutput', dOutput, [shape.batch, shape.outputs]);
  expectTensor(kernel, 'weight', weight, [shape.inputs, shape.outputs]);
  expectTensor(kernel, 'dInput', dInput, [shape.batch, shape.inputs]);
  if (reluInput !== undefined) expectTensor(kernel, 'reluInput', reluInput, [shape.batch, shape.inputs]);
  return [
    {
      shader,
      label: options.label ?? kernel,
      constants: { ...cost.constants, MASK: reluInput === undefined ? 0 : 1 },
      bindings: [
        { tensor: dOutput, access: 'read' },
        { tensor: weight, access: 'read' },
        // Every declared binding needs a buffer, read or not.
        { tensor: reluInput ?? dOutput, access: 'read' },
        { tensor: dInput, access: 'readwrite' },
      ],
      workgroups: grid(shape.batch, shape.inputs),
      flops: cost.flops,
      bytes: cost.bytes - 4 * shape.outputs + (reluInput?.byteLength ?? 0),
    },
  ];
}

export interface LinearBackwardWeightTensors {
  /** [batch, inputs] */
  readonly input: Tensor;
  /** [batch, outputs] */
  readonly dOutput: Tensor;
  /** [inputs, outputs] */
  readonly dWeight: Tensor;
  /** [outputs] */
  readonly dBias: Tensor;
}

/** dWeight and dBias, the loss's gradients with respect to the parameters. Throws ShapeError. */
export function linearBackwardWeight(
  shape: LinearShape,
  tensors: LinearBackwardWeightTensors,
  options: LinearOptions = {},
): KernelCall[] {
  const kernel = 'linear.backwardWeight';
  const { shader, grid } = chooseVariant(kernel, [shape.inputs, shape.outputs], options);
  const cost = describe(kernel, shape);
  expectTensor(kernel, 'input', tensors.input, [shape.batch, shape.inputs]);
  expectTensor(kernel, 'dOutput', tensors.dOutput, [shape.batch, shape.outputs]);
  expectTensor(kernel, 'dWeight', tensors.dWeight, [shape.inputs, shape.outputs]);
  expectTensor(kernel, 'dBias', tensors.dBias, [shape.outputs]);
  return [
    {
      shader,
      label: options.label ?? kernel,
      constants: cost.constants,
      bindings: [
        { tensor: tensors.input, access: 'read' },
        { tensor: tensors.dOutput, access: 'read' },
        { tensor: tensors.dWeight, access: 'readwrite' },
        { tensor: tensors.dBias, access: 'readwrite' },
      ],
      workgroups: grid(shape.inputs, shape.outputs),
      flops: cost.flops + shape.batch * shape.outputs,
      bytes: cost.bytes,
    },
  ];
}

/** Override constants and cost that the three passes have in common. Throws ShapeError. */
function describe(kernel: string, shape: LinearShape) {
  expectExtents(kernel, { ...shape }, 1);
  const { batch, inputs, outputs } = shape;
  return {
    flops: 2 * batch * inputs * outputs,
    bytes: 4 * (batch * inputs + inputs * outputs + outputs + batch * outputs),
    constants: { BATCH: batch, INPUTS: inputs, OUTPUTS: outputs },
  };
}
