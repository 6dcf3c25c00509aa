/**
 * Which shaders run for each pass: those that `--storage` needs, those of the run that goes on, those that `--kernels` forces, those that
 * were measured before on this adapter (kernelCache.ts), or, at first use, those that are measured now.
 */
import { adapterName } from '../../kernels/runtime/adapterInfo.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { type PassOnShape, passesOf, passKey, type VisitPasses } from '../../kernels/tuning/passes.ts';
import { type Choice, measuredChoices, type VariantTimes } from '../../kernels/tuning/tuner.ts';
import { type ChooseVariant, likelyVariants, type Variant, variantsOf } from '../../kernels/variant.ts';
import type { DqnOptions } from '../agent/options.ts';
import { UserError } from '../errors.ts';
import { type Choices, circumstancesOf, KernelCache } from './kernelCache.ts';

/** `auto`: by measuring. */
export type KernelsOption = 'auto' | Variant;

/** Variants by the keys of their passes, as a run's checkpoints keep them. */
export type KernelRecord = Readonly<Record<string, string>>;

/** Measuring at first use ends after so long: a run shall begin soon. */
const firstUseMs = 2000;

export interface KernelOptions {
  /** Default `auto`. */
  readonly kernels?: KernelsOption;
  /** What the weights are stored as; with f16 only some variants can read them. Default `f32`. */
  readonly storage?: DqnOptions['storage'];
  /** What a run that goes on has run so far; stronger than `kernels`. */
  readonly recorded?: KernelRecord | undefined;
  /** `first use`: what was never measured here, for two seconds at most; `all`: everything, again. Default `first use`. */
  readonly measure?: 'first use' | 'all' | 'nothing';
  /** Milliseconds after which nothing further is measured, in place of two seconds. */
  readonly budgetMs?: number;
  /** Default: the adapter's, in the user's cache folder. */
  readonly cache?: KernelCache;
}

/** What runs for a pass on a shape, and why. */
export interface KernelRow {
  readonly key: string;
  readonly label: string;
  readonly batch: number;
  /** In words. */
  readonly shape: string;
  readonly variant: Variant;
  /** `only`: no other is worth running here; `likely`: not measured; `storage`: it reads weights stored as f16. */
  readonly source: 'only' | 'measured' | 'likely' | 'forced' | 'recorded' | 'storage';
  /** Milliseconds of what was measured. */
  readonly ms: VariantTimes;
}

export interface Kernels {
  readonly choose: ChooseVariant;
  readonly rows: readonly KernelRow[];
  readonly record: KernelRecord;
  /** What a user should know, each a line: first warnings, at last what was chosen and how. */
  readonly lines: readonly string[];
  /** Where what was measured is kept. */
  readonly cachePath: string;
}

/** Chooses for each pass that `visit` names. Throws UserError where the adapter cannot run the variant that is forced. */
export async function chooseKernels(gpu: Gpu, visit: VisitPasses, options: KernelOptions = {}): Promise<Kernels> {
  const { kernels = 'auto', storage = 'f32', recorded = {}, cache = new KernelCache(circumstancesOf(gpu)) } = options;
  const passes = passesOf(gpu, visit);
  const warnings: string[] = [];
  const rows = new Map<string, KernelRow>();
  const decide = (pass: PassOnShape, variant: Variant, source: KernelRow['source'], ms: VariantTimes = {}): void => {
    const { key, label, batch, shape } = pass;
    rows.set(key, { key, label, batch, shape, variant, source, ms });
  };

  const replaced: PassOnShape[] = [];
  for (const pass of passes) {
    const before = recorded[pass.key];
    const variant = pass.variants.find((one) => one === before);
    if (storage === 'f16' && pass.halves !== undefined) decide(pass, pass.halves, 'storage');
    else if (variant !== undefined) decide(pass, variant, 'recorded');
    else if (before !== undefined) replaced.push(pass);
  }
  if (replaced.length > 0) {
    const names = [...new Set(replaced.map(({ key }) => recorded[key]))].join(', ');
    warnings.push(
      `the run has used ${names} kernels for ${replaced.length} of ${passes.length} passes, which ${adapterName(gpu.adapter.info)} does ` +
        'not run; others take their place, and from here on the run differs from one that stays where it was.',
    );
  }

  // A run that goes on elsewhere cannot be given another --kernels.
  const isPossible = kernels === 'auto' || variantsOf(gpu).includes(kernels);
  if (!isPossible && options.recorded === undefined) requireVariant(gpu, kernels, '--kernels');
  const forced = kernels === 'auto' || !isPossible ? undefined : kernels;
  const open = passes.filter(({ key }) => !rows.has(key));
  if (forced === undefined) {
    const choices = await choicesFor(gpu, open, cache, options, warnings);
    for (const pass of open) {
      const choice = choiceOf(pass, choices);
      const [likely = 'generic', ...others] = pass.contenders;
      if (others.length === 0) decide(pass, likely, 'only');
      else if (choice === undefined) decide(pass, likely, 'likely');
      else decide(pass, choice.variant, Object.keys(choice.ms).length > 0 ? 'measured' : 'likely', choice.ms);
    }
  } else {
    for (const pass of open) decide(pass, pass.variants.includes(forced) ? forced : 'generic', 'forced');
  }

  const all = passes.map(({ key }) => rows.get(key)!);
  const fallback: ChooseVariant = forced === undefined ? likelyVariants(gpu) : () => forced;
  return {
    choose: (variants, shape, of) => {
      const chosen = rows.get(passKey(variants, shape as object))?.variant;
      return chosen === undefined ? fallback(variants, shape, of) : chosen;
    },
    rows: all,
    record: Object.fromEntries(all.map(({ key, variant }) => [key, variant])),
    lines: [...warnings.map((warning) => `Warning: ${warning}`), `Kernels: ${wholeSummary(all, forced)}`],
    cachePath: cache.path,
  };
}

/** Throws UserError where the adapter does not run the variant that `flag` names. */
export function requireVariant(gpu: Gpu, variant: Variant, flag: string): void {
  const possible = variantsOf(gpu);
  if (possible.includes(variant)) return;
  const adapter = adapterName(gpu.adapter.info);
  throw new UserError(`${flag} ${variant}: ${adapter} does not run these.`, `Here it may be ${possible.join(', ')}.`);
}

/** The choices for the passes, from the cache or measured now, in which case they are kept; none for those with one contender. */
async function choicesFor(
  gpu: Gpu,
  passes: readonly PassOnShape[],
  cache: KernelCache,
  { measure = 'first use', budgetMs = firstUseMs }: KernelOptions,
  warnings: string[],
): Promise<Choices> {
  const several = passes.filter((pass) => pass.contenders.length > 1);
  if (several.length === 0) return new Map();
  const { choices, warning } = cache.read();
  if (warning !== undefined) warnings.push(warning);
  const missing = measure === 'all' ? several : several.filter((pass) => choiceOf(pass, choices) === undefined);
  if (missing.length === 0 || measure === 'nothing') return choices;
  const unwritable = cache.unwritable();
  if (unwritable !== undefined) {
    warnings.push(`${unwritable} What is measured about the kernels cannot be kept there.`);
    // Two runs of one seed would differ where each measures for itself.
    if (measure === 'first use') return choices;
  }
  const measured = await measuredChoices(gpu, missing, measure === 'all' ? Number.POSITIVE_INFINITY : budgetMs);
  if (unwritable !== undefined) return measured;
  try {
    return cache.write(measured);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warnings.push(error.message);
    return measured;
  }
}

/** A choice that the shape does not allow, any more, is none. */
function choiceOf(pass: PassOnShape, choices: Choices): Choice | undefined {
  const choice = choices.get(pass.key);
  return choice !== undefined && pass.variants.includes(choice.variant) ? choice : undefined;
}

function wholeSummary(rows: readonly KernelRow[], forced: Variant | undefined): string {
  const stored = rows.filter(({ source }) => source === 'storage');
  const others = rows.filter(({ source }) => source !== 'storage');
  if (stored.length === 0) return summary(others, forced);
  const text = `${stored[0].variant} for the ${stored.length} passes that read weights, as --storage f16 needs`;
  return others.length === 0 ? text : `${summary(others, forced)}; ${text}`;
}

function summary(rows: readonly KernelRow[], forced: Variant | undefined): string {
  const count = (source: KernelRow['source']): number => rows.filter((row) => row.source === source).length;
  if (forced !== undefined && count('forced') > 0) {
    const others = rows.filter(({ source, variant }) => source === 'forced' && variant !== forced).length;
    return `${forced}, as --kernels says${others === 0 ? '' : `; generic for ${others} of ${rows.length} passes, which it does not cover`}`;
  }
  const [recorded, measured, likely] = [count('recorded'), count('measured'), count('likely')];
  if (recorded === rows.length) return 'as the run began';
  const texts = [
    recorded > 0 ? `${recorded} as the run began` : '',
    measured > 0 ? `${measured} chosen by measuring on this adapter` : '',
    likely > 0 ? `${likely} not measured, taken as likely the fastest (--tune measures them)` : '',
    count('only') > 0 ? `${count('only')} without a choice` : '',
  ];
  return texts.filter((text) => text !== '').join(', ');
}
