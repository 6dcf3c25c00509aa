/**
 * Parameters as files hold them: one array a tensor, with PyTorch's names, shapes and element order.
 * PyTorch's convolution weight is [out, in, kh, kw] and its flattened convolution output is in (channel, row, column) order; ours are
 * [kh, kw, in, out] and (row, column, channel), so `conv*.weight` and `fc1.weight` are permuted here and nowhere else.
 */
import { elementCount } from '../../kernels/runtime/tensor.ts';
import type { Architecture, PlacedLayer } from './architecture.ts';

export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Calls `visit(ours, theirs)` with the index of each weight in our order and in PyTorch's. */
function eachWeight({ layer, input, weight }: PlacedLayer, visit: (ours: number, theirs: number) => void): void {
  const [height, width, channels] = input;
  if (layer.kind === 'conv') {
    const [kernelHeight, kernelWidth, inputs, outputs] = weight.shape;
    let ours = 0;
    for (let y = 0; y < kernelHeight; y++)
      for (let x = 0; x < kernelWidth; x++)
        for (let c = 0; c < inputs; c++)
          for (let o = 0; o < outputs; o++) visit(ours++, ((o * inputs + c) * kernelHeight + y) * kernelWidth + x);
  } else {
    const [inputs, outputs] = weight.shape;
    let ours = 0;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++)
          for (let o = 0; o < outputs; o++) visit(ours++, o * inputs + (c * height + y) * width + x);
  }
}

/** Shape of a layer's weight as PyTorch has it. */
function theirShape({ layer, weight }: PlacedLayer): number[] {
  const [first, second, inputs, outputs] = weight.shape;
  return layer.kind === 'conv' ? [outputs, inputs, first, second] : [second, first];
}

/** The tensors of a parameter buffer, in the order of the layers: weight, bias, weight, bias… */
export function toNamedArrays(architecture: Architecture, values: Float32Array): NamedArray[] {
  const arrays: NamedArray[] = [];
  for (const placed of architecture.layers) {
    const { weight, bias } = placed;
    const data = new Float32Array(elementCount(weight.shape));
    eachWeight(placed, (ours, theirs) => {
      data[theirs] = values[weight.offset + ours];
    });
    arrays.push({ name: weight.name, shape: theirShape(placed), data });
    const end = bias.offset + elementCount(bias.shape);
    arrays.push({ name: bias.name, shape: bias.shape, data: values.slice(bias.offset, end) });
  }
  return arrays;
}

/**
 * The parameter buffer that holds `arrays`; the gaps are zero.
 * Throws RangeError naming the tensor that is missing, has another shape, or is not of this network.
 */
export function fromNamedArrays(architecture: Architecture, arrays: readonly NamedArray[]): Float32Array {
  const left = new Map(arrays.map((array) => [array.name, array]));
  const take = (name: string, shape: readonly number[]): Float32Array => {
    const found = left.get(name);
    if (found === undefined) throw new RangeError(`the weights have no tensor ${name}`);
    if (found.shape.join() !== shape.join()) {
      throw new RangeError(`the tensor ${name} is [${found.shape.join(', ')}] and must be [${shape.join(', ')}]`);
    }
    left.delete(name);
    return found.data;
  };
  const values = new Float32Array(architecture.words);
  for (const placed of architecture.layers) {
    const { weight, bias } = placed;
    const weights = take(weight.name, theirShape(placed));
    eachWeight(placed, (ours, theirs) => {
      values[weight.offset + ours] = weights[theirs];
    });
    values.set(take(bias.name, bias.shape), bias.offset);
  }
  const [stranger] = left.keys();
  if (stranger !== undefined) throw new RangeError(`the weights have a tensor ${stranger} that this network does not`);
  return values;
}
