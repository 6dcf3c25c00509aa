/** The package as others get it: packed from the working tree, installed by Bun into an empty project in a temporary folder. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dir, '../..');

export interface InstalledPackage {
  /** The empty project, with copies of the examples. */
  readonly project: string;
  /** Where the package lies in it. */
  readonly folder: string;
  /** Of the tarball. */
  readonly files: readonly string[];
  readonly tarballBytes: number;
  readonly unpackedBytes: number;
  remove(): void;
}

export interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. */
export function run(command: readonly string[], cwd: string, env: Record<string, string> = {}): Output {
  const [program, ...rest] = command;
  const done = spawnSync(program, rest, { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
  if (done.error !== undefined) throw new Error(`${program} does not start: ${done.error.message}`);
  return { code: done.status ?? -1, out: done.stdout, err: done.stderr };
}

/** As `run`; throws what the program printed where it failed. Returns its standard output. */
export function runWell(command: readonly string[], cwd: string): string {
  const { code, out, err } = run(command, cwd);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${out}${err}`);
  return out;
}

export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Packs and installs. The packages that the package needs come from Bun's cache or the registry. */
export function installPackage(): InstalledPackage {
  // Its real path: on macOS the folder for temporary files is a link.
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'wgsl-dqn-package-')));
  const remove = (): void => rmSync(work, { recursive: true, force: true });
  try {
    return { ...installInto(work), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function installInto(work: string): Omit<InstalledPackage, 'remove'> {
  const project = join(work, 'project');
  mkdirSync(project);
  // What `prepack` prints comes before the list.
  const packed = runWell(['npm', 'pack', '--json', '--pack-destination', work], root);
  const [{ filename, files, size, unpackedSize }] = JSON.parse(packed.slice(packed.search(/^\[/m)));
  writeJson(join(project, 'package.json'), { name: 'empty', private: true, type: 'module' });
  runWell([process.execPath, 'add', join(work, filename)], project);
  const folder = join(project, 'node_modules', 'wgsl-dqn');
  cpSync(join(folder, 'examples'), project, { recursive: true });
  return {
    ...{ project, folder, tarballBytes: size, unpackedBytes: unpackedSize },
    files: files.map(({ path }: { path: string }) => path),
  };
}

/** The package's own package.json. */
export function manifest(): { exports: Record<string, string | Record<string, string>>; version: string } {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
}
