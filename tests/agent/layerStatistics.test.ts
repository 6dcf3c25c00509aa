/** Each layer's weights and gradients as the learner reports them, against sums in f64. */
import { describe, expect, test } from 'bun:test';
import { elementCount } from '../../kernels/runtime/tensor.ts';
import { architecture, initialParameters } from '../../src/agent/architecture.ts';
import { Learner } from '../../src/agent/learner.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { noiseBatch } from '../support/batches.ts';
import { testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';

const actionCount = 3;

async function opened(options: DqnOptions): Promise<Learner> {
  const gpu = await testGpu();
  const shape = architecture(options.network, options.observationSize, options.stack, actionCount);
  const online = new ParameterSet(gpu, shape, 'online');
  online.write(initialParameters(shape, new Xoshiro128(3, 'initial weights'), options.initialisation));
  const learner = new Learner(gpu, online, options);
  await gpu.compiled();
  learner.copyToTarget();
  return learner;
}

describe('layer statistics', () => {
  // 20 samples: the first linear layer's weights are stepped with as their gradient is summed, where an update need not keep it.
  for (const network of ['nips2013', 'dueling-small'] as const) {
    test(`are the means and maxima of magnitudes: ${network}`, async () => {
      const options: DqnOptions = { ...plainAgent, network, observationSize: 44, batchSize: 20 };
      const learner = await opened(options);
      const update = (keepGradients: boolean): Promise<void> =>
        learner.update(noiseBatch(options, actionCount, 5), 1e-3, keepGradients);
      await update(false);
      await update(true);
      const statistics = await learner.layerStatistics();
      const { layers } = learner.architecture;
      expect(statistics.map(({ layer }) => layer)).toEqual(layers.map(({ layer }) => layer.name));
      const [weights, gradients] = [await learner.online.read(), await learner.gradients.read()];
      for (const [i, { weight }] of layers.entries()) {
        const { meanAbsWeight, maxAbsWeight, meanAbsGradient, maxAbsGradient } = statistics[i];
        for (const [values, mean, maximum] of [
          [weights, meanAbsWeight, maxAbsWeight] as const,
          [gradients, meanAbsGradient, maxAbsGradient] as const,
        ]) {
          const sizes = Array.from(
            values.subarray(weight.offset, weight.offset + elementCount(weight.shape)),
            Math.abs,
          );
          const exact = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
          expect(exact).toBeGreaterThan(0);
          // An invocation adds up 512 elements at most, then 8 sums.
          expect(Math.abs(mean / exact - 1)).toBeLessThan(530 * 2 ** -24);
          expect(maximum).toBe(sizes.reduce((largest, size) => Math.max(largest, size)));
        }
      }
      expect(await learner.layerStatistics()).toEqual(statistics);
      // Of gradients that were not kept there is nothing to say.
      await update(false);
      for (const layer of await learner.layerStatistics()) {
        expect(layer.meanAbsGradient).toBeNaN();
        expect(layer.maxAbsGradient).toBeNaN();
        expect(layer.maxAbsWeight).toBeGreaterThan(0);
      }
    });
  }
});
