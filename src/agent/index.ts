/**
 * `wgsl-dqn/agent`: DQN on the kernels, whole or in parts. It learns in any `Environment`; wgsl-dqn/env has one.
 *
 *   const agent = await Dqn.create(gpu, environment, dqnOptions(environment.options, { seed: 1 }));
 *   for (let step = 0; step < 20_000; step++) {
 *     const { episodeEnded, episodeReturn } = await agent.step();
 *     if (episodeEnded) console.log(agent.counters.episodes, episodeReturn);
 *   }
 *   const weights = await agent.weights(); // PyTorch's names, shapes and order
 *
 * The parts: `ReplayMemory` and `FrameHistory` (states from frames), `architecture` and `ParameterSet` (a network's parameters on the GPU),
 * `Policy` (greedy actions), `Learner` (updates), `epsilonAt` and `learningRateAt` (schedules). One seed, one adapter and one choice of
 * kernels give the same weights to the bit. Frames are u8, `observationSize` squared; a batch of B samples has states of K frames.
 * Errors of the GPU are those of wgsl-dqn/kernels; RangeErrors tell of sizes that do not fit.
 * `decodeSafetensors` reads what `Dqn.loadWeights` and `fromNamedArrays` take, for example weights/pong.safetensors.
 * Leaves out: run folders, metrics, checkpoints in files.
 */
export { frameAges, type HistoryType, historyTypes } from '../frameAges.ts';
export { type RandomSource, Xoshiro128 } from '../random.ts';
export {
  type Architecture,
  architecture,
  type Extent,
  initialParameters,
  type Layer,
  type Parameter,
  type PlacedLayer,
} from './architecture.ts';
export { Dqn, type DqnCounters, type DqnParts, type DqnStep } from './dqn.ts';
export type { DqnState } from './dqnState.ts';
export type { Environment, EnvironmentStep } from './environment.ts';
export { FrameHistory, type FrameHistoryState, framesKept } from './frameHistory.ts';
export { type FrameStore, HostFrameStore } from './frameStore.ts';
export { DeviceFrameStore, FramesDoNotFitError } from './frameStoreDevice.ts';
export type { LayerStatistics } from './layerStatistics.ts';
export { Learner, type UpdateStatistics } from './learner.ts';
export { type ForwardPass, forwardPass, ParameterSet } from './network.ts';
export {
  commonAgent,
  type DqnOptions,
  dqnOptions,
  type NetworkName,
  networkNames,
  type ObservationOptions,
} from './options.ts';
export { Policy } from './policy.ts';
export {
  blackFrame,
  type ReplayBatch,
  type ReplayHeader,
  ReplayMemory,
  type ReplayMemoryOptions,
  replayMemoryOptions,
} from './replayMemory.ts';
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile, type StoredTensor } from './safetensors.ts';
export { epsilonAt, learningRateAt } from './schedule.ts';
export type { ValidationStatistics } from './validation.ts';
export { fromNamedArrays, type NamedArray, toNamedArrays } from './weights.ts';
