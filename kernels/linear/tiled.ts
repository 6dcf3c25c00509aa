/**
 * linear for GPUs: the tiles of conv2d, since a fully connected layer is the convolution of one pixel by a kernel of one pixel; and
 * shaders/linear.forward.tiled.wgsl, where tiles of many rows and columns would be mostly empty.
 */
import type { Conv2dShape } from '../conv2d/shape.ts';
import {
  tiledBackwardInput as convBackwardInput,
  tiledBackwardWeight as convBackwardWeight,
  tiledForward as convForward,
} from '../conv2d/tiled.ts';
import { directGrid } from '../directTiles.ts';
import { weightViews } from '../half.ts';
import type { KernelCall } from '../runtime/dispatch.ts';
import type { Implementation, VariantOptions } from '../variant.ts';
import {
  describeLinear,
  type LinearBackwardInputTensors,
  type LinearBackwardWeightTensors,
  type LinearForwardOptions,
  type LinearForwardTensors,
  type LinearShape,
} from './shape.ts';

/** Below these the tiles of 32 x 32 are mostly empty. */
const fewRows = 8;
const fewColumns = 32;
/** About one for each multiprocessor of a large GPU (conv2d/tiledPlan.ts). */
const enoughWorkgroups = 128;
/** Of four columns each: 32 columns, a line of the cache. */
const mostLanes = 8;

export const tiledForward: Implementation<LinearShape, LinearForwardTensors, LinearForwardOptions> = {
  readsHalves: true,
  covers: () => true,
  scratch: (shape, options) => (isNarrow(shape) ? 0 : (convForward.scratch?.(asConvolution(shape), options) ?? 0)),
  calls(shape, tensors, options) {
    const named = { ...options, label: options.label ?? 'linear.forward' };
    if (!isNarrow(shape)) return convForward.calls(asConvolution(shape), tensors, named);
    return [narrowForward(shape, tensors, named)];
  },
};

export const tiledBackwardInput: Implementation<LinearShape, LinearBackwardInputTensors, VariantOptions> = {
  readsHalves: true,
  covers: () => true,
  scratch: (shape, options) => convBackwardInput.scratch?.(asConvolution(shape), options) ?? 0,
  calls: (shape, tensors, options) =>
    convBackwardInput.calls(asConvolution(shape), tensors, {
      ...options,
      label: options.label ?? 'linear.backwardInput',
    }),
};

export const tiledBackwardWeight: Implementation<LinearShape, LinearBackwardWeightTensors, VariantOptions> = {
  covers: () => true,
  scratch: (shape, options) => convBackwardWeight.scratch?.(asConvolution(shape), options) ?? 0,
  calls: (shape, tensors, options) =>
    convBackwardWeight.calls(asConvolution(shape), tensors, {
      ...options,
      label: options.label ?? 'linear.backwardWeight',
    }),
};

function asConvolution(shape: LinearShape): Conv2dShape {
  describeLinear(shape);
  return { ...shape, height: 1, width: 1, kernelHeight: 1, kernelWidth: 1, stride: 1, padding: 0 };
}

const isNarrow = ({ batch, outputs }: LinearShape): boolean => batch < fewRows || outputs < fewColumns;

function narrowForward(
  shape: LinearShape,
  { input, weight, bias, output }: LinearForwardTensors,
  { label, relu }: LinearForwardOptions & { label: string },
): KernelCall {
  const { flops, bytes, constants } = describeLinear(shape);
  const quads = Math.ceil(shape.outputs / 4);
  const views = weightViews(weight);
  // The wider the better for the cache, as long as the GPU is occupied.
  let lanes = mostLanes;
  while (lanes > 1 && shape.batch * Math.ceil(quads / lanes) < enoughWorkgroups) lanes /= 2;
  return {
    shader: 'linear.forward.tiled',
    label,
    constants: { ...constants, ...views.constants, RELU: relu === true ? 1 : 0, LANES: lanes },
    bindings: [
      { tensor: input, access: 'read' },
      ...views.bindings,
      { tensor: bias, access: 'read' },
      { tensor: output, access: 'readwrite' },
    ],
    workgroups: directGrid('linear.forward', Math.ceil(quads / lanes), shape.batch, 1),
    flops,
    bytes: bytes - views.savedBytes,
  };
}
