import { describe, expect, test } from 'bun:test';
import { architecture, initialParameters } from '../../src/agent/architecture.ts';
import { fromNamedArrays, toNamedArrays } from '../../src/agent/weights.ts';
import { Xoshiro128 } from '../../src/random.ts';

describe('architecture', () => {
  test('the Nature network has the published sizes', () => {
    // DeepMind's Pong network has 1,685,667 parameters with 3 actions; its padded conv1 changes no parameter (84 -> 20 either way).
    const { parameters, layers } = architecture('nature', 84, 4, 3);
    const count = parameters.reduce(
      (sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1),
      0,
    );
    expect(count).toBe(1685667);
    expect(layers.map(({ output }) => output.join('x'))).toEqual(['20x20x32', '9x9x64', '7x7x64', '1x1x512', '1x1x3']);
  });

  test('the NIPS 2013 network', () => {
    const { layers } = architecture('nips2013', 84, 4, 6);
    expect(layers.map(({ output }) => output.join('x'))).toEqual(['20x20x16', '9x9x32', '1x1x256', '1x1x6']);
    expect(layers.map(({ relu }) => relu)).toEqual([true, true, true, false]);
  });

  test('every tensor begins at a multiple of 256 bytes and none overlap', () => {
    const { parameters, words } = architecture('nature', 84, 4, 6);
    let end = 0;
    for (const { offset, shape } of parameters) {
      expect(offset % 64).toBe(0);
      expect(offset).toBeGreaterThanOrEqual(end);
      end = offset + shape.reduce((product, extent) => product * extent, 1);
    }
    expect(words).toBeGreaterThanOrEqual(end);
  });

  test('an observation too small for the convolutions is refused by name', () => {
    expect(() => architecture('nature', 20, 4, 6)).toThrow('conv3 needs at least 3 x 3 pixels');
    expect(() => architecture('nature', 7, 4, 6)).toThrow('conv1 needs at least 8 x 8 pixels and gets 7 x 7');
  });

  test('initial parameters stay within 1/sqrt(fanIn), fill it, and leave the gaps zero', () => {
    const shape = architecture('nips2013', 84, 4, 6);
    const values = initialParameters(shape, new Xoshiro128(1, 'initial weights'), 'fan-in');
    const used = new Uint8Array(shape.words);
    for (const { name, offset, fanIn, shape: extents } of shape.parameters) {
      const count = extents.reduce((product, extent) => product * extent, 1);
      let largest = 0;
      for (let i = offset; i < offset + count; i++) {
        largest = Math.max(largest, Math.abs(values[i]));
        used[i] = 1;
      }
      expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(fanIn));
      if (name.endsWith('weight')) expect(largest).toBeGreaterThan(0.99 / Math.sqrt(fanIn));
    }
    expect(values.some((value, i) => used[i] === 0 && value !== 0)).toBe(false);
  });
});

describe('weights', () => {
  test('PyTorch layout: one known element of each kind', () => {
    const shape = architecture('nips2013', 84, 4, 6);
    const values = Float32Array.from({ length: shape.words }, (_, i) => i);
    const arrays = new Map(toNamedArrays(shape, values).map((array) => [array.name, array]));
    const at = (name: string) => shape.parameters.find((parameter) => parameter.name === name)!.offset;

    // conv1.weight[o=3][c=2][y=5][x=7] is ours [y=5][x=7][c=2][o=3] of [8][8][4][16].
    const conv1 = arrays.get('conv1.weight')!;
    expect(conv1.shape).toEqual([16, 4, 8, 8]);
    expect(conv1.data[((3 * 4 + 2) * 8 + 5) * 8 + 7]).toBe(at('conv1.weight') + ((5 * 8 + 7) * 4 + 2) * 16 + 3);

    // fc1.weight[o=11] at channel 30, row 8, column 4 of 32 x 9 x 9 is ours [(8*9+4)*32+30][11] of [2592][256].
    const fc1 = arrays.get('fc1.weight')!;
    expect(fc1.shape).toEqual([256, 2592]);
    expect(fc1.data[11 * 2592 + (30 * 9 + 8) * 9 + 4]).toBe(at('fc1.weight') + ((8 * 9 + 4) * 32 + 30) * 256 + 11);
  });

  test('there and back again loses nothing', () => {
    const shape = architecture('nature', 84, 4, 6);
    const values = initialParameters(shape, new Xoshiro128(2, 'initial weights'), 'fan-in');
    expect(fromNamedArrays(shape, toNamedArrays(shape, values))).toEqual(values);
  });

  test('missing, misshapen and foreign tensors are named', () => {
    const shape = architecture('nips2013', 84, 4, 6);
    const arrays = toNamedArrays(shape, new Float32Array(shape.words));
    expect(() => fromNamedArrays(shape, arrays.slice(1))).toThrow('no tensor conv1.weight');
    expect(() => fromNamedArrays(shape, [...arrays, { name: 'x', shape: [1], data: new Float32Array(1) }])).toThrow(
      'tensor x',
    );
    const other = toNamedArrays(architecture('nips2013', 84, 4, 4), new Float32Array(shape.words));
    expect(() => fromNamedArrays(shape, other)).toThrow('out.weight is [4, 256] and must be [6, 256]');
  });
});
