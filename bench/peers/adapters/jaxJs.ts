/**
 * jax-js on WebGPU: one `jit` for the update, one for each forward. It has no bytes, so the host widens the states to f32.
 * A call takes its arrays over; `.ref` keeps one for later.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { numpy } from '@jax-js/jax';
import { type Peer, servePeer } from '../protocol.ts';
import { provideWebGpu } from '../webgpu.ts';
import { actionCount, batchSize, type Fixture, settings, side, stack, stateBytes } from '../work.ts';

type Tensor = numpy.Array;

const strides = [4, 2, 1];

async function open(fixture: Fixture): Promise<Peer> {
  const { adapter, poll } = await provideWebGpu();
  const jax = await import('@jax-js/jax');
  const { numpy: np, lax, nn } = jax;
  const devices = await jax.init('webgpu');
  if (!devices.includes('webgpu')) throw new Error('jax-js finds no WebGPU');
  jax.defaultDevice('webgpu');

  const forward = (parameters: readonly Tensor[], states: Tensor): Tensor => {
    const batch = states.shape[0];
    let x = states.mul(1 / 255);
    for (const [layer, stride] of strides.entries()) {
      const weight = parameters[2 * layer];
      const bias = parameters[2 * layer + 1];
      const outputs = bias.shape[0];
      x = nn.relu(lax.conv(x, weight, [stride, stride], 'VALID').add(bias.reshape([1, outputs, 1, 1])));
    }
    x = nn.relu(np.matmul(x.reshape([batch, -1]), parameters[6].transpose()).add(parameters[7]));
    return np.matmul(x, parameters[8].transpose()).add(parameters[9]);
  };

  /** The Huber loss as q (d - q / 2) with q = d clipped to +-1. */
  const meanLoss = (online: Tensor[], state: Tensor, taken: Tensor, wanted: Tensor): Tensor => {
    const difference = forward(online, state).mul(taken).sum(1).sub(wanted);
    const clipped = np.clip(difference.ref, -1, 1);
    return clipped.ref.mul(difference.sub(clipped.mul(0.5))).mean();
  };
  const step = jax.jit(
    (
      online: Tensor[],
      target: Tensor[],
      meanSquares: Tensor[],
      state: Tensor,
      nextState: Tensor,
      taken: Tensor,
      rewards: Tensor,
      goOn: Tensor,
    ): [Tensor[], Tensor[], Tensor] => {
      const next = np.max(forward(target, nextState), 1);
      const wanted = rewards.add(goOn.mul(next).mul(settings.discount));
      const kept = online.map((parameter) => parameter.ref);
      const [loss, gradients] = jax.valueAndGrad(meanLoss)(online, state, taken, wanted) as unknown as [
        Tensor,
        Tensor[],
      ];
      const squares = meanSquares.map((meanSquare, index) =>
        meanSquare.mul(settings.decay).add(np.square(gradients[index].ref).mul(1 - settings.decay)),
      );
      const parameters = kept.map((parameter, index) => {
        const root = np.sqrt(squares[index].ref).add(settings.epsilon);
        return parameter.sub(gradients[index].div(root).mul(settings.learningRate));
      });
      return [parameters, squares, loss];
    },
  );
  const chooseAction = jax.jit((online: Tensor[], state: Tensor): Tensor => np.argmax(forward(online, state), 1));

  const tensors = (network: Fixture['online']): Tensor[] =>
    network.map(({ data, shape }) => np.array(data as Float32Array<ArrayBuffer>).reshape([...shape]));
  const upload = (bytes: Uint8Array) =>
    np.array(new Float32Array(bytes)).reshape([bytes.length / stateBytes, stack, side, side]);
  const vector = (values: ArrayLike<number>) => np.array(Float32Array.from(values));
  const refs = (arrays: readonly Tensor[]): Tensor[] => arrays.map((array) => array.ref);
  let online = tensors(fixture.online);
  const target = tensors(fixture.target);
  let meanSquares: Tensor[] = online.map(({ shape }) => np.zeros(shape));
  const oneHot = new Float32Array(batchSize * actionCount);
  for (const [sample, action] of fixture.actions.entries()) oneHot[sample * actionCount + action] = 1;
  const goOn = fixture.terminals.map((terminal) => 1 - terminal);

  return {
    version: packageVersion(),
    adapter,
    poll,
    async update() {
      const taken = np.array(oneHot.slice()).reshape([batchSize, actionCount]);
      const batch = [
        upload(fixture.state),
        upload(fixture.nextState),
        taken,
        vector(fixture.rewards),
        vector(goOn),
      ] as const;
      const [parameters, squares, loss] = step(online, refs(target), meanSquares, ...batch);
      online = parameters;
      meanSquares = squares;
      return (await loss.data())[0];
    },
    async weights() {
      const data = await Promise.all(refs(online).map((parameter) => parameter.data()));
      return fixture.online.map(({ name, shape }, index) => ({ name, shape, data: data[index] as Float32Array }));
    },
    forward32: async () => chooseAction(refs(online), upload(fixture.state)).data(),
    forward1: async () => (await chooseAction(refs(online), upload(fixture.state.subarray(0, stateBytes))).data())[0],
  };
}

/** The package exports no package.json. */
function packageVersion(): string {
  const main = createRequire(import.meta.url).resolve('@jax-js/jax');
  return JSON.parse(readFileSync(main.replace(/dist\/[^/]*$/, 'package.json'), 'utf8')).version;
}

await servePeer(open);
