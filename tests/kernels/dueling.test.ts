import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { duelingBackwardReference, duelingForwardReference } from '../../kernels/dueling.ref.ts';
import { duelingBackward, duelingForward } from '../../kernels/dueling.ts';
import { centralDifferences, dot } from '../support/finiteDifferences.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
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
const actionCounts = fc.integer({ min: 1, max: 19 });

/** Values where the streams mean something, NaN elsewhere. */
function streamsOf(batch: number, actions: number, seed: number): Float32Array {
  const row = 1 + actions;
  return randomValues(batch * 2 * row, seed, 'streams').map((value, i) => {
    const column = i % (2 * row);
    return column === 0 || column > row ? value : Number.NaN;
  });
}

describe('dueling', () => {
  test('forward equals the reference, and reads nothing that means nothing', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(batches, actionCounts, anySeed, async (batch, actions, seed) => {
        const streams = streamsOf(batch, actions, seed);
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [batch, actions]);
          const input = guarded(gpu, 'streams', [2 * batch, 1 + actions], streams);
          return { calls: duelingForward({ streams: input, output: tensor }), outputs: [tensor] };
        });
        // The mean of values of at most 1: a rounding an addition and 5 of the division; two more additions of at most 3 in all.
        const bound = (actions + 5 + 6) * f32RoundingUnit;
        expectClose('output', output, duelingForwardReference(streams, actions), bound);
      }),
      cases(examples),
    );
  });

  test('backward equals the reference, and is exactly 0 where nothing is meant', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(batches, actionCounts, anySeed, async (batch, actions, seed) => {
        const dOutput = randomValues(batch * actions, seed, 'dOutput');
        const [dStreams] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'dStreams', [2 * batch, 1 + actions]);
          const input = guarded(gpu, 'dOutput', [batch, actions], dOutput);
          return { calls: duelingBackward({ dOutput: input, dStreams: tensor }), outputs: [tensor] };
        });
        // dV: a rounding an addition, of partial sums of at most `actions`; the mean's, and its difference's, are smaller.
        const row = 1 + actions;
        const ofValue = actions ** 2 * f32RoundingUnit;
        const ofAdvantage = (actions + 5 + 2) * f32RoundingUnit;
        const bound = Float64Array.from(dStreams, (_, i) => {
          const column = i % (2 * row);
          return column === 0 ? ofValue : column > row ? ofAdvantage : 0;
        });
        expectClose('dStreams', dStreams, duelingBackwardReference(dOutput, actions), bound);
      }),
      cases(examples),
    );
  });

  test("the reference's gradients equal central differences", () => {
    const streams = randomValues(7 * 2 * 6, 1, 'streams');
    const dOutput = randomValues(7 * 5, 1, 'dOutput');
    // Linear: rounding only, 1e-15 / 1e-5.
    const expected = centralDifferences((point) => dot(duelingForwardReference(point, 5), dOutput), streams);
    expectClose('dStreams', duelingBackwardReference(dOutput, 5), expected, 1e-8);
  });

  test('worked by hand', () => {
    // V = 2; A = 1, 5, 9, whose mean is 5.
    expect([...duelingForwardReference([2, 7, 7, 7, 7, 1, 5, 9], 3)]).toEqual([-2, 2, 6]);
    expect([...duelingBackwardReference([0, 3, 0], 3)]).toEqual([3, 0, 0, 0, 0, -1, 2, -1]);
  });

  test('tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const output = gpu.tensor('output', [4, 3]);
    expect(() => duelingForward({ streams: gpu.tensor('streams', [4, 4]), output })).toThrow(
      'streams (streams) is f32 [4, 4], expected f32 [8, 4]',
    );
    expect(() => duelingBackward({ dOutput: output, dStreams: gpu.tensor('x', [8, 3]) })).toThrow(
      'dStreams (x) is f32 [8, 3], expected f32 [8, 4]',
    );
  });
});
