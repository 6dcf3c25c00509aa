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

describe('dueling', () => {
  test('forward equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(batches, actionCounts, anySeed, async (batch, actions, seed) => {
        const value = randomValues(batch, seed, 'value');
        const advantage = randomValues(batch * actions, seed, 'advantage');
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [batch, actions]);
          const calls = duelingForward({
            value: guarded(gpu, 'value', seed % 2 === 0 ? [batch] : [batch, 1], value),
            advantage: guarded(gpu, 'advantage', [batch, actions], advantage),
            output: tensor,
          });
          return { calls, outputs: [tensor] };
        });
        // The mean of values of at most 1: a rounding an addition and 5 of the division; two more additions of at most 3 in all.
        expectClose(
          'output',
          output,
          duelingForwardReference(value, advantage, actions),
          (actions + 5 + 6) * f32RoundingUnit,
        );
      }),
      cases(examples),
    );
  });

  test('backward equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(batches, actionCounts, anySeed, async (batch, actions, seed) => {
        const dOutput = randomValues(batch * actions, seed, 'dOutput');
        const [dValue, dAdvantage] = await runTwice(gpu, () => {
          const tensors = {
            dOutput: guarded(gpu, 'dOutput', [batch, actions], dOutput),
            dValue: guarded(gpu, 'dValue', seed % 2 === 0 ? [batch] : [batch, 1]),
            dAdvantage: guarded(gpu, 'dAdvantage', [batch, actions]),
          };
          return { calls: duelingBackward(tensors), outputs: [tensors.dValue, tensors.dAdvantage] };
        });
        const expected = duelingBackwardReference(dOutput, actions);
        // A rounding an addition, of partial sums of at most `actions`; the mean's, and its difference's, are smaller.
        expectClose('dValue', dValue, expected.dValue, actions ** 2 * f32RoundingUnit);
        expectClose('dAdvantage', dAdvantage, expected.dAdvantage, (actions + 5 + 2) * f32RoundingUnit);
      }),
      cases(examples),
    );
  });

  test("the reference's gradients equal central differences", () => {
    const value = randomValues(7, 1, 'value');
    const advantage = randomValues(7 * 5, 1, 'advantage');
    const dOutput = randomValues(7 * 5, 1, 'dOutput');
    const analytic = duelingBackwardReference(dOutput, 5);
    // Linear: rounding only, 1e-15 / 1e-5.
    const ofValue = centralDifferences((point) => dot(duelingForwardReference(point, advantage, 5), dOutput), value);
    expectClose('dValue', analytic.dValue, ofValue, 1e-8);
    const ofAdvantage = centralDifferences(
      (point) => dot(duelingForwardReference(value, point, 5), dOutput),
      advantage,
    );
    expectClose('dAdvantage', analytic.dAdvantage, ofAdvantage, 1e-8);
  });

  test('tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const advantage = gpu.tensor('advantage', [4, 3]);
    const output = gpu.tensor('output', [4, 3]);
    expect(() => duelingForward({ value: gpu.tensor('value', [3]), advantage, output })).toThrow(
      'value (value) is f32 of 3 elements, expected f32 of 4',
    );
    expect(() =>
      duelingBackward({ dOutput: output, dValue: gpu.tensor('dValue', [4]), dAdvantage: gpu.tensor('x', [3, 4]) }),
    ).toThrow('dAdvantage (x) is f32 [3, 4], expected f32 [4, 3]');
  });
});
