/**
 * Opens the GPU of a browser, with the features and limits that openGpu.ts asks for. The page says where the shaders come from.
 * Leaves out: Bun and Node (openGpu.ts).
 */
import { adapterKind, type ChosenAdapter } from './adapterInfo.ts';
import { requestDevice } from './device.ts';
import { NoAdapterError } from './errors.ts';
import { Gpu } from './gpu.ts';
import type { ShaderReader } from './pipelines.ts';

export interface OpenBrowserOptions {
  /** Gives the text of a shader file, for example `(file) => fetch('/shaders/' + file).then((answer) => answer.text())`. */
  readonly shaders: ShaderReader;
  /** Default: `navigator.gpu`. Undefined stands for a browser that has none. */
  readonly gpu?: GPU | undefined;
}

/** Source: https://github.com/gpuweb/gpuweb/wiki/Implementation-Status. */
const browsers =
  'Chrome and Edge have it from 113, Safari from 26, Firefox from 141 (Windows) and 145 (macOS); on Linux, Chrome may need ' +
  'chrome://flags/#enable-unsafe-webgpu.';

/**
 * The browser's adapter for work, and a device of it. Rejects with `NoAdapterError`, whose `hint` says what a user can do, where the
 * browser has no WebGPU, hides it from a page that came over plain HTTP, or has no GPU that it would use; with `LimitError`.
 */
export async function openBrowserGpu(options: OpenBrowserOptions): Promise<Gpu> {
  const gpu = 'gpu' in options ? options.gpu : globalThis.navigator?.gpu;
  if (gpu === undefined || gpu === null) throw noWebGpu();
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    throw new NoAdapterError(
      'this browser knows WebGPU and offers no GPU for it',
      'Turn graphics acceleration on in the settings of the browser, and see chrome://gpu or about:support for what it says of the driver.',
    );
  }
  const provider = { name: 'browser', version: '', fixedLimits: {} } as const;
  const chosen: ChosenAdapter = { adapter, provider, kind: adapterKind(adapter.info) };
  return new Gpu(chosen, await requestDevice(chosen), { shaders: options.shaders });
}

function noWebGpu(): NoAdapterError {
  const { isSecureContext } = globalThis as { isSecureContext?: boolean };
  return isSecureContext === false
    ? new NoAdapterError(
        'browsers give WebGPU only to pages that came over HTTPS or from this machine',
        'Open the page at http://localhost or http://127.0.0.1, or serve it over HTTPS.',
      )
    : new NoAdapterError('this browser has no WebGPU', browsers);
}
