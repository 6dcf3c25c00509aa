/** `bun run doctor` as a user runs it: what it prints and its exit code, on this machine and on one without any adapter. */
import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

async function doctor(words: readonly string[], environment: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, 'src/cli/main.ts', 'doctor', ...words], {
    cwd: join(import.meta.dir, '../..'),
    env: { ...process.env, ...environment },
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 30_000,
  });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { output, errors, code };
}

/** On any platform: a hardware adapter is asked for where its drivers are hidden, or a name that no adapter has. */
const noAdapter = { VK_DRIVER_FILES: '/nonexistent', WGSL_DQN_ADAPTER: 'lavapipe', ATARI_ROMS: '' };

test('where all is well it says so, with code 0', async () => {
  const { output, errors, code } = await doctor([]);
  expect(errors).toBe('');
  expect(output).toContain(`Bun       ${Bun.version}`);
  expect(output).toMatch(/^adapter {3}.+(hardware|software on \d+ CPU threads)/m);
  expect(output).toMatch(/^replay .*room for [\d,]+ steps of 7,056 bytes$/m);
  expect(output).toContain('All is well');
  expect(code).toBe(0);
});

test('--json is one object with adapter, limits, memory and games', async () => {
  const { output, code } = await doctor(['--json'], { ATARI_ROMS: '' });
  const report = JSON.parse(output);
  expect(report.problems).toEqual([]);
  expect(report.adapter.limits.maxBufferSize).toBeGreaterThanOrEqual(2 ** 28);
  expect(report.adapter.hardware).toBe(report.adapter.kind === 'hardware');
  expect(report.replay.steps).toBe(Math.floor(report.replay.availableMemoryBytes / 7056));
  expect(report.games.folder.path).toEndWith('roms');
  expect(code).toBe(0);
});

test('without an adapter: code 1, the problem and a remedy', async () => {
  const { output, errors, code } = await doctor([], noAdapter);
  expect(errors).toBe('');
  expect(output).toMatch(/^adapter {3}none$/m);
  expect(output).toMatch(/^problem: {2}no lavapipe adapter/m);
  expect(output).toMatch(/^remedy: {3}\S/m);
  expect(output).not.toContain('All is well');
  expect(code).toBe(1);
  const json = await doctor(['--json'], noAdapter);
  expect(JSON.parse(json.output)).toMatchObject({ adapter: null, problems: [{}] });
  expect(json.code).toBe(1);
});

test('a games folder that is named is shown; one that does not exist is a problem with a remedy', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-games-'));
  const found = await doctor([], { ATARI_ROMS: folder });
  rmSync(folder, { recursive: true });
  expect(found.output).toContain(`games     ${folder} (ATARI_ROMS)`);
  expect(found.code).toBe(0);
  const missing = await doctor([], { ATARI_ROMS: folder });
  expect(missing.output).toContain(folder);
  expect(missing.output).toContain('remedy:');
  expect(missing.code).toBe(1);
});
