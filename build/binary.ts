/**
 * `bun run build:binary [PLATFORM…]`: the command line as one program a platform, with Bun, Dawn, shaders, our games and weights inside.
 * In it every module lies in one place. So modules that look for files beside themselves (`import.meta.url`) are told where they lie in the
 * project, and the files are embedded under the same paths.
 * Leaves out: signing; genuine cartridges; SwiftShader. On Windows Dawn wants the two libraries of its Direct3D compiler beside the program.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BunPlugin } from 'bun';
import * as tar from 'tar';
import { pageAssets } from '../src/dashboard/pageAssets.ts';

const project = fileURLToPath(new URL('../', import.meta.url));

/**
 * What Bun runs on: its name of it; the folder of Dawn's library for the provider `webgpu`; the package of the library for `bun-webgpu`, the
 * default on macOS, which has none for arm64 of Linux.
 */
const platforms = {
  'linux-x64': { bun: 'bun-linux-x64', dawn: 'linux-x64', wrapper: 'bun-webgpu-linux-x64' },
  'linux-arm64': { bun: 'bun-linux-arm64', dawn: 'linux-arm64', wrapper: undefined },
  'darwin-x64': { bun: 'bun-darwin-x64', dawn: 'darwin-universal', wrapper: 'bun-webgpu-darwin-x64' },
  'darwin-arm64': { bun: 'bun-darwin-arm64', dawn: 'darwin-universal', wrapper: 'bun-webgpu-darwin-arm64' },
  'windows-x64': { bun: 'bun-windows-x64', dawn: 'win32-x64', wrapper: 'bun-webgpu-win32-x64' },
} as const;
export type Platform = keyof typeof platforms;
export const platformNames = Object.keys(platforms) as Platform[];

/** What the program reads of the project at run time, beside its code. */
const embedded = ['package.json', 'shaders', 'weights', 'roms/pong.bin', 'roms/catch.bin', 'roms/bricks.bin'];

/** What stands for src/dashboard/pageAssets.ts in the program: the page is bundled when the program is built. */
const bundledPage = `
const file = (name) => Bun.file(Bun.fileURLToPath(new URL('./page/' + name, import.meta.url)));
export async function pageAssets() {
  const list = await file('list.json').json();
  return new Map(await Promise.all(list.map(async ({ path, type }, i) => [path, { type, bytes: await file(String(i)).bytes() }])));
}
`;

/** Bundles the page into `folder`: list.json, and each file of the list by its place there. */
async function bundlePage(folder: string): Promise<void> {
  mkdirSync(folder);
  const assets = [...(await pageAssets())];
  writeFileSync(join(folder, 'list.json'), JSON.stringify(assets.map(([path, { type }]) => ({ path, type }))));
  for (const [i, [, { bytes }]] of assets.entries()) writeFileSync(join(folder, String(i)), bytes);
}

/** `source` with `what` in the place of `find`, which must be there. */
function replaced(path: string, source: string, find: RegExp, what: string): string {
  if (!find.test(source))
    throw new Error(`${path} has no ${find}: it loads its library in another way than this build knows`);
  return source.replace(find, () => what);
}

/**
 * Modules know where they lie in the project; those that load a native library name the one of the platform in a way that a bundler sees.
 * @param wrapper the file of bun-webgpu's library
 */
function placing(dawn: string, wrapper: string | undefined): BunPlugin {
  return {
    name: 'placing',
    setup(build) {
      build.onLoad({ filter: /[/\\](src|kernels)[/\\].*\.ts$/ }, ({ path }) => {
        if (path === join(project, 'src/dashboard/pageAssets.ts')) return { contents: bundledPage, loader: 'ts' };
        const place = `./${relative(project, path).split(sep).join('/')}`;
        const url = `new URL(${JSON.stringify(place)}, import.meta.url)`;
        let contents = readFileSync(path, 'utf8').replace(/\bimport\.meta\.(url|dirname)\b/g, (_, what) =>
          what === 'url' ? `${url}.href` : `Bun.fileURLToPath(new URL('.', ${url}))`,
        );
        if (wrapper !== undefined && place === './kernels/runtime/provider.ts') {
          contents = replaced(
            path,
            contents,
            /import\(`\$\{specifier\}\/package\.json`/,
            `import('bun-webgpu/package.json'`,
          );
          contents = replaced(path, contents, /import\(specifier\)/, `import('bun-webgpu')`);
        }
        return { contents, loader: 'ts' };
      });
      build.onLoad({ filter: /[/\\]node_modules[/\\]webgpu[/\\]index\.js$/ }, ({ path }) => {
        const source = replaced(path, readFileSync(path, 'utf8'), /^const require = createRequire\(.*$/m, '');
        const library = `require('./dist/${dawn}/dawn.node')`;
        return { contents: replaced(path, source, /require\(dawnNodePath\)/, library), loader: 'js' };
      });
      build.onLoad({ filter: /[/\\]node_modules[/\\]bun-webgpu[/\\]index\.js$/ }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const found = `import embeddedLibrary from ${JSON.stringify(wrapper)} with { type: 'file' };
function findLibrary() { return embeddedLibrary; }
function findInstalledLibrary() {`;
        return { contents: replaced(path, source, /^function findLibrary\(\) \{/m, found), loader: 'js' };
      });
    },
  };
}

/** The project's files as the program embeds them, in a new folder; package.json with the commit, as npm writes it when it publishes. */
function stage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-binary-'));
  for (const path of embedded) cpSync(join(project, path), join(folder, path), { recursive: true });
  const { status, stdout } = spawnSync('git', ['-C', project, 'rev-parse', 'HEAD'], { encoding: 'utf8' });
  const description = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  if (status === 0) description.gitHead = stdout.trim();
  writeFileSync(join(folder, 'package.json'), JSON.stringify(description));
  return folder;
}

/** The library in this npm package: an installed one, or one fetched into `folder`. Throws where npm cannot fetch it. */
function wrapperLibrary(name: string, folder: string): string {
  const installed = join(project, 'node_modules', name);
  const place = existsSync(installed) ? installed : join(folder, 'package');
  if (place !== installed) {
    const { version } = JSON.parse(readFileSync(join(project, 'node_modules', 'bun-webgpu', 'package.json'), 'utf8'));
    const packed = spawnSync('npm', ['pack', `${name}@${version}`, '--pack-destination', folder, '--silent'], {
      encoding: 'utf8',
    });
    if (packed.status !== 0) throw new Error(`npm could not fetch ${name}: ${packed.stderr}`);
    tar.x({ file: join(folder, packed.stdout.trim()), cwd: folder, sync: true });
  }
  return join(place, readdirSync(place).find((file) => /webgpu_wrapper\.(so|dylib|dll)$/.test(file))!);
}

/** Builds the program of one platform into `folder` and returns its path. Rejects where a part of it cannot be had. */
export async function buildBinary(platform: Platform, folder: string): Promise<string> {
  const { bun, dawn, wrapper } = platforms[platform];
  const isWindows = platform.startsWith('windows');
  const outfile = join(folder, `wgsl-dqn-${platform}${isWindows ? '.exe' : ''}`);
  mkdirSync(folder, { recursive: true });
  const staged = stage();
  const fetched = mkdtempSync(join(tmpdir(), 'wgsl-dqn-library-'));
  try {
    const library = wrapper === undefined ? undefined : wrapperLibrary(wrapper, fetched);
    await bundlePage(join(staged, 'page'));
    const assets = readdirSync(staged).map((name) => join(staged, name));
    await Bun.build({
      entrypoints: [join(project, 'src/cli/main.ts')],
      target: 'bun',
      minify: { syntax: true, whitespace: true },
      plugins: [placing(dawn, library)],
      compile: { target: bun, outfile, assets, autoloadDotenv: false, autoloadBunfig: false },
    });
  } finally {
    for (const folder of [staged, fetched]) rmSync(folder, { recursive: true });
  }
  if (isWindows) {
    const libraries = join(project, 'node_modules', 'webgpu', 'dist', dawn);
    for (const name of readdirSync(libraries).filter((name) => name.startsWith('d') && name !== 'dawn.node')) {
      copyFileSync(join(libraries, name), join(folder, name));
    }
  }
  return outfile;
}

if (import.meta.main) {
  const here = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const named = process.argv.slice(2);
  const wanted = named.includes('all') ? platformNames : named.length > 0 ? named : [here];
  const unknown = wanted.find((name) => !platformNames.includes(name as Platform));
  if (unknown !== undefined) {
    process.stderr.write(`error: There is no program for ${unknown}. Platforms: ${platformNames.join(', ')}, all.\n`);
    process.exit(1);
  }
  for (const platform of wanted as Platform[]) {
    const path = await buildBinary(platform, join(project, 'dist', 'bin'));
    console.log(`Wrote ${relative(process.cwd(), path)}, ${(Bun.file(path).size / 1e6).toFixed(0)} MB`);
  }
}
