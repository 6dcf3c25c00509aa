/** What the tests of the replay memory, its frames and checkpoints share. */
import type { AdapterKind } from '../../kernels/runtime/adapterInfo.ts';
import { Gpu } from '../../kernels/runtime/gpu.ts';
import { ownShaders } from '../../kernels/runtime/shaderFiles.ts';
import {
  blackFrame,
  type ReplayBatch,
  type ReplayMemory,
  type ReplayMemoryOptions,
} from '../../src/agent/replayMemory.ts';
import { Xoshiro128 } from '../../src/random.ts';

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
  return new Gpu({ adapter: gpu.adapter, provider: gpu.provider, kind }, device, { shaders: ownShaders().read });
}

export const black = -1;

/** Four bytes that say which frame it is. */
export function frameOf(id: number): Uint8Array {
  return new Uint8Array(new Uint32Array([id]).buffer);
}

/** One transition of a batch by the numbers of its frames (`frameOf`), oldest first, or `black`. */
export interface SampledTransition {
  readonly state: readonly number[];
  readonly next: readonly number[];
  readonly action: number;
  readonly reward: number;
  readonly terminal: number;
  readonly discount: number;
}

/** The transition in place `sample` of a batch of frames of four bytes. */
export function transitionAt(batch: ReplayBatch, sample: number): SampledTransition {
  const frames = new Uint32Array(batch.frames.buffer);
  const stack = batch.stateIndices.length / batch.batchSize;
  const numbers = (indices: Uint32Array): number[] =>
    [...indices.subarray(sample * stack, (sample + 1) * stack)].map((slot) =>
      slot === blackFrame ? black : frames[slot],
    );
  return {
    state: numbers(batch.stateIndices),
    next: numbers(batch.nextStateIndices),
    action: batch.actions[sample],
    reward: batch.rewards[sample],
    terminal: batch.terminals[sample],
    discount: batch.discounts[sample],
  };
}

/** All transitions that can be sampled now, by their states' newest frames; what is drawn ahead stays as it is. */
export function allTransitions(memory: ReplayMemory): SampledTransition[] {
  const count = memory.sampleable;
  if (count === 0) return [];
  const batch = memory.createBatch(count);
  // Nonsense first, so that what is not written shows.
  for (const array of [batch.frames, batch.stateIndices, batch.nextStateIndices]) array.fill(0xee);
  for (const array of [batch.rewards, batch.terminals, batch.discounts]) array.fill(Number.NaN);
  memory.sampleApart(count, new Xoshiro128(count, 'all transitions'), batch, 'without-replacement');
  const all = Array.from({ length: count }, (_, sample) => transitionAt(batch, sample));
  return all.sort((a, b) => newest(a) - newest(b));
}

/** The number of the newest frame of its state. */
export function newest({ state }: SampledTransition): number {
  return state[state.length - 1];
}
