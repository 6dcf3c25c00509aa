/** The validation's statistics against the f64 reference; its transitions from host and GPU, and saved and restored. */
import { describe, expect, test } from 'bun:test';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { maxReference } from '../../kernels/max.ref.ts';
import { tdLossReference } from '../../kernels/tdLoss.ref.ts';
import { architecture, initialParameters } from '../../src/agent/architecture.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import type { ReplayBatch } from '../../src/agent/replayMemory.ts';
import { Validator } from '../../src/agent/validation.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { noiseBatch } from '../support/batches.ts';
import { testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';
import { forwardReference } from '../support/referenceNetwork.ts';

const actionCount = 3;
/** Two whole pieces and a ragged one of two. */
const size = 10;
const base: DqnOptions = { ...plainAgent, observationSize: 36, batchSize: 4 };

async function opened(options: DqnOptions = base) {
  const gpu = await testGpu();
  const shape = architecture(options.network, options.observationSize, options.stack, actionCount);
  const set = (name: string): ParameterSet => {
    const parameters = new ParameterSet(gpu, shape, name);
    parameters.write(initialParameters(shape, new Xoshiro128(3, name), options.initialisation));
    return parameters;
  };
  const networks = { online: set('online'), target: set('target') };
  const validator = new Validator(gpu, networks, options, size);
  await gpu.compiled();
  return { gpu, shape, ...networks, validator };
}

const transitions = (options: DqnOptions = base): ReplayBatch => noiseBatch(options, actionCount, 7, size);

describe('statistics', () => {
  const cases: Record<string, DqnOptions> = {
    DQN: base,
    'double, three steps, clipped early': {
      ...base,
      doubleDqn: true,
      nSteps: 3,
      loss: 'clipped-delta',
      clipDelta: 0.25,
    },
    'a delta without clipping': { ...base, loss: 'clipped-delta', clipDelta: null },
    'squared, which clips nothing': { ...base, loss: 'squared', clipDelta: 0.25 },
    'of one piece, larger than all': { ...base, batchSize: 16 },
  };
  for (const [name, options] of Object.entries(cases)) {
    test(name, async () => {
      const { shape, online, target, validator } = await opened(options);
      const batch = transitions(options);
      const rewardScale = 2;
      const forward = async (parameters: ParameterSet, numbers: Uint32Array) => {
        const input = framesStackReference(batch.frames, numbers, options.observationSize ** 2, options.stack);
        return forwardReference(shape, Float64Array.from(await parameters.read()), input, size).at(-1)!;
      };
      const values = await forward(online, batch.stateIndices);
      const nextValues = await forward(target, batch.nextStateIndices);
      const choosingValues = options.doubleDqn ? await forward(online, batch.nextStateIndices) : undefined;
      // The gradient of the squared error's sum is twice the error.
      const { dValues } = tdLossReference(
        {
          ...{ values, nextValues, choosingValues, actions: batch.actions },
          rewards: batch.rewards.map((reward) => reward / rewardScale),
          discounts: batch.discounts.map((discount, b) => (batch.terminals[b] === 1 ? 0 : discount)),
        },
        { loss: options.loss, clipDelta: options.clipDelta, reduction: 'sum' },
      );
      const errors = dValues.map((value) => Math.abs(value) / (options.loss === 'squared' ? 2 : 1));
      // The second transition is the last of its episode.
      const next = [...maxReference(nextValues, actionCount)].filter((_, sample) => sample !== 1);
      const sum = (all: ArrayLike<number>) => Array.from(all).reduce((total, value) => total + value, 0);

      await validator.take(batch);
      // What was there before does not matter, and asking changes nothing.
      await validator.evaluate();
      const statistics = await validator.evaluate(rewardScale);
      // Values below 1, from sums of f32: some hundred rounding units of 2^-24.
      expect(Math.abs(statistics.meanValue - sum(next) / (size - 1))).toBeLessThan(1e-5);
      expect(Math.abs(statistics.meanTdError - sum(errors) / size)).toBeLessThan(1e-5);
      expect(Math.abs(statistics.maxValue - Math.max(...Array.from(values)))).toBeLessThan(1e-5);
      expect(statistics.meanTdError).toBeGreaterThan(0.1);
    });
  }

  test('follow the networks', async () => {
    const { shape, online, target, validator } = await opened();
    await validator.take(transitions());
    const first = await validator.evaluate();
    expect(await validator.evaluate()).toEqual(first);
    target.write(initialParameters(shape, new Xoshiro128(4, 'target'), 'fan-in'));
    const second = await validator.evaluate();
    expect(second.maxValue).toBe(first.maxValue);
    expect(second.meanValue).not.toBe(first.meanValue);
    online.write(initialParameters(shape, new Xoshiro128(4, 'online'), 'fan-in'));
    const third = await validator.evaluate();
    expect(third.maxValue).not.toBe(first.maxValue);
    expect(third.meanValue).toBe(second.meanValue);
  });
});

describe('its transitions', () => {
  test('come from frames on the GPU as from the host', async () => {
    const { gpu, validator } = await opened();
    const batch = transitions();
    await validator.take(batch);
    const expected = await validator.evaluate();
    // A memory of two shards that has the frames in reverse.
    const frameBytes = base.observationSize ** 2;
    const count = batch.entries.length;
    const reversed = new Uint8Array(batch.frames.length);
    for (let slot = 0; slot < count; slot++) {
      reversed.set(batch.frames.subarray(slot * frameBytes, (slot + 1) * frameBytes), (count - 1 - slot) * frameBytes);
    }
    const split = Math.ceil(count / 2) + 3;
    const shards = [
      gpu.tensor('first', [split, frameBytes], 'u8'),
      gpu.tensor('rest', [count - split, frameBytes], 'u8'),
    ];
    gpu.write(shards[0], reversed.subarray(0, split * frameBytes));
    gpu.write(shards[1], reversed.subarray(split * frameBytes));
    const { validator: other } = await opened();
    const entries = Uint32Array.from({ length: count }, (_, slot) => count - 1 - slot);
    await other.take({ ...batch, entries, frames: new Uint8Array(0) }, shards);
    expect(await other.evaluate()).toEqual(expected);
    expect(await other.save()).toEqual(await validator.save());
  });

  test('are saved and restored to the bit, with the rewards as they were', async () => {
    const { validator } = await opened();
    await validator.take(transitions());
    const expected = await validator.evaluate(3);
    const bytes = await validator.save();
    const { validator: other } = await opened();
    other.restore(bytes);
    expect(other.isFilled).toBe(true);
    expect(await other.evaluate(3)).toEqual(expected);
    expect(await other.save()).toEqual(bytes);
  });

  test('are missing at first, also in what is saved', async () => {
    const { validator } = await opened();
    expect(validator.isFilled).toBe(false);
    expect(validator.evaluate()).rejects.toThrow('validation has no transitions yet');
    const nothing = await validator.save();
    expect(nothing).toHaveLength(0);
    await validator.take(transitions());
    validator.restore(nothing);
    expect(validator.isFilled).toBe(false);
  });

  test('of another number or size are refused', async () => {
    const { validator } = await opened();
    expect(validator.take(noiseBatch(base, actionCount, 7, size + 1))).rejects.toThrow(
      '10 transitions of 5 frames, not 11',
    );
    expect(() => validator.restore(new Uint8Array(100))).toThrow('has 100 bytes, not');
  });
});
