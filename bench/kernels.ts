/**
 * `bun run bench kernels`: milliseconds and GFLOP/s of the convolution and linear kernels on the layers of the Nature (2015) and NIPS
 * (2013) networks.
 * Each figure is the best of several samples; a sample runs one kernel many times in one submission. Leaves out: the rest of an
 * update (ReLU, loss, optimiser), and reading back. Worker CPU is what the process's threads other than the main one spent: on a
 * software adapter the kernel's own cost, whatever else the machine is doing. It is shown under Linux, summed over the cores.
 */
import { existsSync, readFileSync } from 'node:fs';
import {
  type Conv2dShape,
  conv2dBackwardInput,
  conv2dBackwardWeight,
  conv2dBackwardWeightScratch,
  conv2dForward,
  conv2dOutputSize,
} from '../kernels/conv2d.ts';
import { type LinearShape, linearBackwardInput, linearBackwardWeight, linearForward } from '../kernels/linear.ts';
import { linearVariant } from '../kernels/linearVariant.ts';
import type { KernelCall } from '../kernels/runtime/dispatch.ts';
import { type Gpu, openGpu } from '../kernels/runtime/gpu.ts';
import { elementCount } from '../kernels/runtime/tensor.ts';
import { type Command, integerFlag } from '../src/cli/arguments.ts';

/** What is measured on. */
interface Bench {
  readonly gpu: Gpu;
  readonly variant: ReturnType<typeof linearVariant>;
  readonly batch: number;
}

export const kernelsCommand: Command = {
  spec: {
    name: 'bench kernels',
    summary: 'Measure the convolution and linear kernels on this adapter.',
    positionals: ['FILTER'],
    flags: [
      { flag: '--batch', placeholder: 'N', help: 'Samples in a batch [32]' },
      { flag: '--generic', help: 'Kernels for any adapter, also where others would be chosen' },
    ],
    helpLines: () => ['', 'FILTER: part of a label, for example nature.conv1 or .forward'],
    examples: ['bun run bench kernels', 'bun run bench kernels nature.conv1 --batch 1'],
  },
  async run(parsed) {
    const batch = integerFlag(parsed, '--batch', 32, 1, 65536);
    const gpu = await openGpu();
    const variant = parsed.flags.has('--generic') ? 'generic' : linearVariant(gpu);
    await report({ gpu, variant, batch }, parsed.positionals[0] ?? '');
    gpu.destroy();
    return 0;
  },
};

/** A tensor of values between -0.5 and 0.5; zeros or subnormals could flatter or slow the arithmetic. */
function filled(gpu: Gpu, name: string, shape: readonly number[]) {
  const tensor = gpu.tensor(name, shape);
  gpu.write(
    tensor,
    Float32Array.from({ length: elementCount(shape) }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5),
  );
  return tensor;
}

/** The three passes of a convolution of a network whose first layer needs no gradient of its input. */
function convolution({ gpu, variant }: Bench, label: string, shape: Conv2dShape, first: boolean): KernelCall[] {
  const { outputHeight, outputWidth } = conv2dOutputSize(shape);
  const input = filled(gpu, 'input', [shape.batch, shape.height, shape.width, shape.inputs]);
  const weight = filled(gpu, 'weight', [shape.kernelHeight, shape.kernelWidth, shape.inputs, shape.outputs]);
  const bias = filled(gpu, 'bias', [shape.outputs]);
  const output = filled(gpu, 'output', [shape.batch, outputHeight, outputWidth, shape.outputs]);
  const dOutput = filled(gpu, 'dOutput', output.shape);
  const dInput = filled(gpu, 'dInput', input.shape);
  const dWeight = filled(gpu, 'dWeight', weight.shape);
  const dBias = filled(gpu, 'dBias', bias.shape);
  const scratchShape = conv2dBackwardWeightScratch(shape, { variant });
  const scratch = scratchShape === undefined ? undefined : filled(gpu, 'scratch', scratchShape);
  const named = (pass: string) => ({ variant, label: `${label}.${pass}` });
  return [
    ...conv2dForward(shape, { input, weight, bias, output }, { ...named('forward'), relu: true }),
    ...(first ? [] : conv2dBackwardInput(shape, { dOutput, weight, dInput, reluInput: input }, named('backwardInput'))),
    ...conv2dBackwardWeight(shape, { input, dOutput, dWeight, dBias, scratch }, named('backwardWeight')),
  ];
}

/** The three passes of a linear layer. */
function linear({ gpu, variant }: Bench, label: string, shape: LinearShape): KernelCall[] {
  const input = filled(gpu, 'input', [shape.batch, shape.inputs]);
  const weight = filled(gpu, 'weight', [shape.inputs, shape.outputs]);
  const bias = filled(gpu, 'bias', [shape.outputs]);
  const output = filled(gpu, 'output', [shape.batch, shape.outputs]);
  const dOutput = filled(gpu, 'dOutput', output.shape);
  const dInput = filled(gpu, 'dInput', input.shape);
  const dWeight = filled(gpu, 'dWeight', weight.shape);
  const dBias = filled(gpu, 'dBias', bias.shape);
  const named = (pass: string) => ({ variant, label: `${label}.${pass}` });
  return [
    ...linearForward(shape, { input, weight, bias, output }, named('forward')),
    ...linearBackwardInput(shape, { dOutput, weight, dInput, reluInput: input }, named('backwardInput')),
    ...linearBackwardWeight(shape, { input, dOutput, dWeight, dBias }, named('backwardWeight')),
  ];
}

function square(
  batch: number,
  size: number,
  inputs: number,
  outputs: number,
  kernel: number,
  stride: number,
): Conv2dShape {
  const extents = { height: size, width: size, kernelHeight: kernel, kernelWidth: kernel };
  return { batch, ...extents, inputs, outputs, stride, padding: 0 };
}

function networks(bench: Bench): Record<string, KernelCall[]> {
  const { batch } = bench;
  return {
    nature: [
      ...convolution(bench, 'nature.conv1', square(batch, 84, 4, 32, 8, 4), true),
      ...convolution(bench, 'nature.conv2', square(batch, 20, 32, 64, 4, 2), false),
      ...convolution(bench, 'nature.conv3', square(batch, 9, 64, 64, 3, 1), false),
      ...linear(bench, 'nature.fc1', { batch, inputs: 3136, outputs: 512 }),
      ...linear(bench, 'nature.fc2', { batch, inputs: 512, outputs: 6 }),
    ],
    nips: [
      ...convolution(bench, 'nips.conv1', square(batch, 84, 4, 16, 8, 4), true),
      ...convolution(bench, 'nips.conv2', square(batch, 20, 16, 32, 4, 2), false),
      ...linear(bench, 'nips.fc1', { batch, inputs: 2592, outputs: 256 }),
      ...linear(bench, 'nips.fc2', { batch, inputs: 256, outputs: 6 }),
    ],
  };
}

interface Measured {
  readonly ms: number;
  /** CPU time of the threads other than the main one; NaN where it cannot be told. */
  readonly workerMs: number;
}

const mainThreadStatistics = `/proc/self/task/${process.pid}/schedstat`;

/** CPU time so far of all threads but the main one, which polls for results. */
function workerCpuMs(): number {
  if (!existsSync(mainThreadStatistics)) return Number.NaN;
  const mainNs = Number(readFileSync(mainThreadStatistics, 'utf8').split(' ')[0]);
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3 - mainNs / 1e6;
}

/** The fastest of several runs of `repeats` times these calls. */
async function measure(gpu: Gpu, calls: readonly KernelCall[], repeats: number): Promise<Measured> {
  const steps = calls.map((call) => gpu.dispatch(call));
  await gpu.compiled();
  const program = Array.from({ length: repeats }, () => steps).flat();
  const last = steps[steps.length - 1].bindings;
  const probe = { ...last[last.length - 1].tensor, byteLength: 4 };
  let ms = Number.POSITIVE_INFINITY;
  let workerMs = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < 6; sample++) {
    const startMs = performance.now();
    const startWorkerMs = workerCpuMs();
    gpu.run(program);
    await gpu.readF32(probe);
    ms = Math.min(ms, (performance.now() - startMs) / repeats);
    workerMs = Math.min(workerMs, (workerCpuMs() - startWorkerMs) / repeats);
  }
  return { ms, workerMs };
}

function row(label: string, { ms, workerMs }: Measured, flops: number): void {
  const cells = [ms.toFixed(3), (flops / ms / 1e6).toFixed(1)];
  const workerCells = [workerMs.toFixed(3), (flops / workerMs / 1e6).toFixed(1)];
  const left = cells.map((cell) => cell.padStart(7)).join(' | ');
  console.log(`| ${label.padEnd(39)} | ${left} | ${workerCells.map((cell) => cell.padStart(14)).join(' | ')} |`);
}

async function report(bench: Bench, filter: string): Promise<void> {
  const { gpu, variant, batch } = bench;
  console.log(`${gpu.adapter.info.description || gpu.adapter.info.device}, ${variant} kernels, batch ${batch}\n`);
  console.log(`| ${'kernel'.padEnd(39)} |      ms | GFLOP/s | worker CPU, ms | GFLOP/s a core |`);
  console.log(`|${'-'.repeat(41)}|--------:|--------:|---------------:|---------------:|`);
  for (const [network, calls] of Object.entries(networks(bench))) {
    const chosen = calls.filter((call) => (call.label ?? '').includes(filter));
    for (const call of chosen)
      row(call.label ?? call.shader, await measure(gpu, [call], batch === 1 ? 50 : 5), call.flops);
    if (chosen.length < calls.length) continue;
    const flopsOf = (list: readonly KernelCall[]) => list.reduce((sum, call) => sum + call.flops, 0);
    const forward = calls.filter((call) => (call.label ?? '').endsWith('.forward'));
    const update = [...forward, ...calls];
    row(`${network}: forward`, await measure(gpu, forward, 5), flopsOf(forward));
    row(`${network}: an update (2 forward, backward)`, await measure(gpu, update, 3), flopsOf(update));
  }
}
