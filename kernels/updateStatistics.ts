/**
 * Mean loss and mean largest Q value over many updates, kept on the GPU so that a readback of 16 bytes comes once in a while only.
 * Clear with `fill`, or by writing zeros.
 */
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRank, expectTensor } from './shapes.ts';

/** The shape of the running sums. */
export const statisticsShape = [4] as const;

export interface UpdateStatistics {
  /** [batch] f32: each sample's loss. */
  readonly loss: Tensor;
  /** [batch, actions] f32: the online network's Q values of the batch's states. */
  readonly values: Tensor;
  /** `statisticsShape` f32, added to. */
  readonly statistics: Tensor;
}

/** Adds the batch to the running sums: loss, largest value, samples, updates. Throws ShapeError. */
export function updateStatistics({ loss, values, statistics }: UpdateStatistics): KernelCall[] {
  const shader = 'updateStatistics.accumulate';
  const [batch, actions] = expectRank(shader, 'values', values, 2);
  expectTensor(shader, 'loss', loss, [batch]);
  expectTensor(shader, 'statistics', statistics, statisticsShape);
  return [
    {
      shader,
      constants: { BATCH: batch, ACTIONS: actions },
      bindings: [
        { tensor: loss, access: 'read' },
        { tensor: values, access: 'read' },
        { tensor: statistics, access: 'readwrite' },
      ],
      workgroups: [1, 1, 1],
      flops: batch * (actions + 1),
      bytes: 4 * batch * (actions + 1) + 32,
    },
  ];
}

/** What the four running sums say. The means are NaN where no update was counted. */
export interface UpdateMeans {
  readonly loss: number;
  readonly maxValue: number;
  readonly samples: number;
  readonly updates: number;
}

/** Turns a readback of the statistics into means over samples. */
export function readUpdateStatistics(sums: ArrayLike<number>): UpdateMeans {
  return { loss: sums[0] / sums[2], maxValue: sums[1] / sums[2], samples: sums[2], updates: sums[3] };
}
