/**
 * The second passes of shaders that split their sums among workgroups: partial sums lie in scratch and are added up in a fixed order.
 * Leaves out: how many splits there are (tiledPlan.ts).
 */
import { invocationGrid } from '../grid.ts';
import type { KernelCall } from '../runtime/dispatch.ts';
import { type Tensor, tensorAlignment } from '../runtime/tensor.ts';
import { expectScratch } from '../shapes.ts';
import { type Conv2dShape, describeConv2d, partOf } from './shape.ts';

/** f32 elements for the partial sums of so many elements; 0 where nothing is split. */
export const partsWords = (splits: number, elements: number): number => (splits === 1 ? 0 : splits * elements);

/** Where the partial sums go; none where nothing is split. Throws ShapeError where there is too little scratch. */
export function partsOf(
  kernel: string,
  splits: number,
  elements: number,
  scratch: Tensor | undefined,
): Tensor | undefined {
  const words = partsWords(splits, elements);
  return words === 0 ? undefined : partOf(expectScratch(kernel, scratch, words), 0, words);
}

/** The second pass of activations and of their gradients, which ends as the first would without splits. */
export function addSplits(
  label: string,
  splits: number,
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
export function weightPartsWords(shape: Conv2dShape, splits: number): number {
  return splits === 1 ? 0 : biasPartsOffset(describeConv2d(shape), splits) + splits * shape.outputs;
}

/** The gradients' first pass and, where it splits its sums, the second. `first` is given where its results go. */
export function withSummedSplits(
  shape: Conv2dShape,
  splits: number,
  { dWeight, dBias, scratch }: { dWeight: Tensor; dBias: Tensor; scratch?: Tensor | undefined },
  first: (results: { weightParts: Tensor; biasParts: Tensor }) => KernelCall & { label: string },
): KernelCall[] {
  if (splits === 1) return [first({ weightParts: dWeight, biasParts: dBias })];
  const { weights } = describeConv2d(shape);
  const space = expectScratch('conv2d.backwardWeight', scratch, weightPartsWords(shape, splits));
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
