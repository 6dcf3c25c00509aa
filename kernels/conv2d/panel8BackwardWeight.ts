/** conv2d.backwardWeight by panels of gradients: shaders/conv2d.backwardWeight.panel8.wgsl, then shaders/conv2d.sumSplits4.wgsl. */
import { directGrid } from '../directTiles.ts';
import type { KernelCall } from '../runtime/dispatch.ts';
import { type Tensor, tensorAlignment } from '../runtime/tensor.ts';
import { expectExtents, expectScratch } from '../shapes.ts';
import type { Implementation } from '../variant.ts';
import {
  type Conv2dBackwardWeightOptions,
  type Conv2dBackwardWeightTensors,
  type Conv2dShape,
  describeConv2d,
  partOf,
} from './shape.ts';

const tileColumns = 32;
/** A panel is worth its loading from about as many rows of the weights on, and from as many pixels. */
const leastRows = 16;
export const leastPixels = 32;
/** Pixels in a panel, in eights. */
const mostVectors = 16;
/** Enough for the threads of a CPU to end at about the same time; each split costs the second pass. */
const wantedWorkgroups = 16;

export const panel8BackwardWeight: Implementation<
  Conv2dShape,
  Conv2dBackwardWeightTensors,
  Conv2dBackwardWeightOptions
> = {
  covers(shape) {
    const { pixels, weights } = describeConv2d(shape);
    const isWorthIt = pixels >= leastPixels && weights / shape.outputs >= leastRows;
    return isWorthIt && shape.outputs % 4 === 0 && shape.padding === 0;
  },
  scratch: (shape, options) => splitScratch(shape, pixelBlocks(shape, options).splits),
  calls(shape, tensors, options) {
    const kernel = 'conv2d.backwardWeight';
    const { pixels, flops, bytes, constants } = describeConv2d(shape);
    const { PADDING: _, ...extents } = constants;
    const { splits, blocks, vectors } = pixelBlocks(shape, options);
    const label = options.label ?? kernel;
    const { weightParts, biasParts, sum } = splitSums(kernel, label, shape, splits, tensors);
    return [
      {
        shader: `${kernel}.panel8`,
        label,
        constants: { ...extents, VECTORS: vectors, BLOCKS: blocks },
        bindings: [
          { tensor: tensors.input, access: 'read' },
          { tensor: tensors.dOutput, access: 'read' },
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

interface PixelBlocks {
  readonly splits: number;
  /** Blocks of a split. */
  readonly blocks: number;
  /** Pixels of a block, in eights. */
  readonly vectors: number;
}

/** Splits in the number asked for, or else in about the number wanted, so that little is computed past the last pixel. */
function pixelBlocks(shape: Conv2dShape, options: Conv2dBackwardWeightOptions): PixelBlocks {
  const eights = Math.ceil(describeConv2d(shape).pixels / 8);
  const wanted = wantedSplits(shape, options);
  if (options.splits !== undefined) return divided(eights, wanted);
  const least = Math.ceil(0.75 * wanted);
  const choices = Array.from({ length: wanted }, (_, i) => divided(eights, least + i));
  return choices.reduce((best, choice) => (rowCost(choice) < rowCost(best) ? choice : best));
}

/** Pixels in at most `wanted` equal splits, each in equal blocks. */
function divided(eights: number, wanted: number): PixelBlocks {
  const blocks = Math.ceil(eights / wanted / mostVectors);
  const vectors = Math.ceil(eights / wanted / blocks);
  return { splits: Math.ceil(eights / (blocks * vectors)), blocks, vectors };
}

/**
 * What a row of the weights costs, in instructions of the compiled shader as multiples of those for 8 pixels: of a block, for the sums'
 * way from and to memory, and of a split, for the second pass.
 */
function rowCost({ splits, blocks, vectors }: PixelBlocks): number {
  return splits * (blocks * (vectors + 2.5) + 1);
}

/** The splits asked for, or else enough for the workgroups that are wanted. Throws ShapeError. */
export function wantedSplits(shape: Conv2dShape, { splits }: Conv2dBackwardWeightOptions): number {
  if (splits === undefined) return Math.ceil(wantedWorkgroups / Math.ceil(shape.outputs / tileColumns));
  expectExtents('conv2d.backwardWeight', { splits }, 1);
  return splits;
}

/** f32 elements of the scratch tensor for the partial sums of the splits. */
export function splitScratch(shape: Conv2dShape, splits: number): number {
  return splits === 1 ? 0 : biasPartsOffset(shape, splits) + splits * shape.outputs;
}

/** Where the splits write their partial sums, [split, …], and the calls that add them up: with one split, the results and none. */
export function splitSums(
  kernel: string,
  label: string,
  shape: Conv2dShape,
  splits: number,
  tensors: Pick<Conv2dBackwardWeightTensors, 'dWeight' | 'dBias' | 'scratch'>,
): { weightParts: Tensor; biasParts: Tensor; sum: KernelCall[] } {
  const { dWeight, dBias } = tensors;
  if (splits === 1) return { weightParts: dWeight, biasParts: dBias, sum: [] };
  const { weights } = describeConv2d(shape);
  const scratch = expectScratch(kernel, tensors.scratch, splitScratch(shape, splits));
  const weightParts = partOf(scratch, 0, splits * weights);
  const biasParts = partOf(scratch, biasPartsOffset(shape, splits), splits * shape.outputs);
  const sums = weights + shape.outputs;
  const sum: KernelCall = {
    shader: 'conv2d.sumSplits4',
    label: `${label}.sumSplits`,
    constants: { SPLITS: splits, WEIGHTS: weights, OUTPUTS: shape.outputs },
    bindings: [
      { tensor: weightParts, access: 'read' },
      { tensor: biasParts, access: 'read' },
      { tensor: dWeight, access: 'readwrite' },
      { tensor: dBias, access: 'readwrite' },
    ],
    workgroups: directGrid(kernel, Math.ceil(sums / 4 / 64), 1, 1),
    flops: splits * sums,
    bytes: 4 * (splits + 1) * sums,
  };
  return { weightParts, biasParts, sum: [sum] };
}

/** The element of the scratch tensor where the partial sums of the bias begin. */
function biasPartsOffset(shape: Conv2dShape, splits: number): number {
  const aligned = tensorAlignment / 4;
  return Math.ceil((splits * describeConv2d(shape).weights) / aligned) * aligned;
}
