/**
 * What an adapter says of itself, and where it comes from; free of anything that only Bun or only a browser has.
 * Leaves out: the choice of one (adapter.ts, openBrowserGpu.ts).
 */

/** `software` is any other that computes on the CPU, such as Windows' WARP. */
export type AdapterKind = 'hardware' | 'lavapipe' | 'swiftshader' | 'software';

/** Who provides WebGPU: an npm package, or the browser. */
export interface ProviderInfo {
  readonly name: 'webgpu' | 'bun-webgpu' | 'browser';
  /** Empty for a browser. */
  readonly version: string;
  /** Limits that `requestDevice` must be given in any case. */
  readonly fixedLimits: Readonly<Record<string, number>>;
}

/** An adapter and where it comes from. */
export interface ChosenAdapter {
  readonly adapter: GPUAdapter;
  readonly provider: ProviderInfo;
  readonly kind: AdapterKind;
}

/** What an adapter is, from what it says of itself. */
export function adapterKind(info: GPUAdapterInfo): AdapterKind {
  const text = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`.toLowerCase();
  if (text.includes('llvmpipe') || text.includes('lavapipe')) return 'lavapipe';
  if (text.includes('swiftshader')) return 'swiftshader';
  if (info.isFallbackAdapter || text.includes('software') || text.includes('basic render')) return 'software';
  return 'hardware';
}

/** The adapter's own words, for example `llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)`. */
export function adapterName(info: GPUAdapterInfo): string {
  const name = info.description || info.device || `${info.vendor} ${info.architecture}`;
  // Dawn appends the driver's version; Mesa's software adapter has none and says 0.0.1.
  return name.replace(/ 0\.0\.1$/, '').trim();
}
