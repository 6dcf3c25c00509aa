/** Which transitions are drawn: at the write head, with the guard and without, by probabilities, and for several batches ahead. */
import { describe, expect, test } from 'bun:test';
import { ReplayMemory, type ReplayMemoryOptions } from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { allTransitions, black, bytesOf, frameOf, newest, plainReplay, transitionAt } from '../support/replay.ts';

const b = black;

describe('the write head, entry by entry: ring of 8, stack 4; 5 ends an episode, 6 starts the next', () => {
  const add = (memory: ReplayMemory, id: number) => memory.add(frameOf(id), id, 0, id === 5, id === 0 || id === 6);

  test('exact: a state is drawn while all of it is here, and its next frame', () => {
    const memory = new ReplayMemory({ ...plainReplay, capacity: 8 });
    const drawn = (): number[] => allTransitions(memory).map(newest);
    for (let id = 0; id < 8; id++) add(memory, id);
    expect(drawn()).toEqual([0, 1, 2, 3, 4, 5, 6]); // 7 has no next frame yet
    add(memory, 8); // over 0: 1, 2 and 3 need it
    expect(drawn()).toEqual([4, 5, 6, 7]);
    add(memory, 9); // over 1: 4 needs it
    expect(drawn()).toEqual([5, 6, 7, 8]);
    add(memory, 10); // over 2: 5 needs it
    expect(drawn()).toEqual([6, 7, 8, 9]);
    for (const id of [11, 12, 13]) add(memory, id); // over 3, 4 and 5: 6 starts an episode and needs none of them
    expect(drawn()).toEqual([6, 7, 8, 9, 10, 11, 12]);
    add(memory, 14); // over 6: 7, 8 and 9 need it
    expect(allTransitions(memory)).toMatchObject([
      { state: [7, 8, 9, 10], next: [8, 9, 10, 11] },
      { state: [8, 9, 10, 11], next: [9, 10, 11, 12] },
      { state: [9, 10, 11, 12], next: [10, 11, 12, 13] },
      { state: [10, 11, 12, 13], next: [11, 12, 13, 14] },
    ]);
  });

  test('none: always the places 4, 5 and 6, whatever stands there', () => {
    const memory = new ReplayMemory({ ...plainReplay, capacity: 8, replayGuard: 'none' });
    for (let id = 0; id < 5; id++) add(memory, id);
    expect(allTransitions(memory)).toEqual([]); // 4 has no next frame yet
    for (let id = 5; id < 8; id++) add(memory, id);
    const four = { state: [1, 2, 3, 4], next: [2, 3, 4, 5], terminal: 0 };
    const five = { state: [2, 3, 4, 5], next: [3, 4, 5, b], terminal: 1 };
    const six = { state: [b, b, b, 6], next: [b, b, 6, 7], terminal: 0 };
    expect(allTransitions(memory)).toMatchObject([four, five, six]);
    add(memory, 8); // place 0 is in no state
    expect(allTransitions(memory)).toMatchObject([four, five, six]);
    add(memory, 9);
    expect(allTransitions(memory)).toMatchObject([{ ...four, state: [9, 2, 3, 4] }, five, six]);
    add(memory, 10);
    expect(allTransitions(memory)).toMatchObject([
      { state: [9, 10, 3, 4], next: [10, 3, 4, 5], terminal: 0 },
      { state: [10, 3, 4, 5], next: [3, 4, 5, b], terminal: 1 },
      six,
    ]);
    add(memory, 11);
    add(memory, 12);
    expect(allTransitions(memory)).toMatchObject([
      { state: [10, 11, 12, 5], next: [11, 12, 5, b], terminal: 1 },
      six,
      { state: [9, 10, 11, 12], next: [10, 11, 12, 5], terminal: 0 }, // the newest leads to the oldest
    ]);
    add(memory, 13);
    expect(allTransitions(memory)).toMatchObject([
      six,
      { state: [9, 10, 11, 12], next: [10, 11, 12, 13] },
      { state: [10, 11, 12, 13], next: [b, b, b, 6] }, // black before the start that 6 says
    ]);
  });

  test('none: the last frame of an episode that was cut off begins no transition', () => {
    const memory = new ReplayMemory({ ...plainReplay, capacity: 8, stack: 2, replayGuard: 'none' });
    for (const id of [0, 1, 2, 3]) memory.add(frameOf(id), id, 0, false, id === 0);
    memory.addFinal(frameOf(4));
    for (const id of [5, 6, 7]) memory.add(frameOf(id), id, 0, false, id === 5);
    expect(allTransitions(memory).map(newest)).toEqual([2, 3, 5, 6]);
  });

  test('none, several steps: a next state that begins behind the head brings as many frames as it has', () => {
    const how = {
      ...plainReplay,
      capacity: 12,
      stack: 3,
      historyType: 'exp2',
      nSteps: 3,
      stackPadding: 'repeat',
    } as const;
    const memory = new ReplayMemory({ ...how, replayGuard: 'none' });
    for (let id = 0; id < 18; id++) memory.add(frameOf(id), id, 0, false, id === 0 || id === 6);
    // Ages 0, 1 and 3. The newest is 17 at place 5; places 6, 7 and 8 hold 6, with which an episode starts, 7 and 8.
    const newestOne = allTransitions(memory).find((one) => newest(one) === 17);
    expect(newestOne).toMatchObject({ state: [14, 16, 17], next: [6, 7, 8] });
  });
});

describe('none is drawn uniformly', () => {
  test('every place that begins a transition, as often as any other', () => {
    const memory = new ReplayMemory({ ...plainReplay, capacity: 24, stack: 2, replayGuard: 'none' });
    for (let id = 0; id < 40; id++) {
      if (id % 9 === 8) memory.addFinal(frameOf(id));
      else memory.add(frameOf(id), id, 0, false, id % 9 === 0);
    }
    const batch = memory.createBatch(32);
    const random = new Xoshiro128(3, 'uniform');
    const counts = new Map<number, number>();
    for (let i = 0; i < 1000; i++) {
      memory.sample(32, random, batch);
      for (const action of batch.actions) counts.set(action, (counts.get(action) ?? 0) + 1);
    }
    // Places 2 to 22 hold 26 to 39 and 16 to 22, of which 17, 26 and 35 are last frames.
    expect(counts.size).toBe(18);
    expect(memory.sampleable).toBe(18);
    const each = 32_000 / 18;
    // Five standard deviations of a binomial count.
    for (const count of counts.values()) expect(Math.abs(count - each)).toBeLessThan(5 * Math.sqrt(each));
  });
});

describe('probabilities of keeping', () => {
  /** Of 40 entries every fourth is terminal, and every fifth has a reward. */
  function filled(some: Partial<ReplayMemoryOptions>): ReplayMemory {
    const memory = new ReplayMemory({ ...plainReplay, stack: 1, ...some });
    for (let id = 0; id < 40; id++) memory.add(frameOf(id), id, id % 5 === 0 ? 1 : 0, id % 4 === 0, id % 4 === 1);
    return memory;
  }

  /** Shares of terminal transitions and of those with a reward. */
  function shares(memory: ReplayMemory): [number, number] {
    const batch = memory.createBatch(32);
    const random = new Xoshiro128(9, 'shares');
    let [terminals, rewards] = [0, 0];
    for (let i = 0; i < 1000; i++) {
      memory.sample(32, random, batch);
      for (let at = 0; at < 32; at++) {
        terminals += batch.terminals[at] / 32_000;
        rewards += (batch.rewards[at] === 0 ? 0 : 1) / 32_000;
      }
    }
    return [terminals, rewards];
  }

  test('others are rejected in their shares; 39 can be drawn: 10 are terminal, 8 have a reward, 2 are both', () => {
    // Five standard deviations of a share of 32,000 are at most 0.014.
    const near = (share: number, expected: number) => expect(Math.abs(share - expected)).toBeLessThan(0.014);
    expect(filled({}).sampleable).toBe(39);
    let [terminals, rewards] = shares(filled({}));
    near(terminals, 10 / 39);
    near(rewards, 8 / 39);
    [terminals, rewards] = shares(filled({ nonTerminalProbability: 0.25 }));
    near(terminals, 10 / (10 + 29 / 4));
    near(rewards, (2 + 6 / 4) / (10 + 29 / 4));
    [terminals, rewards] = shares(filled({ nonEventProbability: 0.5 }));
    near(rewards, 8 / (8 + 31 / 2));
    near(terminals, (2 + 8 / 2) / (8 + 31 / 2));
    // Both: terminal with a reward 2, terminal without 8, reward alone 6, neither 23.
    const sum = 2 + 8 / 2 + 6 / 4 + 23 / 8;
    [terminals, rewards] = shares(filled({ nonTerminalProbability: 0.25, nonEventProbability: 0.5 }));
    near(terminals, (2 + 8 / 2) / sum);
    near(rewards, (2 + 6 / 4) / sum);
  });

  test('at 1 nothing is drawn for them', () => {
    const memory = filled({});
    const random = new Xoshiro128(4, 'same');
    memory.sample(8, random, memory.createBatch(8));
    const again = new Xoshiro128(4, 'same');
    let kept = 0;
    while (kept < 8) if (again.nextInt(40) !== 39) kept++;
    expect(random.state).toEqual(again.state);
  });

  test('where nothing is kept, one line says so', () => {
    const memory = new ReplayMemory({ ...plainReplay, nonTerminalProbability: 1e-300 });
    for (let id = 0; id < 20; id++) memory.add(frameOf(id), id, 0, false, id === 0);
    const sample = () => memory.sample(1, new Xoshiro128(1, 'none'), memory.createBatch(1));
    expect(sample).toThrow(/^of 4194304 transitions in a row none was kept: nonTerminalProbability is 1e-300/);
  });
});

describe('drawn at once for several batches', () => {
  const how = { ...plainReplay, capacity: 8, stack: 2, replayBuffer: 4 } as const;

  /** Steps 0 to 7 of one episode, then those to come; `entries` are drawn already, and the generator says whether more are. */
  async function drawn(entries: number[], some: Partial<ReplayMemoryOptions> = {}) {
    const options = { ...how, ...some };
    const plain = new ReplayMemory(options);
    for (let id = 0; id < 8; id++) plain.add(frameOf(id), id, 0, false, id === 0);
    const memory = new ReplayMemory(options);
    await memory.restore({ ...plain.header(), drawn: { entries, storedSince: 0 } }, [await bytesOf(plain.chunks())]);
    const batch = memory.createBatch(2);
    const random = new Xoshiro128(6, 'drawn');
    return {
      memory,
      add: (...ids: number[]) => {
        for (const id of ids) memory.add(frameOf(id), id, 0, false, false);
      },
      /** States of the next batch, and whether anything was drawn for it. */
      next: () => {
        const before = [...random.state];
        memory.sample(2, random, batch);
        const states = [0, 1].map((sample) => transitionAt(batch, sample).state);
        return { states, draws: before.some((word, at) => word !== random.state[at]) };
      },
    };
  }

  test('are handed out in their order, as they are; then as many are drawn anew', async () => {
    const { next } = await drawn([4, 2, 6, 4]);
    expect(next()).toEqual({
      states: [
        [3, 4],
        [1, 2],
      ],
      draws: false,
    });
    expect(next()).toEqual({
      states: [
        [5, 6],
        [3, 4],
      ],
      draws: false,
    });
    expect(next().draws).toBe(true);
    expect(next().draws).toBe(false);
    expect(next().draws).toBe(true);
  });

  test('exact: those that the ring has written over are drawn anew, to the entry', async () => {
    const one = await drawn([2, 1]);
    one.add(8); // over 0, which the state of 1 needs, and that of 2 does not
    const { states, draws } = one.next();
    expect(draws).toBe(true);
    expect(states[0]).toEqual([1, 2]);
    expect(states[1][1]).toBeGreaterThan(1);
    expect(states[1][1]).not.toBe(8);

    const two = await drawn([3, 3]);
    two.add(8, 9); // over 0 and 1
    expect(two.next()).toEqual({
      states: [
        [2, 3],
        [2, 3],
      ],
      draws: false,
    });
    const three = await drawn([3, 3]);
    three.add(8, 9, 10); // and 2
    expect(three.next().draws).toBe(true);
    // At place 3 stands 11 or 19, which was not drawn, and could be.
    for (const last of [12, 14, 15, 16, 19, 21, 23, 24, 30]) {
      const round = await drawn([3, 3]);
      round.add(...Array.from({ length: last - 7 }, (_, at) => 8 + at));
      expect(round.memory.header().drawn.storedSince).toBe(Math.min(last - 7, 8));
      expect(round.next().draws).toBe(true);
    }
  });

  test('none: likewise, where any place has been written that a transition may use', async () => {
    const unguarded = { replayGuard: 'none' } as const;
    // Place 4 uses 3, 4 and 5; place 6 uses 5, 6 and 7.
    const before = await drawn([4, 6], unguarded);
    before.add(8, 9, 10);
    expect(before.next()).toEqual({
      states: [
        [3, 4],
        [5, 6],
      ],
      draws: false,
    });
    const over = await drawn([6, 4], unguarded);
    over.add(8, 9, 10, 11);
    const { states, draws } = over.next();
    expect([states[0], draws]).toEqual([[5, 6], true]);
    // Drawn over the write head at place 4: whatever comes next is written there.
    const straddling = await drawn([], unguarded);
    straddling.add(8, 9, 10, 11);
    for (const place of [3, 4]) {
      const header = { ...straddling.memory.header(), drawn: { entries: [place, 6], storedSince: 0 } };
      const bytes = await bytesOf(straddling.memory.chunks());
      const mixed = await drawn([], unguarded);
      await mixed.memory.restore(header, [bytes]);
      expect(mixed.next()).toEqual({
        states: [
          [place === 3 ? 10 : 11, place === 3 ? 11 : 4],
          [5, 6],
        ],
        draws: false,
      });
      await mixed.memory.restore(header, [bytes]);
      mixed.add(12);
      expect(mixed.next().draws).toBe(true);
    }
  });

  test('without replacement none stands twice in a batch', async () => {
    const { memory } = await drawn([3, 3]);
    const batch = memory.createBatch(2);
    const random = new Xoshiro128(8, 'distinct');
    memory.sample(2, random, batch, 'without-replacement');
    expect(batch.actions[0]).toBe(3);
    expect(batch.actions[1]).not.toBe(3);
    for (let i = 0; i < 50; i++) {
      memory.sample(2, random, batch, 'without-replacement');
      expect(batch.actions[0]).not.toBe(batch.actions[1]);
    }
  });

  test('a batch apart leaves them as they are, and a larger batch than all of them is refused', async () => {
    const { memory, next } = await drawn([4, 2]);
    memory.sampleApart(2, new Xoshiro128(1, 'apart'), memory.createBatch(2));
    expect(next()).toEqual({
      states: [
        [3, 4],
        [1, 2],
      ],
      draws: false,
    });
    const batch = memory.createBatch(5);
    expect(() => memory.sample(5, new Xoshiro128(1, ''), batch)).toThrow(
      '4 transitions are drawn at once, fewer than the 5',
    );
  });

  test('the rest of them is saved: at any moment a memory goes on as if it had never been', async () => {
    for (const replayGuard of ['exact', 'none'] as const) {
      const options = { ...how, capacity: 40, replayBuffer: 24, replayGuard };
      const whole = new ReplayMemory(options);
      const random = new Xoshiro128(2, 'resumed');
      let resumed = new ReplayMemory(options);
      const resumedRandom = new Xoshiro128(2, 'resumed');
      const batches = [whole.createBatch(4), resumed.createBatch(4)];
      for (let id = 0; id < 300; id++) {
        for (const memory of [whole, resumed]) memory.add(frameOf(id), id % 256, id, id % 11 === 10, id % 11 === 0);
        if (id < 20 || id % 3 > 0) continue;
        whole.sample(4, random, batches[0]);
        resumed.sample(4, resumedRandom, batches[1]);
        expect(batches[1]).toEqual(batches[0]);
        if (id % 4 > 0) continue;
        const header = JSON.parse(JSON.stringify(resumed.header()));
        const bytes = await bytesOf(resumed.chunks());
        resumed = new ReplayMemory(options);
        await resumed.restore(header, [bytes]);
        expect(resumed.header()).toEqual(whole.header());
      }
      expect(resumedRandom.state).toEqual(random.state);
    }
  });

  test('a header that says what cannot be is refused', async () => {
    const { memory } = await drawn([]);
    const bytes = [await bytesOf(memory.chunks())];
    const restored = (entries: number[], version = 2) => {
      const header = { ...memory.header(), version, drawn: { entries, storedSince: 0 } } as ReturnType<
        typeof memory.header
      >;
      return new ReplayMemory(how).restore(header, bytes);
    };
    await restored([0, 7]);
    for (const wrong of [[8], [-1], [1.5], [1, 1, 1, 1, 1]]) await expect(restored(wrong)).rejects.toThrow('drawn');
    await expect(restored([], 1)).rejects.toThrow('version 1');
  });
});
