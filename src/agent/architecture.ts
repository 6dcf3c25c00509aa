/**
 * Which layers a network has, and where each of its parameters lies.
 * Leaves out: running it (network.ts).
 * Source: `nature`: Mnih et al. 2015, Methods, "Model architecture"; `nips2013`: Mnih et al. 2013, section 4.1.
 */
import { elementCount } from '../../kernels/runtime/tensor.ts';
import type { Xoshiro128 } from '../random.ts';

export interface ConvolutionLayer {
  readonly kind: 'conv';
  readonly name: string;
  readonly outputs: number;
  /** Side of the square kernel, stride and zero padding, pixels. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

export interface LinearLayer {
  readonly kind: 'linear';
  readonly name: string;
  readonly outputs: number;
}

/** Every layer but the last is followed by a ReLU. */
export type Layer = ConvolutionLayer | LinearLayer;

export type NetworkName = 'nature' | 'nips2013';

const conv = (name: string, outputs: number, kernel: number, stride: number): ConvolutionLayer => ({
  kind: 'conv',
  name,
  outputs,
  kernel,
  stride,
  padding: 0,
});
const linear = (name: string, outputs: number): LinearLayer => ({ kind: 'linear', name, outputs });

/** The hidden layers; a linear layer with one output an action follows. */
const hiddenLayers: Readonly<Record<NetworkName, readonly Layer[]>> = {
  nature: [conv('conv1', 32, 8, 4), conv('conv2', 64, 4, 2), conv('conv3', 64, 3, 1), linear('fc1', 512)],
  nips2013: [conv('conv1', 16, 8, 4), conv('conv2', 32, 4, 2), linear('fc1', 256)],
};

/** A parameter tensor inside the one buffer that holds them all. */
export interface Parameter {
  /** PyTorch's name, for example `conv1.weight`. */
  readonly name: string;
  /** Our layout: conv [kh, kw, in, out], linear [in, out], bias [out]. */
  readonly shape: readonly number[];
  /** Words (f32) from the start of the buffer; a multiple of `parameterAlignmentWords`. */
  readonly offset: number;
  readonly fanIn: number;
}

/** A parameter tensor, or a stretch of the buffer with several. */
export type ParameterRange = Pick<Parameter, 'name' | 'shape' | 'offset'>;

/** Words; 256 bytes, WebGPU's `minStorageBufferOffsetAlignment`. */
const parameterAlignmentWords = 64;

/** Height, width and channels of an activation of one sample. */
export type Extent = readonly [height: number, width: number, channels: number];

export interface PlacedLayer {
  readonly layer: Layer;
  readonly input: Extent;
  /** A linear layer's output is [1, 1, outputs]. */
  readonly output: Extent;
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly relu: boolean;
}

export interface Architecture {
  readonly layers: readonly PlacedLayer[];
  readonly parameters: readonly Parameter[];
  /** Words of the parameter buffer, alignment gaps included. */
  readonly words: number;
  readonly input: Extent;
  readonly actionCount: number;
}

/**
 * Lays out the named network for states of `stack` frames of `observationSize` x `observationSize` pixels.
 * Throws RangeError when the observation is too small for the convolutions.
 */
export function architecture(
  network: NetworkName,
  observationSize: number,
  stack: number,
  actionCount: number,
): Architecture {
  const layers: PlacedLayer[] = [];
  const parameters: Parameter[] = [];
  let words = 0;
  const place = (name: string, shape: readonly number[], fanIn: number): Parameter => {
    const parameter: Parameter = { name, shape, offset: words, fanIn };
    const count = elementCount(shape);
    words += Math.ceil(count / parameterAlignmentWords) * parameterAlignmentWords;
    parameters.push(parameter);
    return parameter;
  };

  const input: Extent = [observationSize, observationSize, stack];
  let extent = input;
  const all = [...hiddenLayers[network], linear('out', actionCount)];
  for (const [index, layer] of all.entries()) {
    const [height, width, channels] = extent;
    let output: Extent;
    let weightShape: readonly number[];
    let fanIn: number;
    if (layer.kind === 'conv') {
      const side = (pixels: number) => Math.floor((pixels + 2 * layer.padding - layer.kernel) / layer.stride) + 1;
      output = [side(height), side(width), layer.outputs];
      if (output[0] < 1 || output[1] < 1) {
        throw new RangeError(
          `${layer.name} needs at least ${layer.kernel} x ${layer.kernel} pixels and gets ${height} x ${width}: ` +
            `an observation of ${observationSize} pixels is too small for the network '${network}'`,
        );
      }
      weightShape = [layer.kernel, layer.kernel, channels, layer.outputs];
      fanIn = layer.kernel * layer.kernel * channels;
    } else {
      output = [1, 1, layer.outputs];
      fanIn = height * width * channels;
      weightShape = [fanIn, layer.outputs];
    }
    const weight = place(`${layer.name}.weight`, weightShape, fanIn);
    const bias = place(`${layer.name}.bias`, [layer.outputs], fanIn);
    layers.push({ layer, input: extent, output, weight, bias, relu: index < all.length - 1 });
    extent = output;
  }
  return { layers, parameters, words, input, actionCount };
}

/** The parameter buffer without these tensors: what lies before, between and after them. */
export function rangesWithout({ parameters, words }: Architecture, without: readonly Parameter[]): ParameterRange[] {
  const ranges: ParameterRange[] = [];
  let start = 0;
  const endAt = (end: number): void => {
    if (end > start) ranges.push({ name: `words ${start} to ${end}`, shape: [end - start], offset: start });
  };
  for (const [index, parameter] of parameters.entries()) {
    if (!without.includes(parameter)) continue;
    endAt(parameter.offset);
    start = parameters[index + 1]?.offset ?? words;
  }
  endAt(words);
  return ranges;
}

/**
 * Weights and biases uniform in +-1/sqrt(fanIn), in the layout of the parameter buffer; the gaps are zero.
 * Source: Torch's and PyTorch's default for both layer kinds (LeCun et al., "Efficient BackProp", 1998, section 4.6).
 */
export function initialParameters(architecture: Architecture, random: Xoshiro128): Float32Array {
  const values = new Float32Array(architecture.words);
  for (const { shape, offset, fanIn } of architecture.parameters) {
    const bound = 1 / Math.sqrt(fanIn);
    const end = offset + elementCount(shape);
    for (let i = offset; i < end; i++) values[i] = (2 * random.nextFloat() - 1) * bound;
  }
  return values;
}
