/**
 * Ten updates as the presets deepmind, lapan and graetz have them, whole networks on 84 x 84 pixels and batches of 32, from fixed weights
 * on a fixed batch: the loss of each against a recorded trace, and all parameters after the last one against an f64 reference of the
 * whole update. The reference takes 2 to 3 s an update.
 *
 * The trace is the reference's own (lossTraces.json), so that a change of kernels and references alike shows, too; after a change that is
 * meant to change it, put in what the failing comparison prints.
 */
import { describe, test } from 'bun:test';
import { elementCount } from '../../kernels/runtime/tensor.ts';
import { type Architecture, architecture, initialParameters } from '../../src/agent/architecture.ts';
import { Learner } from '../../src/agent/learner.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import type { DqnOptions } from '../../src/agent/options.ts';
import type { ReplayBatch } from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { agentOptions } from '../../src/run/configuration.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { noiseBatch } from '../support/batches.ts';
import { testGpu } from '../support/kernelTest.ts';
import { ReferenceLearner } from '../support/referenceLearner.ts';
import lossTraces from './lossTraces.json';

interface Case {
  /** Of the source's game: Pong has three in DeepMind's minimal set and six in gym's, Breakout four. */
  readonly actionCount: number;
  /** What a step can be worth, as the preset's rewards are. */
  readonly rewards: readonly number[];
}

const cases = {
  deepmind: { actionCount: 3, rewards: [-1, 0, 1] },
  lapan: { actionCount: 6, rewards: [-1, 0, 1] },
  graetz: { actionCount: 4, rewards: [0, 1, 4, 7] },
} as const satisfies Record<string, Case>;
type PresetUnderTest = keyof typeof cases;

const updates = 10;

interface Fixture {
  readonly options: DqnOptions;
  readonly shape: Architecture;
  readonly online: Float32Array;
  readonly target: Float32Array;
  readonly batch: ReplayBatch;
}

/** Weights of two networks as the preset draws them, and a batch of noise. */
function fixture(preset: PresetUnderTest): Fixture {
  const options = agentOptions(resolveConfiguration({ game: 'pong', flags: { preset } }));
  const { actionCount, rewards } = cases[preset];
  const shape = architecture(options.network, options.observationSize, options.stack, actionCount);
  const parameters = (name: string) => initialParameters(shape, new Xoshiro128(3, name), options.initialisation);
  const batch = noiseBatch(options, actionCount, 5);
  batch.rewards.set(batch.rewards.map((_, b) => rewards[b % rewards.length]));
  return { options, shape, online: parameters('online'), target: parameters('target'), batch };
}

type Trace = [meanLoss: number, meanMaxQ: number][];

interface Learned {
  /** Of each update. */
  readonly trace: Trace;
  /** After the last one. */
  readonly parameters: ArrayLike<number>;
}

async function learned({ options, shape, online, target, batch }: Fixture): Promise<Learned> {
  const gpu = await testGpu();
  const parameters = new ParameterSet(gpu, shape, 'online');
  const learner = new Learner(gpu, parameters, options);
  await gpu.compiled();
  parameters.write(online);
  learner.target.write(target);
  const trace: Trace = [];
  for (let update = 0; update < updates; update++) {
    await learner.update(batch, options.learningRate);
    const { meanLoss, meanQ } = await learner.statistics();
    trace.push([meanLoss, meanQ]);
  }
  return { trace, parameters: await parameters.read() };
}

function referenceLearned({ options, shape, online, target, batch }: Fixture): Learned {
  const reference = new ReferenceLearner(shape, options, online);
  reference.target.set(target);
  const nextValues = reference.nextValues(batch);
  const trace: Trace = [];
  for (let update = 0; update < updates; update++) {
    const { loss, maxQ } = reference.update(batch, options.learningRate, nextValues);
    trace.push([loss, maxQ]);
  }
  return { trace, parameters: reference.online };
}

/** Throws unless losses are within `tolerance` of the recorded ones, relatively, and largest values within it absolutely. */
function expectTrace(preset: PresetUnderTest, trace: Trace, tolerance: number): void {
  const recorded = lossTraces[preset];
  const isOff = ([loss, maxQ]: Trace[number], update: number): boolean => {
    const [expectedLoss, expectedMaxQ] = recorded[update];
    const isClose = Math.abs(loss / expectedLoss - 1) <= tolerance && Math.abs(maxQ - expectedMaxQ) <= tolerance;
    return !isClose;
  };
  if (trace.length === recorded.length && !trace.some(isOff)) return;
  throw new Error(`${preset} has the trace\n${JSON.stringify(trace)}\nand not\n${JSON.stringify(recorded)}`);
}

/**
 * How far a tensor's step is from the right one: the Euclidean length of the difference over that of the right step. The sums of f32 leave
 * some 1e-5. A unit that is within rounding of 0 is on one side of its ReLU in f32 and on the other in f64, and lends its whole gradient
 * for a sample: some 1e-3 of a layer's, as there are 700,000 of them in a batch. What is wrong is off by a tenth or more.
 */
const stepTolerance = 0.01;
/**
 * Learning rates: of any one parameter, which moves by 10 (Adam) to 25 of them. All three optimisers divide by the gradient's size, so
 * where the gradient is next to nothing that unit's share shows in full.
 */
const parameterTolerance = 3;
/** f32 against f64 comes to 2e-6 after ten updates. */
const traceTolerance = 5e-5;

describe.each(Object.keys(cases) as PresetUnderTest[])('ten updates of %s', (preset) => {
  const given = fixture(preset);

  test('have the recorded losses', async () => {
    const { trace } = await learned(given);
    expectTrace(preset, trace, traceTolerance);
  });

  test(
    'leave every parameter where f64 does',
    async () => {
      const { options, shape, online } = given;
      const expected = referenceLearned(given);
      expectTrace(preset, expected.trace, 1e-9);
      const { trace, parameters } = await learned(given);
      expectTrace(preset, trace, traceTolerance);
      for (const { name, offset, shape: extents } of shape.parameters) {
        let [difference, length, largest] = [0, 0, 0];
        for (let i = offset; i < offset + elementCount(extents); i++) {
          const off = parameters[i] - expected.parameters[i];
          difference += off ** 2;
          length += (expected.parameters[i] - online[i]) ** 2;
          // Written so that NaN shows.
          if (!(Math.abs(off) <= largest)) largest = Math.abs(off);
        }
        const error = Math.sqrt(difference / length);
        if (error <= stepTolerance && largest <= parameterTolerance * options.learningRate) continue;
        throw new Error(`${name}: the step is off by ${error} of its length, one parameter by ${largest}`);
      }
    },
    10 * 60_000,
  );
});
