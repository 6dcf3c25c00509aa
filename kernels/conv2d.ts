/**
 * Two-dimensional convolution (cross-correlation, as in every ML framework), forward and backward, as implicit matrix products:
 * rows are pixels, columns are output channels, the sum runs over the window. The variants lie in conv2d/.
 * Leaves out: dilation, groups, unequal strides or paddings along the two axes.
 */
import { directBackwardInput, directBackwardWeight, directForward } from './conv2d/direct.ts';
import { panel8BackwardInput } from './conv2d/panel8BackwardInput.ts';
import { panel8BackwardWeight } from './conv2d/panel8BackwardWeight.ts';
import { panel8Forward } from './conv2d/panel8Forward.ts';
import {
  type Conv2dBackwardInputTensors,
  type Conv2dBackwardWeightOptions,
  type Conv2dBackwardWeightTensors,
  type Conv2dForwardOptions,
  type Conv2dForwardTensors,
  type Conv2dShape,
  describeConv2d,
} from './conv2d/shape.ts';
import { tiledBackwardInput, tiledBackwardWeight, tiledForward } from './conv2d/tiled.ts';
import { expectWeight } from './half.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import { expectTensor } from './shapes.ts';
import { type Implementations, implementationOf, type VariantOptions } from './variant.ts';

export { type Conv2dShape, conv2dOutputSize } from './conv2d/shape.ts';

/** The variants of each pass. */
export const conv2dForwardVariants: Implementations<Conv2dShape, Conv2dForwardTensors, Conv2dForwardOptions> = {
  pass: 'conv2d.forward',
  generic: directForward,
  tiled: tiledForward,
  subgroup8: directForward,
  panel8: panel8Forward,
};

export const conv2dBackwardInputVariants: Implementations<Conv2dShape, Conv2dBackwardInputTensors, VariantOptions> = {
  pass: 'conv2d.backwardInput',
  generic: directBackwardInput,
  tiled: tiledBackwardInput,
  subgroup8: directBackwardInput,
  panel8: panel8BackwardInput,
};

export const conv2dBackwardWeightVariants: Implementations<
  Conv2dShape,
  Conv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = {
  pass: 'conv2d.backwardWeight',
  generic: directBackwardWeight,
  tiled: tiledBackwardWeight,
  subgroup8: directBackwardWeight,
  panel8: panel8BackwardWeight,
};

/** output = conv(input, weight) + bias, then max(0, .) with `relu`. Throws ShapeError. */
export function conv2dForward(
  shape: Conv2dShape,
  tensors: Conv2dForwardTensors,
  options: Conv2dForwardOptions = {},
): KernelCall[] {
  const kernel = 'conv2d.forward';
  const { inputShape, weightShape, outputShape } = describeConv2d(shape);
  expectTensor(kernel, 'input', tensors.input, inputShape);
  const implementation = implementationOf(conv2dForwardVariants, shape, options);
  expectWeight(kernel, tensors.weight, weightShape, implementation);
  expectTensor(kernel, 'bias', tensors.bias, [shape.outputs]);
  expectTensor(kernel, 'output', tensors.output, outputShape);
  return implementation.calls(shape, tensors, options);
}

/** dInput, the loss's gradient with respect to the layer's input. Throws ShapeError. */
export function conv2dBackwardInput(
  shape: Conv2dShape,
  tensors: Conv2dBackwardInputTensors,
  options: VariantOptions = {},
): KernelCall[] {
  const kernel = 'conv2d.backwardInput';
  const { inputShape, weightShape, outputShape } = describeConv2d(shape);
  expectTensor(kernel, 'dOutput', tensors.dOutput, outputShape);
  const implementation = implementationOf(conv2dBackwardInputVariants, shape, options);
  expectWeight(kernel, tensors.weight, weightShape, implementation);
  expectTensor(kernel, 'dInput', tensors.dInput, inputShape);
  if (tensors.reluInput !== undefined) expectTensor(kernel, 'reluInput', tensors.reluInput, inputShape);
  return implementation.calls(shape, tensors, options);
}

/** dWeight and dBias, the loss's gradients with respect to the parameters, in a fixed order of summation. Throws ShapeError. */
export function conv2dBackwardWeight(
  shape: Conv2dShape,
  tensors: Conv2dBackwardWeightTensors,
  options: Conv2dBackwardWeightOptions = {},
): KernelCall[] {
  const kernel = 'conv2d.backwardWeight';
  const { inputShape, weightShape, outputShape } = describeConv2d(shape);
  expectTensor(kernel, 'input', tensors.input, inputShape);
  expectTensor(kernel, 'dOutput', tensors.dOutput, outputShape);
  expectTensor(kernel, 'dWeight', tensors.dWeight, weightShape);
  expectTensor(kernel, 'dBias', tensors.dBias, [shape.outputs]);
  return implementationOf(conv2dBackwardWeightVariants, shape, options).calls(shape, tensors, options);
}
