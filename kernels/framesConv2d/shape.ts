/**
 * What all variants of framesConv2d share: tensors and cost of its passes. The shape is a Conv2dShape whose inputs are the frames of a
 * state, oldest first.
 */
import { type Conv2dShape, describeConv2d } from '../conv2d/shape.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { expectRank, expectTensor, ShapeError } from '../shapes.ts';

/** States of a network, as the frames that they are made of. */
export interface FrameStates {
  /** [frames, height, width] u8, packed four to a word, no padding between frames. A byte is worth 1 / 255. */
  readonly frames: Tensor;
  /** [batch, inputs] u32: the frame of each channel; a number of `frames` or more (0xFFFFFFFF) is a black frame. */
  readonly frameNumbers: Tensor;
}

export interface FramesConv2dForwardTensors extends FrameStates {
  /** [kernelHeight, kernelWidth, inputs, outputs] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor;
  /** [batch, outputHeight, outputWidth, outputs] */
  readonly output: Tensor;
  /** f32, of as many elements as the pass's scratch function tells; not needed where that is 0. Holds nothing between runs. */
  readonly scratch?: Tensor | undefined;
}

export interface FramesConv2dBackwardWeightTensors extends FrameStates {
  /** [batch, outputHeight, outputWidth, outputs] */
  readonly dOutput: Tensor;
  /** [kernelHeight, kernelWidth, inputs, outputs] */
  readonly dWeight: Tensor;
  /** [outputs] */
  readonly dBias: Tensor;
  /** f32, of as many elements as the pass's scratch function tells; not needed where that is 0. Holds nothing between runs. */
  readonly scratch?: Tensor | undefined;
}

/** `describeConv2d` with the bytes of u8 frames, each read once, in place of the f32 input's, and FRAMES among the constants. */
export function describeFramesConv2d(shape: Conv2dShape, { frames, frameNumbers }: FrameStates) {
  const cost = describeConv2d(shape);
  const inputElements = shape.batch * shape.height * shape.width * shape.inputs;
  return {
    ...cost,
    bytes: cost.bytes - 4 * inputElements + Math.min(inputElements, frames.byteLength) + frameNumbers.byteLength,
    constants: { ...cost.constants, FRAMES: frames.shape[0] },
  };
}

/** Throws ShapeError unless frames and numbers make the states that `shape` convolves. */
export function expectFrameStates(kernel: string, shape: Conv2dShape, { frames, frameNumbers }: FrameStates): void {
  const [, height, width] = expectRank(kernel, 'frames', frames, 3, 'u8');
  if (height !== shape.height || width !== shape.width) {
    throw new ShapeError(kernel, `frames of ${height} x ${width}, expected ${shape.height} x ${shape.width}`);
  }
  expectTensor(kernel, 'frameNumbers', frameNumbers, [shape.batch, shape.inputs], 'u32');
}
