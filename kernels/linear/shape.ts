/** What all variants of linear share: extents, tensors and cost of the three passes. */
import type { Tensor } from '../runtime/tensor.ts';
import { expectExtents } from '../shapes.ts';
import type { VariantOptions } from '../variant.ts';

export interface LinearShape {
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
}

export interface LinearForwardTensors {
  /** [batch, inputs] */
  readonly input: Tensor;
  /** [inputs, outputs] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor;
  /** [batch, outputs] */
  readonly output: Tensor;
  /** f32, of as many elements as the pass's scratch function tells; not needed where that is 0. Holds nothing between runs. */
  readonly scratch?: Tensor | undefined;
}

export interface LinearForwardOptions extends VariantOptions {
  /** Ends with max(0, .). */
  readonly relu?: boolean | undefined;
}

export interface LinearBackwardInputTensors {
  /** [batch, outputs] */
  readonly dOutput: Tensor;
  /** [inputs, outputs] */
  readonly weight: Tensor;
  /** [batch, inputs] */
  readonly dInput: Tensor;
  /** [batch, inputs]. The layer's input, given where it came out of a ReLU: dInput is then 0 where the input is not above 0. */
  readonly reluInput?: Tensor | undefined;
  /** f32, of as many elements as the pass's scratch function tells; not needed where that is 0. Holds nothing between runs. */
  readonly scratch?: Tensor | undefined;
}

export interface LinearBackwardWeightTensors {
  /** [batch, inputs] */
  readonly input: Tensor;
  /** [batch, outputs] */
  readonly dOutput: Tensor;
  /** [inputs, outputs] */
  readonly dWeight: Tensor;
  /** [outputs] */
  readonly dBias: Tensor;
  /** f32, of as many elements as the pass's scratch function tells; not needed where that is 0. Holds nothing between runs. */
  readonly scratch?: Tensor | undefined;
}

/** Override constants and cost that the three passes have in common. Throws ShapeError. */
export function describeLinear(shape: LinearShape) {
  expectExtents('linear', { ...shape }, 1);
  const { batch, inputs, outputs } = shape;
  return {
    flops: 2 * batch * inputs * outputs,
    bytes: 4 * (batch * inputs + inputs * outputs + outputs + batch * outputs),
    constants: { BATCH: batch, INPUTS: inputs, OUTPUTS: outputs },
  };
}
