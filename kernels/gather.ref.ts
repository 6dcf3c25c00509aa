/** Gather in f64: what is right. An index of `columns` or more reads 0 and receives nothing. */

/** values [batch][columns], indices [batch] -> [batch]. */
export function gatherForwardReference(
  values: ArrayLike<number>,
  indices: ArrayLike<number>,
  columns: number,
): Float64Array {
  const output = new Float64Array(indices.length);
  for (let b = 0; b < indices.length; b++) output[b] = indices[b] < columns ? values[b * columns + indices[b]] : 0;
  return output;
}

/** dOutput [batch], indices [batch] -> [batch][columns], zero where nothing was gathered. */
export function gatherBackwardReference(
  dOutput: ArrayLike<number>,
  indices: ArrayLike<number>,
  columns: number,
): Float64Array {
  const dValues = new Float64Array(indices.length * columns);
  for (let b = 0; b < indices.length; b++) if (indices[b] < columns) dValues[b * columns + indices[b]] = dOutput[b];
  return dValues;
}
