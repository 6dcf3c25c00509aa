/**
 * Fully connected layer, forward and backward: output = input * weight + bias, weight [inputs, outputs]. The variants lie in linear/.
 */

import { expectWeight } from './half.ts';
import { directBackwardInput, directBackwardWeight, directForward } from './linear/direct.ts';
import { panel8BackwardInput, panel8BackwardWeight, panel8Forward } from './linear/panel8.ts';
import {
  describeLinear,
  type LinearBackwardInputTensors,
  type LinearBackwardWeightTensors,
  type LinearForwardOptions,
  type LinearForwardTensors,
  type LinearShape,
} from './linear/shape.ts';
import { single8Forward } from './linear/single8Forward.ts';
import { tiledBackwardInput, tiledBackwardWeight, tiledForward } from './linear/tiled.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import { expectTensor } from './shapes.ts';
import { type Implementations, implementationOf, type VariantOptions } from './variant.ts';

export type { LinearShape } from './linear/shape.ts';

/** The variants of each pass. */
export const linearForwardVariants: Implementations<LinearShape, LinearForwardTensors, LinearForwardOptions> = {
  pass: 'linear.forward',
  generic: directForward,
  tiled: tiledForward,
  subgroup8: single8Forward,
  panel8: panel8Forward,
};

export const linearBackwardInputVariants: Implementations<LinearShape, LinearBackwardInputTensors, VariantOptions> = {
  pass: 'linear.backwardInput',
  generic: directBackwardInput,
  tiled: tiledBackwardInput,
  subgroup8: directBackwardInput,
  panel8: panel8BackwardInput,
};

export const linearBackwardWeightVariants: Implementations<LinearShape, LinearBackwardWeightTensors, VariantOptions> = {
  pass: 'linear.backwardWeight',
  generic: directBackwardWeight,
  tiled: tiledBackwardWeight,
  subgroup8: directBackwardWeight,
  panel8: panel8BackwardWeight,
};

/** output = input * weight + bias, then max(0, .) with `relu`. Throws ShapeError. */
export function linearForward(
  shape: LinearShape,
  tensors: LinearForwardTensors,
  options: LinearForwardOptions = {},
): KernelCall[] {
  const kernel = 'linear.forward';
  describeLinear(shape);
  expectTensor(kernel, 'input', tensors.input, [shape.batch, shape.inputs]);
  const implementation = implementationOf(linearForwardVariants, shape, options);
  expectWeight(kernel, tensors.weight, [shape.inputs, shape.outputs], implementation);
  expectTensor(kernel, 'bias', tensors.bias, [shape.outputs]);
  expectTensor(kernel, 'output', tensors.output, [shape.batch, shape.outputs]);
  return implementation.calls(shape, tensors, options);
}

/** dInput, the loss's gradient with respect to the layer's input. Throws ShapeError. */
export function linearBackwardInput(
  shape: LinearShape,
  tensors: LinearBackwardInputTensors,
  options: VariantOptions = {},
): KernelCall[] {
  const kernel = 'linear.backwardInput';
  describeLinear(shape);
  expectTensor(kernel, 'dOutput', tensors.dOutput, [shape.batch, shape.outputs]);
  const implementation = implementationOf(linearBackwardInputVariants, shape, options);
  expectWeight(kernel, tensors.weight, [shape.inputs, shape.outputs], implementation);
  expectTensor(kernel, 'dInput', tensors.dInput, [shape.batch, shape.inputs]);
  if (tensors.reluInput !== undefined) {
    expectTensor(kernel, 'reluInput', tensors.reluInput, [shape.batch, shape.inputs]);
  }
  return implementation.calls(shape, tensors, options);
}

/** dWeight and dBias, the loss's gradients with respect to the parameters. Throws ShapeError. */
export function linearBackwardWeight(
  shape: LinearShape,
  tensors: LinearBackwardWeightTensors,
  options: VariantOptions = {},
): KernelCall[] {
  const kernel = 'linear.backwardWeight';
  describeLinear(shape);
  expectTensor(kernel, 'input', tensors.input, [shape.batch, shape.inputs]);
  expectTensor(kernel, 'dOutput', tensors.dOutput, [shape.batch, shape.outputs]);
  expectTensor(kernel, 'dWeight', tensors.dWeight, [shape.inputs, shape.outputs]);
  expectTensor(kernel, 'dBias', tensors.dBias, [shape.outputs]);
  return implementationOf(linearBackwardWeightVariants, shape, options).calls(shape, tensors, options);
}
