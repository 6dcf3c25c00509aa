/** framesConv2d with register tiles: shaders/framesConv2d.<pass>.wgsl. They run anywhere, any shape. */
import {
  type Conv2dBackwardWeightOptions,
  type Conv2dForwardOptions,
  type Conv2dShape,
  conv2dOutputSize,
} from '../conv2d/shape.ts';
import { weightPartsWords, withSummedSplits } from '../conv2d/tiledSplits.ts';
import { directGrid } from '../directTiles.ts';
import { expectExtents } from '../shapes.ts';
import type { Implementation } from '../variant.ts';
import {
  describeFramesConv2d,
  type FramesConv2dBackwardWeightTensors,
  type FramesConv2dForwardTensors,
} from './shape.ts';

/** Of 64 invocations each: enough for a CPU, and to occupy a GPU. */
const wantedWorkgroups = 256;
/** Pixels that a split sums at least. */
const leastSplitPixels = 256;

export const directForward: Implementation<Conv2dShape, FramesConv2dForwardTensors, Conv2dForwardOptions> = {
  covers: () => true,
  calls(shape, tensors, options) {
    const kernel = 'framesConv2d.forward';
    const { pixels, flops, bytes, constants } = describeFramesConv2d(shape, tensors);
    return [
      {
        shader: kernel,
        label: options.label ?? kernel,
        constants: { ...constants, RELU: options.relu === true ? 1 : 0 },
        bindings: [
          { tensor: tensors.frames, access: 'read' },
          { tensor: tensors.frameNumbers, access: 'read' },
          { tensor: tensors.weight, access: 'read' },
          { tensor: tensors.bias, access: 'read' },
          { tensor: tensors.output, access: 'readwrite' },
        ],
        workgroups: directGrid(kernel, tileGroups(pixels, shape.outputs), 1, 1),
        flops,
        bytes,
      },
    ];
  },
};

export const directBackwardWeight: Implementation<
  Conv2dShape,
  FramesConv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = {
  covers: () => true,
  scratch: (shape, options) => weightPartsWords(shape, splitsOf(shape, options).splits),
  calls(shape, tensors, options) {
    const kernel = 'framesConv2d.backwardWeight';
    const { pixels, flops, bytes, constants } = describeFramesConv2d(shape, tensors);
    const { splits, splitLines } = splitsOf(shape, options);
    return withSummedSplits(shape, splits, tensors, ({ weightParts, biasParts }) => ({
      shader: kernel,
      label: options.label ?? kernel,
      constants: { ...constants, SPLIT_LINES: splitLines },
      bindings: [
        { tensor: tensors.frames, access: 'read' },
        { tensor: tensors.frameNumbers, access: 'read' },
        { tensor: tensors.dOutput, access: 'read' },
        { tensor: weightParts, access: 'readwrite' },
        { tensor: biasParts, access: 'readwrite' },
      ],
      workgroups: directGrid(kernel, tileGroups(weightRows(shape), shape.outputs), 1, splits),
      flops: flops + pixels * shape.outputs,
      bytes,
    }));
  },
};

const weightRows = ({ kernelHeight, kernelWidth, inputs }: Conv2dShape): number => kernelHeight * kernelWidth * inputs;

/** Workgroups of 64 tiles of 4 x 4. */
const tileGroups = (rows: number, columns: number): number =>
  Math.ceil((Math.ceil(rows / 4) * Math.ceil(columns / 4)) / 64);

/** Into how many sums of how many lines of the output a gradient is split; no split is empty. */
function splitsOf(shape: Conv2dShape, options: Conv2dBackwardWeightOptions): { splits: number; splitLines: number } {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const lines = shape.batch * outputHeight;
  if (options.splits !== undefined) expectExtents('framesConv2d.backwardWeight', { splits: options.splits }, 1);
  const useful = Math.min(
    Math.ceil(wantedWorkgroups / tileGroups(weightRows(shape), shape.outputs)),
    Math.floor((lines * outputWidth) / leastSplitPixels),
  );
  const splitLines = Math.ceil(lines / Math.min(lines, options.splits ?? Math.max(1, useful)));
  return { splits: Math.ceil(lines / splitLines), splitLines };
}
