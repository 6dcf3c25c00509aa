/**
 * Parameters as files hold them: one array a tensor, with PyTorch's names, shapes and element order.
 * PyTorch's weight is [out, in, kh, kw], and the input of a linear layer after a convolution is in (channel, row, column) order; ours are
 * [kh, kw, in, out] and (row, column, channel), so weights are permuted here and nowhere else. The two streams of a duelling head, one
 * layer of ours, are two of theirs: `value` and `advantage`.
 * Leaves out: files whose tensors have other names (weightNames.ts).
 */
import type { Architecture, PlacedLayer } from './architecture.ts';

export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tensor of a file, and where its elements lie in our buffer. */
export interface FileTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The elements of the file: [outputs, channels, height, width], last axis fastest. Those of a bias: [outputs, 1, 1, 1]. */
  readonly extents: readonly [outputs: number, channels: number, height: number, width: number];
  /** Words: of the first element, and from an input of the layer to the next. */
  readonly offset: number;
  readonly stride: number;
}

/** The tensors of a network's file, in the order of the layers: weight, bias, weight, bias… */
export function fileTensors({ layers }: Architecture): FileTensor[] {
  return layers.flatMap(layerTensors);
}

function layerTensors({ layer, input, weight, bias }: PlacedLayer): FileTensor[] {
  const [height, width, channels] = input;
  const stride = weight.shape.at(-1) ?? 0;
  /** The columns of our weight from `first` on, and their biases. */
  const tensors = (name: string, first: number, extents: FileTensor['extents'], shape: readonly number[]) => {
    const [outputs] = extents;
    const ofWeight = { name: `${name}.weight`, shape, extents, offset: weight.offset + first, stride };
    if (bias === null) return [ofWeight];
    const offset = bias.offset + first;
    const ofBias = { name: `${name}.bias`, shape: [outputs], extents: [outputs, 1, 1, 1] as const, offset, stride };
    return [ofWeight, ofBias];
  };
  switch (layer.kind) {
    case 'conv': {
      const extents = [layer.outputs, channels, layer.kernel, layer.kernel] as const;
      return tensors(layer.name, 0, extents, extents);
    }
    case 'linear': {
      const extents = [layer.outputs, channels, height, width] as const;
      return tensors(
        layer.name,
        0,
        extents,
        layer.isConvolution ? extents : [layer.outputs, channels * height * width],
      );
    }
    case 'dueling': {
      const [half] = weight.shape;
      return [
        ...tensors('value', 0, [1, half, 1, 1], [1, half]),
        ...tensors('advantage', 1, [layer.outputs, half, 1, 1], [layer.outputs, half]),
      ];
    }
  }
}

/** Outputs that are copied at a time: the file's rows of so many stay in the cache while ours are read in order. */
const runLength = 32;

/**
 * Calls `visit` with each run of outputs of one input: words `ours`, `ours + 1`… of our buffer are elements `theirs`, `theirs + step`… of
 * the file's tensor, `count` of them.
 */
function eachRun(
  { extents, offset, stride }: FileTensor,
  visit: (ours: number, theirs: number, step: number, count: number) => void,
): void {
  const [outputs, channels, height, width] = extents;
  const places = height * width;
  const step = channels * places;
  for (let o = 0; o < outputs; o += runLength) {
    const count = Math.min(runLength, outputs - o);
    for (let c = 0; c < channels; c++)
      for (let place = 0; place < places; place++)
        visit(offset + (place * channels + c) * stride + o, o * step + c * places + place, step, count);
  }
}

/** The tensors of a parameter buffer, in the order of the layers. */
export function toNamedArrays(architecture: Architecture, values: Float32Array): NamedArray[] {
  return fileTensors(architecture).map((tensor) => {
    const { name, shape } = tensor;
    const data = new Float32Array(tensor.extents.reduce((product, extent) => product * extent, 1));
    eachRun(tensor, (ours, theirs, step, count) => {
      for (let i = 0; i < count; i++) data[theirs + i * step] = values[ours + i];
    });
    return { name, shape, data };
  });
}

/**
 * The parameter buffer that holds `arrays`; the gaps are zero.
 * Throws RangeError naming the tensor that is missing, has another shape, or is not of this network.
 */
export function fromNamedArrays(architecture: Architecture, arrays: readonly NamedArray[]): Float32Array {
  const left = new Map(arrays.map((array) => [array.name, array]));
  const values = new Float32Array(architecture.words);
  for (const tensor of fileTensors(architecture)) {
    const { name, shape } = tensor;
    const found = left.get(name);
    if (found === undefined) throw new RangeError(`the weights have no tensor ${name}`);
    if (found.shape.join() !== shape.join()) {
      throw new RangeError(`the tensor ${name} is [${found.shape.join(', ')}] and must be [${shape.join(', ')}]`);
    }
    left.delete(name);
    eachRun(tensor, (ours, theirs, step, count) => {
      for (let i = 0; i < count; i++) values[ours + i] = found.data[theirs + i * step];
    });
  }
  const [stranger] = left.keys();
  if (stranger !== undefined) throw new RangeError(`the weights have a tensor ${stranger} that this network does not`);
  return values;
}
