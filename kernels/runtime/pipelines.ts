/**
 * Compiled kernels of one device: each shader is read once, each combination of shader, constants and bindings is compiled once,
 * all of them at the same time on the provider's own threads.
 * Leaves out: a cache on disk, which the drivers have.
 */
import type { Access, KernelCall, PipelineSlot } from './dispatch.ts';
import { DeviceLostError, fromDeviceError, GpuError, ShaderError, ValidationError } from './errors.ts';

const bufferTypes = { read: 'read-only-storage', readwrite: 'storage', uniform: 'uniform' } as const;

/** The text of a shader file, for example `relu.forward.wgsl`. One that gives it at once lets the compiling begin at once. */
export type ShaderReader = (file: string) => string | Promise<string>;

/** What a pipeline was compiled from. */
export interface CompiledCall extends Pick<KernelCall, 'constants'> {
  readonly source: string;
  readonly access: readonly Access[];
}

interface Shader {
  readonly file: string;
  readonly source: string;
  readonly module: GPUShaderModule;
  /** The device's complaint about the module, if any. */
  readonly error: Promise<GPUError | null>;
}

export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #read: ShaderReader;
  readonly #slots = new Map<string, PipelineSlot>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #shaders = new Map<string, Shader | Promise<Shader>>();
  #compiling: Promise<CompiledCall>[] = [];

  constructor(device: GPUDevice, read: ShaderReader) {
    this.#device = device;
    this.#read = read;
  }

  /** The layout of bindings of these kinds, in this order. */
  layout(access: readonly Access[]): GPUBindGroupLayout {
    const key = access.join(',');
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      layout = this.#device.createBindGroupLayout({
        label: key,
        entries: access.map((kind, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: bufferTypes[kind] },
        })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  /** The call's pipeline, which may still be compiling. */
  slot(call: KernelCall, layout: GPUBindGroupLayout): PipelineSlot {
    const key = `${call.shader}|${layout.label}|${JSON.stringify(Object.entries(call.constants).sort())}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = { pipeline: undefined };
      this.#slots.set(key, slot);
      const compiling = this.#compile(call, layout, slot).catch((error: unknown) => {
        // The next call with the same key tries again and fails again, with the reason.
        this.#slots.delete(key);
        throw error;
      });
      // Whoever awaits compiled() sees the rejection; it must not count as unhandled before.
      compiling.catch(() => {});
      this.#compiling.push(compiling);
    }
    return slot;
  }

  /** Resolves when all pipelines asked for since the last time are compiled, with each of them; rejects with the first error. */
  async compiled(): Promise<readonly CompiledCall[]> {
    const compiling = this.#compiling;
    this.#compiling = [];
    return Promise.all(compiling);
  }

  async #compile(call: KernelCall, layout: GPUBindGroupLayout, slot: PipelineSlot): Promise<CompiledCall> {
    const label = call.label ?? call.shader;
    const read = this.#shader(call.shader);
    const shader = read instanceof Promise ? await read : read;
    try {
      slot.pipeline = await this.#device.createComputePipelineAsync({
        label,
        layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module: shader.module, entryPoint: 'main', constants: call.constants },
      });
    } catch (error) {
      throw (await this.#shaderError(shader)) ?? pipelineError(label, shader.file, error as Error);
    }
    const access = call.bindings.map((binding) => binding.access);
    return { constants: call.constants, source: shader.source, access };
  }

  /** The shader, read once; not a promise where its text is there at once. */
  #shader(name: string): Shader | Promise<Shader> {
    const known = this.#shaders.get(name);
    if (known !== undefined) return known;
    const file = `shaders/${name}.wgsl`;
    const unreadable = (error: unknown): never => {
      // The next call asks again.
      this.#shaders.delete(name);
      throw new ValidationError(
        `${file} cannot be read: ${(error as Error).message}`,
        'Check the shader name of the kernel call.',
      );
    };
    const made = (source: string): Shader => this.#module(name, file, source);
    let text: string | Promise<string>;
    try {
      text = this.#read(`${name}.wgsl`);
    } catch (error) {
      return unreadable(error);
    }
    const shader = typeof text === 'string' ? made(text) : text.then(made, unreadable);
    this.#shaders.set(name, shader);
    return shader;
  }

  #module(name: string, file: string, source: string): Shader {
    // The scope keeps the error from the device's listener. Its text has line and column; bun-webgpu has no compilation info.
    this.#device.pushErrorScope('validation');
    const module = this.#device.createShaderModule({ label: name, code: source });
    return { file, source, module, error: this.#device.popErrorScope().catch(() => null) };
  }

  async #shaderError(shader: Shader): Promise<GpuError | undefined> {
    const error = await shader.error;
    if (error === null) return undefined;
    const place = compilerPlace.exec(error.message);
    if (place === null) return fromDeviceError(error, shader.file);
    const line = Number(place[1]);
    // The compiler counts bytes of UTF-8.
    const before = new TextEncoder()
      .encode(shader.source.split('\n')[line - 1] ?? '')
      .subarray(0, Number(place[2]) - 1);
    return new ShaderError(shader.file, line, new TextDecoder().decode(before).length + 1, place[3], shader.source);
  }
}

/** Dawn's message, for example `Error while parsing WGSL: :3:11 error: unresolved value 'x'`. */
const compilerPlace = /:(\d+):(\d+) error: (.*)/;

/** A valid shader that makes no pipeline: bindings, constants or limits do not fit. */
function pipelineError(label: string, file: string, error: Error): GpuError {
  const { reason } = error as GPUPipelineError;
  const message = `${label} (${file}): ${error.message.trim()}`;
  if (reason === 'validation') {
    return new ValidationError(
      message,
      "Compare the call's constants and bindings with the shader's overrides and @binding lines.",
    );
  }
  if (error.name === 'AbortError') return new DeviceLostError('unknown', message);
  return new GpuError(message, 'The driver failed to compile a valid shader; update it, or choose another adapter.');
}
