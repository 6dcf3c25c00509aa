/**
 * The Nature network as an ONNX file: bytes [batch, 4, 84, 84] in, greedy actions out.
 * Source: https://github.com/onnx/onnx, onnx.proto (ModelProto and what it holds); field numbers stand beside their names.
 */
import { actionCount, type Fixture, side, stack } from '../work.ts';

const floatType = 1;
const byteType = 2;
const int64Type = 7;
const irVersion = 8;
const operatorSet = 17;

/** A field of a protocol buffer: varints as numbers, everything else as bytes with their length. */
function field(number: number, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === 'number') return Uint8Array.from([...varint(number << 3), ...varint(value)]);
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return joined([Uint8Array.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 128);
  }
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** AttributeProto: an integer (3, type 2) or integers (8, type 7). */
function attribute(name: string, value: number | readonly number[]): Uint8Array {
  const values =
    typeof value === 'number'
      ? [field(3, value), field(20, 2)]
      : [...value.map((each) => field(8, each)), field(20, 7)];
  return field(5, joined([field(1, name), ...values]));
}

/** NodeProto in a graph: inputs (1), output (2), operator (4), attributes (5). */
function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly Uint8Array[] = [],
): Uint8Array {
  return field(
    1,
    joined([...inputs.map((input) => field(1, input)), field(2, output), field(4, operator), ...attributes]),
  );
}

/** TensorProto in a graph: extents (1), type (2), name (8), data (9). */
function constant(name: string, shape: readonly number[], data: Float32Array): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return field(
    5,
    joined([...shape.map((extent) => field(1, extent)), field(2, floatType), field(8, name), field(9, bytes)]),
  );
}

/** ValueInfoProto: name (1), type (2) of a tensor (1) with element type (1) and shape (2) of dimensions (1) by value or by name. */
function valueInfo(name: string, type: number, shape: readonly (number | string)[]): Uint8Array {
  const dimensions = shape.map((extent) => field(1, typeof extent === 'number' ? field(1, extent) : field(2, extent)));
  const tensor = joined([field(1, type), field(2, joined(dimensions))]);
  return joined([field(1, name), field(2, field(1, tensor))]);
}

/** ModelProto: version (1), graph (7), operators (8). GraphProto: nodes (1), name (2), constants (5), inputs (11), outputs (12). */
export function onnxModel(weights: Fixture['online']): Uint8Array {
  const convolution = (layer: number, stride: number, input: string): Uint8Array[] => [
    node('Conv', [input, `conv${layer}.weight`, `conv${layer}.bias`], `conv${layer}`, [
      attribute('strides', [stride, stride]),
    ]),
    node('Relu', [`conv${layer}`], `relu${layer}`),
  ];
  const transposed = [attribute('transB', 1)];
  const graph = joined([
    node('Cast', ['states'], 'bytes', [attribute('to', floatType)]),
    node('Mul', ['bytes', 'scale'], 'scaled'),
    ...convolution(1, 4, 'scaled'),
    ...convolution(2, 2, 'relu1'),
    ...convolution(3, 1, 'relu2'),
    node('Flatten', ['relu3'], 'flat'),
    node('Gemm', ['flat', 'fc1.weight', 'fc1.bias'], 'fc1', transposed),
    node('Relu', ['fc1'], 'relu4'),
    node('Gemm', ['relu4', 'out.weight', 'out.bias'], 'values', transposed),
    node('ArgMax', ['values'], 'actions', [attribute('axis', 1), attribute('keepdims', 0)]),
    field(2, `nature-${actionCount}`),
    ...weights.map(({ name, shape, data }) => constant(name, shape, data)),
    constant('scale', [], Float32Array.of(1 / 255)),
    field(11, valueInfo('states', byteType, ['batch', stack, side, side])),
    field(12, valueInfo('actions', int64Type, ['batch'])),
  ]);
  const operators = joined([field(1, ''), field(2, operatorSet)]);
  return joined([field(1, irVersion), field(7, graph), field(8, operators)]);
}
