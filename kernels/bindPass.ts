/** A pass that has variants, ready to run: the variant chosen, its scratch memory made, its calls bound. */
import type { KernelCall, Step } from './runtime/dispatch.ts';
import type { Gpu } from './runtime/gpu.ts';
import { type ChooseVariant, type Implementations, scratchWords, type VariantOptions } from './variant.ts';

/**
 * The steps of one pass, for example `bindPass(gpu, likelyVariants(gpu), conv2dForwardVariants, conv2dForward, shape, { input, … })`.
 * Await `gpu.compiled()` before they run. Where the variant needs scratch memory, a tensor is made for it, which lives as long as the device.
 * @param variants the pass's variants, and `calls` its host half: the two belong together
 * Throws ShapeError for tensors that do not fit the shape, LimitError or ValidationError for what the device would refuse.
 */
export function bindPass<Shape, Tensors, Options extends VariantOptions>(
  gpu: Gpu,
  choose: ChooseVariant,
  variants: Implementations<Shape, Tensors, Options>,
  calls: (shape: Shape, tensors: Tensors, options: Options) => KernelCall[],
  shape: Shape,
  tensors: Tensors,
  options: Options = {} as Options,
): Step[] {
  const chosen = { ...options, variant: choose(variants, shape, options) };
  const words = scratchWords(variants, shape, chosen);
  const scratch = words === 0 ? undefined : gpu.tensor(`${options.label ?? variants.pass}.scratch`, [words]);
  return calls(shape, { ...tensors, scratch }, chosen).map((call) => gpu.dispatch(call));
}
