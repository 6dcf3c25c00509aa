/**
 * The Pong that ships with the project, played with its weights: what the network says of some states, with the variant of each kernel that
 * is asked for. Runs from the sources under Bun and from a bundle in a browser.
 */
import { type ChooseVariant, likelyVariants, openBrowserGpu, type Variant, variantsOf } from '../../kernels/browser.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { implementationOf } from '../../kernels/variant.ts';
import { architecture, FrameHistory, fromNamedArrays, ParameterSet, Policy } from '../../src/agent/index.ts';
import { decodeSafetensors } from '../../src/agent/safetensors.ts';
import type { NamedArray } from '../../src/agent/weights.ts';
import { makeEnvironment } from '../../src/env/index.ts';
import type { EnvironmentOptions } from '../../src/env/options.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { type Configuration, environmentOptions } from '../../src/run/configuration.ts';

export { openBrowserGpu, variantsOf };

const states = 10;
const stepsBetween = 15;

/** A network with its weights, and the options of the environment that it was trained in. */
export interface Player {
  readonly configuration: Configuration;
  /** A safetensors file. */
  readonly weights: Uint8Array;
}

export interface Answers {
  /** [state][action]. */
  readonly qValues: number[][];
  /** The greedy action in each state. */
  readonly actions: number[];
  /** The variant that ran for each pass, by the layer's name. */
  readonly ran: Record<string, Variant>;
  /** Median milliseconds from a new frame to the action; NaN unless timed. */
  readonly forwardMs: number;
}

export function networkOf({ configuration, weights }: Player, actionCount: number) {
  const { network, observationSize, stack } = configuration;
  const shape = architecture(network, observationSize, stack, actionCount);
  const values = fromNamedArrays(shape, decodeSafetensors(weights).tensors as NamedArray[]);
  return { shape, values };
}

/** Has `see` look at ten states of a game with drawn actions. */
export async function visitStates(
  options: EnvironmentOptions,
  see: (history: FrameHistory, observation: Uint8Array) => Promise<void>,
): Promise<void> {
  const environment = makeEnvironment({ ...options, game: 'pong', seed: 5 });
  const history = FrameHistory.of(options, environment.frame.length);
  const random = new Xoshiro128(5, 'tests/portable');
  environment.reset();
  for (let step = 1; step <= states * stepsBetween; step++) {
    history.push(environment.frame);
    if (step % stepsBetween === 0) await see(history, environment.observation());
    environment.step(random.nextInt(environment.actionCount));
  }
}

/**
 * @param variant runs wherever it covers the pass, `generic` elsewhere; none: those that are likely the fastest
 * @param repetitions of the last state, for `forwardMs`
 */
export async function answer(gpu: Gpu, player: Player, variant?: Variant, repetitions = 0): Promise<Answers> {
  const { stack, observationSize } = player.configuration;
  const { shape, values } = networkOf(player, makeEnvironment({ game: 'pong' }).actionCount);
  const parameters = new ParameterSet(gpu, shape, 'parameters');
  parameters.write(values);
  const ran: Record<string, Variant> = {};
  const likely = likelyVariants(gpu);
  const choose: ChooseVariant = (all, of, options) => {
    const wanted = variant ?? likely(all, of, options);
    const name = implementationOf(all, of, { ...options, variant: wanted }) === all[wanted] ? wanted : 'generic';
    ran[options.label ?? all.pass] = name;
    return name;
  };
  const policy = new Policy(gpu, parameters, observationSize, stack, choose);
  await gpu.compiled();
  const qValues: number[][] = [];
  const actions: number[] = [];
  const times: number[] = [];
  await visitStates(environmentOptions(player.configuration), async (history) => {
    actions.push(await policy.act(history));
    qValues.push([...policy.values()]);
    if (actions.length < states) return;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const startMs = performance.now();
      history.changed[history.newest] = 1;
      await policy.act(history);
      times.push(performance.now() - startMs);
    }
  });
  times.sort((a, b) => a - b);
  return { qValues, actions, ran, forwardMs: times[times.length >> 1] ?? Number.NaN };
}
