/**
 * The two streams of a duelling network put together: Q = V + A - mean A (Wang et al. 2016, equation 9).
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectCount, expectRank, expectTensor } from './shapes.ts';

export interface DuelingForward {
  /** [batch] or [batch, 1] f32: the value stream. */
  readonly value: Tensor;
  /** [batch, actions] f32: the advantage stream. */
  readonly advantage: Tensor;
  /** [batch, actions] f32. */
  readonly output: Tensor;
}

/** output[b][a] = value[b] + advantage[b][a] - mean of advantage[b]. Throws ShapeError. */
export function duelingForward({ value, advantage, output }: DuelingForward): KernelCall[] {
  const shader = 'dueling.forward';
  const [batch, actions] = expectRank(shader, 'advantage', advantage, 2);
  expectCount(shader, 'value', value, batch);
  expectTensor(shader, 'output', output, [batch, actions]);
  return [
    {
      shader,
      constants: { BATCH: batch, ACTIONS: actions },
      bindings: [
        { tensor: value, access: 'read' },
        { tensor: advantage, access: 'read' },
        { tensor: output, access: 'readwrite' },
      ],
      workgroups: invocationGrid(batch),
      flops: batch * (2 * actions + 2),
      bytes: 4 * batch + 8 * batch * actions,
    },
  ];
}

export interface DuelingBackward {
  /** [batch, actions] f32. */
  readonly dOutput: Tensor;
  /** [batch] or [batch, 1] f32, written. */
  readonly dValue: Tensor;
  /** [batch, actions] f32, written. */
  readonly dAdvantage: Tensor;
}

/** dValue[b] = sum of dOutput[b]; dAdvantage[b][a] = dOutput[b][a] - mean of dOutput[b]. Throws ShapeError. */
export function duelingBackward({ dOutput, dValue, dAdvantage }: DuelingBackward): KernelCall[] {
  const shader = 'dueling.backward';
  const [batch, actions] = expectRank(shader, 'dOutput', dOutput, 2);
  expectCount(shader, 'dValue', dValue, batch);
  expectTensor(shader, 'dAdvantage', dAdvantage, [batch, actions]);
  return [
    {
      shader,
      constants: { BATCH: batch, ACTIONS: actions },
      bindings: [
        { tensor: dOutput, access: 'read' },
        { tensor: dValue, access: 'readwrite' },
        { tensor: dAdvantage, access: 'readwrite' },
      ],
      workgroups: invocationGrid(batch),
      flops: batch * (2 * actions + 1),
      bytes: 4 * batch + 8 * batch * actions,
    },
  ];
}
