/**
 * Weights stored as f16, two to a word, to halve what is read: how they are packed, and how the tiled passes bind them. Products and sums
 * stay f32. `unpack2x16float` is of WGSL's core, so no feature is needed.
 */
import { invocationGrid } from './grid.ts';
import type { Binding, KernelCall } from './runtime/dispatch.ts';
import { elementCount, type Tensor } from './runtime/tensor.ts';
import { expectCount, expectElements, expectTensor, wholeVec4s } from './shapes.ts';
import type { ReadsHalves } from './variant.ts';

export interface HalfPack {
  /** Any shape, f32; beyond +-65504 the result is indeterminate. */
  readonly input: Tensor;
  /** The same number of elements, f16. */
  readonly output: Tensor;
  /** Names the call in errors and timings. Default: the pass's name. */
  readonly label?: string;
}

/** output = input, rounded as shaders/half.pack.wgsl says. Throws ShapeError. */
export function halfPack({ input, output, label }: HalfPack): KernelCall[] {
  const shader = 'half.pack';
  const count = expectElements(shader, 'input', input);
  expectCount(shader, 'output', output, count, 'f16');
  return [
    {
      shader,
      ...(label === undefined ? {} : { label }),
      constants: { COUNT: count },
      bindings: [
        { tensor: wholeVec4s(shader, input), access: 'read' },
        { tensor: output, access: 'readwrite' },
      ],
      workgroups: invocationGrid(Math.ceil(count / 2)),
      flops: 0,
      bytes: 4 * count + output.byteLength,
    },
  ];
}

/** Throws ShapeError unless the weight has this shape and is f32 or, where the implementation reads such, f16. */
export function expectWeight(
  kernel: string,
  weight: Tensor,
  shape: readonly number[],
  { readsHalves }: ReadsHalves,
): void {
  expectTensor(kernel, 'weight', weight, shape, readsHalves === true && weight.type === 'f16' ? 'f16' : 'f32');
}

/**
 * How a tiled pass takes a weight of either type: bound as f32, as whole vec4s and as four halves each, of which the shader reads the view
 * that HALF and the shape call for. `savedBytes`: what halves need not move.
 */
export function weightViews(weight: Tensor): {
  readonly bindings: readonly Binding[];
  readonly constants: { readonly HALF: number };
  readonly savedBytes: number;
} {
  const binding: Binding = { tensor: weight, access: 'read' };
  return {
    bindings: [binding, binding, binding],
    constants: { HALF: weight.type === 'f16' ? 1 : 0 },
    savedBytes: 4 * elementCount(weight.shape) - weight.byteLength,
  };
}
