/**
 * What a browser needs is free of Bun and Node, and plays the same there. Chromium has its own test (tests/browser/portable.browser.ts).
 */
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleOf, foreignParts } from './bundle.ts';
import { colourOfConsole, hashOfPlay } from './environmentRun.ts';

const root = resolve(import.meta.dir, '../..');
const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-portable-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Files, adapters and processes: for Bun and Node alone. */
const native = [
  'kernels/index.ts',
  ...[
    'adapter',
    'compileAside',
    'diagnosis',
    'nativeLibrary',
    'openGpu',
    'poll',
    'provider',
    'shaderFiles',
    'swiftshader',
  ].map((name) => `kernels/runtime/${name}.ts`),
  'src/games/library.ts',
  'src/games/library/',
  'src/games/import/',
];
const isNative = (path: string): boolean =>
  native.some((one) => path === one || (one.endsWith('/') && path.startsWith(one)));

const filesIn = (folders: readonly string[]): string[] =>
  folders
    .flatMap((name) => [...new Bun.Glob(`${name}/**/*.ts`).scanSync({ cwd: root })])
    .filter((path) => !isNative(path));

describe('a bundle for browsers', () => {
  test.each([
    ['the console, the games and the environment', filesIn(['src/emulator', 'src/games', 'src/env'])],
    ['the kernels and the agent', filesIn(['kernels', 'src/agent'])],
    [
      'what plays and reads weights',
      ['tests/portable/playerRun.ts', 'src/run/evaluation.ts', 'src/agent/safetensors.ts'],
    ],
  ])('%s: nothing of Bun or Node', async (_, parts) => {
    const bundle = await bundleOf(parts);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect(bundle.inputs).toContain(part);
    expect(foreignParts(bundle)).toEqual([]);
  });

  // poll.ts imports nothing, but does nothing where there is no addon.
  test.each(native.filter((path) => path.endsWith('.ts') && !path.endsWith('poll.ts')))(
    '%s would be found out',
    async (path) => {
      expect(foreignParts(await bundleOf([path]))).not.toEqual([]);
    },
  );

  test.each([
    ['const x = Buffer.alloc(1)', ['names Buffer']],
    ['const env = process.env', ['names process']],
    ['const o = { process: 1, Buffer() {} }; o.process = o.Buffer', []],
  ])('%s', (text, parts) => {
    expect(foreignParts({ text, modules: [] })).toEqual(parts);
  });
});

describe('the environment', () => {
  const games = ['pong', 'catch', 'bricks'];
  const steps = 300;
  const expected = games.map((game) => [hashOfPlay(game, steps), colourOfConsole(game)]);

  test.each([
    ['Node', 'node'],
    ['Bun', process.execPath],
  ])(
    'plays the same from the bundle under %s',
    async (name, program) => {
      const path = join(folder, 'environment.mjs');
      writeFileSync(path, (await bundleOf(['tests/portable/environmentRun.ts'])).text);
      const source = `import { colourOfConsole, hashOfPlay } from ${JSON.stringify(pathToFileURL(path).href)};
        const answers = ${JSON.stringify(games)}.map((game) => [hashOfPlay(game, ${steps}), colourOfConsole(game)]);
        console.log(JSON.stringify({ bun: process.versions.bun !== undefined, answers }));`;
      const runner = join(folder, 'run.mjs');
      writeFileSync(runner, source);
      const { exitCode, stdout, stderr } = Bun.spawnSync([program, runner]);
      if (exitCode !== 0) throw new Error(stderr.toString());
      expect(JSON.parse(stdout.toString())).toEqual({ bun: name === 'Bun', answers: expected });
    },
    60_000,
  );

  test('each game, each length and each step tells in the hash', () => {
    const hashes = [...expected.map(([hash]) => hash), hashOfPlay('pong', steps + 1), hashOfPlay('pong', steps)];
    expect(new Set(hashes).size).toBe(games.length + 1);
  });
});
