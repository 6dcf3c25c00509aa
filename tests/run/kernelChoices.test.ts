/** Which kernels run: measured once and kept, taken from the cache, from a run's record or from `--kernels`; what can be wrong with a cache. */
import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import { closeSync, cpSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { conv2dForwardVariants } from '../../kernels/conv2d.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { ownShaders, shadersIn } from '../../kernels/runtime/shaderFiles.ts';
import { passesOf } from '../../kernels/tuning/passes.ts';
import type { Choice } from '../../kernels/tuning/tuner.ts';
import { type ChooseVariant, contenders, likelyVariants, type Variant, variantsOf } from '../../kernels/variant.ts';
import { architecture } from '../../src/agent/architecture.ts';
import { forwardPass, ParameterSet } from '../../src/agent/network.ts';
import { visitForward, visitTraining } from '../../src/agent/passes.ts';
import { UserError } from '../../src/errors.ts';
import { circumstancesOf, KernelCache, shadersHash } from '../../src/run/kernelCache.ts';
import { chooseKernels, type KernelOptions, type Kernels } from '../../src/run/kernelChoices.ts';
import { projectFolder, temporaryFolder } from '../e2e/cli.ts';
import { testGpu } from '../support/kernelTest.ts';

const { folder, remove } = temporaryFolder('kernel-choices');
afterAll(remove);
let caches = 0;
let cacheFolder = '';
beforeEach(() => {
  cacheFolder = join(folder, `cache-${caches++}`);
});

const gpu = await testGpu();
const shape = architecture('nips2013', 36, 2, 4);
const visit = (choose: ChooseVariant): void => visitForward(shape, 8, choose);
const opened = (): KernelCache => new KernelCache(circumstancesOf(gpu), cacheFolder);
const choosing = (options: KernelOptions = {}): Promise<Kernels> =>
  chooseKernels(gpu, visit, { budgetMs: 60_000, cache: opened(), ...options });

/** A pass with a choice: the second convolution has one on every adapter with more than one variant. */
const conv2 = (kernels: Kernels) => kernels.rows.find(({ label }) => label === 'conv2.forward')!;
const [likely, other] = contenders(gpu, variantsOf(gpu));

const kept = (): { choices: Record<string, Choice> } => JSON.parse(readFileSync(opened().path, 'utf8'));

/** Puts `choice` for the second convolution in the place of what is kept. */
function keep(key: string, choice: Choice): void {
  const content = kept();
  content.choices[key] = choice;
  writeFileSync(opened().path, JSON.stringify(content));
}

describe('measuring', () => {
  test('once: the second time what is kept is taken, to the digit', async () => {
    const first = await choosing();
    const row = conv2(first);
    expect(row.source).toBe('measured');
    expect(Object.keys(row.ms).length).toBeGreaterThan(1);
    expect(readdirSync(cacheFolder)).toEqual([opened().path.slice(cacheFolder.length + 1)]);
    expect(kept().choices[row.key]).toEqual({ variant: row.variant, ms: row.ms });
    const second = await choosing();
    expect(second.rows).toEqual(first.rows);
    expect(second.record).toEqual(Object.fromEntries(first.rows.map(({ key, variant }) => [key, variant])));
    expect(second.lines.length).toBe(1);
    expect(second.lines[0]).toMatch(/^Kernels: \d+ chosen by measuring on this adapter/);
  });

  test('what the budget left out is likely, and stays so until all is measured', async () => {
    const first = await choosing({ budgetMs: 0 });
    expect(conv2(first)).toMatchObject({ variant: likely, source: 'likely', ms: {} });
    expect(first.lines[0]).toContain('not measured, taken as likely the fastest (--tune measures them)');
    expect(conv2(await choosing()).source).toBe('likely');
    const all = await choosing({ measure: 'all', budgetMs: 0 });
    expect(conv2(all).source).toBe('measured');
    expect((await choosing()).rows).toEqual(all.rows);
  });

  test('nothing: nothing is kept', async () => {
    const kernels = await choosing({ measure: 'nothing' });
    expect(conv2(kernels)).toMatchObject({ variant: likely, source: 'likely' });
    expect(() => readdirSync(cacheFolder)).toThrow('ENOENT');
  });

  test('another network adds to what is kept', async () => {
    const { rows } = await choosing({ budgetMs: 0 });
    await chooseKernels(gpu, (choose) => visitTraining(shape, 5, choose), { cache: opened(), budgetMs: 0 });
    const { key } = conv2({ rows } as Kernels);
    expect(Object.keys(kept().choices)).toContain(key);
    expect(Object.keys(kept().choices)).toContain(key.replace('batch=8', 'batch=5'));
  });
});

describe('what is kept', () => {
  /** The shader that the network really runs for its second convolution. */
  function shaderOfConv2({ choose }: Kernels): string {
    const frames = gpu.tensor('frames', [16, 36, 36], 'u8');
    const frameNumbers = gpu.tensor('frameNumbers', [8, 2], 'u32');
    const { steps } = forwardPass(gpu, new ParameterSet(gpu, shape, 'online'), { frames, frameNumbers }, choose);
    const step = steps.find(({ label }) => label === 'online.conv2.forward')!;
    return step.kind === 'dispatch' ? step.shader : '';
  }

  test('decides: another choice in the file runs another shader', async () => {
    const { key } = conv2(await choosing({ budgetMs: 0 }));
    const shaders = [likely, other].map(async (variant) => {
      keep(key, { variant, ms: { [variant]: 1 } });
      return shaderOfConv2(await choosing());
    });
    const [ofLikely, ofOther] = await Promise.all(shaders);
    const shaderOf = (variant: Variant): string =>
      variant === 'generic' ? 'conv2d.forward' : `conv2d.forward.${variant}`;
    expect([ofLikely, ofOther]).toEqual([shaderOf(likely), shaderOf(other)]);
  });

  test('and does not cover the shape counts for nothing', async () => {
    const { key } = conv2(await choosing());
    const content = kept();
    content.choices[key.replace('outputs=32', 'outputs=31')] = { variant: other, ms: {} };
    writeFileSync(opened().path, JSON.stringify(content));
    const odd = { batch: 8, height: 8, width: 8, inputs: 16, outputs: 31, kernelHeight: 4, kernelWidth: 4 };
    const covered = conv2dForwardVariants[other]!.covers({ ...odd, stride: 2, padding: 0 }, { variant: other });
    const ask = (choose: ChooseVariant): unknown =>
      choose(conv2dForwardVariants, { ...odd, stride: 2, padding: 0 }, {});
    const { rows } = await chooseKernels(gpu, (choose) => void ask(choose), { cache: opened(), budgetMs: 0 });
    if (covered) expect(rows[0].variant).toBe(other);
    else
      expect(rows[0].variant).toBe(likelyVariants(gpu)(conv2dForwardVariants, { ...odd, stride: 2, padding: 0 }, {}));
  });

  test.each([
    ['no JSON', '{"format": "wgsl-dqn ker'],
    ['nothing', ''],
    ['of another program', JSON.stringify({ format: 'another', circumstances: circumstancesOf(gpu), choices: {} })],
    ['of another adapter', '{"format": "wgsl-dqn kernel choices", "circumstances": {"adapter": "x"}, "choices": {}}'],
  ])('and damaged (%s): one line, and it is replaced', async (_, content) => {
    mkdirSync(cacheFolder, { recursive: true });
    writeFileSync(opened().path, content);
    const { lines } = await choosing({ budgetMs: 0 });
    expect(lines.filter((line) => line.startsWith('Warning: '))).toEqual([
      `Warning: ${opened().path} is damaged or of another program; it counts for nothing.`,
    ]);
    expect(Object.keys(kept().choices).length).toBeGreaterThan(0);
    expect((await choosing()).lines.length).toBe(1);
  });

  test('and has a variant or a time that cannot be: damaged', async () => {
    const { key } = conv2(await choosing({ budgetMs: 0 }));
    for (const choice of [
      { variant: 'fastest', ms: {} },
      { variant: likely, ms: { [likely]: -1 } },
    ]) {
      keep(key, choice as Choice);
      expect(opened().read().choices.size).toBe(0);
    }
  });

  test('cannot be kept: one warning, nothing is measured, so that two runs are alike', async () => {
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const cache = new KernelCache(circumstancesOf(gpu), join(file, 'cache'));
    const { lines, rows } = await choosing({ cache });
    expect(lines.length).toBe(2);
    expect(lines[0]).toMatch(/^Warning: Cannot write to .*a-file\/cache: .* cannot be kept there\.$/);
    expect(conv2({ rows } as Kernels)).toMatchObject({ variant: likely, source: 'likely' });
    // Who asks for measuring gets it.
    const all = await choosing({ cache, measure: 'all' });
    expect(conv2(all).source).toBe('measured');
    expect(all.lines.length).toBe(2);
  });
});

describe('weights stored as f16', () => {
  const visitAll = (choose: ChooseVariant): void => visitTraining(shape, 8, choose);
  const stored = (options: KernelOptions): Promise<Kernels> =>
    chooseKernels(gpu, visitAll, { cache: opened(), budgetMs: 0, storage: 'f16', ...options });

  test('are read by tiled kernels, whatever else is asked for; the line says so', async () => {
    for (const options of [
      {},
      { kernels: 'generic' },
      { recorded: (await stored({ kernels: 'generic' })).record },
    ] as const) {
      const { rows, lines, choose, record } = await stored(options);
      const readers = rows.filter(({ key }) => !key.includes('.backwardWeight'));
      // Forward passes of 8 and of 1 through four layers, and the input gradients of three.
      expect(readers.length).toBe(11);
      expect(rows.length).toBe(15);
      for (const { key, variant, source } of rows) {
        expect(source === 'storage').toBe(!key.includes('.backwardWeight'));
        if (source === 'storage') expect(variant).toBe('tiled');
        expect(record[key]).toBe(variant);
      }
      visitForward(shape, 8, (all, of, chosen) => {
        expect(choose(all, of, chosen)).toBe('tiled');
        return 'generic';
      });
      expect(lines.at(-1)).toMatch(
        /^Kernels: \w.*; tiled for the 11 passes that read weights, as --storage f16 needs$/,
      );
      if ('kernels' in options) expect(lines.at(-1)).toStartWith('Kernels: generic, as --kernels says; tiled');
    }
    const acting = await chooseKernels(gpu, visit, { cache: opened(), storage: 'f16' });
    expect(acting.lines).toEqual(['Kernels: tiled for the 4 passes that read weights, as --storage f16 needs']);
    // The choices for f32 are none of its business.
    expect((await choosing({ budgetMs: 0 })).rows.some(({ source }) => source === 'storage')).toBe(false);
  });
});

describe('two processes', () => {
  const choice = (variant: Variant): Choice => ({ variant, ms: { [variant]: 1 } });

  test('that measure at the same time: the first to write decides', () => {
    const [first, second] = [opened(), opened()];
    for (const cache of [first, second]) cache.read();
    mkdirSync(cacheFolder, { recursive: true });
    second.write(
      new Map([
        ['both', choice('tiled')],
        ['second', choice('tiled')],
      ]),
    );
    const now = first.write(
      new Map([
        ['both', choice('generic')],
        ['first', choice('generic')],
      ]),
    );
    const wanted = { both: choice('tiled'), first: choice('generic'), second: choice('tiled') };
    expect(Object.fromEntries(now)).toEqual(wanted);
    expect(kept().choices).toEqual(wanted);
    // Who has seen it may replace it.
    const third = opened();
    third.read();
    third.write(new Map([['both', choice('panel8')]]));
    expect(kept().choices['both']).toEqual(choice('panel8'));
  });

  test('one that reads while another writes sees the old file or the new one, whole', () => {
    mkdirSync(cacheFolder, { recursive: true });
    const cache = opened();
    cache.write(new Map([['old', choice('generic')]]));
    const before = readFileSync(cache.path, 'utf8');
    const reading = openSync(cache.path, 'r');
    cache.read();
    cache.write(new Map([['new', choice('generic')]]));
    expect(readFileSync(reading, 'utf8')).toBe(before);
    closeSync(reading);
    expect(Object.keys(kept().choices)).toEqual(['new', 'old']);
    expect(readdirSync(cacheFolder).length).toBe(1);
  });
});

describe('a cache is for one adapter, driver, provider and state of the shaders', () => {
  test('each of them is in its name', () => {
    const circumstances = circumstancesOf(gpu);
    expect(Object.keys(circumstances)).toEqual(expect.arrayContaining(['adapter', 'driver', 'provider', 'shaders']));
    const paths = Object.keys(circumstances).map(
      (key) => new KernelCache({ ...circumstances, [key]: 'another' }, cacheFolder).path,
    );
    expect(new Set([...paths, opened().path]).size).toBe(paths.length + 1);
  });

  test('a changed, new or missing shader with variants counts, others do not', () => {
    const copy = join(folder, 'shaders');
    cpSync(join(projectFolder, 'shaders'), copy, { recursive: true });
    const shaders = shadersIn(pathToFileURL(`${copy}/`));
    const before = shadersHash(shaders);
    expect(before).toBe(shadersHash(ownShaders()));
    writeFileSync(join(copy, 'adam.step.wgsl'), '// changed');
    expect(shadersHash(shaders)).toBe(before);
    writeFileSync(join(copy, 'linear.forward.new.wgsl'), '');
    const added = shadersHash(shaders);
    expect(added).not.toBe(before);
    rmSync(join(copy, 'linear.forward.new.wgsl'));
    expect(shadersHash(shaders)).toBe(before);
    writeFileSync(join(copy, 'framesConv2d.forward.panel8.wgsl'), '// changed');
    expect(shadersHash(shaders)).not.toBe(before);
  });
});

describe('a record and --kernels', () => {
  test('a run that goes on has the kernels it began with, whatever is kept', async () => {
    const began = await choosing({ budgetMs: 0 });
    const recorded = { ...began.record, [conv2(began).key]: other };
    const { rows, record, lines } = await choosing({ recorded, kernels: 'generic' });
    expect(record).toEqual(recorded);
    expect(new Set(rows.map(({ source }) => source))).toEqual(new Set(['recorded']));
    expect(lines).toEqual(['Kernels: as the run began']);
  });

  test('what this adapter does not run is replaced, with one line', async () => {
    const began = await choosing({ budgetMs: 0 });
    const { key } = conv2(began);
    const moved = await choosing({ recorded: { ...began.record, [key]: 'ofAnotherProgram' } });
    expect(moved.record).toEqual(began.record);
    expect(moved.lines.length).toBe(2);
    expect(moved.lines[0]).toStartWith('Warning: the run has used ofAnotherProgram kernels for 1 of 4 passes');
  });

  test('--kernels forces a variant wherever it covers the shape', async () => {
    const { variants } = passesOf(gpu, visit).find(({ label }) => label === 'conv2.forward')!;
    for (const kernels of variantsOf(gpu)) {
      const { rows, choose, lines } = await choosing({ kernels });
      expect(conv2({ rows } as Kernels).variant).toBe(variants.includes(kernels) ? kernels : 'generic');
      for (const { variant, source } of rows) {
        expect([kernels, 'generic']).toContain(variant);
        expect(source).toBe('forced');
      }
      expect(lines.length).toBe(1);
      expect(lines[0]).toStartWith(`Kernels: ${kernels}, as --kernels says`);
      // Also for shapes that nobody named ahead.
      const unnamed = { batch: 3, height: 9, width: 9, inputs: 4, outputs: 4, kernelHeight: 3, kernelWidth: 3 };
      expect(choose(conv2dForwardVariants, { ...unnamed, stride: 1, padding: 0 }, {})).toBe(kernels);
    }
    expect(() => readdirSync(cacheFolder)).toThrow('ENOENT');
  });

  test('an adapter that cannot run the variant: one line that names those it can', async () => {
    const hardware = {
      ...{ kind: 'hardware', hasSubgroups: false, provider: { name: 'webgpu', version: '1' } },
      adapter: { info: { description: 'A GPU', vendor: '', architecture: '', device: '' } },
    } as unknown as Gpu;
    const forced = chooseKernels(hardware, visit, { kernels: 'panel8', cache: opened() });
    await expect(forced).rejects.toThrow(UserError);
    await expect(forced).rejects.toThrow('--kernels panel8: A GPU does not run these.');
    await expect(forced).rejects.toMatchObject({ hint: 'Here it may be tiled, generic.' });
    // A run that goes on there could not say otherwise: what can run does, with one line.
    const began = await choosing({ budgetMs: 0 });
    const recorded = Object.fromEntries(Object.keys(began.record).map((key) => [key, 'panel8']));
    const options = { kernels: 'panel8', recorded, measure: 'nothing', cache: opened() } as const;
    const moved = await chooseKernels(hardware, visit, options);
    expect(moved.lines.filter((line) => line.startsWith('Warning: ')).length).toBe(1);
    for (const { variant } of moved.rows) expect(['tiled', 'generic']).toContain(variant);
  });
});
