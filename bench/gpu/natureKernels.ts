/**
 * Every kernel at the shapes that the Nature network with six actions gives it, each with tensors of its own. A test holds the list
 * to what an update runs and to the shaders that there are.
 */
import { adamRates, adamStep } from '../../kernels/adam.ts';
import { copy } from '../../kernels/copy.ts';
import { duelingBackward, duelingForward } from '../../kernels/dueling.ts';
import { fill } from '../../kernels/fill.ts';
import { framesStack } from '../../kernels/frames.ts';
import { framesGather } from '../../kernels/framesGather.ts';
import { framesShift } from '../../kernels/framesShift.ts';
import { gatherBackward, gatherForward } from '../../kernels/gather.ts';
import { halfPack } from '../../kernels/half.ts';
import { huberBackward, huberForward } from '../../kernels/huber.ts';
import { linearBackwardWeightStep, linearStepCovers } from '../../kernels/linearStep.ts';
import { magnitudes } from '../../kernels/magnitudes.ts';
import { argmaxForward, maxForward } from '../../kernels/max.ts';
import { ratesWords } from '../../kernels/optimiser.ts';
import { reduce, reducePartials } from '../../kernels/reduce.ts';
import { reluBackward, reluForward } from '../../kernels/relu.ts';
import { centredRmspropStep, rmspropRates, rmspropStep } from '../../kernels/rmsprop.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { elementCount, type Tensor } from '../../kernels/runtime/tensor.ts';
import { squaredErrorBackward, squaredErrorForward } from '../../kernels/squaredError.ts';
import { tdLoss } from '../../kernels/tdLoss.ts';
import { tdTarget } from '../../kernels/tdTarget.ts';
import { type PassOnShape, passesOf, type VisitPasses } from '../../kernels/tuning/passes.ts';
import { filledTensor } from '../../kernels/tuning/trialTensors.ts';
import { statisticsShape, updateStatistics } from '../../kernels/updateStatistics.ts';
import type { Variant } from '../../kernels/variant.ts';
import { architecture, type PlacedLayer } from '../../src/agent/architecture.ts';
import { linearShape } from '../../src/agent/network.ts';
import { visitBackward, visitForward } from '../../src/agent/passes.ts';

export const observationSize = 84;
export const stack = 4;
export const actionCount = 6;

const network = architecture('nature', observationSize, stack, actionCount);

/** A call to measure. */
export interface MeasuredCall {
  /** Of its own among the calls of one batch and variant. */
  readonly kernel: string;
  /** Which variant of its pass it is; null where there is but one. */
  readonly variant: Variant | null;
  readonly call: KernelCall;
}

/** Asks for the passes of the network, forward and backward, on each of these batches. */
export function visitNature(batches: readonly number[]): VisitPasses {
  return (choose) => {
    for (const batch of batches) {
      visitForward(network, batch, choose);
      visitBackward(network, batch, choose);
    }
  };
}

/**
 * The calls of one batch size, of each pass those of the variants that `variants` tells. Some belong together: `x` and `x.sumSplits`
 * are one gradient.
 */
export function batchKernels(
  gpu: Gpu,
  batch: number,
  variants: (pass: PassOnShape) => readonly Variant[],
): MeasuredCall[] {
  const passes = passesOf(gpu, visitNature([batch]));
  return [
    ...withoutVariants(frameKernels(gpu, batch)),
    ...passes.flatMap((pass) => passCalls(pass, variants(pass))),
    ...passes.flatMap((pass) => variants(pass).flatMap((variant) => steppedCalls(gpu, pass, variant))),
    ...withoutVariants([...headKernels(gpu, batch), ...activationKernels(gpu, network.layers[0], batch)]),
  ];
}

function passCalls(pass: PassOnShape, variants: readonly Variant[]): MeasuredCall[] {
  if (variants.length === 0) return [];
  const trial = pass.trial();
  return variants.flatMap((variant) =>
    trial.calls(variant).map((call) => {
      const name = call.label ?? call.shader;
      return { kernel: name.startsWith(pass.label) ? name : `${pass.label}.${name}`, variant, call };
    }),
  );
}

/** What takes the place of a linear layer's weight gradient and RMSProp's step of its weights where both can be one. */
function steppedCalls(gpu: Gpu, { label, batch }: PassOnShape, variant: Variant): MeasuredCall[] {
  const placed = network.layers.find(
    ({ layer }) => layer.kind === 'linear' && label === `${layer.name}.backwardWeight`,
  );
  if (placed === undefined || !linearStepCovers(linearShape(placed, batch), variant)) return [];
  const shape = linearShape(placed, batch);
  const { inputs, outputs } = shape;
  const rates = gpu.uniform('rates', ratesWords);
  gpu.write(rates, rmspropRates(new Float32Array(ratesWords), 1e-6));
  const [parameters, gradients] = ['weight', 'dWeight'].map((name) => filled(gpu, name, inputs, outputs));
  const [meanSquare, velocity] = ['meanSquare', 'velocity'].map((name) => gpu.tensor(name, [inputs, outputs]));
  const [step] = rmspropStep({ parameters, gradients, meanSquare, velocity, rates });
  const tensors = {
    input: filled(gpu, 'input', batch, inputs),
    dOutput: filled(gpu, 'dOutput', batch, outputs),
    dBias: gpu.tensor('dBias', [outputs]),
  };
  const kernel = `${label}Step`;
  return linearBackwardWeightStep(shape, tensors, step, kernel).map((call) => ({ kernel, variant, call }));
}

function withoutVariants(calls: readonly KernelCall[]): MeasuredCall[] {
  return calls.map((call) => ({ kernel: call.label ?? call.shader, variant: null, call }));
}

function filled(gpu: Gpu, name: string, ...shape: readonly number[]): Tensor {
  return filledTensor(gpu, name, shape);
}

function numbers(gpu: Gpu, name: string, shape: readonly number[], value: (i: number) => number): Tensor {
  const tensor = gpu.tensor(name, shape, 'u32');
  gpu.write(
    tensor,
    Uint32Array.from({ length: elementCount(shape) }, (_, i) => value(i)),
  );
  return tensor;
}

/** The frames of a batch out of a replay memory that lies on the device, of each sample `stack` and the one after; states out of them. */
function frameKernels(gpu: Gpu, batch: number): KernelCall[] {
  const slots = batch * (stack + 1);
  const frameBytes = observationSize ** 2;
  const shards = [filledTensor(gpu, 'shard', [2 * slots, frameBytes], 'u8')];
  const entries = numbers(gpu, 'entries', [slots], (i) => (i * 7919) % (2 * slots));
  const frames = gpu.tensor('frames', [slots, observationSize, observationSize], 'u8');
  const frameNumbers = numbers(
    gpu,
    'frameNumbers',
    [batch, stack],
    (i) => Math.floor(i / stack) * (stack + 1) + (i % stack),
  );
  const output = gpu.tensor('states', [batch, observationSize, observationSize, stack]);
  const shifted = gpu.tensor('shifted', frames.shape, 'u8');
  return [
    ...framesGather({ shards, entries, output: frames }),
    ...framesShift({ frames, output: shifted, by: 1 }),
    ...framesStack({ frames, frameNumbers, output }),
  ];
}

/** From Q values to their gradient, in all forms: both losses, single and duelling head, and acting. */
function headKernels(gpu: Gpu, batch: number): KernelCall[] {
  const f32 = (name: string, ...shape: number[]): Tensor => filled(gpu, name, batch, ...shape);
  const indices = numbers(gpu, 'actions', [batch], (i) => i % actionCount);
  const best = numbers(gpu, 'best', [batch], () => 0);
  const values = f32('values', actionCount);
  const statistics = gpu.tensor('statistics', statisticsShape);
  const [prediction, target, loss] = [f32('prediction'), f32('target'), f32('loss')];
  const difference = { prediction, target };
  const backward = { ...difference, dPrediction: f32('dPrediction'), reduction: 'mean' } as const;
  const bellman = { reward: f32('reward'), discount: f32('discount'), nextValue: f32('nextValue') };
  return [
    ...argmaxForward({ values, output: best }),
    ...maxForward({ values, output: f32('largest') }),
    ...tdTarget({ ...bellman, target: f32('tdTarget') }),
    ...gatherForward({ values, indices, output: f32('gathered') }),
    ...huberForward({ ...difference, loss: f32('huber') }),
    ...huberBackward(backward),
    ...squaredErrorForward({ ...difference, loss: f32('squared') }),
    ...squaredErrorBackward(backward),
    ...gatherBackward({ dOutput: f32('dGathered'), indices, dValues: f32('dValues', actionCount) }),
    ...updateStatistics({ loss, values, statistics }),
    ...tdLoss({
      ...{ values, nextValues: f32('nextValues', actionCount), actions: indices, rewards: bellman.reward },
      ...{ discounts: bellman.discount, dValues: f32('tdDValues', actionCount), statistics },
      ...{ loss: 'huber', clipDelta: 1, reduction: 'mean' },
    }),
    ...duelingForward({
      streams: filled(gpu, 'streams', 2 * batch, 1 + actionCount),
      output: f32('combined', actionCount),
    }),
    ...duelingBackward({ dOutput: values, dStreams: filled(gpu, 'dStreams', 2 * batch, 1 + actionCount) }),
  ];
}

/** The calls over all parameters at once, whatever the batch. */
export function parameterKernels(gpu: Gpu): MeasuredCall[] {
  const { words } = network;
  const rates = gpu.uniform('rates', ratesWords);
  gpu.write(rates, adamRates(new Float32Array(ratesWords), 1e-6, 1000));
  const gradients = filled(gpu, 'gradients', words);
  const step = (parameters: string) => ({ parameters: filled(gpu, parameters, words), gradients, rates });
  const state = (name: string): Tensor => gpu.tensor(name, [words]);
  const partials = gpu.tensor('partials', [reducePartials(words)]);
  const layerRanges = network.layers.flatMap(({ weight }) => [weight.offset, elementCount(weight.shape)]);
  const shape = [network.layers.length, 2];
  return withoutVariants([
    ...rmspropStep({ ...step('rmsprop'), meanSquare: state('meanSquare'), velocity: state('velocity') }),
    ...centredRmspropStep({ ...step('centred'), mean: state('mean'), meanSquare: state('centredSquare') }),
    ...adamStep({ ...step('adam'), firstMoment: state('first'), secondMoment: state('second') }),
    ...copy({ input: gradients, output: state('copied') }),
    ...fill({ output: state('filled') }),
    ...halfPack({ input: gradients, output: gpu.tensor('packed', [words], 'f16') }),
    ...magnitudes({
      ...{ values: gradients, ranges: numbers(gpu, 'ranges', shape, (i) => layerRanges[i]) },
      output: gpu.tensor('magnitudes', shape),
    }),
    ...labelled(
      ['reduce.rows', 'reduce.rows.partials'],
      reduce({ reduction: 'maxAbsolute', input: gradients, output: gpu.tensor('largest', [1]), partials }),
    ),
  ]);
}

/** What the layers' own ReLU replaces: on the largest activation, the first layer's. */
function activationKernels(gpu: Gpu, { output: extent }: PlacedLayer, batch: number): KernelCall[] {
  const input = filled(gpu, 'activation', batch, ...extent);
  const output = gpu.tensor('relu', input.shape);
  return [
    ...reluForward({ input, output }),
    ...reluBackward({ output: input, dOutput: input, dInput: gpu.tensor('dRelu', input.shape) }),
  ];
}

function labelled(labels: readonly string[], calls: readonly KernelCall[]): KernelCall[] {
  return calls.map((call, i) => ({ ...call, label: labels[i] }));
}
