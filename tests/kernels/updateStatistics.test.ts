import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { fill } from '../../kernels/fill.ts';
import { updateStatisticsReference } from '../../kernels/updateStatistics.ref.ts';
import { readUpdateStatistics, statisticsShape, updateStatistics } from '../../kernels/updateStatistics.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
import { anySeed, cases } from '../support/shapes.ts';

const examples: [number, number, number][] = [
  [1, 1, 1],
  [32, 6, 2],
  [63, 18, 3],
  [65, 3, 4],
  [257, 2, 5],
];

describe('update statistics', () => {
  test('three updates after a clearing equal the reference', async () => {
    const gpu = await testGpu();
    const batches = fc.integer({ min: 1, max: 300 });
    const actionCounts = fc.integer({ min: 1, max: 19 });
    await fc.assert(
      fc.asyncProperty(batches, actionCounts, anySeed, async (batch, actions, seed) => {
        const updates = [0, 1, 2].map((update) => ({
          loss: randomValues(batch, seed, `loss ${update}`).map(Math.abs),
          values: randomValues(batch * actions, seed, `values ${update}`).map((value) => value - 0.9),
        }));
        const [sums] = await runTwice(gpu, () => {
          const statistics = guarded(gpu, 'statistics', statisticsShape);
          const calls = updates.flatMap(({ loss, values }) =>
            updateStatistics({
              loss: guarded(gpu, 'loss', [batch], loss),
              values: guarded(gpu, 'values', [batch, actions], values),
              statistics,
            }),
          );
          return { calls: [...fill({ output: statistics }), ...calls], outputs: [statistics] };
        });
        const expected = new Float64Array(4);
        for (const { loss, values } of updates) updateStatisticsReference(loss, values, actions, expected);
        // Magnitudes are at most 1.9; a value passes through one addition in 64, 6 of the tree and 3 of the running sum.
        const additions = Math.ceil(batch / 64) + 6 + 3;
        const bound = additions * f32RoundingUnit * 1.9 * 3 * batch;
        expectClose('statistics', sums, expected, [bound, bound, 0, 0]);
      }),
      cases(examples),
    );
  });

  test('means over samples, NaN without an update', () => {
    expect(readUpdateStatistics([8, -4, 64, 2])).toEqual({ loss: 0.125, maxValue: -0.0625, samples: 64, updates: 2 });
    expect(readUpdateStatistics([0, 0, 0, 0]).loss).toBeNaN();
  });

  test('tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const values = gpu.tensor('values', [4, 3]);
    const statistics = gpu.tensor('statistics', [4]);
    expect(() => updateStatistics({ loss: gpu.tensor('loss', [3]), values, statistics })).toThrow(
      'loss (loss) is f32 [3]',
    );
    expect(() => updateStatistics({ loss: statistics, values, statistics: gpu.tensor('two', [2]) })).toThrow(
      'expected f32 [4]',
    );
  });
});
