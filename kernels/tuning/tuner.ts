/**
 * Which variant of a pass is the fastest on this adapter, by measuring.
 * Leaves out: keeping what was found (src/run/kernelCache.ts).
 */
import { DeviceLostError, GpuError } from '../runtime/errors.ts';
import type { Gpu } from '../runtime/gpu.ts';
import type { Variant } from '../variant.ts';
import type { PassOnShape } from './passes.ts';
import { callsTask, sampleInTurns, type Task } from './sampling.ts';

/** Milliseconds of one call. */
export type VariantTimes = Readonly<Partial<Record<Variant, number>>>;

/** What runs for a pass on a shape. */
export interface Choice {
  readonly variant: Variant;
  /** What was measured; empty where nothing was, and the variant is the one that is likely the fastest. */
  readonly ms: VariantTimes;
}

/** A variant must be so much faster than one that is likelier to be the fastest: noise does not decide. */
const clearlyFaster = 0.95;
/** The best of all samples counts. A pass of two variants takes some 60 ms, and longer where a call does. */
const sampling = { sampleMs: 4, fewestRounds: 2, seconds: 0.04 };
/** So much slower than the fastest in a single run, and that run so long, and a variant is measured no further. */
const hopeless = { slower: 3, ms: 20 };

/**
 * Measures the contenders of each pass, the passes with the most arithmetic first; after `budgetMs` no further pass is begun, and the
 * variant that is likely the fastest is chosen. A pass with one contender takes no time. By the passes' keys.
 */
export async function measuredChoices(
  gpu: Gpu,
  passes: readonly PassOnShape[],
  budgetMs: number,
): Promise<Map<string, Choice>> {
  const startMs = performance.now();
  const choices = new Map<string, Choice>();
  for (const pass of [...passes].sort((a, b) => b.flops - a.flops)) {
    const [likely = 'generic', ...others] = pass.contenders;
    const inTime = performance.now() - startMs < budgetMs;
    const ms = others.length > 0 && inTime ? await variantTimes(gpu, pass, [likely, ...others]) : {};
    choices.set(pass.key, { variant: fastest([likely, ...others], ms) ?? likely, ms });
  }
  return choices;
}

/** The fastest, but a likelier one where it is less than 5 % slower; undefined where none was measured. */
export function fastest(likelyFirst: readonly Variant[], ms: VariantTimes): Variant | undefined {
  let best: Variant | undefined;
  for (const variant of likelyFirst) {
    const time = ms[variant];
    if (time !== undefined && (best === undefined || time < clearlyFaster * ms[best]!)) best = variant;
  }
  return best;
}

/**
 * Milliseconds of a call of each variant, the best of some samples; a single run's where that took far longer than another's. A variant
 * that the device refuses is left out.
 */
export async function variantTimes(gpu: Gpu, pass: PassOnShape, variants: readonly Variant[]): Promise<VariantTimes> {
  const trial = pass.trial();
  try {
    const tasks = new Map<Variant, Task>();
    const ms: Partial<Record<Variant, number>> = {};
    for (const variant of variants) {
      try {
        const task = callsTask(gpu, trial.calls(variant));
        await gpu.compiled();
        // The driver may compile at the first run.
        await task.run(1);
        const startMs = performance.now();
        await task.run(1);
        ms[variant] = performance.now() - startMs;
        tasks.set(variant, task);
      } catch (error) {
        if (!(error instanceof GpuError) || error instanceof DeviceLostError) throw error;
      }
    }
    const most = Math.max(hopeless.ms, hopeless.slower * Math.min(...Object.values(ms)));
    const close = [...tasks].filter(([variant]) => ms[variant]! <= most);
    const samples = await sampleInTurns(
      close.map(([, task]) => task),
      sampling,
    );
    for (const [i, [variant]] of close.entries()) ms[variant] = Math.min(...samples[i]);
    return ms;
  } finally {
    trial.free();
  }
}
