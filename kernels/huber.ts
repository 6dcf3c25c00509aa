/**
 * Huber's loss and its gradient; conventions in loss.ts.
 */
import { type LossBackward, type LossForward, lossBackward, lossForward } from './loss.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import { ShapeError } from './shapes.ts';

/** Where Huber's loss turns from quadratic to linear. */
export interface HuberDelta {
  /** In units of the prediction, above 0. Default 1. */
  readonly delta?: number;
}

/** loss = d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), with d = prediction - target. Throws ShapeError. */
export function huberForward({ delta = 1, ...call }: LossForward & HuberDelta): KernelCall[] {
  return [lossForward('huber.forward', call, huberConstants('huber.forward', delta), 5)];
}

/** dPrediction = scale * clamp(prediction - target, -delta, delta); scale is 1 / batch for `mean`. Throws ShapeError. */
export function huberBackward({ delta = 1, ...call }: LossBackward & HuberDelta): KernelCall[] {
  return [lossBackward('huber.backward', call, huberConstants('huber.backward', delta), 4)];
}

function huberConstants(shader: string, delta: number): Record<string, number> {
  if (!(delta > 0 && Number.isFinite(delta)))
    throw new ShapeError(shader, `delta is ${delta}, expected a number above 0`);
  return { DELTA: delta };
}
