/**
 * What the losses (huber.ts, squaredError.ts) share: a loss of a prediction against a target, one a sample, and its gradient with
 * respect to the prediction.
 *
 * Conventions: `squaredError` is (p - t)^2 as PyTorch's MSELoss, so its gradient is 2 (p - t). `huber` is PyTorch's HuberLoss:
 * (p - t)^2 / 2 near 0; with delta 1 it is SmoothL1Loss. DeepMind's DQN has no loss but a gradient, the TD error clipped to
 * +-clip_delta and summed over the batch (reference: algorithms.md, A.9): exactly `huberBackward` with delta = clip_delta and the
 * reduction `sum`.
 * Leaves out: reducing the losses to one number (`updateStatistics`, `reduce`).
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRank, expectTensor } from './shapes.ts';

/** Whether the gradient is that of the mean over the batch or that of the sum. */
export type LossReduction = 'mean' | 'sum';

export interface LossForward {
  /** [batch] f32. */
  readonly prediction: Tensor;
  /** [batch] f32. */
  readonly target: Tensor;
  /** [batch] f32, written: each sample's loss. */
  readonly loss: Tensor;
}

export interface LossBackward {
  /** [batch] f32. */
  readonly prediction: Tensor;
  /** [batch] f32. */
  readonly target: Tensor;
  /** [batch] f32, written. */
  readonly dPrediction: Tensor;
  readonly reduction: LossReduction;
}

/** Throws ShapeError. */
export function lossForward(
  shader: string,
  { prediction, target, loss }: LossForward,
  constants: Readonly<Record<string, number>>,
  flopsPerSample: number,
): KernelCall {
  return call(shader, prediction, target, 'loss', loss, constants, flopsPerSample);
}

/** Throws ShapeError. */
export function lossBackward(
  shader: string,
  { prediction, target, dPrediction, reduction }: LossBackward,
  constants: Readonly<Record<string, number>>,
  flopsPerSample: number,
): KernelCall {
  const scale = reduction === 'mean' ? 1 / prediction.shape[0] : 1;
  return call(shader, prediction, target, 'dPrediction', dPrediction, { ...constants, SCALE: scale }, flopsPerSample);
}

function call(
  shader: string,
  prediction: Tensor,
  target: Tensor,
  role: string,
  output: Tensor,
  constants: Readonly<Record<string, number>>,
  flopsPerSample: number,
): KernelCall {
  const [batch] = expectRank(shader, 'prediction', prediction, 1);
  expectTensor(shader, 'target', target, [batch]);
  expectTensor(shader, role, output, [batch]);
  return {
    shader,
    constants: { BATCH: batch, ...constants },
    bindings: [
      { tensor: prediction, access: 'read' },
      { tensor: target, access: 'read' },
      { tensor: output, access: 'readwrite' },
    ],
    workgroups: invocationGrid(batch),
    flops: flopsPerSample * batch,
    bytes: 12 * batch,
  };
}
