import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { type Architecture, architecture, initialParameters, type PlacedLayer } from '../../src/agent/architecture.ts';
import { networkNames } from '../../src/agent/options.ts';
import { fromNamedArrays, toNamedArrays } from '../../src/agent/weights.ts';
import { Xoshiro128 } from '../../src/random.ts';

/** Parameters, gaps not counted. */
function parameterCount({ parameters }: Architecture): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
}

/** Outputs, and of a convolution kernel, stride and padding. */
function layerText({ layer, output }: PlacedLayer): string {
  const size = output.join('x');
  return layer.kind === 'conv' ? `${size} ${layer.kernel}/${layer.stride}+${layer.padding}` : `${size} ${layer.kind}`;
}

describe('architecture', () => {
  test.each([
    // DeepMind's worksheet counts 1,685,667 in its Pong network of three actions.
    ['nature', 1685667, ['20x20x32 8/4+0', '9x9x64 4/2+0', '7x7x64 3/1+0', '1x1x512 linear', '1x1x3 linear']],
    ['nature-padded', 1685667, ['20x20x32 8/4+1', '9x9x64 4/2+0', '7x7x64 3/1+0', '1x1x512 linear', '1x1x3 linear']],
    // 4,112 + 8,224 + 663,808 + 771
    ['nips2013', 676915, ['20x20x16 8/4+0', '9x9x32 4/2+0', '1x1x256 linear', '1x1x3 linear']],
    // 8,192 + 32,768 + 36,864 + 1,605,632 without biases, 257 + 771 of the streams with
    ['dueling', 1684484, ['20x20x32 8/4+0', '9x9x64 4/2+0', '7x7x64 3/1+0', '1x1x512 linear', '1x1x3 dueling']],
    // 4,096 + 8,192 + 663,552 without biases, 129 + 387 of the streams with
    ['dueling-small', 676356, ['20x20x16 8/4+0', '9x9x32 4/2+0', '1x1x256 linear', '1x1x3 dueling']],
  ] as const)('%s with three actions: %d parameters', (network, count, layers) => {
    const shape = architecture(network, 84, 4, 3);
    expect(parameterCount(shape)).toBe(count);
    expect(shape.layers.map(layerText)).toEqual([...layers]);
    expect(shape.layers.map(({ relu }) => relu)).toEqual(layers.map((_, index) => index < layers.length - 1));
    const stored = toNamedArrays(shape, new Float32Array(shape.words));
    expect(stored.reduce((sum, { data }) => sum + data.length, 0)).toBe(count);
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

  test("first weights by fan-in: the bits that every recorded run's hash depends on", () => {
    const values = initialParameters(architecture('nature', 84, 4, 6), new Xoshiro128(1, 'x'), 'fan-in');
    expect(createHash('sha256').update(values).digest('hex').slice(0, 16)).toBe('beca6763b0df55d5');
  });

  test.each(networkNames)('first weights of %s fill their bounds and leave the gaps zero', (network) => {
    const shape = architecture(network, 84, 4, 6);
    for (const initialisation of ['fan-in', 'xavier'] as const) {
      const values = initialParameters(shape, new Xoshiro128(1, 'initial weights'), initialisation);
      const gaps = values.slice();
      for (const { weight, bias } of shape.layers) {
        for (const parameter of bias === null ? [weight] : [weight, bias]) {
          const { offset, shape: extents } = parameter;
          const end = offset + extents.reduce((product, extent) => product * extent, 1);
          gaps.fill(0, offset, end);
          if (initialisation === 'xavier') continue;
          const largest = largestOf(values.subarray(offset, end));
          expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(parameter.fanIn));
          if (parameter === weight) expect(largest).toBeGreaterThan(0.99 / Math.sqrt(parameter.fanIn));
        }
        if (initialisation === 'xavier' && bias !== null) {
          expect(largestOf(values.subarray(bias.offset, bias.offset + bias.shape[0]))).toBe(0);
        }
      }
      expect(largestOf(gaps)).toBe(0);
    }
  });

  test.each([
    // sqrt(6 / (fan-in + fan-out)); of a convolution both count the places of its kernel.
    ['nature', 'conv1.weight', 6 / (8 * 8 * 4 + 8 * 8 * 32)],
    ['nature', 'conv3.weight', 6 / (3 * 3 * 64 + 3 * 3 * 64)],
    ['nature', 'fc1.weight', 6 / (3136 + 512)],
    ['nature', 'out.weight', 6 / (512 + 6)],
    ['dueling', 'conv4.weight', 6 / (7 * 7 * 64 + 7 * 7 * 512)],
    ['dueling', 'value.weight', 6 / (256 + 1)],
    ['dueling', 'advantage.weight', 6 / (256 + 6)],
  ] as const)('Xavier: %s, %s', (network, name, square) => {
    const shape = architecture(network, 84, 4, 6);
    const values = initialParameters(shape, new Xoshiro128(1, 'initial weights'), 'xavier');
    const { data } = toNamedArrays(shape, values).find((array) => array.name === name)!;
    const bound = Math.sqrt(square);
    expect(largestOf(data)).toBeLessThanOrEqual(bound);
    expect(largestOf(data)).toBeGreaterThan(0.98 * bound);
  });
});

function largestOf(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}

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

  test('PyTorch layout of a duelling network', () => {
    const shape = architecture('dueling-small', 84, 4, 6);
    const values = Float32Array.from({ length: shape.words }, (_, i) => i);
    const arrays = toNamedArrays(shape, values);
    expect(arrays.map(({ name, shape: extents }) => `${name} ${extents.join('x')}`)).toEqual([
      'conv1.weight 16x4x8x8',
      'conv2.weight 32x16x4x4',
      'conv3.weight 256x32x9x9',
      'value.weight 1x128',
      'value.bias 1',
      'advantage.weight 6x128',
      'advantage.bias 6',
    ]);
    const at = (name: string) => shape.parameters.find((parameter) => parameter.name === name)!.offset;
    const data = (name: string) => arrays.find((array) => array.name === name)!.data;
    // conv3.weight[o=11][c=30][y=8][x=4] is ours [(8*9+4)*32+30][11] of [2592][256].
    expect(data('conv3.weight')[((11 * 32 + 30) * 9 + 8) * 9 + 4]).toBe(
      at('conv3.weight') + ((8 * 9 + 4) * 32 + 30) * 256 + 11,
    );
    // Of our streams' columns [128][7] the first is the value's, the others are the actions'.
    expect(data('value.weight')[100]).toBe(at('streams.weight') + 100 * 7);
    expect(data('advantage.weight')[5 * 128 + 100]).toBe(at('streams.weight') + 100 * 7 + 1 + 5);
    expect(data('value.bias')[0]).toBe(at('streams.bias'));
    expect(data('advantage.bias')[5]).toBe(at('streams.bias') + 1 + 5);
  });

  test.each(networkNames)('%s: there and back again loses nothing', (network) => {
    const shape = architecture(network, 84, 4, 6);
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
