/**
 * What the optimisers (adam.ts, rmsprop.ts) share. A step goes over a whole parameter buffer, in place. Every optimiser keeps two states of the parameters' size, zero at
 * first, and takes what changes between steps from a uniform of 4 words that is written before each step (`adamRates`, `rmspropRates`).
 * Where gradient and state are zero (the padding between tensors) nothing changes, with a weight cost too if the parameter is zero.
 * `weightCost` c adds c * w to the gradient (L2; PyTorch's weight_decay, DeepMind's wc).
 */
import { invocationGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import type { Tensor } from './runtime/tensor.ts';
import { expectCount, expectElements, expectRange, ShapeError, wholeVec4s } from './shapes.ts';

/** 32-bit words of the uniform that every optimiser step reads: `gpu.uniform(name, ratesWords)`. */
export const ratesWords = 4;

export interface OptimiserStep {
  /** Any shape, f32, updated in place. */
  readonly parameters: Tensor;
  /** As many elements: the gradient of the loss. */
  readonly gradients: Tensor;
  /** The uniform of `ratesWords` words. */
  readonly rates: Tensor;
  /** Default 0. */
  readonly weightCost?: number;
}

/** What all optimisers' host halves share: checks, bindings, cost. Throws ShapeError. */
export function optimiserStep(
  shader: string,
  { parameters, gradients, rates, weightCost = 0 }: OptimiserStep,
  constants: Readonly<Record<string, number>>,
  states: Readonly<Record<string, Tensor>>,
  flopsPerParameter: number,
): KernelCall {
  const count = expectElements(shader, 'parameters', parameters);
  expectCount(shader, 'gradients', gradients, count);
  expectCount(shader, 'rates', rates, ratesWords);
  expectRange(shader, 'weightCost', weightCost, 0);
  for (const [role, state] of Object.entries(states)) expectCount(shader, role, state, count);
  return {
    shader,
    constants: { COUNT: count, ...constants, WEIGHT_COST: weightCost },
    bindings: [
      { tensor: rates, access: 'uniform' },
      { tensor: wholeVec4s(shader, gradients), access: 'read' },
      { tensor: wholeVec4s(shader, parameters), access: 'readwrite' },
      ...Object.values(states).map((tensor) => ({ tensor: wholeVec4s(shader, tensor), access: 'readwrite' as const })),
    ],
    workgroups: invocationGrid(Math.ceil(count / 4)),
    flops: flopsPerParameter * count,
    bytes: 28 * count,
  };
}

/** Throws ShapeError unless 0 <= value < 1. */
export function expectDecay(shader: string, name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new ShapeError(shader, `${name} is ${value}, expected 0 <= ${name} < 1`);
}
