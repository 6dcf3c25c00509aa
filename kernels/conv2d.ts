/**
 * Two-dimensional convolution (cross-correlation, as in every ML framework), forward and backward, as implicit matrix products:
 * rows are pixels, columns are output channels, the sum runs over the window.
 * Leaves out: dilation, groups, unequal strides or paddings along the two axes.
 */
import { chooseVariant, expectExtents, type LinearOptions, linearGrid } from './linearVariant.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import { type Tensor, tensorAlignment } from './runtime/tensor.ts';
import { expectTensor, ShapeError } from './shapes.ts';

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
}

/** output = conv(input, weight) + bias, then max(0, .) with `relu`. Throws ShapeError. */
export function conv2dForward(
  shape: Conv2dShape,
  tensors: Conv2dForwardTensors,
  options: LinearOptions & { readonly relu?: boolean | undefined } = {},
): KernelCall[] {
  const kernel = 'conv2d.forward';
  const chosen = chooseVariant(kernel, [shape.inputs, shape.outputs], options, shape.outputs);
  const cost = describe(shape);
  expectTensor(kernel, 'input', tensors.input, cost.inputShape);
  expectTensor(kernel, 'weight', tensors.weight, cost.weightShape);
  expectTensor(kernel, 'bias', tensors.bias, [shape.outputs]);
  expectTensor(kernel, 'output', tensors.output, cost.outputShape);
  return [
    {
      shader: chosen.shader,
      label: options.label ?? kernel,
      constants: { ...cost.constants, ...chosen.constants, RELU: options.relu === true ? 1 : 0 },
      bindings: [
        { tensor: tensors.input, access: 'read' },
        { tensor: tensors.weight, access: 'read' },
        { tensor: tensors.bias, access: 'read' },
        { tensor: tensors.output, access: 'readwrite' },
      ],
      workgroups: chosen.grid(cost.pixels, shape.outputs),
      flops: cost.flops,
      bytes: cost.bytes,
    },
  ];
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
}

/** dInput, the loss's gradient with respect to the layer's input. Throws ShapeError. */
export function conv2dBackwardInput(
  shape: Conv2dShape,
  tensors: Conv2dBackwardInputTensors,
  options: LinearOptions = {},
): KernelCall[] {
  const kernel = 'conv2d.backwardInput';
  const chosen = chooseVariant(kernel, [shape.inputs, shape.outputs], options, shape.inputs);
  const cost = describe(shape);
  const { dOutput, weight, dInput, reluInput } = tensors;
  expectTensor(kernel, 'dOutput', dOutput, cost.outputShape);
  expectTensor(kernel, 'weight', weight, cost.weightShape);
  expectTensor(kernel, 'dInput', dInput, cost.inputShape);
  if (reluInput !== undefined) expectTensor(kernel, 'reluInput', reluInput, cost.inputShape);
  const { stride } = shape;
  const rowsOfPhase = shape.batch * Math.ceil(shape.height / stride) * Math.ceil(shape.width / stride);
  return [
    {
      shader: chosen.shader,
      label: options.label ?? kernel,
      constants: { ...cost.constants, ...chosen.constants, MASK: reluInput === undefined ? 0 : 1 },
      bindings: [
        { tensor: dOutput, access: 'read' },
        { tensor: weight, access: 'read' },
        // Every declared binding needs a buffer, read or not.
        { tensor: reluInput ?? dOutput, access: 'read' },
        { tensor: dInput, access: 'readwrite' },
      ],
      workgroups: chosen.grid(rowsOfPhase, shape.inputs, stride * stride),
      flops: cost.flops,
      bytes: cost.bytes - 4 * shape.outputs + (reluInput?.byteLength ?? 0),
    },
  ];
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
  /** Of the shape that `conv2dBackwardWeightScratch` tells; not needed where that is undefined. Holds nothing between runs. */
  readonly scratch?: Tensor | undefined;
}

export interface Conv2dSplitOptions extends LinearOptions {
  /** Into how many partial sums the pixels are split, to have enough workgroups. Default: by the shape. */
  readonly splits?: number | undefined;
}

/** The shape of the f32 scratch tensor that `conv2dBackwardWeight` needs, or undefined where it needs none. Throws ShapeError. */
export function conv2dBackwardWeightScratch(
  shape: Conv2dShape,
  options: Conv2dSplitOptions = {},
): number[] | undefined {
  const splits = splitsOf(shape, options);
  return splits === 1 ? undefined : [biasPartsOffset(shape, splits) + splits * shape.outputs];
}

/** dWeight and dBias, the loss's gradients with respect to the parameters, in a fixed order of summation. Throws ShapeError. */
export function conv2dBackwardWeight(
  shape: Conv2dShape,
  tensors: Conv2dBackwardWeightTensors,
  options: Conv2dSplitOptions = {},
): KernelCall[] {
  const kernel = 'conv2d.backwardWeight';
  const chosen = chooseVariant(kernel, [shape.inputs, shape.outputs], options, shape.outputs);
  const cost = describe(shape);
  const { input, dOutput, dWeight, dBias, scratch } = tensors;
  expectTensor(kernel, 'input', input, cost.inputShape);
  expectTensor(kernel, 'dOutput', dOutput, cost.outputShape);
  expectTensor(kernel, 'dWeight', dWeight, cost.weightShape);
  expectTensor(kernel, 'dBias', dBias, [shape.outputs]);
  const splits = splitsOf(shape, options);
  const label = options.label ?? kernel;
  const scratchShape = conv2dBackwardWeightScratch(shape, options);
  let weightParts = dWeight;
  let biasParts = dBias;
  if (scratchShape !== undefined) {
    if (scratch === undefined) throw new ShapeError(kernel, `needs a scratch tensor f32 [${scratchShape.join(', ')}]`);
    expectTensor(kernel, 'scratch', scratch, scratchShape);
    weightParts = part(scratch, 0, splits * cost.weights);
    biasParts = part(scratch, biasPartsOffset(shape, splits), splits * shape.outputs);
  }
  const calls: KernelCall[] = [
    {
      shader: chosen.shader,
      label,
      constants: {
        ...cost.constants,
        ...chosen.constants,
        ...(chosen.fast ? { SPLIT_PIXELS: 4 * Math.ceil(cost.pixels / splits / 4) } : { SPLITS: splits }),
      },
      bindings: [
        { tensor: input, access: 'read' },
        { tensor: dOutput, access: 'read' },
        { tensor: weightParts, access: 'readwrite' },
        { tensor: biasParts, access: 'readwrite' },
      ],
      workgroups: chosen.grid(cost.weights / shape.outputs, shape.outputs, splits),
      flops: cost.flops + cost.pixels * shape.outputs,
      bytes: cost.bytes,
    },
  ];
  if (splits > 1) {
    const sums = cost.weights + shape.outputs;
    calls.push({
      shader: 'conv2d.sumSplits',
      label: `${label}.sumSplits`,
      constants: { SPLITS: splits, WEIGHTS: cost.weights, OUTPUTS: shape.outputs },
      bindings: [
        { tensor: weightParts, access: 'read' },
        { tensor: biasParts, access: 'read' },
        { tensor: dWeight, access: 'readwrite' },
        { tensor: dBias, access: 'readwrite' },
      ],
      workgroups: linearGrid(kernel, Math.ceil(sums / 64), 1, 1),
      flops: splits * sums,
      bytes: 4 * (splits + 1) * sums,
    });
  }
  return calls;
}

/** Shapes, override constants and cost that the three passes have in common. */
function describe(shape: Conv2dShape) {
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

/**
 * Enough splits for 64 workgroups of the subgroup form, which fill a CPU, or 256 of the generic one, which occupy a GPU; but each split
 * of at least 256 pixels and one line of the output.
 */
function splitsOf(shape: Conv2dShape, options: Conv2dSplitOptions): number {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const lines = shape.batch * outputHeight;
  if (options.splits !== undefined) {
    expectExtents('conv2d.backwardWeight', { splits: options.splits }, 1);
    return Math.min(options.splits, lines);
  }
  const { grid, fast } = chooseVariant('conv2d.backwardWeight', [shape.inputs, shape.outputs], options, shape.outputs);
  const [x, y] = grid(shape.kernelHeight * shape.kernelWidth * shape.inputs, shape.outputs);
  const wanted = Math.ceil((fast ? 64 : 256) / (x * y));
  return Math.max(1, Math.min(wanted, lines, Math.floor((lines * outputWidth) / 256)));
}

/** The element of the scratch tensor where the partial sums of the bias begin. */
function biasPartsOffset(shape: Conv2dShape, splits: number): number {
  const weights = splits * shape.kernelHeight * shape.kernelWidth * shape.inputs * shape.outputs;
  const aligned = tensorAlignment / 4;
  return Math.ceil(weights / aligned) * aligned;
}

/** `count` elements of a tensor, from the element `first`. */
function part(tensor: Tensor, first: number, count: number): Tensor {
  return { ...tensor, shape: [count], offset: tensor.offset + 4 * first, byteLength: 4 * count };
}
