import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { magnitudesReference } from '../../kernels/magnitudes.ref.ts';
import { magnitudes } from '../../kernels/magnitudes.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, f32RoundingUnit, randomValues, testGpu } from '../support/kernelTest.ts';
import { anySeed, cases } from '../support/shapes.ts';

const elements = 20_000;

/** Lengths around one, the workgroup (256) and several of it; ranges touch, overlap and leave gaps. */
const examples: [[number, number][], number][] = [
  [[[0, 1]], 1],
  [
    [
      [0, 255],
      [255, 256],
      [511, 257],
    ],
    2,
  ],
  [
    [
      [7, 19_993],
      [0, 20_000],
      [19_999, 1],
    ],
    3,
  ],
];
const anyRange = fc
  .tuple(fc.nat(elements - 1), fc.integer({ min: 1, max: elements }))
  .map(([first, count]): [number, number] => [first, Math.min(count, elements - first)]);

describe('magnitudes', () => {
  test('equal the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(fc.array(anyRange, { minLength: 1, maxLength: 9 }), anySeed, async (pairs, seed) => {
        const values = randomValues(elements, seed, 'values');
        const ranges = Uint32Array.from(pairs.flat());
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [pairs.length, 2]);
          const calls = magnitudes({
            values: guarded(gpu, 'values', [elements], values),
            ranges: guarded(gpu, 'ranges', [pairs.length, 2], ranges),
            output: tensor,
          });
          return { calls, outputs: [tensor] };
        });
        const expected = magnitudesReference(values, ranges);
        // An element passes through at most 79 + 8 additions and a division; a maximum is exact.
        const bounds = expected.map((value, i) => (i % 2 === 0 ? 90 * f32RoundingUnit * value : 0));
        expectClose('output', output, expected, bounds);
      }),
      cases(examples),
    );
  });

  test('by hand', async () => {
    const gpu = await testGpu();
    const [output] = await runTwice(gpu, () => {
      const tensor = guarded(gpu, 'output', [2, 2]);
      const calls = magnitudes({
        values: guarded(gpu, 'values', [6], Float32Array.of(-100, 1, -3, 2, -0.5, 100)),
        ranges: guarded(gpu, 'ranges', [2, 2], Uint32Array.of(1, 3, 4, 1)),
        output: tensor,
      });
      return { calls, outputs: [tensor] };
    });
    // (1 + 3 + 2) / 3 and 3; 0.5 and 0.5.
    expect([...output]).toEqual([2, 3, 0.5, 0.5]);
  });

  test('tensors that do not fit are refused', async () => {
    const gpu = await testGpu();
    const values = gpu.tensor('values', [8]);
    const ranges = gpu.tensor('ranges', [3, 2], 'u32');
    expect(() => magnitudes({ values, ranges: gpu.tensor('triples', [2, 3], 'u32'), output: values })).toThrow(
      '[2, 3]',
    );
    expect(() => magnitudes({ values: ranges, ranges, output: values })).toThrow('values (ranges)');
    expect(() => magnitudes({ values, ranges, output: gpu.tensor('output', [2, 2]) })).toThrow('expected f32 [3, 2]');
  });
});
