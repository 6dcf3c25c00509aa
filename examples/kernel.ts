/**
 * Kernels on their own: a convolution forward and backward on the GPU, compared with plain loops.
 *
 *   bun examples/kernel.ts
 */
import {
  bindPass,
  conv2dBackwardWeight,
  conv2dBackwardWeightVariants,
  conv2dForward,
  conv2dForwardVariants,
  conv2dOutputSize,
  likelyVariants,
  openGpu,
} from 'wgsl-dqn/kernels';

const shape = {
  batch: 2,
  height: 20,
  width: 20,
  inputs: 4,
  outputs: 8,
  kernelHeight: 3,
  kernelWidth: 3,
  stride: 2,
  padding: 1,
};
const { batch, height, width, inputs, outputs, kernelHeight, kernelWidth, stride, padding } = shape;
const { outputHeight, outputWidth } = conv2dOutputSize(shape);

// Tensors on the GPU. Activations are [batch, height, width, channels], weights [kernelHeight, kernelWidth, inputs, outputs].
const gpu = await openGpu();
const input = gpu.tensor('input', [batch, height, width, inputs]);
const weight = gpu.tensor('weight', [kernelHeight, kernelWidth, inputs, outputs]);
const bias = gpu.tensor('bias', [outputs]);
const output = gpu.tensor('output', [batch, outputHeight, outputWidth, outputs]);
const dOutput = gpu.tensor('dOutput', output.shape);
const dWeight = gpu.tensor('dWeight', weight.shape);
const dBias = gpu.tensor('dBias', bias.shape);

// The passes: of each the variant that suits this adapter. They run in one submission.
const choose = likelyVariants(gpu);
const forward = bindPass(gpu, choose, conv2dForwardVariants, conv2dForward, shape, { input, weight, bias, output });
const gradients = { input, dOutput, dWeight, dBias };
const backward = bindPass(gpu, choose, conv2dBackwardWeightVariants, conv2dBackwardWeight, shape, gradients);
await gpu.compiled();

const wave = (count: number, pitch: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * pitch));
const x = wave(batch * height * width * inputs, 0.37);
const w = wave(kernelHeight * kernelWidth * inputs * outputs, 0.91);
const b = wave(outputs, 0.53);
const dy = wave(batch * outputHeight * outputWidth * outputs, 0.23);
gpu.write(input, x);
gpu.write(weight, w);
gpu.write(bias, b);
gpu.write(dOutput, dy);
gpu.run([...forward, ...backward]);

// The same in plain loops: every product of an input, a weight and an output.
const y = Float64Array.from({ length: dy.length }, (_, i) => b[i % outputs]);
const dw = new Float64Array(w.length);
for (let out = 0; out < dy.length; out++) {
  const channel = out % outputs;
  const column = Math.floor(out / outputs) % outputWidth;
  const row = Math.floor(out / outputs / outputWidth) % outputHeight;
  const sample = Math.floor(out / outputs / outputWidth / outputHeight);
  for (let tap = 0; tap < kernelHeight * kernelWidth * inputs; tap++) {
    const inputRow = row * stride - padding + Math.floor(tap / inputs / kernelWidth);
    const inputColumn = column * stride - padding + (Math.floor(tap / inputs) % kernelWidth);
    if (inputRow < 0 || inputRow >= height || inputColumn < 0 || inputColumn >= width) continue;
    const value = x[((sample * height + inputRow) * width + inputColumn) * inputs + (tap % inputs)];
    y[out] += value * w[tap * outputs + channel];
    dw[tap * outputs + channel] += value * dy[out];
  }
}

const difference = (got: Float32Array, right: Float64Array) =>
  got.reduce((most, v, i) => Math.max(most, Math.abs(v - right[i])), 0);
const errors = {
  output: difference(await gpu.readF32(output), y),
  dWeight: difference(await gpu.readF32(dWeight), dw),
};
console.log(`on ${gpu.adapter.info.description}, kernels ${forward.length} forward and ${backward.length} backward`);
for (const [name, error] of Object.entries(errors))
  console.log(`${name}: differs from the plain loops by at most ${error.toExponential(1)}`);
if (Math.max(...Object.values(errors)) > 1e-3) throw new Error('the kernels are wrong');
gpu.destroy();
