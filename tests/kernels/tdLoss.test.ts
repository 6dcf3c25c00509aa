import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { maxReference } from '../../kernels/max.ref.ts';
import { tdLossReference } from '../../kernels/tdLoss.ref.ts';
import { type TdLossForm, tdLoss } from '../../kernels/tdLoss.ts';
import { updateStatisticsReference } from '../../kernels/updateStatistics.ref.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { centralDifferences } from '../support/finiteDifferences.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
import { anyCount, anySeed, cases } from '../support/shapes.ts';

interface Batch {
  readonly values: Float32Array;
  readonly nextValues: Float32Array;
  /** Double DQN's: the online network's of the next states. */
  readonly choosingValues?: Float32Array | undefined;
  readonly actions: Uint32Array;
  readonly rewards: Float32Array;
  readonly discounts: Float32Array;
}

/** Values up to 2, rewards of -1, 0 and 1, every fourth state the last of its episode, the others of one to three steps. */
function someBatch(batch: number, actionCount: number, isDouble: boolean, seed: number): Batch {
  const random = new Xoshiro128(seed, 'actions');
  const values = (name: string) => randomValues(batch * actionCount, seed, name).map((value) => 2 * value);
  return {
    values: values('values'),
    nextValues: values('nextValues'),
    choosingValues: isDouble ? values('choosingValues') : undefined,
    actions: Uint32Array.from({ length: batch }, () => random.nextInt(actionCount)),
    rewards: Float32Array.from({ length: batch }, () => random.nextInt(3) - 1),
    discounts: Float32Array.from({ length: batch }, (_, b) => (b % 4 === 3 ? 0 : 0.99 ** (1 + (b % 3)))),
  };
}

const before = Float32Array.of(10, 20, 64, 2);

async function run(actionCount: number, data: Batch, form: TdLossForm): Promise<Float32Array[]> {
  const gpu = await testGpu();
  const batch = data.actions.length;
  return runTwice(gpu, () => {
    const dValues = guarded(gpu, 'dValues', [batch, actionCount]);
    const statistics = guarded(gpu, 'statistics', [4], before);
    const { choosingValues } = data;
    const calls = tdLoss({
      values: guarded(gpu, 'values', [batch, actionCount], data.values),
      nextValues: guarded(gpu, 'nextValues', [batch, actionCount], data.nextValues),
      choosingValues: choosingValues && guarded(gpu, 'choosingValues', [batch, actionCount], choosingValues),
      actions: guarded(gpu, 'actions', [batch], data.actions),
      rewards: guarded(gpu, 'rewards', [batch], data.rewards),
      discounts: guarded(gpu, 'discounts', [batch], data.discounts),
      ...{ dValues, statistics, ...form },
    });
    return { calls, outputs: [dValues, statistics] };
  });
}

type Example = [number, number, TdLossForm['loss'], number | null, TdLossForm['reduction'], boolean, number];
const examples: Example[] = [
  [1, 1, 'huber', 1, 'mean', false, 1],
  [32, 6, 'huber', 1, 'mean', false, 2],
  [32, 18, 'huber', 0.5, 'sum', true, 3],
  [63, 4, 'squared', 1, 'mean', true, 4],
  [65, 3, 'squared', null, 'sum', false, 5],
  [257, 6, 'huber', 0.75, 'sum', false, 6],
  [32, 3, 'clipped-delta', 1, 'sum', false, 7],
  [33, 5, 'clipped-delta', 0.25, 'mean', true, 8],
  [31, 4, 'clipped-delta', null, 'sum', true, 9],
];

describe('TD loss', () => {
  test('equals the references of what it fuses', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyCount,
        fc.integer({ min: 1, max: 18 }),
        fc.constantFrom('squared', 'huber', 'clipped-delta'),
        fc.constantFrom(0.75, 2),
        fc.constantFrom('mean', 'sum'),
        fc.boolean(),
        anySeed,
        async (batch, actionCount, loss, clipDelta, reduction, isDouble, seed) => {
          const form: TdLossForm = { loss, clipDelta, reduction };
          const data = someBatch(batch, actionCount, isDouble, seed);
          const [dValues, statistics] = await run(actionCount, data, form);
          const expected = tdLossReference(data, form);
          const sums = Float64Array.from(before);
          updateStatisticsReference(expected.loss, data.values, actionCount, sums);
          const scale = reduction === 'mean' ? 1 / batch : 1;
          // Values below 2, targets below 3: a difference is rounded by 5 units at most in each of four operations, twice in a square.
          expectClose('dValues', dValues, expected.dValues, 2 * scale * 20 * f32RoundingUnit + 1e-37);
          // A loss is below 25 and summed with a batch's others, pairwise beyond the first few.
          const bounds = sums.map((sum) => f32RoundingUnit * (40 * batch + (batch / 64 + 12) * Math.abs(sum)));
          expectClose('statistics', statistics, sums, bounds);
        },
      ),
      cases<Example>(examples),
    );
  });

  test("the references' gradients are those of their losses; a clipped delta's is the clipped delta", () => {
    const data = someBatch(12, 4, true, 11);
    for (const [loss, clipDelta] of [
      ['squared', null],
      ['huber', 0.5],
      ['clipped-delta', null],
    ] as const) {
      const lossOf = (values: Float64Array) =>
        tdLossReference({ ...data, values }, { loss, clipDelta, reduction: 'sum' }).loss.reduce((sum, l) => sum + l);
      const { dValues } = tdLossReference(data, { loss, clipDelta, reduction: 'sum' });
      expectClose(loss, dValues, centralDifferences(lossOf, data.values), 1e-8);
    }
    const clipped = tdLossReference(data, { loss: 'clipped-delta', clipDelta: 0.5, reduction: 'sum' });
    const huber = tdLossReference(data, { loss: 'huber', clipDelta: 0.5, reduction: 'sum' });
    expect(clipped.dValues).toEqual(huber.dValues);
    expect(clipped.loss).not.toEqual(huber.loss);
  });

  describe('by hand', () => {
    // Two actions, gamma = 0.5.
    //   state 0: Q = (1, 2), action 0, reward -1; next Q = (2, 4): y = -1 + 0.5 * 4 = 1, d = 1 - 1 = 0
    //   state 1: Q = (3, 0.5), action 1, reward 0.25, the last of its episode: y = 0.25, d = 0.25; its next Q is not used
    //   state 2: Q = (4, 0), action 0, reward 0.5; next Q = (1, -1): y = 0.5 + 0.5 * 1 = 1, d = 3
    // The largest values are 2, 3 and 4: 9 in all.
    const data: Batch = {
      values: Float32Array.of(1, 2, 3, 0.5, 4, 0),
      nextValues: Float32Array.of(2, 4, Number.POSITIVE_INFINITY, 1, 1, -1),
      actions: Uint32Array.of(0, 1, 0),
      rewards: Float32Array.of(-1, 0.25, 0.5),
      discounts: Float32Array.of(0.5, 0, 0.5),
    };
    const sums = (loss: number) => [10 + loss, 20 + 9, 64 + 3, 2 + 1];

    test('the squared error', async () => {
      // Gradients 2 d: 0, 0.5, 6. Losses d^2: 0, 0.0625, 9.
      const [dValues, statistics] = await run(2, data, { loss: 'squared', clipDelta: 1, reduction: 'sum' });
      expect([...dValues]).toEqual([0, 0, 0, 0.5, 6, 0]);
      expect([...statistics]).toEqual(sums(9.0625));
    });

    test("Huber's", async () => {
      // Gradients d clipped to +-2: 0, 0.25, 2. Losses: 0; 0.25^2 / 2 = 0.03125; 2 * (3 - 2 / 2) = 4.
      const [dValues, statistics] = await run(2, data, { loss: 'huber', clipDelta: 2, reduction: 'sum' });
      expect([...dValues]).toEqual([0, 0, 0, 0.25, 2, 0]);
      expect([...statistics]).toEqual(sums(4.03125));
    });

    test('the clipped delta, and its mean', async () => {
      // The same gradients. Losses half their squares: 0, 0.03125, 2.
      const form = { loss: 'clipped-delta', clipDelta: 2, reduction: 'sum' } as const;
      const [dValues, statistics] = await run(2, data, form);
      expect([...dValues]).toEqual([0, 0, 0, 0.25, 2, 0]);
      expect([...statistics]).toEqual(sums(2.03125));
      // Of four samples, the last a copy of the first, the mean's gradient is a quarter; d = -1 is clipped to -0.5.
      const four: Batch = {
        values: Float32Array.of(...data.values, 0, 2),
        nextValues: Float32Array.of(...data.nextValues, 2, 4),
        actions: Uint32Array.of(...data.actions, 0),
        rewards: Float32Array.of(...data.rewards, -1),
        discounts: Float32Array.of(...data.discounts, 0.5),
      };
      const [mean] = await run(2, four, { loss: 'clipped-delta', clipDelta: 0.5, reduction: 'mean' });
      expect([...mean]).toEqual([0, 0, 0, 0.0625, 0.125, 0, -0.125, 0]);
    });

    test('the delta unclipped', async () => {
      // Gradients d: 0, 0.25, 3. Losses d^2 / 2: 0, 0.03125, 4.5.
      const [dValues, statistics] = await run(2, data, { loss: 'clipped-delta', clipDelta: null, reduction: 'sum' });
      expect([...dValues]).toEqual([0, 0, 0, 0.25, 3, 0]);
      expect([...statistics]).toEqual(sums(4.53125));
    });

    test("double DQN's: the online network chooses, the target network values; the first of equals", async () => {
      // state 0: the online network likes action 0 of the next state, which the target values at 2: y = -1 + 0.5 * 2 = 0, d = 1
      // state 2: it likes both alike, so action 0, valued at 1 as before: d = 3
      const choosingValues = Float32Array.of(7, 6, 0, 0, 5, 5);
      const form = { loss: 'clipped-delta', clipDelta: null, reduction: 'sum' } as const;
      const [dValues] = await run(2, { ...data, choosingValues }, form);
      expect([...dValues]).toEqual([1, 0, 0, 0.25, 3, 0]);
    });

    test('of three steps', async () => {
      // gamma = 0.5, rewards 1, -2, 4, next Q = (8, 3): y = 1 - 1 + 1 + 0.125 * 8 = 2, and Q = 2.5: d = 0.5
      const threeSteps: Batch = {
        values: Float32Array.of(0, 2.5),
        nextValues: Float32Array.of(8, 3),
        actions: Uint32Array.of(1),
        rewards: Float32Array.of(1),
        discounts: Float32Array.of(0.125),
      };
      const [dValues] = await run(2, threeSteps, { loss: 'huber', clipDelta: 1, reduction: 'mean' });
      expect([...dValues]).toEqual([0, 0.5]);
    });
  });

  test('the largest value of a row is that of its first largest element', () => {
    // What lets one shader serve DQN and double DQN.
    expect([...maxReference([3, 3, 1, -2, -1, -1], 3)]).toEqual([3, -1]);
  });

  test('refuses tensors that do not fit', async () => {
    const gpu = await testGpu();
    const tensors = {
      values: gpu.tensor('values', [2, 3]),
      nextValues: gpu.tensor('nextValues', [2, 3]),
      actions: gpu.tensor('actions', [2], 'u32'),
      rewards: gpu.tensor('rewards', [2]),
      discounts: gpu.tensor('discounts', [2]),
      dValues: gpu.tensor('dValues', [2, 3]),
      statistics: gpu.tensor('statistics', [4]),
    };
    const form = { loss: 'huber', clipDelta: 1, reduction: 'mean' } as const;
    expect(tdLoss({ ...tensors, ...form })).toHaveLength(1);
    expect(() => tdLoss({ ...tensors, ...form, nextValues: tensors.rewards })).toThrow('nextValues');
    expect(() => tdLoss({ ...tensors, ...form, choosingValues: tensors.rewards })).toThrow('choosingValues');
    expect(() => tdLoss({ ...tensors, ...form, actions: tensors.rewards })).toThrow('actions');
    expect(() => tdLoss({ ...tensors, ...form, discounts: tensors.values })).toThrow('discounts');
    expect(() => tdLoss({ ...tensors, ...form, dValues: tensors.rewards })).toThrow('dValues');
    expect(() => tdLoss({ ...tensors, ...form, clipDelta: 0 })).toThrow('clipDelta is 0');
    expect(() => tdLoss({ ...tensors, ...form, clipDelta: null })).toThrow('huber needs a clipDelta');
  });
});
