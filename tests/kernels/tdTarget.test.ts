import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { gatherForward } from '../../kernels/gather.ts';
import { argmaxForward } from '../../kernels/max.ts';
import { tdTargetReference } from '../../kernels/tdTarget.ref.ts';
import { tdTarget } from '../../kernels/tdTarget.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
import { anyCount, anySeed, cases } from '../support/shapes.ts';

const examples: [number, number, number, number][] = [
  [1, 0.99, 1, 1],
  [32, 0.99, 3, 2],
  [63, 0, 1, 3],
  [65, 1, 1, 4],
  [257, 0.5, 2, 5],
];

describe('TD target', () => {
  test('equals the reference', async () => {
    const gpu = await testGpu();
    const discounts = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        anyCount,
        discounts,
        fc.integer({ min: 1, max: 5 }),
        anySeed,
        async (batch, discount, steps, seed) => {
          const reward = randomValues(batch, seed, 'reward');
          const terminal = randomValues(batch, seed, 'terminal').map((value) => (value > 0.5 ? 1 : 0));
          const nextValue = randomValues(batch, seed, 'nextValue').map((value) => 20 * value);
          const [target] = await runTwice(gpu, () => {
            const tensor = guarded(gpu, 'target', [batch]);
            const calls = tdTarget({
              reward: guarded(gpu, 'reward', [batch], reward),
              terminal: guarded(gpu, 'terminal', [batch], terminal),
              nextValue: guarded(gpu, 'nextValue', [batch], nextValue),
              target: tensor,
              discount,
              steps,
            });
            return { calls, outputs: [tensor] };
          });
          const expected = tdTargetReference(reward, terminal, nextValue, discount, steps);
          // Rounded: the discount, the product (magnitude of the future), the sum. Below the smallest normal f32: flushed.
          const bound = expected.map(
            (value, b) => f32RoundingUnit * (2 * Math.abs(value - reward[b]) + Math.abs(value)) + 1e-37,
          );
          expectClose('target', target, expected, bound);
        },
      ),
      cases(examples),
    );
  });

  test('one by hand; a terminal state ignores even an infinite next value', async () => {
    const gpu = await testGpu();
    const [target] = await runTwice(gpu, () => {
      const tensor = guarded(gpu, 'target', [3]);
      const calls = tdTarget({
        reward: guarded(gpu, 'reward', [3], Float32Array.of(1, -1, 0.5)),
        terminal: guarded(gpu, 'terminal', [3], Float32Array.of(0, 1, 0)),
        nextValue: guarded(gpu, 'nextValue', [3], Float32Array.of(2, Number.POSITIVE_INFINITY, -4)),
        target: tensor,
        discount: 0.5,
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
          terminal: guarded(gpu, 'terminal', [2], Float32Array.of(0, 0)),
          nextValue,
          target: tensor,
          discount: 0.5,
        }),
      ];
      return { calls, outputs: [tensor] };
    });
    expect([...target]).toEqual([11, -1]);
  });

  test('a discount outside 0 to 1 and tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const four = gpu.tensor('four', [4]);
    const five = gpu.tensor('five', [5]);
    const call = { reward: four, terminal: four, nextValue: four, target: gpu.tensor('target', [4]), discount: 0.99 };
    expect(() => tdTarget({ ...call, discount: 1.5 })).toThrow('discount is 1.5');
    expect(() => tdTarget({ ...call, discount: Number.NaN })).toThrow('discount is NaN');
    expect(() => tdTarget({ ...call, steps: 0 })).toThrow('steps is 0');
    expect(() => tdTarget({ ...call, nextValue: five })).toThrow('nextValue (five) is f32 [5], expected f32 [4]');
  });
});
