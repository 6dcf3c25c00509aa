/**
 * The target of temporal-difference learning. With `nextValue` = `maxForward` of the target network it is DQN's
 * (Mnih et al. 2015, Algorithm 1); with `gatherForward` of the target network at the online network's `argmaxForward` it is
 * double DQN's (van Hasselt et al. 2016).
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRange, expectRank, expectTensor } from './shapes.ts';

export interface TdTarget {
  /** [batch] f32: the (discounted sum of) reward of the steps between state and next state. */
  readonly reward: Tensor;
  /** [batch] f32: 1 where the episode ended, so that the next state has no value, else 0. */
  readonly terminal: Tensor;
  /** [batch] f32: the value of the next state. */
  readonly nextValue: Tensor;
  /** [batch] f32, written. */
  readonly target: Tensor;
  /** Discount of one step, 0 to 1. */
  readonly discount: number;
  /** Steps from state to next state: n of n-step learning. Default 1. */
  readonly steps?: number;
}

/** target = reward + (1 - terminal) * discount^steps * nextValue. Throws ShapeError. */
export function tdTarget({ reward, terminal, nextValue, target, discount, steps = 1 }: TdTarget): KernelCall[] {
  const shader = 'tdTarget.forward';
  const [batch] = expectRank(shader, 'reward', reward, 1);
  expectTensor(shader, 'terminal', terminal, [batch]);
  expectTensor(shader, 'nextValue', nextValue, [batch]);
  expectTensor(shader, 'target', target, [batch]);
  expectRange(shader, 'discount', discount, 0, 1);
  expectRange(shader, 'steps', steps, 1);
  return [
    {
      shader,
      constants: { BATCH: batch, DISCOUNT: discount ** steps },
      bindings: [
        { tensor: reward, access: 'read' },
        { tensor: terminal, access: 'read' },
        { tensor: nextValue, access: 'read' },
        { tensor: target, access: 'readwrite' },
      ],
      workgroups: invocationGrid(batch),
      flops: 2 * batch,
      bytes: 16 * batch,
    },
  ];
}
