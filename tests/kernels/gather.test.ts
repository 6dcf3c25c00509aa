import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { gatherBackwardReference, gatherForwardReference } from '../../kernels/gather.ref.ts';
import { gatherBackward, gatherForward } from '../../kernels/gather.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { centralDifferences, dot } from '../support/finiteDifferences.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, randomValues, testGpu } from '../support/kernelTest.ts';
import { anySeed, cases } from '../support/shapes.ts';

const examples: [number, number, number][] = [
  [1, 1, 1],
  [1, 18, 2],
  [32, 6, 3],
  [63, 3, 4],
  [65, 4, 5],
  [257, 1, 6],
];
const batches = fc.integer({ min: 1, max: 300 });
const columnCounts = fc.integer({ min: 1, max: 19 });

/** Indices below `columns`; every seventh is past the end. */
function someIndices(batch: number, columns: number, seed: number): Uint32Array {
  const random = new Xoshiro128(seed, 'indices');
  return Uint32Array.from({ length: batch }, (_, i) => (i % 7 === 5 ? columns + i : random.nextInt(columns)));
}

describe('gather', () => {
  test('forward equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(batches, columnCounts, anySeed, async (batch, columns, seed) => {
        const values = randomValues(batch * columns, seed, 'values');
        const indices = someIndices(batch, columns, seed);
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [batch]);
          const calls = gatherForward({
            values: guarded(gpu, 'values', [batch, columns], values),
            indices: guarded(gpu, 'indices', [batch], indices),
            output: tensor,
          });
          return { calls, outputs: [tensor] };
        });
        // Nothing is rounded.
        expectClose('output', output, gatherForwardReference(values, indices, columns), 0);
      }),
      cases(examples),
    );
  });

  test('backward equals the reference and writes every element', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(batches, columnCounts, anySeed, async (batch, columns, seed) => {
        const dOutput = randomValues(batch, seed, 'dOutput');
        const indices = someIndices(batch, columns, seed);
        const [dValues] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'dValues', [batch, columns]);
          const calls = gatherBackward({
            dOutput: guarded(gpu, 'dOutput', [batch], dOutput),
            indices: guarded(gpu, 'indices', [batch], indices),
            dValues: tensor,
          });
          return { calls, outputs: [tensor] };
        });
        // Nothing is rounded.
        expectClose('dValues', dValues, gatherBackwardReference(dOutput, indices, columns), 0);
      }),
      cases(examples),
    );
  });

  test("the reference's gradient equals central differences", () => {
    const values = randomValues(7 * 5, 1, 'values');
    const indices = someIndices(7, 5, 1);
    const dOutput = randomValues(7, 1, 'dOutput');
    const numeric = centralDifferences((point) => dot(gatherForwardReference(point, indices, 5), dOutput), values);
    // Linear: rounding only, 1e-16 / 1e-5.
    expectClose('dValues', gatherBackwardReference(dOutput, indices, 5), numeric, 1e-9);
  });

  test('tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const values = gpu.tensor('values', [4, 3]);
    const output = gpu.tensor('output', [4]);
    const indices = gpu.tensor('indices', [5], 'u32');
    expect(() => gatherForward({ values, indices, output })).toThrow('indices (indices) is u32 [5], expected u32 [4]');
    expect(() => gatherForward({ values, indices: output, output })).toThrow('expected u32 [4]');
    expect(() => gatherBackward({ dOutput: output, indices, dValues: output })).toThrow('expected f32 with 2 axes');
  });
});
