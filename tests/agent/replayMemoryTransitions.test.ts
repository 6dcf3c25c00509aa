/** Transitions of several steps and states of any history: by hand, and against the plain list of all that happened. */
import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { FrameHistory } from '../../src/agent/frameHistory.ts';
import { noEntry } from '../../src/agent/frameStore.ts';
import { framesPerSample, ReplayMemory, type ReplayMemoryOptions } from '../../src/agent/replayMemory.ts';
import { frameAges, historyTypes } from '../../src/frameAges.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { allTransitions, black, frameOf, newest, plainReplay, type SampledTransition } from '../support/replay.ts';

describe('worked by hand', () => {
  test('three steps over an end, a cut-off and the write head: ring of 8, stack 2, discount 1/2', () => {
    const memory = new ReplayMemory({ ...plainReplay, capacity: 8, stack: 2, nSteps: 3, discount: 0.5 });
    memory.add(frameOf(10), 0, 1, false, true);
    memory.add(frameOf(11), 1, 2, false, false);
    memory.add(frameOf(12), 2, 4, true, false); // the end
    memory.add(frameOf(20), 3, 8, false, true);
    memory.add(frameOf(21), 4, 16, false, false);
    memory.addFinal(frameOf(22)); // cut off after 21
    memory.add(frameOf(30), 5, 32, false, true);
    memory.add(frameOf(31), 6, 64, false, false);
    const toEnd = { next: expect.anything(), terminal: 1 };
    const toCut = { next: [21, 22], terminal: 0 };
    expect(allTransitions(memory)).toEqual([
      { state: [black, 10], action: 0, reward: 1 + 2 / 2 + 4 / 4, discount: 1 / 8, ...toEnd },
      { state: [10, 11], action: 1, reward: 2 + 4 / 2, discount: 1 / 4, ...toEnd },
      { state: [11, 12], action: 2, reward: 4, discount: 1 / 2, ...toEnd },
      { state: [black, 20], action: 3, reward: 8 + 16 / 2, discount: 1 / 4, ...toCut },
      { state: [20, 21], action: 4, reward: 16, discount: 1 / 2, ...toCut },
      // 22 is the last frame of an episode; 30 and 31 are to have three steps first.
    ]);
    memory.add(frameOf(32), 7, 128, false, false); // over 10
    expect(allTransitions(memory).map(newest)).toEqual([12, 20, 21]);
    memory.add(frameOf(33), 8, 256, false, false); // over 11: the state of 12 is not whole any more
    expect(allTransitions(memory)).toEqual([
      { state: [black, 20], action: 3, reward: 16, discount: 1 / 4, ...toCut },
      { state: [20, 21], action: 4, reward: 16, discount: 1 / 2, ...toCut },
      {
        ...{ state: [black, 30], next: [32, 33], action: 5, reward: 32 + 64 / 2 + 128 / 4, terminal: 0 },
        discount: 1 / 8,
      },
    ]);
  });

  test('an end in the midst of an episode ends transitions, and states reach back over it', () => {
    const memory = new ReplayMemory({ ...plainReplay, capacity: 8, stack: 3, nSteps: 2, discount: 0.5 });
    memory.add(frameOf(1), 0, 1, false, true);
    memory.add(frameOf(2), 1, 2, true, false); // a life lost
    memory.add(frameOf(3), 2, 4, false, false);
    memory.add(frameOf(4), 3, 8, false, false);
    memory.add(frameOf(5), 4, 16, false, false);
    expect(allTransitions(memory)).toEqual([
      { state: [black, black, 1], next: [1, black, black], action: 0, reward: 2, terminal: 1, discount: 1 / 4 },
      { state: [black, 1, 2], next: [1, 2, black], action: 1, reward: 2, terminal: 1, discount: 1 / 2 },
      { state: [1, 2, 3], next: [3, 4, 5], action: 2, reward: 8, terminal: 0, discount: 1 / 4 },
    ]);
  });

  test('ages 0, 1 and 3: each padding at an episode that follows another', () => {
    const states = { zero: [black, 20, 21], repeat: [20, 20, 21], previous: [12, 20, 21] };
    const nextStates = { zero: [black, 21, 22], repeat: [20, 21, 22], previous: [13, 21, 22] };
    for (const stackPadding of ['zero', 'repeat', 'previous'] as const) {
      const how = { ...plainReplay, stack: 3, stackPadding, historyType: 'exp2' } as const;
      expect(frameAges(3, 'exp2', 1)).toEqual([0, 1, 3]);
      const memory = new ReplayMemory(how);
      for (const id of [10, 11, 12]) memory.add(frameOf(id), id, 0, false, id === 10);
      memory.add(frameOf(13), 13, 0, true, false);
      for (const id of [20, 21, 22]) memory.add(frameOf(id), id, 0, false, id === 20);
      const sampled = allTransitions(memory).find((one) => newest(one) === 21);
      expect(sampled?.state).toEqual(states[stackPadding]);
      expect(sampled?.next).toEqual(nextStates[stackPadding]);
      // Nothing is known of what came before the first frame of all.
      const first = stackPadding === 'previous' ? 13 : 10;
      expect(newest(allTransitions(memory)[0])).toBe(first);
    }
  });

  test('frames that a sample brings', () => {
    const slots = (stack: number, nSteps: number, historyType: (typeof historyTypes)[number], historySpacing = 1) =>
      framesPerSample({ ...plainReplay, stack, nSteps, historyType, historySpacing });
    expect(slots(4, 1, 'linear')).toBe(5);
    expect(slots(4, 3, 'linear')).toBe(7);
    expect(slots(4, 9, 'linear')).toBe(8);
    // 0 2 4 6 and -1 1 3 5; after two steps -2 0 2 4, but an episode may be cut off after one.
    expect(slots(4, 1, 'linear', 2)).toBe(8);
    expect(slots(4, 2, 'linear', 2)).toBe(8);
    // 0 1 3 7 and -1 0 2 6.
    expect(slots(4, 1, 'exp2')).toBe(7);
    expect(() => new ReplayMemory(plainReplay).sample(1, new Xoshiro128(1, ''), batchOf(3))).toThrow(
      '4 frames a sample',
    );
  });

  function batchOf(stack: number) {
    return new ReplayMemory({ ...plainReplay, stack }).createBatch(1);
  }
});

/** What is stored, in order: a step, one that no value follows though the episode goes on, one that ends it, a last frame. */
interface Entry {
  readonly id: number;
  readonly kind: 'step' | 'lost-life' | 'terminated' | 'last';
  readonly starts: boolean;
  readonly reward: number;
}

/** The state whose newest frame is that of `list[at]`. */
function stateAt(list: readonly Entry[], at: number, how: ReplayMemoryOptions): number[] {
  const start = list.findLastIndex(({ starts }, index) => starts && index <= at);
  const ages = frameAges(how.stack, how.historyType, how.historySpacing);
  return ages
    .map((age) => {
      if (how.stackPadding === 'previous' || at - age >= start) return list[at - age]?.id ?? black;
      return how.stackPadding === 'zero' ? black : list[start].id;
    })
    .reverse();
}

/** The transition from `list[at]` on, or undefined where there is none; of a terminal one no next state. */
function transitionFrom(list: readonly Entry[], at: number, how: ReplayMemoryOptions): SampledTransition | undefined {
  if (list[at].kind === 'last') return undefined;
  const state = stateAt(list, at, how);
  const action = list[at].id % 18;
  let reward = 0;
  for (let steps = 1; ; steps++) {
    const step = list[at + steps - 1];
    const following = list[at + steps];
    reward += how.discount ** (steps - 1) * step.reward;
    const sums = { action, reward: Math.fround(reward), discount: Math.fround(how.discount ** steps) };
    if (step.kind !== 'step') return { state, next: [], ...sums, terminal: 1 };
    if (following === undefined || (following.starts && how.replayGuard === 'exact')) return undefined;
    if (steps === how.nSteps || following.kind === 'last') {
      return { state, next: stateAt(list, at + steps, how), ...sums, terminal: 0 };
    }
  }
}

function expectedTransitions(all: readonly Entry[], how: ReplayMemoryOptions): (SampledTransition | undefined)[] {
  const { capacity, nSteps } = how;
  const reach = frameAges(how.stack, how.historyType, how.historySpacing)[how.stack - 1];
  if (how.replayGuard === 'exact') {
    return all.map((_, at) => {
      const start = all.findLastIndex(({ starts }, index) => starts && index <= at);
      const oldest = how.stackPadding === 'previous' ? at - reach : Math.max(at - reach, start);
      return oldest >= Math.max(0, all.length - capacity) ? transitionFrom(all, at, how) : undefined;
    });
  }
  const ring: Entry[] = [];
  for (const [index, entry] of all.entries()) ring[index % capacity] = entry;
  return ring.map((_, at) => (at > reach && at + nSteps < ring.length ? transitionFrom(ring, at, how) : undefined));
}

const anyOptions = fc.record({
  capacity: fc.integer({ min: 1, max: 40 }),
  stack: fc.integer({ min: 1, max: 5 }),
  stackPadding: fc.constantFrom('zero', 'repeat', 'previous'),
  historyType: fc.constantFrom(...historyTypes),
  historySpacing: fc.integer({ min: 1, max: 3 }),
  nSteps: fc.integer({ min: 1, max: 4 }),
  replayGuard: fc.constantFrom('exact', 'none'),
}) as fc.Arbitrary<Partial<ReplayMemoryOptions>>;

const anyKinds = fc.array(
  fc.constantFrom('step', 'step', 'step', 'step', 'step', 'lost-life', 'terminated', 'last') as fc.Arbitrary<
    Entry['kind']
  >,
  { minLength: 20, maxLength: 120, size: 'max' },
);

test('any options, any episodes: what is sampled is what the plain list says, and what acting sees', () => {
  let sampled = 0;
  fc.assert(
    fc.property(anyOptions, anyKinds, (some, kinds) => {
      const how = { ...plainReplay, discount: 0.75, ...some };
      const memory = new ReplayMemory(how);
      const history = FrameHistory.of(how, how.frameBytes);
      const all: Entry[] = [];
      let starts = true;
      for (const [index, any] of kinds.entries()) {
        const kind: Entry['kind'] = starts && any === 'last' ? 'step' : any;
        const entry: Entry = { id: 1000 + index, kind, starts, reward: (index % 7) - 3 };
        all.push(entry);
        if (starts) history.reset();
        history.push(frameOf(entry.id));
        if (kind === 'last') memory.addFinal(frameOf(entry.id));
        else memory.add(frameOf(entry.id), entry.id % 18, entry.reward, kind !== 'step', starts);
        starts = kind === 'terminated' || kind === 'last';

        const seen = [...history.indices].map((slot) =>
          slot === noEntry ? black : new Uint32Array(history.frames.buffer)[slot],
        );
        expect(seen).toEqual(stateAt(all, all.length - 1, how));
        const expected = expectedTransitions(all, how).filter((one) => one !== undefined);
        expect(memory.sampleable).toBe(expected.length);
        const transitions = allTransitions(memory);
        sampled += transitions.length;
        for (const [at, one] of expected.sort((a, b) => newest(a) - newest(b)).entries()) {
          expect({ ...transitions[at], next: one.terminal === 1 ? [] : transitions[at].next }).toEqual(one);
        }
      }
    }),
    { numRuns: 120, seed: 3 },
  );
  expect(sampled).toBeGreaterThan(50_000);
});

test('any options: indices lead to slots that have an entry, and to no others', () => {
  fc.assert(
    fc.property(anyOptions, anyKinds, (some, kinds) => {
      const memory = new ReplayMemory({ ...plainReplay, ...some });
      for (const [index, kind] of kinds.entries()) {
        const starts = index === 0 || kinds[index - 1] === 'terminated';
        memory.add(frameOf(index), 0, 0, kind === 'terminated', starts);
      }
      if (memory.sampleable === 0) return;
      const batch = memory.createBatch(16);
      const random = new Xoshiro128(1, 'test');
      // The second time over what the first one left.
      for (let time = 0; time < 2; time++) {
        memory.sample(16, random, batch);
        const led = new Set([...batch.stateIndices, ...batch.nextStateIndices].filter((slot) => slot !== noEntry));
        const held = [...batch.entries.keys()].filter((slot) => batch.entries[slot] !== noEntry);
        expect([...led].sort((a, b) => a - b)).toEqual(held);
      }
    }),
    { numRuns: 200, seed: 4 },
  );
});
