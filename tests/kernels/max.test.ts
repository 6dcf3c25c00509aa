import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { argmaxReference, maxReference } from '../../kernels/max.ref.ts';
import { argmaxForward, maxForward } from '../../kernels/max.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, randomValues, testGpu } from '../support/kernelTest.ts';
import { anySeed, cases } from '../support/shapes.ts';

const examples: [number, number, number][] = [
  [1, 1, 1],
  [1, 6, 2],
  [32, 18, 3],
  [63, 4, 4],
  [65, 3, 5],
  [257, 2, 6],
];
const batches = fc.integer({ min: 1, max: 300 });
const columnCounts = fc.integer({ min: 1, max: 19 });

/** A third of the rows has many equal values, a third is all negative. */
function someValues(batch: number, columns: number, seed: number): Float32Array {
  return randomValues(batch * columns, seed, 'values').map((value, i) => {
    const kind = Math.floor(i / columns) % 3;
    return kind === 0 ? value : kind === 1 ? Math.round(value * 2) / 2 : value - 2;
  });
}

describe('max over actions', () => {
  test('max equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(batches, columnCounts, anySeed, async (batch, columns, seed) => {
        const values = someValues(batch, columns, seed);
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [batch]);
          const input = guarded(gpu, 'values', [batch, columns], values);
          return { calls: maxForward({ values: input, output: tensor }), outputs: [tensor] };
        });
        // Nothing is rounded.
        expectClose('output', output, maxReference(values, columns), 0);
      }),
      cases(examples),
    );
  });

  test('argmax equals the reference, the first of equal values', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(batches, columnCounts, anySeed, async (batch, columns, seed) => {
        const values = someValues(batch, columns, seed);
        const [bits] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [batch], undefined, 'u32');
          const input = guarded(gpu, 'values', [batch, columns], values);
          return { calls: argmaxForward({ values: input, output: tensor }), outputs: [tensor] };
        });
        expect(new Uint32Array(bits.buffer)).toEqual(argmaxReference(values, columns));
      }),
      cases(examples),
    );
  });

  test('the reference takes the first of equal values', () => {
    const values = [1, 3, 3, 2, -1, -1, -1, -1, 0, 0, 0, 5];
    expect([...argmaxReference(values, 4)]).toEqual([1, 0, 3]);
    expect([...maxReference(values, 4)]).toEqual([3, -1, 5]);
  });

  test('tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const values = gpu.tensor('values', [4, 3]);
    const floats = gpu.tensor('floats', [4]);
    expect(() => argmaxForward({ values, output: floats })).toThrow('output (floats) is f32 [4], expected u32 [4]');
    expect(() => maxForward({ values: floats, output: floats })).toThrow('expected f32 with 2 axes');
  });
});
