/**
 * What is right, in f64, and whether a peer's answers are: only then is its speed worth measuring.
 */
import { conv2dForwardReference } from '../../kernels/conv2d.ref.ts';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import { linearForwardReference } from '../../kernels/linear.ref.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import { createReplayBatch, type ReplayBatch } from '../../src/agent/replayMemory.ts';
import { toNamedArrays } from '../../src/agent/weights.ts';
import { plainAgent } from '../../tests/support/options.ts';
import { ReferenceLearner } from '../../tests/support/referenceLearner.ts';
import type { Answers } from './protocol.ts';
import {
  actionCount,
  batchSize,
  type Fixture,
  flatWeights,
  nature,
  parameterBuffer,
  settings,
  side,
  stack,
  stateBytes,
} from './work.ts';

/** Of the mean loss, relative. Sums of up to 3,136 products in f32 differ from f64 by some 1e-6. */
export const lossTolerance = 1e-4;
/**
 * Of each parameter tensor's step: the Euclidean length of the difference over that of the right step. A weight of 0.05 is rounded
 * to some 2e-9 where a step is 1e-7 to 1e-5 long; a wrong gradient, epsilon or layout is off by some 1.
 */
export const stepTolerance = 0.01;

/** The options of the work, as the agent has them. */
export const options: DqnOptions = {
  ...plainAgent,
  network: 'nature',
  observationSize: side,
  stack,
  discount: settings.discount,
  batchSize,
  optimiser: 'rmsprop',
  learningRate: settings.learningRate,
  rmspropDecay: settings.decay,
  optimiserEpsilon: settings.epsilon,
};

/** The fixture's batch as the replay memory hands it out: each frame once. */
export function replayBatch({ state, nextState, actions, rewards, terminals }: Fixture): ReplayBatch {
  const frameBytes = side * side;
  const frames = new Uint8Array(batchSize * (stack + 1) * frameBytes);
  const stateIndices = new Uint32Array(batchSize * stack);
  const nextStateIndices = new Uint32Array(batchSize * stack);
  for (let sample = 0; sample < batchSize; sample++) {
    const end = (sample + 1) * stateBytes;
    frames.set(state.subarray(sample * stateBytes, end), sample * (stack + 1) * frameBytes);
    frames.set(nextState.subarray(end - frameBytes, end), (sample * (stack + 1) + stack) * frameBytes);
    for (let age = 0; age < stack; age++) {
      stateIndices[sample * stack + age] = sample * (stack + 1) + age;
      nextStateIndices[sample * stack + age] = sample * (stack + 1) + age + 1;
    }
  }
  const empty = createReplayBatch(batchSize, stack, 0);
  const discounts = new Float32Array(batchSize).fill(settings.discount);
  const indices = { stateIndices, nextStateIndices };
  return { ...empty, frames, ...indices, actions: Uint32Array.from(actions), rewards, terminals, discounts };
}

/** What a peer must answer. */
export interface Expected {
  readonly loss: number;
  /** The action of largest value in each state, before the update. */
  readonly actions: readonly number[];
  /** In PyTorch's layout, after one update. */
  readonly weights: readonly { readonly name: string; readonly before: Float32Array; readonly after: Float32Array }[];
}

/** Computed by the kernels' f64 references; takes some seconds. */
export function expectedAnswers(fixture: Fixture): Expected {
  const before = parameterBuffer(fixture.online);
  const reference = new ReferenceLearner(nature, options, before);
  reference.target.set(parameterBuffer(fixture.target));
  const batch = replayBatch(fixture);
  const actions = greedyActions(reference.online, batch);
  const { loss } = reference.update(batch);
  // Steps are far smaller than weights: what is compared is the step, from weights that f32 holds exactly.
  const after = toNamedArrays(nature, Float32Array.from(reference.online));
  return {
    loss,
    actions,
    weights: fixture.online.map(({ name, data }, index) => ({ name, before: data, after: after[index].data })),
  };
}

function greedyActions(parameters: Float64Array, { frames, stateIndices }: ReplayBatch): number[] {
  let x: ArrayLike<number> = framesStackReference(frames, stateIndices, side * side, stack);
  for (const { layer, input, weight, bias, relu } of nature.layers) {
    const [height, width, inputs] = input;
    const weights = parameters.subarray(weight.offset);
    const biases = bias === null ? new Float64Array(weight.shape.at(-1)!) : parameters.subarray(bias.offset);
    if (layer.kind === 'conv') {
      const { kernel, stride, padding, outputs } = layer;
      const kernelSize = { kernelHeight: kernel, kernelWidth: kernel };
      const shape = { batch: batchSize, height, width, inputs, outputs, ...kernelSize, stride, padding };
      x = conv2dForwardReference(shape, x, weights, biases, relu);
    } else {
      const shape = { batch: batchSize, inputs: height * width * inputs, outputs: layer.outputs };
      x = linearForwardReference(shape, x, weights, biases, relu);
    }
  }
  const values = Array.from(x);
  return Array.from({ length: batchSize }, (_, sample) => {
    const row = values.slice(sample * actionCount, (sample + 1) * actionCount);
    return row.indexOf(Math.max(...row));
  });
}

/** What is wrong with the answers, one line; undefined where nothing is. NaN is wrong. */
export function wrongIn(answers: Answers, expected: Expected): string | undefined {
  const { loss, actions, action, weights } = answers;
  if (actions.join() !== expected.actions.join()) return 'forward of 32 gives other actions';
  if (action !== expected.actions[0]) return `forward of 1 gives the action ${action}, not ${expected.actions[0]}`;
  if (loss === undefined || weights === undefined) return undefined;
  if (!(Math.abs(loss - expected.loss) <= lossTolerance * Math.abs(expected.loss))) {
    return `the loss is ${loss}, not ${expected.loss}`;
  }
  const count = flatWeights(expected.weights.map(({ name, after }) => ({ name, shape: [], data: after }))).length;
  if (weights.length !== count) return `one update gives ${weights.length} weights, not ${count}`;
  let at = 0;
  for (const { name, before, after } of expected.weights) {
    const error = stepError(before, after, weights.subarray(at, at + after.length));
    if (!(error <= stepTolerance))
      return `one update's step of ${name} is off by ${error.toPrecision(2)} of its length`;
    at += after.length;
  }
  return undefined;
}

function stepError(before: Float32Array, after: Float32Array, theirs: Float32Array): number {
  let difference = 0;
  let length = 0;
  for (let i = 0; i < after.length; i++) {
    difference += (theirs[i] - after[i]) ** 2;
    length += (after[i] - before[i]) ** 2;
  }
  return Math.sqrt(difference / length);
}
