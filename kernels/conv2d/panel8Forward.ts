/** conv2d.forward by panels of weights: shaders/conv2d.forward.panel8.wgsl. */
import { directGrid } from '../directTiles.ts';
import type { Implementation } from '../variant.ts';
import { type Conv2dForwardOptions, type Conv2dForwardTensors, type Conv2dShape, describeConv2d } from './shape.ts';

const tileColumns = 32;
/** A panel is worth its loading from about as many pixels on. */
const leastRows = 32;
const mostRows = 400;
/** Enough for the threads of a CPU to end at about the same time. */
const wantedWorkgroups = 16;

export const panel8Forward: Implementation<Conv2dShape, Conv2dForwardTensors, Conv2dForwardOptions> = {
  covers(shape) {
    const fours = shape.inputs % 4 === 0 && shape.outputs % 4 === 0;
    return fours && shape.padding === 0 && describeConv2d(shape).pixels >= leastRows;
  },
  calls(shape, { input, weight, bias, output }, options) {
    const kernel = 'conv2d.forward';
    const { pixels, weights, flops, bytes, constants } = describeConv2d(shape);
    const { PADDING: _, ...extents } = constants;
    const columnTiles = Math.ceil(shape.outputs / tileColumns);
    const rows = panelRows(pixels, columnTiles);
    return [
      {
        shader: `${kernel}.panel8`,
        label: options.label ?? kernel,
        constants: {
          ...extents,
          RELU: options.relu === true ? 1 : 0,
          BLOCK: panelBlock(weights / shape.outputs),
          ROWS: rows,
        },
        bindings: [
          { tensor: input, access: 'read' },
          { tensor: weight, access: 'read' },
          { tensor: bias, access: 'read' },
          { tensor: output, access: 'readwrite' },
        ],
        workgroups: directGrid(kernel, Math.ceil(pixels / rows), columnTiles, 1),
        flops,
        bytes,
      },
    ];
  },
};

/** Rows that share a panel: as many as leave enough workgroups, in equal parts. */
export function panelRows(rows: number, columnTiles: number): number {
  const wanted = Math.ceil((rows * columnTiles) / wantedWorkgroups);
  const parts = Math.ceil(rows / Math.min(mostRows, Math.max(leastRows, wanted)));
  return Math.ceil(rows / parts);
}

/** Elements of a window in a panel: 128, 96, 64 or 32, whichever fills its panels best; the largest of equals. */
export function panelBlock(window: number): number {
  const padded = (block: number): number => Math.ceil(window / block) * block;
  return [128, 96, 64, 32].reduce((best, block) => (padded(block) < padded(best) ? block : best));
}
