/** Readback in a loop, programs and their timings, and the poll that waits for the device without burning a core. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { DeviceLostError, ValidationError } from '../../kernels/runtime/errors.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { installSleepingPoll, Naps } from '../../kernels/runtime/poll.ts';
import { preferredProvider } from '../../kernels/runtime/provider.ts';
import { countKernel, failureOf, ownGpu } from './fixtures/device.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await ownGpu();
});
afterAll(() => gpu.destroy());

describe('readback', () => {
  test('a thousand reads give what each submission computed, in an array that stays the same', async () => {
    const data = gpu.tensor('data', [6], 'u32');
    const kernel = await countKernel(gpu, data, 7);
    const reader = gpu.readback(data);
    const view = reader.u32;
    for (let i = 1; i <= 1000; i++) {
      expect(await reader.read([kernel])).toBe(reader.f32);
      if (view.some((value) => value !== 7 * i)) throw new Error(`read ${i} is ${view.join(' ')}, expected ${7 * i}`);
    }
    expect(reader.u32).toBe(view);
    reader.destroy();
  });

  test('submissions ahead of the reads come back in their order', async () => {
    const data = gpu.tensor('data', [1], 'u32');
    const kernel = await countKernel(gpu, data);
    const reader = gpu.readback(data, 3);
    reader.submit([kernel]);
    reader.submit([kernel, kernel]);
    reader.submit([kernel]);
    expect(reader.waiting).toBe(3);
    const seen: number[] = [];
    for (let i = 0; i < 5; i++) {
      await reader.next();
      seen.push(reader.u32[0]);
      reader.submit([kernel]);
    }
    expect(seen).toEqual([1, 3, 4, 5, 6]);
  });

  test('a write after a submission is not seen by its read', async () => {
    const data = gpu.tensor('data', [2]);
    gpu.write(data, new Float32Array([1, 2]));
    const reader = gpu.readback(data);
    reader.submit();
    gpu.write(data, new Float32Array([3, 4]));
    expect([...(await reader.next())]).toEqual([1, 2]);
    expect([...(await reader.read())]).toEqual([3, 4]);
  });

  test('too many submissions, and a read of nothing, say what to do', async () => {
    const reader = gpu.readback(gpu.tensor('data', [1]));
    expect((await failureOf(() => reader.next())).message).toContain('nothing is submitted');
    reader.submit();
    reader.submit();
    const error = await failureOf(() => reader.submit());
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.message).toContain('all 2 slots are waiting');
    await reader.next();
    reader.submit();
    expect(() => gpu.readback(gpu.tensor('data', [1]), 0)).toThrow('depth 0');
  });

  test('bytes that are no whole words are written and read', async () => {
    const data = gpu.tensor('data', [7], 'u8');
    gpu.write(data, new Uint8Array([1, 2, 3, 4, 5, 6, 7]));
    expect([...(await gpu.readU8(data))]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('programs', () => {
  test('steps run in order, copies between kernels', async () => {
    const data = gpu.tensor('data', [300], 'u32');
    const before = gpu.tensor('before', [300], 'u32');
    const kernel = await countKernel(gpu, data, 5);
    const program = gpu.program('count and keep', [kernel, gpu.copy(data, before), kernel]);
    program.run();
    program.run();
    expect((await gpu.readU32(before))[299]).toBe(15);
    expect((await gpu.readU32(data))[299]).toBe(20);
    expect(program).toMatchObject({ flops: 20, bytes: 3 * 2 * 1200 });
  });

  test('one pipeline serves all calls with the same shader, constants and kinds of bindings', async () => {
    const first = await countKernel(gpu, gpu.tensor('a', [64], 'u32'), 11);
    const second = await countKernel(gpu, gpu.tensor('b', [640], 'u32'), 11);
    const other = await countKernel(gpu, gpu.tensor('c', [64], 'u32'), 12);
    expect(second.slot).toBe(first.slot);
    expect(other.slot).not.toBe(first.slot);
  });

  test('the profile names each kernel; ten times the work takes longer', async () => {
    expect(gpu.hasTimestamps).toBe(true);
    const data = gpu.tensor('data', [64 * 64], 'u32');
    const short = { ...(await countKernel(gpu, data, 1, 200)), label: 'short' };
    const long = { ...(await countKernel(gpu, data, 1, 2000)), label: 'long' };
    const copy = gpu.copy(data, gpu.tensor('kept', [64 * 64], 'u32'));
    const timings = await gpu.profile(gpu.program('both', [short, copy, long]));
    expect(timings.map(({ label }) => label)).toEqual(['short', 'long']);
    expect(timings[0].flops).toBe(10);
    expect(timings[0].microseconds).toBeGreaterThan(0);
    expect(timings[1].microseconds).toBeGreaterThan(2 * timings[0].microseconds);
  });
});

describe('pace', () => {
  test('never more than so many submissions are unfinished; without it nearly all are', async () => {
    const data = gpu.tensor('data', [64 * 64], 'u32');
    const kernel = await countKernel(gpu, data, 1, 1000);
    const mostUnfinished = async (afterEach: () => Promise<void> | undefined): Promise<number> => {
      let unfinished = 0;
      let most = 0;
      const finishing: Promise<void>[] = [];
      for (let i = 0; i < 40; i++) {
        gpu.run([kernel]);
        most = Math.max(most, ++unfinished);
        finishing.push(
          gpu.device.queue.onSubmittedWorkDone().then(() => {
            unfinished--;
          }),
        );
        await afterEach();
      }
      await Promise.all(finishing);
      return most;
    };
    expect(await mostUnfinished(() => undefined)).toBeGreaterThan(20);
    expect(await mostUnfinished(() => gpu.pace(3))).toBeLessThanOrEqual(4);
    expect((await gpu.readU32(data))[0]).toBe(80_000);
  });

  test('a device lost meanwhile is said', async () => {
    const own = await ownGpu();
    own.destroy();
    expect(await failureOf(() => own.pace())).toBeInstanceOf(DeviceLostError);
  });
});

describe('the sleeping poll', () => {
  // The second provider polls from microtasks of its own.
  test.skipIf(preferredProvider() !== 'webgpu')('naps while the device works, and not when it is done', async () => {
    const data = gpu.tensor('data', [64 * 64], 'u32');
    const kernel = await countKernel(gpu, data, 1, 4000);
    const reader = gpu.readback(data);
    await reader.read([kernel]);
    const wait = Atomics.wait;
    const napsMs: number[] = [];
    Atomics.wait = ((cell: Int32Array, index: number, value: number, ms: number) => {
      napsMs.push(ms);
      return wait(cell, index, value, ms);
    }) as typeof Atomics.wait;
    try {
      await reader.read(Array.from({ length: 20 }, () => kernel));
      expect(napsMs.length).toBeGreaterThan(4);
      expect(Math.min(...napsMs)).toBeGreaterThanOrEqual(0.05);
      expect(Math.max(...napsMs)).toBeLessThanOrEqual(1);
      napsMs.length = 0;
      await new Promise((resolve) => setTimeout(resolve, 30));
      // The poll that was under way when the result came may nap once more.
      expect(napsMs.length).toBeLessThanOrEqual(1);
    } finally {
      Atomics.wait = wait;
    }
  });

  /** The naps of a wait whose polls take no time and of which the first after `lengthMs` finds the result. */
  const napsOf = (naps: Naps, lengthMs: number): number[] => {
    const wait = naps.open(100);
    const napsMs: number[] = [];
    for (let nowMs = 100; nowMs < 100 + lengthMs; nowMs += napsMs.at(-1)!) napsMs.push(naps.next(wait, nowMs));
    return napsMs;
  };

  test('polls at once at first, then naps from 50 us up to 1 ms, a sixteenth of the time waited', () => {
    const napsMs = napsOf(new Naps(), 100);
    expect(napsMs.slice(0, 9)).toEqual([...Array<number>(8).fill(0), 0.05]);
    expect(napsMs).toEqual([...napsMs].sort((a, b) => a - b));
    expect(napsMs.at(-1)).toBe(1);
    const waitedMs = napsMs.slice(0, 40).reduce((sum, napMs) => sum + napMs);
    expect(napsMs[40]).toBeCloseTo(waitedMs / 16, 9);
  });

  test('sleeps through 0.7 of the shortest of the latest four waits, at most 1 ms', () => {
    const naps = new Naps();
    for (const lengthMs of [1.2, 1.3, 50, 1]) expect(napsOf(naps, lengthMs)[8]).toBe(0.05);
    // The last wait was found over at the first poll after 1 ms.
    const [, , , , , , , , first, ...others] = napsOf(naps, 1.2);
    expect(first).toBeGreaterThanOrEqual(0.7);
    expect(first).toBeLessThan(0.75);
    expect(Math.max(...others)).toBeLessThan(0.1);
    for (let i = 0; i < 4; i++) napsOf(naps, 50);
    // After long waits, too, a short one is not slept through for longer than a nap.
    const [longest, ...short] = napsOf(naps, 2).slice(8);
    expect(longest).toBe(1);
    expect(Math.max(...short)).toBeLessThan(0.15);
    expect(napsOf(naps, 1)[8]).toBe(1);
    expect(napsOf(naps, 1)[8]).toBeLessThan(1);
  });

  test('other users of setImmediate get their arguments, order, handles and cancellation', async () => {
    installSleepingPoll();
    const seen: unknown[] = [];
    const cancelled = setImmediate(() => seen.push('cancelled'));
    setImmediate((...values: unknown[]) => seen.push(values), 1, 'two');
    clearImmediate(cancelled);
    // Bound functions are native code too, but not the addon's; nor is a nameless one with arguments.
    setImmediate(seen.push.bind(seen, 'first bound'));
    setImmediate(seen.push.bind(seen, 'second bound'));
    const nameless = Object.defineProperty(seen.push.bind(seen, 'nameless'), 'name', { value: '' });
    setImmediate(nameless, 'and', 'its arguments');
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([[1, 'two'], 'first bound', 'second bound', 'nameless', 'and', 'its arguments']);
  });

  test('two devices wait at the same time, each with a poll of its own', async () => {
    const other = await ownGpu();
    const readers = await Promise.all(
      [gpu, other].map(async (each) => {
        const data = each.tensor('data', [64], 'u32');
        return { reader: each.readback(data), kernel: await countKernel(each, data, 1, 1000) };
      }),
    );
    for (let round = 1; round <= 20; round++) {
      for (const { reader, kernel } of readers) reader.submit([kernel]);
      for (const { reader } of readers) await reader.next();
      for (const { reader } of readers) expect(reader.u32[63]).toBe(1000 * round);
    }
    other.destroy();
  });

  test('other users are served while a read is on its way', async () => {
    const data = gpu.tensor('data', [64 * 64], 'u32');
    const kernel = await countKernel(gpu, data, 1, 4000);
    const reader = gpu.readback(data);
    reader.submit(Array.from({ length: 20 }, () => kernel));
    let finished = false;
    const reading = reader.next().then(() => {
      finished = true;
    });
    let turns = 0;
    for (; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(finished).toBe(false);
    await reading;
    expect(finished).toBe(true);
  });
});
