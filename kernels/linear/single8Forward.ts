/**
 * linear.forward, `subgroup8`, of one row, as acting has it: shaders/linear.forward.single8.wgsl. More rows are left to direct.ts.
 */
import { directGrid } from '../directTiles.ts';
import type { Implementation } from '../variant.ts';
import { directForward } from './direct.ts';
import { describeLinear, type LinearForwardOptions, type LinearForwardTensors, type LinearShape } from './shape.ts';

const tileColumns = 32;

export const single8Forward: Implementation<LinearShape, LinearForwardTensors, LinearForwardOptions> = {
  covers: directForward.covers,
  calls(shape, tensors, options) {
    if (shape.batch !== 1) return directForward.calls(shape, tensors, options);
    const kernel = 'linear.forward';
    const { flops, bytes } = describeLinear(shape);
    const { input, weight, bias, output } = tensors;
    return [
      {
        shader: `${kernel}.single8`,
        label: options.label ?? kernel,
        constants: { INPUTS: shape.inputs, OUTPUTS: shape.outputs, RELU: options.relu === true ? 1 : 0 },
        bindings: [
          { tensor: input, access: 'read' },
          { tensor: weight, access: 'read' },
          { tensor: bias, access: 'read' },
          { tensor: output, access: 'readwrite' },
        ],
        workgroups: directGrid(kernel, Math.ceil(shape.outputs / tileColumns), 1, 1),
        flops,
        bytes,
      },
    ];
  },
};
