/**
 * The two streams of a duelling network put together: Q = V + A - mean A (Wang et al. 2016, equation 9).
 * Both streams come out of one linear layer: the features of a sample, [2][half] with the value's half first, are two rows of its input,
 * and its outputs are V and the advantages of all actions. So each row has outputs that mean nothing: the value's row its advantages,
 * the advantages' row its value. They are not read here, and their gradients are 0, which leaves the layer's weights of the one stream
 * untouched by the features of the other.
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRank, expectTensor } from './shapes.ts';

export interface DuelingForward {
  /** [2 batch, 1 + actions] f32: of sample b, row 2b begins with the value, row 2b + 1 ends with the advantages. */
  readonly streams: Tensor;
  /** [batch, actions] f32. */
  readonly output: Tensor;
}

/** output[b][a] = V[b] + A[b][a] - mean of A[b]. Throws ShapeError. */
export function duelingForward({ streams, output }: DuelingForward): KernelCall[] {
  const shader = 'dueling.forward';
  const [batch, actions] = expectRank(shader, 'output', output, 2);
  expectTensor(shader, 'streams', streams, [2 * batch, 1 + actions]);
  return [
    {
      shader,
      constants: { BATCH: batch, ACTIONS: actions },
      bindings: [
        { tensor: streams, access: 'read' },
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
  /** [2 batch, 1 + actions] f32, written: as `streams`, 0 where nothing is meant. */
  readonly dStreams: Tensor;
}

/** dV[b] = sum of dOutput[b]; dA[b][a] = dOutput[b][a] - mean of dOutput[b]. Throws ShapeError. */
export function duelingBackward({ dOutput, dStreams }: DuelingBackward): KernelCall[] {
  const shader = 'dueling.backward';
  const [batch, actions] = expectRank(shader, 'dOutput', dOutput, 2);
  expectTensor(shader, 'dStreams', dStreams, [2 * batch, 1 + actions]);
  return [
    {
      shader,
      constants: { BATCH: batch, ACTIONS: actions },
      bindings: [
        { tensor: dOutput, access: 'read' },
        { tensor: dStreams, access: 'readwrite' },
      ],
      workgroups: invocationGrid(batch),
      flops: batch * (2 * actions + 1),
      bytes: 4 * batch * (actions + 2 * (1 + actions)),
    },
  ];
}
