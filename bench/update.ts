/**
 * `bun run bench update`: what an update takes, and a forward pass of 32 and of 1, beside the adapter's own peaks; and how many
 * updates a second a run sustains. What is measured: gpu/work.ts; how: gpu/sampling.ts; the JSON: gpu/updateResults.ts.
 */

import type { Step } from '../kernels/runtime/dispatch.ts';
import type { Gpu } from '../kernels/runtime/gpu.ts';
import { openGpu } from '../kernels/runtime/openGpu.ts';
import { programCost } from '../kernels/runtime/program.ts';
import { type Command, numberFlag } from '../src/cli/arguments.ts';
import { shown } from '../src/cli/words.ts';
import { jsonBytes, writeAtomically } from '../src/run/files.ts';
import { chooseKernels } from '../src/run/kernelChoices.ts';
import { requireWritable } from '../src/run/recordingFile.ts';
import { observeMachine } from './gpu/machine.ts';
import { actionCount } from './gpu/natureKernels.ts';
import { leastMs, peakTasks } from './gpu/peaks.ts';
import { sampleInTurns, spreadOfRates, spreadOfTimes } from './gpu/sampling.ts';
import { type UpdateResults, updateText } from './gpu/updateResults.ts';
import { actingTask, batchSize, forwardWork, sampleRun, updateWork, visitWork } from './gpu/work.ts';

const defaultSeconds = 30;
const runSlices = 10;

export const updateCommand: Command = {
  spec: {
    name: 'bench update',
    summary: 'Measure an update, forward passes and a run.',
    positionals: [],
    flags: [
      {
        flag: '--seconds',
        placeholder: 'N',
        help: `Seconds of sampling, and half as many of a run [${defaultSeconds}]`,
      },
      { flag: '--json', help: 'Print the results as JSON and nothing else' },
      { flag: '--out', placeholder: 'FILE', help: 'Write the results to FILE.json' },
    ],
    examples: ['bun run bench update', 'bun run bench update --out bench/results/update.json && bun run docs'],
  },
  async run(parsed) {
    const seconds = numberFlag(parsed, '--seconds', defaultSeconds, 0.01, 3600);
    const out = parsed.flags.get('--out');
    if (out !== undefined) requireWritable(out, '.json');
    const gpu = await openGpu();
    const results = await measure(gpu, seconds);
    gpu.destroy();
    if (out !== undefined) writeAtomically(out, jsonBytes(results));
    if (parsed.flags.has('--json')) {
      console.log(JSON.stringify(results, null, 2));
    } else {
      for (const line of updateText(results)) console.log(line);
      if (out !== undefined) console.log(`\nWrote ${shown(out)}`);
    }
    return 0;
  },
};

async function measure(gpu: Gpu, seconds: number): Promise<UpdateResults> {
  const { choose, rows } = await chooseKernels(gpu, visitWork);
  const machine = observeMachine(gpu);
  const update = updateWork(gpu, 'rmsprop', choose);
  const updateAdam = updateWork(gpu, 'adam', choose);
  const forward = forwardWork(gpu, choose);
  const peaks = peakTasks(gpu);
  const tasks = [update, updateAdam, forward, actingTask(gpu, choose), ...peaks.tasks];
  await gpu.compiled();
  const [updateMs, updateAdamMs, forward32Ms, forward1Ms, ...peakSamples] = await sampleInTurns(tasks, seconds);
  const slices = await sampleRun(gpu, seconds / 2, runSlices, choose);
  const measured = peaks.read(peakSamples);
  const share = (steps: readonly Step[], samples: readonly number[]): number =>
    leastMs(
      steps.filter((step) => step.kind === 'dispatch'),
      measured,
    ) / spreadOfTimes(samples).median;
  const total = (of: (slice: (typeof slices)[number]) => number): number =>
    slices.reduce((sum, slice) => sum + of(slice), 0);
  return {
    what: 'bun run bench update',
    ...machine(),
    kernels: rows.map(({ label, shape, variant, source }) => ({ label, shape, variant, source })),
    network: 'nature',
    ...{ batchSize, actionCount },
    seconds: { sampling: seconds, run: seconds / 2 },
    updateGflop: programCost(update.steps).flops / 1e9,
    updateDispatches: update.steps.length,
    updateMs: spreadOfTimes(updateMs),
    updateAdamMs: spreadOfTimes(updateAdamMs),
    forward32Ms: spreadOfTimes(forward32Ms),
    forward1Ms: spreadOfTimes(forward1Ms),
    sharesOfPeak: {
      update: share(update.steps, updateMs),
      updateAdam: share(updateAdam.steps, updateAdamMs),
      forward32: share(forward.steps, forward32Ms),
    },
    updatesPerSecond: spreadOfRates(slices.map((slice) => slice.updates / slice.seconds)),
    run: {
      game: 'pong',
      updates: total((slice) => slice.updates),
      agentSteps: total((slice) => slice.agentSteps),
      seconds: total((slice) => slice.seconds),
    },
    ...measured,
  };
}
