/** Batches made of noise, with everything that occurs in one from the replay memory. */
import type { DqnOptions } from '../../src/agent/options.ts';
import { blackFrame, createReplayBatch, type ReplayBatch } from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';

/**
 * Noise frames, black ones before the start of the first sample's episode, rewards of -1, 0 and 1, the second sample the last of its
 * episode, transitions of one to `nSteps` steps.
 */
export function noiseBatch(
  { batchSize, stack, observationSize, discount, nSteps }: DqnOptions,
  actionCount: number,
  seed: number,
  size = batchSize,
): ReplayBatch {
  const random = new Xoshiro128(seed, 'batch');
  const batch = createReplayBatch(size, stack, observationSize ** 2);
  const slots = batch.entries.length / size;
  for (let i = 0; i < batch.frames.length; i++) batch.frames[i] = random.nextInt(256);
  for (let b = 0; b < size; b++) {
    for (let i = 0; i < stack; i++) {
      batch.stateIndices[b * stack + i] = b === 0 && i < 2 ? blackFrame : b * slots + i;
      batch.nextStateIndices[b * stack + i] = b * slots + i + 1;
    }
    batch.actions[b] = random.nextInt(actionCount);
    batch.rewards[b] = random.nextInt(3) - 1;
    batch.terminals[b] = b === 1 ? 1 : 0;
    batch.discounts[b] = discount ** (1 + (b % nSteps));
  }
  return batch;
}
