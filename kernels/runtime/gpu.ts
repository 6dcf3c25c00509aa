/**
 * The GPU as the kernels see it: tensors, compiled kernels, programs, uploads and readbacks on one device.
 * The parts: device.ts (limits, failures), bindings.ts (checks), pipelines.ts (compiling), program.ts (running, timing), readback.ts
 * (reading in a loop), errors.ts. Runs wherever there is WebGPU. Leaves out: finding it, with openGpu.ts under Bun and Node, with
 * openBrowserGpu.ts in a browser.
 */
import type { AdapterKind, ChosenAdapter, ProviderInfo } from './adapterInfo.ts';
import { boundByteLength, checkCall } from './bindings.ts';
import { FailureWatch } from './device.ts';
import type { Copy, Dispatch, KernelCall, Step } from './dispatch.ts';
import { LimitError, ValidationError } from './errors.ts';
import { Pace } from './pace.ts';
import { type CompiledCall, PipelineCache, type ShaderReader } from './pipelines.ts';
import { encodeSteps, type KernelTiming, type Program, programCost, timeKernels } from './program.ts';
import { mappedOrFailure, Readback } from './readback.ts';
import { type ElementType, elementCount, type Tensor, tensorByteLength } from './tensor.ts';

/** What a `Gpu` does not know by itself. */
export interface GpuSurroundings {
  readonly shaders: ShaderReader;
  /** What else is done with pipelines that were just compiled, before the first of them runs (compileAside.ts). */
  readonly afterCompiling?: (calls: readonly CompiledCall[]) => Promise<void>;
}

/** A device and what lives on it. Make one with `openGpu` or `openBrowserGpu`. */
export class Gpu {
  readonly device: GPUDevice;
  readonly adapter: GPUAdapter;
  readonly provider: ProviderInfo;
  readonly kind: AdapterKind;
  readonly failures: FailureWatch;
  readonly #pipelines: PipelineCache;
  readonly #pace: Pace;
  readonly #afterCompiling: GpuSurroundings['afterCompiling'];
  #allocatedBytes = 0;

  constructor(chosen: ChosenAdapter, device: GPUDevice, { shaders, afterCompiling }: GpuSurroundings) {
    this.adapter = chosen.adapter;
    this.provider = chosen.provider;
    this.kind = chosen.kind;
    this.device = device;
    this.failures = new FailureWatch(device);
    this.#pipelines = new PipelineCache(device, shaders);
    this.#pace = new Pace(device.queue, this.failures);
    this.#afterCompiling = afterCompiling;
  }

  /** Whether kernels may use `enable subgroups`. */
  get hasSubgroups(): boolean {
    return this.device.features.has('subgroups');
  }

  /** Whether `profile` works. */
  get hasTimestamps(): boolean {
    return this.device.features.has('timestamp-query');
  }

  /** Bytes of all tensors and uniforms that are not freed. */
  get allocatedBytes(): number {
    return this.#allocatedBytes;
  }

  /** A new zeroed tensor in a buffer of its own. Throws `LimitError` if it is larger than the device allows. */
  tensor(name: string, shape: readonly number[], type: ElementType = 'f32'): Tensor {
    const byteLength = tensorByteLength(type, shape);
    if (!Number.isInteger(byteLength) || byteLength <= 0) {
      throw new ValidationError(`tensor ${name}: the shape [${shape.join(', ')}] holds no elements`);
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    // Whole vec4s, so that shaders can bind any tensor as array<vec4f>.
    const buffer = this.#buffer(name, Math.ceil(byteLength / 16) * 16, usage);
    return { name, type, shape, buffer, offset: 0, byteLength };
  }

  /** Frees the tensor's buffer, and with it all tensors that lie there, once what is submitted is done. */
  free(tensor: Tensor): void {
    this.#allocatedBytes -= tensor.buffer.size;
    tensor.buffer.destroy();
  }

  /** `tensor`, but undefined where the GPU has no memory left for it. */
  async tensorIfRoom(name: string, shape: readonly number[], type: ElementType = 'f32'): Promise<Tensor | undefined> {
    this.device.pushErrorScope('out-of-memory');
    const tensor = this.tensor(name, shape, type);
    if ((await this.device.popErrorScope()) === null) return tensor;
    this.free(tensor);
    return undefined;
  }

  /** A new uniform buffer of `words` 32-bit words, for values that change between runs (learning rate, step count). */
  uniform(name: string, words: number): Tensor {
    const byteLength = Math.ceil(words / 4) * 16;
    const buffer = this.#buffer(name, byteLength, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
    return { name, type: 'f32', shape: [words], buffer, offset: 0, byteLength };
  }

  /**
   * Binds a kernel; it compiles in the background until `compiled()` is awaited.
   * Throws `LimitError` or `ValidationError` if the device would refuse the call.
   */
  dispatch(call: KernelCall): Dispatch {
    checkCall(call, this.device.limits);
    const label = call.label ?? call.shader;
    const layout = this.#pipelines.layout(call.bindings.map(({ access }) => access));
    const slot = this.#pipelines.slot(call, layout);
    const bindGroup = this.device.createBindGroup({
      label,
      layout,
      entries: call.bindings.map(({ tensor }, binding) => ({
        binding,
        resource: { buffer: tensor.buffer, offset: tensor.offset, size: boundByteLength(tensor) },
      })),
    });
    return { ...call, kind: 'dispatch', label, slot, bindGroup };
  }

  /** A copy of one tensor's bytes to another of the same byte length. */
  copy(from: Tensor, to: Tensor): Copy {
    if (from.byteLength !== to.byteLength) {
      throw new ValidationError(`copy ${from.name} to ${to.name}: ${from.byteLength} bytes into ${to.byteLength}`);
    }
    return { kind: 'copy', label: `copy ${from.name} to ${to.name}`, from, to };
  }

  /** Resolves when every kernel bound so far is compiled; rejects with the first shader error. */
  async compiled(): Promise<void> {
    const calls = await this.#pipelines.compiled();
    await this.#afterCompiling?.(calls);
    this.check();
  }

  /** A named list of steps, to run and to profile. */
  program(label: string, steps: readonly Step[]): Program {
    return { label, steps, ...programCost(steps), run: () => this.run(steps) };
  }

  /**
   * Runs the steps in order, in one submission. Nothing is read back.
   * Throws what the device reported since the last check, once; a lost device always throws.
   */
  run(steps: readonly Step[]): void {
    const encoder = this.encode(steps);
    this.device.queue.submit([encoder.finish()]);
  }

  /** The steps in a command encoder that is still open; for those who add to the same submission. */
  encode(steps: readonly Step[]): GPUCommandEncoder {
    if (this.failures.pending) this.failures.take();
    const encoder = this.device.createCommandEncoder();
    encodeSteps(encoder, steps);
    return encoder;
  }

  /** What each kernel of the program takes on the device, the mean of some runs. Needs `hasTimestamps`. */
  profile(program: Program, repetitions = 5): Promise<KernelTiming[]> {
    return timeKernels(this.device, program.steps, repetitions);
  }

  /** Throws what the device reported since the last check: `ValidationError`, `OutOfMemoryError`, `DeviceLostError`. */
  check(): void {
    this.failures.take();
  }

  /**
   * Copies `data` to the tensor (f32 and u32: one value an element; f16: words of two; u8: one byte an element), from its byte `start`
   * on, a multiple of 4.
   */
  write(tensor: Tensor, data: Float32Array | Uint32Array | Uint8Array, start = 0): void {
    if (start + data.byteLength > tensor.byteLength) {
      throw new ValidationError(`write to ${tensor.name}: ${start + data.byteLength} bytes into ${tensor.byteLength}`);
    }
    this.device.queue.writeBuffer(tensor.buffer, tensor.offset + start, wholeWords(data) as Uint8Array<ArrayBuffer>);
  }

  /** The tensor's elements, after everything submitted before. */
  async readF32(tensor: Tensor): Promise<Float32Array> {
    return new Float32Array(await this.#read(tensor));
  }

  /** The tensor's 32-bit words, after everything submitted before. */
  async readU32(tensor: Tensor): Promise<Uint32Array> {
    return new Uint32Array(await this.#read(tensor));
  }

  /** The tensor's bytes, after everything submitted before; a u8 tensor's elements without the padding. */
  async readU8(tensor: Tensor): Promise<Uint8Array> {
    const bytes = new Uint8Array(await this.#read(tensor));
    return tensor.type === 'u8' ? bytes.subarray(0, elementCount(tensor.shape)) : bytes;
  }

  /** Reads a tensor again and again in a hot loop; `depth` reads may be on their way at a time. */
  readback(tensor: Tensor, depth = 2): Readback {
    return new Readback(this, tensor, depth);
  }

  /**
   * For loops that submit much and read little: resolves when all but the `depth` latest calls of `pace` find their submissions done.
   * Rejects with what the device reported.
   */
  pace(depth = 4): Promise<void> {
    return this.#pace.keep(depth);
  }

  /** Frees the device and all that lives on it. Later calls throw `DeviceLostError`. */
  destroy(): void {
    this.failures.markDestroyed();
    this.device.destroy();
  }

  #buffer(name: string, size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const most = this.device.limits.maxBufferSize;
    if (size > most)
      throw new LimitError(`buffer ${name}`, 'maxBufferSize', size, most, 'Lower the batch size or split the tensor.');
    this.#allocatedBytes += size;
    return this.device.createBuffer({ label: name, size, usage });
  }

  async #read(tensor: Tensor): Promise<ArrayBuffer> {
    if (this.failures.pending) this.failures.take();
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = this.device.createBuffer({ label: `read ${tensor.name}`, size: tensor.byteLength, usage });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(tensor.buffer, tensor.offset, staging, 0, tensor.byteLength);
    this.device.queue.submit([encoder.finish()]);
    await mappedOrFailure(staging.mapAsync(GPUMapMode.READ), this.failures, tensor.name);
    const bytes = staging.getMappedRange().slice(0);
    staging.destroy();
    if (this.failures.pending) this.failures.take();
    return bytes;
  }
}

/** The number of elements of a tensor. */
export function count(tensor: Tensor): number {
  return elementCount(tensor.shape);
}

/** The data padded with zero bytes to whole 32-bit words, which is what WebGPU copies. */
function wholeWords(data: Float32Array | Uint32Array | Uint8Array): Float32Array | Uint32Array | Uint8Array {
  if (data.byteLength % 4 === 0) return data;
  const padded = new Uint8Array(Math.ceil(data.byteLength / 4) * 4);
  padded.set(data as Uint8Array);
  return padded;
}
