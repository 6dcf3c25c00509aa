/**
 * conv2d with tiles in workgroup memory, for GPUs: shaders/conv2d.<pass>.tiled.wgsl. Any shape; channels in fours are read as vec4s.
 * Where there are too few tiles to occupy a GPU, the terms are split among workgroups and a second pass adds the partial sums up.
 */
import { weightViews } from '../half.ts';
import type { Binding, KernelCall } from '../runtime/dispatch.ts';
import type { Tensor } from '../runtime/tensor.ts';
import { expectExtents } from '../shapes.ts';
import type { Implementation, VariantOptions } from '../variant.ts';
import {
  type Conv2dBackwardInputTensors,
  type Conv2dBackwardWeightOptions,
  type Conv2dBackwardWeightTensors,
  type Conv2dForwardOptions,
  type Conv2dForwardTensors,
  type Conv2dShape,
  describeConv2d,
} from './shape.ts';
import { type TiledPlan, tiledPlan } from './tiledPlan.ts';
import { addSplits, partsOf, partsWords, weightPartsWords, withSummedSplits } from './tiledSplits.ts';

export const tiledForward: Implementation<Conv2dShape, Conv2dForwardTensors, Conv2dForwardOptions> = {
  readsHalves: true,
  covers: () => true,
  scratch: (shape) =>
    partsWords(forwardPlan('conv2d.forward', shape).splits, describeConv2d(shape).pixels * shape.outputs),
  calls(shape, tensors, options) {
    const kernel = 'conv2d.forward';
    const label = options.label ?? kernel;
    const { pixels, flops, bytes, constants } = describeConv2d(shape);
    const plan = forwardPlan(kernel, shape);
    const elements = pixels * shape.outputs;
    const parts = partsOf(label, plan.splits, elements, tensors.scratch);
    const weight = weightViews(tensors.weight);
    const relu = options.relu === true ? 1 : 0;
    const call: KernelCall = {
      shader: `${kernel}.tiled`,
      label,
      constants: { ...constants, ...plan.constants, ...weight.constants, RELU: relu },
      bindings: [
        ...bothViews(tensors.input),
        ...weight.bindings,
        { tensor: tensors.bias, access: 'read' },
        { tensor: parts ?? tensors.output, access: 'readwrite' },
      ],
      workgroups: plan.workgroups,
      flops,
      bytes: bytes - weight.savedBytes,
    };
    if (parts === undefined) return [call];
    return [call, addSplits(label, plan.splits, parts, tensors.output, { bias: tensors.bias, relu })];
  },
};

export const tiledBackwardInput: Implementation<Conv2dShape, Conv2dBackwardInputTensors, VariantOptions> = {
  readsHalves: true,
  covers: () => true,
  scratch: (shape) => partsWords(backwardInputPlan('conv2d.backwardInput', shape).splits, inputElements(shape)),
  calls(shape, { dOutput, weight, dInput, reluInput, scratch }, options) {
    const kernel = 'conv2d.backwardInput';
    const label = options.label ?? kernel;
    const { flops, bytes, constants } = describeConv2d(shape);
    const plan = backwardInputPlan(kernel, shape);
    const views = weightViews(weight);
    const parts = partsOf(label, plan.splits, inputElements(shape), scratch);
    const call: KernelCall = {
      shader: `${kernel}.tiled`,
      label,
      constants: { ...constants, ...plan.constants, ...views.constants, MASK: reluInput === undefined ? 0 : 1 },
      bindings: [
        ...bothViews(dOutput),
        ...views.bindings,
        // Every declared binding needs a buffer, read or not.
        { tensor: reluInput ?? dOutput, access: 'read' },
        { tensor: parts ?? dInput, access: 'readwrite' },
      ],
      workgroups: plan.workgroups,
      flops,
      bytes: bytes - views.savedBytes - 4 * shape.outputs + (reluInput?.byteLength ?? 0),
    };
    if (parts === undefined) return [call];
    return [call, addSplits(label, plan.splits, parts, dInput, { mask: reluInput })];
  },
};

export const tiledBackwardWeight: Implementation<
  Conv2dShape,
  Conv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = {
  covers: () => true,
  scratch: (shape, options) =>
    weightPartsWords(shape, backwardWeightPlan('conv2d.backwardWeight', shape, options).splits),
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
    return withSummedSplits(shape, plan.splits, { dWeight, dBias, scratch }, ({ weightParts, biasParts }) => ({
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
