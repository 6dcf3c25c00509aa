/**
 * The work that all peers do, from the same weights on the same batch: sizes, settings, and the file that they read both from.
 * Leaves out: what is right (check.ts), doing it (ours.ts, adapters/, pytorch.py).
 */
import { type Architecture, architecture, initialParameters } from '../../src/agent/architecture.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/agent/safetensors.ts';
import { fromNamedArrays, type NamedArray, toNamedArrays } from '../../src/agent/weights.ts';
import { Xoshiro128 } from '../../src/random.ts';

export const batchSize = 32;
export const side = 84;
export const stack = 4;
export const actionCount = 6;

/** w -= learningRate g / (sqrt(s) + epsilon), s = decay s + (1 - decay) g^2. The large epsilon keeps the step smooth where g is near 0. */
export const settings = { discount: 0.99, learningRate: 2.5e-4, decay: 0.95, epsilon: 0.01 } as const;

export const nature: Architecture = architecture('nature', side, stack, actionCount);

/**
 * On the agent's initial parameters, so that the states have different greedy actions: a signal keeps its size through the ReLUs
 * (sqrt(6): He et al. 2015), and biases, which are the same for all states, count for little.
 */
const weightScale = Math.sqrt(6);
const biasScale = 0.2;

/** States as bytes, [batch][stack][side][side]; a next state's first frames are the state's last ones. */
export interface Fixture {
  /** Of both networks, by PyTorch's names and in its layout. */
  readonly online: readonly NamedArray[];
  readonly target: readonly NamedArray[];
  readonly state: Uint8Array;
  readonly nextState: Uint8Array;
  readonly actions: Uint8Array;
  readonly rewards: Float32Array;
  readonly terminals: Float32Array;
}

/** The fixture of a seed; every run has the same. */
export function createFixture(seed = 1): Fixture {
  const random = new Xoshiro128(seed, 'peers');
  const weights = (): NamedArray[] =>
    toNamedArrays(nature, initialParameters(nature, random, 'fan-in')).map(({ name, shape, data }) => {
      const scale = name.endsWith('.bias') ? biasScale : weightScale;
      return { name, shape, data: data.map((value) => scale * value) };
    });
  const frameBytes = side * side;
  const state = new Uint8Array(batchSize * stack * frameBytes);
  const nextState = new Uint8Array(state.length);
  for (let sample = 0; sample < batchSize; sample++) {
    const at = sample * stack * frameBytes;
    const frames = blockFrames(random);
    state.set(frames.subarray(0, stack * frameBytes), at);
    nextState.set(frames.subarray(frameBytes), at);
  }
  const each = (value: (sample: number) => number) => Array.from({ length: batchSize }, (_, sample) => value(sample));
  return {
    online: weights(),
    target: weights(),
    state,
    nextState,
    actions: Uint8Array.from(each(() => Math.floor(actionCount * random.nextFloat()))),
    // Errors on both sides of the Huber loss's bend, at 1.
    rewards: Float32Array.from(each((sample) => [-2, -0.5, 0, 0.5, 2][sample % 5])),
    terminals: Float32Array.from(each((sample) => (sample % 7 === 3 ? 1 : 0))),
  };
}

/** Frames of 7 x 7 blocks, most of them black: states that differ enough for their greedy actions to differ. */
function blockFrames(random: Xoshiro128): Uint8Array {
  const block = side / 7;
  const frames = new Uint8Array((stack + 1) * side * side);
  for (let frame = 0; frame <= stack; frame++) {
    const levels = Array.from({ length: 49 }, () => Math.max(0, Math.floor(3072 * random.nextFloat()) - 2816));
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++)
        frames[(frame * side + y) * side + x] = levels[7 * Math.floor(y / block) + Math.floor(x / block)];
    }
  }
  return frames;
}

/** The fixture as a safetensors file: `online.conv1.weight` …, `target.…`, `state`, `nextState`, `actions`, `rewards`, `terminals`. */
export function encodeFixture({ online, target, ...batch }: Fixture): Uint8Array {
  const named = (network: string, arrays: readonly NamedArray[]) =>
    arrays.map((array) => ({ ...array, name: `${network}.${array.name}` }));
  const frames = [batchSize, stack, side, side];
  const tensors = [
    ...named('online', online),
    ...named('target', target),
    ...Object.entries(batch).map(([name, data]) => ({
      name,
      shape: data.length === batchSize ? [batchSize] : frames,
      data,
    })),
  ];
  return new Uint8Array(Buffer.concat(encodeSafetensors({ tensors, metadata: {} })));
}

export function decodeFixture(bytes: Uint8Array): Fixture {
  const { tensors } = decodeSafetensors(bytes);
  const network = (prefix: string): NamedArray[] =>
    tensors.flatMap(({ name, shape, data }) =>
      name.startsWith(`${prefix}.`) ? [{ name: name.slice(prefix.length + 1), shape, data: data as Float32Array }] : [],
    );
  const data = <Kind extends Uint8Array | Float32Array>(wanted: string) =>
    tensors.find(({ name }) => name === wanted)!.data as Kind;
  return {
    online: network('online'),
    target: network('target'),
    state: data('state'),
    nextState: data('nextState'),
    actions: data('actions'),
    rewards: data('rewards'),
    terminals: data('terminals'),
  };
}

/** Weights in PyTorch's layout, one tensor after the other: what a peer hands back after its update. */
export function flatWeights(arrays: readonly NamedArray[]): Float32Array {
  const flat = new Float32Array(arrays.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of arrays) {
    flat.set(data, at);
    at += data.length;
  }
  return flat;
}

/** The parameter buffer of this project for these weights. */
export function parameterBuffer(arrays: readonly NamedArray[]): Float32Array {
  return fromNamedArrays(nature, arrays);
}

/** A parameter of the buffer, in the layout of this project and of TensorFlow: convolution [kh, kw, in, out], linear [in, out]. */
export function tensorsOfBuffer(buffer: Float32Array): NamedArray[] {
  return nature.parameters.map(({ name, shape, offset }) => ({
    name,
    shape,
    data: buffer.slice(offset, offset + shape.reduce((product, extent) => product * extent, 1)),
  }));
}

/** The inverse of `tensorsOfBuffer`, in PyTorch's layout. */
export function weightsOfTensors(tensors: readonly Float32Array[]): NamedArray[] {
  const buffer = new Float32Array(nature.words);
  for (const [index, { offset }] of nature.parameters.entries()) buffer.set(tensors[index], offset);
  return toNamedArrays(nature, buffer);
}

/** [batch][stack][pixels] to [batch][pixels][stack], which TensorFlow wants. */
export function channelsLast(states: Uint8Array): Uint8Array {
  const pixels = side * side;
  const output = new Uint8Array(states.length);
  for (let sample = 0; sample < states.length; sample += stack * pixels) {
    for (let channel = 0; channel < stack; channel++) {
      for (let pixel = 0; pixel < pixels; pixel++)
        output[sample + pixel * stack + channel] = states[sample + channel * pixels + pixel];
    }
  }
  return output;
}

export const stateBytes = stack * side * side;
