/** States of other than successive frames: by hand, and as the policy takes them. That they are the replay memory's is tested there. */
import { expect, test } from 'bun:test';
import { architecture, initialParameters } from '../../src/agent/architecture.ts';
import { FrameHistory, framesKept } from '../../src/agent/frameHistory.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import { Policy } from '../../src/agent/policy.ts';
import { blackFrame } from '../../src/agent/replayMemory.ts';
import { frameAges } from '../../src/frameAges.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { testGpu } from '../support/kernelTest.ts';
import { black, frameOf } from '../support/replay.ts';

function seen(history: FrameHistory): number[] {
  const frames = new Uint32Array(history.frames.buffer);
  return [...history.indices].map((slot) => (slot === blackFrame ? black : frames[slot]));
}

test('ages 0, 2 and 4, an episode of four frames and the next one: by hand, each padding', () => {
  const b = black;
  const states = {
    zero: [
      [b, b, 1],
      [b, b, 2],
      [b, 1, 3],
      [b, 2, 4],
      [b, b, 11],
      [b, b, 12],
      [b, 11, 13],
    ],
    repeat: [
      [1, 1, 1],
      [1, 1, 2],
      [1, 1, 3],
      [1, 2, 4],
      [11, 11, 11],
      [11, 11, 12],
      [11, 11, 13],
    ],
    previous: [
      [b, b, 1],
      [b, b, 2],
      [b, 1, 3],
      [b, 2, 4],
      [1, 3, 11],
      [2, 4, 12],
      [3, 11, 13],
    ],
  };
  for (const stackPadding of ['zero', 'repeat', 'previous'] as const) {
    const options = { stack: 3, stackPadding, historyType: 'linear', historySpacing: 2 } as const;
    expect(framesKept(options)).toBe(5);
    const history = FrameHistory.of(options, 4);
    const states3 = [1, 2, 3, 4, 11, 12, 13].map((id) => {
      if (id % 10 === 1) history.reset();
      history.push(frameOf(id));
      expect(history.slots[history.newest]).toEqual(frameOf(id));
      return seen(history);
    });
    expect(states3).toEqual(states[stackPadding]);
  }
});

test('a policy sees the frames of those ages: the same values as of a history of just these', async () => {
  const gpu = await testGpu();
  const [side, stack] = [36, 3];
  const spaced = { stack, stackPadding: 'previous', historyType: 'exp2', historySpacing: 1 } as const;
  const shape = architecture('nips2013', side, stack, 4);
  const parameters = new ParameterSet(gpu, shape, 'online');
  const policy = new Policy(gpu, parameters, side, stack, undefined, 2, framesKept(spaced));
  const plain = new Policy(gpu, parameters, side, stack, undefined, 2);
  await gpu.compiled();
  parameters.write(initialParameters(shape, new Xoshiro128(1, 'weights'), 'fan-in'));
  const noise = new Xoshiro128(2, 'noise');
  const frames = Array.from({ length: 20 }, () => Uint8Array.from({ length: side ** 2 }, () => noise.nextInt(256)));
  const histories = [0, 1].map(() => FrameHistory.of(spaced, side ** 2));
  const ages = frameAges(stack, 'exp2', 1).reverse();
  let before: Float32Array | undefined;
  for (let time = 3; time < 18; time++) {
    for (const [state, history] of histories.entries()) {
      // The first time, those before it, too.
      for (let at = time === 3 ? 0 : time; at <= time; at++) history.push(frames[at + 2 * state]);
    }
    policy.submit(...histories);
    await policy.actions();
    const values = policy.values().slice();
    const same = [0, 1].map((state) => {
      const history = new FrameHistory(stack, side ** 2, 'zero');
      for (const age of ages) history.push(frames[time + 2 * state - age]);
      return history;
    });
    plain.submit(...same);
    await plain.actions();
    expect(values).toEqual(plain.values().slice());
    expect(values).not.toEqual(before as Float32Array);
    before = values;
  }
  const other = new FrameHistory(stack, side ** 2, 'zero');
  expect(() => policy.submit(other, other)).toThrow('the history keeps 3 frames, the policy takes 4');
});
