/** The ONNX file of every network, run by onnxruntime, against our own network on the GPU. */
import { describe, expect, test } from 'bun:test';
import * as ort from 'onnxruntime-web';
import { likelyVariants } from '../../kernels/variant.ts';
import { architecture, initialParameters } from '../../src/agent/architecture.ts';
import { forwardPass, ParameterSet } from '../../src/agent/network.ts';
import { networkNames } from '../../src/agent/options.ts';
import { toNamedArrays } from '../../src/agent/weights.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { encodeOnnx } from '../../src/run/onnx.ts';
import { expectClose, testGpu } from '../support/kernelTest.ts';

ort.env.wasm.numThreads = 1;

const actions = 5;
const batch = 3;
const stack = 4;

describe.each(networkNames)('%s', (name) => {
  // 84 as played; 52 leaves other edges to a padding and other windows to the last convolution.
  test.each([84, 52])('observations of %d pixels: the same Q values', async (side) => {
    const shape = architecture(name, side, stack, actions);
    const values = initialParameters(shape, new Xoshiro128(side, 'initial weights'), 'fan-in');
    const random = new Xoshiro128(1, 'frames');
    const bytes = Uint8Array.from({ length: batch * stack * side * side }, () => random.nextInt(256));

    const gpu = await testGpu();
    const frames = gpu.tensor('frames', [batch * stack, side, side], 'u8');
    const frameNumbers = gpu.tensor('frameNumbers', [batch, stack], 'u32');
    const parameters = new ParameterSet(gpu, shape, 'online');
    const forward = forwardPass(gpu, parameters, { frames, frameNumbers }, likelyVariants(gpu));
    await gpu.compiled();
    parameters.write(values);
    gpu.write(frames, bytes);
    gpu.write(
      frameNumbers,
      Uint32Array.from({ length: batch * stack }, (_, i) => i),
    );
    gpu.run(forward.steps);
    const ours = await gpu.readF32(forward.output);

    const file = encodeOnnx(shape, toNamedArrays(shape, values), { network: name });
    const session = await ort.InferenceSession.create(file);
    expect(session.inputNames).toEqual(['states']);
    expect(session.outputNames).toEqual(['values']);
    const states = new ort.Tensor('float32', Float32Array.from(bytes), [batch, stack, side, side]);
    const { values: theirs } = await session.run({ states });
    expect(theirs.dims).toEqual([batch, actions]);
    // Both are within 1e-7 of exact (tests/agent/network.test.ts), on values of some 0.05.
    expectClose('values', theirs.data as Float32Array, ours, 3e-7);
    expect(ours.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)).toBeGreaterThan(0.01);
    await session.release();
  });
});
