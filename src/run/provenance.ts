/** What a run ran on and with: commit, versions, platform. Stands in config.json, so that a result can be traced. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus, release, version } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import webgpu from 'webgpu/package.json' with { type: 'json' };

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

export interface Provenance {
  /** The project's commit, `null` where it is unknown; `dirty` when tracked files of a checkout differ from it. */
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
  return description().version ?? 'unknown';
}

export function provenance(): Provenance {
  const inCheckout = existsSync(join(projectFolder, '.git'));
  return {
    commit: inCheckout ? git('rev-parse', 'HEAD') : (description().gitHead ?? null),
    dirty: inCheckout && (git('status', '--porcelain', '--untracked-files=no') ?? '') !== '',
    versions: {
      'wgsl-dqn': projectVersion(),
      bun: Bun.version,
      webgpu: webgpu.version,
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

/** What package.json says; npm adds the commit when it publishes, and so does build/binary.ts. */
function description(): { readonly version?: string; readonly gitHead?: string } {
  try {
    return JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
  } catch {
    return {};
  }
}
