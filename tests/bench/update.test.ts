/** `bun run bench update`: that it measures the whole update, and its results through the real command line. */
import { afterAll, describe, expect, spyOn, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Spread } from '../../bench/gpu/sampling.ts';
import { type UpdateResults, updateMarkdown, updateText } from '../../bench/gpu/updateResults.ts';
import { actingTask, forwardWork, sampleRun, updateWork } from '../../bench/gpu/work.ts';
import { knownTables, withTable } from '../../bench/tables.ts';
import type { Binding, Step } from '../../kernels/runtime/dispatch.ts';
import { programCost } from '../../kernels/runtime/program.ts';
import { likelyVariants } from '../../kernels/variant.ts';
import { architecture } from '../../src/agent/architecture.ts';
import { Dqn } from '../../src/agent/dqn.ts';
import { Learner } from '../../src/agent/learner.ts';
import { Policy } from '../../src/agent/policy.ts';
import { type Ended, ended, projectFolder, temporaryFolder } from '../e2e/cli.ts';
import { testGpu } from '../support/kernelTest.ts';

const { folder, remove } = temporaryFolder('bench-update');
afterAll(remove);

async function bench(...words: readonly string[]): Promise<Ended> {
  const command = [process.execPath, 'run', 'bench', 'update', ...words];
  return ended(Bun.spawn(command, { cwd: projectFolder, stdout: 'pipe', stderr: 'pipe' }));
}

/** Runs `body` and counts calls of a method meanwhile. */
async function calls(prototype: object, method: string, body: () => Promise<unknown>): Promise<number> {
  const spy = spyOn(prototype as Record<string, () => unknown>, method);
  try {
    await body();
    return spy.mock.calls.length;
  } finally {
    spy.mockRestore();
  }
}

// Two FLOPs a multiply-add: pixels or samples times weights.
const layers = {
  conv1: 12800 * 8192,
  conv2: 2592 * 32768,
  conv3: 1568 * 36864,
  fc1: 32 * 3136 * 512,
  out: 32 * 512 * 6,
};
const forwardFlops = 2 * Object.values(layers).reduce((sum, products) => sum + products, 0);

describe('what is measured', () => {
  test('an update is two forward passes, the gradients of all weights and of all inputs but the first, and the optimiser', async () => {
    const gpu = await testGpu();
    for (const optimiser of ['rmsprop', 'adam'] as const) {
      const { steps } = updateWork(gpu, optimiser, likelyVariants(gpu));
      const { flops } = programCost(steps);
      // Bias gradients, ReLU masks, the head and the optimiser are a few percent.
      const least = 4 * forwardFlops - 2 * layers.conv1;
      expect(flops).toBeGreaterThan(least);
      expect(flops).toBeLessThan(1.04 * least);
      const shaders = (part: string) =>
        steps.filter((step) => step.kind === 'dispatch' && step.shader.startsWith(part));
      expect(shaders('tdLoss.').length).toBe(1);
      // The optimiser steps with every word of the parameters once: with some as their gradient is summed, with the others after.
      const isWrittenParameter = ({ tensor, access }: Binding): boolean =>
        access === 'readwrite' && tensor.name.startsWith('online.');
      const stepped = [...shaders(`${optimiser}.step`), ...shaders('linear.backwardWeightStep')].flatMap((step) =>
        step.kind === 'dispatch' ? step.bindings.filter(isWrittenParameter) : [],
      );
      const bytes = stepped.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
      expect(bytes).toBe(4 * architecture('nature', 84, 4, 6).words);
    }
  });

  test('so many updates as are asked for are done, and change the weights', async () => {
    const gpu = await testGpu();
    const { run, steps } = updateWork(gpu, 'adam', likelyVariants(gpu));
    await gpu.compiled();
    const last = steps.findLast((step): step is Extract<Step, { kind: 'dispatch' }> => step.kind === 'dispatch')!;
    const weights = last.bindings[2].tensor;
    const before = await gpu.readF32(weights);
    expect(await calls(Learner.prototype, 'update', () => run(3))).toBe(3);
    const after = await gpu.readF32(weights);
    expect(after.every(Number.isFinite)).toBe(true);
    expect(after).not.toEqual(before);
  });

  test('a forward pass of 32 gives 32 x 6 values that differ from state to state', async () => {
    const gpu = await testGpu();
    const { run, steps } = forwardWork(gpu, likelyVariants(gpu));
    await gpu.compiled();
    await run(2);
    const last = steps.at(-1)!;
    if (last.kind === 'copy') throw new Error('the last step is a copy');
    const values = await gpu.readF32(last.bindings.at(-1)!.tensor);
    expect(values.length).toBe(32 * 6);
    expect(new Set(values).size).toBeGreaterThan(32);
    const frames = 2 * 32 * 84 * 84 * 4;
    expect(Math.abs(programCost(steps).flops - forwardFlops)).toBeLessThanOrEqual(frames);
  });

  test('acting reads an action back each time', async () => {
    const gpu = await testGpu();
    const task = actingTask(gpu, likelyVariants(gpu));
    await gpu.compiled();
    expect(await calls(Policy.prototype, 'act', () => task.run(5))).toBe(5);
  });

  test('a run counts the updates and steps of each slice', async () => {
    const gpu = await testGpu();
    let slices: Awaited<ReturnType<typeof sampleRun>> = [];
    const steps = await calls(Dqn.prototype, 'step', async () => {
      slices = await sampleRun(gpu, 0.02, 2, likelyVariants(gpu));
    });
    expect(slices.length).toBe(2);
    for (const { seconds, updates, agentSteps } of slices) {
      expect(seconds).toBeGreaterThanOrEqual(0.01);
      expect(agentSteps).toBeGreaterThanOrEqual(1);
      expect(updates).toBe(agentSteps);
    }
    const counted = slices.reduce((sum, { agentSteps }) => sum + agentSteps, 0);
    // 200 steps fill the memory, 20 more are warm-up.
    expect(steps - counted).toBe(220);
  });
});

describe('results', () => {
  test('JSON and nothing else, through the command line', async () => {
    const out = join(folder, 'results', 'update.json');
    const { code, stdout, stderr } = await bench('--seconds', '0.01', '--json', '--out', out);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const results: UpdateResults = JSON.parse(stdout);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(results);
    const { updateMs, updateAdamMs, forward32Ms, forward1Ms, peakGflops, peakGbs, updatesPerSecond } = results;
    for (const { median, p90, best, samples } of [updateMs, updateAdamMs, forward32Ms, forward1Ms]) {
      expect(samples).toBeGreaterThanOrEqual(3);
      expect(best).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(best);
      expect(p90).toBeGreaterThanOrEqual(median);
    }
    for (const { median, p90, best } of [peakGflops, peakGbs, updatesPerSecond]) {
      expect(p90).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(p90);
      expect(best).toBeGreaterThanOrEqual(median);
    }
    expect(updatesPerSecond.samples).toBe(10);
    expect(updateMs.best).toBeGreaterThan(forward32Ms.best);
    expect(forward32Ms.best).toBeGreaterThan(forward1Ms.best / 32);
    expect(results.updateGflop).toBeCloseTo(2.2, 1);
    // Forward and backward of five layers, the first without the gradient of its input; forward of one.
    expect(results.kernels.map(({ label }) => label).length).toBe(5 + 9 + 5);
    const gpu = await testGpu();
    expect(results.adapter.length).toBeGreaterThan(0);
    expect(results.driver).toContain(gpu.provider.version);
    expect(results.software).toBe(gpu.kind !== 'hardware');
    expect(results.sharesOfPeak.update).toBeGreaterThan(0);
    expect(results.run.updates).toBeGreaterThanOrEqual(10);
  });

  const spread = (median: number): Spread => ({ median, p90: 2 * median, best: median / 2, samples: 9 });
  const results: UpdateResults = {
    ...{ what: '', date: '2026-01-02T03:04:05.000Z', commit: null, dirty: false, adapter: 'an adapter', driver: '' },
    ...{ software: true, cpu: 'a processor', cores: 2, bun: '1.2.3', load: { before: 0.1, after: 2 } },
    ...{ peakGflops: spread(100), peakGbs: spread(10), dispatchUs: spread(12.34) },
    kernels: [{ label: 'conv1.forward', shape: '', variant: 'tiled', source: 'measured' }],
    ...{ network: 'nature', batchSize: 32, actionCount: 6, seconds: { sampling: 20, run: 10 } },
    ...{ updateGflop: 2.5, updateDispatches: 30, updateMs: spread(50), updateAdamMs: spread(62.5) },
    ...{ forward32Ms: spread(12.5), forward1Ms: spread(1.25), updatesPerSecond: spread(15) },
    sharesOfPeak: { update: 0.501, updateAdam: 0.4, forward32: 0.3 },
    run: { game: 'pong', updates: 150, agentSteps: 150, seconds: 10 },
  };

  test('a table in Markdown, and in a page', () => {
    const markdown = updateMarkdown(results);
    const lines = markdown.split('\n');
    expect(lines[0]).toStartWith(
      'an adapter, 2 cores of a processor, Bun 1.2.3, 2026-01-02; load 0.1 before, 2.0 after. ',
    );
    expect(lines[0]).toContain('100 GFLOP/s of multiply-adds');
    expect(lines[0]).toEndWith('150 updates and 150 steps of four frames in 10 s.');
    expect(lines.slice(2)).toEqual([
      '|  | median | p90 | GFLOP/s | share of peak |',
      '| :-- | --: | --: | --: | --: |',
      '| an update, RMSProp, ms | 50.0 | 100 | 50.0 | 50 % |',
      '| an update, Adam, ms | 62.5 | 125 | 40.0 | 40 % |',
      '| forward of 32, ms | 12.5 | 25.0 | - | 30 % |',
      '| forward of 1, action read back, ms | 1.25 | 2.50 | - | - |',
      '| updates/s in a run of Pong | 15.0 | 30.0 | - | - |',
    ]);
    const table = knownTables.find(({ name }) => name === 'update')!;
    const page = 'before\n<!-- bench update -->\nold\n<!-- /bench update -->\nafter\n';
    expect(withTable(page, table, results)).toBe(page.replace('old', markdown));
    expect(updateText(results)[1]).toStartWith('Kernels: 1 tiled. Peaks');
    expect(updateText(results).join('\n')).toMatch(/^an update, RMSProp, ms +50\.0 +100 +50\.0 +50 %$/m);
  });

  test('a machine that was busy with other work is said to be', () => {
    expect(updateMarkdown(results)).not.toContain('measure again');
    expect(updateMarkdown({ ...results, load: { before: 1.5, after: 1 } })).toContain('measure again');
  });
});

describe('mistakes are one line', () => {
  test.each([
    ['a flag', ['--sceonds', '1'], ['no flag --sceonds', 'Did you mean "--seconds"?']],
    ['a word', ['conv1'], ['"conv1" is one word too many']],
    ['no time', ['--seconds', '0'], ['--seconds: 0 is out of range']],
    ['another kind of file', ['--out', join(folder, 'a.txt')], ['.json']],
  ])('%s', async (_, words, texts) => {
    const { code, stdout, stderr } = await bench(...words);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    for (const text of texts) expect(stderr).toContain(text);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});
