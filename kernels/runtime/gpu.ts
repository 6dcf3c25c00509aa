/**
 * The GPU as the kernels see it: tensors, compiled kernels, programs, uploads and readbacks on one device.
 */
import { readFileSync } from 'node:fs';
import { create, globals } from 'webgpu';
import type { Copy, Dispatch, KernelCall, PipelineSlot, Step } from './dispatch.ts';
import { type ElementType, elementCount, type Tensor, tensorByteLength } from './tensor.ts';

const shaderFolder = new URL('../../shaders/', import.meta.url);

// The addon frees its instance with this object: it must stay reachable for the life of the process.
let instance: GPU | undefined;

/** A device and what lives on it. Make one with `openGpu`. */
export class Gpu {
  readonly device: GPUDevice;
  readonly adapter: GPUAdapter;
  readonly #pipelines = new Map<string, PipelineSlot>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #modules = new Map<string, GPUShaderModule>();
  #compiling: Promise<void>[] = [];

  constructor(adapter: GPUAdapter, device: GPUDevice) {
    this.adapter = adapter;
    this.device = device;
  }

  /** Whether kernels may use `enable subgroups`. */
  get hasSubgroups(): boolean {
    return this.device.features.has('subgroups');
  }

  /** A new zeroed tensor in a buffer of its own. */
  tensor(name: string, shape: readonly number[], type: ElementType = 'f32'): Tensor {
    const byteLength = tensorByteLength(type, shape);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    // Whole vec4s, so that shaders can bind any tensor as array<vec4f>.
    const buffer = this.device.createBuffer({ label: name, size: Math.ceil(byteLength / 16) * 16, usage });
    return { name, type, shape, buffer, offset: 0, byteLength };
  }

  /** A new uniform buffer of `words` 32-bit words, for values that change between runs (learning rate, step count). */
  uniform(name: string, words: number): Tensor {
    const byteLength = Math.ceil(words / 4) * 16;
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer({ label: name, size: byteLength, usage });
    return { name, type: 'f32', shape: [words], buffer, offset: 0, byteLength };
  }

  /** Binds a kernel; it compiles in the background until `compiled()` is awaited. */
  dispatch(call: KernelCall): Dispatch {
    const label = call.label ?? call.shader;
    const access = call.bindings.map((binding) => binding.access).join(',');
    const layout = this.#layout(access, call);
    const key = `${call.shader}|${access}|${JSON.stringify(Object.entries(call.constants).sort())}`;
    let slot = this.#pipelines.get(key);
    if (slot === undefined) {
      slot = { pipeline: undefined };
      this.#pipelines.set(key, slot);
      this.#compiling.push(this.#compile(call, label, layout, slot));
    }
    const bindGroup = this.device.createBindGroup({
      label,
      layout,
      entries: call.bindings.map(({ tensor }, binding) => ({
        binding,
        resource: { buffer: tensor.buffer, offset: tensor.offset, size: tensor.byteLength },
      })),
    });
    return { ...call, kind: 'dispatch', label, slot, bindGroup };
  }

  /** A copy of one tensor's bytes to another of the same byte length. */
  copy(from: Tensor, to: Tensor): Copy {
    return { kind: 'copy', label: `copy ${from.name} to ${to.name}`, from, to };
  }

  /** Resolves when every kernel bound so far is compiled; rejects with the first shader error. */
  async compiled(): Promise<void> {
    const compiling = this.#compiling;
    this.#compiling = [];
    await Promise.all(compiling);
  }

  /** Runs the steps in order, in one submission. Nothing is read back. */
  run(steps: readonly Step[]): void {
    const encoder = this.device.createCommandEncoder();
    let pass: GPUComputePassEncoder | undefined;
    for (const step of steps) {
      if (step.kind === 'copy') {
        pass?.end();
        pass = undefined;
        const { from, to } = step;
        encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, from.byteLength);
      } else {
        pass ??= encoder.beginComputePass();
        pass.setPipeline(step.slot.pipeline!);
        pass.setBindGroup(0, step.bindGroup);
        pass.dispatchWorkgroups(step.workgroups[0], step.workgroups[1], step.workgroups[2]);
      }
    }
    pass?.end();
    this.device.queue.submit([encoder.finish()]);
  }

  /** Copies `data` to the tensor's start (f32 and u32: one value an element; u8: one byte an element). */
  write(tensor: Tensor, data: Float32Array | Uint32Array | Uint8Array): void {
    this.device.queue.writeBuffer(tensor.buffer, tensor.offset, data as unknown as Uint8Array<ArrayBuffer>);
  }

  /** The tensor's elements, after everything submitted before. */
  async readF32(tensor: Tensor): Promise<Float32Array> {
    return new Float32Array(await this.#read(tensor));
  }

  /** The tensor's 32-bit words, after everything submitted before. */
  async readU32(tensor: Tensor): Promise<Uint32Array> {
    return new Uint32Array(await this.#read(tensor));
  }

  destroy(): void {
    this.device.destroy();
  }

  async #read(tensor: Tensor): Promise<ArrayBuffer> {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const staging = this.device.createBuffer({ label: `read ${tensor.name}`, size: tensor.byteLength, usage });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(tensor.buffer, tensor.offset, staging, 0, tensor.byteLength);
    this.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const bytes = staging.getMappedRange().slice(0);
    staging.destroy();
    return bytes;
  }

  #layout(access: string, call: KernelCall): GPUBindGroupLayout {
    let layout = this.#layouts.get(access);
    if (layout === undefined) {
      const bufferTypes = { read: 'read-only-storage', readwrite: 'storage', uniform: 'uniform' } as const;
      layout = this.device.createBindGroupLayout({
        entries: call.bindings.map((binding, index) => ({
          binding: index,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: bufferTypes[binding.access] },
        })),
      });
      this.#layouts.set(access, layout);
    }
    return layout;
  }

  async #compile(call: KernelCall, label: string, layout: GPUBindGroupLayout, slot: PipelineSlot): Promise<void> {
    slot.pipeline = await this.device.createComputePipelineAsync({
      label,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: this.#module(call.shader), entryPoint: 'main', constants: call.constants },
    });
  }

  #module(shader: string): GPUShaderModule {
    let module = this.#modules.get(shader);
    if (module === undefined) {
      const code = readFileSync(new URL(`${shader}.wgsl`, shaderFolder), 'utf8');
      module = this.device.createShaderModule({ label: shader, code });
      this.#modules.set(shader, module);
    }
    return module;
  }
}

/** Opens the adapter and a device with the limits and features that the kernels use. */
export async function openGpu(): Promise<Gpu> {
  Object.assign(globalThis, globals);
  instance ??= create([]);
  const adapter = await instance.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error('no WebGPU adapter');
  const wanted: GPUFeatureName[] = ['subgroups', 'timestamp-query', 'shader-f16'];
  const device = await adapter.requestDevice({
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    requiredLimits: {
      maxBufferSize: adapter.limits.maxBufferSize,
      maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: adapter.limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: adapter.limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: adapter.limits.maxComputeWorkgroupSizeX,
      maxStorageBuffersPerShaderStage: adapter.limits.maxStorageBuffersPerShaderStage,
    },
  });
  return new Gpu(adapter, device);
}

/** The number of elements of a tensor. */
export function count(tensor: Tensor): number {
  return elementCount(tensor.shape);
}
