/**
 * The packed package in an empty project: what it ships and names, its examples, its types, and that the console and the environment play
 * the same game under Bun, Node and with nothing but what browsers have.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cpSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { type InstalledPackage, installPackage, manifest, root, run, runWell, writeJson } from './installed.ts';

const bun = process.execPath;
const subpaths = ['kernels', 'emulator', 'env', 'agent'];
let installed: InstalledPackage;

beforeAll(() => {
  installed = installPackage();
}, 300_000);
afterAll(() => installed?.remove());

describe('what is shipped', () => {
  test('is the library and its documents, and nothing of the command line, the tests or the measurements', () => {
    const { files } = installed;
    for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md', 'examples/dqn.ts', 'weights/pong.safetensors']) {
      expect(files).toContain(file);
    }
    const foreign =
      /^(tests|bench|build|roms|src\/(run|cli|page|dashboard|report|games\/(library|import))|shaders\/bench)\b|\.ref\.ts$/;
    expect(files.filter((file) => foreign.test(file))).toEqual([]);
    expect(files.filter((file) => !/^(dist|kernels|src|shaders|examples|weights|docs)\/|^[^/]+$/.test(file))).toEqual(
      [],
    );
    expect(installed.tarballBytes).toBeLessThan(2_000_000);
    expect(installed.unpackedBytes).toBeLessThan(5_000_000);
  });

  test('is all that each entry reaches, as TypeScript and as JavaScript, and every shader twice', () => {
    const { folder } = installed;
    for (const conditions of Object.values(manifest().exports)) {
      for (const target of typeof conditions === 'string' ? [conditions] : Object.values(conditions)) {
        expect([target, globSync(target, { cwd: folder }).length > 0]).toEqual([target, true]);
      }
    }
    const scripts = globSync('dist/**/*.js', { cwd: folder });
    expect(scripts.length).toBeGreaterThan(100);
    for (const script of scripts) {
      const source = script.replace(/^dist\//, '').replace(/\.js$/, '.ts');
      expect([source, existsSync(join(folder, source))]).toEqual([source, true]);
      expect([script, existsSync(join(folder, script.replace(/\.js$/, '.d.ts')))]).toEqual([script, true]);
    }
    const shaders = globSync('*.wgsl', { cwd: join(root, 'shaders') }).sort();
    expect(globSync('*.wgsl', { cwd: join(folder, 'shaders') }).sort()).toEqual(shaders);
    expect(globSync('*.wgsl', { cwd: join(folder, 'dist/shaders') }).sort()).toEqual(shaders);
  });

  test('needs one small package, and WebGPU only where it may be left out', () => {
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(installed.folder, 'package.json'), 'utf8'),
    );
    expect(Object.keys(dependencies)).toEqual(['@noble/hashes']);
    expect(Object.keys(optionalDependencies).sort()).toEqual(['@sparticuz/chromium', 'bun-webgpu', 'webgpu']);
    const imported = globSync('dist/**/*.js', { cwd: installed.folder }).flatMap((script) =>
      [...readFileSync(join(installed.folder, script), 'utf8').matchAll(/^import .*? from '([^'.][^']*)'/gms)].map(
        ([, specifier]) => specifier,
      ),
    );
    const packages = new Set(imported.filter((specifier) => !specifier.startsWith('node:')));
    expect([...packages].map((name) => name.split('/').slice(0, 2).join('/'))).toEqual(
      [...packages].map(() => '@noble/hashes'),
    );
  });

  test.each([
    'wgsl-dqn',
    'wgsl-dqn/src/run/training.ts',
    'wgsl-dqn/dist/src/env/arcade.js',
    'wgsl-dqn/kernels/conv2d.ts',
  ])('%s cannot be imported', (specifier) => {
    const script = `import('${specifier}').then(() => console.log('came'), (error) => console.log(error.code))`;
    expect(runWell(['node', '--input-type=module', '-e', script], installed.project)).toBe(
      'ERR_PACKAGE_PATH_NOT_EXPORTED\n',
    );
  });
});

/** The names that an entry's declarations export, types too, sorted. */
function declaredNames(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const named = [...text.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(([, type, names]) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => (type === undefined || name.startsWith('type ') ? name : `type ${name}`)),
  );
  const all = [...text.matchAll(/export \* from '\.\/(.*?)\.ts'/g)].flatMap(([, entry]) =>
    declaredNames(join(file, '..', `${entry}.d.ts`)),
  );
  return [...named, ...all].sort();
}

describe('what is public', () => {
  test('is the list in surface.txt: a name that goes breaks programs, and needs a new major version (before 1.0: minor)', () => {
    const { folder } = installed;
    const surface = subpaths.flatMap((subpath) => {
      const { types } = manifest().exports[`./${subpath}`] as Record<string, string>;
      return declaredNames(join(folder, types)).map((name) => `wgsl-dqn/${subpath} ${name}`);
    });
    const path = join(import.meta.dir, 'surface.txt');
    if (process.env['UPDATE_SURFACE'] === '1') writeFileSync(path, `${surface.join('\n')}\n`);
    expect(surface).toEqual(readFileSync(path, 'utf8').trimEnd().split('\n'));
  });

  test('is there under Node, name by name', () => {
    const script = `const names = {};
      for (const subpath of ${JSON.stringify(subpaths)}) names[subpath] = Object.keys(await import('wgsl-dqn/' + subpath));
      console.log(JSON.stringify(names));`;
    const names = JSON.parse(runWell(['node', '--input-type=module', '-e', script], installed.project));
    const listed = readFileSync(join(import.meta.dir, 'surface.txt'), 'utf8')
      .trimEnd()
      .split('\n');
    for (const subpath of subpaths) {
      const values = listed
        .filter((line) => line.startsWith(`wgsl-dqn/${subpath} `) && !line.includes(' type '))
        .map((line) => line.split(' ')[1]);
      expect(names[subpath].sort()).toEqual(values.sort());
    }
  });
});

describe('types', () => {
  const compile = (name: string, compilerOptions: object, files: readonly string[]): string => {
    const strict = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
    };
    const modern = { target: 'es2022', module: 'nodenext', types: [], noEmit: true };
    const path = join(installed.project, `tsconfig.${name}.json`);
    writeJson(path, { compilerOptions: { ...strict, ...modern, ...compilerOptions }, files });
    return run([join(root, 'node_modules/.bin/tsc'), '-p', path], installed.project).out;
  };

  test("a program compiles against the declarations, which are checked with it; WebGPU's types are those of `dom`", () => {
    cpSync(join(import.meta.dir, 'consumer.ts'), join(installed.project, 'consumer.ts'));
    const lib = ['es2022', 'dom'];
    expect(compile('program', { lib, noUncheckedIndexedAccess: false }, ['consumer.ts'])).toBe('');
    expect(
      compile('bundled', { lib, module: 'esnext', moduleResolution: 'bundler', noUncheckedIndexedAccess: false }, [
        'consumer.ts',
      ]),
    ).toBe('');
  });

  test('what examples/README.md writes compiles', () => {
    const page = readFileSync(join(installed.folder, 'examples/README.md'), 'utf8');
    const blocks = [...page.matchAll(/### `(wgsl-dqn\/\w+)`[\s\S]*?```ts\n([\s\S]*?)```/g)];
    expect(blocks.map(([, subpath]) => subpath)).toEqual(subpaths.map((subpath) => `wgsl-dqn/${subpath}`));
    const listed = readFileSync(join(import.meta.dir, 'surface.txt'), 'utf8')
      .trimEnd()
      .split('\n');
    const files = blocks.map(([, , code], at) => {
      // A name comes from the first subpath that has it.
      const names = new Map(listed.toReversed().map((line) => line.split(' ').toReversed() as [string, string]));
      const imports = [...names].filter(([name]) => new RegExp(`\\b${name}[.(]`).test(code));
      const lines = imports.map(([name, subpath]) => `import { ${name} } from '${subpath}';\n`);
      const path = join(installed.project, `page${at}.ts`);
      writeFileSync(path, `${lines.join('')}declare const bytes: Uint8Array;\n${code}export { bytes };\n`);
      return path;
    });
    expect(compile('page', { lib: ['es2022', 'dom'], noUncheckedIndexedAccess: false }, files)).toBe('');
  });

  test('console and environment need no types but those of the language', () => {
    const program = "import { Console } from 'wgsl-dqn/emulator';\nimport { makeEnvironment } from 'wgsl-dqn/env';\n";
    const good = join(installed.project, 'good.ts');
    writeFileSync(
      good,
      `${program}makeEnvironment({ game: 'pong' }).reset();\nnew Console(new Uint8Array(4096)).runFrame();\n`,
    );
    const bad = join(installed.project, 'bad.ts');
    writeFileSync(bad, `${program}makeEnvironment({ game: 1 });\nnew Console('pong.bin');\n`);
    expect(compile('good', { lib: ['es2022'] }, [good])).toBe('');
    expect(compile('bad', { lib: ['es2022'] }, [bad]).match(/error TS\d+/g)).toEqual(['error TS2322', 'error TS2345']);
  });
});

describe('examples', () => {
  const example = (name: string, ...options: string[]): string =>
    runWell([bun, `${name}.ts`, ...options], installed.project);
  const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN);

  test('kernel.ts: the convolution is that of the loops', () => {
    const text = example('kernel');
    for (const name of ['output', 'dWeight']) {
      const error = numberIn(text, new RegExp(`^${name}: .* at most (\\S+)$`, 'm'));
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(1e-4);
    }
  }, 60_000);

  test('console.ts: Pong is drawn and goes on from a snapshot', () => {
    const text = example('console');
    expect(text).toContain('600 frames of NTSC');
    expect(numberIn(text, /it has (\d+)/)).toBeGreaterThan(0);
    expect(text).toContain('bytes: equal\n');
    // The walls above and below, from edge to edge.
    expect(text.split('\n').filter((line) => line === '@'.repeat(80)).length).toBeGreaterThanOrEqual(2);
  });

  test('randomAgent.ts: random play of Catch has its mean', () => {
    expect(example('randomAgent')).toContain('20 games: mean reward -6.30, from -10 to 0\n');
  });

  test('ownGame.ts: the own rules count', () => {
    const text = example('ownGame');
    expect(numberIn(text, /looks: (\d+) bricks/)).toBeGreaterThan(50);
    expect(numberIn(text, /random one: .* reward (\S+),/)).toBeLessThan(-5);
  });

  test('dqn.ts: learns what ten random games in a row do not reach', () => {
    const means = [...example('dqn', '4300').matchAll(/last 10 games (\S+)/g)].map(([, mean]) => Number(mean));
    expect(means.length).toBeGreaterThan(2);
    expect(means[0]).toBeLessThan(-3);
    // A random game is -6 with a deviation of 2.5, the mean of ten 0.8.
    expect(means.at(-1)).toBeGreaterThan(2);
  }, 240_000);
});

describe('the same game', () => {
  /** Plays a console and an environment; a hash of all that they show. Uses nothing but the language and the package. */
  const play = `
import { Console } from 'wgsl-dqn/emulator';
import { cartridgeFor, makeEnvironment, Xoshiro128 } from 'wgsl-dqn/env';
let hash = 0x811c9dc5;
const mix = (bytes) => { for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193); };
for (const game of ['pong', 'catch', 'bricks']) {
  const random = new Xoshiro128(1, game);
  const environment = makeEnvironment({ game, seed: 2, repeatActionProbability: 0.25, randomStarts: 30 });
  environment.reset();
  for (let step = 0; step < 100; step++) {
    const { rawReward, terminated } = environment.step(random.nextInt(environment.actionCount));
    mix([rawReward & 255]);
    mix(environment.frame);
    if (terminated) environment.reset();
  }
  const atari = new Console(cartridgeFor(game).rom);
  for (let frame = 0; frame < 60; frame++) atari.runFrame();
  mix(atari.screen);
  mix(atari.snapshot());
}
`;
  let bunHash = '';

  test('is played under Bun and under Node', () => {
    writeFileSync(
      join(installed.project, 'play.mjs'),
      `${play}console.log(hash >>> 0, import.meta.resolve('wgsl-dqn/env'));\n`,
    );
    const [hash, entry] = runWell([bun, 'play.mjs'], installed.project).trim().split(' ');
    expect(entry).toEndWith('wgsl-dqn/src/env/index.ts');
    const [nodeHash, nodeEntry] = runWell(['node', 'play.mjs'], installed.project).trim().split(' ');
    expect(nodeEntry ?? '').toEndWith('wgsl-dqn/dist/src/env/index.js');
    expect(nodeHash).toBe(hash);
    bunHash = hash;
  });

  const bundle = async (name: string, code: string) => {
    const entry = join(installed.project, name);
    writeFileSync(entry, code);
    // A bundle of its own process: this one resolves wgsl-dqn to the sources.
    const built = run([bun, 'build', '--target=browser', '--format=iife', entry], installed.project);
    return { ...built, text: built.out };
  };

  test('is played with nothing but what every browser has', async () => {
    const { code, text, err } = await bundle('browserPlay.mjs', `${play}globalThis.played = hash >>> 0;\n`);
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
    expect(text).not.toMatch(/\bnode:|require\(|\bprocess\.|\bBuffer\.|\bBun\./);
    const context = createContext({ atob, TextEncoder, TextDecoder });
    runInContext(text, context);
    expect(String(context['played'])).toBe(bunHash);
  });

  test('kernels and agent are bundled for a browser, which has no openGpu', async () => {
    const good = `import { openBrowserGpu, reluForward } from 'wgsl-dqn/kernels';
      import { Dqn, dqnOptions } from 'wgsl-dqn/agent';
      globalThis.names = [openBrowserGpu, reluForward, Dqn, dqnOptions].map((it) => it.name);`;
    const { code, text, err } = await bundle('browserKernels.mjs', good);
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
    expect(text).not.toMatch(/\bnode:|require\(|\bprocess\.|\bBuffer\.|\bBun\./);
    const context = createContext({});
    runInContext(text, context);
    expect([...context['names']]).toEqual(['openBrowserGpu', 'reluForward', 'Dqn', 'dqnOptions']);
    const bad = await bundle('browserOpen.mjs', "import { openGpu } from 'wgsl-dqn/kernels';\nopenGpu();\n");
    expect(bad.code).not.toBe(0);
    expect(bad.err).toContain('openGpu');
  });

  test('the kernels run under Node, too', () => {
    const script = `import { openGpu, reluForward } from 'wgsl-dqn/kernels';
      const gpu = await openGpu();
      const [input, output] = ['input', 'output'].map((name) => gpu.tensor(name, [4]));
      const steps = reluForward({ input, output }).map((call) => gpu.dispatch(call));
      await gpu.compiled();
      gpu.write(input, Float32Array.of(-1, 2, -3, 4));
      gpu.run(steps);
      console.log([...(await gpu.readF32(output))].join());
      gpu.destroy();`;
    expect(runWell(['node', '--input-type=module', '-e', script], installed.project)).toBe('0,2,0,4\n');
  });
});
