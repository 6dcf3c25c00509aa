import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { invocationGrid } from '../../kernels/grid.ts';
import { reluBackwardReference, reluForwardReference } from '../../kernels/relu.ref.ts';
import { reluBackward, reluForward } from '../../kernels/relu.ts';
import { centralDifferences, dot } from '../support/finiteDifferences.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectClose, randomValues, testGpu } from '../support/kernelTest.ts';
import { anyCount, anySeed, cases, edgeCounts } from '../support/shapes.ts';

/** Random values with zeros of both signs among them. */
function values(count: number, seed: number, stream: string): Float32Array {
  return randomValues(count, seed, stream).map((value, i) => (i % 5 === 3 ? 0 : i % 7 === 4 ? -0 : value));
}

const examples = edgeCounts.map((count): [number, number] => [count, count]);

describe('relu', () => {
  test('forward equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (count, seed) => {
        const input = values(count, seed, 'input');
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [count]);
          return {
            calls: reluForward({ input: guarded(gpu, 'input', [count], input), output: tensor }),
            outputs: [tensor],
          };
        });
        // Nothing is rounded.
        expectClose('output', output, reluForwardReference(input), 0);
      }),
      cases(examples),
    );
  });

  test('backward equals the reference', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (count, seed) => {
        const output = values(count, seed, 'input').map((value) => Math.max(value, 0));
        const dOutput = values(count, seed, 'dOutput');
        const [dInput] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'dInput', [count]);
          const calls = reluBackward({
            output: guarded(gpu, 'output', [count], output),
            dOutput: guarded(gpu, 'dOutput', [count], dOutput),
            dInput: tensor,
          });
          return { calls, outputs: [tensor] };
        });
        // Nothing is rounded.
        expectClose('dInput', dInput, reluBackwardReference(output, dOutput), 0);
      }),
      cases(examples),
    );
  });

  test('more workgroups than one axis holds', async () => {
    const gpu = await testGpu();
    // Workgroups of one invocation: 65,537 of them, two rows of the grid.
    const count = 4 * 65537 - 1;
    const input = values(count, 1, 'input');
    const [output] = await runTwice(gpu, () => {
      const tensor = guarded(gpu, 'output', [count]);
      const [call] = reluForward({ input: guarded(gpu, 'input', [count], input), output: tensor });
      const workgroups = invocationGrid(65537, 1);
      expect(workgroups).toEqual([65535, 2, 1]);
      return { calls: [{ ...call, constants: { ...call.constants, WORKGROUP: 1 }, workgroups }], outputs: [tensor] };
    });
    expectClose('output', output, reluForwardReference(input), 0);
  });

  test("the reference's gradient equals central differences", () => {
    const input = randomValues(40, 3, 'input').filter((value) => Math.abs(value) > 1e-3);
    const dOutput = randomValues(input.length, 3, 'dOutput');
    const analytic = reluBackwardReference(reluForwardReference(input), dOutput);
    const numeric = centralDifferences((point) => dot(reluForwardReference(point), dOutput), input);
    // Linear around every point: rounding only, 1e-16 / 1e-5.
    expectClose('dInput', analytic, numeric, 1e-9);
  });

  test('tensors of different sizes are refused', async () => {
    const gpu = await testGpu();
    const three = gpu.tensor('three', [3]);
    const four = gpu.tensor('four', [4]);
    const words = gpu.tensor('words', [3], 'u32');
    expect(() => reluForward({ input: three, output: four })).toThrow(
      'output (four) is f32 of 4 elements, expected f32 of 3',
    );
    expect(() => reluForward({ input: words, output: three })).toThrow('input (words) is u32');
    expect(() => reluBackward({ output: three, dOutput: three, dInput: four })).toThrow('dInput (four)');
  });
});
