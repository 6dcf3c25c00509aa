/**
 * What this machine has for training and what it lacks: system, Bun, WebGPU provider, adapter, memory, games. A small kernel is run to
 * show that the adapter computes.
 * Leaves out: speed (bench/) and the words of the command line (doctorCommand.ts).
 */
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { describeAdapter } from '../../kernels/runtime/adapter.ts';
import { adapterName } from '../../kernels/runtime/adapterInfo.ts';
import { raisedLimits, wantedFeatures } from '../../kernels/runtime/device.ts';
import { GpuError, NoAdapterError } from '../../kernels/runtime/errors.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import { preferredProvider } from '../../kernels/runtime/provider.ts';
import type { ChooseVariant } from '../../kernels/variant.ts';
import { architecture } from '../agent/architecture.ts';
import { visitTraining } from '../agent/passes.ts';
import { UserError } from '../errors.ts';
import { listCartridges } from '../games/library.ts';
import { chooseKernels, type KernelRow } from '../run/kernelChoices.ts';
import { availableMemoryBytes, bytesText } from '../run/memory.ts';
import { projectFolder, projectVersion } from '../run/provenance.ts';
import { runner } from './words.ts';

/** One frame of 84 x 84 bytes is kept for each step. */
const replayBytesPerStep = 84 * 84;

/** What `bun run train` takes by default: network, side of an observation, observations in a state, the most common number of actions. */
const usual = architecture('nature', 84, 4, 6);
const usualBatch = 32;

/** Something that does not work, and what to do about it. */
interface Problem {
  readonly message: string;
  readonly remedy: string;
}

/** What was found; `--json` prints it as it is. */
interface Report {
  readonly version: string;
  readonly system: { os: string; architecture: string; cpu: string; cpuThreads: number; totalMemoryBytes: number };
  readonly bun: { version: string; wanted: string; ok: boolean };
  readonly provider: { name: string; version: string | null };
  readonly adapter: Adapter | null;
  readonly kernels: Kernels | null;
  readonly replay: { availableMemoryBytes: number; bytesPerStep: number; steps: number };
  readonly games: ReturnType<typeof listCartridges> | null;
  readonly problems: readonly Problem[];
}

/** Which shaders a run of the usual network would take. */
interface Kernels {
  readonly path: string;
  readonly passes: readonly KernelRow[];
}

interface Adapter {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly driver: string;
  readonly kind: Gpu['kind'];
  readonly hardware: boolean;
  readonly line: string;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
  /** Smallest and largest; null without subgroups. */
  readonly subgroupSize: readonly [number, number] | null;
}

/** Looks at everything and prints it. Resolves to the exit code: 0 when this machine can train, 1 when not. */
export async function doctor({ json }: { json: boolean }): Promise<number> {
  const report = await examine();
  console.log(json ? JSON.stringify(report, null, 2) : reportText(report));
  return report.problems.length === 0 ? 0 : 1;
}

async function examine(): Promise<Report> {
  const problems: Problem[] = [];
  const wanted = await wantedBun();
  const bunOk = Bun.semver.satisfies(Bun.version, wanted);
  if (!bunOk) {
    problems.push({
      message: `Bun ${Bun.version} is not ${wanted}`,
      remedy: 'Run `npx bun run …` in this folder: it brings its own.',
    });
  }
  const { provider, adapter, kernels } = await examineGpu(problems);
  const availableBytes = availableMemoryBytes();
  return {
    version: projectVersion(),
    system: {
      os: `${process.platform} ${release()}`,
      architecture: arch(),
      cpu: cpus()[0]?.model ?? 'unknown',
      cpuThreads: cpus().length,
      totalMemoryBytes: totalmem(),
    },
    bun: { version: Bun.version, wanted, ok: bunOk },
    provider,
    adapter,
    kernels,
    replay: {
      availableMemoryBytes: availableBytes,
      bytesPerStep: replayBytesPerStep,
      steps: Math.floor(availableBytes / replayBytesPerStep),
    },
    games: examineGames(problems),
    problems,
  };
}

async function examineGpu(problems: Problem[]): Promise<Pick<Report, 'provider' | 'adapter' | 'kernels'>> {
  let gpu: Gpu;
  try {
    gpu = await openGpu();
  } catch (error) {
    if (!(error instanceof GpuError)) throw error;
    const findings = error instanceof NoAdapterError ? error.findings : [];
    const printed = findings.filter((line) => !error.message.includes(line));
    problems.push({ message: [error.message, ...printed].join('\n    '), remedy: error.hint });
    return { provider: { name: providerName(), version: null }, adapter: null, kernels: null };
  }
  try {
    await computeSomething(gpu);
  } catch (error) {
    if (!(error instanceof GpuError)) throw error;
    problems.push({ message: `the adapter does not compute: ${error.message}`, remedy: error.hint });
  }
  const adapter = await describe(gpu);
  const visit = (choose: ChooseVariant): void => visitTraining(usual, usualBatch, choose);
  const { rows, cachePath } = await chooseKernels(gpu, visit, { measure: 'nothing' });
  gpu.destroy();
  const { name, version } = gpu.provider;
  return { provider: { name, version }, adapter, kernels: { path: cachePath, passes: rows } };
}

function providerName(): string {
  try {
    return preferredProvider();
  } catch {
    return process.env['WGSL_DQN_PROVIDER'] ?? '';
  }
}

async function describe(gpu: Gpu): Promise<Adapter> {
  const { info, features } = gpu.adapter;
  return {
    name: adapterName(info),
    vendor: info.vendor,
    architecture: info.architecture,
    driver: info.description,
    kind: gpu.kind,
    hardware: gpu.kind === 'hardware',
    line: await describeAdapter(gpu),
    features: wantedFeatures.filter((feature) => gpu.device.features.has(feature)),
    limits: Object.fromEntries(raisedLimits.map((limit) => [limit, gpu.device.limits[limit] as number])),
    subgroupSize: features.has('subgroups') ? [info.subgroupMinSize ?? 0, info.subgroupMaxSize ?? 0] : null,
  };
}

/** Throws a `GpuError` unless the adapter fills a buffer as told. */
async function computeSomething(gpu: Gpu): Promise<void> {
  const elements = 1000;
  const tensor = gpu.tensor('filled', [elements]);
  const fill = gpu.dispatch({
    shader: 'fill',
    constants: { COUNT: elements, VALUE: 3 },
    bindings: [{ tensor, access: 'readwrite' }],
    workgroups: [Math.ceil(elements / 4 / 64), 1, 1],
    flops: 0,
    bytes: tensor.byteLength,
  });
  await gpu.compiled();
  gpu.run([fill]);
  const values = await gpu.readF32(tensor);
  if (!values.every((value) => value === 3)) {
    throw new GpuError(
      'a buffer filled with 3 holds something else',
      'Update the driver, or choose another adapter with WGSL_DQN_ADAPTER.',
    );
  }
}

function examineGames(problems: Problem[]): Report['games'] {
  try {
    const list = listCartridges();
    const missing = list.cartridges.filter(({ origin, path }) => origin === 'own' && path === undefined);
    if (missing.length > 0) {
      const names = missing.map(({ id }) => id).join(', ');
      problems.push({
        message: `our own cartridges are not there: ${names}`,
        remedy: 'Check the project out anew: they are in roms/.',
      });
    }
    return list;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push({ message: error.message, remedy: error.hint });
    return null;
  }
}

async function wantedBun(): Promise<string> {
  const { engines } = (await Bun.file(join(projectFolder, 'package.json')).json()) as { engines: { bun: string } };
  return engines.bun;
}

function reportText(report: Report): string {
  const { system, bun, provider, adapter, replay } = report;
  const row = (name: string, text: string): string => `${name.padEnd(10)}${text}`;
  const lines = [
    row('wgsl-dqn', report.version),
    row(
      'system',
      `${system.os} ${system.architecture}, ${system.cpu}, ${system.cpuThreads} threads, ${bytesText(system.totalMemoryBytes)}`,
    ),
    row('Bun', `${bun.version}${bun.ok ? '' : ` (wanted: ${bun.wanted})`}`),
    row('provider', `${provider.name} ${provider.version ?? ''}`.trim()),
    row('adapter', adapter?.line ?? 'none'),
  ];
  if (adapter !== null) {
    const subgroups =
      adapter.subgroupSize === null ? '' : `; subgroups of ${[...new Set(adapter.subgroupSize)].join(' to ')}`;
    lines.push(row('features', `${adapter.features.join(', ') || 'none of those wanted'}${subgroups}`));
    for (const [index, [limit, value]] of Object.entries(adapter.limits).entries()) {
      const isBytes = limit.includes('Size') && !limit.includes('WorkgroupSize');
      lines.push(row(index === 0 ? 'limits' : '', `${limit} ${isBytes ? bytesText(value) : value}`));
    }
  }
  if (report.kernels !== null) lines.push(...kernelLines(report.kernels, row));
  lines.push(
    row(
      'replay',
      `${bytesText(replay.availableMemoryBytes)} of memory are free: room for ${replay.steps.toLocaleString('en-US')} steps of ${replay.bytesPerStep.toLocaleString('en-US')} bytes`,
    ),
    ...gameLines(report.games, row),
  );
  for (const { message, remedy } of report.problems) lines.push('', `problem:  ${message}`, `remedy:   ${remedy}`);
  if (report.problems.length === 0) lines.push('', 'All is well: `bun run train pong` will work here.');
  return lines.join('\n');
}

/** A line a layer; `*` where the choice is not measured but likely. */
function kernelLines({ path, passes }: Kernels, row: (name: string, text: string) => string): string[] {
  const layers = Map.groupBy(passes, ({ label }) => label.split('.')[0]);
  const text = ({ label, batch, variant, source }: KernelRow): string =>
    `${label.split('.')[1]}${batch === 1 ? ' of one' : ''} ${variant}${source === 'likely' ? '*' : ''}`;
  const lines = [...layers].map(([layer, ofLayer]) => `${layer}: ${ofLayer.map(text).join(', ')}`);
  const likely = passes.some(({ source }) => source === 'likely');
  const measured = passes.some(({ source }) => source === 'measured');
  if (likely) lines.push(`* not measured yet, likely the fastest; \`${runner()} tune\` measures it`);
  if (measured) lines.push(`what was measured is in ${path}`);
  return lines.map((line, index) => row(index === 0 ? 'kernels' : '', line));
}

function gameLines(games: Report['games'], row: (name: string, text: string) => string): string[] {
  if (games === null) return [];
  const { folder, cartridges } = games;
  const named = { option: 'an option', ATARI_ROMS: 'ATARI_ROMS', default: 'by default' }[folder.source];
  const count = (wanted: 'own' | 'gamesFolder'): string => {
    const all = cartridges.filter(({ origin }) => origin === wanted);
    return `${all.filter(({ path }) => path !== undefined).length} of ${all.length}`;
  };
  return [
    row('games', `${folder.path} (${named}${folder.exists ? '' : '; not there, which is fine'})`),
    row('', `${count('gamesFolder')} genuine games and ${count('own')} of our own; \`${runner()} roms\` lists them`),
  ];
}
