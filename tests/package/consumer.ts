/**
 * What somebody's program may write: compiled against the package's declarations, strictly and with those checked, too. A line that no
 * longer compiles here breaks other people's programs.
 */
import {
  Dqn,
  type DqnOptions,
  decodeSafetensors,
  dqnOptions,
  type Environment,
  epsilonAt,
  type NamedArray,
  ReplayMemory,
  replayMemoryOptions,
} from 'wgsl-dqn/agent';
import { Console, type ConsoleProperties, coloursOf, UserError } from 'wgsl-dqn/emulator';
import {
  Arcade,
  AtariEnvironment,
  cartridgeFor,
  commonEnvironment,
  defineGame,
  type EnvironmentOptions,
  type Game,
  makeEnvironment,
  Xoshiro128,
} from 'wgsl-dqn/env';
import {
  adamStep,
  bindPass,
  conv2dForward,
  conv2dForwardVariants,
  type Gpu,
  GpuError,
  type KernelCall,
  likelyVariants,
  openBrowserGpu,
  openGpu,
  ratesWords,
  reluForward,
  type Tensor,
} from 'wgsl-dqn/kernels';

export async function kernels(): Promise<Float32Array> {
  const gpu: Gpu = await openGpu({ adapter: 'hardware' });
  const device: GPUDevice = gpu.device;
  const input: Tensor = gpu.tensor('input', [1, 4, 4, 1]);
  const output = gpu.tensor('output', input.shape);
  const calls: KernelCall[] = reluForward({ input, output });
  const shape = {
    batch: 1,
    height: 4,
    width: 4,
    inputs: 1,
    outputs: 1,
    kernelHeight: 1,
    kernelWidth: 1,
    stride: 1,
    padding: 0,
  };
  const weight = gpu.tensor('weight', [1, 1, 1, 1]);
  const tensors = { input, weight, bias: gpu.tensor('bias', [1]), output };
  const steps = bindPass(gpu, likelyVariants(gpu), conv2dForwardVariants, conv2dForward, shape, tensors, {
    relu: true,
  });
  // @ts-expect-error a pass's tensors have names
  bindPass(gpu, likelyVariants(gpu), conv2dForwardVariants, conv2dForward, shape, { input });
  adamStep({
    ...{
      parameters: weight,
      gradients: weight,
      rates: gpu.uniform('rates', ratesWords),
      firstMoment: weight,
      secondMoment: weight,
    },
    ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  });
  gpu.run([...calls.map((call) => gpu.dispatch(call)), ...steps]);
  await device.queue.onSubmittedWorkDone();
  return gpu.readF32(output);
}

export async function inABrowser(): Promise<Gpu> {
  return openBrowserGpu({ shaders: async (file) => `${file}` });
}

export function console(rom: Uint8Array): number {
  const properties: Partial<ConsoleProperties> = { left: 'PADDLES' };
  const atari = new Console(rom, properties);
  atari.controls.setJoystick(1);
  atari.runFrame();
  atari.restore(atari.snapshot());
  return coloursOf(atari.format).rgb[atari.screen[0]] + atari.ram[0];
}

export const ownGame: Game = defineGame({
  ...{ id: 'own', title: 'Own', md5: [], console: {}, minimalActions: [0], startingActions: [] },
  ...{ modes: [0], defaultMode: 0, difficulties: [0], defaultDifficulty: 0, initialLives: 0 },
  initialState: { before: 0 },
  score: (read, state) => read(0x80) + state.before,
  // @ts-expect-error a name that `initialState` does not have
  terminal: (_read, state) => state.after > 0,
  lives: () => 0,
});

export function environment(): AtariEnvironment {
  const options: EnvironmentOptions = { ...commonEnvironment, frameSkip: 2, randomStarts: 30 };
  // @ts-expect-error no such option
  makeEnvironment({ game: 'pong', frameSkips: 4 });
  const made = makeEnvironment({ game: 'pong', seed: 3, ...options });
  made.onFrame = (screen: Uint8Array) => screen.slice();
  const { observation, info } = made.reset();
  const {
    reward,
    terminated,
    truncated,
    endsValue,
  }: { reward: number; terminated: boolean; truncated: boolean; endsValue: boolean } = made.step(
    observation[0] + info.lives,
  );
  if (terminated || truncated || endsValue || reward > 0) throw new UserError('ended');
  const arcade = new Arcade({ ...cartridgeFor('catch'), seed: 1 });
  arcade.act(0);
  return new AtariEnvironment(arcade, options, new Xoshiro128(1, 'environment'));
}

export async function agent(gpu: Gpu, world: Environment, file: Uint8Array): Promise<readonly NamedArray[]> {
  const options: DqnOptions = dqnOptions(commonEnvironment, { network: 'dueling', doubleDqn: true });
  new ReplayMemory(replayMemoryOptions(options)).createBatch(options.batchSize);
  const dqn = await Dqn.create(gpu, world, options, { validationSize: 500 });
  const { episodeReturn, epsilon } = await dqn.step();
  if (epsilonAt(options, dqn.counters.agentSteps) === epsilon + episodeReturn) throw new GpuError('no', 'hint');
  dqn.loadWeights(
    decodeSafetensors(file).tensors.filter((tensor): tensor is NamedArray => tensor.data instanceof Float32Array),
  );
  return dqn.weights();
}
