/**
 * A fully connected layer's weight gradient and the optimiser's step of those weights in one: the gradient is neither stored nor
 * loaded. Same bits as `linearBackwardWeight`'s panel8 and the optimiser after it.
 * Leaves out: the bias, whose gradient is written; batches whose gradient is summed in blocks, since it is then stored anyway.
 */
import { directGrid } from './directTiles.ts';
import { panel8BackwardWeight, panelWidth } from './linear/panel8.ts';
import { describeLinear, type LinearBackwardWeightTensors, type LinearShape } from './linear/shape.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import { expectCount, expectTensor, ShapeError } from './shapes.ts';
import type { Variant } from './variant.ts';

/** The shaders of the optimisers' own steps, in the order of the shader's OPTIMISER. */
const optimisers = ['rmsprop.step', 'rmsprop.centredStep', 'adam.step'];

/** Tiles of columns that the shader's panel has room for. */
const tiles = 4;

/** A panel steps so many rows at most. Measured: with 448 the update is 1 to 2 % slower, with 112 as fast. */
const mostRows = 224;

/** Whether the step can be part of the gradient where `variant` of `linearBackwardWeight` computes it. */
export function linearStepCovers(shape: LinearShape, variant: Variant): boolean {
  return variant === 'panel8' && shape.batch <= panelWidth && panel8BackwardWeight.covers(shape, {});
}

/**
 * dBias, and `step` taken with dWeight. `step` is the call of an optimiser (adam.ts, rmsprop.ts) on the weight [inputs, outputs]; its
 * gradients are neither read nor written. Throws ShapeError.
 */
export function linearBackwardWeightStep(
  shape: LinearShape,
  { input, dOutput, dBias }: Omit<LinearBackwardWeightTensors, 'dWeight' | 'scratch'>,
  step: KernelCall,
  label = 'linear.backwardWeightStep',
): KernelCall[] {
  const kernel = 'linear.backwardWeightStep';
  const { batch, inputs, outputs } = shape;
  const weights = inputs * outputs;
  const { flops, bytes, constants } = describeLinear(shape);
  if (!linearStepCovers(shape, 'panel8')) {
    throw new ShapeError(kernel, `does not cover a batch of ${batch}, ${inputs} inputs and ${outputs} outputs`);
  }
  if (!optimisers.includes(step.shader)) throw new ShapeError(kernel, `${step.shader} is no optimiser's step`);
  expectTensor(kernel, 'input', input, [batch, inputs]);
  expectTensor(kernel, 'dOutput', dOutput, [batch, outputs]);
  expectTensor(kernel, 'dBias', dBias, [outputs]);
  // As `optimiserStep` binds them.
  const [rates, , weight, ...states] = step.bindings;
  expectCount(kernel, 'weight', weight.tensor, weights);
  const { COUNT: _, ...ofOptimiser } = step.constants;
  const columnGroups = Math.ceil(outputs / (tiles * panelWidth));
  const rows = Math.ceil(inputs / Math.ceil(inputs / mostRows));
  return [
    {
      shader: `${kernel}.panel8`,
      label,
      constants: { ...constants, ROWS: rows, OPTIMISER: optimisers.indexOf(step.shader), ...ofOptimiser },
      bindings: [
        { tensor: input, access: 'read' },
        { tensor: dOutput, access: 'read' },
        { tensor: dBias, access: 'readwrite' },
        rates,
        weight,
        ...states,
      ],
      workgroups: directGrid(kernel, columnGroups, Math.ceil(inputs / rows), 1),
      flops: flops + batch * outputs + step.flops,
      // The gradient is neither written nor read.
      bytes: bytes + step.bytes - 2 * 4 * weights,
    },
  ];
}
