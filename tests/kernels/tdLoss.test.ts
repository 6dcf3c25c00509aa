import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { gatherBackwardReference, gatherForwardReference } from '../../kernels/gather.ref.ts';
import { huberBackwardReference, huberForwardReference } from '../../kernels/huber.ref.ts';
import { maxReference } from '../../kernels/max.ref.ts';
import { squaredErrorBackwardReference, squaredErrorForwardReference } from '../../kernels/squaredError.ref.ts';
import { type TdLoss, tdLoss } from '../../kernels/tdLoss.ts';
import { tdTargetReference } from '../../kernels/tdTarget.ref.ts';
import { updateStatisticsReference } from '../../kernels/updateStatistics.ref.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
import { anyCount, anySeed, cases } from '../support/shapes.ts';

type Form = Pick<TdLoss, 'discount' | 'loss' | 'delta' | 'reduction'>;

interface Batch {
  readonly values: Float32Array;
  readonly nextValues: Float32Array;
  readonly actions: Uint32Array;
  readonly rewards: Float32Array;
  readonly terminals: Float32Array;
}

/** Values up to 2, rewards of -1, 0 and 1, every fourth state the last of its episode. */
function someBatch(batch: number, actionCount: number, seed: number): Batch {
  const random = new Xoshiro128(seed, 'actions');
  return {
    values: randomValues(batch * actionCount, seed, 'values').map((value) => 2 * value),
    nextValues: randomValues(batch * actionCount, seed, 'nextValues').map((value) => 2 * value),
    actions: Uint32Array.from({ length: batch }, () => random.nextInt(actionCount)),
    rewards: Float32Array.from({ length: batch }, () => random.nextInt(3) - 1),
    terminals: Float32Array.from({ length: batch }, (_, b) => (b % 4 === 3 ? 1 : 0)),
  };
}

const before = Float32Array.of(10, 20, 64, 2);

async function run(actionCount: number, data: Batch, form: Form): Promise<Float32Array[]> {
  const gpu = await testGpu();
  const batch = data.actions.length;
  return runTwice(gpu, () => {
    const dValues = guarded(gpu, 'dValues', [batch, actionCount]);
    const statistics = guarded(gpu, 'statistics', [4], before);
    const calls = tdLoss({
      values: guarded(gpu, 'values', [batch, actionCount], data.values),
      nextValues: guarded(gpu, 'nextValues', [batch, actionCount], data.nextValues),
      actions: guarded(gpu, 'actions', [batch], data.actions),
      rewards: guarded(gpu, 'rewards', [batch], data.rewards),
      terminals: guarded(gpu, 'terminals', [batch], data.terminals),
      ...{ dValues, statistics, ...form },
    });
    return { calls, outputs: [dValues, statistics] };
  });
}

/** By way of the references of all that it fuses. */
function reference(actionCount: number, data: Batch, { discount, loss, delta = 1, reduction }: Form) {
  const batch = data.actions.length;
  const scale = reduction === 'mean' ? 1 / batch : 1;
  const target = tdTargetReference(
    data.rewards,
    data.terminals,
    maxReference(data.nextValues, actionCount),
    discount,
    1,
  );
  const prediction = gatherForwardReference(data.values, data.actions, actionCount);
  const huber = loss === 'huber';
  const losses = huber
    ? huberForwardReference(prediction, target, delta)
    : squaredErrorForwardReference(prediction, target);
  const dPrediction = huber
    ? huberBackwardReference(prediction, target, delta, scale)
    : squaredErrorBackwardReference(prediction, target, scale);
  const statistics = Float64Array.from(before);
  updateStatisticsReference(losses, data.values, actionCount, statistics);
  return { dValues: gatherBackwardReference(dPrediction, data.actions, actionCount), statistics, scale };
}

const examples: [number, number, 'huber' | 'squared', 'mean' | 'sum', number][] = [
  [1, 1, 'huber', 'mean', 1],
  [32, 6, 'huber', 'mean', 2],
  [32, 18, 'huber', 'sum', 3],
  [63, 4, 'squared', 'mean', 4],
  [65, 3, 'squared', 'sum', 5],
  [257, 6, 'huber', 'sum', 6],
];

describe('TD loss', () => {
  test('equals the references of what it fuses', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyCount,
        fc.integer({ min: 1, max: 18 }),
        fc.constantFrom('huber', 'squared'),
        fc.constantFrom('mean', 'sum'),
        anySeed,
        async (batch, actionCount, loss, reduction, seed) => {
          const form: Form = { discount: 0.99, loss, reduction, delta: loss === 'huber' ? 0.75 : undefined };
          const data = someBatch(batch, actionCount, seed);
          const [dValues, statistics] = await run(actionCount, data, form);
          const expected = reference(actionCount, data, form);
          // Values below 2, targets below 3: a difference is rounded by 5 units at most in each of four operations, twice in a square.
          expectClose('dValues', dValues, expected.dValues, 2 * expected.scale * 20 * f32RoundingUnit + 1e-37);
          // A loss is below 25 and summed with a batch's others, pairwise beyond the first few.
          const sums = expected.statistics.map(
            (sum) => f32RoundingUnit * (40 * batch + (batch / 64 + 12) * Math.abs(sum)),
          );
          expectClose('statistics', statistics, expected.statistics, sums);
        },
      ),
      cases(examples),
    );
  });

  test('one by hand; a last state ignores even an infinite next value', async () => {
    const [dValues, statistics] = await run(
      2,
      {
        values: Float32Array.of(1, 2, 3, 0.5),
        nextValues: Float32Array.of(2, 4, Number.POSITIVE_INFINITY, 1),
        actions: Uint32Array.of(0, 1),
        rewards: Float32Array.of(-1, 0.25),
        terminals: Float32Array.of(0, 1),
      },
      { discount: 0.5, loss: 'huber', reduction: 'mean' },
    );
    // y = -1 + 0.5 * 4 = 1 and d = 0; y = 0.25 and d = 0.25, its loss 0.03125. Largest values 2 and 3.
    expect([...dValues]).toEqual([0, 0, 0, 0.125]);
    expect([...statistics]).toEqual([10.03125, 25, 66, 3]);
  });

  test('refuses tensors that do not fit', async () => {
    const gpu = await testGpu();
    const tensors = {
      values: gpu.tensor('values', [2, 3]),
      nextValues: gpu.tensor('nextValues', [2, 3]),
      actions: gpu.tensor('actions', [2], 'u32'),
      rewards: gpu.tensor('rewards', [2]),
      terminals: gpu.tensor('terminals', [2]),
      dValues: gpu.tensor('dValues', [2, 3]),
      statistics: gpu.tensor('statistics', [4]),
    };
    const form = { discount: 0.99, loss: 'huber', reduction: 'mean' } as const;
    expect(tdLoss({ ...tensors, ...form })).toHaveLength(1);
    expect(() => tdLoss({ ...tensors, ...form, nextValues: tensors.rewards })).toThrow('nextValues');
    expect(() => tdLoss({ ...tensors, ...form, actions: tensors.rewards })).toThrow('actions');
    expect(() => tdLoss({ ...tensors, ...form, dValues: tensors.rewards })).toThrow('dValues');
    expect(() => tdLoss({ ...tensors, ...form, discount: 1.5 })).toThrow('discount');
    expect(() => tdLoss({ ...tensors, ...form, delta: 0 })).toThrow('delta');
  });
});
