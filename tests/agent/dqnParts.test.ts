import { describe, expect, test } from 'bun:test';
import { FrameHistory } from '../../src/agent/frameHistory.ts';
import { blackFrame } from '../../src/agent/replayMemory.ts';

describe('FrameHistory', () => {
  const frame = (value: number) => new Uint8Array(4).fill(value);
  /** The state's frames by their first byte, oldest first; null for black. */
  const state = (history: FrameHistory) =>
    [...history.indices].map((slot) => (slot === blackFrame ? null : history.frames[slot * 4]));

  test('zero padding: black frames stand before the first', () => {
    const history = new FrameHistory(4, 4, 'zero');
    history.push(frame(1));
    expect(state(history)).toEqual([null, null, null, 1]);
    history.push(frame(2));
    expect(state(history)).toEqual([null, null, 1, 2]);
    for (const value of [3, 4, 5]) history.push(frame(value));
    expect(state(history)).toEqual([2, 3, 4, 5]);
  });

  test('repeat padding: the first frame stands before itself', () => {
    const history = new FrameHistory(4, 4, 'repeat');
    history.push(frame(1));
    expect(state(history)).toEqual([1, 1, 1, 1]);
    history.push(frame(2));
    expect(state(history)).toEqual([1, 1, 1, 2]);
  });

  test('a reset forgets the episode before', () => {
    const history = new FrameHistory(3, 4, 'zero');
    for (const value of [1, 2, 3, 4]) history.push(frame(value));
    history.reset();
    history.push(frame(9));
    expect(state(history)).toEqual([null, null, 9]);
    expect(history.slots[history.newest]).toEqual(frame(9));
  });
});

test('a restored history holds the same state, and all of it is new to the policy', () => {
  const history = new FrameHistory(3, 4, 'zero');
  for (const value of [1, 2, 3, 4]) history.push(new Uint8Array(4).fill(value));
  history.changed.fill(0);
  const saved = history.save();
  history.push(new Uint8Array(4).fill(9));
  history.changed.fill(0);
  history.restore(saved);
  expect([...history.indices].map((slot) => history.frames[slot * 4])).toEqual([2, 3, 4]);
  expect([...history.changed]).toEqual([1, 1, 1]);
  history.push(new Uint8Array(4).fill(5));
  expect([...history.indices].map((slot) => history.frames[slot * 4])).toEqual([3, 4, 5]);
});
