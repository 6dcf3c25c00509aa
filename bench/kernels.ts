/**
 * `bun run bench kernels`: what each kernel takes at the Nature network's shapes, and what part of the adapter's own peak it reaches.
 * Which kernels: gpu/natureKernels.ts; how it is measured: gpu/sampling.ts, gpu/peaks.ts.
 */

import type { KernelCall } from '../kernels/runtime/dispatch.ts';
import { type Gpu, openGpu } from '../kernels/runtime/gpu.ts';
import { type ChooseVariant, likelyVariants, type Variant, variantsOf } from '../kernels/variant.ts';
import { type Command, integerFlag, numberFlag } from '../src/cli/arguments.ts';
import { shown } from '../src/cli/words.ts';
import { UserError } from '../src/errors.ts';
import { jsonBytes, writeAtomically } from '../src/run/files.ts';
import { requireWritable } from '../src/run/recordingFile.ts';
import { type KernelResults, type KernelRow, kernelText } from './gpu/kernelResults.ts';
import { callsTask } from './gpu/kernelTask.ts';
import { observeMachine } from './gpu/machine.ts';
import { batchKernels, parameterKernels } from './gpu/natureKernels.ts';
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
      { flag: '--generic', help: 'Kernels for any adapter, also where others would be chosen' },
      { flag: '--json', help: 'Print the results as JSON and nothing else' },
      { flag: '--out', placeholder: 'FILE', help: 'Write the results to FILE.json' },
    ],
    helpLines: () => ['', 'FILTER: part of the name of a kernel, for example conv1 or .forward'],
    examples: [
      'bun run bench kernels',
      'bun run bench kernels conv1 --batch 32 --seconds 10',
      'bun run bench kernels --out bench/results/kernels.json && bun run bench tables',
    ],
  },
  async run(parsed) {
    const batch = parsed.flags.has('--batch') ? integerFlag(parsed, '--batch', 1, 1, largestBatch) : undefined;
    const seconds = numberFlag(parsed, '--seconds', defaultSeconds, 0.01, 3600);
    const out = parsed.flags.get('--out');
    if (out !== undefined) requireWritable(out, '.json');
    const gpu = await openGpu();
    const variant: Variant = parsed.flags.has('--generic') ? 'generic' : variantsOf(gpu)[0];
    const [filter = ''] = parsed.positionals;
    const results = await measure(gpu, variant, batch === undefined ? batches : [batch], filter, seconds);
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

interface Chosen {
  readonly batch: number | null;
  readonly kernel: string;
  readonly call: KernelCall;
}

async function measure(
  gpu: Gpu,
  variant: Variant,
  sizes: readonly number[],
  filter: string,
  seconds: number,
): Promise<KernelResults> {
  const chosen = choose(gpu, variant === 'generic' ? () => 'generic' : likelyVariants(gpu), sizes, filter);
  const machine = observeMachine(gpu);
  const peaks = peakTasks(gpu);
  const tasks = [...peaks.tasks, ...chosen.map(({ call }) => callsTask(gpu, [call]))];
  await gpu.compiled();
  const samples = await sampleInTurns(tasks, seconds);
  const measured = peaks.read(samples);
  return {
    what: 'bun run bench kernels',
    ...machine(),
    ...{ variant, seconds },
    ...measured,
    rows: chosen.map((one, i) => row(one, samples[peaks.tasks.length + i], measured)),
  };
}

/** Throws UserError where no name has the filter in it. */
function choose(gpu: Gpu, chooseVariant: ChooseVariant, sizes: readonly number[], filter: string): Chosen[] {
  const named = (batch: number | null, calls: readonly KernelCall[]): Chosen[] =>
    calls.map((call) => ({ batch, kernel: call.label ?? call.shader, call }));
  const all = [
    ...sizes.flatMap((batch) => named(batch, batchKernels(gpu, batch, chooseVariant))),
    ...named(null, parameterKernels(gpu)),
  ];
  const chosen = all.filter(({ kernel }) => kernel.includes(filter));
  if (chosen.length > 0) return chosen;
  const names = [...new Set(all.map(({ kernel }) => kernel))].join(', ');
  throw new UserError(`No kernel has "${filter}" in its name.`, `Kernels: ${names}.`);
}

function row({ batch, kernel, call }: Chosen, samples: readonly number[], peaks: Peaks): KernelRow {
  const { shader, flops, bytes } = call;
  const ms = spreadOfTimes(samples);
  const arithmetic = flops / peaks.peakGflops.median > bytes / peaks.peakGbs.median;
  return {
    ...{ kernel, shader, batch, flops, bytes, ms },
    gflops: flops / ms.median / 1e6,
    gbs: bytes / ms.median / 1e6,
    limit: arithmetic ? 'arithmetic' : 'memory',
    shareOfPeak: leastMs([call], peaks) / ms.median,
  };
}
