/**
 * `bun run build:package`: what the package ships beside its TypeScript: JavaScript and declarations in dist/, for Node, browsers and
 * bundlers, and the shaders where that JavaScript looks for them. `npm pack` and `npm publish` run it first.
 * Leaves out: the command line, which is of the repository and of the binary (binary.ts), not of the package.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../', import.meta.url));
const folders = ['kernels', 'src', 'shaders'].map((name) => join(project, 'dist', name));

for (const folder of folders) rmSync(folder, { recursive: true, force: true });
const compiler = join(project, 'node_modules', '.bin', 'tsc');
const { status } = spawnSync(compiler, ['-p', join(project, 'tsconfig.build.json')], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (status !== 0) process.exit(1);

const shaders = join(project, 'shaders');
mkdirSync(join(project, 'dist', 'shaders'));
for (const name of readdirSync(shaders)) {
  if (name.endsWith('.wgsl')) copyFileSync(join(shaders, name), join(project, 'dist', 'shaders', name));
}
