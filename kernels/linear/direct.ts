/**
 * linear with register tiles: shaders/linear.<pass>.wgsl, which run anywhere, and shaders/linear.<pass>.subgroup8.wgsl.
 */
import { chooseDirect, coversDirect } from '../directTiles.ts';
import type { KernelCall } from '../runtime/dispatch.ts';
import type { Implementation, VariantOptions } from '../variant.ts';
import {
  describeLinear,
  type LinearBackwardInputTensors,
  type LinearBackwardWeightTensors,
  type LinearForwardOptions,
  type LinearForwardTensors,
  type LinearShape,
} from './shape.ts';

const covers = (shape: LinearShape, options: VariantOptions): boolean =>
  coversDirect([shape.inputs, shape.outputs], options);

export const directForward: Implementation<LinearShape, LinearForwardTensors, LinearForwardOptions> = {
  covers,
  calls: forward,
};

export const directBackwardInput: Implementation<LinearShape, LinearBackwardInputTensors, VariantOptions> = {
  covers,
  calls: backwardInput,
};

export const directBackwardWeight: Implementation<LinearShape, LinearBackwardWeightTensors, VariantOptions> = {
  covers,
  calls: backwardWeight,
};

function forward(shape: LinearShape, tensors: LinearForwardTensors, options: LinearForwardOptions): KernelCall[] {
  const kernel = 'linear.forward';
  const { shader, grid } = chooseDirect(kernel, [shape.inputs, shape.outputs], options);
  const cost = describeLinear(shape);
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

function backwardInput(shape: LinearShape, tensors: LinearBackwardInputTensors, options: VariantOptions): KernelCall[] {
  const kernel = 'linear.backwardInput';
  const { shader, grid } = chooseDirect(kernel, [shape.inputs, shape.outputs], options);
  const cost = describeLinear(shape);
  const { dOutput, weight, dInput, reluInput } = tensors;
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

function backwardWeight(
  shape: LinearShape,
  tensors: LinearBackwardWeightTensors,
  options: VariantOptions,
): KernelCall[] {
  const kernel = 'linear.backwardWeight';
  const { shader, grid } = chooseDirect(kernel, [shape.inputs, shape.outputs], options);
  const cost = describeLinear(shape);
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
