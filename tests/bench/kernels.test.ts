/** `bun run bench kernels`: that the peaks compute what they say, that every kernel is measured, what it costs, the command line. */
import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { figure, type KernelResults, type KernelRow, kernelMarkdown } from '../../bench/gpu/kernelResults.ts';
import { batchKernels, parameterKernels } from '../../bench/gpu/natureKernels.ts';
import { leastMs, multiplyAdd, type Peaks, peakCopy } from '../../bench/gpu/peaks.ts';
import { quantile, sampleInTurns, spreadOfRates, spreadOfTimes } from '../../bench/gpu/sampling.ts';
import type { KernelCall } from '../../kernels/runtime/dispatch.ts';
import { contenders, type Variant, variantNames, variantsOf } from '../../kernels/variant.ts';
import { architecture } from '../../src/agent/architecture.ts';
import { Learner } from '../../src/agent/learner.ts';
import { ParameterSet } from '../../src/agent/network.ts';
import { agentOptions } from '../../src/run/configuration.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { type Ended, ended, projectFolder, temporaryFolder } from '../e2e/cli.ts';
import { poisoned, randomValues, runCalls, testGpu, uploaded } from '../support/kernelTest.ts';

const { folder, remove } = temporaryFolder('bench-kernels');
afterAll(remove);

async function bench(...words: readonly string[]): Promise<Ended> {
  const command = [process.execPath, 'run', 'bench', 'kernels', ...words];
  return ended(Bun.spawn(command, { cwd: projectFolder, stdout: 'pipe', stderr: 'pipe' }));
}

describe('the peaks', () => {
  test('multiply-add: every value, so many rounds, exactly', async () => {
    const gpu = await testGpu();
    const start = Float32Array.from({ length: 2048 }, (_, i) => i - 1000);
    const factors = uploaded(gpu, 'factors', [2], Float32Array.of(-1, 3));
    const values = uploaded(gpu, 'values', [2048], start);
    const once = multiplyAdd({ factors, values, rounds: 16 });
    // v to 3 - v and back: an even number of rounds changes nothing.
    await runCalls(gpu, [once]);
    expect(await gpu.readF32(values)).toEqual(start);
    // v + n for n rounds.
    gpu.write(factors, Float32Array.of(1, 1));
    await runCalls(gpu, [once, multiplyAdd({ factors, values, rounds: 4096 })]);
    expect(await gpu.readF32(values)).toEqual(start.map((value) => value + 16 + 4096));
    // v * 2^16: the factor counts as often as the summand.
    gpu.write(values, start);
    gpu.write(factors, Float32Array.of(2, 0));
    await runCalls(gpu, [once]);
    expect(await gpu.readF32(values)).toEqual(start.map((value) => value * 65536));
    expect(once.flops).toBe(2 * 16 * 2048);
  });

  test.each([false, true])('copy: every word, once (apart: %p)', async (apart) => {
    const gpu = await testGpu();
    const words = randomValues(3072, 1, 'copied');
    const input = uploaded(gpu, 'input', [3072], words);
    const output = poisoned(gpu, 'output', [3072]);
    const call = peakCopy({ input, output, apart });
    await runCalls(gpu, [call]);
    expect(await gpu.readF32(output)).toEqual(words);
    expect(call.bytes).toBe(2 * 4 * 3072);
  });

  test('sizes that leave a workgroup without work are refused', async () => {
    const gpu = await testGpu();
    const [odd, even, factors] = [gpu.tensor('odd', [1000]), gpu.tensor('even', [1024]), gpu.tensor('factors', [2])];
    expect(() => multiplyAdd({ factors, values: odd, rounds: 16 })).toThrow('1000 elements are no multiple of 1024');
    expect(() => multiplyAdd({ factors, values: even, rounds: 15 })).toThrow('15 rounds are no multiple of 16');
    expect(() => peakCopy({ input: even, output: odd, apart: false })).toThrow('odd');
    expect(() => peakCopy({ input: odd, output: odd, apart: false })).toThrow('1000 elements');
  });
});

describe('samples', () => {
  test('quantiles, of times and of rates', () => {
    const samples = [30, 10, 20, 50, 40, 60, 70, 80, 90, 100, 110];
    expect(quantile([1, 2], 0.5)).toBe(1.5);
    expect(quantile([7], 0.9)).toBe(7);
    expect(spreadOfTimes(samples)).toEqual({ median: 60, p90: 100, best: 10, samples: 11 });
    expect(spreadOfRates(samples)).toEqual({ median: 60, p90: 20, best: 110, samples: 11 });
  });

  test('in turns, after a warm-up that finds the repetitions; a figure is that of one repetition', async () => {
    const calls: [name: string, repetitions: number][] = [];
    const task = (name: string, ms: number) => ({
      async run(repetitions: number) {
        calls.push([name, repetitions]);
        const endMs = performance.now() + ms * repetitions;
        while (performance.now() < endMs);
      },
    });
    const samples = await sampleInTurns([task('short', 0.5), task('long', 30)], 0.2);
    expect(calls[0]).toEqual(['short', 1]);
    expect(samples[0].length).toBe(samples[1].length);
    expect(samples[0].length).toBeGreaterThanOrEqual(3);
    const measured = calls.slice(-2 * samples[0].length);
    expect(measured.map(([name]) => name)).toEqual(samples[0].flatMap(() => ['short', 'long']));
    const [[, repetitions]] = measured;
    expect(repetitions).toBeGreaterThan(1);
    expect(repetitions).toBeLessThanOrEqual(50);
    expect(measured[1][1]).toBe(1);
    expect(quantile(samples[0], 0)).toBeGreaterThan(0.49);
    // All repetitions together take 10 ms at least.
    expect(quantile(samples[0], 0)).toBeLessThan(5);
    expect(quantile(samples[1], 0)).toBeGreaterThan(29);
  });
});

describe('the kernels', () => {
  /** What makes a call the same work as another. */
  const work = ({ shader, workgroups, flops, bytes }: KernelCall): string =>
    JSON.stringify([shader, workgroups, flops, bytes]);

  test('are those of an update and of acting', async () => {
    const gpu = await testGpu();
    const shape = architecture('nature', 84, 4, 6);
    const online = new ParameterSet(gpu, shape, 'online');
    for (const batchSize of [1, 9]) {
      const likely = batchKernels(gpu, batchSize, ({ variants }) => variants.slice(0, 1));
      const listed = new Set([...likely, ...parameterKernels(gpu)].map(({ call }) => work(call)));
      for (const [optimiser, loss] of [
        ['adam', 'huber'],
        ['rmsprop', 'squared'],
        ['rmsprop-centred', 'huber'],
      ]) {
        const configuration = resolveConfiguration({ game: 'pong', flags: { optimiser, loss, batchSize } });
        const { steps } = new Learner(gpu, online, agentOptions(configuration));
        const missing = steps.filter((step) => step.kind === 'dispatch' && !listed.has(work(step)));
        expect(missing.map(({ label }) => label)).toEqual([]);
      }
    }
  });

  test('are all that there are', async () => {
    const gpu = await testGpu();
    const every = [1, 2, 32, 256].flatMap((batch) => batchKernels(gpu, batch, () => variantNames));
    const listed = new Set([...every, ...parameterKernels(gpu)].map(({ call }) => call.shader));
    const files = [...new Bun.Glob('*.wgsl').scanSync({ cwd: join(projectFolder, 'shaders') })];
    const missing = files.map((file) => file.replace('.wgsl', '')).filter((shader) => !listed.has(shader));
    // For stacks of other than four frames and for frames that are no whole vec4s, which the Nature network does not have.
    expect(missing.sort()).toEqual(['frames.gather', 'frames.stack']);
  });

  test('have names of their own', async () => {
    const gpu = await testGpu();
    for (const variant of variantNames) {
      const calls = [...batchKernels(gpu, 32, () => [variant]), ...parameterKernels(gpu)];
      const names = calls.map(({ kernel }) => kernel);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  // A multiply-add is two FLOPs; a bias gradient adds each dOutput once. f32 and u32 are 4 bytes.
  test.each([
    // 32 x 20 x 20 pixels, 8 x 8 x 4 weights for each of 32 channels, bias 32; 32 x 4 frames of 84 x 84 bytes, a number each.
    ['conv1.forward', 2 * 12800 * 8192, 32 * 28224 + 4 * (32 * 4 + 8192 + 32 + 12800 * 32)],
    ['conv1.backwardWeight', 2 * 12800 * 8192 + 12800 * 32, 32 * 28224 + 4 * (32 * 4 + 8192 + 32 + 12800 * 32)],
    // 32 x 9 x 9 pixels, 4 x 4 x 32 weights for each of 64; the mask is the input of 20 x 20 x 32 once more, and there is no bias.
    ['conv2.backwardInput', 2 * 2592 * 32768, 4 * (2 * 32 * 12800 + 32768 + 2592 * 64)],
    // 32 x 7 x 7 pixels, 3 x 3 x 64 weights for each of 64.
    ['conv3.forward', 2 * 1568 * 36864, 4 * (32 * 5184 + 36864 + 64 + 1568 * 64)],
    ['fc1.forward', 2 * 32 * 3136 * 512, 4 * (32 * 3136 + 3136 * 512 + 512 + 32 * 512)],
    ['fc1.backwardWeight', 2 * 32 * 3136 * 512 + 32 * 512, 4 * (32 * 3136 + 3136 * 512 + 512 + 32 * 512)],
    ['out.forward', 2 * 32 * 512 * 6, 4 * (32 * 512 + 512 * 6 + 6 + 32 * 6)],
    // A byte in and a float out for each of 84 x 84 x 4 pixels, and four numbers a sample.
    ['frames.stack4', 32 * 28224, 32 * 28224 * 5 + 32 * 16],
    ['max.argmax', 32 * 5, 4 * 32 * 6 + 4 * 32],
    ['gather.forward', 0, 12 * 32],
    ['relu.forward', 12800 * 32, 8 * 12800 * 32],
  ])('%s costs what is counted by hand', async (name, flops, bytes) => {
    const { call } = batchKernels(await testGpu(), 32, () => ['generic']).find(({ kernel }) => kernel === name)!;
    expect(call.flops).toBe(flops);
    expect(call.bytes).toBe(bytes);
  });

  test('the optimiser reads four values a parameter and writes three', async () => {
    const calls = parameterKernels(await testGpu());
    // 1,687,206 parameters (conv 8,224 + 32,832 + 36,928, linear 1,606,144 + 3,078), the biases of 32 and of 6 filled up to 64 words.
    const words = 8224 + 32832 + 36928 + 1606144 + 3078 + 58 + 32;
    const { call } = calls.find(({ kernel }) => kernel === 'adam.step')!;
    expect(call.bytes).toBe(28 * words);
  });
});

test('the least time: each call at the peak that limits it, one after the other', () => {
  const spread = (median: number) => ({ median, p90: 0, best: 0, samples: 1 });
  const peaks: Peaks = { peakGflops: spread(100), peakGbs: spread(10), dispatchUs: spread(1) };
  // 1e8 FLOPs at 1e11 a second: 1 ms, where 1e6 bytes take 0.1 ms; 5e7 bytes at 1e10: 5 ms.
  const calls = [
    { flops: 1e8, bytes: 1e6 },
    { flops: 1e6, bytes: 5e7 },
  ];
  expect(leastMs(calls, peaks)).toBeCloseTo(6);
});

describe('results', () => {
  test('JSON and nothing else, through the command line', async () => {
    const out = join(folder, 'results', 'kernels.json');
    const { code, stdout, stderr } = await bench('out.', '--batch', '2', '--seconds', '0.01', '--json', '--out', out);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const results: KernelResults = JSON.parse(stdout);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(results);
    const { rows, peakGflops, peakGbs, dispatchUs } = results;
    expect(rows.map(({ kernel }) => kernel)).toEqual(['out.forward', 'out.backwardWeight', 'out.backwardInput']);
    expect(results.variants).toBe('tuned');
    const gpu = await testGpu();
    expect(results.adapter.length).toBeGreaterThan(0);
    expect(results.driver).toContain(gpu.provider.name);
    expect(results.software).toBe(gpu.kind !== 'hardware');
    expect(String(results.commit)).toMatch(/^[0-9a-f]{40}$|^null$/);
    expect(results.load.before).toBeGreaterThanOrEqual(0);
    // Any adapter of today computes and copies a billion a second, and none a petaflop.
    for (const [{ median, p90, best, samples }, most] of [
      [peakGflops, 1e6],
      [peakGbs, 1e5],
    ] as const) {
      expect(samples).toBeGreaterThanOrEqual(3);
      expect(p90).toBeGreaterThan(0.1);
      expect(median).toBeGreaterThanOrEqual(p90);
      expect(best).toBeGreaterThanOrEqual(median);
      expect(best).toBeLessThan(most);
    }
    expect(dispatchUs.median).toBeLessThan(10_000);
    for (const { ms, flops, bytes, gflops, gbs, shareOfPeak, batch, limit } of rows) {
      expect(batch).toBe(2);
      expect(ms.best).toBeGreaterThan(0);
      expect(ms.median).toBeGreaterThanOrEqual(ms.best);
      expect(ms.p90).toBeGreaterThanOrEqual(ms.median);
      expect(gflops).toBeCloseTo(flops / ms.median / 1e6, 6);
      expect(gbs).toBeCloseTo(bytes / ms.median / 1e6, 6);
      const [reached, peak] = limit === 'memory' ? [gbs, peakGbs] : [gflops, peakGflops];
      expect(shareOfPeak).toBeCloseTo(reached / peak.median, 6);
    }
  });

  test('each variant that runs here, or one wherever it covers the shape', async () => {
    const gpu = await testGpu();
    const words = ['conv2.forward', '--batch', '2', '--seconds', '0.01', '--json'];
    const { rows, variants }: KernelResults = JSON.parse((await bench(...words, '--all-variants')).stdout);
    expect(variants).toBe('all');
    const ran = new Set(rows.map(({ variant }) => variant));
    expect(ran.size).toBeGreaterThan(1);
    for (const variant of ran) {
      expect(variantsOf(gpu)).toContain(variant as Variant);
      const shaders = rows.filter((row) => row.variant === variant).map(({ shader }) => shader);
      expect(shaders).toContain(variant === 'generic' ? 'conv2d.forward' : `conv2d.forward.${variant}`);
    }
    const forced: KernelResults = JSON.parse((await bench(...words, '--variant', 'generic')).stdout);
    expect(forced.variants).toBe('generic');
    expect(forced.rows.map(({ variant, shader }) => [variant, shader])).toEqual([['generic', 'conv2d.forward']]);
    // The tuned choice is one that is worth measuring.
    const tuned: KernelResults = JSON.parse((await bench(...words)).stdout);
    expect(contenders(gpu, variantsOf(gpu))).toContain(tuned.rows[0].variant!);
  });

  test('a table in Markdown', () => {
    const spread = (median: number) => ({ median, p90: 2 * median, best: median / 2, samples: 9 });
    const row: KernelRow = {
      ...{
        kernel: 'conv1.forward',
        variant: 'tiled',
        shader: 'conv2d.forward',
        batch: 32,
        flops: 1,
        bytes: 1,
        ms: spread(1.5),
      },
      ...{ gflops: 139.81, gbs: 3.456, limit: 'arithmetic', shareOfPeak: 0.456 },
    };
    const results: KernelResults = {
      ...{ what: '', date: '2026-01-02T03:04:05.000Z', commit: null, dirty: false, adapter: 'an adapter', driver: '' },
      ...{ software: true, cpu: 'a processor', cores: 2, bun: '1.2.3', load: { before: 0.1, after: 2 } },
      ...{ peakGflops: spread(306.6), peakGbs: spread(10), dispatchUs: spread(12.34), variants: 'tuned', seconds: 1 },
      rows: [row, { ...row, kernel: 'copy', variant: null, batch: null, flops: 0, limit: 'memory', shareOfPeak: 1.2 }],
    };
    const lines = kernelMarkdown(results).split('\n');
    expect(lines[0]).toStartWith(
      'an adapter, 2 cores of a processor, Bun 1.2.3, 2026-01-02; load 0.1 before, 2.0 after. ',
    );
    expect(lines[0]).toContain(
      '307 GFLOP/s of multiply-adds, 10.0 GB/s copied (read and written); the smallest dispatch takes 12.3 us',
    );
    expect(lines.slice(2)).toEqual([
      '| kernel | variant | batch | median, ms | p90, ms | GFLOP/s | GB/s | share of peak |',
      '| :-- | :-- | :-- | --: | --: | --: | --: | --: |',
      '| conv1.forward | tiled | 32 | 1.50 | 3.00 | 140 | 3.46 | 46 % arithmetic |',
      '| copy | - | any | 1.50 | 3.00 | - | 3.46 | 120 % memory |',
    ]);
  });

  test.each([
    [0, '0'],
    [0.00012345, '0.000123'],
    [0.5, '0.500'],
    [9.994, '9.99'],
    [12345.6, '12,346'],
  ])('%p is shown as %s', (value, text) => expect(figure(value)).toBe(text));
});

describe('mistakes are one line', () => {
  test.each([
    ['a kernel', ['cnov1'], ['No kernel has "cnov1"', 'conv1.forward']],
    ['a flag', ['--second', '1'], ['no flag --second', 'Did you mean "--seconds"?']],
    ['a variant', ['--variant', 'tield'], ['--variant: "tield" is not allowed', 'Did you mean "tiled"?']],
    ['two choices of variants', ['--variant', 'tiled', '--all-variants'], ['exclude each other']],
    ['no batch', ['--batch', '0'], ['--batch: 0 is out of range']],
    ['half a sample', ['--batch', '1.5'], ['--batch: 1.5 is not a whole number']],
    ['no number', ['--seconds', 'ten'], ['--seconds: "ten" is not a number']],
    ['another kind of file', ['--out', join(folder, 'a.txt')], ['.json']],
  ])('%s', async (_, words, texts) => {
    const { code, stdout, stderr } = await bench(...words);
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
    for (const text of texts) expect(stderr).toContain(text);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});
