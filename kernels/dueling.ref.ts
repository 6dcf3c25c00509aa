/** The duelling combination in f64: what is right. `streams` is [batch][2][1 + actions]: kernels/dueling.ts. */

/** streams [batch][2][1 + actions] -> [batch][actions]. */
export function duelingForwardReference(streams: ArrayLike<number>, actions: number): Float64Array {
  const row = 1 + actions;
  const output = new Float64Array((streams.length / (2 * row)) * actions);
  for (let b = 0; b < output.length / actions; b++) {
    const value = streams[2 * b * row];
    const advantage = (2 * b + 1) * row + 1;
    let mean = 0;
    for (let a = 0; a < actions; a++) mean += streams[advantage + a] / actions;
    for (let a = 0; a < actions; a++) output[b * actions + a] = value + streams[advantage + a] - mean;
  }
  return output;
}

/** dOutput [batch][actions] -> dStreams [batch][2][1 + actions]. */
export function duelingBackwardReference(dOutput: ArrayLike<number>, actions: number): Float64Array {
  const row = 1 + actions;
  const batch = dOutput.length / actions;
  const dStreams = new Float64Array(batch * 2 * row);
  for (let b = 0; b < batch; b++) {
    let sum = 0;
    for (let a = 0; a < actions; a++) sum += dOutput[b * actions + a];
    dStreams[2 * b * row] = sum;
    for (let a = 0; a < actions; a++) dStreams[(2 * b + 1) * row + 1 + a] = dOutput[b * actions + a] - sum / actions;
  }
  return dStreams;
}
