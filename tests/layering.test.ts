/**
 * Holds the source to the layers of docs/design.md and to the house rules that a machine can check. The rules are a function of paths
 * and texts, so that each is also shown to catch its breach.
 */
import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';

const root = resolve(import.meta.dir, '..');
const longestFileLines = 400;
/** A test's cases may run longer. */
const longestTestLines = 500;

/**
 * What each layer may import besides itself: `shaders <- kernels <- agent`; `random <- emulator <- games <- env`; env and agent meet
 * in run; dashboard serves what run has written; page, in the browser, sees what has no files; cli sees all.
 */
const layers: Readonly<Record<string, readonly string[]>> = {
  'src/errors.ts': [],
  'src/random.ts': ['src/errors.ts'],
  'src/frameAges.ts': ['src/errors.ts'],
  kernels: [],
  'src/emulator': ['src/random.ts', 'src/errors.ts'],
  'src/games': ['src/emulator', 'src/random.ts', 'src/errors.ts'],
  'src/env': ['src/games', 'src/emulator', 'src/frameAges.ts', 'src/random.ts', 'src/errors.ts'],
  'src/agent': ['kernels', 'src/frameAges.ts', 'src/random.ts', 'src/errors.ts'],
  'src/run': [
    'src/agent',
    'src/env',
    'src/games',
    'src/emulator',
    'kernels',
    'src/frameAges.ts',
    'src/random.ts',
    'src/errors.ts',
  ],
  'src/dashboard': ['src/run', 'src/games', 'src/errors.ts'],
  'src/page': [
    'src/dashboard',
    'src/run',
    'src/agent',
    'src/env',
    'src/games',
    'src/emulator',
    'kernels',
    'src/frameAges.ts',
    'src/random.ts',
    'src/errors.ts',
  ],
  'src/report': ['src/run', 'src/errors.ts'],
  'src/cli': [
    'src/dashboard',
    'src/report',
    'src/run',
    'src/agent',
    'src/env',
    'src/games',
    'src/emulator',
    'kernels',
    'src/random.ts',
    'src/errors.ts',
  ],
};

/** Files whose length is that of a table. */
const tables = /(^|\/)[a-zA-Z]*(Data|Table|Tables)\.ts$/;

/** May compare with the references: the tests and the check of a GPU against the CPU. */
const mayImportReferences = /^(tests|bench)\/|\.ref\.ts$|^src\/cli\/(cpuCheck|checkKernels)\.ts$/;

function layerOf(path: string): string | undefined {
  return Object.keys(layers).find((layer) => path === layer || path.startsWith(`${layer}/`));
}

/** What a TypeScript file imports, types included: relative ones as paths from the root, packages by their names. */
function importsOf(path: string, source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const pattern = /\b(?:import|export)\b(?:[^'"`;()]*?\bfrom)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(pattern)].map((match) => {
    const specifier = match[1] ?? match[2];
    return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier;
  });
}

/** The breaches in these files, one line each. */
function breaches(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([path, source]) => [...placeBreaches(path, source), ...importBreaches(path, source)]);
}

function placeBreaches(path: string, source: string): string[] {
  const found: string[] = [];
  const lines = source.trimEnd().split('\n').length;
  const longest = path.startsWith('tests/') ? longestTestLines : longestFileLines;
  if (lines > longest && !tables.test(path)) {
    found.push(`${path}: ${lines} lines, more than ${longest}`);
  }
  if (/(^|\/)(utils?|helpers?|misc|common)\b/i.test(path)) found.push(`${path}: a name that says nothing`);
  if (/^(src|kernels)\//.test(path)) {
    if (layerOf(path) === undefined) found.push(`${path}: in no layer`);
    if (path !== 'src/random.ts' && /\bMath\.random\b/.test(source))
      found.push(`${path}: randomness comes from src/random.ts, not from Math.random`);
  }
  return found;
}

function importBreaches(path: string, source: string): string[] {
  if (!/\.tsx?$/.test(path)) return [];
  const found: string[] = [];
  const layer = layerOf(path);
  for (const imported of importsOf(path, source)) {
    if (imported === 'webgpu' || imported === 'bun-webgpu') {
      if (layer !== undefined && path !== 'kernels/runtime/provider.ts')
        found.push(`${path}: ${imported} is for kernels/runtime/provider.ts alone`);
    }
    if (imported.endsWith('.ref.ts') && !mayImportReferences.test(path)) {
      found.push(`${path}: ${imported} is for tests and the CPU check alone`);
    }
    if (layer === undefined || !/^(src|kernels|tests|bench|roms)\//.test(imported)) continue;
    const target = layerOf(imported);
    if (target === layer || (target !== undefined && layers[layer].includes(target))) continue;
    found.push(`${path}: ${layer} must not import ${imported}`);
  }
  return found;
}

/** The source files that are in the checkout; what git ignores lies in other folders, and in bench/peers/node_modules. */
function projectFiles(): Map<string, string> {
  const glob = new Bun.Glob('{src,kernels,shaders,tests,bench,build,roms,examples}/**/*.{ts,tsx,wgsl,css,html}');
  return new Map(
    [...glob.scanSync({ cwd: root })]
      .filter((path) => !path.includes('/node_modules/'))
      .sort()
      .map((path) => [path, readFileSync(`${root}/${path}`, 'utf8')]),
  );
}

describe('the project', () => {
  test('keeps its layers and rules', () => {
    const files = projectFiles();
    expect(files.size).toBeGreaterThan(50);
    expect(files.has('kernels/runtime/gpu.ts')).toBe(true);
    expect(breaches(files)).toEqual([]);
  });
});

describe('each rule catches its breach', () => {
  test.each([
    ['kernels/fill.ts', "import { Xoshiro128 } from '../src/random.ts';", 'kernels must not import src/random.ts'],
    [
      'src/agent/dqn.ts',
      "import type { Environment } from '../env/environment.ts';",
      'src/agent must not import src/env/environment.ts',
    ],
    ['src/env/arcade.ts', "export * from '../agent/dqn.ts';", 'src/env must not import src/agent/dqn.ts'],
    ['src/emulator/tia/ball.ts', "import '../../games/pong.ts';", 'src/emulator must not import src/games/pong.ts'],
    ['src/run/training.ts', "const a = await import('../cli/main.ts');", 'src/run must not import src/cli/main.ts'],
    [
      'src/games/pong.ts',
      "import {\n  a,\n  b,\n} from '../env/arcade.ts';",
      'src/games must not import src/env/arcade.ts',
    ],
    [
      'src/cli/play.ts',
      "import { x } from '../../tests/support/shapes.ts';",
      'src/cli must not import tests/support/shapes.ts',
    ],
    [
      'src/agent/dqn.ts',
      "import { conv2d } from '../../kernels/conv2d.ref.ts';",
      'is for tests and the CPU check alone',
    ],
    ['src/run/session.ts', "import { create } from 'webgpu';", 'webgpu is for kernels/runtime/provider.ts alone'],
    ['src/env/arcade.ts', 'const dice = Math.random();', 'randomness comes from src/random.ts'],
    ['src/loose.ts', '', 'in no layer'],
    ['src/env/utils.ts', '', 'a name that says nothing'],
    ['shaders/long.wgsl', `${'\n'.repeat(longestFileLines)}}`, `${longestFileLines + 1} lines`],
  ])('%s', (path, source, breach) => {
    expect(breaches(new Map([[path, source]])).join('\n')).toContain(breach);
  });

  test.each([
    [
      'src/agent/dqn.ts',
      "import { Gpu } from '../../kernels/runtime/gpu.ts';\nimport { Xoshiro128 } from '../random.ts';",
    ],
    ['src/cli/train.ts', "import { Dqn } from '../agent/dqn.ts';\n// import '../../tests/x.ts'"],
    ['tests/kernels/relu.test.ts', "import { relu } from '../../kernels/relu.ref.ts';"],
    ['src/emulator/console/colourData.ts', '\n'.repeat(500)],
  ])('and %s is allowed', (path, source) => {
    expect(breaches(new Map([[path, source]]))).toEqual([]);
  });
});
