/** What a new run and one that goes on are set up with alike, and the lines that say so. */
import { describeAdapter } from '../../kernels/runtime/adapter.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import { Dqn } from '../agent/dqn.ts';
import type { EnvironmentOptions } from '../env/options.ts';
import { agentOptions, type Configuration, environmentOptions } from '../run/configuration.ts';
import { evaluationEnvironment } from '../run/evaluation.ts';
import type { KernelOptions, Kernels } from '../run/kernelChoices.ts';
import { type ChosenCartridge, cartridgeLines, openEnvironment, openFrames, trainingKernels } from '../run/session.ts';
import type { TrainingOptions } from '../run/trainingOptions.ts';
import { kernelTable } from './kernelTable.ts';

export interface TrainingSetUp {
  readonly gpu: Gpu;
  readonly agent: Dqn;
  readonly kernels: Kernels;
  readonly actionCount: number;
  /** What a run needs beside the agent. */
  readonly surroundings: Pick<TrainingOptions, 'evaluationEnvironment' | 'evaluationScreen' | 'screen' | 'kernels'>;
}

/** `cartridge` has been checked. Throws UserError where something is missing or too small. */
export async function setUpTraining(
  configuration: Configuration,
  cartridge: ChosenCartridge,
  kernelOptions: Pick<KernelOptions, 'measure' | 'recorded'>,
): Promise<TrainingSetUp> {
  for (const line of cartridgeLines(cartridge)) console.log(line);
  const gpu = await openGpu();
  console.log(`Adapter: ${await describeAdapter(gpu)}`);
  const { frames, line } = await openFrames(gpu, configuration);
  console.log(line);
  const { seed, evaluateEvery, validationSize } = configuration;
  const options = environmentOptions(configuration);
  const { environment, ...screen } = openEnvironment(cartridge, options, seed);
  const evaluation = evaluateEvery === 0 ? {} : openEvaluation(cartridge, evaluationEnvironment(options), seed);
  const { actionCount } = environment;
  const kernels = await trainingKernels(gpu, configuration, actionCount, kernelOptions);
  for (const text of kernels.lines) console.log(text);
  if (kernelOptions.measure === 'all') for (const text of kernelTable(kernels)) console.log(text);
  const parts = { frames, choose: kernels.choose, validationSize };
  const agent = await Dqn.create(gpu, environment, agentOptions(configuration), parts);
  return { gpu, agent, kernels, actionCount, surroundings: { ...evaluation, screen, kernels: kernels.record } };
}

function openEvaluation(cartridge: ChosenCartridge, options: EnvironmentOptions, seed: number) {
  const { environment, ...evaluationScreen } = openEnvironment(cartridge, options, seed);
  return { evaluationEnvironment: environment, evaluationScreen };
}
