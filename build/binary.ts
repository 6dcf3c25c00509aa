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

const project = fileURLToPath(new URL('../', import.meta.url));

/** What both Bun and Dawn run on: Bun's name of it, and the folder of Dawn's library. */
const platforms = {
  'linux-x64': { bun: 'bun-linux-x64', dawn: 'linux-x64' },
  'linux-arm64': { bun: 'bun-linux-arm64', dawn: 'linux-arm64' },
  'darwin-x64': { bun: 'bun-darwin-x64', dawn: 'darwin-universal' },
  'darwin-arm64': { bun: 'bun-darwin-arm64', dawn: 'darwin-universal' },
  'windows-x64': { bun: 'bun-windows-x64', dawn: 'win32-x64' },
} as const;
export type Platform = keyof typeof platforms;
export const platformNames = Object.keys(platforms) as Platform[];

/** What the program reads of the project at run time, beside its code. */
const embedded = ['package.json', 'shaders', 'weights', 'roms/pong.bin', 'roms/catch.bin', 'roms/bricks.bin'];

/** Modules know where they lie in the project; Dawn's knows the library of the platform. */
function placing(dawn: string): BunPlugin {
  return {
    name: 'placing',
    setup(build) {
      build.onLoad({ filter: /[/\\](src|kernels)[/\\].*\.ts$/ }, ({ path }) => {
        const place = `./${relative(project, path).split(sep).join('/')}`;
        const url = `new URL(${JSON.stringify(place)}, import.meta.url)`;
        const contents = readFileSync(path, 'utf8').replace(/\bimport\.meta\.(url|dirname)\b/g, (_, what) =>
          what === 'url' ? `${url}.href` : `Bun.fileURLToPath(new URL('.', ${url}))`,
        );
        return { contents, loader: 'ts' };
      });
      build.onLoad({ filter: /[/\\]node_modules[/\\]webgpu[/\\]index\.js$/ }, ({ path }) => {
        // A `require` that the bundler sees, in place of the one that is made at run time.
        const contents = readFileSync(path, 'utf8')
          .replace(/^const require = createRequire\(.*$/m, '')
          .replace('require(dawnNodePath)', `require('./dist/${dawn}/dawn.node')`);
        if (!contents.includes(`require('./dist/`) || contents.includes('= createRequire')) {
          throw new Error(`${path} loads its library in another way than this build knows`);
        }
        return { contents, loader: 'js' };
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

/** Builds the program of one platform into `folder` and returns its path. Rejects where a part of it cannot be had. */
export async function buildBinary(platform: Platform, folder: string): Promise<string> {
  const { bun, dawn } = platforms[platform];
  const isWindows = platform.startsWith('windows');
  const outfile = join(folder, `wgsl-dqn-${platform}${isWindows ? '.exe' : ''}`);
  mkdirSync(folder, { recursive: true });
  const staged = stage();
  try {
    const assets = readdirSync(staged).map((name) => join(staged, name));
    await Bun.build({
      entrypoints: [join(project, 'src/cli/main.ts')],
      target: 'bun',
      minify: { syntax: true, whitespace: true },
      plugins: [placing(dawn)],
      compile: { target: bun, outfile, assets, autoloadDotenv: false, autoloadBunfig: false },
    });
  } finally {
    rmSync(staged, { recursive: true });
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
