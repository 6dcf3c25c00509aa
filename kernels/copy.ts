/**
 * A copy within a compute pass. `gpu.copy` does the same between passes, and is faster where a pass ends anyway.
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import { elementCount, type Tensor } from './runtime/tensor.ts';
import { expectCount, ShapeError, wholeVec4s } from './shapes.ts';

export interface CopyCall {
  /** Any shape and element type. */
  readonly input: Tensor;
  /** The same type and number of elements. */
  readonly output: Tensor;
}

/** output = input, bit for bit; elements of u8 in whole words. Throws ShapeError. */
export function copy({ input, output }: CopyCall): KernelCall[] {
  const shader = 'copy';
  const words = input.byteLength / 4;
  if (!(words >= 1)) throw new ShapeError(shader, `input (${input.name}) is empty`);
  expectCount(shader, 'output', output, elementCount(input.shape), input.type);
  return [
    {
      shader,
      constants: { COUNT: words },
      bindings: [
        { tensor: wholeVec4s(shader, input), access: 'read' },
        { tensor: wholeVec4s(shader, output), access: 'readwrite' },
      ],
      workgroups: invocationGrid(Math.ceil(words / 4)),
      flops: 0,
      bytes: 8 * words,
    },
  ];
}
