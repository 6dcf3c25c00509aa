/**
 * Compiling on several cores where the driver compiles on one. Mesa's lavapipe translates a pipeline to machine code when it is first
 * dispatched, 0.2 to 0.7 s each, one after the other; what a device has compiled, another finds in Mesa's cache on disk in 10 to 20 ms.
 * So devices that are there for nothing else dispatch each pipeline once, on a few bytes, at the same time.
 * Leaves out: hardware, whose drivers compile when the pipeline is made, on threads of their own.
 */
import { availableParallelism } from 'node:os';
import { chooseAdapter } from './adapter.ts';
import type { ChosenAdapter } from './adapterInfo.ts';
import { requestDevice } from './device.ts';
import type { CompiledCall } from './pipelines.ts';

/** Opening devices takes about as long as finding three pipelines in the cache. */
export const leastAsideCalls = 6;
/** More hardly find work for themselves. */
const mostDevices = 8;

/** Enough for any fixed-size binding of the kernels; storage arrays of unknown length take any size. */
const bindingBytes = 256;

/** Whether compiling aside can help: on lavapipe, with cores to spare and Mesa's cache to pass the results on. */
export function canCompileAside({ kind }: Pick<ChosenAdapter, 'kind'>): boolean {
  const disabled = ['1', 'true'].includes(process.env['MESA_SHADER_CACHE_DISABLE'] ?? '');
  return kind === 'lavapipe' && !disabled && availableParallelism() > 1;
}

/** So many pipelines in a row that take less than so long are in the cache already, and so are the others. */
const quickMs = 60;
const quickOnes = 3;

/** Resolves when all are compiled, or were given up: a failure shows where the pipeline is really used. */
export async function compileAside(calls: readonly CompiledCall[]): Promise<void> {
  const count = Math.min(availableParallelism(), mostDevices, calls.length);
  let next = 0;
  let quickInARow = 0;
  const compileSome = async (): Promise<void> => {
    const device = await requestDevice(await chooseAdapter('lavapipe'));
    device.addEventListener('uncapturederror', (event) => event.preventDefault());
    while (next < calls.length && quickInARow < quickOnes) {
      const startMs = performance.now();
      await dispatchOnce(device, calls[next++]);
      quickInARow = performance.now() - startMs < quickMs ? quickInARow + 1 : 0;
    }
    device.destroy();
  };
  await Promise.allSettled(Array.from({ length: count }, compileSome));
}

async function dispatchOnce(device: GPUDevice, { source, constants, access }: CompiledCall): Promise<void> {
  const types = { read: 'read-only-storage', readwrite: 'storage', uniform: 'uniform' } as const;
  const layout = device.createBindGroupLayout({
    entries: access.map((kind, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: types[kind] },
    })),
  });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code: source }), entryPoint: 'main', constants },
  });
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM;
  const buffers = access.map(() => device.createBuffer({ size: bindingBytes, usage }));
  const bindGroup = device.createBindGroup({
    layout,
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(1);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  for (const buffer of buffers) buffer.destroy();
}
