/** Acting: one state or several at a time, with the actions of each network's own values. */
import { describe, expect, test } from 'bun:test';
import { likelyVariants } from '../../kernels/variant.ts';
import { architecture, initialParameters } from '../../src/agent/architecture.ts';
import { FrameHistory } from '../../src/agent/frameHistory.ts';
import { forwardPass, ParameterSet } from '../../src/agent/network.ts';
import { Policy } from '../../src/agent/policy.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { expectClose, testGpu } from '../support/kernelTest.ts';

const [side, stack, actionCount, states] = [44, 3, 6, 5];

async function opened(...counts: number[]) {
  const gpu = await testGpu();
  const shape = architecture('nature', side, stack, actionCount);
  const parameters = new ParameterSet(gpu, shape, 'parameters');
  parameters.write(initialParameters(shape, new Xoshiro128(2, 'initial weights'), 'fan-in'));
  const policies = counts.map((count) => new Policy(gpu, parameters, side, stack, undefined, count));
  // The same network on states that the test itself puts together.
  const input = gpu.tensor('states', [states, side, side, stack]);
  const forward = forwardPass(gpu, parameters, input, likelyVariants(gpu));
  await gpu.compiled();
  const valuesOf = (stacks: readonly (readonly Uint8Array[])[]): Promise<Float32Array> => {
    const pixels = side ** 2;
    gpu.write(
      input,
      Float32Array.from({ length: states * pixels * stack }, (_, i) => {
        const [state, pixel] = [Math.floor(i / (pixels * stack)), Math.floor(i / stack) % pixels];
        return stacks[state][i % stack][pixel] / 255;
      }),
    );
    gpu.run(forward.steps);
    return gpu.readF32(forward.output);
  };
  return { policies, valuesOf };
}

/** Five players' screens: bars of their own direction, width and brightness that move, and new games now and then. */
class Players {
  readonly histories = Array.from(
    { length: states },
    (_, player) => new FrameHistory(stack, side ** 2, padding(player)),
  );
  /** Each player's frames since the game began, oldest first. */
  readonly #games: Uint8Array[][] = this.histories.map(() => []);
  #time = 0;

  next(): void {
    this.#time++;
    for (const [player, history] of this.histories.entries()) {
      if ((this.#time + player) % 7 === 0) {
        history.reset();
        this.#games[player] = [];
      }
      const frame = Uint8Array.from({ length: side ** 2 }, (_, i) => {
        const along = player % 2 === 0 ? i % side : Math.floor(i / side);
        return (along + (player + 1) * this.#time) % 11 <= player ? 40 * (player + 2) : player * 9;
      });
      history.push(frame);
      this.#games[player].push(frame);
    }
  }

  /** Each player's newest frames, oldest first. */
  stacks(): Uint8Array[][] {
    return this.#games.map((game, player) => {
      const frames = game.slice(-stack);
      const absent = padding(player) === 'zero' ? new Uint8Array(side ** 2) : frames[0];
      return [...Array.from({ length: stack - frames.length }, () => absent), ...frames];
    });
  }
}

function padding(player: number): 'zero' | 'repeat' {
  return player % 2 === 0 ? 'zero' : 'repeat';
}

describe('a policy', () => {
  test('of five states chooses as five of one do, also where it falls behind by one choice', async () => {
    const { policies } = await opened(states, 1, 1, 1, 1, 1);
    const [all, ...single] = policies;
    const [first, second] = [new Players(), new Players()];
    const chosen = new Set<number>();
    let expected: number[] = [];
    for (let time = 0; time < 16; time++) {
      first.next();
      all.submit(...first.histories);
      if (time > 0) {
        expect([...(await all.actions())]).toEqual(expected);
        for (const action of expected) chosen.add(action);
      }
      second.next();
      expected = await Promise.all(single.map((policy, player) => policy.act(second.histories[player])));
    }
    expect([...(await all.actions())]).toEqual(expected);
    // Otherwise any wrong frame would do.
    expect(chosen.size).toBeGreaterThan(2);
  });

  test('has the values of its histories’ frames and takes the largest, also after steps without it', async () => {
    const { policies, valuesOf } = await opened(states);
    const [all] = policies;
    const players = new Players();
    for (let time = 0; time < 12; time++) {
      for (let steps = 0; steps <= time % 4; steps++) players.next();
      all.submit(...players.histories);
      const actions = [...(await all.actions())];
      const values = all.values();
      const expected = await valuesOf(players.stacks());
      // A few rounding units (2^-24) through five layers: the first one rounds its inputs in another place.
      const size = Math.max(...expected.map(Math.abs));
      expectClose('values', values, expected, 1e-4 * size);
      for (const [state, action] of actions.entries()) {
        const row = values.subarray(state * actionCount, (state + 1) * actionCount);
        expect(action).toBe(row.indexOf(Math.max(...row)));
      }
    }
  });

  test('of one state takes games in turn, each whole after another one', async () => {
    const { policies, valuesOf } = await opened(1);
    const [one] = policies;
    const players = new Players();
    for (let time = 0; time < 6; time++) {
      players.next();
      const expected = await valuesOf(players.stacks());
      const size = Math.max(...expected.map(Math.abs));
      for (const [state, history] of players.histories.entries()) {
        await one.act(history);
        const row = expected.subarray(state * actionCount, (state + 1) * actionCount);
        expectClose(`values of game ${state}`, one.values(), row, 1e-4 * size);
      }
    }
  });

  test('refuses another number of histories', async () => {
    const { policies } = await opened(states, 1);
    const [all, one] = policies;
    const { histories } = new Players();
    expect(() => all.submit(histories[0])).toThrow('takes 5 histories, not 1');
    expect(() => one.submit(...histories)).toThrow('takes 1 histories, not 5');
  });

  describe('of equal values', () => {
    /** A policy of two states to whose network all states are worth `values`: the biases of its last layer, all else being 0. */
    async function flat(values: readonly number[]): Promise<{ choose: (ties?: Xoshiro128) => Promise<number[]> }> {
      const gpu = await testGpu();
      const shape = architecture('nips2013', side, stack, values.length);
      const parameters = new ParameterSet(gpu, shape, 'parameters');
      const all = new Float32Array(shape.words);
      all.set(values, shape.layers.at(-1)!.bias!.offset);
      parameters.write(all);
      const policy = new Policy(gpu, parameters, side, stack, undefined, 2);
      await gpu.compiled();
      const histories = [0, 1].map(() => new FrameHistory(stack, side ** 2, 'zero'));
      return {
        choose: async (ties) => {
          policy.submit(...histories);
          return [...(await policy.actions(ties))];
        },
      };
    }

    test('takes the first, or with a generator any, each equally often and each state for itself', async () => {
      const { choose } = await flat([-2, 0.5, 0, 0.5, -1, 0.5]);
      expect(await choose()).toEqual([1, 1]);
      const ties = new Xoshiro128(3, 'exploration');
      const counts = new Map<number, number>();
      let different = 0;
      for (let draw = 0; draw < 150; draw++) {
        const [first, second] = await choose(ties);
        for (const action of [first, second]) counts.set(action, (counts.get(action) ?? 0) + 1);
        if (first !== second) different++;
      }
      // 300 draws among three: 100 each, give or take four standard deviations of sqrt(300 * 2 / 9) = 8.2.
      expect([...counts.keys()].sort()).toEqual([1, 3, 5]);
      for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(33);
      expect(different).toBeGreaterThan(50);
    });

    test('the generator is drawn from where there are such, once a state, and not elsewhere', async () => {
      const [ties, twin] = [new Xoshiro128(3, 'exploration'), new Xoshiro128(3, 'exploration')];
      const single = await flat([0, 0, 0.25, -1]);
      expect(await single.choose(ties)).toEqual([2, 2]);
      expect(ties.state).toEqual(twin.state);
      const double = await flat([0, -0.5, 0, -1]);
      expect(await double.choose(ties)).toEqual([2 * twin.nextInt(2), 2 * twin.nextInt(2)]);
      expect(ties.state).toEqual(twin.state);
    });
  });
});
