/**
 * TensorFlow.js, on its WebGPU or its wasm backend: `webgpu` or `wasm` is the first word of the command line.
 * Its own RMSProp adds epsilon under the root, so the step is written out; its own runs as many kernels.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
// Methods of tensors and the gradients of what is used.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { type Peer, type Poll, servePeer } from '../protocol.ts';
import { provideWebGpu } from '../webgpu.ts';
import {
  actionCount,
  batchSize,
  channelsLast,
  type Fixture,
  parameterBuffer,
  settings,
  side,
  stack,
  stateBytes,
  tensorsOfBuffer,
  weightsOfTensors,
} from '../work.ts';

const strides = [4, 2, 1];
const backend = process.argv.at(-3);

/** The wasm backend has no gradient of a convolution's weights: here it is one matrix product for each pixel of the kernel. */
function registerFilterGradient(): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => {
        const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
        const { strides: given, filterShape } = attrs as unknown as {
          strides: number | number[];
          filterShape: number[];
        };
        const stride = typeof given === 'number' ? given : given[0];
        const [kernelHeight, kernelWidth, inputsCount, outputs] = filterShape;
        const [batch, height, width] = dy.shape;
        const rows = dy.reshape([-1, outputs]);
        const products: tf.Tensor[] = [];
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const end = [batch, ky + (height - 1) * stride + 1, kx + (width - 1) * stride + 1, inputsCount];
            const pixels = tf.stridedSlice(x, [0, ky, kx, 0], end, [1, stride, stride, 1]);
            products.push(tf.matMul(pixels.reshape([-1, inputsCount]), rows, true));
          }
        }
        return tf.concat(products).reshape(filterShape);
      }),
  });
}

async function openBackend(): Promise<{ adapter: string; poll: Poll }> {
  if (backend === 'webgpu') {
    const provided = await provideWebGpu();
    await import('@tensorflow/tfjs-backend-webgpu');
    await tf.setBackend('webgpu');
    return provided;
  }
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(main)}/`);
  registerFilterGradient();
  await tf.setBackend('wasm');
  await tf.ready();
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { adapter: `wasm${simd ? '-SIMD' : ''}, ${wasm.getThreadsCount()} thread(s)`, poll: 'none' };
}

function forward(parameters: readonly tf.Tensor[], states: tf.Tensor4D): tf.Tensor2D {
  let x: tf.Tensor = states.toFloat().mul(1 / 255);
  for (const [layer, stride] of strides.entries()) {
    const [weight, bias] = parameters.slice(2 * layer);
    x = tf.relu(tf.conv2d(x as tf.Tensor4D, weight as tf.Tensor4D, stride, 'valid').add(bias));
  }
  x = tf.relu(tf.matMul(x.reshape([x.shape[0]!, -1]), parameters[6]).add(parameters[7]));
  return tf.matMul(x as tf.Tensor2D, parameters[8] as tf.Tensor2D).add(parameters[9]);
}

async function open(fixture: Fixture): Promise<Peer> {
  const { adapter, poll } = await openBackend();
  if (tf.getBackend() !== backend) throw new Error(`the backend is ${tf.getBackend()}, not ${backend}`);
  const tensors = (network: Fixture['online']) =>
    tensorsOfBuffer(parameterBuffer(network)).map(({ data, shape }) => tf.tensor(data, [...shape]));
  const online = tensors(fixture.online).map((tensor) => tf.variable(tensor));
  const target = tensors(fixture.target);
  const meanSquares = online.map((variable) => tf.variable(tf.zerosLike(variable), false));
  const state = channelsLast(fixture.state);
  const nextState = channelsLast(fixture.nextState);
  const upload = (bytes: Uint8Array, batch: number) => tf.tensor4d(bytes, [batch, side, side, stack], 'int32');

  /** The Huber loss as q (d - q / 2) with q = d clipped to +-1. */
  const meanLoss = (): tf.Scalar => {
    const next = forward(target, upload(nextState, batchSize)).max(1);
    const goOn = tf.sub(1, tf.tensor1d(fixture.terminals));
    const wanted = tf.tensor1d(fixture.rewards).add(goOn.mul(next).mul(settings.discount));
    const values = forward(online, upload(state, batchSize));
    const taken = tf.oneHot(tf.tensor1d(fixture.actions, 'int32'), actionCount);
    const difference = values.mul(taken).sum(1).sub(wanted);
    const clipped = difference.clipByValue(-1, 1);
    return clipped.mul(difference.sub(clipped.mul(0.5))).mean();
  };
  const actions = (bytes: Uint8Array, batch: number) => tf.tidy(() => forward(online, upload(bytes, batch)).argMax(1));

  return {
    version: tf.version_core,
    adapter,
    poll,
    async update() {
      const loss = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(meanLoss, online);
        for (const [index, variable] of online.entries()) {
          const gradient = grads[variable.name];
          const meanSquare = meanSquares[index];
          meanSquare.assign(meanSquare.mul(settings.decay).add(gradient.square().mul(1 - settings.decay)));
          const step = gradient.div(meanSquare.sqrt().add(settings.epsilon));
          variable.assign(variable.sub(step.mul(settings.learningRate)));
        }
        return value;
      });
      const [mean] = await loss.data();
      loss.dispose();
      return mean;
    },
    weights: async () =>
      weightsOfTensors(
        (await Promise.all(online.map((variable) => variable.data()))).map((data) => Float32Array.from(data)),
      ),
    async forward32() {
      const chosen = actions(state, batchSize);
      const data = await chosen.data();
      chosen.dispose();
      return data;
    },
    async forward1() {
      const chosen = actions(state.subarray(0, stateBytes), 1);
      const [action] = await chosen.data();
      chosen.dispose();
      return action;
    },
  };
}

await servePeer(open);
