/**
 * RMSProp: the common one with momentum, and the centred one of DeepMind's DQN.
 */
import { expectDecay, type OptimiserStep, optimiserStep } from './optimiser.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectRange } from './shapes.ts';

/** Defaults are PyTorch's (alpha 0.99, no momentum). */
export interface RmspropStep extends OptimiserStep {
  /** As many elements as the parameters, zero before the first step. */
  readonly meanSquare: Tensor;
  /** As many elements as the parameters, zero before the first step. */
  readonly velocity: Tensor;
  /** PyTorch's alpha. Default 0.99. */
  readonly decay?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Outside the root. Default 1e-8. */
  readonly epsilon?: number;
}

/** s = d s + (1 - d) g^2; b = momentum b + g / (sqrt(s) + epsilon); w -= lr b. Source: torch.optim.RMSprop. Throws ShapeError. */
export function rmspropStep(call: RmspropStep): KernelCall[] {
  const { decay = 0.99, momentum = 0, epsilon = 1e-8 } = call;
  const shader = 'rmsprop.step';
  expectDecay(shader, 'decay', decay);
  expectDecay(shader, 'momentum', momentum);
  expectRange(shader, 'epsilon', epsilon, 0);
  const constants = { DECAY: decay, ONE_MINUS_DECAY: 1 - decay, MOMENTUM: momentum, EPSILON: epsilon };
  return [optimiserStep(shader, call, constants, { meanSquare: call.meanSquare, velocity: call.velocity }, 12)];
}

/** Defaults are those of DeepMind's DQN (reference: algorithms.md, A.10). */
export interface CentredRmspropStep extends OptimiserStep {
  /** Running mean of the gradient; as many elements as the parameters, zero before the first step. */
  readonly mean: Tensor;
  /** Running mean of its square; as many elements as the parameters, zero before the first step. */
  readonly meanSquare: Tensor;
  /** Default 0.95. */
  readonly decay?: number;
  /** Under the root. Default 0.01. */
  readonly epsilon?: number;
}

/** a = d a + (1 - d) g; s = d s + (1 - d) g^2; w -= lr g / sqrt(s - a^2 + epsilon). Source: Mnih et al. 2015. Throws ShapeError. */
export function centredRmspropStep(call: CentredRmspropStep): KernelCall[] {
  const { decay = 0.95, epsilon = 0.01 } = call;
  const shader = 'rmsprop.centredStep';
  expectDecay(shader, 'decay', decay);
  expectRange(shader, 'epsilon', epsilon, 0);
  const constants = { DECAY: decay, ONE_MINUS_DECAY: 1 - decay, EPSILON: epsilon };
  return [optimiserStep(shader, call, constants, { mean: call.mean, meanSquare: call.meanSquare }, 16)];
}

/** Writes either RMSProp's uniform into `rates` (at least 1 word, reused between steps). */
export function rmspropRates(rates: Float32Array, learningRate: number): Float32Array {
  rates[0] = learningRate;
  return rates;
}
