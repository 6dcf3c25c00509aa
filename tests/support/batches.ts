/** Batches made of noise, with everything that occurs in one from the replay memory. */
import type { DqnOptions } from '../../src/agent/options.ts';
import { blackFrame, createReplayBatch, framesPerSample, type ReplayBatch } from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';

/**
 * Noise frames, the next states' the last of their slots; black ones before the start of the first sample's episode; rewards of -1, 0
 * and 1; the second sample the last of its episode; transitions of one to `nSteps` steps.
 */
export function noiseBatch(
  options: DqnOptions,
  actionCount: number,
  seed: number,
  size = options.batchSize,
): ReplayBatch {
  const { stack, observationSize, discount, nSteps } = options;
  const slots = framesPerSample(options);
  const random = new Xoshiro128(seed, 'batch');
  const batch = createReplayBatch(size, stack, observationSize ** 2, slots);
  for (let i = 0; i < batch.frames.length; i++) batch.frames[i] = random.nextInt(256);
  for (let b = 0; b < size; b++) {
    for (let i = 0; i < stack; i++) {
      batch.stateIndices[b * stack + i] = b === 0 && i < 2 ? blackFrame : b * slots + i;
      batch.nextStateIndices[b * stack + i] = (b + 1) * slots - stack + i;
    }
    batch.actions[b] = random.nextInt(actionCount);
    batch.rewards[b] = random.nextInt(3) - 1;
    batch.terminals[b] = b === 1 ? 1 : 0;
    batch.discounts[b] = discount ** (1 + (b % nSteps));
  }
  return batch;
}
