/** What the tests of the replay memory, its frames and checkpoints share. */
import type { AdapterKind } from '../../kernels/runtime/adapter.ts';
import { Gpu } from '../../kernels/runtime/gpu.ts';
import type { ReplayMemoryOptions } from '../../src/agent/replayMemory.ts';

/** States of successive frames, transitions of one step, every batch drawn by itself and guarded; nobody's quirks. */
export const plainReplay = {
  ...{ capacity: 64, frameBytes: 4, stack: 4, stackPadding: 'zero', historyType: 'linear', historySpacing: 1 },
  ...{ nSteps: 1, discount: 0.99, replayGuard: 'exact', replayBuffer: 0 },
  ...{ nonTerminalProbability: 1, nonEventProbability: 1 },
} as const satisfies ReplayMemoryOptions;

/** All chunks in one piece of their own. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk.slice());
  return new Uint8Array(Buffer.concat(all));
}

/** The GPU as one of this kind with `bytes` of memory left: a buffer beyond them is an error that the next error scope ends with. */
export function gpuWithMemory(gpu: Gpu, bytes: number, kind: AdapterKind = 'hardware'): Gpu {
  let left = bytes;
  let failed = false;
  const createBuffer = (descriptor: GPUBufferDescriptor): GPUBuffer => {
    const buffer = gpu.device.createBuffer(descriptor);
    if (descriptor.size > left) {
      failed = true;
      return buffer;
    }
    left -= descriptor.size;
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      left += descriptor.size;
      return destroy();
    };
    return buffer;
  };
  const popErrorScope = async (): Promise<GPUError | null> => {
    const error = await gpu.device.popErrorScope();
    if (!failed) return error;
    failed = false;
    return new GPUOutOfMemoryError('no room');
  };
  const device = new Proxy(gpu.device, {
    get(target, name) {
      if (name === 'createBuffer') return createBuffer;
      if (name === 'popErrorScope') return popErrorScope;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return new Gpu({ adapter: gpu.adapter, provider: gpu.provider, kind }, device);
}
