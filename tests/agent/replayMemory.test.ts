import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { HostFrameStore, noEntry } from '../../src/agent/frameStore.ts';
import {
  blackFrame,
  createReplayBatch,
  type ReplayBatch,
  ReplayMemory,
  type ReplayMemoryOptions,
} from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { bytesOf, plainReplay } from '../support/replay.ts';

const frameBytes = 4;
const black = -1;

/** A frame that says which one it is. */
function frameOf(id: number): Uint8Array {
  return new Uint8Array(new Uint32Array([id]).buffer);
}

function options(capacity: number, stack = 4, stackPadding: 'zero' | 'repeat' = 'zero'): ReplayMemoryOptions {
  return { ...plainReplay, capacity, stack, stackPadding };
}

/** The frames' numbers that one row of indices leads to. */
function framesAt(batch: ReplayBatch, indices: Uint32Array, sample: number, stack: number): number[] {
  const frames = new Uint32Array(batch.frames.buffer);
  return [...indices.subarray(sample * stack, (sample + 1) * stack)].map((slot) =>
    slot === blackFrame ? black : frames[slot],
  );
}

interface Step {
  readonly id: number;
  readonly action: number;
  readonly reward: number;
  readonly kind: 'step' | 'terminated' | 'last';
  readonly starts: boolean;
}

function put(memory: ReplayMemory, step: Step): void {
  if (step.kind === 'last') memory.addFinal(frameOf(step.id));
  else memory.add(frameOf(step.id), step.action, step.reward, step.kind === 'terminated', step.starts);
}

/** What may be sampled and what it must be, from the plain list of all that is still kept: another way to the same rules. */
function expectedSamples(kept: readonly Step[], { stack, stackPadding }: ReplayMemoryOptions) {
  const expected = new Map<number, { state: number[]; next: number[] | undefined; step: Step }>();
  kept.forEach((step, at) => {
    if (step.kind === 'last') return;
    const following = kept[at + 1];
    if (step.kind === 'step' && (following === undefined || following.starts)) return;
    const state: number[] = [];
    for (let back = at; state.length < stack; back--) {
      if (back < 0) return;
      state.unshift(kept[back].id);
      if (kept[back].starts) break;
    }
    const present = state[0];
    while (state.length < stack) state.unshift(stackPadding === 'zero' ? black : present);
    const next = step.kind === 'terminated' ? undefined : [...state.slice(1), following.id];
    expected.set(step.id, { state, next, step });
  });
  return expected;
}

function checkSamples(
  memory: ReplayMemory,
  kept: readonly Step[],
  how: ReplayMemoryOptions,
  random: Xoshiro128,
  batchSize: number,
) {
  const expected = expectedSamples(kept, how);
  expect(memory.sampleable).toBe(expected.size);
  const batch = createReplayBatch(batchSize, how.stack, frameBytes);
  if (expected.size === 0) {
    expect(() => memory.sample(batchSize, random, batch)).toThrow('can be sampled');
    return;
  }
  // Nonsense first, so that what is not written shows.
  batch.frames.fill(0xee);
  batch.stateIndices.fill(0x12345678);
  batch.nextStateIndices.fill(0x12345678);
  memory.sample(batchSize, random, batch);
  for (let sample = 0; sample < batchSize; sample++) {
    const state = framesAt(batch, batch.stateIndices, sample, how.stack);
    const wanted = expected.get(state[how.stack - 1]);
    expect(wanted).toBeDefined();
    expect(state).toEqual(wanted!.state);
    const next = framesAt(batch, batch.nextStateIndices, sample, how.stack);
    if (wanted!.next === undefined) expect(next).toEqual([...wanted!.state.slice(1), black]);
    else expect(next).toEqual(wanted!.next);
    expect(batch.actions[sample]).toBe(wanted!.step.action);
    expect(batch.rewards[sample]).toBe(wanted!.step.reward);
    expect(batch.terminals[sample]).toBe(wanted!.step.kind === 'terminated' ? 1 : 0);
    expect(batch.discounts[sample]).toBe(Math.fround(how.discount));
  }
}

test('a boundary worked by hand: an episode of two steps, then another, stack 3', () => {
  const how = options(10, 3);
  const memory = new ReplayMemory(how);
  memory.add(frameOf(10), 1, 0, false, true);
  memory.add(frameOf(11), 2, 1, true, false); // terminal inside the next states' reach
  memory.add(frameOf(20), 3, 0, false, true);
  memory.add(frameOf(21), 4, -1, false, false); // newest, not terminal: no next frame yet
  expect(memory.sampleable).toBe(3);
  const batch = createReplayBatch(3, how.stack, frameBytes);
  memory.sample(3, new Xoshiro128(1, 'test'), batch, 'without-replacement');
  const rows = [0, 1, 2].map((sample) => ({
    state: framesAt(batch, batch.stateIndices, sample, 3),
    next: framesAt(batch, batch.nextStateIndices, sample, 3),
    action: batch.actions[sample],
    reward: batch.rewards[sample],
    terminal: batch.terminals[sample],
  }));
  rows.sort((a, b) => a.action - b.action);
  expect(rows).toEqual([
    { state: [black, black, 10], next: [black, 10, 11], action: 1, reward: 0, terminal: 0 },
    { state: [black, 10, 11], next: [10, 11, black], action: 2, reward: 1, terminal: 1 },
    { state: [black, black, 20], next: [black, 20, 21], action: 3, reward: 0, terminal: 0 },
  ]);
  // s and s' share their frames: the same slots.
  for (let sample = 0; sample < 3; sample++) {
    expect(batch.nextStateIndices[sample * 3 + 1]).toBe(batch.stateIndices[sample * 3 + 2]);
  }
});

test('padding by the first frame, worked by hand', () => {
  const how = options(10, 3, 'repeat');
  const memory = new ReplayMemory(how);
  memory.add(frameOf(10), 1, 0, false, true);
  memory.add(frameOf(11), 2, 0, false, false);
  const batch = createReplayBatch(1, how.stack, frameBytes);
  memory.sample(1, new Xoshiro128(1, 'test'), batch);
  expect(framesAt(batch, batch.stateIndices, 0, 3)).toEqual([10, 10, 10]);
  expect(framesAt(batch, batch.nextStateIndices, 0, 3)).toEqual([10, 10, 11]);
  // The frame comes but once.
  expect([...batch.entries]).toEqual([noEntry, noEntry, 0, 1]);
});

test('wraparound: the write head cuts the history of the oldest entries', () => {
  const how = options(6, 3);
  const memory = new ReplayMemory(how);
  for (let id = 0; id < 8; id++) memory.add(frameOf(id), id, 0, false, id === 0);
  // Kept: 2..7. 2 and 3 lack history, 7 has no next frame.
  expect(memory.length).toBe(6);
  expect(memory.sampleable).toBe(3);
  const batch = createReplayBatch(3, how.stack, frameBytes);
  memory.sample(3, new Xoshiro128(2, 'test'), batch, 'without-replacement');
  expect([...batch.actions].sort()).toEqual([4, 5, 6]);
  expect(() =>
    memory.sample(4, new Xoshiro128(2, 'test'), createReplayBatch(4, how.stack, frameBytes), 'without-replacement'),
  ).toThrow('holds 3 steps');
});

test('a truncated episode: its last step has its next frame, and that frame is never a state', () => {
  const how = options(10, 2);
  const memory = new ReplayMemory(how);
  memory.add(frameOf(1), 1, 0, false, true);
  memory.add(frameOf(2), 2, 0, false, false);
  memory.addFinal(frameOf(3));
  memory.add(frameOf(4), 4, 0, false, true);
  expect(memory.sampleable).toBe(2);
  const batch = createReplayBatch(2, how.stack, frameBytes);
  memory.sample(2, new Xoshiro128(3, 'test'), batch, 'without-replacement');
  const last = batch.actions.indexOf(2);
  expect(framesAt(batch, batch.nextStateIndices, last, 2)).toEqual([2, 3]);
  expect(batch.terminals[last]).toBe(0);
  // Nor is it where what follows fails to say that it starts an episode.
  const joined = new ReplayMemory(how);
  joined.add(frameOf(1), 1, 0, false, true);
  joined.addFinal(frameOf(2));
  joined.add(frameOf(3), 3, 0, false, false);
  expect(joined.sampleable).toBe(1);
  // Without the last frame, the step before the cut has no next state and is left out.
  const cut = new ReplayMemory(how);
  cut.add(frameOf(1), 1, 0, false, true);
  cut.add(frameOf(2), 2, 0, false, true);
  expect(cut.sampleable).toBe(0);
});

test('any sequence of episodes, any capacity: what is sampled is what the plain list says', () => {
  const anyStep = fc.record({
    kind: fc.constantFrom('step', 'step', 'step', 'step', 'terminated', 'last') as fc.Arbitrary<Step['kind']>,
    // Now and then an episode starts without the one before having ended.
    restart: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  fc.assert(
    fc.property(
      fc.array(anyStep, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 25 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom('zero', 'repeat') as fc.Arbitrary<'zero' | 'repeat'>,
      // From one frame a shard to all in one.
      fc.constantFrom(4, 8, 16, 31, 1024),
      (steps, capacity, stack, stackPadding, shardBytes) => {
        const how = options(capacity, stack, stackPadding);
        const memory = new ReplayMemory(how, new HostFrameStore(capacity, frameBytes, shardBytes));
        const random = new Xoshiro128(7, 'replay test');
        const all: Step[] = [];
        let starts = true;
        steps.forEach(({ kind, restart }, index) => {
          // A last frame follows a step of its episode, so never first.
          const step: Step = {
            id: 1000 + index,
            action: index % 18,
            reward: Math.fround(index / 7),
            kind: (starts || restart) && kind === 'last' ? 'step' : kind,
            starts: starts || restart,
          };
          starts = step.kind !== 'step';
          all.push(step);
          put(memory, step);
          checkSamples(memory, all.slice(-capacity), how, random, 8);
        });
      },
    ),
    { numRuns: 150, seed: 2 },
  );
});

test('sampling is uniform over the valid entries: chi-square below the 0.999 quantile', () => {
  const how = options(64, 4);
  const memory = new ReplayMemory(how);
  for (let id = 0; id < 150; id++) memory.add(frameOf(id), id % 256, 0, id % 13 === 12, id % 13 === 0);
  const valid = memory.sampleable;
  for (const mode of ['with-replacement', 'without-replacement'] as const) {
    const random = new Xoshiro128(11, 'replay test');
    const batch = createReplayBatch(32, how.stack, frameBytes);
    const counts = new Map<number, number>();
    const batches = 2000;
    for (let i = 0; i < batches; i++) {
      memory.sample(32, random, batch, mode);
      if (mode === 'without-replacement') expect(new Set(batch.actions).size).toBe(32);
      for (const action of batch.actions) counts.set(action, (counts.get(action) ?? 0) + 1);
    }
    expect(counts.size).toBe(valid);
    const each = (batches * 32) / valid;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - each) ** 2 / each, 0);
    // Wilson and Hilferty's approximation of the quantile for valid - 1 degrees of freedom; without replacement varies less.
    const degrees = valid - 1;
    const quantile = degrees * (1 - 2 / (9 * degrees) + 3.09 * Math.sqrt(2 / (9 * degrees))) ** 3;
    expect(chiSquare).toBeLessThan(quantile);
    if (mode === 'with-replacement') expect(chiSquare).toBeGreaterThan(degrees / 3);
  }
});

test('with replacement a batch does repeat steps; the same seed gives the same batch', () => {
  const how = options(16, 2);
  const memory = new ReplayMemory(how);
  for (let id = 0; id < 16; id++) memory.add(frameOf(id), id, 0, false, id === 0);
  const [a, b] = [createReplayBatch(32, how.stack, frameBytes), createReplayBatch(32, how.stack, frameBytes)];
  memory.sample(32, new Xoshiro128(5, 'replay'), a);
  memory.sample(32, new Xoshiro128(5, 'replay'), b);
  expect(new Set(a.actions).size).toBeLessThan(16);
  expect(b).toEqual(a);
});

test('chunks and header restore the memory exactly, whichever way the bytes are cut', async () => {
  for (const steps of [0, 5, 20, 33]) {
    const how = options(20, 3);
    const memory = new ReplayMemory(how, new HostFrameStore(20, frameBytes, 32));
    const add = (into: ReplayMemory, id: number) => into.add(frameOf(id), id, id / 3, id % 7 === 6, id % 7 === 0);
    for (let id = 0; id < steps; id++) add(memory, id);
    const bytes = await bytesOf(memory.chunks());
    const header = JSON.parse(JSON.stringify(memory.header()));
    for (const cut of [1, 7, 1000]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += cut) pieces.push(bytes.subarray(at, at + cut));
      const restored = new ReplayMemory(how);
      add(restored, 99);
      await restored.restore(header, pieces);
      expect(restored.header()).toEqual(memory.header());
      expect(restored.sampleable).toBe(memory.sampleable);
      // Both go on alike.
      const original = new ReplayMemory(how);
      await original.restore(header, [bytes]);
      for (let id = steps; id < steps + 9; id++) {
        add(original, id);
        add(restored, id);
      }
      const [a, b] = [createReplayBatch(8, how.stack, frameBytes), createReplayBatch(8, how.stack, frameBytes)];
      original.sample(8, new Xoshiro128(1, 'replay'), a);
      restored.sample(8, new Xoshiro128(1, 'replay'), b);
      expect(b).toEqual(a);
      expect(await bytesOf(restored.chunks())).toEqual(await bytesOf(original.chunks()));
    }
    if (steps > 0) {
      await expect(new ReplayMemory(how).restore(header, [bytes.subarray(1)])).rejects.toThrow('fewer bytes');
      await expect(new ReplayMemory(how).restore(header, [bytes, new Uint8Array(1)])).rejects.toThrow('more bytes');
    }
    const larger = new ReplayMemory(options(21, 3));
    await expect(larger.restore(header, [bytes])).rejects.toThrow('capacity 20, this one 21');
    const wrong = new ReplayMemory(how).restore({ ...header, head: 21 }, [bytes]);
    await expect(wrong).rejects.toThrow("not a replay memory's header");
  }
});

test('bytes: a million Atari steps are 7.06 GB, and the chunks hold that and no more', async () => {
  expect(ReplayMemory.bytesNeeded({ capacity: 1_000_000, frameBytes: 84 * 84 })).toBe(7_062_000_000);
  const how = options(50, 4);
  const memory = new ReplayMemory(how);
  for (let id = 0; id < 60; id++) memory.add(frameOf(id), 0, 0, false, id === 0);
  expect((await bytesOf(memory.chunks())).length).toBe(ReplayMemory.bytesNeeded(how));
  expect(() => memory.add(new Uint8Array(3), 0, 0, false, false)).toThrow('4 bytes, not 3');
  expect(() => new ReplayMemory(options(0))).toThrow('capacity');
});

test('a million steps are reserved at once without touching their pages', () => {
  const before = process.memoryUsage().rss;
  const how = { ...plainReplay, capacity: 1_000_000, frameBytes: 84 * 84 };
  const memory = new ReplayMemory(how);
  expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  expect(memory.capacity).toBe(1_000_000);
});
