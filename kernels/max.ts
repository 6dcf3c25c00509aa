/**
 * The largest value of each row, and where it stands: the value of the best action, and that action.
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { ElementType, Tensor } from './runtime/tensor.ts';
import { expectRank, expectTensor } from './shapes.ts';

export interface RowMaximum {
  /** [batch, columns] f32. */
  readonly values: Tensor;
  /** [batch]: f32 of `maxForward`, u32 of `argmaxForward`. */
  readonly output: Tensor;
}

/** output[b] = max over c of values[b][c]. Throws ShapeError. */
export function maxForward(call: RowMaximum): KernelCall[] {
  return rowMaximum('max.forward', 'f32', call);
}

/** output[b] = the first c of the largest values[b][c], as u32. Throws ShapeError. */
export function argmaxForward(call: RowMaximum): KernelCall[] {
  return rowMaximum('max.argmax', 'u32', call);
}

function rowMaximum(shader: string, type: ElementType, { values, output }: RowMaximum): KernelCall[] {
  const [batch, columns] = expectRank(shader, 'values', values, 2);
  expectTensor(shader, 'output', output, [batch], type);
  return [
    {
      shader,
      constants: { BATCH: batch, COLUMNS: columns },
      bindings: [
        { tensor: values, access: 'read' },
        { tensor: output, access: 'readwrite' },
      ],
      workgroups: invocationGrid(batch),
      flops: batch * (columns - 1),
      bytes: 4 * batch * columns + 4 * batch,
    },
  ];
}
