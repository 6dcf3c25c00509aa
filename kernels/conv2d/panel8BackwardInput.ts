/** conv2d.backwardInput by panels of weights: shaders/conv2d.backwardInput.panel8.wgsl. */
import { directGrid } from '../directTiles.ts';
import type { Implementation, VariantOptions } from '../variant.ts';
import { type Conv2dBackwardInputTensors, type Conv2dShape, describeConv2d } from './shape.ts';

const tileColumns = 32;
/** Successive taps of a phase whose weights are held at a time: as many as the shader has panels. */
const mostTaps = 3;
/** A panel is worth its loading from about as many pixels on. */
const leastRows = 32;
/** Enough for the threads of a CPU to end at about the same time. */
const wantedWorkgroups = 16;

export const panel8BackwardInput: Implementation<Conv2dShape, Conv2dBackwardInputTensors, VariantOptions> = {
  covers(shape) {
    const fours = shape.inputs % 4 === 0 && shape.outputs % 4 === 0;
    return fours && shape.padding === 0 && describeConv2d(shape).pixels >= leastRows;
  },
  calls(shape, { dOutput, weight, dInput, reluInput }, options) {
    const kernel = 'conv2d.backwardInput';
    const { flops, bytes, constants } = describeConv2d(shape);
    const { PADDING: _, ...extents } = constants;
    const { batch, inputs, outputs, kernelWidth, stride } = shape;
    const phases = stride * stride;
    const columnTiles = Math.ceil(inputs / tileColumns);
    const taps = Math.ceil(kernelWidth / stride);
    const imagesOfGroup = Math.ceil((batch * columnTiles * phases) / wantedWorkgroups);
    const imageGroups = Math.ceil(batch / imagesOfGroup);
    return [
      {
        shader: `${kernel}.panel8`,
        label: options.label ?? kernel,
        constants: {
          ...extents,
          MASK: reluInput === undefined ? 0 : 1,
          TAPS: Math.ceil(taps / Math.ceil(taps / mostTaps)),
          BLOCK: Math.ceil(outputs / 32) % 2 === 0 ? 64 : 32,
          IMAGES: Math.ceil(batch / imageGroups),
        },
        bindings: [
          { tensor: dOutput, access: 'read' },
          { tensor: weight, access: 'read' },
          // Every declared binding needs a buffer, read or not.
          { tensor: reluInput ?? dOutput, access: 'read' },
          { tensor: dInput, access: 'readwrite' },
        ],
        workgroups: directGrid(kernel, imageGroups, columnTiles, phases),
        flops,
        bytes: bytes - 4 * outputs + (reluInput?.byteLength ?? 0),
      },
    ];
  },
};
