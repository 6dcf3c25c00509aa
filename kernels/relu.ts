/**
 * Rectified linear unit, elementwise. Leaves out: doing it in place, which WebGPU forbids for two bindings of one range.
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectCount, expectElements, wholeVec4s } from './shapes.ts';

export interface ReluForward {
  /** Any shape, f32. */
  readonly input: Tensor;
  /** As many elements as `input`. */
  readonly output: Tensor;
}

/** output = max(input, 0). Throws ShapeError. */
export function reluForward({ input, output }: ReluForward): KernelCall[] {
  const shader = 'relu.forward';
  const count = expectElements(shader, 'input', input);
  expectCount(shader, 'output', output, count);
  return [
    {
      shader,
      constants: { COUNT: count },
      bindings: [
        { tensor: wholeVec4s(shader, input), access: 'read' },
        { tensor: wholeVec4s(shader, output), access: 'readwrite' },
      ],
      workgroups: invocationGrid(Math.ceil(count / 4)),
      flops: count,
      bytes: 8 * count,
    },
  ];
}

export interface ReluBackward {
  /** What `reluForward` wrote. */
  readonly output: Tensor;
  readonly dOutput: Tensor;
  readonly dInput: Tensor;
}

/** dInput = dOutput where output > 0, else 0. All three have the same number of elements. Throws ShapeError. */
export function reluBackward({ output, dOutput, dInput }: ReluBackward): KernelCall[] {
  const shader = 'relu.backward';
  const count = expectElements(shader, 'output', output);
  expectCount(shader, 'dOutput', dOutput, count);
  expectCount(shader, 'dInput', dInput, count);
  return [
    {
      shader,
      constants: { COUNT: count },
      bindings: [
        { tensor: wholeVec4s(shader, output), access: 'read' },
        { tensor: wholeVec4s(shader, dOutput), access: 'read' },
        { tensor: wholeVec4s(shader, dInput), access: 'readwrite' },
      ],
      workgroups: invocationGrid(Math.ceil(count / 4)),
      flops: count,
      bytes: 12 * count,
    },
  ];
}
