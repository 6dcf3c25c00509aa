import { describe, expect, test } from 'bun:test';
import { architecture, initialParameters } from '../../src/agent/architecture.ts';
import { type ForeignArray, withOurNames } from '../../src/agent/weightNames.ts';
import { fromNamedArrays, type NamedArray, toNamedArrays } from '../../src/agent/weights.ts';
import { Xoshiro128 } from '../../src/random.ts';

const nature = architecture('nature', 84, 4, 3);
const values = initialParameters(nature, new Xoshiro128(1, 'initial weights'), 'fan-in');
const ours = toNamedArrays(nature, values);

/** Our tensors under other names, in the order that files of PyTorch have: of the names. */
function renamed(arrays: readonly NamedArray[], layers: readonly string[]): NamedArray[] {
  return arrays
    .map((array, i) => ({ ...array, name: `${layers[Math.floor(i / 2)]}.${array.name.split('.')[1]}` }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

describe('names of other programs', () => {
  test.each([
    ['ours', ['conv1', 'conv2', 'conv3', 'fc1', 'out']],
    ['CleanRL', ['network.0', 'network.2', 'network.4', 'network.7', 'network.9']],
    ['two sequences', ['features.0', 'features.2', 'features.4', 'fc.0', 'fc.2']],
    ['a third', ['conv.0', 'conv.2', 'conv.4', 'fc.0', 'fc.2']],
    // The layers are not in the order of the names.
    ['names of no order', ['z', 'y', 'x', 'b', 'a']],
    [
      'Stable-Baselines3',
      [
        ...[0, 2, 4].map((i) => `q_net.features_extractor.cnn.${i}`),
        'q_net.features_extractor.linear.0',
        'q_net.q_net.0',
      ],
    ],
  ])('%s', (_, layers) => {
    const found = withOurNames(nature, renamed(ours, layers));
    expect(fromNamedArrays(nature, found)).toEqual(values);
  });

  test('a target network beside the online one is left out', () => {
    const other = toNamedArrays(nature, initialParameters(nature, new Xoshiro128(2, 'other'), 'fan-in'));
    const layers = ['0', '2', '4', '7', '9'];
    const both = [
      ...renamed(
        other,
        layers.map((layer) => `q_net_target.${layer}`),
      ),
      ...renamed(
        ours,
        layers.map((layer) => `q_net.${layer}`),
      ),
    ];
    expect(fromNamedArrays(nature, withOurNames(nature, both))).toEqual(values);
  });

  test('a duelling network without biases of its convolutions', () => {
    const shape = architecture('dueling-small', 84, 4, 6);
    const first = initialParameters(shape, new Xoshiro128(1, 'initial weights'), 'xavier');
    const foreign = toNamedArrays(shape, first).map((array) => ({
      ...array,
      name: array.name.replace(/^conv(\d)/, 'features.$1').replace('advantage', 'adv_head'),
    }));
    expect(fromNamedArrays(shape, withOurNames(shape, foreign.reverse()))).toEqual(first);
  });
});

describe('refused by name', () => {
  const foreign = renamed(ours, ['network.0', 'network.2', 'network.4', 'network.7', 'network.9']);
  const without = (name: string): NamedArray[] => foreign.filter((array) => array.name !== name);
  const bytes: ForeignArray = { name: 'network.0.weight', shape: [32, 4, 8, 8], data: new Uint8Array(8192) };

  test.each<[string, readonly ForeignArray[], string]>([
    ['no weight of the shape', without('network.4.weight'), 'no tensor is [64, 64, 3, 3], as conv3.weight must be'],
    ['no bias beside', without('network.4.bias'), 'no tensor network.4.bias is [64], as conv3.bias must be'],
    [
      'two weights',
      [...foreign, { ...foreign.find(({ name }) => name === 'network.2.weight')!, name: 'again.2.weight' }],
      'the tensors again.2.weight and network.2.weight are all [64, 32, 4, 4], as conv2.weight must be',
    ],
    [
      'one left over',
      [...foreign, { name: 'norm.weight', shape: [7], data: new Float32Array(7) }],
      'the tensor norm.weight [7] is of no layer of this network',
    ],
    ['bytes', [...without('network.0.weight'), bytes], 'no tensor is [32, 4, 8, 8], as conv1.weight must be'],
  ])('%s', (_, arrays, message) => {
    expect(() => withOurNames(nature, arrays)).toThrow(new RangeError(message));
  });

  test('the weights of another count of actions', () => {
    expect(() => withOurNames(architecture('nature', 84, 4, 6), foreign)).toThrow(
      'no tensor is [6, 512], as out.weight must be',
    );
  });
});
