/**
 * linear by panels of the batch's activations or gradients, so that each weight is loaded or stored once for 32 rows:
 * shaders/linear.<pass>.panel8.wgsl and shaders/linear.sumBlocks.wgsl. The forward pass of more rows has panels of weights instead: it is
 * a convolution by 1 x 1.
 */
import { panel8Forward as convolution } from '../conv2d/panel8Forward.ts';
import { type Conv2dShape, partOf } from '../conv2d/shape.ts';
import { directGrid } from '../directTiles.ts';
import type { KernelCall } from '../runtime/dispatch.ts';
import { expectScratch } from '../shapes.ts';
import type { Implementation, VariantOptions } from '../variant.ts';
import {
  describeLinear,
  type LinearBackwardInputTensors,
  type LinearBackwardWeightTensors,
  type LinearForwardOptions,
  type LinearForwardTensors,
  type LinearShape,
} from './shape.ts';

/** Rows of the batch, or columns of a tile of dWeight, that a panel has: a vec4 for each of 8 invocations. */
export const panelWidth = 32;
/** What a block costs beside its elements, in elements: the sums that are stored after it and loaded again. Measured. */
const blockCost = 20;
/** A panel's loading is worth its while from about as many rows or columns on; many more of them gain nothing. */
const leastLines = 32;
const mostLines = 512;
/** Enough for the threads of a CPU to end at about the same time. */
const wantedWorkgroups = 16;

/** Of up to 16 rows, half the panel would be idle. */
const covers = ({ batch, inputs, outputs }: LinearShape): boolean =>
  batch > 16 && inputs % 4 === 0 && outputs % 4 === 0 && inputs >= 32 && outputs >= 32;

export const panel8Forward: Implementation<LinearShape, LinearForwardTensors, LinearForwardOptions> = {
  covers,
  scratch: forwardScratch,
  calls: forward,
};

export const panel8BackwardInput: Implementation<LinearShape, LinearBackwardInputTensors, VariantOptions> = {
  covers,
  calls: backwardInput,
};

export const panel8BackwardWeight: Implementation<LinearShape, LinearBackwardWeightTensors, VariantOptions> = {
  covers,
  calls: backwardWeight,
};

/** Elements of a sum that a panel holds: 128, 96, 64 or 32, whichever makes the whole sum cheapest. */
function panelBlock(elements: number): number {
  const cost = (block: number): number => Math.ceil(elements / block) * (block + blockCost);
  return [128, 96, 64, 32].reduce((best, block) => (cost(block) < cost(best) ? block : best));
}

/**
 * How many of the rows or columns that stream past a panel share it: as many as leave enough workgroups, in equal parts.
 * @param others workgroups that work on the same lines, with other panels
 */
function linesOfPanel(lines: number, others: number): number {
  const wanted = Math.ceil((lines * others) / wantedWorkgroups);
  const parts = Math.ceil(lines / Math.min(mostLines, Math.max(leastLines, wanted)));
  return Math.ceil(lines / parts);
}

function forwardScratch({ batch, inputs, outputs }: LinearShape): number {
  return batch > panelWidth ? 0 : Math.ceil(inputs / panelBlock(inputs)) * outputs * panelWidth;
}

function forward(shape: LinearShape, tensors: LinearForwardTensors, options: LinearForwardOptions): KernelCall[] {
  const kernel = 'linear.forward';
  const { batch, inputs, outputs } = shape;
  const { flops, bytes, constants } = describeLinear(shape);
  const label = options.label ?? kernel;
  if (batch > panelWidth) return convolution.calls(asConvolution(shape), tensors, { ...options, label });
  const words = forwardScratch(shape);
  const parts = partOf(expectScratch(kernel, tensors.scratch, words), 0, words);
  const block = panelBlock(inputs);
  const blocks = Math.ceil(inputs / block);
  const columns = linesOfPanel(outputs, blocks);
  return [
    {
      shader: `${kernel}.panel8`,
      label,
      constants: { ...constants, BLOCK: block, COLUMNS: columns },
      bindings: [
        { tensor: tensors.input, access: 'read' },
        { tensor: tensors.weight, access: 'read' },
        { tensor: parts, access: 'readwrite' },
      ],
      workgroups: directGrid(kernel, blocks, Math.ceil(outputs / columns), 1),
      flops,
      bytes,
    },
    {
      shader: 'linear.sumBlocks',
      label: `${label}.sumBlocks`,
      constants: { BATCH: batch, OUTPUTS: outputs, BLOCKS: blocks, RELU: options.relu === true ? 1 : 0 },
      bindings: [
        { tensor: parts, access: 'read' },
        { tensor: tensors.bias, access: 'read' },
        { tensor: tensors.output, access: 'readwrite' },
      ],
      workgroups: directGrid(kernel, Math.ceil((outputs * (panelWidth / 4)) / 64), 1, 1),
      flops: blocks * batch * outputs,
      bytes: 4 * (words + outputs + batch * outputs),
    },
  ];
}

/** The rows are the pixels of one image. */
function asConvolution({ batch, inputs, outputs }: LinearShape): Conv2dShape {
  const one = { batch: 1, width: 1, kernelHeight: 1, kernelWidth: 1, stride: 1, padding: 0 };
  return { ...one, height: batch, inputs, outputs };
}

function backwardInput(shape: LinearShape, tensors: LinearBackwardInputTensors, options: VariantOptions): KernelCall[] {
  const kernel = 'linear.backwardInput';
  const { batch, inputs, outputs } = shape;
  const { flops, bytes, constants } = describeLinear(shape);
  const { dOutput, weight, dInput, reluInput } = tensors;
  const rowTiles = Math.ceil(batch / panelWidth);
  const columns = linesOfPanel(inputs, rowTiles);
  return [
    {
      shader: `${kernel}.panel8`,
      label: options.label ?? kernel,
      constants: {
        ...constants,
        MASK: reluInput === undefined ? 0 : 1,
        BLOCK: panelBlock(outputs),
        COLUMNS: columns,
      },
      bindings: [
        { tensor: dOutput, access: 'read' },
        { tensor: weight, access: 'read' },
        // Every declared binding needs a buffer, read or not.
        { tensor: reluInput ?? dOutput, access: 'read' },
        { tensor: dInput, access: 'readwrite' },
      ],
      workgroups: directGrid(kernel, Math.ceil(inputs / columns), rowTiles, 1),
      flops,
      bytes: bytes - 4 * outputs + (reluInput?.byteLength ?? 0),
    },
  ];
}

function backwardWeight(
  shape: LinearShape,
  tensors: LinearBackwardWeightTensors,
  options: VariantOptions,
): KernelCall[] {
  const kernel = 'linear.backwardWeight';
  const { batch, inputs, outputs } = shape;
  const { flops, bytes, constants } = describeLinear(shape);
  // A panel has the gradients of 32 samples and 4 tiles of columns, or of 64 samples and 2 tiles.
  const tiles = batch <= panelWidth ? 4 : 2;
  const columnGroups = Math.ceil(outputs / (tiles * panelWidth));
  const rows = linesOfPanel(inputs, columnGroups);
  return [
    {
      shader: `${kernel}.panel8`,
      label: options.label ?? kernel,
      constants: { ...constants, TILES: tiles, ROWS: rows },
      bindings: [
        { tensor: tensors.input, access: 'read' },
        { tensor: tensors.dOutput, access: 'read' },
        { tensor: tensors.dWeight, access: 'readwrite' },
        { tensor: tensors.dBias, access: 'readwrite' },
      ],
      workgroups: directGrid(kernel, Math.ceil(inputs / rows), columnGroups, 1),
      flops: flops + batch * outputs,
      bytes,
    },
  ];
}
