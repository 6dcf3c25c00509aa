/**
 * The value of one column a row: of the action taken, or of the action that another network prefers (double DQN).
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRank, expectTensor } from './shapes.ts';

export interface GatherForward {
  /** [batch, columns] f32. */
  readonly values: Tensor;
  /** [batch] u32, each below `columns`; a larger one gives 0. */
  readonly indices: Tensor;
  /** [batch] f32. */
  readonly output: Tensor;
}

/** output[b] = values[b][indices[b]]. Throws ShapeError. */
export function gatherForward({ values, indices, output }: GatherForward): KernelCall[] {
  const shader = 'gather.forward';
  const [batch, columns] = expectRank(shader, 'values', values, 2);
  expectTensor(shader, 'indices', indices, [batch], 'u32');
  expectTensor(shader, 'output', output, [batch]);
  return [
    {
      shader,
      constants: { BATCH: batch, COLUMNS: columns },
      bindings: [
        { tensor: values, access: 'read' },
        { tensor: indices, access: 'read' },
        { tensor: output, access: 'readwrite' },
      ],
      workgroups: invocationGrid(batch),
      flops: 0,
      bytes: 12 * batch,
    },
  ];
}

export interface GatherBackward {
  /** [batch] f32. */
  readonly dOutput: Tensor;
  /** [batch] u32, as given to `gatherForward`. */
  readonly indices: Tensor;
  /** [batch, columns] f32; all of it is written. */
  readonly dValues: Tensor;
}

/** dValues[b][c] = dOutput[b] where c = indices[b], else 0. Throws ShapeError. */
export function gatherBackward({ dOutput, indices, dValues }: GatherBackward): KernelCall[] {
  const shader = 'gather.backward';
  const [batch, columns] = expectRank(shader, 'dValues', dValues, 2);
  expectTensor(shader, 'indices', indices, [batch], 'u32');
  expectTensor(shader, 'dOutput', dOutput, [batch]);
  return [
    {
      shader,
      constants: { BATCH: batch, COLUMNS: columns },
      bindings: [
        { tensor: dOutput, access: 'read' },
        { tensor: indices, access: 'read' },
        { tensor: dValues, access: 'readwrite' },
      ],
      workgroups: invocationGrid(batch * columns),
      flops: 0,
      bytes: 8 * batch + 4 * batch * columns,
    },
  ];
}
