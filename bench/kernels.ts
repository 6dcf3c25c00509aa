/**
 * `bun run bench kernels`: what each kernel takes at the Nature network's shapes, and what part of the adapter's own peak it reaches.
 * Which kernels: gpu/natureKernels.ts; how it is measured: gpu/sampling.ts, gpu/peaks.ts.
 */

import type { Gpu } from '../kernels/runtime/gpu.ts';
import { openGpu } from '../kernels/runtime/openGpu.ts';
import type { PassOnShape, VisitPasses } from '../kernels/tuning/passes.ts';
import { callsTask } from '../kernels/tuning/sampling.ts';
import { type Variant, variantNames } from '../kernels/variant.ts';
import { type Command, choiceFlag, integerFlag, numberFlag } from '../src/cli/arguments.ts';
import { shown } from '../src/cli/words.ts';
import { UserError } from '../src/errors.ts';
import { jsonBytes, writeAtomically } from '../src/run/files.ts';
import { chooseKernels, requireVariant } from '../src/run/kernelChoices.ts';
import { requireWritable } from '../src/run/recordingFile.ts';
import { type KernelResults, type KernelRow, kernelText } from './gpu/kernelResults.ts';
import { observeMachine } from './gpu/machine.ts';
import { batchKernels, type MeasuredCall, parameterKernels, visitNature } from './gpu/natureKernels.ts';
import { leastMs, type Peaks, peakTasks } from './gpu/peaks.ts';
import { sampleInTurns, spreadOfTimes } from './gpu/sampling.ts';

const batches = [1, 32, 256];
const largestBatch = 1024;
const defaultSeconds = 60;

export const kernelsCommand: Command = {
  spec: {
    name: 'bench kernels',
    summary: "Measure the kernels at the Nature network's shapes.",
    positionals: ['FILTER'],
    flags: [
      { flag: '--batch', placeholder: 'N', help: `Samples in a batch [${batches.join(', ')}]` },
      {
        flag: '--seconds',
        placeholder: 'N',
        help: `Seconds of sampling, at least three samples each [${defaultSeconds}]`,
      },
      {
        flag: '--variant',
        placeholder: 'NAME',
        help: `One variant wherever it covers the shape: ${variantNames.join(', ')}`,
      },
      { flag: '--all-variants', help: 'Each variant of each pass that runs here [what a run takes, by measuring]' },
      { flag: '--json', help: 'Print the results as JSON and nothing else' },
      { flag: '--out', placeholder: 'FILE', help: 'Write the results to FILE.json' },
    ],
    helpLines: () => ['', 'FILTER: part of the name of a kernel, for example conv1 or .forward'],
    examples: [
      'bun run bench kernels',
      'bun run bench kernels conv1 --batch 32 --seconds 10',
      'bun run bench kernels --out bench/results/kernels.json && bun run docs',
    ],
  },
  async run(parsed) {
    const batch = parsed.flags.has('--batch') ? integerFlag(parsed, '--batch', 1, 1, largestBatch) : undefined;
    const seconds = numberFlag(parsed, '--seconds', defaultSeconds, 0.01, 3600);
    const named = choiceFlag(parsed, '--variant', ['tuned', ...variantNames], 'tuned');
    const all = parsed.flags.has('--all-variants');
    if (all && named !== 'tuned') throw new UserError('--variant and --all-variants exclude each other.');
    const variants = all ? 'all' : named;
    const out = parsed.flags.get('--out');
    if (out !== undefined) requireWritable(out, '.json');
    const gpu = await openGpu();
    if (variants !== 'tuned' && variants !== 'all') requireVariant(gpu, variants, '--variant');
    const [filter = ''] = parsed.positionals;
    const results = await measure(gpu, variants, batch === undefined ? batches : [batch], filter, seconds);
    gpu.destroy();
    if (out !== undefined) writeAtomically(out, jsonBytes(results));
    if (parsed.flags.has('--json')) {
      console.log(JSON.stringify(results, null, 2));
    } else {
      for (const line of kernelText(results)) console.log(line);
      if (out !== undefined) console.log(`\nWrote ${shown(out)}`);
    }
    return 0;
  },
};

interface Chosen extends MeasuredCall {
  readonly batch: number | null;
}

async function measure(
  gpu: Gpu,
  variants: KernelResults['variants'],
  sizes: readonly number[],
  filter: string,
  seconds: number,
): Promise<KernelResults> {
  const chosen = choose(gpu, await variantsToMeasure(gpu, variants, sizes, filter), sizes, filter);
  const machine = observeMachine(gpu);
  const peaks = peakTasks(gpu);
  const tasks = [...peaks.tasks, ...chosen.map(({ call }) => callsTask(gpu, [call]))];
  await gpu.compiled();
  const samples = await sampleInTurns(tasks, seconds);
  const measured = peaks.read(samples);
  return {
    what: 'bun run bench kernels',
    ...machine(),
    ...{ variants, seconds },
    ...measured,
    rows: chosen.map((one, i) => row(one, samples[peaks.tasks.length + i], measured)),
  };
}

/** Which variants of a pass are measured. What a run would take is measured first where it is not known, of the kernels with the filter. */
async function variantsToMeasure(
  gpu: Gpu,
  variants: KernelResults['variants'],
  sizes: readonly number[],
  filter: string,
): Promise<(pass: PassOnShape) => readonly Variant[]> {
  if (variants === 'all') return (pass) => pass.variants;
  if (variants !== 'tuned') return (pass) => (pass.variants.includes(variants) ? [variants] : ['generic']);
  const visit: VisitPasses = (ask) =>
    visitNature(sizes)((all, shape, options) => {
      const { label = all.pass } = options;
      return label.includes(filter) || filter.startsWith(label) ? ask(all, shape, options) : 'generic';
    });
  const { record } = await chooseKernels(gpu, visit, { budgetMs: Number.POSITIVE_INFINITY });
  return ({ key }) => [(record[key] ?? 'generic') as Variant];
}

/** Throws UserError where no name has the filter in it. */
function choose(
  gpu: Gpu,
  variants: (pass: PassOnShape) => readonly Variant[],
  sizes: readonly number[],
  filter: string,
): Chosen[] {
  const all = [
    ...sizes.flatMap((batch) => batchKernels(gpu, batch, variants).map((one) => ({ ...one, batch }))),
    ...parameterKernels(gpu).map((one) => ({ ...one, batch: null })),
  ];
  const chosen = all.filter(({ kernel }) => kernel.includes(filter));
  if (chosen.length > 0) return chosen;
  const names = [...new Set(all.map(({ kernel }) => kernel))].join(', ');
  throw new UserError(`No kernel has "${filter}" in its name.`, `Kernels: ${names}.`);
}

function row({ batch, kernel, variant, call }: Chosen, samples: readonly number[], peaks: Peaks): KernelRow {
  const { shader, flops, bytes } = call;
  const ms = spreadOfTimes(samples);
  const arithmetic = flops / peaks.peakGflops.median > bytes / peaks.peakGbs.median;
  return {
    ...{ kernel, shader, variant, batch, flops, bytes, ms },
    gflops: flops / ms.median / 1e6,
    gbs: bytes / ms.median / 1e6,
    limit: arithmetic ? 'arithmetic' : 'memory',
    shareOfPeak: leastMs([call], peaks) / ms.median,
  };
}
