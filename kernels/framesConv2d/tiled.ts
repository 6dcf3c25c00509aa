/** framesConv2d with tiles in workgroup memory, for GPUs: shaders/framesConv2d.<pass>.tiled.wgsl. Any shape; divided as conv2d is. */
import {
  type Conv2dBackwardWeightOptions,
  type Conv2dForwardOptions,
  type Conv2dShape,
  describeConv2d,
} from '../conv2d/shape.ts';
import { backwardWeightPlan, bothViews, forwardPlan } from '../conv2d/tiled.ts';
import { addSplits, partsOf, partsWords, weightPartsWords, withSummedSplits } from '../conv2d/tiledSplits.ts';
import { weightViews } from '../half.ts';
import type { KernelCall } from '../runtime/dispatch.ts';
import { elementCount } from '../runtime/tensor.ts';
import type { Implementation } from '../variant.ts';
import {
  describeFramesConv2d,
  type FramesConv2dBackwardWeightTensors,
  type FramesConv2dForwardTensors,
} from './shape.ts';

export const tiledForward: Implementation<Conv2dShape, FramesConv2dForwardTensors, Conv2dForwardOptions> = {
  readsHalves: true,
  covers: () => true,
  scratch(shape) {
    const { splits } = forwardPlan('framesConv2d.forward', shape);
    return partsWords(splits, describeConv2d(shape).pixels * shape.outputs);
  },
  calls(shape, tensors, options) {
    const kernel = 'framesConv2d.forward';
    const label = options.label ?? kernel;
    const { flops, bytes, constants } = describeFramesConv2d(shape, tensors);
    const plan = forwardPlan(kernel, shape);
    const parts = partsOf(label, plan.splits, elementCount(tensors.output.shape), tensors.scratch);
    const weight = weightViews(tensors.weight);
    const relu = options.relu === true ? 1 : 0;
    const call: KernelCall = {
      shader: `${kernel}.tiled`,
      label,
      constants: { ...constants, ...plan.constants, ...weight.constants, RELU: relu },
      bindings: [
        { tensor: tensors.frames, access: 'read' },
        { tensor: tensors.frameNumbers, access: 'read' },
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

export const tiledBackwardWeight: Implementation<
  Conv2dShape,
  FramesConv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = {
  covers: () => true,
  scratch: (shape, options) =>
    weightPartsWords(shape, backwardWeightPlan('framesConv2d.backwardWeight', shape, options).splits),
  calls(shape, tensors, options) {
    const kernel = 'framesConv2d.backwardWeight';
    const { pixels, flops, bytes, constants } = describeFramesConv2d(shape, tensors);
    const plan = backwardWeightPlan(kernel, shape, options);
    return withSummedSplits(shape, plan.splits, tensors, ({ weightParts, biasParts }) => ({
      shader: `${kernel}.tiled`,
      label: options.label ?? kernel,
      constants: { ...constants, ...plan.constants },
      bindings: [
        { tensor: tensors.frames, access: 'read' },
        { tensor: tensors.frameNumbers, access: 'read' },
        ...bothViews(tensors.dOutput),
        { tensor: weightParts, access: 'readwrite' },
        { tensor: biasParts, access: 'readwrite' },
      ],
      workgroups: plan.workgroups,
      flops: flops + pixels * shape.outputs,
      bytes,
    }));
  },
};
