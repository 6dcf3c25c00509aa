/**
 * Variants of a pass: shaders that compute the same and suit different adapters and shapes, and the choice among them.
 * Leaves out: measuring which is the fastest.
 */
import type { KernelCall } from './runtime/dispatch.ts';
import type { Gpu } from './runtime/gpu.ts';

/**
 * Which WGSL runs. `generic`: on any adapter, any shape. `tiled`: tiles in workgroup memory, for GPUs. `subgroup8` and `panel8`: where
 * every subgroup has 8 invocations (Mesa's lavapipe where the CPU has AVX); the first has register tiles, the second keeps a panel
 * of one operand in each invocation's own memory.
 */
export const variantNames = ['generic', 'tiled', 'subgroup8', 'panel8'] as const;
export type Variant = (typeof variantNames)[number];

/** The variants that the adapter can run, the one that is likely the fastest first. */
export function variantsOf(gpu: Gpu): readonly Variant[] {
  const { subgroupMinSize, subgroupMaxSize } = gpu.adapter.info;
  if (gpu.hasSubgroups && subgroupMinSize === 8 && subgroupMaxSize === 8) {
    return ['panel8', 'subgroup8', 'generic', 'tiled'];
  }
  return gpu.kind === 'hardware' ? ['tiled', 'generic'] : ['generic', 'tiled'];
}

/**
 * Those of `candidates`, of which the first is likely the fastest, that may turn out to be. Where subgroups have 8 invocations, the
 * variants made for that are five to ten times as fast as the others, and tiles in workgroup memory slower than none: not worth their
 * compiling, 0.2 to 0.7 s each.
 */
export function contenders(gpu: Gpu, candidates: readonly Variant[]): Variant[] {
  if (!variantsOf(gpu).includes('subgroup8')) return [...candidates];
  const forSubgroups = candidates.filter((variant) => variant === 'panel8' || variant === 'subgroup8');
  return forSubgroups.length > 0 ? forSubgroups : candidates.slice(0, 1);
}

/** Options that every host half with variants takes. */
export interface VariantOptions {
  /** Default `generic`, which also runs where the one asked for does not cover the shape. Results agree within rounding. */
  readonly variant?: Variant | undefined;
  /** Names the call in errors and timings. Default: the pass's name. */
  readonly label?: string | undefined;
}

export interface ReadsHalves {
  /** Whether it takes a weight of f16 as well as one of f32. */
  readonly readsHalves?: boolean;
}

/** One variant of one pass. The caller has checked shape and tensors; `calls` checks the scratch tensor. */
export interface Implementation<Shape, Tensors, Options extends VariantOptions> extends ReadsHalves {
  /** Whether it computes this shape. */
  covers(shape: Shape, options: Options): boolean;
  /** f32 elements of the scratch tensor that it needs; none where this is left out or 0. */
  scratch?(shape: Shape, options: Options): number;
  calls(shape: Shape, tensors: Tensors, options: Options): KernelCall[];
}

/** The variants that there are of a pass. */
export interface Implementations<Shape, Tensors, Options extends VariantOptions>
  extends Readonly<Partial<Record<Variant, Implementation<Shape, Tensors, Options>>>> {
  /** The pass's name, for example `conv2d.forward`. */
  readonly pass: string;
  readonly generic: Implementation<Shape, Tensors, Options>;
}

/** Decides which variant of a pass runs for a shape. */
export type ChooseVariant = <Shape, Tensors, Options extends VariantOptions>(
  all: Implementations<Shape, Tensors, Options>,
  shape: Shape,
  options: Options,
) => Variant;

/** The implementation that runs for these options. */
export function implementationOf<Shape, Tensors, Options extends VariantOptions>(
  all: Implementations<Shape, Tensors, Options>,
  shape: Shape,
  options: Options,
): Implementation<Shape, Tensors, Options> {
  const chosen = all[options.variant ?? 'generic'];
  return chosen?.covers(shape, options) ? chosen : all.generic;
}

/** f32 elements of the scratch tensor that the pass needs with these options; 0 for none. */
export function scratchWords<Shape, Tensors, Options extends VariantOptions>(
  all: Implementations<Shape, Tensors, Options>,
  shape: Shape,
  options: Options,
): number {
  return implementationOf(all, shape, options).scratch?.(shape, options) ?? 0;
}

/** Those of `candidates` that have an implementation of their own for the shape, in the same order. */
export function variantsCovering<Shape, Tensors, Options extends VariantOptions>(
  all: Implementations<Shape, Tensors, Options>,
  shape: Shape,
  options: Options,
  candidates: readonly Variant[],
): Variant[] {
  return candidates.filter((variant) => all[variant]?.covers(shape, { ...options, variant }));
}

/** Chooses the variant that is likely the fastest of those that the adapter can run and that cover the shape; measures nothing. */
export function likelyVariants(gpu: Gpu): ChooseVariant {
  return (all, shape, options) => variantsCovering(all, shape, options, variantsOf(gpu))[0] ?? 'generic';
}

/** As `choose`, but of the passes that can read weights stored as f16 the variant that does. */
export function readingHalves(choose: ChooseVariant): ChooseVariant {
  return (all, shape, options) =>
    variantNames.find((variant) => all[variant]?.readsHalves === true) ?? choose(all, shape, options);
}
