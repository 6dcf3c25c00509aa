/**
 * The squared error and its gradient; conventions in loss.ts.
 */
import { type LossBackward, type LossForward, lossBackward, lossForward } from './loss.ts';
import type { KernelCall } from './runtime/dispatch.ts';

/** loss = (prediction - target)^2. Throws ShapeError. */
export function squaredErrorForward(call: LossForward): KernelCall[] {
  return [lossForward('squaredError.forward', call, {}, 2)];
}

/** dPrediction = 2 * scale * (prediction - target); scale is 1 / batch for `mean`. Throws ShapeError. */
export function squaredErrorBackward(call: LossBackward): KernelCall[] {
  return [lossBackward('squaredError.backward', call, {}, 2)];
}
