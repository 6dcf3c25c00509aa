/**
 * Which npm package provides WebGPU: `webgpu` (Dawn as a Node addon), and `bun-webgpu` (Dawn behind bun:ffi) where the first cannot
 * work. Both give the standard API; nothing outside this file knows which one runs.
 * Leaves out: the choice of an adapter (adapter.ts).
 */
import type { ProviderInfo } from './adapterInfo.ts';
import { NoAdapterError } from './errors.ts';
import { installSleepingPoll } from './poll.ts';

export type ProviderName = 'webgpu' | 'bun-webgpu';

export interface Provider extends ProviderInfo {
  readonly name: ProviderName;
  /**
   * A new `GPU` object. It stays reachable for the life of the process.
   * @param adapterName part of the name of the only adapter to find; ignored where the provider cannot filter
   */
  createInstance(adapterName?: string): GPU;
}

/**
 * Dawn frees its instance with the object that `create` returns, and the next call on anything made from it crashes. The list hangs
 * on a registered symbol, so that a second copy of this module does not lose it.
 */
const instances: unknown[] = registeredList(Symbol.for('wgsl-dqn.instances'));

/**
 * Timestamps at the full resolution of the adapter (Dawn rounds them to 0.1 ms against side-channel attacks, which are no concern in
 * a process of one's own).
 */
const dawnOptions = ['disable-dawn-features=timestamp_quantization'];

/**
 * bun-webgpu 0.1.5 asks for WebGPU's default of these limits unless told otherwise, but does not read what the adapter has and refuses
 * its own default. They concern drawing only.
 */
const bunWebgpuLimits = {
  maxStorageBuffersInFragmentStage: 0,
  maxStorageBuffersInVertexStage: 0,
  maxStorageTexturesInFragmentStage: 0,
  maxStorageTexturesInVertexStage: 0,
};

/** The provider for this platform. `WGSL_DQN_PROVIDER` forces one. */
export function preferredProvider(): ProviderName {
  const forced = process.env['WGSL_DQN_PROVIDER'];
  if (forced === 'webgpu' || forced === 'bun-webgpu') return forced;
  if (forced !== undefined && forced !== '') {
    throw new NoAdapterError(`WGSL_DQN_PROVIDER is ${forced}`, 'Set it to webgpu or bun-webgpu, or leave it unset.');
  }
  // Bun crashes in the addon on macOS: https://github.com/oven-sh/bun/issues/19336. When that is closed, delete bun-webgpu.
  return process.platform === 'darwin' ? 'bun-webgpu' : 'webgpu';
}

/** Loads the provider's package and its global constants (`GPUBufferUsage`, …). Rejects with `NoAdapterError` where it cannot load. */
export async function loadProvider(name: ProviderName = preferredProvider()): Promise<Provider> {
  try {
    if (name === 'webgpu') {
      const { version } = (await import('webgpu/package.json', { with: { type: 'json' } })).default;
      const { create, globals } = await import('webgpu');
      Object.assign(globalThis, globals);
      installSleepingPoll();
      const createInstance = (adapterName?: string): GPU =>
        kept(create(adapterName === undefined ? [...dawnOptions] : [...dawnOptions, `adapter=${adapterName}`]));
      return { name, version, fixedLimits: {}, createInstance };
    }
    // Not a literal: its types would add members of its own to every WebGPU interface.
    const specifier: string = name;
    const { version } = (await import(`${specifier}/package.json`, { with: { type: 'json' } })).default;
    const { createGPUInstance, globalConstructors } = await import(specifier);
    Object.assign(globalThis, globalConstructors);
    return { name, version, fixedLimits: bunWebgpuLimits, createInstance: () => kept(createGPUInstance()) };
  } catch (error) {
    throw new NoAdapterError(
      `the package ${name} does not load on ${process.platform} ${process.arch}: ${(error as Error).message}`,
      'Run the install command again; the prebuilt binaries cover x64 and arm64 of Linux (glibc), macOS and Windows.',
    );
  }
}

function kept(instance: GPU): GPU {
  instances.push(instance);
  return instance;
}

function registeredList(key: symbol): unknown[] {
  const registry = process as unknown as Record<symbol, unknown[] | undefined>;
  registry[key] ??= [];
  return registry[key];
}
