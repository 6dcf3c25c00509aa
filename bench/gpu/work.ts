/**
 * What `bun run bench update` measures: the agent's own update and forward passes (src/agent), on states made of noise, and a run of
 * our own Pong.
 */
import { fileURLToPath } from 'node:url';
import type { Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { VisitPasses } from '../../kernels/tuning/passes.ts';
import { done, stepsTask, type Task } from '../../kernels/tuning/sampling.ts';
import type { ChooseVariant } from '../../kernels/variant.ts';
import { architecture, initialParameters } from '../../src/agent/architecture.ts';
import { Dqn } from '../../src/agent/dqn.ts';
import { FrameHistory } from '../../src/agent/frameHistory.ts';
import { Learner } from '../../src/agent/learner.ts';
import { forwardPass, ParameterSet } from '../../src/agent/network.ts';
import { visitTraining } from '../../src/agent/passes.ts';
import { Policy } from '../../src/agent/policy.ts';
import { createReplayBatch, type ReplayBatch } from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { agentOptions, type Configuration, environmentOptions } from '../../src/run/configuration.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { loadCartridge, openEnvironment } from '../../src/run/session.ts';
import { actionCount, observationSize, stack } from './natureKernels.ts';

export const batchSize = 32;
const frameBytes = observationSize ** 2;

/** A task, and the steps that one repetition of it submits. */
export interface Work extends Task {
  readonly steps: readonly Step[];
}

const nature = architecture('nature', observationSize, stack, actionCount);

/** Asks for the passes of all that is measured here. */
export const visitWork: VisitPasses = (choose) => visitTraining(nature, batchSize, choose);

function parameters(gpu: Gpu): ParameterSet {
  const set = new ParameterSet(gpu, nature, 'online');
  set.write(initialParameters(nature, new Xoshiro128(1, 'initial weights'), 'fan-in'));
  return set;
}

/** Noise frames, all actions, rewards of both signs, one end of an episode. */
function noiseBatch(): ReplayBatch {
  const random = new Xoshiro128(1, 'batch');
  const batch = createReplayBatch(batchSize, stack, frameBytes);
  for (let i = 0; i < batch.frames.length; i++) batch.frames[i] = random.nextInt(256);
  for (let sample = 0; sample < batchSize; sample++) {
    for (let i = 0; i < stack; i++) {
      batch.stateIndices[sample * stack + i] = sample * (stack + 1) + i;
      batch.nextStateIndices[sample * stack + i] = sample * (stack + 1) + i + 1;
    }
    batch.actions[sample] = sample % actionCount;
    batch.rewards[sample] = random.nextInt(3) - 1;
  }
  batch.terminals[0] = 1;
  batch.discounts.fill(0.99);
  return batch;
}

/** Whole updates one after the other, as in a run: each uploads its batch from the host and is one submission. */
export function updateWork(gpu: Gpu, optimiser: 'rmsprop' | 'adam', choose: ChooseVariant): Work {
  const configuration = resolveConfiguration({
    game: 'pong',
    flags: { preset: 'lapan', loss: 'huber', optimiser, batchSize },
  });
  const learner = new Learner(gpu, parameters(gpu), agentOptions(configuration), choose);
  const batch = noiseBatch();
  let isTargetSet = false;
  return {
    steps: learner.steps,
    async run(repetitions) {
      // Kernels are compiled by now.
      if (!isTargetSet) learner.copyToTarget();
      isTargetSet = true;
      for (let i = 0; i < repetitions; i++) await learner.update(batch, configuration.learningRate);
      await done(gpu);
    },
  };
}

/** From u8 frames that lie on the device to the Q values of 32 states. */
export function forwardWork(gpu: Gpu, choose: ChooseVariant): Work {
  const batch = noiseBatch();
  const frames = gpu.tensor('forward.frames', [batchSize * (stack + 1), observationSize, observationSize], 'u8');
  const frameNumbers = gpu.tensor('forward.frameNumbers', [batchSize, stack], 'u32');
  gpu.write(frames, batch.frames);
  gpu.write(frameNumbers, batch.stateIndices);
  const { steps } = forwardPass(gpu, parameters(gpu), { frames, frameNumbers }, choose);
  return { steps, ...stepsTask(gpu, steps) };
}

/** Acting: a new frame goes up, the action comes back, and only then the next. */
export function actingTask(gpu: Gpu, choose: ChooseVariant): Task {
  const policy = new Policy(gpu, parameters(gpu), observationSize, stack, choose);
  const history = new FrameHistory(stack, frameBytes, 'zero');
  const frames = noiseBatch().frames;
  let next = 0;
  return {
    async run(repetitions) {
      for (let i = 0; i < repetitions; i++) {
        history.push(frames.subarray(next * frameBytes, (next + 1) * frameBytes));
        next = (next + 1) % (batchSize * (stack + 1));
        await policy.act(history);
      }
    },
  };
}

/** Steps before the first update: enough for a batch to be drawn from. */
const stepsBefore = 200;
/** Updates that are not counted: kernels, console and compiler settle. */
const updatesBefore = 20;

/** What a run did between two looks at the clock, all of it finished on the GPU. */
export interface RunSlice {
  readonly seconds: number;
  readonly updates: number;
  readonly agentSteps: number;
}

/** The preset's run, which updates at each step, on our own Pong from its end of exploration on: acting takes the network, too. */
function runConfiguration(): Configuration {
  const rom = fileURLToPath(new URL('../../roms/pong.bin', import.meta.url));
  const explored = { epsilonStart: 0.02, epsilonEnd: 0.02 };
  return resolveConfiguration({ game: 'pong', flags: { preset: 'lapan', rom, learnStart: stepsBefore, ...explored } });
}

/** Trains for `seconds`, in slices of equal time. */
export async function sampleRun(gpu: Gpu, seconds: number, slices: number, choose: ChooseVariant): Promise<RunSlice[]> {
  const configuration = runConfiguration();
  const cartridge = loadCartridge(configuration);
  const { environment } = openEnvironment(cartridge, environmentOptions(configuration), configuration.seed);
  const agent = await Dqn.create(gpu, environment, agentOptions(configuration), { choose });
  while (agent.counters.updates < updatesBefore) await agent.step();
  await done(gpu);
  const measured: RunSlice[] = [];
  for (let slice = 0; slice < slices; slice++) {
    const { updates, agentSteps } = { ...agent.counters };
    const startMs = performance.now();
    do await agent.step();
    while (performance.now() - startMs < (1000 * seconds) / slices);
    await done(gpu);
    measured.push({
      seconds: (performance.now() - startMs) / 1000,
      updates: agent.counters.updates - updates,
      agentSteps: agent.counters.agentSteps - agentSteps,
    });
  }
  return measured;
}
