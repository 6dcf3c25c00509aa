/**
 * Opens a GPU under Bun and Node: the adapter by adapter.ts, the shaders from their folder.
 * Leaves out: the browser (openBrowserGpu.ts).
 */
import { chooseAdapter, type ForcedAdapter } from './adapter.ts';
import { canCompileAside, compileAside, leastAsideCalls } from './compileAside.ts';
import { requestDevice } from './device.ts';
import { Gpu } from './gpu.ts';
import type { ShaderReader } from './pipelines.ts';
import { ownShaders } from './shaderFiles.ts';

/** How to open a GPU. */
export interface OpenOptions {
  /** Only this adapter will do. Default: the best there is, or what `WGSL_DQN_ADAPTER` says. */
  readonly adapter?: ForcedAdapter;
  /** Default: the project's own (shaderFiles.ts). */
  readonly shaders?: ShaderReader;
}

/**
 * Opens the best adapter and a device with the limits and features that the kernels use.
 * Rejects with `NoAdapterError` or `LimitError`, whose `hint` is the remedy.
 */
export async function openGpu({ adapter, shaders = ownShaders().read }: OpenOptions = {}): Promise<Gpu> {
  const chosen = await chooseAdapter(adapter);
  return new Gpu(chosen, await requestDevice(chosen), {
    shaders,
    afterCompiling: async (calls) => {
      if (calls.length >= leastAsideCalls && canCompileAside(chosen)) await compileAside(calls);
    },
  });
}
