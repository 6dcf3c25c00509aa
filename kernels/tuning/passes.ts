/**
 * The passes that something is going to run, each on its shape: what there is to choose among, and how to run each variant by itself.
 * Leaves out: measuring (tuner.ts).
 */
import type { KernelCall } from '../runtime/dispatch.ts';
import type { Gpu } from '../runtime/gpu.ts';
import type { Tensor } from '../runtime/tensor.ts';
import {
  type ChooseVariant,
  contenders,
  type Implementations,
  implementationOf,
  scratchWords,
  type Variant,
  type VariantOptions,
  variantsCovering,
  variantsOf,
} from '../variant.ts';
import { filledTensor, trialOf } from './trialTensors.ts';

/** Has `choose` choose for each pass that is going to run, as those who run them do. */
export type VisitPasses = (choose: ChooseVariant) => void;

/** A pass on a shape. */
export interface PassOnShape {
  /** Names pass and shape, in a cache of choices and in a run's record. */
  readonly key: string;
  readonly pass: string;
  /** As the first that asked for it named it; the pass's name where that had none. */
  readonly label: string;
  readonly batch: number;
  /** The shape in words. */
  readonly shape: string;
  /** Floating-point operations of one call; 0 where the pass cannot be measured. */
  readonly flops: number;
  /** The variants that the adapter runs and that cover the shape, the one that is likely the fastest first. */
  readonly variants: readonly Variant[];
  /** Those of them that are worth measuring, in the same order; one, and the choice is made. */
  readonly contenders: readonly Variant[];
  /** The one that reads weights stored as f16; undefined where the pass reads none, or none can. */
  readonly halves: Variant | undefined;
  /** Tensors of its own to run the variants on. Throws GpuError. */
  trial(): Trial;
}

/** A pass on tensors of its own. */
export interface Trial {
  /** Throws GpuError where the device refuses a tensor. */
  calls(variant: Variant): KernelCall[];
  free(): void;
}

/** `conv2d.forward batch=32 height=84 …`: what decides which variant is the fastest. Options do not. */
export function passKey({ pass }: { readonly pass: string }, shape: object): string {
  return [pass, ...Object.entries(shape).map(([extent, value]) => `${extent}=${value}`)].join(' ');
}

/** What `visit` asks for, each pass and shape once, in the order of the first asking. */
export function passesOf(gpu: Gpu, visit: VisitPasses): PassOnShape[] {
  const passes = new Map<string, PassOnShape>();
  visit((all, shape, options) => {
    const key = passKey(all, shape as object);
    if (!passes.has(key)) passes.set(key, passOnShape(gpu, key, all, shape, options));
    return 'generic';
  });
  return [...passes.values()];
}

function passOnShape<Shape, Tensors, Options extends VariantOptions>(
  gpu: Gpu,
  key: string,
  all: Implementations<Shape, Tensors, Options>,
  shape: Shape,
  options: Options,
): PassOnShape {
  const measured = trialOf(all);
  const variants = variantsCovering(all, shape, options, variantsOf(gpu));
  return {
    ...{ key, pass: all.pass, label: options.label ?? all.pass, variants },
    batch: (shape as { readonly batch: number }).batch,
    shape: measured?.text(shape) ?? key,
    flops: measured?.flops(shape) ?? 0,
    halves: variants.find((variant) => all[variant]?.readsHalves === true),
    contenders: measured === undefined ? variants.slice(0, 1) : contenders(gpu, variants),
    trial() {
      if (measured === undefined) throw new RangeError(`there are no tensors to measure ${all.pass} on`);
      const made: Tensor[] = [];
      const keep = (tensor: Tensor): Tensor => {
        made.push(tensor);
        return tensor;
      };
      const tensors = measured.tensors((...of) => keep(filledTensor(gpu, ...of)), shape);
      return {
        calls(variant) {
          const chosen = { ...options, variant };
          const words = scratchWords(all, shape, chosen);
          const scratch = words === 0 ? undefined : keep(gpu.tensor('scratch', [words]));
          return implementationOf(all, shape, chosen).calls(shape, { ...tensors, scratch }, chosen);
        },
        free() {
          for (const tensor of made) gpu.free(tensor);
        },
      };
    },
  };
}
