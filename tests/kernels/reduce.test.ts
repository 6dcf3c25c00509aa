import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { reduceReference } from '../../kernels/reduce.ref.ts';
import { type Reduction, reduce, reducePartials } from '../../kernels/reduce.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
import { anySeed, cases } from '../support/shapes.ts';

const reductions: readonly Reduction[] = ['sum', 'mean', 'max', 'meanAbsolute', 'maxAbsolute', 'sumOfSquares'];

/** Rows and columns: around the workgroup (64), around what one workgroup reduces (4,096), and two passes. */
const examples: [Reduction, number, number, number][] = [
  ['sum', 1, 1, 1],
  ['mean', 1, 63, 2],
  ['max', 1, 64, 3],
  ['sumOfSquares', 1, 65, 4],
  ['maxAbsolute', 32, 6, 5],
  ['sum', 5, 2, 12],
  ['mean', 3, 33, 13],
  ['mean', 257, 3, 6],
  ['meanAbsolute', 1, 4095, 7],
  ['sum', 1, 4096, 8],
  ['sum', 1, 4097, 9],
  ['maxAbsolute', 3, 4099, 10],
  ['meanAbsolute', 1, 300007, 11],
];

/** Half of the matrices hold nothing above 0, so that a maximum started from 0 shows. */
function someValues(count: number, seed: number): Float32Array {
  return randomValues(count, seed, 'input').map((value) => (seed % 2 === 0 ? value : -Math.abs(value) - 0.5));
}

/** The elements of an output of `at + rows + 1` elements, the poison around the results included. */
async function reduced(
  gpu: Gpu,
  reduction: Reduction,
  input: Float32Array,
  rows: number,
  at: number,
): Promise<Float32Array> {
  const partials = reducePartials(input.length, rows);
  const [output] = await runTwice(gpu, () => {
    const tensor = guarded(gpu, 'output', [at + rows + 1]);
    const calls = reduce({
      reduction,
      input: guarded(gpu, 'input', [rows, input.length / rows], input),
      output: tensor,
      at,
      rows,
      ...(partials > 0 ? { partials: guarded(gpu, 'partials', [partials]) } : {}),
    });
    return { calls, outputs: [tensor] };
  });
  return output;
}

describe('reduce', () => {
  test('equals the reference, and writes its rows only', async () => {
    const gpu = await testGpu();
    const anyRows = fc.integer({ min: 1, max: 20 });
    const anyColumns = fc.integer({ min: 1, max: 9000 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...reductions),
        anyRows,
        anyColumns,
        anySeed,
        async (reduction, rows, columns, seed) => {
          const input = someValues(rows * columns, seed);
          const at = seed % 3;
          const output = await reduced(gpu, reduction, input, rows, at);
          // Magnitudes are at most 1.5 (squares 2.25). A value passes through one addition in 64 of its chunk, 6 of the tree, as many of
          // the second pass; then the scale. What is summed there is at most the sum of magnitudes.
          const additions = Math.ceil(Math.min(columns, 4096) / 64) + 6 + Math.ceil(columns / 4096 / 64) + 6 + 3;
          const magnitude = reduction.startsWith('mean') ? 1.5 : 2.25 * columns;
          const bound =
            reduction.startsWith('max') || columns === 1
              ? 2 * f32RoundingUnit
              : additions * f32RoundingUnit * magnitude;
          expectClose('output', output.subarray(at, at + rows), reduceReference(reduction, input, rows), bound);
          for (const [i, value] of output.entries()) if (i < at || i >= at + rows) expect(value).toBeNaN();
        },
      ),
      cases(examples),
    );
  });

  test('sums of whole numbers are exact, in one pass and in two', async () => {
    const gpu = await testGpu();
    for (const count of [64, 4096, 4097, 70001]) {
      const input = Float32Array.from({ length: count }, (_, i) => (i % 17) - 4);
      const [total] = reduceReference('sum', input, 1);
      expect((await reduced(gpu, 'sum', input, 1, 0))[0]).toBe(total);
      const [squares] = reduceReference('sumOfSquares', input, 1);
      expect((await reduced(gpu, 'sumOfSquares', input, 1, 0))[0]).toBe(squares);
    }
  });

  test('the largest is found wherever it stands', async () => {
    const gpu = await testGpu();
    for (const place of [0, 63, 64, 4095, 4096, 8191, 8192, 8193]) {
      const input = new Float32Array(8194).fill(-3);
      input[place] = -2.5;
      expect((await reduced(gpu, 'max', input, 1, 0))[0]).toBe(-2.5);
    }
  });

  test('more rows than one axis holds workgroups', async () => {
    const gpu = await testGpu();
    const rows = 65537;
    const input = Float32Array.from({ length: rows * 2 }, (_, i) => i % 1000);
    const output = await reduced(gpu, 'sum', input, rows, 0);
    expectClose('output', output.subarray(0, rows), reduceReference('sum', input, rows), 0);
  });

  test('what cannot be reduced is refused', async () => {
    const gpu = await testGpu();
    const input = gpu.tensor('input', [5000]);
    const output = gpu.tensor('output', [2]);
    const partials = gpu.tensor('partials', [1]);
    expect(() => reduce({ reduction: 'sum', input, output })).toThrow('partials must be f32 of at least 2 elements');
    expect(() => reduce({ reduction: 'sum', input, output, partials })).toThrow(
      'partials must be f32 of at least 2 elements',
    );
    expect(() => reduce({ reduction: 'sum', input, output, rows: 3 })).toThrow('3 rows do not divide 5000 elements');
    expect(() => reduce({ reduction: 'sum', input, output, rows: 2, at: 1 })).toThrow('expected at least 3');
  });
});
