/**
 * conv2d with register tiles: shaders/conv2d.<pass>.wgsl, which run anywhere, and shaders/conv2d.<pass>.subgroup8.wgsl.
 */

import { chooseDirect, coversDirect, directGrid } from '../directTiles.ts';
import type { KernelCall } from '../runtime/dispatch.ts';
import { tensorAlignment } from '../runtime/tensor.ts';
import { expectExtents, expectScratch } from '../shapes.ts';
import type { Implementation, VariantOptions } from '../variant.ts';
import {
  type Conv2dBackwardInputTensors,
  type Conv2dBackwardWeightOptions,
  type Conv2dBackwardWeightTensors,
  type Conv2dForwardOptions,
  type Conv2dForwardTensors,
  type Conv2dShape,
  conv2dOutputSize,
  describeConv2d,
  partOf,
} from './shape.ts';

const covers = (shape: Conv2dShape, options: VariantOptions): boolean =>
  coversDirect([shape.inputs, shape.outputs], options);

export const directForward: Implementation<Conv2dShape, Conv2dForwardTensors, Conv2dForwardOptions> = {
  covers,
  calls: forward,
};

export const directBackwardInput: Implementation<Conv2dShape, Conv2dBackwardInputTensors, VariantOptions> = {
  covers,
  calls: backwardInput,
};

export const directBackwardWeight: Implementation<
  Conv2dShape,
  Conv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = { covers, scratch: backwardWeightScratch, calls: backwardWeight };

function forward(shape: Conv2dShape, tensors: Conv2dForwardTensors, options: Conv2dForwardOptions): KernelCall[] {
  const kernel = 'conv2d.forward';
  const chosen = chooseDirect(kernel, [shape.inputs, shape.outputs], options, shape.outputs);
  const cost = describeConv2d(shape);
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

function backwardInput(shape: Conv2dShape, tensors: Conv2dBackwardInputTensors, options: VariantOptions): KernelCall[] {
  const kernel = 'conv2d.backwardInput';
  const chosen = chooseDirect(kernel, [shape.inputs, shape.outputs], options, shape.inputs);
  const cost = describeConv2d(shape);
  const { dOutput, weight, dInput, reluInput } = tensors;
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

function backwardWeightScratch(shape: Conv2dShape, options: Conv2dBackwardWeightOptions): number {
  const splits = splitsOf(shape, options);
  return splits === 1 ? 0 : biasPartsOffset(shape, splits) + splits * shape.outputs;
}

function backwardWeight(
  shape: Conv2dShape,
  tensors: Conv2dBackwardWeightTensors,
  options: Conv2dBackwardWeightOptions,
): KernelCall[] {
  const kernel = 'conv2d.backwardWeight';
  const chosen = chooseDirect(kernel, [shape.inputs, shape.outputs], options, shape.outputs);
  const cost = describeConv2d(shape);
  const { input, dOutput, dWeight, dBias } = tensors;
  const splits = splitsOf(shape, options);
  const label = options.label ?? kernel;
  const scratchWords = backwardWeightScratch(shape, options);
  let weightParts = dWeight;
  let biasParts = dBias;
  if (scratchWords > 0) {
    const scratch = expectScratch(kernel, tensors.scratch, scratchWords);
    weightParts = partOf(scratch, 0, splits * cost.weights);
    biasParts = partOf(scratch, biasPartsOffset(shape, splits), splits * shape.outputs);
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
      workgroups: directGrid(kernel, Math.ceil(sums / 64), 1, 1),
      flops: splits * sums,
      bytes: 4 * (splits + 1) * sums,
    });
  }
  return calls;
}

/**
 * Enough splits for 64 workgroups of the subgroup form, which fill a CPU, or 256 of the generic one, which occupy a GPU; but each split
 * of at least 256 pixels and one line of the output.
 */
function splitsOf(shape: Conv2dShape, options: Conv2dBackwardWeightOptions): number {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const lines = shape.batch * outputHeight;
  if (options.splits !== undefined) {
    expectExtents('conv2d.backwardWeight', { splits: options.splits }, 1);
    return Math.min(options.splits, lines);
  }
  const { grid, fast } = chooseDirect('conv2d.backwardWeight', [shape.inputs, shape.outputs], options, shape.outputs);
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
