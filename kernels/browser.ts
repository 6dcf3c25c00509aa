/**
 * `wgsl-dqn/kernels` as a browser gets it: the GPU, tensors, and the kernels of a network and of DQN, on WebGPU and nothing else.
 *
 *   const gpu = await openBrowserGpu({ shaders: (file) => fetch(`/shaders/${file}`).then((answer) => answer.text()) });
 *   const input = gpu.tensor('input', [4]);
 *   const output = gpu.tensor('output', [4]);
 *   const steps = reluForward({ input, output }).map((call) => gpu.dispatch(call));
 *   await gpu.compiled();
 *   gpu.write(input, Float32Array.of(-1, 2, -3, 4));
 *   gpu.run(steps);
 *   await gpu.readF32(output); // 0 2 0 4
 *
 * A kernel's function takes tensors, checks their shapes (ShapeError) and returns its calls; `gpu.dispatch` binds a call, `gpu.run` submits
 * steps. Activations are [batch, height, width, channels], weights [kernelHeight, kernelWidth, inputs, outputs] and [inputs, outputs], f32.
 * Convolution and linear layers have variants, of which `bindPass` takes the one that `likelyVariants` chooses.
 * The types of WebGPU itself (`GPUDevice`, …) are those of TypeScript's `dom` library, or of the package @webgpu/types.
 * Leaves out: opening a GPU under Bun and Node (index.ts), and what is no promise: the checks, the tuner, the references.
 */

export { type AdamStep, adamRates, adamStep } from './adam.ts';
export { bindPass } from './bindPass.ts';
export {
  type Conv2dShape,
  conv2dBackwardInput,
  conv2dBackwardInputVariants,
  conv2dBackwardWeight,
  conv2dBackwardWeightVariants,
  conv2dForward,
  conv2dForwardVariants,
  conv2dOutputSize,
} from './conv2d.ts';
export { type CopyCall, copy } from './copy.ts';
export { type DuelingBackward, type DuelingForward, duelingBackward, duelingForward } from './dueling.ts';
export { type Fill, fill } from './fill.ts';
export { type FramesStack, framesStack } from './frames.ts';
export {
  type FrameStates,
  framesConv2dBackwardWeight,
  framesConv2dBackwardWeightVariants,
  framesConv2dForward,
  framesConv2dForwardVariants,
} from './framesConv2d.ts';
export { type FramesGather, framesGather } from './framesGather.ts';
export { type GatherBackward, type GatherForward, gatherBackward, gatherForward } from './gather.ts';
export { type HalfPack, halfPack } from './half.ts';
export { type HuberDelta, huberBackward, huberForward } from './huber.ts';
export {
  type LinearShape,
  linearBackwardInput,
  linearBackwardInputVariants,
  linearBackwardWeight,
  linearBackwardWeightVariants,
  linearForward,
  linearForwardVariants,
} from './linear.ts';
export type { LossBackward, LossForward, LossReduction } from './loss.ts';
export { argmaxForward, maxForward, type RowMaximum } from './max.ts';
export { type OptimiserStep, ratesWords } from './optimiser.ts';
export { type Reduce, type Reduction, reduce, reducePartials } from './reduce.ts';
export { type ReluBackward, type ReluForward, reluBackward, reluForward } from './relu.ts';
export { type CentredRmspropStep, centredRmspropStep, type RmspropStep, rmspropRates, rmspropStep } from './rmsprop.ts';
export type { AdapterKind, ProviderInfo } from './runtime/adapterInfo.ts';
export type { Access, Binding, Copy, Dispatch, KernelCall, Step } from './runtime/dispatch.ts';
export {
  DeviceLostError,
  GpuError,
  LimitError,
  NoAdapterError,
  OutOfMemoryError,
  ShaderError,
  ValidationError,
} from './runtime/errors.ts';
export { Gpu } from './runtime/gpu.ts';
export { type OpenBrowserOptions, openBrowserGpu } from './runtime/openBrowserGpu.ts';
export type { ShaderReader } from './runtime/pipelines.ts';
export type { KernelTiming, Program } from './runtime/program.ts';
export type { Readback } from './runtime/readback.ts';
export { type ElementType, type Tensor, tensorAlignment } from './runtime/tensor.ts';
export { ShapeError } from './shapes.ts';
export { squaredErrorBackward, squaredErrorForward } from './squaredError.ts';
export { type TdLoss, type TdLossForm, tdLoss } from './tdLoss.ts';
export { type TdTarget, tdTarget } from './tdTarget.ts';
export {
  type ChooseVariant,
  type Implementations,
  likelyVariants,
  scratchWords,
  type Variant,
  type VariantOptions,
  variantNames,
  variantsOf,
} from './variant.ts';
