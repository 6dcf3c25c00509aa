/** The largest value of each row and where it stands: what is right. */

/** values [batch][columns] -> [batch]. */
export function maxReference(values: ArrayLike<number>, columns: number): Float64Array {
  const indices = argmaxReference(values, columns);
  return Float64Array.from(indices, (column, row) => values[row * columns + column]);
}

/** values [batch][columns] -> [batch]; the first of equal ones. */
export function argmaxReference(values: ArrayLike<number>, columns: number): Uint32Array {
  const indices = new Uint32Array(values.length / columns);
  for (let row = 0; row < indices.length; row++) {
    for (let column = 1; column < columns; column++) {
      if (values[row * columns + column] > values[row * columns + indices[row]]) indices[row] = column;
    }
  }
  return indices;
}
