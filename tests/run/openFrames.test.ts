/** `--replay`: where the replay memory's frames come to lie, and what is said of it. */
import { describe, expect, test } from 'bun:test';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { openFrames } from '../../src/run/session.ts';
import { testGpu } from '../support/kernelTest.ts';
import { gpuWithMemory } from '../support/replay.ts';
import { complaint } from './fakeRun.ts';

const options = { replayCapacity: 20_000, observationSize: 36 } as const;
const frameBytes = 36 * 36;
/** A store keeps 256 MiB free beside its own. */
const enough = 2 ** 28 + options.replayCapacity * frameBytes;

async function opened(gpu: Gpu, replay: 'auto' | 'host' | 'device') {
  const { frames, line } = await openFrames(gpu, { ...options, replay });
  for (const shard of frames.shards) gpu.free(shard);
  return { isOnDevice: frames.shards.length > 0, line: line.replace(/of [\d.]+ [GMT]B available/, 'of N available') };
}

describe('on hardware', () => {
  test('auto: the GPU as long as there is room, else the host', async () => {
    const gpu = await testGpu();
    expect(await opened(gpuWithMemory(gpu, enough), 'auto')).toEqual({
      isOnDevice: true,
      line: 'Replay memory: 20,000 transitions, frames of 25.9 MB on the GPU (there is room)',
    });
    expect(await opened(gpuWithMemory(gpu, enough - 1), 'auto')).toEqual({
      isOnDevice: false,
      line: 'Replay memory: 20,000 transitions, 26.0 MB of N available on the host (the GPU has room for 19,995 only)',
    });
  });

  test('host and device are what they say', async () => {
    const gpu = gpuWithMemory(await testGpu(), enough);
    expect(await opened(gpu, 'host')).toEqual({
      isOnDevice: false,
      line: 'Replay memory: 20,000 transitions, 26.0 MB of N available on the host (--replay host)',
    });
    expect(await opened(gpu, 'device')).toEqual({
      isOnDevice: true,
      line: 'Replay memory: 20,000 transitions, frames of 25.9 MB on the GPU (--replay device)',
    });
  });

  test('device without room: one line that says what would fit, and that does fit', async () => {
    const gpu = await testGpu();
    const limited = gpuWithMemory(gpu, enough - 5000 * frameBytes);
    const text = await complaint(() => openFrames(limited, { ...options, replay: 'device' }));
    expect(text).toBe(
      'The frames of a replay memory of 20,000 transitions take 25.9 MB, and the GPU has no room for them. ' +
        '--replay-capacity 13000 would fit; or use --replay host.',
    );
    const { frames } = await openFrames(limited, { ...options, replayCapacity: 13_000, replay: 'device' });
    expect(frames.capacity).toBe(13_000);
    const none = await complaint(() => openFrames(gpuWithMemory(gpu, 1000), { ...options, replay: 'device' }));
    expect(none).toEndWith('has no room for them. Use --replay host.');
  });
});

describe('on a software adapter', () => {
  test('auto is the host', async () => {
    const gpu = gpuWithMemory(await testGpu(), enough, 'software');
    expect(await opened(gpu, 'auto')).toEqual({
      isOnDevice: false,
      line: 'Replay memory: 20,000 transitions, 26.0 MB of N available on the host (a software adapter has no memory of its own)',
    });
    expect((await opened(gpu, 'device')).isOnDevice).toBe(true);
  });
});

test('more than the host has is refused wherever the adapter computes in its memory', async () => {
  const gpu = gpuWithMemory(await testGpu(), enough, 'software');
  const huge = { replayCapacity: 1e8, observationSize: 160 } as const;
  expect(await complaint(() => openFrames(gpu, { ...huge, replay: 'host' }))).toContain('takes 2.56 TB, and');
  expect(await complaint(() => openFrames(gpu, { ...huge, replay: 'device' }))).toMatch(
    /takes 2.56 TB, and .* are available/,
  );
});
