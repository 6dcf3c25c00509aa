/**
 * The target of temporal-difference learning. With `nextValue` = `maxForward` of the target network it is DQN's
 * (Mnih et al. 2015, Algorithm 1); with `gatherForward` of the target network at the online network's `argmaxForward` it is
 * double DQN's (van Hasselt et al. 2016). With discounts of gamma^n and rewards summed over n steps it is that of n-step learning.
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRank, expectTensor } from './shapes.ts';

export interface TdTarget {
  /** [batch] f32: the (discounted sum of) reward of the steps between state and next state. */
  readonly reward: Tensor;
  /** [batch] f32: what the next state's value counts by, gamma to the number of those steps; 0 where the episode ended. */
  readonly discount: Tensor;
  /** [batch] f32: the value of the next state. */
  readonly nextValue: Tensor;
  /** [batch] f32, written. */
  readonly target: Tensor;
}

/** target = reward + discount * nextValue. Throws ShapeError. */
export function tdTarget({ reward, discount, nextValue, target }: TdTarget): KernelCall[] {
  const shader = 'tdTarget.forward';
  const [batch] = expectRank(shader, 'reward', reward, 1);
  expectTensor(shader, 'discount', discount, [batch]);
  expectTensor(shader, 'nextValue', nextValue, [batch]);
  expectTensor(shader, 'target', target, [batch]);
  return [
    {
      shader,
      constants: { BATCH: batch },
      bindings: [
        { tensor: reward, access: 'read' },
        { tensor: discount, access: 'read' },
        { tensor: nextValue, access: 'read' },
        { tensor: target, access: 'readwrite' },
      ],
      workgroups: invocationGrid(batch),
      flops: 2 * batch,
      bytes: 16 * batch,
    },
  ];
}
