import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { gatherForward } from '../../kernels/gather.ts';
import { argmaxForward } from '../../kernels/max.ts';
import { tdTargetReference } from '../../kernels/tdTarget.ref.ts';
import { tdTarget } from '../../kernels/tdTarget.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
import { anyCount, anySeed, cases } from '../support/shapes.ts';

const examples: [number, number, number][] = [
  [1, 0.99, 1],
  [32, 0.99, 2],
  [63, 0, 3],
  [65, 1, 4],
  [257, 0.5, 5],
];

describe('TD target', () => {
  test('equals the reference', async () => {
    const gpu = await testGpu();
    const gammas = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(anyCount, gammas, anySeed, async (batch, gamma, seed) => {
        const reward = randomValues(batch, seed, 'reward');
        // gamma^1 to gamma^5, and 0 for a quarter of them.
        const discount = randomValues(batch, seed, 'terminal').map((value, b) =>
          value > 0.5 ? 0 : gamma ** (1 + (b % 5)),
        );
        const nextValue = randomValues(batch, seed, 'nextValue').map((value) => 20 * value);
        const [target] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'target', [batch]);
          const calls = tdTarget({
            reward: guarded(gpu, 'reward', [batch], reward),
            discount: guarded(gpu, 'discount', [batch], discount),
            nextValue: guarded(gpu, 'nextValue', [batch], nextValue),
            target: tensor,
          });
          return { calls, outputs: [tensor] };
        });
        const expected = tdTargetReference(reward, discount, nextValue);
        // Rounded: the product (magnitude of the future), the sum. Below the smallest normal f32: flushed.
        const bound = expected.map(
          (value, b) => f32RoundingUnit * (Math.abs(value - reward[b]) + Math.abs(value)) + 1e-37,
        );
        expectClose('target', target, expected, bound);
      }),
      cases(examples),
    );
  });

  test('one by hand; a discount of 0 ignores even an infinite next value', async () => {
    const gpu = await testGpu();
    const [target] = await runTwice(gpu, () => {
      const tensor = guarded(gpu, 'target', [3]);
      const calls = tdTarget({
        reward: guarded(gpu, 'reward', [3], Float32Array.of(1, -1, 0.5)),
        discount: guarded(gpu, 'discount', [3], Float32Array.of(0.5, 0, 0.5)),
        nextValue: guarded(gpu, 'nextValue', [3], Float32Array.of(2, Number.POSITIVE_INFINITY, -4)),
        target: tensor,
      });
      return { calls, outputs: [tensor] };
    });
    expect([...target]).toEqual([2, -1, -1.5]);
  });

  test("double DQN's target by hand: the target network's value of the online network's best action", async () => {
    const gpu = await testGpu();
    const [target] = await runTwice(gpu, () => {
      const online = guarded(gpu, 'online', [2, 3], Float32Array.of(0, 2, 1, 5, 5, -1));
      const values = guarded(gpu, 'values', [2, 3], Float32Array.of(10, 20, 30, -2, 40, 50));
      const actions = guarded(gpu, 'actions', [2], undefined, 'u32');
      const nextValue = guarded(gpu, 'nextValue', [2]);
      const tensor = guarded(gpu, 'target', [2]);
      const calls = [
        ...argmaxForward({ values: online, output: actions }),
        ...gatherForward({ values, indices: actions, output: nextValue }),
        ...tdTarget({
          reward: guarded(gpu, 'reward', [2], Float32Array.of(1, 0)),
          discount: guarded(gpu, 'discount', [2], Float32Array.of(0.5, 0.5)),
          nextValue,
          target: tensor,
        }),
      ];
      return { calls, outputs: [tensor] };
    });
    expect([...target]).toEqual([11, -1]);
  });

  test('an n-step target by hand', async () => {
    // gamma = 0.5, n = 3, rewards 1, -2, 4 and 1, -2 before the episode is cut off after m = 2 steps; next values 8 and 6.
    // 1 + 0.5 * -2 + 0.25 * 4 + 0.125 * 8 = 2; 1 + 0.5 * -2 + 0.25 * 6 = 1.5.
    const gpu = await testGpu();
    const [target] = await runTwice(gpu, () => {
      const tensor = guarded(gpu, 'target', [2]);
      const calls = tdTarget({
        reward: guarded(gpu, 'reward', [2], Float32Array.of(1, 0)),
        discount: guarded(gpu, 'discount', [2], Float32Array.of(0.125, 0.25)),
        nextValue: guarded(gpu, 'nextValue', [2], Float32Array.of(8, 6)),
        target: tensor,
      });
      return { calls, outputs: [tensor] };
    });
    expect([...target]).toEqual([2, 1.5]);
  });

  test('tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const four = gpu.tensor('four', [4]);
    const five = gpu.tensor('five', [5]);
    const call = { reward: four, discount: four, nextValue: four, target: gpu.tensor('target', [4]) };
    expect(() => tdTarget({ ...call, nextValue: five })).toThrow('nextValue (five) is f32 [5], expected f32 [4]');
    expect(() => tdTarget({ ...call, discount: five })).toThrow('discount (five) is f32 [5], expected f32 [4]');
  });
});
