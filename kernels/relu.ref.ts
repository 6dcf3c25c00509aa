/** Rectified linear unit in f64: what is right. */

/** max(input, 0), elementwise. */
export function reluForwardReference(input: ArrayLike<number>): Float64Array {
  const output = new Float64Array(input.length);
  for (let i = 0; i < input.length; i++) output[i] = Math.max(input[i], 0);
  return output;
}

/** The gradient with respect to the input, given the forward pass's output; 0 where the output is 0. */
export function reluBackwardReference(output: ArrayLike<number>, dOutput: ArrayLike<number>): Float64Array {
  const dInput = new Float64Array(output.length);
  for (let i = 0; i < output.length; i++) dInput[i] = output[i] > 0 ? dOutput[i] : 0;
  return dInput;
}
