/**
 * Which layers a network has, and where each of its parameters lies.
 * Leaves out: running it (network.ts).
 * Source: `nature`: Mnih et al. 2015, Methods, "Model architecture"; `nature-padded`: the same as DeepMind's code has it; `nips2013`:
 * Mnih et al. 2013, section 4.1; `dueling`: Wang et al. 2016, on the convolutions of Graetz's notebook.
 */
import { elementCount } from '../../kernels/runtime/tensor.ts';
import type { Xoshiro128 } from '../random.ts';
import type { DqnOptions, NetworkName } from './options.ts';

export interface ConvolutionLayer {
  readonly kind: 'conv';
  readonly name: string;
  readonly outputs: number;
  readonly hasBias: boolean;
  /** Side of the square kernel, stride and zero padding, pixels. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

export interface LinearLayer {
  readonly kind: 'linear';
  readonly name: string;
  readonly outputs: number;
  readonly hasBias: boolean;
  /** Files hold its weight as that of a convolution whose kernel is all of the layer's input. */
  readonly isConvolution: boolean;
}

/**
 * The head with two streams: a linear layer from the first half of its input to the state's value and one from the second half to the
 * actions' advantages, then Q = V + A - mean A (kernels/dueling.ts). Its weight is [half, 1 + actions], the value's column first.
 */
export interface DuelingLayer {
  readonly kind: 'dueling';
  readonly name: string;
  /** Actions. */
  readonly outputs: number;
}

/** Every layer but the last is followed by a ReLU. */
export type Layer = ConvolutionLayer | LinearLayer | DuelingLayer;

const conv = (name: string, outputs: number, kernel: number, stride: number, padding = 0): ConvolutionLayer => ({
  kind: 'conv',
  name,
  outputs,
  hasBias: true,
  kernel,
  stride,
  padding,
});
const convWithoutBias = (...given: Parameters<typeof conv>): ConvolutionLayer => ({
  ...conv(...given),
  hasBias: false,
});
const linear = (name: string, outputs: number): LinearLayer => ({
  kind: 'linear',
  name,
  outputs,
  hasBias: true,
  isConvolution: false,
});
/** A convolution over the whole remaining window, without a bias. */
const wholeWindow = (name: string, outputs: number): LinearLayer => ({
  kind: 'linear',
  name,
  outputs,
  hasBias: false,
  isConvolution: true,
});

const single = (actions: number): Layer => linear('out', actions);
const dueling = (actions: number): Layer => ({ kind: 'dueling', name: 'streams', outputs: actions });

/** The hidden layers, and the head for so many actions. */
const networks: Readonly<Record<NetworkName, { hidden: readonly Layer[]; head: (actions: number) => Layer }>> = {
  nature: {
    hidden: [conv('conv1', 32, 8, 4), conv('conv2', 64, 4, 2), conv('conv3', 64, 3, 1), linear('fc1', 512)],
    head: single,
  },
  'nature-padded': {
    hidden: [conv('conv1', 32, 8, 4, 1), conv('conv2', 64, 4, 2), conv('conv3', 64, 3, 1), linear('fc1', 512)],
    head: single,
  },
  nips2013: {
    hidden: [conv('conv1', 16, 8, 4), conv('conv2', 32, 4, 2), linear('fc1', 256)],
    head: single,
  },
  dueling: {
    hidden: [
      convWithoutBias('conv1', 32, 8, 4),
      convWithoutBias('conv2', 64, 4, 2),
      convWithoutBias('conv3', 64, 3, 1),
      wholeWindow('conv4', 512),
    ],
    head: dueling,
  },
  'dueling-small': {
    hidden: [convWithoutBias('conv1', 16, 8, 4), convWithoutBias('conv2', 32, 4, 2), wholeWindow('conv3', 256)],
    head: dueling,
  },
};

/** A parameter tensor inside the one buffer that holds them all. */
export interface Parameter {
  /** The layer's and what it is, for example `conv1.weight`. */
  readonly name: string;
  /** Our layout: conv [kh, kw, in, out], linear [in, out], dueling [half, 1 + actions], bias [out]. */
  readonly shape: readonly number[];
  /** Words (f32) from the start of the buffer; a multiple of `parameterAlignmentWords`. */
  readonly offset: number;
  /** Inputs that each output is a sum of. */
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
  /** A linear or dueling layer's output is [1, 1, outputs]. */
  readonly output: Extent;
  readonly weight: Parameter;
  readonly bias: Parameter | null;
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
  const { hidden, head } = networks[network];
  const all = [...hidden, head(actionCount)];
  for (const [index, layer] of all.entries()) {
    const output = outputOf(layer, extent);
    if (output[0] < 1 || output[1] < 1) {
      const needed = layer.kind === 'conv' ? layer.kernel - 2 * layer.padding : 1;
      throw new RangeError(
        `${layer.name} needs at least ${needed} x ${needed} pixels and gets ${extent[0]} x ${extent[1]}: ` +
          `an observation of ${observationSize} pixels is too small for the network '${network}'`,
      );
    }
    const { shape, biases } = weightOf(layer, extent);
    const fanIn = elementCount(shape) / (shape.at(-1) ?? 1);
    const weight = place(`${layer.name}.weight`, shape, fanIn);
    const bias = biases === 0 ? null : place(`${layer.name}.bias`, [biases], fanIn);
    layers.push({ layer, input: extent, output, weight, bias, relu: index < all.length - 1 });
    extent = output;
  }
  return { layers, parameters, words, input, actionCount };
}

function outputOf(layer: Layer, [height, width]: Extent): Extent {
  if (layer.kind !== 'conv') return [1, 1, layer.outputs];
  const side = (pixels: number) => Math.floor((pixels + 2 * layer.padding - layer.kernel) / layer.stride) + 1;
  return [side(height), side(width), layer.outputs];
}

/** A layer's weight in our layout, its outputs last, and how many biases it has. */
function weightOf(layer: Layer, [height, width, channels]: Extent): { shape: readonly number[]; biases: number } {
  const inputs = height * width * channels;
  if (layer.kind === 'dueling') return { shape: [inputs / 2, 1 + layer.outputs], biases: 1 + layer.outputs };
  const biases = layer.hasBias ? layer.outputs : 0;
  if (layer.kind === 'linear') return { shape: [inputs, layer.outputs], biases };
  return { shape: [layer.kernel, layer.kernel, channels, layer.outputs], biases };
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
 * First parameters, in the layout of the parameter buffer; the gaps are zero.
 * `fan-in`: weights and biases uniform in +-1/sqrt(fanIn), Torch's and PyTorch's default for all layers (LeCun et al., "Efficient
 * BackProp", 1998, section 4.6). `xavier`: weights uniform in +-sqrt(6 / (fanIn + fanOut)), biases 0 (Glorot and Bengio 2010, equation 16).
 */
export function initialParameters(
  { layers, words }: Architecture,
  random: Xoshiro128,
  initialisation: DqnOptions['initialisation'],
): Float32Array {
  const values = new Float32Array(words);
  const isXavier = initialisation === 'xavier';
  for (const placed of layers) {
    const { weight, bias } = placed;
    const bounds = Float64Array.from({ length: weight.shape.at(-1) ?? 0 }, (_, output) =>
      isXavier ? Math.sqrt(6 / (weight.fanIn + fanOut(placed, output))) : 1 / Math.sqrt(weight.fanIn),
    );
    for (const { shape, offset } of isXavier || bias === null ? [weight] : [weight, bias]) {
      // The outputs are the last axis of weight and bias.
      for (let i = 0; i < elementCount(shape); i++) {
        values[offset + i] = (2 * random.nextFloat() - 1) * bounds[i % bounds.length];
      }
    }
  }
  return values;
}

/** A layer's outputs times the places of its kernel; of a duelling head, those of the stream that `output` is of. */
function fanOut({ layer, input: [height, width] }: PlacedLayer, output: number): number {
  switch (layer.kind) {
    case 'conv':
      return layer.kernel ** 2 * layer.outputs;
    case 'linear':
      return (layer.isConvolution ? height * width : 1) * layer.outputs;
    case 'dueling':
      return output === 0 ? 1 : layer.outputs;
  }
}
