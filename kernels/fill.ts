/**
 * A tensor filled with one value.
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectElements, ShapeError, wholeVec4s } from './shapes.ts';

export interface Fill {
  /** Any shape, f32. */
  readonly output: Tensor;
  /** A finite number, rounded to f32. Default 0. */
  readonly value?: number;
}

/** output = value. Throws ShapeError. */
export function fill({ output, value = 0 }: Fill): KernelCall[] {
  const shader = 'fill';
  const count = expectElements(shader, 'output', output);
  // An override constant cannot be infinite or NaN.
  if (!Number.isFinite(Math.fround(value))) throw new ShapeError(shader, `value is ${value}, expected a finite f32`);
  return [
    {
      shader,
      constants: { COUNT: count, VALUE: value },
      bindings: [{ tensor: wholeVec4s(shader, output), access: 'readwrite' }],
      workgroups: invocationGrid(Math.ceil(count / 4)),
      flops: 0,
      bytes: 4 * count,
    },
  ];
}
