/** WebGPU as a browser has it, for libraries that look for `navigator.gpu`: this project's provider, and with it its sleeping poll. */
import { chooseAdapter } from '../../kernels/runtime/adapter.ts';
import { adapterName } from '../../kernels/runtime/adapterInfo.ts';
import type { Poll } from './protocol.ts';

/** Which adapter it is and whose poll waits for it. Call before the library is imported. */
export async function provideWebGpu(): Promise<{ adapter: string; poll: Poll }> {
  const { adapter, provider } = await chooseAdapter();
  // A library asks for an adapter of its own, because a device uses its adapter up.
  const gpu = provider.createInstance();
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  return { adapter: adapterName(adapter.info), poll: pollInUse() };
}

export function pollInUse(): Poll {
  return Symbol.for('wgsl-dqn.sleepingPoll') in globalThis ? 'replaced' : 'own';
}
