import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { huberBackwardReference, huberForwardReference } from '../../kernels/huber.ref.ts';
import { huberBackward, huberForward } from '../../kernels/huber.ts';
import type { LossBackward, LossForward } from '../../kernels/loss.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { squaredErrorBackwardReference, squaredErrorForwardReference } from '../../kernels/squaredError.ref.ts';
import { squaredErrorBackward, squaredErrorForward } from '../../kernels/squaredError.ts';
import { centralDifferences } from '../support/finiteDifferences.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
import { anyCount, anySeed, cases } from '../support/shapes.ts';

/** What f32 flushes to zero. */
const tiny = 1e-37;

const examples: [number, number, number][] = [
  [1, 1, 1],
  [32, 1, 2],
  [63, 0.5, 3],
  [65, 2.75, 4],
  [257, 1, 5],
];
const deltas = fc.double({ min: 0.1, max: 4, noNaN: true }).map(Math.fround);

/** Predictions up to 3 away from their targets; some exactly on one, some exactly `delta` away. */
function someErrors(batch: number, delta: number, seed: number) {
  const target = randomValues(batch, seed, 'target').map((value) => Math.round(value * 8) / 8);
  const prediction = randomValues(batch, seed, 'prediction').map((value, b) => {
    if (b % 6 === 4) return target[b];
    if (b % 6 === 5) return target[b] - delta;
    return target[b] + 3 * value;
  });
  return { prediction, target };
}

type Errors = ReturnType<typeof someErrors>;

async function losses(gpu: Gpu, { prediction, target }: Errors, build: (call: LossForward) => KernelCall[]) {
  const shape = [prediction.length];
  const [loss] = await runTwice(gpu, () => {
    const output = guarded(gpu, 'loss', shape);
    const call = {
      prediction: guarded(gpu, 'prediction', shape, prediction),
      target: guarded(gpu, 'target', shape, target),
    };
    return { calls: build({ ...call, loss: output }), outputs: [output] };
  });
  return loss;
}

type Unreduced = Omit<LossBackward, 'reduction'>;

async function gradients(gpu: Gpu, { prediction, target }: Errors, build: (call: Unreduced) => KernelCall[]) {
  const shape = [prediction.length];
  const [dPrediction] = await runTwice(gpu, () => {
    const output = guarded(gpu, 'dPrediction', shape);
    const call = {
      prediction: guarded(gpu, 'prediction', shape, prediction),
      target: guarded(gpu, 'target', shape, target),
    };
    return { calls: build({ ...call, dPrediction: output }), outputs: [output] };
  });
  return dPrediction;
}

describe('huber', () => {
  test('forward equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, deltas, anySeed, async (batch, delta, seed) => {
        const errors = someErrors(batch, delta, seed);
        const loss = await losses(gpu, errors, (call) => huberForward({ ...call, delta }));
        const expected = huberForwardReference(errors.prediction, errors.target, delta);
        // The difference is rounded once, |d| (1 + u); then at most three operations on terms of at most delta (|d| + delta).
        const bound = errors.prediction.map((value, b) => {
          const size = Math.abs(value - errors.target[b]);
          return 5 * f32RoundingUnit * Math.min(size ** 2, delta * (size + delta)) + tiny;
        });
        expectClose('loss', loss, expected, bound);
      }),
      cases(examples),
    );
  });

  test('backward equals the reference, for the mean and for the sum', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, deltas, anySeed, async (batch, delta, seed) => {
        const errors = someErrors(batch, delta, seed);
        for (const reduction of ['mean', 'sum'] as const) {
          const actual = await gradients(gpu, errors, (call) => huberBackward({ ...call, delta, reduction }));
          const scale = reduction === 'mean' ? 1 / batch : 1;
          const expected = huberBackwardReference(errors.prediction, errors.target, delta, scale);
          // Rounded: the difference, the scale, their product.
          expectClose(
            'dPrediction',
            actual,
            expected,
            expected.map((value) => 3 * f32RoundingUnit * Math.abs(value) + tiny),
          );
        }
      }),
      cases(examples),
    );
  });

  test("with delta 1 and the sum it is DeepMind's clipped TD error, here by hand", async () => {
    const gpu = await testGpu();
    const errors = { prediction: Float32Array.of(0.25, 3, -7, 1, 2), target: Float32Array.of(0, 0, 0, 0, 2) };
    const actual = await gradients(gpu, errors, (call) => huberBackward({ ...call, reduction: 'sum' }));
    expect([...actual]).toEqual([0.25, 1, -1, 1, 0]);
    const loss = await losses(gpu, errors, huberForward);
    expect([...loss]).toEqual([0.03125, 2.5, 6.5, 0.5, 0]);
  });

  test("the reference's gradient equals central differences", () => {
    const { prediction, target } = someErrors(60, 0.7, 1);
    for (const scale of [1, 1 / 60]) {
      const sum = (point: Float64Array) => scale * huberForwardReference(point, target, 0.7).reduce((a, b) => a + b);
      // At |d| = delta the second derivative jumps from 1 to 0: off by step / 4 there; the step is 1e-5. Rounding: 1e-14 / 1e-5.
      expectClose(
        'dPrediction',
        huberBackwardReference(prediction, target, 0.7, scale),
        centralDifferences(sum, prediction),
        1e-5,
      );
    }
  });
});

describe('squared error', () => {
  test('forward equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (batch, seed) => {
        const errors = someErrors(batch, 1, seed);
        const expected = squaredErrorForwardReference(errors.prediction, errors.target);
        const loss = await losses(gpu, errors, squaredErrorForward);
        // Rounded: the difference, which is squared, and the square.
        expectClose(
          'loss',
          loss,
          expected,
          expected.map((value) => 3.001 * f32RoundingUnit * value + tiny),
        );
      }),
      cases(examples.map(([batch, , seed]): [number, number] => [batch, seed])),
    );
  });

  test('backward equals the reference, for the mean and for the sum', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (batch, seed) => {
        const errors = someErrors(batch, 1, seed);
        for (const reduction of ['mean', 'sum'] as const) {
          const actual = await gradients(gpu, errors, (call) => squaredErrorBackward({ ...call, reduction }));
          const scale = reduction === 'mean' ? 1 / batch : 1;
          const expected = squaredErrorBackwardReference(errors.prediction, errors.target, scale);
          // Rounded: the difference, the scale, their product.
          expectClose(
            'dPrediction',
            actual,
            expected,
            expected.map((value) => 3 * f32RoundingUnit * Math.abs(value) + tiny),
          );
        }
      }),
      cases(examples.map(([batch, , seed]): [number, number] => [batch, seed])),
    );
  });

  test("the reference's gradient equals central differences", () => {
    const { prediction, target } = someErrors(60, 1, 1);
    for (const scale of [1, 1 / 60]) {
      const sum = (point: Float64Array) => scale * squaredErrorForwardReference(point, target).reduce((a, b) => a + b);
      // Quadratic: no error of the formula; rounding of a sum near 100: 1e-14 / 1e-5.
      expectClose(
        'dPrediction',
        squaredErrorBackwardReference(prediction, target, scale),
        centralDifferences(sum, prediction),
        1e-8,
      );
    }
  });
});

test('losses refuse tensors that do not fit and a delta of 0', async () => {
  const gpu = await testGpu();
  const four = gpu.tensor('four', [4]);
  const five = gpu.tensor('five', [5]);
  expect(() => huberForward({ prediction: four, target: five, loss: four })).toThrow(
    'target (five) is f32 [5], expected f32 [4]',
  );
  expect(() => huberForward({ prediction: four, target: four, loss: four, delta: 0 })).toThrow('delta is 0');
  expect(() => squaredErrorBackward({ prediction: four, target: four, dPrediction: five, reduction: 'sum' })).toThrow(
    'dPrediction (five)',
  );
});
