/** Acting: one state or several at a time, with the actions of each network's own values. */
import { describe, expect, test } from 'bun:test';
import { architecture, initialParameters } from '../../src/agent/architecture.ts';
import { FrameHistory } from '../../src/agent/frameHistory.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import { Policy } from '../../src/agent/policy.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { testGpu } from '../support/kernelTest.ts';

const [side, stack, actionCount, states] = [44, 3, 6, 5];

async function policies(...counts: number[]): Promise<Policy[]> {
  const gpu = await testGpu();
  const shape = architecture('nature', side, stack, actionCount);
  const parameters = new ParameterSet(gpu, shape, 'parameters');
  parameters.write(initialParameters(shape, new Xoshiro128(2, 'initial weights')));
  const made = counts.map((count) => new Policy(gpu, parameters, side, stack, undefined, count));
  await gpu.compiled();
  return made;
}

/** Five players' screens: bars of their own direction, width and brightness that move, and new games now and then. */
function players(): { histories: FrameHistory[]; next(): void }[] {
  return [0, 1].map(() => {
    const histories = Array.from(
      { length: states },
      (_, i) => new FrameHistory(stack, side ** 2, i % 2 === 0 ? 'zero' : 'repeat'),
    );
    const frame = new Uint8Array(side ** 2);
    let time = 0;
    const next = (): void => {
      time++;
      for (const [player, history] of histories.entries()) {
        if ((time + player) % 7 === 0) history.reset();
        for (let i = 0; i < frame.length; i++) {
          const along = player % 2 === 0 ? i % side : Math.floor(i / side);
          frame[i] = (along + (player + 1) * time) % 11 <= player ? 40 * (player + 2) : player * 9;
        }
        history.push(frame);
      }
    };
    return { histories, next };
  });
}

describe('a policy', () => {
  test('of five states chooses as five of one do, also where it falls behind by one choice', async () => {
    const [all, ...single] = await policies(states, 1, 1, 1, 1, 1);
    const [first, second] = players();
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

  test('takes the largest of its values', async () => {
    const [all] = await policies(states);
    const [{ histories, next }] = players();
    for (let time = 0; time < 4; time++) {
      next();
      all.submit(...histories);
      const actions = [...(await all.actions())];
      const values = await all.values();
      for (const [state, action] of actions.entries()) {
        const row = values.subarray(state * actionCount, (state + 1) * actionCount);
        expect(action).toBe(row.indexOf(Math.max(...row)));
      }
    }
  });

  test('refuses another number of histories', async () => {
    const [all, one] = await policies(states, 1);
    const [{ histories }] = players();
    expect(() => all.submit(histories[0])).toThrow('takes 5 histories, not 1');
    expect(() => one.submit(...histories)).toThrow('takes 1 histories, not 5');
  });
});
