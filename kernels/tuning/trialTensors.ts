/**
 * Tensors to measure a pass on, and its cost, for every pass that has variants. A pass that is not in the table is not measured; a
 * test holds the table to what the agent runs.
 */
import { type Conv2dShape, describeConv2d } from '../conv2d/shape.ts';
import { conv2dBackwardInputVariants, conv2dBackwardWeightVariants, conv2dForwardVariants } from '../conv2d.ts';
import type { FrameStates } from '../framesConv2d/shape.ts';
import { framesConv2dBackwardWeightVariants, framesConv2dForwardVariants } from '../framesConv2d.ts';
import type { LinearShape } from '../linear/shape.ts';
import { linearBackwardInputVariants, linearBackwardWeightVariants, linearForwardVariants } from '../linear.ts';
import type { Gpu } from '../runtime/gpu.ts';
import { type ElementType, elementCount, type Tensor } from '../runtime/tensor.ts';
import type { Implementations, VariantOptions } from '../variant.ts';

/** A new tensor with values in it; whole numbers are less than `below`. */
export type MakeTensor = (name: string, shape: readonly number[], type?: FilledType, below?: number) => Tensor;

type FilledType = Exclude<ElementType, 'f16'>;

/** How a pass is measured. */
export interface TrialPass<Shape, Tensors> {
  readonly pass: string;
  /** Those of a call, but for the scratch tensor. */
  tensors(make: MakeTensor, shape: Shape): Tensors;
  /** Floating-point operations of a call. */
  flops(shape: Shape): number;
  /** In words, for a table. */
  text(shape: Shape): string;
}

const trials = [
  conv2d(conv2dForwardVariants, (make, shape) => ({ input: conv2dInput(make, shape), ...conv2dForward(make, shape) })),
  conv2d(conv2dBackwardInputVariants, (make, shape) => {
    const reluInput = conv2dInput(make, shape);
    const weight = make('weight', describeConv2d(shape).weightShape);
    return { dOutput: conv2dGradient(make, shape), weight, dInput: make('dInput', reluInput.shape), reluInput };
  }),
  conv2d(conv2dBackwardWeightVariants, (make, shape) => ({
    input: conv2dInput(make, shape),
    ...conv2dBackwardWeight(make, shape),
  })),
  conv2d(framesConv2dForwardVariants, (make, shape) => ({ ...frames(make, shape), ...conv2dForward(make, shape) })),
  conv2d(framesConv2dBackwardWeightVariants, (make, shape) => ({
    ...frames(make, shape),
    ...conv2dBackwardWeight(make, shape),
  })),
  linear(linearForwardVariants, (make, { batch, inputs, outputs }) => ({
    input: make('input', [batch, inputs]),
    weight: make('weight', [inputs, outputs]),
    bias: make('bias', [outputs]),
    output: make('output', [batch, outputs]),
  })),
  linear(linearBackwardInputVariants, (make, { batch, inputs, outputs }) => ({
    dOutput: make('dOutput', [batch, outputs]),
    weight: make('weight', [inputs, outputs]),
    dInput: make('dInput', [batch, inputs]),
    reluInput: make('reluInput', [batch, inputs]),
  })),
  linear(linearBackwardWeightVariants, (make, { batch, inputs, outputs }) => ({
    input: make('input', [batch, inputs]),
    dOutput: make('dOutput', [batch, outputs]),
    dWeight: make('dWeight', [inputs, outputs]),
    dBias: make('dBias', [outputs]),
  })),
] as const;

/** The operations whose passes have variants: how the names of their shaders begin. */
export const tunedOperations: readonly string[] = [...new Set(trials.map(({ pass }) => pass.split('.')[0]))];

/** How the pass is measured; undefined for one that the table does not have. */
export function trialOf<Shape, Tensors, Options extends VariantOptions>({
  pass,
}: Implementations<Shape, Tensors, Options>): TrialPass<Shape, Tensors> | undefined {
  // An entry has the types of the pass that it was made for, and passes have names of their own.
  return trials.find((trial) => trial.pass === pass) as TrialPass<Shape, Tensors> | undefined;
}

/**
 * A new tensor of values that repeat. f32 between -0.5 and 0.5: zeros or subnormals could flatter or slow the arithmetic, and half of
 * them pass a ReLU. Whole numbers from 0 to less than `below`, at most 1009.
 */
export function filledTensor(
  gpu: Gpu,
  name: string,
  shape: readonly number[],
  type: FilledType = 'f32',
  below = 256,
): Tensor {
  const tensor = gpu.tensor(name, shape, type);
  const period = 1009;
  const values = { f32: Float32Array, u32: Uint32Array, u8: Uint8Array }[type];
  const data = new values(elementCount(shape));
  for (let i = 0; i < Math.min(period, data.length); i++) {
    const value = (i * 7919) % period;
    data[i] = type === 'f32' ? value / period - 0.5 : value % below;
  }
  for (let known = period; known < data.length; known *= 2) data.copyWithin(known, 0, known);
  gpu.write(tensor, data);
  return tensor;
}

function conv2d<Tensors>(
  { pass }: Implementations<Conv2dShape, Tensors, never>,
  tensors: TrialPass<Conv2dShape, Tensors>['tensors'],
): TrialPass<Conv2dShape, Tensors> {
  return {
    ...{ pass, tensors },
    flops: (shape) => describeConv2d(shape).flops,
    text: ({ batch, height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding }) =>
      `${batch} x ${height}x${width}x${inputs}, ${outputs} of ${kernelHeight}x${kernelWidth}/${stride}${padding > 0 ? ` +${padding}` : ''}`,
  };
}

function linear<Tensors>(
  { pass }: Implementations<LinearShape, Tensors, never>,
  tensors: TrialPass<LinearShape, Tensors>['tensors'],
): TrialPass<LinearShape, Tensors> {
  return {
    ...{ pass, tensors },
    flops: ({ batch, inputs, outputs }) => 2 * batch * inputs * outputs,
    text: ({ batch, inputs, outputs }) => `${batch} x ${inputs} to ${outputs}`,
  };
}

function conv2dInput(make: MakeTensor, shape: Conv2dShape): Tensor {
  return make('input', describeConv2d(shape).inputShape);
}

function conv2dGradient(make: MakeTensor, shape: Conv2dShape): Tensor {
  return make('dOutput', describeConv2d(shape).outputShape);
}

function conv2dForward(make: MakeTensor, shape: Conv2dShape) {
  const { weightShape, outputShape } = describeConv2d(shape);
  const bias = make('bias', [shape.outputs]);
  return { weight: make('weight', weightShape), bias, output: make('output', outputShape) };
}

function conv2dBackwardWeight(make: MakeTensor, shape: Conv2dShape) {
  const dWeight = make('dWeight', describeConv2d(shape).weightShape);
  return { dOutput: conv2dGradient(make, shape), dWeight, dBias: make('dBias', [shape.outputs]) };
}

/** The frames that an update brings: of each sample those of its state and the one after. One sample: those of its state. */
function frames(make: MakeTensor, { batch, height, width, inputs }: Conv2dShape): FrameStates {
  const count = batch === 1 ? inputs : batch * (inputs + 1);
  return {
    frames: make('frames', [count, height, width], 'u8'),
    frameNumbers: make('frameNumbers', [batch, inputs], 'u32', count),
  };
}
