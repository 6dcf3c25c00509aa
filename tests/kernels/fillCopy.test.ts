import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { copy } from '../../kernels/copy.ts';
import { fill } from '../../kernels/fill.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { expectSameBits, testGpu } from '../support/kernelTest.ts';
import { anyCount, anySeed, cases, edgeCounts } from '../support/shapes.ts';

const examples = edgeCounts.map((count): [number, number] => [count, count]);

describe('fill', () => {
  test('writes the value everywhere and nowhere else', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (count, seed) => {
        const value = seed / 7 - 100;
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [count]);
          return { calls: fill({ output: tensor, value }), outputs: [tensor] };
        });
        expectSameBits('output', output, new Float32Array(count).fill(value));
      }),
      cases(examples),
    );
  });

  test('without a value writes 0; refuses what no constant can be', async () => {
    const gpu = await testGpu();
    const [output] = await runTwice(gpu, () => {
      const tensor = guarded(gpu, 'output', [3, 7]);
      return { calls: fill({ output: tensor }), outputs: [tensor] };
    });
    expectSameBits('output', output, new Float32Array(21));
    const tensor = gpu.tensor('output', [3]);
    expect(() => fill({ output: tensor, value: Number.NaN })).toThrow('value is NaN, expected a finite f32');
    expect(() => fill({ output: tensor, value: 1e39 })).toThrow('value is 1e+39');
    expect(() => fill({ output: gpu.tensor('words', [3], 'u32') })).toThrow('words');
  });
});

describe('copy', () => {
  test('carries every bit, NaN and subnormals too', async () => {
    const gpu = await testGpu();
    await fc.assert(
      fc.asyncProperty(anyCount, anySeed, async (count, seed) => {
        const random = new Xoshiro128(seed, 'words');
        const words = Uint32Array.from({ length: count }, () => random.nextU32());
        const [output] = await runTwice(gpu, () => {
          const tensor = guarded(gpu, 'output', [count], undefined, 'u32');
          return { calls: copy({ input: guarded(gpu, 'input', [count], words), output: tensor }), outputs: [tensor] };
        });
        expect(new Uint32Array(output.buffer)).toEqual(words);
      }),
      cases(examples),
    );
  });

  test('bytes in whole words; other sizes and types are refused', async () => {
    const gpu = await testGpu();
    const bytes = Uint8Array.of(1, 2, 3, 4, 5);
    const [output] = await runTwice(gpu, () => {
      const tensor = guarded(gpu, 'output', [5], undefined, 'u8');
      return { calls: copy({ input: guarded(gpu, 'input', [5], bytes), output: tensor }), outputs: [tensor] };
    });
    expect([...new Uint8Array(output.buffer).subarray(0, 5)]).toEqual([1, 2, 3, 4, 5]);
    const three = gpu.tensor('three', [3]);
    expect(() => copy({ input: three, output: gpu.tensor('four', [4]) })).toThrow('output (four) is f32 of 4 elements');
    expect(() => copy({ input: three, output: gpu.tensor('words', [3], 'u32') })).toThrow('expected f32 of 3');
  });
});
