/** framesConv2d.backwardWeight by panels of gradients: shaders/framesConv2d.backwardWeight.panel8.wgsl, then conv2d.sumSplits4. */
import { leastPixels, splitScratch, splitSums, wantedSplits } from '../conv2d/panel8BackwardWeight.ts';
import {
  type Conv2dBackwardWeightOptions,
  type Conv2dShape,
  conv2dOutputSize,
  describeConv2d,
} from '../conv2d/shape.ts';
import { directGrid } from '../directTiles.ts';
import type { Implementation } from '../variant.ts';
import { describeFramesConv2d, type FramesConv2dBackwardWeightTensors } from './shape.ts';

const tileColumns = 32;
/** Longer ones, and so larger panels, compile for longer and are no faster. */
const longestSegment = 10;
/** What the shader has room for: groups of 8 segments, and pixels of one segment of each group. */
const mostGroups = 4;
const mostPixels = 16;

export const panel8BackwardWeight: Implementation<
  Conv2dShape,
  FramesConv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = {
  covers(shape) {
    const { kernelWidth, stride, width, outputs, padding } = shape;
    const isInFours = [kernelWidth, stride, width, outputs].every((extent) => extent % 4 === 0);
    return isInFours && padding === 0 && describeConv2d(shape).pixels >= leastPixels;
  },
  scratch: (shape, options) => splitScratch(shape, blocksOf(shape, options).splits),
  calls(shape, tensors, options) {
    const kernel = 'framesConv2d.backwardWeight';
    const { frames, frameNumbers, dOutput } = tensors;
    const { pixels, flops, bytes, constants } = describeFramesConv2d(shape, { frames, frameNumbers });
    const { PADDING: _, ...extents } = constants;
    const { splits, blocks, groups, segment, taps } = blocksOf(shape, options);
    const label = options.label ?? kernel;
    const { weightParts, biasParts, sum } = splitSums(kernel, label, shape, splits, tensors);
    return [
      {
        shader: `${kernel}.panel8`,
        label,
        constants: { ...extents, SEGMENT: segment, GROUPS: groups, TAPS: taps, BLOCKS: blocks },
        bindings: [
          { tensor: frames, access: 'read' },
          { tensor: frameNumbers, access: 'read' },
          { tensor: dOutput, access: 'read' },
          { tensor: weightParts, access: 'readwrite' },
          { tensor: biasParts, access: 'readwrite' },
        ],
        workgroups: directGrid(kernel, 1, Math.ceil(shape.outputs / tileColumns), splits),
        flops: flops + pixels * shape.outputs,
        bytes,
      },
      ...sum,
    ];
  },
};

/** Lines in equal segments; splits in blocks of 8 * `groups` segments, as many as the shader has room for. */
function blocksOf(shape: Conv2dShape, options: Conv2dBackwardWeightOptions) {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const segments = Math.ceil(outputWidth / longestSegment);
  const segment = Math.ceil(outputWidth / segments);
  const eights = Math.ceil((shape.batch * outputHeight * Math.ceil(outputWidth / segment)) / 8);
  const perSplit = eights / wantedSplits(shape, options);
  const blocks = Math.ceil(perSplit / Math.min(mostGroups, Math.floor(mostPixels / segment)));
  const groups = Math.ceil(perSplit / blocks);
  // A word is of two windows where these overlap by half, or by a larger even share.
  const taps = shape.kernelWidth % (2 * shape.stride) === 0 ? 2 : 1;
  return { splits: Math.ceil(eights / (blocks * groups)), blocks, groups, segment, taps };
}
