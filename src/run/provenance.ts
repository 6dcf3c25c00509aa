/** What a run ran on and with: commit, versions, platform. Stands in config.json, so that a result can be traced. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus, release, version } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

export interface Provenance {
  /** The project's commit, `null` outside a git checkout; `dirty` when tracked files differ from it. */
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly platform: {
    readonly os: string;
    readonly architecture: string;
    readonly cpu: string;
    readonly cores: number;
  };
}

/** This project's version. */
export function projectVersion(): string {
  return packageVersion(projectFolder);
}

export function provenance(): Provenance {
  const inCheckout = existsSync(join(projectFolder, '.git'));
  return {
    commit: inCheckout ? git('rev-parse', 'HEAD') : null,
    dirty: inCheckout && (git('status', '--porcelain', '--untracked-files=no') ?? '') !== '',
    versions: {
      'wgsl-dqn': projectVersion(),
      bun: Bun.version,
      webgpu: packageVersion(join(projectFolder, 'node_modules', 'webgpu')),
    },
    platform: {
      os: `${process.platform} ${release()} ${version()}`,
      architecture: arch(),
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
    },
  };
}

function git(...words: readonly string[]): string | null {
  const { status, stdout } = spawnSync('git', ['-C', projectFolder, ...words], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

function packageVersion(folder: string): string {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  } catch {
    return 'unknown';
  }
}
