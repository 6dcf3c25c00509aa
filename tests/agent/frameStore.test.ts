/** The replay memory's frames on the host and on the GPU: the same batches, the same checkpoints, the same weights. */
import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { framesGather } from '../../kernels/framesGather.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { Dqn } from '../../src/agent/dqn.ts';
import { type FrameStore, HostFrameStore, noEntry } from '../../src/agent/frameStore.ts';
import { DeviceFrameStore, FramesDoNotFitError } from '../../src/agent/frameStoreDevice.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { framesPerSample, type ReplayBatch, ReplayMemory } from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { BrightHalf } from '../support/fakeEnvironment.ts';
import { testGpu } from '../support/kernelTest.ts';
import { plainAgent } from '../support/options.ts';
import { bytesOf, gpuWithMemory, plainReplay } from '../support/replay.ts';

const batchSize = 8;

/** A store on the GPU, and what an update does to fetch a batch's frames out of it. */
async function deviceStore(gpu: Gpu, capacity: number, frameBytes: number, slots: number, shardBytes: number) {
  const store = await DeviceFrameStore.create(gpu, capacity, frameBytes, shardBytes);
  const entries = gpu.tensor('entries', [slots], 'u32');
  const output = gpu.tensor('frames', [slots, frameBytes], 'u8');
  const steps = framesGather({ shards: store.shards, entries, output }).map((call) => gpu.dispatch(call));
  await gpu.compiled();
  const gathered = async (batch: ReplayBatch): Promise<Uint8Array> => {
    gpu.write(output, new Uint8Array(slots * frameBytes).fill(0xee));
    gpu.write(entries, batch.entries);
    gpu.run(steps);
    return gpu.readU8(output);
  };
  return { store, gathered };
}

/**
 * Capacity, bytes of a frame, frames in a state, bytes of a shard: one shard, several, one a frame, more than a dispatch binds; and, in
 * the last ones, spaced histories, several steps, no guard and batches drawn ahead.
 */
const kinds = [
  [12, 16, 4, 1024, {}],
  [13, 16, 4, 5 * 16, {}],
  [11, 4, 3, 2 * 4, {}],
  [25, 20, 2, 20, {}],
  [40, 32, 1, 3 * 32 + 31, {}],
  [30, 8, 3, 7 * 8, { historyType: 'exp2', historySpacing: 2, nSteps: 2, replayBuffer: 3 * batchSize }],
  [20, 8, 3, 7 * 8, { nSteps: 3, replayGuard: 'none', replayBuffer: 2 * batchSize, nonEventProbability: 0.5 }],
] as const;

describe('a batch', () => {
  test('is the same from either store: any history, rings that wrap over the borders of shards', async () => {
    const gpu = await testGpu();
    const stores = await Promise.all(
      kinds.map(([capacity, frameBytes, stack, shardBytes, rest]) => {
        const slots = batchSize * framesPerSample({ ...plainReplay, stack, ...rest });
        return deviceStore(gpu, capacity, frameBytes, slots, shardBytes);
      }),
    );
    const anyStep = fc.constantFrom('step', 'step', 'step', 'step', 'terminated', 'truncated');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(kinds.length - 1),
        fc.array(anyStep, { minLength: 6, maxLength: 90 }),
        fc.constantFrom('zero', 'repeat', 'previous') as fc.Arbitrary<'zero' | 'repeat' | 'previous'>,
        fc.constantFrom('with-replacement', 'without-replacement') as fc.Arbitrary<'with-replacement'>,
        async (kind, steps, stackPadding, mode) => {
          const [capacity, frameBytes, stack, shardBytes, rest] = kinds[kind];
          const { store, gathered } = stores[kind];
          const options = { ...plainReplay, capacity, frameBytes, stack, stackPadding, ...rest };
          const onHost = new ReplayMemory(options, new HostFrameStore(capacity, frameBytes, shardBytes));
          // The frames of the history before are still there, as they would be after a restore.
          const onDevice = new ReplayMemory(options, store);
          const [hostBatch, deviceBatch] = [onHost.createBatch(batchSize), onDevice.createBatch(batchSize)];
          const hostFrames = batchSize * framesPerSample(options) * frameBytes;
          expect([hostBatch.frames.length, deviceBatch.frames.length]).toEqual([hostFrames, 0]);
          const random = [1, 2].map(() => new Xoshiro128(steps.length, 'frame store test'));
          const noise = new Xoshiro128(steps.length, 'noise');
          let starts = true;
          for (const [index, step] of steps.entries()) {
            const frame = Uint8Array.from({ length: frameBytes }, () => noise.nextInt(256));
            for (const memory of [onHost, onDevice]) {
              memory.add(frame, index % 18, index / 7, step === 'terminated', starts);
              if (step === 'truncated') memory.addFinal(frame.map((byte) => 255 - byte));
            }
            starts = step !== 'step';
            if (index % 4 !== 3 || onHost.sampleable < batchSize) continue;
            onHost.sample(batchSize, random[0], hostBatch, mode);
            onDevice.sample(batchSize, random[1], deviceBatch, mode);
            const { frames: _, ...hostRest } = hostBatch;
            const { frames: __, ...deviceRest } = deviceBatch;
            expect(deviceRest).toEqual(hostRest);
            const frames = await gathered(deviceBatch);
            for (const [slot, entry] of hostBatch.entries.entries()) {
              const [start, end] = [slot * frameBytes, (slot + 1) * frameBytes];
              const expected =
                entry === noEntry ? new Uint8Array(frameBytes).fill(0xee) : hostBatch.frames.subarray(start, end);
              expect(frames.subarray(start, end)).toEqual(new Uint8Array(expected));
            }
          }
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  test('indices lead to slots that have an entry, and to no others', () => {
    const memory = new ReplayMemory({ ...plainReplay, capacity: 9, stack: 3 });
    for (let step = 0; step < 9; step++) memory.add(new Uint8Array(4), 0, 0, step % 2 === 1, step % 2 === 0);
    const batch = memory.createBatch(20);
    const random = new Xoshiro128(1, 'test');
    // The second time over what the first one left.
    for (let time = 0; time < 2; time++) {
      memory.sample(20, random, batch);
      const led = new Set([...batch.stateIndices, ...batch.nextStateIndices].filter((slot) => slot !== noEntry));
      const held = [...batch.entries.keys()].filter((slot) => batch.entries[slot] !== noEntry);
      expect([...led].sort((a, b) => a - b)).toEqual(held);
    }
  });
});

describe('what is saved', () => {
  test('is the same in the same chunks, and either store takes it', async () => {
    const gpu = await testGpu();
    // 21 MB: two chunks of frames, of which one reaches over borders of shards on host and GPU.
    const [capacity, frameBytes] = [3000, 7056];
    const options = { ...plainReplay, capacity, frameBytes };
    const stores: [string, () => Promise<FrameStore>][] = [
      ['host', async () => new HostFrameStore(capacity, frameBytes, 2 ** 22)],
      ['device', () => DeviceFrameStore.create(gpu, capacity, frameBytes, 5_000_000)],
    ];
    const noise = new Xoshiro128(3, 'noise');
    const frames = Array.from({ length: 7 }, () => Uint8Array.from({ length: frameBytes }, () => noise.nextInt(256)));
    const stamped = new Uint8Array(frameBytes);
    const play = (memory: ReplayMemory, from: number, to: number): void => {
      for (let step = from; step < to; step++) {
        stamped.set(frames[step % 7]);
        new DataView(stamped.buffer).setUint32(0, step);
        memory.add(stamped, step % 6, step / 3, step % 50 === 49, step % 50 === 0);
      }
    };
    for (const steps of [2500, 3700]) {
      const reference = new ReplayMemory(options, await stores[0][1]());
      play(reference, 0, steps);
      const saved = await bytesOf(reference.chunks());
      const cuts: number[] = [];
      for await (const chunk of reference.chunks()) cuts.push(chunk.length);
      expect(Math.max(...cuts)).toBe(2 ** 24);
      play(reference, steps, steps + 40);
      const later = await bytesOf(reference.chunks());
      for (const [, make] of stores) {
        const memory = new ReplayMemory(options, await make());
        play(memory, 5, 1000);
        const place = { length: Math.min(steps, capacity), head: steps % capacity };
        const drawn = { entries: [], storedSince: 0 };
        const header = { version: 2, ...options, ...place, drawn } as const;
        await memory.restore(header, [saved]);
        const again: number[] = [];
        for await (const chunk of memory.chunks()) again.push(chunk.length);
        expect(again).toEqual(cuts);
        expect(Buffer.compare(await bytesOf(memory.chunks()), saved)).toBe(0);
        play(memory, steps, steps + 40);
        expect(memory.header()).toEqual(reference.header());
        expect(Buffer.compare(await bytesOf(memory.chunks()), later)).toBe(0);
      }
    }
  }, 60_000);
});

describe('a run', () => {
  const options: DqnOptions = {
    ...plainAgent,
    ...{ seed: 11, network: 'nips2013', observationSize: 38, stack: 3, discount: 0.5, batchSize, replayCapacity: 70 },
    ...{ replaySampling: 'without-replacement', learnStart: 40, updateEvery: 2, targetEvery: 20 },
    ...{ epsilonStart: 1, epsilonEnd: 0.05, epsilonDecaySteps: 100, epsilonDecayFrom: 'start' },
    ...{ loss: 'huber', clipDelta: 1, gradient: 'mean', optimiser: 'adam', learningRate: 1e-3, optimiserEpsilon: 1e-8 },
  };
  const { replayCapacity: capacity, observationSize: side } = options;

  /** Frames in eleven shards of 7, or in one, or on the host. */
  async function agent(where: 'host' | 'shards' | 'shard'): Promise<Dqn> {
    const gpu = await testGpu();
    const onDevice = () => DeviceFrameStore.create(gpu, capacity, side ** 2, where === 'shards' ? 7 * side ** 2 : 1e9);
    const frames = where === 'host' ? {} : { frames: await onDevice() };
    return Dqn.create(gpu, new BrightHalf(side, options.seed), options, frames);
  }

  async function play(dqn: Dqn, steps: number): Promise<number[]> {
    const actions: number[] = [];
    for (let i = 0; i < steps; i++) actions.push((await dqn.step()).action);
    return actions;
  }

  test('chooses the same actions and learns the same weights wherever the frames lie', async () => {
    const whole = await agent('host');
    const actions = await play(whole, 160);
    for (const where of ['shards', 'shard'] as const) {
      const dqn = await agent(where);
      expect(await play(dqn, 160)).toEqual(actions);
      expect(await dqn.weights()).toEqual(await whole.weights());
    }
  });

  test('goes on the same after its memory has moved', async () => {
    const whole = await agent('host');
    await play(whole, 101);
    const first = {
      state: await whole.save(),
      header: whole.replay.header(),
      bytes: await bytesOf(whole.replay.chunks()),
    };
    const actions = await play(whole, 60);
    const moved = await agent('shards');
    moved.restore(first.state);
    await moved.replay.restore(first.header, [first.bytes]);
    const firstActions = await play(moved, 25);
    const second = {
      state: await moved.save(),
      header: moved.replay.header(),
      bytes: await bytesOf(moved.replay.chunks()),
    };
    const back = await agent('host');
    back.restore(second.state);
    await back.replay.restore(second.header, [second.bytes]);
    expect([...firstActions, ...(await play(back, 35))]).toEqual(actions);
    expect(await back.weights()).toEqual(await whole.weights());
    expect(await bytesOf(back.replay.chunks())).toEqual(await bytesOf(whole.replay.chunks()));
  });
});

describe('no room on the GPU', () => {
  const frameBytes = 1024;
  /** A store keeps 256 MiB free beside its own. */
  const spare = 2 ** 28;

  test('both sides of the boundary; what does not fit is freed again, and how much would fit is said', async () => {
    const real = await testGpu();
    const gpu = gpuWithMemory(real, spare + 1000 * frameBytes);
    const store = await DeviceFrameStore.create(gpu, 1000, frameBytes, 300 * frameBytes);
    expect(store.shards.map(({ shape }) => shape)).toEqual([300, 300, 300, 100].map((frames) => [frames, frameBytes]));
    expect(gpu.allocatedBytes).toBe(1000 * frameBytes);
    for (const shard of store.shards) gpu.free(shard);

    const fits = DeviceFrameStore.create(gpu, 1001, frameBytes, 300 * frameBytes);
    const error = await fits.then(() => undefined).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FramesDoNotFitError);
    // 900 in whole shards; then of the 101 left 50, 25, 12, 6, 3 and 1.
    expect((error as FramesDoNotFitError).fittingFrames).toBe(997);
    expect(gpu.allocatedBytes).toBe(0);

    const none = await DeviceFrameStore.create(gpuWithMemory(real, spare - 1), 1, frameBytes).catch((e) => e);
    expect(none).toBeInstanceOf(FramesDoNotFitError);
    expect(none.fittingFrames).toBe(0);
  });

  test('frames that are no whole words, and a store of another size, are refused', async () => {
    const gpu = await testGpu();
    await expect(DeviceFrameStore.create(gpu, 10, 6)).rejects.toThrow('6 bytes, no multiple of 4');
    const options = { ...plainReplay, capacity: 10, frameBytes: 8 };
    expect(() => new ReplayMemory(options, new HostFrameStore(11, 8))).toThrow('11 frames of 8 bytes, not 10 of 8');
  });
});
