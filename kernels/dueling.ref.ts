/** The duelling combination in f64: what is right. */

/** value [batch], advantage [batch][actions] -> [batch][actions]. */
export function duelingForwardReference(
  value: ArrayLike<number>,
  advantage: ArrayLike<number>,
  actions: number,
): Float64Array {
  const output = new Float64Array(advantage.length);
  for (let b = 0; b < value.length; b++) {
    let mean = 0;
    for (let a = 0; a < actions; a++) mean += advantage[b * actions + a] / actions;
    for (let a = 0; a < actions; a++) output[b * actions + a] = value[b] + advantage[b * actions + a] - mean;
  }
  return output;
}

/** dOutput [batch][actions] -> dValue [batch], dAdvantage [batch][actions]. */
export function duelingBackwardReference(
  dOutput: ArrayLike<number>,
  actions: number,
): { dValue: Float64Array; dAdvantage: Float64Array } {
  const dValue = new Float64Array(dOutput.length / actions);
  const dAdvantage = new Float64Array(dOutput.length);
  for (let b = 0; b < dValue.length; b++) {
    for (let a = 0; a < actions; a++) dValue[b] += dOutput[b * actions + a];
    for (let a = 0; a < actions; a++) dAdvantage[b * actions + a] = dOutput[b * actions + a] - dValue[b] / actions;
  }
  return { dValue, dAdvantage };
}
