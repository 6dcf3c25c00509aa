/** Measured kernels through the real command line: one cache, one hash; a run keeps its kernels; --tune, --kernels, tune, doctor. */
import { afterAll, expect, test } from 'bun:test';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { contenders, type Variant, variantsOf } from '../../kernels/variant.ts';
import type { KernelRecord } from '../../src/run/kernelChoices.ts';
import { testGpu } from '../support/kernelTest.ts';
import { cli, type Ended, small, temporaryFolder, weightsHash } from './cli.ts';

const { folder, remove } = temporaryFolder('kernels');
afterAll(remove);
const gpu = await testGpu();
const [likely, other] = contenders(gpu, variantsOf(gpu));

/** A cache folder of one's own, but Mesa's where it is always: its compiling is not what is tested. */
const usual = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
const mesa = { MESA_SHADER_CACHE_DIR: process.env['MESA_SHADER_CACHE_DIR'] ?? usual };
const env = { XDG_CACHE_HOME: join(folder, 'cache'), ...mesa };
const cacheFolder = join(env.XDG_CACHE_HOME, 'wgsl-dqn');
const cachePath = (): string => {
  const [file, ...more] = readdirSync(cacheFolder).filter((name) => name.startsWith('kernels-'));
  expect(more).toEqual([]);
  return join(cacheFolder, file);
};

const train = (name: string, steps: number, ...more: string[]): Promise<Ended> =>
  cli(['train', 'catch', ...small, '--out', folder, '--name', name, '--steps', String(steps), ...more], env);

/** What the run says of its kernels: the newest checkpoint, and config.json. */
function recordOf(name: string): KernelRecord {
  const checkpoints = join(folder, name, 'checkpoints');
  const newest = readdirSync(checkpoints).sort().at(-1)!;
  const { kernels } = JSON.parse(readFileSync(join(checkpoints, newest, 'state.json'), 'utf8'));
  expect(JSON.parse(readFileSync(join(folder, name, 'config.json'), 'utf8')).kernels).toEqual(kernels);
  return kernels;
}

test('one cache, one hash; another cache, other kernels; a run that goes on keeps its own', async () => {
  const whole = await train('whole', 110);
  expect(whole.stderr).toBe('');
  expect(whole.stdout).toMatch(/^Kernels: \d+ chosen by measuring on this adapter/m);
  const record = recordOf('whole');
  // Forward and backward of four layers, the first without the gradient of its input; forward of one state.
  expect(Object.keys(record).length).toBe(15);
  const cached = JSON.parse(readFileSync(cachePath(), 'utf8'));
  for (const [key, { variant }] of Object.entries<{ variant: Variant }>(cached.choices))
    expect(record[key]).toBe(variant);

  const again = await train('again', 110);
  expect(weightsHash(again)).toBe(weightsHash(whole));
  expect(recordOf('again')).toEqual(record);
  await train('half', 80);

  // Every choice the other way round.
  const path = cachePath();
  const flipped = Object.entries<{ variant: Variant }>(cached.choices).map(([key, { variant }]) => {
    const now = variant === likely ? other : likely;
    return [key, { variant: now, ms: { [now]: 1 } }];
  });
  rmSync(path);
  writeFileSync(path, JSON.stringify({ ...cached, choices: Object.fromEntries(flipped) }));
  const others = await train('others', 110);
  const changed = Object.entries(recordOf('others')).filter(([key, variant]) => record[key] !== variant);
  expect(changed.length).toBeGreaterThan(0);
  expect(changed.length).toBeLessThanOrEqual(flipped.length);
  // They add in another order.
  expect(weightsHash(others)).not.toBe(weightsHash(whole));

  const resumed = await cli(['train', '--resume', join(folder, 'half'), '--steps', '110'], env);
  expect(resumed.stdout).toContain('\nKernels: as the run began\n');
  expect(weightsHash(resumed)).toBe(weightsHash(whole));
  expect(recordOf('half')).toEqual(record);

  // Evaluation takes what is kept.
  const evaluated = await cli(['eval', '--run', join(folder, 'half'), '--episodes', '1'], env);
  expect(evaluated.code).toBe(0);
  expect(evaluated.stdout).toMatch(/^Kernels: /m);
});

test('--tune measures all, prints it, keeps it, and trains with it', async () => {
  const tuned = await train('tuned', 1, '--tune');
  expect(tuned.code).toBe(0);
  expect(tuned.stdout).toMatch(/^pass +shape +chosen +why +(\w+, ms *)+$/m);
  expect(tuned.stdout).toMatch(/^conv2\.forward +8 x 8x8x16, 32 of 4x4\/2 +\w+ +measured( +\d+\.\d{3})+/m);
  expect(tuned.stdout).not.toContain('not measured');
  expect(tuned.stdout).toContain(`\nThe choices are kept in ${cachePath()}; \`bun run tune\` measures again.\n`);
  const choices = Object.values<{ ms: object }>(JSON.parse(readFileSync(cachePath(), 'utf8')).choices);
  for (const { ms } of choices) expect(Object.keys(ms).length).toBeGreaterThan(1);
  await train('later', 1);
  expect(recordOf('later')).toEqual(recordOf('tuned'));
});

test('bun run tune does the same without a run', async () => {
  const { code, stdout, stderr } = await cli(['tune', 'catch', ...small, '--batch-size', '4'], env);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Adapter: \S/m);
  expect(stdout).toMatch(/^conv2\.forward +4 x 8x8x16, 32 of 4x4\/2 /m);
  expect(stdout).toContain(`The choices are kept in ${cachePath()}`);
  expect(readFileSync(cachePath(), 'utf8')).toContain('batch=4 ');
});

test('--kernels forces one, and the run says so', async () => {
  const forced = await train('forced', 1, '--kernels', 'generic');
  expect(forced.stdout).toContain('\nKernels: generic, as --kernels says\n');
  expect(new Set(Object.values(recordOf('forced')))).toEqual(new Set(['generic']));
});

test('--storage f16: the run says what reads it, repeats to the bit, and goes on to the same; so does evaluation', async () => {
  const f16 = ['--storage', 'f16'];
  const whole = await train('f16', 80, ...f16);
  const line = /^Kernels: .*; tiled for the 11 passes that read weights, as --storage f16 needs$/m;
  expect(whole.stderr).toBe('');
  expect(whole.stdout).toMatch(line);
  expect(weightsHash(whole)).not.toBe(weightsHash(await train('f32', 80)));
  await train('f16-part', 70, ...f16);
  const resumed = await cli(['train', '--resume', join(folder, 'f16-part'), '--steps', '80'], env);
  expect(resumed.stdout).toMatch(line);
  expect(weightsHash(resumed)).toBe(weightsHash(whole));
  const evaluated = await cli(['eval', '--run', join(folder, 'f16'), '--episodes', '1'], env);
  expect(evaluated.stdout).toContain('\nKernels: tiled for the 4 passes that read weights, as --storage f16 needs\n');
});

test('a cache folder that cannot be written is one line, and no error', async () => {
  const { code, stdout, stderr } = await cli(
    ['train', 'catch', ...small, '--out', folder, '--name', 'unkept', '--steps', '1', '--batch-size', '5'],
    { XDG_CACHE_HOME: '/dev/null/cache', ...mesa },
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.match(/^Warning: .*$/gm)).toEqual([expect.stringContaining('Cannot write to /dev/null/cache')]);
});

test('doctor says which kernels would run', async () => {
  const { stdout } = await cli(['doctor'], env);
  expect(stdout).toMatch(/^kernels {3}conv1: forward \w+\*?, backwardWeight \w+\*?, forward of one \w+\*?$/m);
  expect(stdout).toMatch(
    /^ +out: forward \w+\*?, backwardWeight \w+\*?, backwardInput \w+\*?, forward of one \w+\*?$/m,
  );
  const { kernels } = JSON.parse((await cli(['doctor', '--json'], env)).stdout);
  expect(kernels.path).toBe(cachePath());
  expect(kernels.passes.length).toBe(19);
});

test.each([
  [['train', 'catch', '--tune', '--kernels', 'generic'], '--tune and --kernels exclude each other.'],
  [['train', '--resume', 'x', '--tune'], '--tune and --resume exclude each other.'],
  [['train', 'catch', '--kernels', 'panel'], 'Did you mean "panel8"?'],
  [['train', 'catch', '--storage', 'f64'], '"f64" is not allowed; allowed: f32, f16.'],
])('%p is one line', async (words, text) => {
  const { code, stderr } = await cli(words, env);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stderr).toContain(text);
  expect(code).toBe(1);
});
