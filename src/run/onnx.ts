/**
 * A network as an ONNX file, whole: frames in, Q values out. Any ONNX runtime plays by it: no code of this project is needed.
 *   states  f32 [batch, stack, height, width]: luminances of 0 to 255, the oldest frame first
 *   values  f32 [batch, actions]: Q of each action
 * Leaves out: preprocessing (src/env), training.
 * Source: https://onnx.ai/onnx/operators, operator set 13.
 */
import type { Architecture, PlacedLayer } from '../agent/architecture.ts';
import type { NamedArray } from '../agent/weights.ts';
import { encodeModel } from './onnxSchema.ts';

/** Of 2020: read by every runtime since. */
const operatorSet = 13;
/** The file format's version that came with it. */
const irVersion = 7;
/** TensorProto.DataType and AttributeProto.AttributeType. */
const floatType = 1;
const [intAttribute, intsAttribute] = [2, 7];

type Attributes = Readonly<Record<string, number | readonly number[]>>;

/**
 * The file. `weights` are the network's, under our names (src/agent/weights.ts); `metadata` stands in the model's properties.
 */
export function encodeOnnx(
  { layers, input, actionCount }: Architecture,
  weights: readonly NamedArray[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const [height, width, stack] = input;
  const nodes = [node('Mul', ['states', 'scale'], ['scaled'])];
  let last = 'scaled';
  let hasPixels = true;
  for (const [index, placed] of layers.entries()) {
    if (hasPixels && kernelOf(placed) === undefined) {
      nodes.push(node('Flatten', [last], ['features'], { axis: 1 }));
      last = 'features';
      hasPixels = false;
    }
    const output = index === layers.length - 1 ? 'values' : placed.layer.name;
    nodes.push(...layerNodes(placed, last, output));
    last = output;
    if (placed.relu) {
      last = `${output}.relu`;
      nodes.push(node('Relu', [output], [last]));
    }
  }
  return encodeModel({
    irVersion,
    opsetImport: [{ domain: '', version: operatorSet }],
    producerName: 'wgsl-dqn',
    docString: 'Q values of the actions, from frames of luminances of 0 to 255, the oldest first.',
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'dqn',
      node: nodes,
      initializer: [
        // As the kernels have it: the f32 nearest 1 / 255.
        tensor('scale', [], Float32Array.of(1 / 255)),
        ...weights.map(({ name, shape, data }) => tensor(name, shape, data)),
      ],
      input: [valueInfo('states', ['batch', stack, height, width])],
      output: [valueInfo('values', ['batch', actionCount])],
    },
  });
}

function layerNodes(placed: PlacedLayer, from: string, to: string): Node[] {
  const { layer, bias } = placed;
  if (layer.kind === 'dueling') {
    return [
      node('Split', [from], ['value.features', 'advantage.features'], { axis: 1 }),
      node('Gemm', ['value.features', 'value.weight', 'value.bias'], ['value'], { transB: 1 }),
      node('Gemm', ['advantage.features', 'advantage.weight', 'advantage.bias'], ['advantage'], { transB: 1 }),
      node('ReduceMean', ['advantage'], ['advantage.mean'], { axes: [1], keepdims: 1 }),
      node('Sub', ['advantage', 'advantage.mean'], ['advantage.centred']),
      node('Add', ['advantage.centred', 'value'], [to]),
    ];
  }
  const inputs = [from, `${layer.name}.weight`, ...(bias === null ? [] : [`${layer.name}.bias`])];
  const kernel = kernelOf(placed);
  return [kernel === undefined ? node('Gemm', inputs, [to], { transB: 1 }) : node('Conv', inputs, [to], kernel)];
}

/** A convolution's attributes; undefined for what is none. */
function kernelOf({ layer, input: [height, width] }: PlacedLayer): Attributes | undefined {
  if (layer.kind === 'linear' && layer.isConvolution) return { kernel_shape: [height, width] };
  if (layer.kind !== 'conv') return undefined;
  const { kernel, stride, padding } = layer;
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [padding, padding, padding, padding] };
}

type Node = ReturnType<typeof node>;

function node(opType: string, input: readonly string[], output: readonly string[], attributes: Attributes = {}) {
  const attribute = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number' ? { name, type: intAttribute, i: value } : { name, type: intsAttribute, ints: value },
  );
  return { opType, name: output[0], input, output, attribute };
}

function tensor(name: string, dims: readonly number[], data: Float32Array) {
  return { name, dims, dataType: floatType, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** A dimension is a number, or a name where it may be any. */
function valueInfo(name: string, extents: readonly (number | string)[]) {
  const dim = extents.map((extent) => (typeof extent === 'number' ? { dimValue: extent } : { dimParam: extent }));
  return { name, type: { tensorType: { elemType: floatType, shape: { dim } } } };
}
