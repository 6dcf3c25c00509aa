/** The real command line in a process of its own, for the tests in this folder. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for one test file's runs, and how to delete it. */
export function temporaryFolder(name: string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), `wgsl-dqn-${name}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts `bun src/cli/main.ts <words>` with plain output. The user's own games folder is out of sight. */
export function start(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return Bun.spawn([process.execPath, 'src/cli/main.ts', ...words], {
    cwd: projectFolder,
    env: { ...process.env, ATARI_ROMS: '', XDG_DATA_HOME: '/nonexistent', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
}

/** Runs it to its end. */
export async function cli(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return ended(start(words, env));
}

/** What a started process leaves behind. */
export async function ended(process: ReturnType<typeof start>): Promise<Ended> {
  const [stdout, stderr, code] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
    process.exited,
  ]);
  return { code, stdout, stderr };
}

/**
 * Flags of the smallest run that still learns: states of 2 x 36 x 36 pixels, batches of 8. All that the tests' figures depend on is
 * said here, so that they do not change with the preset.
 */
export const small: readonly string[] = [
  ...['--preset', 'quick', '--network', 'nips2013', '--observation-size', '36', '--stack', '2', '--batch-size', '8'],
  ...['--learn-start', '60', '--update-every', '1', '--replay-capacity', '250', '--target-every', '40'],
  ...[
    '--epsilon-start',
    '1',
    '--epsilon-end',
    '0.02',
    '--epsilon-decay-steps',
    '4000',
    '--epsilon-decay-from',
    'start',
  ],
  ...['--metrics-every', '50', '--log-every-seconds', '0.1', '--frame-skip', '4'],
];

/** The SHA-256 at the end of a run's last line. */
export function weightsHash({ code, stdout, stderr }: Ended): string {
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  const hash = /\b([0-9a-f]{64})$/.exec(last)?.[1];
  if (code !== 0 || hash === undefined) throw new Error(`exit code ${code}, last line "${last}"\n${stdout}\n${stderr}`);
  return hash;
}

/** The lines of a run's metrics.jsonl, without what a clock decides. */
export function metricsOf(runFolder: string): Record<string, unknown>[] {
  const text = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const entries = Object.entries(JSON.parse(line));
      return Object.fromEntries(entries.filter(([key]) => !/(Seconds|PerSecond)$/.test(key)));
    });
}
