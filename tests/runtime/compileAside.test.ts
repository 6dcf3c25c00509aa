import { expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canCompileAside, compileAside, leastAsideCalls } from '../../kernels/runtime/compileAside.ts';
import { testGpu } from '../support/kernelTest.ts';

/** Binds `count` pipelines of its own, awaits `compiled()`, dispatches nothing. */
const program = (count: number): string => `
  const { openGpu } = await import('${new URL('../../kernels/runtime/openGpu.ts', import.meta.url).href}');
  const { fill } = await import('${new URL('../../kernels/fill.ts', import.meta.url).href}');
  const gpu = await openGpu();
  for (let n = 1; n <= ${count}; n++) gpu.dispatch(fill({ output: gpu.tensor('x', [1000 + n]), value: n })[0]);
  await gpu.compiled();
  // Mesa writes to its cache on a thread of its own.
  await Bun.sleep(500);
  gpu.destroy();`;

/** Machine code that Mesa has put in a new cache when the program ends: entries of more than a kilobyte (one is the index). */
function compiledBy(source: string): number {
  const cache = mkdtempSync(join(tmpdir(), 'wgsl-dqn-mesa-'));
  try {
    const env = { ...process.env, MESA_SHADER_CACHE_DIR: cache, MESA_DISK_CACHE_MULTI_FILE: '1' };
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, '-e', source], { env });
    if (exitCode !== 0) throw new Error(stderr.toString());
    const files = readdirSync(cache, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(cache, name)));
    return files.filter((file) => file.isFile() && file.size > 1024).length;
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

test('many new pipelines are compiled before the first dispatch, where that is possible; few are not', async () => {
  if (canCompileAside(await testGpu())) {
    expect(compiledBy(program(leastAsideCalls))).toBeGreaterThan(leastAsideCalls / 2);
  }
  expect(compiledBy(program(leastAsideCalls - 1))).toBeLessThan(leastAsideCalls / 2);
}, 30_000);

test('not on other adapters, nor without the cache that passes the results on', () => {
  expect(canCompileAside({ kind: 'hardware' })).toBe(false);
  process.env['MESA_SHADER_CACHE_DISABLE'] = 'true';
  try {
    expect(canCompileAside({ kind: 'lavapipe' })).toBe(false);
  } finally {
    delete process.env['MESA_SHADER_CACHE_DISABLE'];
  }
});

test('a pipeline that cannot be made does not stop the others, and is no error here', async () => {
  await compileAside([{ source: 'not WGSL', constants: {}, access: ['read'] }]);
});
