/**
 * Tensors between guards, for kernels that bind memory in whole vec4s: each lies inside a larger buffer full of one value, so that a
 * write outside shows when it is read back. `runTwice` guards with NaN, so that a value from outside that enters a result shows, and then
 * with a number, so that a value outside that was updated in place shows.
 */
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { type ElementType, type Tensor, tensorAlignment, tensorByteLength } from '../../kernels/runtime/tensor.ts';
import { expectSameBits, runCalls } from './kernelTest.ts';

/** The bits of a quiet NaN: what elements without contents hold. */
const poisonBits = 0x7fc00abc;
/** The bits of 12.375. */
const numberBits = 0x41460000;

/** What each buffer's guards hold. */
const guardOf = new WeakMap<GPUBuffer, number>();
/** What the guards of new tensors hold. */
let guardBits = poisonBits;

/** A tensor with guards before and after it, holding `contents` or, without, NaN. */
export function guarded(
  gpu: Gpu,
  name: string,
  shape: readonly number[],
  contents?: Float32Array | Uint32Array | Uint8Array,
  type: ElementType = contents instanceof Uint32Array ? 'u32' : contents instanceof Uint8Array ? 'u8' : 'f32',
): Tensor {
  const byteLength = tensorByteLength(type, shape);
  const size = Math.ceil(byteLength / tensorAlignment + 2) * tensorAlignment;
  const whole = gpu.tensor(name, [size / 4], 'u32');
  gpu.write(whole, new Uint32Array(size / 4).fill(guardBits));
  guardOf.set(whole.buffer, guardBits);
  const tensor: Tensor = { name, type, shape, buffer: whole.buffer, offset: tensorAlignment, byteLength };
  const bytes = new Uint8Array(byteLength);
  if (contents === undefined) new Uint32Array(bytes.buffer).fill(poisonBits);
  else bytes.set(new Uint8Array(contents.buffer, contents.byteOffset, contents.byteLength));
  gpu.write(tensor, bytes);
  return tensor;
}

/** The bits of a guarded tensor's elements, as f32. Throws when a guard was written to. */
export async function readGuarded(gpu: Gpu, tensor: Tensor): Promise<Float32Array> {
  const size = tensor.buffer.size;
  const words = await gpu.readU32({ ...tensor, type: 'u32', shape: [size / 4], offset: 0, byteLength: size });
  const guard = guardOf.get(tensor.buffer);
  const first = tensor.offset / 4;
  const end = first + tensor.byteLength / 4;
  for (let i = 0; i < words.length; i++) {
    if (i >= first && i < end) continue;
    if (words[i] !== guard) throw new Error(`${tensor.name}: a write outside, at element ${i - first}`);
  }
  return new Float32Array(words.slice(first, end).buffer);
}

/** Kernel calls on guarded tensors, and the tensors that hold their results. */
export interface GuardedRun {
  readonly calls: readonly KernelCall[];
  readonly outputs: readonly Tensor[];
}

/**
 * Builds and runs twice, from fresh tensors in other guards; throws unless both runs give the same bits and leave the guards alone.
 * @returns the elements of each output
 */
export async function runTwice(gpu: Gpu, build: () => GuardedRun): Promise<Float32Array[]> {
  const results: Float32Array[][] = [];
  for (let run = 0; run < 2; run++) {
    guardBits = run === 0 ? poisonBits : numberBits;
    const { calls, outputs } = build();
    await runCalls(gpu, calls);
    const read: Float32Array[] = [];
    for (const output of outputs) read.push(await readGuarded(gpu, output));
    results.push(read);
    for (const { tensor } of calls.flatMap((call) => call.bindings)) tensor.buffer.destroy();
    if (run === 1) for (const [i, output] of outputs.entries()) expectSameBits(output.name, results[0][i], read[i]);
  }
  return results[0];
}
