/**
 * A kernel that is ready to run: pipeline, buffers, geometry and what it costs. The host halves in `kernels/` return these;
 * a `Program` runs a fixed list of them in one submission.
 */
import type { Tensor } from './tensor.ts';

/** How a kernel uses a binding; the order of bindings is `@binding(0)`, `@binding(1)`, … of `@group(0)`. */
export type Access = 'read' | 'readwrite' | 'uniform';

export interface Binding {
  readonly tensor: Tensor;
  readonly access: Access;
}

/** What a host half asks for. */
export interface KernelCall {
  /** The file `shaders/<shader>.wgsl`, for example `conv2d.forward`. Its entry point is `main`. */
  readonly shader: string;
  /** Values of the shader's `override` constants: shapes, tile sizes, flags (0 or 1). */
  readonly constants: Readonly<Record<string, number>>;
  readonly bindings: readonly Binding[];
  /** Workgroups along x, y, z. */
  readonly workgroups: readonly [number, number, number];
  /** Floating-point operations, a multiply-add counted as two. */
  readonly flops: number;
  /** Bytes that must move at least: each input read once, each output written once. */
  readonly bytes: number;
  /** Names the call in errors and timings, for example `conv1.forward`. Default: the shader's name. */
  readonly label?: string;
}

/** A `KernelCall` bound on a device. `slot.pipeline` is there once `gpu.compiled()` has resolved. */
export interface Dispatch extends KernelCall {
  readonly kind: 'dispatch';
  readonly label: string;
  readonly slot: PipelineSlot;
  readonly bindGroup: GPUBindGroup;
}

/** A copy between two tensors of equal byte length; runs between compute passes. */
export interface Copy {
  readonly kind: 'copy';
  readonly label: string;
  readonly from: Tensor;
  readonly to: Tensor;
}

export type Step = Dispatch | Copy;

/** A pipeline that may still be compiling. */
export interface PipelineSlot {
  pipeline: GPUComputePipeline | undefined;
}
