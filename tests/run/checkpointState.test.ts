/** A state taken apart into JSON and arrays is the same state again. */
import { expect, test } from 'bun:test';
import { decodeSafetensors, encodeSafetensors } from '../../src/agent/safetensors.ts';
import { joinState, separateState } from '../../src/run/checkpointState.ts';

/** Through the bytes of both files. */
function throughFiles(state: unknown): unknown {
  const { json, arrays } = separateState(state);
  const file = Buffer.concat(encodeSafetensors({ tensors: arrays, metadata: {} }));
  return joinState(JSON.parse(JSON.stringify(json)), decodeSafetensors(file).tensors);
}

test('every kind of array and every number comes back, wherever it stands', () => {
  const odd = new Uint8Array([9, 1, 2, 3]).subarray(1);
  const state = {
    arrays: [
      { name: 'online', shape: [2, 1], data: new Float32Array([1.5, -0]) },
      { name: 'target', shape: [0], data: new Float32Array(0) },
    ],
    counters: { agentSteps: 2 ** 40 + 1, mean: 0.1, none: null, flag: true, text: 'x' },
    history: { frames: odd, indices: [0xffffffff, 0] },
    drawn: { entries: new Uint32Array([7, 0xffffffff]), ages: new Int32Array([-1]), words: new Uint16Array([65_535]) },
    means: new Float64Array([0.1, Number.NEGATIVE_INFINITY]),
    limits: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0],
    nested: [[{ at: new Uint8Array([5]) }], []],
  };
  const again = throughFiles(state) as typeof state;
  expect(again).toEqual(state);
  expect(Object.is(again.limits[3], -0)).toBe(true);
  expect(Object.is(again.limits[4], 0)).toBe(true);
  expect(separateState(state).arrays.map(({ name }) => name)).toEqual([
    ...['arrays.online.data', 'arrays.target.data', 'history.frames', 'drawn.entries', 'drawn.ages', 'drawn.words'],
    ...['means', 'nested.0.0.at'],
  ]);
});

test('what cannot be stored is a mistake of ours, and a missing array is said', () => {
  expect(() => separateState({ a: { map: new Map() } })).toThrow('a checkpoint cannot hold a.map');
  expect(() => separateState({ view: new DataView(new ArrayBuffer(1)) })).toThrow('view, a DataView');
  expect(() => separateState({ count: 1n })).toThrow(TypeError);
  expect(() => joinState({ x: { $array: 'x', type: 'Uint8Array' } }, [])).toThrow('there is no x');
});
