/**
 * The head of an update in one dispatch: TD target, loss, its gradient with respect to the Q values, running statistics.
 * What it fuses, and whose conventions it has: max.ts, tdTarget.ts, gather.ts, huber.ts, squaredError.ts, updateStatistics.ts.
 */
import type { LossReduction } from './loss.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRange, expectRank, expectTensor, ShapeError } from './shapes.ts';
import { statisticsShape } from './updateStatistics.ts';

/** With d = Q(s, a) - target. */
export interface TdLossForm {
  /**
   * `squared`: d^2, gradient 2 d. `huber`: Huber's loss, gradient d clipped to +-clipDelta. `clipped-delta`: the same gradient, as
   * DeepMind's DQN has it; of no loss, what is reported is half the square of the clipped d.
   */
  readonly loss: 'squared' | 'huber' | 'clipped-delta';
  /** Above 0; null, for `clipped-delta` alone: d is not clipped. `squared` has no use for it. */
  readonly clipDelta: number | null;
  readonly reduction: LossReduction;
}

export interface TdLoss extends TdLossForm {
  /** [batch, actions] f32: the online network's Q values of the batch's states. */
  readonly values: Tensor;
  /** [batch, actions] f32: the target network's of the next states. */
  readonly nextValues: Tensor;
  /** [batch, actions] f32: whose largest value of a row chooses the next action. Double DQN: the online network's. Default `nextValues`. */
  readonly choosingValues?: Tensor | undefined;
  /** [batch] u32: the actions taken. */
  readonly actions: Tensor;
  /** [batch] f32: of n-step returns, the discounted sum. */
  readonly rewards: Tensor;
  /** [batch] f32: what the next state's value counts by; 0 where the episode ended. */
  readonly discounts: Tensor;
  /** [batch, actions] f32, written: the gradient of the loss with respect to `values`. */
  readonly dValues: Tensor;
  /** `statisticsShape` f32, added to (updateStatistics.ts). */
  readonly statistics: Tensor;
}

const forms = ['squared', 'huber', 'clipped-delta'] as const;

/** Invocations, at most; a power of two. */
const workgroup = 64;

/** Clips nothing: the largest f32. */
const noClipDelta = (2 - 2 ** -23) * 2 ** 127;

/** Throws ShapeError. */
export function tdLoss(options: TdLoss): KernelCall[] {
  const shader = 'tdLoss.step';
  const { values, nextValues, choosingValues = nextValues, actions, rewards, discounts, dValues, statistics } = options;
  const { loss, clipDelta, reduction } = options;
  const [batch, actionCount] = expectRank(shader, 'values', values, 2);
  expectTensor(shader, 'nextValues', nextValues, values.shape);
  expectTensor(shader, 'choosingValues', choosingValues, values.shape);
  expectTensor(shader, 'actions', actions, [batch], 'u32');
  expectTensor(shader, 'rewards', rewards, [batch]);
  expectTensor(shader, 'discounts', discounts, [batch]);
  expectTensor(shader, 'dValues', dValues, values.shape);
  expectTensor(shader, 'statistics', statistics, statisticsShape);
  if (clipDelta !== null) expectRange(shader, 'clipDelta', clipDelta, Number.MIN_VALUE);
  else if (loss === 'huber') throw new ShapeError(shader, 'huber needs a clipDelta');
  const isDouble = choosingValues !== nextValues;
  return [
    {
      shader,
      constants: {
        BATCH: batch,
        ACTIONS: actionCount,
        FORM: forms.indexOf(loss),
        CLIP_DELTA: clipDelta ?? noClipDelta,
        SCALE: reduction === 'mean' ? 1 / batch : 1,
        // No more invocations than there are samples.
        WORKGROUP: Math.min(workgroup, 2 ** Math.ceil(Math.log2(batch))),
      },
      bindings: [
        { tensor: values, access: 'read' },
        { tensor: nextValues, access: 'read' },
        { tensor: choosingValues, access: 'read' },
        { tensor: actions, access: 'read' },
        { tensor: rewards, access: 'read' },
        { tensor: discounts, access: 'read' },
        { tensor: dValues, access: 'readwrite' },
        { tensor: statistics, access: 'readwrite' },
      ],
      workgroups: [1, 1, 1],
      flops: batch * (2 * actionCount + 10),
      bytes: 4 * batch * ((isDouble ? 4 : 3) * actionCount + 3) + 32,
    },
  ];
}
