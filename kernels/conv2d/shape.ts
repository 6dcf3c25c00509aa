/**
 * What all variants of conv2d share: extents, tensors and cost of the three passes.
 * Layouts: activations [batch, height, width, channels], weights [kernelHeight, kernelWidth, inputs, outputs].
 */
import type { Tensor } from '../runtime/tensor.ts';
import { expectExtents, ShapeError } from '../shapes.ts';
import type { VariantOptions } from '../variant.ts';

/** Extents of a convolution, in pixels and channels. */
export interface Conv2dShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  /** Pixels between windows, along both axes. */
  readonly stride: number;
  /** Zeros around the input, on all four sides. */
  readonly padding: number;
}

/** Height and width of the output in pixels: floor((extent + 2 * padding - kernel) / stride) + 1. Throws ShapeError. */
export function conv2dOutputSize(shape: Conv2dShape): { readonly outputHeight: number; readonly outputWidth: number } {
  const { padding, ...extents } = shape;
  expectExtents('conv2d', extents, 1);
  expectExtents('conv2d', { padding }, 0);
  const outputHeight = Math.floor((shape.height + 2 * padding - shape.kernelHeight) / shape.stride) + 1;
  const outputWidth = Math.floor((shape.width + 2 * padding - shape.kernelWidth) / shape.stride) + 1;
  if (outputHeight < 1 || outputWidth < 1) {
    const kernel = `${shape.kernelHeight} x ${shape.kernelWidth}`;
    throw new ShapeError(
      'conv2d',
      `the kernel of ${kernel} is larger than the input of ${shape.height} x ${shape.width} with padding ${padding}`,
    );
  }
  return { outputHeight, outputWidth };
}

export interface Conv2dForwardTensors {
  /** [batch, height, width, inputs] */
  readonly input: Tensor;
  /** [kernelHeight, kernelWidth, inputs, outputs] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor;
  /** [batch, outputHeight, outputWidth, outputs] */
  readonly output: Tensor;
  /** f32, of as many elements as the pass's scratch function tells; not needed where that is 0. Holds nothing between runs. */
  readonly scratch?: Tensor | undefined;
}

export interface Conv2dForwardOptions extends VariantOptions {
  /** Ends with max(0, .). */
  readonly relu?: boolean | undefined;
}

export interface Conv2dBackwardInputTensors {
  /** [batch, outputHeight, outputWidth, outputs] */
  readonly dOutput: Tensor;
  /** [kernelHeight, kernelWidth, inputs, outputs] */
  readonly weight: Tensor;
  /** [batch, height, width, inputs] */
  readonly dInput: Tensor;
  /**
   * [batch, height, width, inputs]. The layer's input, given where it came out of a ReLU: dInput is then 0 where the input is not
   * above 0, and so is the gradient with respect to what went into the ReLU.
   */
  readonly reluInput?: Tensor | undefined;
  /** f32, of as many elements as the pass's scratch function tells; not needed where that is 0. Holds nothing between runs. */
  readonly scratch?: Tensor | undefined;
}

export interface Conv2dBackwardWeightTensors {
  /** [batch, height, width, inputs] */
  readonly input: Tensor;
  /** [batch, outputHeight, outputWidth, outputs] */
  readonly dOutput: Tensor;
  /** [kernelHeight, kernelWidth, inputs, outputs] */
  readonly dWeight: Tensor;
  /** [outputs] */
  readonly dBias: Tensor;
  /** f32, of as many elements as the pass's scratch function tells; not needed where that is 0. Holds nothing between runs. */
  readonly scratch?: Tensor | undefined;
}

export interface Conv2dBackwardWeightOptions extends VariantOptions {
  /** Into how many partial sums the pixels are split, to have enough workgroups. Default: by the shape. */
  readonly splits?: number | undefined;
}

/** Shapes, override constants and cost that the three passes have in common. Throws ShapeError. */
export function describeConv2d(shape: Conv2dShape) {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const pixels = shape.batch * outputHeight * outputWidth;
  const weights = shape.kernelHeight * shape.kernelWidth * shape.inputs * shape.outputs;
  const inputElements = shape.batch * shape.height * shape.width * shape.inputs;
  return {
    inputShape: [shape.batch, shape.height, shape.width, shape.inputs],
    weightShape: [shape.kernelHeight, shape.kernelWidth, shape.inputs, shape.outputs],
    outputShape: [shape.batch, outputHeight, outputWidth, shape.outputs],
    pixels,
    weights,
    flops: 2 * pixels * weights,
    bytes: 4 * (inputElements + weights + shape.outputs + pixels * shape.outputs),
    constants: {
      BATCH: shape.batch,
      HEIGHT: shape.height,
      WIDTH: shape.width,
      INPUTS: shape.inputs,
      OUTPUTS: shape.outputs,
      OUTPUT_HEIGHT: outputHeight,
      OUTPUT_WIDTH: outputWidth,
      KERNEL_HEIGHT: shape.kernelHeight,
      KERNEL_WIDTH: shape.kernelWidth,
      STRIDE: shape.stride,
      PADDING: shape.padding,
    },
  };
}

/** `count` elements of a tensor, from the element `first`. */
export function partOf(tensor: Tensor, first: number, count: number): Tensor {
  return { ...tensor, shape: [count], offset: tensor.offset + 4 * first, byteLength: 4 * count };
}
