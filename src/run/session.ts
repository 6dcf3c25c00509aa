/**
 * What a run is put together from: cartridge, console, environment. Leaves out: the agent (src/agent) and the loop (training.ts).
 */
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { variantsOf } from '../../kernels/variant.ts';
import { architecture } from '../agent/architecture.ts';
import { framesKept } from '../agent/frameHistory.ts';
import { type FrameStore, HostFrameStore } from '../agent/frameStore.ts';
import { DeviceFrameStore, FramesDoNotFitError } from '../agent/frameStoreDevice.ts';
import { ParameterSet } from '../agent/network.ts';
import { visitForward, visitTraining } from '../agent/passes.ts';
import { Policy } from '../agent/policy.ts';
import { ReplayMemory } from '../agent/replayMemory.ts';
import { fromNamedArrays, type NamedArray } from '../agent/weights.ts';
import { createCartridge } from '../emulator/cartridge/identify.ts';
import type { Bankswitch } from '../emulator/cartridge/schemes.ts';
import type { Action } from '../emulator/console/action.ts';
import type { TelevisionFormat } from '../emulator/console/properties.ts';
import { Arcade } from '../env/arcade.ts';
import { AtariEnvironment } from '../env/environment.ts';
import type { EnvironmentOptions } from '../env/options.ts';
import { UserError } from '../errors.ts';
import { type Cartridge, findCartridge } from '../games/library.ts';
import { Xoshiro128 } from '../random.ts';
import type { CartridgeIdentity } from './checkpoint.ts';
import type { Configuration } from './configuration.ts';
import { chooseKernels, type KernelOptions, type Kernels } from './kernelChoices.ts';
import { availableMemoryBytes, bytesText, noRoomOnDevice, requireReplayMemory } from './memory.ts';

/** What of a configuration says which cartridge is played, and how. */
export type CartridgeChoice = Pick<Configuration, 'rom' | 'gamesFolder' | 'bankswitch'>;

/** A cartridge, and how its banks are switched. */
export interface ChosenCartridge extends Cartridge {
  readonly bankswitch: Bankswitch;
}

/** Finds the cartridge that a configuration names. Throws UserError, also for bank switching that its image cannot have. */
export function loadCartridge({
  game,
  rom,
  gamesFolder,
  bankswitch,
}: CartridgeChoice & Pick<Configuration, 'game'>): ChosenCartridge {
  const cartridge = findCartridge({
    game,
    ...(rom === null ? {} : { romPath: rom }),
    ...(gamesFolder === null ? {} : { gamesFolder }),
  });
  createCartridge(cartridge.bytes, bankswitch);
  return { ...cartridge, bankswitch };
}

/** The lines that say which cartridge is played. */
export function cartridgeLines({ title, bytes, md5, path, warning, bankswitch }: ChosenCartridge): string[] {
  const forced = bankswitch === 'auto' ? '' : `, bank switching ${bankswitch}`;
  const line = `Cartridge: ${title}, ${bytes.length.toLocaleString('en-US')} bytes${forced}, MD5 ${md5} (${path})`;
  return warning === undefined ? [line] : [line, `Warning: ${warning}`];
}

/** Throws UserError when the cartridge is not the one that the run was trained on. */
export function sameCartridge(cartridge: Cartridge, trained: CartridgeIdentity, run: string): void {
  if (cartridge.md5 === trained.md5) return;
  throw new UserError(
    `The run in ${run} plays ${trained.title} with MD5 ${trained.md5}, and ${cartridge.path} has MD5 ${cartridge.md5}.`,
    'Name the cartridge it was trained on with --rom or --games-folder.',
  );
}

/** The replay memory's frames, and the line that says where they lie and why. */
export interface OpenFrames {
  readonly frames: FrameStore;
  readonly line: string;
}

type ReplayOptions = Pick<Configuration, 'replay' | 'replayCapacity' | 'observationSize'>;

/**
 * Reserves the memory of the replay memory's frames, on the GPU or on the host as `--replay` says. `auto` is the GPU if it is one of
 * hardware and has room. Throws UserError where they do not fit.
 */
export async function openFrames(gpu: Gpu, options: ReplayOptions): Promise<OpenFrames> {
  const { replay, replayCapacity, observationSize } = options;
  if (replay === 'host') return openFramesOnHost(options, '--replay host');
  if (gpu.kind !== 'hardware') {
    if (replay === 'auto') return openFramesOnHost(options, 'a software adapter has no memory of its own');
    requireHostMemory(options);
  }
  const bytes = replayCapacity * observationSize ** 2;
  try {
    const frames = await DeviceFrameStore.create(gpu, replayCapacity, observationSize ** 2);
    const why = replay === 'auto' ? 'there is room' : '--replay device';
    return { frames, line: `${transitionsText(options)}, frames of ${bytesText(bytes)} on the GPU (${why})` };
  } catch (error) {
    if (!(error instanceof FramesDoNotFitError)) throw error;
    if (replay === 'device') throw noRoomOnDevice(replayCapacity, bytes, error.fittingFrames);
    return openFramesOnHost(options, `the GPU has room for ${error.fittingFrames.toLocaleString('en-US')} only`);
  }
}

function openFramesOnHost(options: ReplayOptions, why: string): OpenFrames {
  const { neededBytes, availableBytes } = requireHostMemory(options);
  const frames = new HostFrameStore(options.replayCapacity, options.observationSize ** 2);
  const memory = `${bytesText(neededBytes)} of ${bytesText(availableBytes)} available`;
  return { frames, line: `${transitionsText(options)}, ${memory} on the host (${why})` };
}

/** What a replay memory takes of the host's memory, and what is there. Throws UserError where that is too little. */
function requireHostMemory({ replayCapacity, observationSize }: ReplayOptions) {
  const neededBytes = ReplayMemory.bytesNeeded({ capacity: replayCapacity, frameBytes: observationSize ** 2 });
  const availableBytes = availableMemoryBytes();
  requireReplayMemory(replayCapacity, neededBytes, availableBytes);
  return { neededBytes, availableBytes };
}

function transitionsText({ replayCapacity }: ReplayOptions): string {
  return `Replay memory: ${replayCapacity.toLocaleString('en-US')} transitions`;
}

/** An environment and what a recording must know of its screens. */
export interface OpenEnvironment {
  readonly environment: AtariEnvironment;
  readonly format: TelevisionFormat;
  readonly screenHeight: number;
  /** The newest screen, 160 x `screenHeight` colour register values; to be copied before the next step. */
  readonly screen: () => Uint8Array;
  /** The console's number of each of the environment's actions. */
  readonly actions: readonly Action[];
}

/** A console with the cartridge in it, as an environment; `seed` decides its random starts and sticky actions. */
export function openEnvironment(
  { bytes, game, bankswitch }: ChosenCartridge,
  options: EnvironmentOptions,
  seed: number,
): OpenEnvironment {
  const { repeatActionProbability } = options;
  const arcade = new Arcade({ rom: bytes, game, bankswitch, seed, repeatActionProbability });
  const environment = new AtariEnvironment(arcade, options, new Xoshiro128(seed, 'environment'));
  const screen = (): Uint8Array => arcade.screen;
  const { format, screenHeight } = arcade;
  return { environment, format, screenHeight, screen, actions: environment.actions };
}

/** Chooses the shaders of a training agent. Throws UserError where the adapter cannot run those that the configuration names. */
export function trainingKernels(
  gpu: Gpu,
  { network, observationSize, stack, batchSize, kernels, storage }: Configuration,
  actionCount: number,
  options: Pick<KernelOptions, 'measure' | 'recorded'>,
): Promise<Kernels> {
  const shape = architecture(network, observationSize, stack, actionCount);
  return chooseKernels(gpu, (choose) => visitTraining(shape, batchSize, choose), { kernels, storage, ...options });
}

/** A policy for evaluation and play. */
export interface OpenPolicy {
  readonly policy: Policy;
  /** What to say of its kernels. */
  readonly lines: readonly string[];
  /** Acts by these weights from now on. Throws UserError when they are of another network. */
  readonly load: (weights: readonly NamedArray[]) => void;
}

/** A policy that acts by `weights`. Throws UserError when they are of another network. */
export async function openPolicy(
  gpu: Gpu,
  configuration: Configuration,
  actionCount: number,
  weights: readonly NamedArray[],
): Promise<OpenPolicy> {
  const { network, observationSize, stack, storage } = configuration;
  const shape = architecture(network, observationSize, stack, actionCount);
  const parameters = new ParameterSet(gpu, shape, 'player', storage);
  const valuesOf = (named: readonly NamedArray[]): Float32Array => {
    try {
      return fromNamedArrays(shape, named);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const message = `These weights do not fit the network ${network}: ${error.message}.`;
      throw new UserError(message, 'Choose those of this run.', { cause: error });
    }
  };
  const values = valuesOf(weights);
  // The run may have been trained on an adapter that runs more.
  const kernels = variantsOf(gpu).find((variant) => variant === configuration.kernels) ?? 'auto';
  const { choose, lines } = await chooseKernels(gpu, (ask) => visitForward(shape, 1, ask), { kernels, storage });
  const policy = new Policy(gpu, parameters, observationSize, stack, choose, 1, framesKept(configuration));
  await gpu.compiled();
  parameters.write(values);
  return { policy, lines, load: (named) => parameters.write(valuesOf(named)) };
}

/** What config.json says of the adapter. */
export function adapterRecord(gpu: Gpu): Readonly<Record<string, unknown>> {
  const { vendor, architecture: family, device, description } = gpu.adapter.info;
  return { kind: gpu.kind, vendor, architecture: family, device, description, provider: gpu.provider.name };
}
