/**
 * Every kernel at the shapes that the Nature network with six actions gives it, each with tensors of its own. A test holds the list
 * to what an update runs and to the shaders that there are.
 */
import { adamRates, adamStep } from '../../kernels/adam.ts';
import {
  conv2dBackwardInput,
  conv2dBackwardInputScratch,
  conv2dBackwardInputVariants,
  conv2dBackwardWeight,
  conv2dBackwardWeightScratch,
  conv2dBackwardWeightVariants,
  conv2dForward,
  conv2dForwardScratch,
  conv2dForwardVariants,
} from '../../kernels/conv2d.ts';
import { copy } from '../../kernels/copy.ts';
import { duelingBackward, duelingForward } from '../../kernels/dueling.ts';
import { fill } from '../../kernels/fill.ts';
import { framesStack } from '../../kernels/frames.ts';
import { gatherBackward, gatherForward } from '../../kernels/gather.ts';
import { huberBackward, huberForward } from '../../kernels/huber.ts';
import {
  linearBackwardInput,
  linearBackwardInputScratch,
  linearBackwardInputVariants,
  linearBackwardWeight,
  linearBackwardWeightScratch,
  linearBackwardWeightVariants,
  linearForward,
  linearForwardScratch,
  linearForwardVariants,
} from '../../kernels/linear.ts';

import { argmaxForward, maxForward } from '../../kernels/max.ts';
import { ratesWords } from '../../kernels/optimiser.ts';
import { reduce, reducePartials } from '../../kernels/reduce.ts';
import { reluBackward, reluForward } from '../../kernels/relu.ts';
import { centredRmspropStep, rmspropStep } from '../../kernels/rmsprop.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { elementCount, type Tensor } from '../../kernels/runtime/tensor.ts';
import { squaredErrorBackward, squaredErrorForward } from '../../kernels/squaredError.ts';
import { tdTarget } from '../../kernels/tdTarget.ts';
import { statisticsShape, updateStatistics } from '../../kernels/updateStatistics.ts';
import type { ChooseVariant } from '../../kernels/variant.ts';
import { architecture, type PlacedLayer } from '../../src/agent/architecture.ts';

export const observationSize = 84;
export const stack = 4;
export const actionCount = 6;

const network = architecture('nature', observationSize, stack, actionCount);

/** The calls of one batch size, each with a label of its own. Some belong together: `x` and `x.sumSplits` are one gradient. */
export function batchKernels(gpu: Gpu, batch: number, choose: ChooseVariant): KernelCall[] {
  const layers = network.layers.flatMap((placed, index) => layerKernels(gpu, placed, batch, choose, index === 0));
  return [
    ...stateKernels(gpu, batch),
    ...layers,
    ...headKernels(gpu, batch),
    ...activationKernels(gpu, network.layers[0], batch),
  ];
}

/** Values between -0.5 and 0.5: zeros or subnormals could flatter or slow the arithmetic, and half of them pass a ReLU. */
function filled(gpu: Gpu, name: string, ...shape: readonly number[]): Tensor {
  const tensor = gpu.tensor(name, shape);
  const values = new Float32Array(elementCount(shape));
  const period = 1009;
  for (let i = 0; i < Math.min(period, values.length); i++) values[i] = ((i * 7919) % period) / period - 0.5;
  for (let known = period; known < values.length; known *= 2) values.copyWithin(known, 0, known);
  gpu.write(tensor, values);
  return tensor;
}

function numbers(gpu: Gpu, name: string, shape: readonly number[], value: (i: number) => number): Tensor {
  const tensor = gpu.tensor(name, shape, 'u32');
  gpu.write(
    tensor,
    Uint32Array.from({ length: elementCount(shape) }, (_, i) => value(i)),
  );
  return tensor;
}

/** The states of a batch out of the frames that an update uploads: of each sample `stack` and the one after. */
function stateKernels(gpu: Gpu, batch: number): KernelCall[] {
  const frames = gpu.tensor('frames', [batch * (stack + 1), observationSize, observationSize], 'u8');
  gpu.write(frames, new Uint8Array(elementCount(frames.shape)).fill(77));
  const slot = (i: number): number => Math.floor(i / stack) * (stack + 1) + (i % stack);
  const frameNumbers = numbers(gpu, 'frameNumbers', [batch, stack], slot);
  const output = gpu.tensor('state', [batch, observationSize, observationSize, stack]);
  return framesStack({ frames, frameNumbers, output });
}

/** Forward, and backward as an update does it: no gradient of the network's own input, the others masked by the ReLU below. */
function layerKernels(
  gpu: Gpu,
  { layer, input: [height, width, channels], output: outputExtent, relu }: PlacedLayer,
  batch: number,
  choose: ChooseVariant,
  first: boolean,
): KernelCall[] {
  const { name } = layer;
  const bias = filled(gpu, 'bias', layer.outputs);
  const dBias = gpu.tensor('dBias', bias.shape);
  const scratch = (words: number) => (words === 0 ? undefined : gpu.tensor('scratch', [words]));
  const forward = { label: `${name}.forward`, relu };
  const backwardInput = { label: `${name}.backwardInput` };
  const backwardWeight = { label: `${name}.backwardWeight` };
  if (layer.kind === 'linear') {
    const shape = { batch, inputs: height * width * channels, outputs: layer.outputs };
    const input = filled(gpu, 'input', batch, shape.inputs);
    const weight = filled(gpu, 'weight', shape.inputs, shape.outputs);
    const output = gpu.tensor('output', [batch, ...outputExtent.slice(2)]);
    const dOutput = filled(gpu, 'dOutput', ...output.shape);
    const dInput = gpu.tensor('dInput', input.shape);
    const dWeight = gpu.tensor('dWeight', weight.shape);
    const ofForward = { ...forward, variant: choose(linearForwardVariants, shape, forward) };
    const ofInput = { ...backwardInput, variant: choose(linearBackwardInputVariants, shape, backwardInput) };
    const ofWeight = { ...backwardWeight, variant: choose(linearBackwardWeightVariants, shape, backwardWeight) };
    return [
      ...linearForward(
        shape,
        { input, weight, bias, output, scratch: scratch(linearForwardScratch(shape, ofForward)) },
        ofForward,
      ),
      ...linearBackwardInput(
        shape,
        { dOutput, weight, dInput, reluInput: input, scratch: scratch(linearBackwardInputScratch(shape, ofInput)) },
        ofInput,
      ),
      ...linearBackwardWeight(
        shape,
        { input, dOutput, dWeight, dBias, scratch: scratch(linearBackwardWeightScratch(shape, ofWeight)) },
        ofWeight,
      ),
    ];
  }
  const { outputs, kernel, stride, padding } = layer;
  const extents = { height, width, kernelHeight: kernel, kernelWidth: kernel };
  const shape = { batch, ...extents, inputs: channels, outputs, stride, padding };
  const input = filled(gpu, 'input', batch, height, width, channels);
  const weight = filled(gpu, 'weight', kernel, kernel, channels, outputs);
  const output = gpu.tensor('output', [batch, ...outputExtent]);
  const dOutput = filled(gpu, 'dOutput', ...output.shape);
  const dInput = gpu.tensor('dInput', input.shape);
  const dWeight = gpu.tensor('dWeight', weight.shape);
  const ofForward = { ...forward, variant: choose(conv2dForwardVariants, shape, forward) };
  const ofInput = { ...backwardInput, variant: choose(conv2dBackwardInputVariants, shape, backwardInput) };
  const ofWeight = { ...backwardWeight, variant: choose(conv2dBackwardWeightVariants, shape, backwardWeight) };
  const inputGradient = () =>
    conv2dBackwardInput(
      shape,
      { dOutput, weight, dInput, reluInput: input, scratch: scratch(conv2dBackwardInputScratch(shape, ofInput)) },
      ofInput,
    );
  return [
    ...conv2dForward(
      shape,
      { input, weight, bias, output, scratch: scratch(conv2dForwardScratch(shape, ofForward)) },
      ofForward,
    ),
    ...(first ? [] : inputGradient()),
    ...conv2dBackwardWeight(
      shape,
      { input, dOutput, dWeight, dBias, scratch: scratch(conv2dBackwardWeightScratch(shape, ofWeight)) },
      ofWeight,
    ),
  ];
}

/** From Q values to their gradient, in all forms: both losses, single and duelling head, and acting. */
function headKernels(gpu: Gpu, batch: number): KernelCall[] {
  const f32 = (name: string, ...shape: number[]): Tensor => filled(gpu, name, batch, ...shape);
  const indices = numbers(gpu, 'actions', [batch], (i) => i % actionCount);
  const best = numbers(gpu, 'best', [batch], () => 0);
  const values = f32('values', actionCount);
  const [prediction, target, loss] = [f32('prediction'), f32('target'), f32('loss')];
  const difference = { prediction, target };
  const backward = { ...difference, dPrediction: f32('dPrediction'), reduction: 'mean' } as const;
  const bellman = { reward: f32('reward'), terminal: f32('terminal'), nextValue: f32('nextValue'), discount: 0.99 };
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
    ...updateStatistics({ loss, values, statistics: gpu.tensor('statistics', statisticsShape) }),
    ...duelingForward({ value: f32('value'), advantage: values, output: f32('combined', actionCount) }),
    ...duelingBackward({ dOutput: values, dValue: f32('dValue'), dAdvantage: f32('dAdvantage', actionCount) }),
  ];
}

/** The calls over all parameters at once, whatever the batch. */
export function parameterKernels(gpu: Gpu): KernelCall[] {
  const { words } = network;
  const rates = gpu.uniform('rates', ratesWords);
  gpu.write(rates, adamRates(new Float32Array(ratesWords), 1e-6, 1000));
  const gradients = filled(gpu, 'gradients', words);
  const step = (parameters: string) => ({ parameters: filled(gpu, parameters, words), gradients, rates });
  const state = (name: string): Tensor => gpu.tensor(name, [words]);
  const partials = gpu.tensor('partials', [reducePartials(words)]);
  return [
    ...rmspropStep({ ...step('rmsprop'), meanSquare: state('meanSquare'), velocity: state('velocity') }),
    ...centredRmspropStep({ ...step('centred'), mean: state('mean'), meanSquare: state('centredSquare') }),
    ...adamStep({ ...step('adam'), firstMoment: state('first'), secondMoment: state('second') }),
    ...copy({ input: gradients, output: state('copied') }),
    ...fill({ output: state('filled') }),
    ...labelled(
      ['reduce.rows', 'reduce.rows.partials'],
      reduce({ reduction: 'maxAbsolute', input: gradients, output: gpu.tensor('largest', [1]), partials }),
    ),
  ];
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
