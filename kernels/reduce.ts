/**
 * Each row of a matrix, or a whole tensor, to one number: what metrics need of losses, Q values, weights and gradients.
 * The order of additions is fixed by the shape alone. Leaves out: reductions that the update itself needs (bias gradients).
 */
import { workgroupGrid } from './grid.ts';
import type { KernelCall } from './runtime/dispatch.ts';
import { elementCount, type Tensor } from './runtime/tensor.ts';
import { expectElements, ShapeError } from './shapes.ts';

export type Reduction = 'sum' | 'mean' | 'max' | 'meanAbsolute' | 'maxAbsolute' | 'sumOfSquares';

export interface Reduce {
  readonly reduction: Reduction;
  /** f32. With `rows`: [rows, …], each row to one number; else any shape, all of it to one number. */
  readonly input: Tensor;
  /** f32: the results go to its elements `at`, `at + 1`, … */
  readonly output: Tensor;
  /** First element of the output that is written. Default 0. */
  readonly at?: number;
  /** Rows to keep apart: a divisor of the number of elements. Default 1. */
  readonly rows?: number;
  /** f32 of at least `reducePartials(elements, rows)` elements; not needed where that is 0. Nobody else's while this runs. */
  readonly partials?: Tensor;
}

/** Columns that one workgroup reduces. */
const chunk = 4096;

/** Invocations that share them, at most; a power of two. */
const workgroup = 64;

const transforms: Record<Reduction, number> = {
  sum: 0,
  mean: 0,
  max: 0,
  meanAbsolute: 1,
  maxAbsolute: 1,
  sumOfSquares: 2,
};

/** Elements that `reduce` needs between its two passes: 0 where one pass is enough (rows of at most 4,096 columns). */
export function reducePartials(elements: number, rows = 1): number {
  const chunks = Math.ceil(elements / rows / chunk);
  return chunks === 1 ? 0 : rows * chunks;
}

/** One call, or two for rows of more than 4,096 columns. Throws ShapeError. */
export function reduce({ reduction, input, output, at = 0, rows = 1, partials }: Reduce): KernelCall[] {
  const shader = 'reduce.rows';
  const elements = expectElements(shader, 'input', input);
  if (elements % rows !== 0) throw new ShapeError(shader, `${rows} rows do not divide ${elements} elements`);
  const outputs = expectElements(shader, 'output', output);
  if (at + rows > outputs) {
    throw new ShapeError(shader, `output (${output.name}) has ${outputs} elements, expected at least ${at + rows}`);
  }
  const columns = elements / rows;
  const chunks = Math.ceil(columns / chunk);
  const maximum = reduction === 'max' || reduction === 'maxAbsolute';
  const scale = reduction === 'mean' || reduction === 'meanAbsolute' ? 1 / columns : 1;
  const transform = transforms[reduction];
  if (chunks === 1) return [pass(input, output, at, rows, columns, chunks, maximum, transform, scale)];
  const needed = rows * chunks;
  if (partials === undefined || partials.type !== 'f32' || elementCount(partials.shape) < needed) {
    throw new ShapeError(shader, `partials must be f32 of at least ${needed} elements`);
  }
  return [
    pass(input, partials, 0, rows, columns, chunks, maximum, transform, 1),
    pass(partials, output, at, rows, chunks, 1, maximum, 0, scale),
  ];
}

function pass(
  input: Tensor,
  output: Tensor,
  at: number,
  rows: number,
  columns: number,
  chunks: number,
  maximum: boolean,
  transform: number,
  scale: number,
): KernelCall {
  return {
    shader: 'reduce.rows',
    constants: {
      ROWS: rows,
      COLUMNS: columns,
      CHUNKS: chunks,
      CHUNK: chunks === 1 ? columns : chunk,
      FIRST_OUTPUT: at,
      MAXIMUM: maximum ? 1 : 0,
      TRANSFORM: transform,
      SCALE: scale,
      // No more invocations than a short row has columns.
      WORKGROUP: Math.min(workgroup, 2 ** Math.ceil(Math.log2(columns))),
    },
    bindings: [
      { tensor: input, access: 'read' },
      { tensor: output, access: 'readwrite' },
    ],
    workgroups: workgroupGrid(rows * chunks),
    flops: rows * columns * (transform === 0 ? 1 : 2),
    bytes: 4 * rows * (columns + chunks),
  };
}
