/**
 * The convolution that a network begins with, on u8 frames as the replay memory has them: framesConv2d = conv2d of frames.stack, without
 * the f32 state in between. It has no gradient with respect to its input.
 */
import {
  type Conv2dBackwardWeightOptions,
  type Conv2dForwardOptions,
  type Conv2dShape,
  describeConv2d,
} from './conv2d/shape.ts';
import { directBackwardWeight, directForward } from './framesConv2d/direct.ts';
import { panel8BackwardWeight } from './framesConv2d/panel8BackwardWeight.ts';
import { panel8Forward } from './framesConv2d/panel8Forward.ts';
import {
  expectFrameStates,
  type FramesConv2dBackwardWeightTensors,
  type FramesConv2dForwardTensors,
} from './framesConv2d/shape.ts';
import { tiledBackwardWeight, tiledForward } from './framesConv2d/tiled.ts';
import { expectWeight } from './half.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import { expectTensor } from './shapes.ts';
import { type Implementations, implementationOf } from './variant.ts';

export type { FrameStates } from './framesConv2d/shape.ts';

/** The variants of each pass. */
export const framesConv2dForwardVariants: Implementations<
  Conv2dShape,
  FramesConv2dForwardTensors,
  Conv2dForwardOptions
> = {
  pass: 'framesConv2d.forward',
  generic: directForward,
  tiled: tiledForward,
  panel8: panel8Forward,
};

export const framesConv2dBackwardWeightVariants: Implementations<
  Conv2dShape,
  FramesConv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = {
  pass: 'framesConv2d.backwardWeight',
  generic: directBackwardWeight,
  tiled: tiledBackwardWeight,
  panel8: panel8BackwardWeight,
};

/** output = conv(states, weight) + bias, then max(0, .) with `relu`. Throws ShapeError. */
export function framesConv2dForward(
  shape: Conv2dShape,
  tensors: FramesConv2dForwardTensors,
  options: Conv2dForwardOptions = {},
): KernelCall[] {
  const kernel = framesConv2dForwardVariants.pass;
  const { weightShape, outputShape } = describeConv2d(shape);
  expectFrameStates(kernel, shape, tensors);
  const implementation = implementationOf(framesConv2dForwardVariants, shape, options);
  expectWeight(kernel, tensors.weight, weightShape, implementation);
  expectTensor(kernel, 'bias', tensors.bias, [shape.outputs]);
  expectTensor(kernel, 'output', tensors.output, outputShape);
  return implementation.calls(shape, tensors, options);
}

/** dWeight and dBias, the loss's gradients with respect to the parameters, in a fixed order of summation. Throws ShapeError. */
export function framesConv2dBackwardWeight(
  shape: Conv2dShape,
  tensors: FramesConv2dBackwardWeightTensors,
  options: Conv2dBackwardWeightOptions = {},
): KernelCall[] {
  const kernel = framesConv2dBackwardWeightVariants.pass;
  const { weightShape, outputShape } = describeConv2d(shape);
  expectFrameStates(kernel, shape, tensors);
  expectTensor(kernel, 'dOutput', tensors.dOutput, outputShape);
  expectTensor(kernel, 'dWeight', tensors.dWeight, weightShape);
  expectTensor(kernel, 'dBias', tensors.dBias, [shape.outputs]);
  return implementationOf(framesConv2dBackwardWeightVariants, shape, options).calls(shape, tensors, options);
}
