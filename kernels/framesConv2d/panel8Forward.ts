/** framesConv2d.forward by panels of weights: shaders/framesConv2d.forward.panel8.wgsl. */
import type { Conv2dForwardOptions, Conv2dShape } from '../conv2d/shape.ts';
import { conv2dOutputSize } from '../conv2d/shape.ts';
import { directGrid } from '../directTiles.ts';
import type { Implementation } from '../variant.ts';
import { describeFramesConv2d, type FramesConv2dForwardTensors } from './shape.ts';

const tileColumns = 32;
/** Bytes of a window's line: a word for each invocation of a subgroup. */
const lineBytes = 32;
/** Lines of a window in a panel. */
const mostBlockLines = 4;
/** Enough for the threads of a CPU to end at about the same time. */
const wantedWorkgroups = 16;

/** Whether four successive bytes of a window are a word of a frame, and a line of it is a word for each of 8 invocations. */
export function isFrameWindow({ inputs, kernelWidth, stride, width, height, padding }: Conv2dShape): boolean {
  const words = [kernelWidth, stride, width].every((extent) => extent % 4 === 0);
  return words && kernelWidth * inputs === lineBytes && padding === 0 && (height * width) % 4 === 0;
}

export const panel8Forward: Implementation<Conv2dShape, FramesConv2dForwardTensors, Conv2dForwardOptions> = {
  covers: (shape) => isFrameWindow(shape) && shape.outputs % 4 === 0,
  calls(shape, { frames, frameNumbers, weight, bias, output }, options) {
    const kernel = 'framesConv2d.forward';
    const { flops, bytes, constants } = describeFramesConv2d(shape, { frames, frameNumbers });
    const { PADDING: _, ...extents } = constants;
    const { outputHeight } = conv2dOutputSize(shape);
    const columnTiles = Math.ceil(shape.outputs / tileColumns);
    const images = Math.ceil((shape.batch * columnTiles) / wantedWorkgroups);
    const imageGroups = Math.ceil(shape.batch / images);
    const lines = Math.ceil((outputHeight * imageGroups * columnTiles) / wantedWorkgroups);
    const linesOfGroup = Math.min(outputHeight, lines);
    return [
      {
        shader: `${kernel}.panel8`,
        label: options.label ?? kernel,
        constants: {
          ...extents,
          RELU: options.relu === true ? 1 : 0,
          IMAGES: images,
          LINES: linesOfGroup,
          BLOCK_LINES: Math.min(mostBlockLines, shape.kernelHeight),
        },
        bindings: [
          { tensor: frames, access: 'read' },
          { tensor: frameNumbers, access: 'read' },
          { tensor: weight, access: 'read' },
          { tensor: bias, access: 'read' },
          { tensor: output, access: 'readwrite' },
        ],
        workgroups: directGrid(kernel, imageGroups, Math.ceil(outputHeight / linesOfGroup), columnTiles),
        flops,
        bytes,
      },
    ];
  },
};
