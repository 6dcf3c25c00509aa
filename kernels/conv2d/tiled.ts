/**
 * conv2d with tiles in workgroup memory, for GPUs: shaders/conv2d.<pass>.tiled.wgsl. Any shape; channels in fours are read as vec4s.
 * Where there are too few tiles to occupy a GPU, the terms are split among workgroups and a second pass adds the partial sums up.
 */
import { invocationGrid } from '../grid.ts';
import type { Binding, KernelCall } from '../runtime/dispatch.ts';
import { type Tensor, tensorAlignment } from '../runtime/tensor.ts';
import { expectExtents, expectScratch } from '../shapes.ts';
import type { Implementation, VariantOptions } from '../variant.ts';
import {
  type Conv2dBackwardInputTensors,
  type Conv2dBackwardWeightOptions,
  type Conv2dBackwardWeightTensors,
  type Conv2dForwardOptions,
  type Conv2dForwardTensors,
  type Conv2dShape,
  describeConv2d,
  partOf,
} from './shape.ts';
import { type TiledPlan, tiledPlan } from './tiledPlan.ts';

export const tiledForward: Implementation<Conv2dShape, Conv2dForwardTensors, Conv2dForwardOptions> = {
  covers: () => true,
  scratch: (shape) => partsWords(forwardPlan('conv2d.forward', shape), describeConv2d(shape).pixels * shape.outputs),
  calls(shape, tensors, options) {
    const kernel = 'conv2d.forward';
    const label = options.label ?? kernel;
    const { pixels, flops, bytes, constants } = describeConv2d(shape);
    const plan = forwardPlan(kernel, shape);
    const elements = pixels * shape.outputs;
    const parts = partsOf(label, plan, elements, tensors.scratch);
    const relu = options.relu === true ? 1 : 0;
    const call: KernelCall = {
      shader: `${kernel}.tiled`,
      label,
      constants: { ...constants, ...plan.constants, RELU: relu },
      bindings: [
        ...bothViews(tensors.input),
        ...bothViews(tensors.weight),
        { tensor: tensors.bias, access: 'read' },
        { tensor: parts ?? tensors.output, access: 'readwrite' },
      ],
      workgroups: plan.workgroups,
      flops,
      bytes,
    };
    if (parts === undefined) return [call];
    return [call, addSplits(label, plan, parts, tensors.output, { bias: tensors.bias, relu })];
  },
};

export const tiledBackwardInput: Implementation<Conv2dShape, Conv2dBackwardInputTensors, VariantOptions> = {
  covers: () => true,
  scratch: (shape) => partsWords(backwardInputPlan('conv2d.backwardInput', shape), inputElements(shape)),
  calls(shape, { dOutput, weight, dInput, reluInput, scratch }, options) {
    const kernel = 'conv2d.backwardInput';
    const label = options.label ?? kernel;
    const { flops, bytes, constants } = describeConv2d(shape);
    const plan = backwardInputPlan(kernel, shape);
    const parts = partsOf(label, plan, inputElements(shape), scratch);
    const call: KernelCall = {
      shader: `${kernel}.tiled`,
      label,
      constants: { ...constants, ...plan.constants, MASK: reluInput === undefined ? 0 : 1 },
      bindings: [
        ...bothViews(dOutput),
        ...bothViews(weight),
        // Every declared binding needs a buffer, read or not.
        { tensor: reluInput ?? dOutput, access: 'read' },
        { tensor: parts ?? dInput, access: 'readwrite' },
      ],
      workgroups: plan.workgroups,
      flops,
      bytes: bytes - 4 * shape.outputs + (reluInput?.byteLength ?? 0),
    };
    if (parts === undefined) return [call];
    return [call, addSplits(label, plan, parts, dInput, { mask: reluInput })];
  },
};

export const tiledBackwardWeight: Implementation<
  Conv2dShape,
  Conv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = {
  covers: () => true,
  scratch: (shape, options) => weightPartsWords(shape, backwardWeightPlan('conv2d.backwardWeight', shape, options)),
  calls(shape, { input, dOutput, dWeight, dBias, scratch }, options) {
    const kernel = 'conv2d.backwardWeight';
    const { pixels, flops, bytes, constants } = describeConv2d(shape);
    const plan = backwardWeightPlan(kernel, shape, options);
    const dense = {
      shader: `${kernel}.tiled`,
      label: options.label ?? kernel,
      constants: { ...constants, ...plan.constants },
      workgroups: plan.workgroups,
      flops: flops + pixels * shape.outputs,
      bytes,
    };
    return withSummedSplits(shape, plan, { dWeight, dBias, scratch }, ({ weightParts, biasParts }) => ({
      ...dense,
      bindings: [
        ...bothViews(input),
        ...bothViews(dOutput),
        { tensor: weightParts, access: 'readwrite' },
        { tensor: biasParts, access: 'readwrite' },
      ],
    }));
  },
};

export function forwardPlan(kernel: string, shape: Conv2dShape): TiledPlan {
  const { pixels, weights } = describeConv2d(shape);
  return tiledPlan(kernel, { rows: pixels, columns: shape.outputs, terms: weights / shape.outputs });
}

function backwardInputPlan(kernel: string, shape: Conv2dShape): TiledPlan {
  const { batch, height, width, stride, kernelHeight, kernelWidth } = shape;
  describeConv2d(shape);
  // One product a phase: shaders/conv2d.backwardInput.tiled.wgsl.
  return tiledPlan(kernel, {
    rows: batch * Math.ceil(height / stride) * Math.ceil(width / stride),
    columns: shape.inputs,
    terms: Math.ceil(kernelHeight / stride) * Math.ceil(kernelWidth / stride) * shape.outputs,
    layers: stride * stride,
  });
}

export function backwardWeightPlan(
  kernel: string,
  shape: Conv2dShape,
  options: Conv2dBackwardWeightOptions,
): TiledPlan {
  const { pixels, weights } = describeConv2d(shape);
  if (options.splits !== undefined) expectExtents(kernel, { splits: options.splits }, 1);
  return tiledPlan(kernel, { rows: weights / shape.outputs, columns: shape.outputs, terms: pixels }, options.splits);
}

/** One tensor as array<f32> and as array<vec4f>: the shader reads the one that suits the shape. */
export function bothViews(tensor: Tensor): Binding[] {
  return [
    { tensor, access: 'read' },
    { tensor, access: 'read' },
  ];
}

const inputElements = (shape: Conv2dShape): number => shape.batch * shape.height * shape.width * shape.inputs;

const partsWords = ({ splits }: TiledPlan, elements: number): number => (splits === 1 ? 0 : splits * elements);

/** Where the partial sums go; none where nothing is split. */
export function partsOf(
  kernel: string,
  plan: TiledPlan,
  elements: number,
  scratch: Tensor | undefined,
): Tensor | undefined {
  const words = partsWords(plan, elements);
  return words === 0 ? undefined : partOf(expectScratch(kernel, scratch, words), 0, words);
}

/** The second pass of activations and of their gradients, which ends as the first would without splits. */
export function addSplits(
  label: string,
  { splits }: TiledPlan,
  parts: Tensor,
  output: Tensor,
  { bias, mask, relu = 0 }: { bias?: Tensor; mask?: Tensor | undefined; relu?: number },
): KernelCall {
  const elements = parts.shape[0] / splits;
  return {
    shader: 'conv2d.addSplits.tiled',
    label: `${label}.addSplits`,
    constants: {
      SPLITS: splits,
      ELEMENTS: elements,
      COLUMNS: bias?.shape[0] ?? 1,
      BIAS: bias === undefined ? 0 : 1,
      RELU: relu,
      MASK: mask === undefined ? 0 : 1,
    },
    bindings: [
      { tensor: parts, access: 'read' },
      { tensor: bias ?? parts, access: 'read' },
      { tensor: mask ?? parts, access: 'read' },
      { tensor: output, access: 'readwrite' },
    ],
    workgroups: invocationGrid(elements),
    flops: splits * elements,
    bytes: 4 * (splits + 1) * elements + (bias?.byteLength ?? 0) + (mask?.byteLength ?? 0),
  };
}

/** The element of the scratch tensor where the partial sums of the bias begin. */
function biasPartsOffset({ weights }: { weights: number }, splits: number): number {
  const aligned = tensorAlignment / 4;
  return Math.ceil((splits * weights) / aligned) * aligned;
}

/** f32 elements for the partial sums of dWeight and dBias; 0 where nothing is split. */
export function weightPartsWords(shape: Conv2dShape, { splits }: TiledPlan): number {
  return splits === 1 ? 0 : biasPartsOffset(describeConv2d(shape), splits) + splits * shape.outputs;
}

/** The gradients' first pass and, where it splits its sums, the second. `first` is given where its results go. */
export function withSummedSplits(
  shape: Conv2dShape,
  plan: TiledPlan,
  { dWeight, dBias, scratch }: { dWeight: Tensor; dBias: Tensor; scratch?: Tensor | undefined },
  first: (results: { weightParts: Tensor; biasParts: Tensor }) => KernelCall & { label: string },
): KernelCall[] {
  const { splits } = plan;
  if (splits === 1) return [first({ weightParts: dWeight, biasParts: dBias })];
  const { weights } = describeConv2d(shape);
  const space = expectScratch('conv2d.backwardWeight', scratch, weightPartsWords(shape, plan));
  const weightParts = partOf(space, 0, splits * weights);
  const biasParts = partOf(space, biasPartsOffset({ weights }, splits), splits * shape.outputs);
  const call = first({ weightParts, biasParts });
  const sums = weights + shape.outputs;
  return [
    call,
    {
      shader: 'conv2d.sumSplits.tiled',
      label: `${call.label}.sumSplits`,
      constants: { SPLITS: splits, WEIGHTS: weights, OUTPUTS: shape.outputs },
      bindings: [
        { tensor: weightParts, access: 'read' },
        { tensor: biasParts, access: 'read' },
        { tensor: dWeight, access: 'readwrite' },
        { tensor: dBias, access: 'readwrite' },
      ],
      workgroups: invocationGrid(sums),
      flops: splits * sums,
      bytes: 4 * (splits + 1) * sums,
    },
  ];
}
