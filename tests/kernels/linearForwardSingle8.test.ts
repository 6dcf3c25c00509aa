import { describe, expect, test } from 'bun:test';
import { linearForwardReference } from '../../kernels/linear.ref.ts';
import { type LinearShape, linearForward } from '../../kernels/linear.ts';
import { variantsOf } from '../../kernels/variant.ts';
import { guarded, runTwice } from '../support/guarded.ts';
import { dotBound, expectClose, randomValues, testGpu } from '../support/kernelTest.ts';

/** Nature's first linear layer and NIPS's, then both sides of 32 columns and of 4 rows of weights. */
const layers: readonly (readonly [inputs: number, outputs: number])[] = [
  [3136, 512],
  [2592, 256],
  [4, 4],
  [8, 28],
  [12, 32],
  [20, 36],
  [44, 100],
];

const magnitudes = (values: Float32Array) => values.map(Math.abs);

/** Compares with the reference; resolves to the shaders that ran. */
async function check(shape: LinearShape, relu: boolean): Promise<readonly string[]> {
  const gpu = await testGpu();
  const { batch, inputs, outputs } = shape;
  const input = randomValues(batch * inputs, 1, 'input');
  const weight = randomValues(inputs * outputs, 1, 'weight');
  const bias = randomValues(outputs, 1, 'bias');
  const shaders: string[] = [];
  const [output] = await runTwice(gpu, () => {
    const tensors = {
      input: guarded(gpu, 'input', [batch, inputs], input),
      weight: guarded(gpu, 'weight', [inputs, outputs], weight),
      bias: guarded(gpu, 'bias', [outputs], bias),
      output: guarded(gpu, 'output', [batch, outputs]),
    };
    const calls = linearForward(shape, tensors, { variant: 'subgroup8', relu });
    shaders.push(...calls.map(({ shader }) => shader));
    return { calls, outputs: [tensors.output] };
  });
  const expected = linearForwardReference(shape, input, weight, bias, relu);
  const magnitude = linearForwardReference(shape, magnitudes(input), magnitudes(weight), magnitudes(bias));
  expectClose(JSON.stringify(shape), output, expected, dotBound(inputs + 1, magnitude));
  return shaders;
}

// Without subgroups of 8 the variant is not offered, and there is nothing to test.
const offered = variantsOf(await testGpu()).filter((variant) => variant === 'subgroup8');

for (const variant of offered) {
  describe(`linear.forward of one row, ${variant}`, () => {
    test.each(layers)('%i inputs, %i outputs equal the reference, twice to the bit', async (inputs, outputs) => {
      for (const relu of [false, true]) {
        const shaders = await check({ batch: 1, inputs, outputs }, relu);
        expect(new Set(shaders)).toEqual(new Set(['linear.forward.single8']));
      }
    });

    test('two rows, and channels not in fours, are left to other shaders', async () => {
      expect(await check({ batch: 2, inputs: 8, outputs: 36 }, true)).toContain('linear.forward.subgroup8');
      expect(await check({ batch: 1, inputs: 6, outputs: 36 }, true)).toContain('linear.forward');
      expect(await check({ batch: 1, inputs: 8, outputs: 6 }, true)).toContain('linear.forward');
    });
  });
}
