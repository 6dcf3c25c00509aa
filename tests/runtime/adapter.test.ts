/**
 * Which adapter is chosen, each choice in a process of its own, and what is said where there is none. The processes hide the system's
 * drivers through VK_DRIVER_FILES, which the Vulkan loader itself honours.
 */
import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapterKind } from '../../kernels/runtime/adapterInfo.ts';
import { diagnose, type MachineFacts } from '../../kernels/runtime/diagnosis.ts';

const cache = mkdtempSync(join(tmpdir(), 'wgsl-dqn-cache-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

interface Outcome {
  kind?: string;
  provider?: string;
  line?: string;
  allCounted?: boolean;
  shaderError?: string;
  error?: string;
  message?: string;
  hint?: string;
}

/** Runs the fixture; it must end by itself, with code 0 and nothing on the error stream. */
async function openInProcess(environment: Record<string, string>): Promise<Outcome> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'fixtures/openAndCount.ts')], {
    env: { ...process.env, WGSL_DQN_ADAPTER: '', WGSL_DQN_PROVIDER: '', ...environment },
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: 30_000,
  });
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect(errors).toBe('');
  expect(code).toBe(0);
  return JSON.parse(output) as Outcome;
}

const noDrivers = { VK_DRIVER_FILES: '/nonexistent', XDG_CACHE_HOME: cache };
const typo = "shaders/typo.wgsl:6:25: unresolved value 'valeu'";
/** SwiftShader and the loader's variables exist on x64 Linux alone. */
const onLinux = test.skipIf(process.platform !== 'linux' || process.arch !== 'x64');

describe('the choice', () => {
  test('the best adapter there is computes, and the process ends by itself', async () => {
    const outcome = await openInProcess({});
    expect(outcome.allCounted).toBe(true);
    expect(outcome.shaderError).toStartWith(typo);
    expect(outcome.line).toContain(outcome.kind === 'hardware' ? 'hardware' : 'software');
  });

  onLinux('without drivers SwiftShader is unpacked, by several processes at once, and computes', async () => {
    const outcomes = await Promise.all([openInProcess(noDrivers), openInProcess(noDrivers)]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: 'swiftshader', allCounted: true });
      expect(outcome.line).toMatch(/software on \d+ CPU threads; .* times faster/);
    }
    // Nothing temporary is left.
    const folders = readdirSync(join(cache, 'wgsl-dqn'));
    expect(folders).toHaveLength(1);
    expect(folders[0]).toMatch(/^swiftshader-[\d.]+$/);
  });

  onLinux('a cache that lost a file, and one whose file was cut short, are made whole again', async () => {
    const [name] = readdirSync(join(cache, 'wgsl-dqn'));
    const folder = join(cache, 'wgsl-dqn', name);
    const library = join(folder, 'libvk_swiftshader.so');
    const { size } = statSync(library);
    rmSync(join(folder, 'vk_swiftshader_icd.json'));
    expect(await openInProcess(noDrivers)).toMatchObject({ kind: 'swiftshader', allCounted: true });
    expect(existsSync(join(folder, 'vk_swiftshader_icd.json'))).toBe(true);
    truncateSync(library, 1000);
    expect(await openInProcess(noDrivers)).toMatchObject({ kind: 'swiftshader', allCounted: true });
    expect(statSync(library).size).toBe(size);
  });

  onLinux('WGSL_DQN_ADAPTER=swiftshader leaves a better adapter aside', async () => {
    const environment = { WGSL_DQN_ADAPTER: 'swiftshader', XDG_CACHE_HOME: cache };
    expect(await openInProcess(environment)).toMatchObject({ kind: 'swiftshader', allCounted: true });
  });

  onLinux('the second provider computes too', async () => {
    const outcome = await openInProcess({
      WGSL_DQN_PROVIDER: 'bun-webgpu',
      WGSL_DQN_ADAPTER: 'swiftshader',
      XDG_CACHE_HOME: cache,
    });
    expect(outcome).toMatchObject({ provider: 'bun-webgpu', kind: 'swiftshader', allCounted: true });
    expect(outcome.shaderError).toStartWith(typo);
  });

  onLinux('an adapter that is asked for and not there is an error with a remedy', async () => {
    const outcome = await openInProcess({ ...noDrivers, WGSL_DQN_ADAPTER: 'lavapipe' });
    expect(outcome.error).toBe('NoAdapterError');
    expect(outcome.message).toContain('no lavapipe adapter: ');
    expect(outcome.message).toContain('VK_DRIVER_FILES=/nonexistent narrows the search');
    expect(outcome.hint).toContain('Unset VK_DRIVER_FILES');
  });

  test('a hardware adapter that is asked for is never replaced by a software one', async () => {
    const outcome = await openInProcess({ WGSL_DQN_ADAPTER: 'hardware' });
    if (outcome.error === undefined) expect(outcome.kind).toBe('hardware');
    else
      expect(outcome).toMatchObject({
        error: 'NoAdapterError',
        message: expect.stringContaining('no hardware adapter'),
      });
  });

  onLinux('a cache folder that cannot be written is named', async () => {
    const outcome = await openInProcess({ ...noDrivers, XDG_CACHE_HOME: '/proc' });
    expect(outcome.error).toBe('NoAdapterError');
    expect(outcome.message).toContain('SwiftShader cannot be unpacked');
    expect(outcome.hint).toContain('Make /proc/wgsl-dqn writable');
  });

  test('an unknown name is refused', async () => {
    const outcome = await openInProcess({ WGSL_DQN_ADAPTER: 'voodoo' });
    expect(outcome).toMatchObject({ error: 'NoAdapterError', message: 'WGSL_DQN_ADAPTER is voodoo' });
    expect(outcome.hint).toContain('hardware, lavapipe, swiftshader');
  });
});

describe('what an adapter is', () => {
  const info = (part: Partial<GPUAdapterInfo>): GPUAdapterInfo =>
    ({
      vendor: '',
      architecture: '',
      device: '',
      description: '',
      isFallbackAdapter: false,
      ...part,
    }) as GPUAdapterInfo;

  test.each([
    ['hardware', { vendor: 'nvidia', architecture: 'hopper', description: 'NVIDIA: 580.159.04' }],
    ['hardware', { vendor: 'intel', architecture: 'gen-12lp', description: 'Intel open-source Mesa driver' }],
    ['hardware', { vendor: 'apple', architecture: 'metal-3' }],
    ['lavapipe', { vendor: 'mesa', architecture: 'software', description: 'llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)' }],
    ['swiftshader', { vendor: 'google', architecture: 'swiftshader', isFallbackAdapter: true }],
    ['software', { vendor: 'microsoft', description: 'Microsoft Basic Render Driver' }],
  ] as const)('%s: %o', (kind, part) => {
    expect(adapterKind(info(part))).toBe(kind);
  });
});

describe('why there is no adapter', () => {
  const machine = (change: Partial<MachineFacts>): MachineFacts => ({
    platform: 'linux',
    hasVulkanLoader: true,
    manifests: ['/usr/share/vulkan/icd.d/lvp_icd.x86_64.json'],
    strayManifests: [],
    mesaVersion: '25.0.7',
    hasNvidiaDevice: false,
    hasRenderNode: false,
    canOpenRenderNode: false,
    insideContainer: false,
    isRoot: false,
    distribution: 'debian',
    codename: 'bookworm',
    driverVariable: '',
    ...change,
  });

  test.each<[string, Partial<MachineFacts>, string, string]>([
    [
      'NVIDIA in a container without graphics',
      { hasNvidiaDevice: true, insideContainer: true },
      'an NVIDIA GPU is there, but no Vulkan driver for it',
      'NVIDIA_DRIVER_CAPABILITIES=all',
    ],
    [
      'an NVIDIA manifest where the loader does not look',
      { hasNvidiaDevice: true, strayManifests: ['/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json'] },
      'an NVIDIA GPU is there',
      'export VK_DRIVER_FILES=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json',
    ],
    ['a GPU that this user may not open', { hasRenderNode: true }, 'may not open it', 'usermod -aG render,video'],
    ['no loader', { hasVulkanLoader: false, manifests: [], mesaVersion: '' }, 'no Vulkan loader', 'libvulkan1'],
    ['a loader without drivers', { manifests: [], mesaVersion: '' }, 'no driver manifest', 'mesa-vulkan-drivers'],
    [
      'Mesa of Debian 12',
      { mesaVersion: '22.3.6' },
      'Mesa 22.3.6 is too old',
      '-t bookworm-backports mesa-vulkan-drivers',
    ],
    [
      'another distribution',
      { hasVulkanLoader: false, distribution: 'fedora', codename: '' },
      'no Vulkan loader',
      'dnf install',
    ],
  ])('%s', (_, change, finding, remedy) => {
    const diagnosis = diagnose(machine(change));
    expect(diagnosis.findings.join('; ')).toContain(finding);
    expect(diagnosis.remedy).toContain(remedy);
  });

  test('the command is without sudo for root, who may have none', () => {
    const facts = { mesaVersion: '22.3.6' };
    expect(diagnose(machine(facts)).remedy).toContain('sudo apt-get');
    expect(diagnose(machine({ ...facts, isRoot: true })).remedy).not.toContain('sudo');
  });

  test('Mesa 23.1 is new enough', () => {
    expect(diagnose(machine({ mesaVersion: '23.1.0' })).findings).toEqual([]);
    expect(diagnose(machine({ mesaVersion: '23.0.4' })).findings).toHaveLength(1);
  });
});
