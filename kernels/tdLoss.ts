/**
 * The head of an update in one dispatch: TD target, loss, its gradient with respect to the Q values, running statistics.
 * What it fuses, and whose conventions it has: max.ts, tdTarget.ts, gather.ts, huber.ts, squaredError.ts, updateStatistics.ts.
 * Leaves out: double DQN, whose next action another network chooses.
 */
import type { LossReduction } from './loss.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRange, expectRank, expectTensor } from './shapes.ts';
import { statisticsShape } from './updateStatistics.ts';

export interface TdLoss {
  /** [batch, actions] f32: the online network's Q values of the batch's states. */
  readonly values: Tensor;
  /** [batch, actions] f32: the target network's of the next states. */
  readonly nextValues: Tensor;
  /** [batch] u32: the actions taken. */
  readonly actions: Tensor;
  /** [batch] f32. */
  readonly rewards: Tensor;
  /** [batch] f32: 1 where the episode ended, else 0. */
  readonly terminals: Tensor;
  /** [batch, actions] f32, written: the gradient of the loss with respect to `values`. */
  readonly dValues: Tensor;
  /** `statisticsShape` f32, added to (updateStatistics.ts). */
  readonly statistics: Tensor;
  /** Of a step's reward against one the step before, 0 to 1. */
  readonly discount: number;
  readonly loss: 'huber' | 'squared';
  /** Huber's delta. Default 1. */
  readonly delta?: number | undefined;
  readonly reduction: LossReduction;
}

/** Throws ShapeError. */
export function tdLoss(options: TdLoss): KernelCall[] {
  const shader = 'tdLoss.step';
  const { values, nextValues, actions, rewards, terminals, dValues, statistics } = options;
  const { discount, loss, delta = 1, reduction } = options;
  const [batch, actionCount] = expectRank(shader, 'values', values, 2);
  expectTensor(shader, 'nextValues', nextValues, values.shape);
  expectTensor(shader, 'actions', actions, [batch], 'u32');
  expectTensor(shader, 'rewards', rewards, [batch]);
  expectTensor(shader, 'terminals', terminals, [batch]);
  expectTensor(shader, 'dValues', dValues, values.shape);
  expectTensor(shader, 'statistics', statistics, statisticsShape);
  expectRange(shader, 'discount', discount, 0, 1);
  expectRange(shader, 'delta', delta, Number.MIN_VALUE);
  return [
    {
      shader,
      constants: {
        BATCH: batch,
        ACTIONS: actionCount,
        DISCOUNT: discount,
        HUBER: loss === 'huber' ? 1 : 0,
        DELTA: delta,
        SCALE: reduction === 'mean' ? 1 / batch : 1,
      },
      bindings: [
        { tensor: values, access: 'read' },
        { tensor: nextValues, access: 'read' },
        { tensor: actions, access: 'read' },
        { tensor: rewards, access: 'read' },
        { tensor: terminals, access: 'read' },
        { tensor: dValues, access: 'readwrite' },
        { tensor: statistics, access: 'readwrite' },
      ],
      workgroups: [1, 1, 1],
      flops: batch * (2 * actionCount + 10),
      bytes: 4 * batch * (3 * actionCount + 3) + 32,
    },
  ];
}
