/** Fully connected layer in f64, by its definition: what is right. Layouts as in linear.ts. */
import type { LinearShape } from './linear.ts';

/** input * weight + bias, then max(0, .) where `relu`. */
export function linearForwardReference(
  shape: LinearShape,
  input: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  relu = false,
): Float64Array {
  const { batch, inputs, outputs } = shape;
  const output = new Float64Array(batch * outputs);
  for (let b = 0; b < batch; b++) {
    for (let n = 0; n < outputs; n++) output[b * outputs + n] = bias[n];
    for (let k = 0; k < inputs; k++) {
      const x = input[b * inputs + k];
      for (let n = 0; n < outputs; n++) output[b * outputs + n] += x * weight[k * outputs + n];
    }
  }
  return relu ? output.map((value) => Math.max(value, 0)) : output;
}

/** The gradient with respect to the input, given the gradient with respect to the output. */
export function linearBackwardInputReference(
  shape: LinearShape,
  dOutput: ArrayLike<number>,
  weight: ArrayLike<number>,
  reluInput?: ArrayLike<number>,
): Float64Array {
  const { batch, inputs, outputs } = shape;
  const dInput = new Float64Array(batch * inputs);
  for (let b = 0; b < batch; b++) {
    for (let k = 0; k < inputs; k++) {
      let sum = 0;
      for (let n = 0; n < outputs; n++) sum += dOutput[b * outputs + n] * weight[k * outputs + n];
      dInput[b * inputs + k] = sum;
    }
  }
  return reluInput === undefined ? dInput : dInput.map((value, i) => (reluInput[i] > 0 ? value : 0));
}

/** The gradients with respect to weight and bias, given the gradient with respect to the output. */
export function linearBackwardWeightReference(
  shape: LinearShape,
  input: ArrayLike<number>,
  dOutput: ArrayLike<number>,
): { dWeight: Float64Array; dBias: Float64Array } {
  const { batch, inputs, outputs } = shape;
  const dWeight = new Float64Array(inputs * outputs);
  const dBias = new Float64Array(outputs);
  for (let b = 0; b < batch; b++) {
    for (let n = 0; n < outputs; n++) dBias[n] += dOutput[b * outputs + n];
    for (let k = 0; k < inputs; k++) {
      const x = input[b * inputs + k];
      for (let n = 0; n < outputs; n++) dWeight[k * outputs + n] += x * dOutput[b * outputs + n];
    }
  }
  return { dWeight, dBias };
}
