/**
 * Adam (Kingma & Ba 2015) with bias correction, as torch.optim.Adam. Leaves out: AMSGrad, decoupled weight decay.
 */
import { expectDecay, type OptimiserStep, optimiserStep } from './optimiser.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRange } from './shapes.ts';

/** Defaults are PyTorch's. */
export interface AdamStep extends OptimiserStep {
  /** As many elements as the parameters, zero before the first step. */
  readonly firstMoment: Tensor;
  /** As many elements as the parameters, zero before the first step. */
  readonly secondMoment: Tensor;
  /** Default 0.9. Must be what `adamRates` is given. */
  readonly beta1?: number;
  /** Default 0.999. Must be what `adamRates` is given. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Adam with bias correction: m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
 * w -= lr / (1 - b1^t) * m / (sqrt(v / (1 - b2^t)) + epsilon). Source: Kingma & Ba 2015; torch.optim.Adam. Throws ShapeError.
 */
export function adamStep(call: AdamStep): KernelCall[] {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = call;
  const shader = 'adam.step';
  expectDecay(shader, 'beta1', beta1);
  expectDecay(shader, 'beta2', beta2);
  expectRange(shader, 'epsilon', epsilon, 0);
  const constants = {
    BETA1: beta1,
    ONE_MINUS_BETA1: 1 - beta1,
    BETA2: beta2,
    ONE_MINUS_BETA2: 1 - beta2,
    EPSILON: epsilon,
  };
  return [
    optimiserStep(shader, call, constants, { firstMoment: call.firstMoment, secondMoment: call.secondMoment }, 14),
  ];
}

/**
 * Writes Adam's uniform for one step into `rates`, computed in f64.
 * @param rates at least 2 words, reused between steps
 * @param stepNumber 1 at the first step
 */
export function adamRates(
  rates: Float32Array,
  learningRate: number,
  stepNumber: number,
  beta1 = 0.9,
  beta2 = 0.999,
): Float32Array {
  rates[0] = learningRate / (1 - beta1 ** stepNumber);
  rates[1] = 1 / Math.sqrt(1 - beta2 ** stepNumber);
  return rates;
}
