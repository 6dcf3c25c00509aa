/** safetensors files against a reader of its own, written here from the format's page, and against damaged files. */
import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../../src/agent/safetensors.ts';
import { hashTensors } from '../../src/run/tensorHash.ts';
import { readIndependently } from '../support/safetensorsReader.ts';

const names = ['conv1.weight', 'conv1.bias', 'history.frames'];
const tensors: StoredTensor[] = [
  { name: names[0], shape: [2, 1, 3, 1], data: new Float32Array([1, -2, 3.5, Number.NaN, -0, Number.MAX_VALUE]) },
  { name: names[1], shape: [1], data: new Float32Array([1e-45]) },
  { name: names[2], shape: [5], data: new Uint8Array([0, 255, 1, 254, 7]) },
];

function fileOf(chunks: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(chunks));
}

describe('written', () => {
  const {
    tensors: read,
    metadata,
    dataStart,
    data,
  } = readIndependently(fileOf(encodeSafetensors({ tensors, metadata: { format: 'pt' } })));

  test('an independent reader finds names, types, shapes and values', () => {
    expect(read.map(({ name }) => name)).toEqual(names);
    expect(read.map(({ dtype }) => dtype)).toEqual(['F32', 'F32', 'U8']);
    for (const [i, { shape, values }] of read.entries()) {
      expect(shape).toEqual([...tensors[i].shape]);
      expect(values).toEqual([...tensors[i].data]);
    }
    expect(metadata).toEqual({ format: 'pt' });
  });

  test('the data begins at a multiple of 8', () => expect(dataStart % 8).toBe(0));

  test('the hash is that of the data part', () => {
    expect(hashTensors(tensors)).toBe(createHash('sha256').update(data).digest('hex'));
  });
});

test('what is written is read, bit for bit', () => {
  const tensor = fc.record({
    name: fc.string({ minLength: 1, maxLength: 20 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
    words: fc.uint8Array({ maxLength: 40 }).map((bytes) => bytes.slice(0, bytes.length & ~3)),
    float: fc.boolean(),
  });
  const list = fc.uniqueArray(tensor, { maxLength: 6, selector: ({ name }) => name });
  fc.assert(
    fc.property(list, (drawn) => {
      const given: StoredTensor[] = drawn.map(({ name, words, float }) => {
        const data = float ? new Float32Array(words.slice().buffer) : words;
        return { name, shape: [data.length], data };
      });
      const back = decodeSafetensors(fileOf(encodeSafetensors({ tensors: given, metadata: {} })));
      // Names that look like array indices come first in any JSON object; order is not part of the format.
      const byName = new Map(back.tensors.map((one) => [one.name, one]));
      expect(byName.size).toBe(given.length);
      for (const { name, shape, data } of given) {
        const found = byName.get(name)!;
        expect(found.shape).toEqual([...shape]);
        expect(Buffer.compare(Buffer.from(found.data.buffer), Buffer.from(data.buffer))).toBe(0);
      }
    }),
  );
});

describe("other programs' types", () => {
  /** A file of one tensor. */
  function fileWith(dtype: string, bytes: readonly number[], count: number): Uint8Array {
    const json = JSON.stringify({ w: { dtype, shape: [count], data_offsets: [0, bytes.length] } });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return new Uint8Array(Buffer.concat([length, Buffer.from(json), Uint8Array.from(bytes)]));
  }

  test.each([
    // 1, -2, the largest finite, the smallest above 0, and infinity, by their bits, little-endian.
    [
      'F16',
      [0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x7c],
      [1, -2, 65504, 2 ** -24, Number.POSITIVE_INFINITY],
    ],
    [
      'BF16',
      [0x80, 0x3f, 0x00, 0xc0, 0x7f, 0x7f, 0x01, 0x00, 0x80, 0x7f],
      [1, -2, 255 * 2 ** 120, 2 ** -133, Number.POSITIVE_INFINITY],
    ],
    ['F64', [...new Uint8Array(Float64Array.of(1, -2, 0.1).buffer)], [1, -2, Math.fround(0.1)]],
  ] as const)('%s becomes f32', (dtype, bytes, values) => {
    const [{ data }] = decodeSafetensors(fileWith(dtype, bytes, values.length)).tensors;
    expect(data).toEqual(Float32Array.from(values));
  });

  test.each(['I64', 'F8_E4M3', 'constructor'])('%s is refused in one line', (dtype) => {
    expect(() => decodeSafetensors(fileWith(dtype, [0, 0, 0, 0, 0, 0, 0, 0], 1))).toThrow(
      new RangeError(`the tensor w is of type ${dtype}; known are F64, F32, F16, BF16, U8`),
    );
  });
});

describe('damaged files are refused', () => {
  const whole = fileOf(encodeSafetensors({ tensors, metadata: {} }));

  test('cut off anywhere', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.slice(0, length))).toThrow(RangeError);
    }
  });

  test.each(['null', '7', '{"w":null}', '{"w":{}}', '{"w":{"dtype":"U8","shape":[-1],"data_offsets":[0,-1]}}'])(
    'the header %s',
    (json) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      expect(() => decodeSafetensors(Buffer.concat([length, Buffer.from(json)]))).toThrow(RangeError);
    },
  );

  test.each([
    ['a header length beyond the file', (bytes: Uint8Array) => bytes.fill(0x7f, 4, 8)],
    ['a header that is no JSON', (bytes: Uint8Array) => bytes.fill(0x7b, 8, 12)],
    ['an unknown type', (bytes: Uint8Array) => bytes.set(Buffer.from('I32'), Buffer.from(bytes).indexOf('F32'))],
  ])('%s', (_, damage) => {
    const bytes = whole.slice();
    damage(bytes);
    expect(() => decodeSafetensors(bytes)).toThrow(RangeError);
  });
});
