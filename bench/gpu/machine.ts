/** What a result was measured on, and when. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { adapterName } from '../../kernels/runtime/adapter.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { provenance } from '../../src/run/provenance.ts';

export interface Machine {
  /** When it began, UTC. */
  readonly date: string;
  readonly commit: string | null;
  /** Tracked files differed from the commit. */
  readonly dirty: boolean;
  /** Its name, with the driver's version where the driver tells it. */
  readonly adapter: string;
  /** The driver's own words, and who provides WebGPU. */
  readonly driver: string;
  /** The adapter computes on the CPU. */
  readonly software: boolean;
  readonly cpu: string;
  readonly cores: number;
  readonly bun: string;
  /** The machine's load average of one minute. */
  readonly load: { readonly before: number; readonly after: number };
}

/** Call before measuring; what it returns, after. */
export function observeMachine(gpu: Gpu): () => Machine {
  const date = new Date().toISOString();
  const [before] = loadavg();
  const { info } = gpu.adapter;
  const { commit, dirty } = provenance();
  return () => ({
    ...{ date, commit, dirty },
    adapter: adapterName(info),
    driver: `${info.description || info.device}, ${gpu.provider.name} ${gpu.provider.version}`,
    software: gpu.kind !== 'hardware',
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    bun: Bun.version,
    load: { before, after: loadavg()[0] },
  });
}

export function machineLine({ adapter, cpu, cores, bun, date, commit, dirty, load }: Machine): string {
  const version = commit === null ? '' : `, commit ${commit.slice(0, 10)}${dirty ? ' with changes' : ''}`;
  const loads = `load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`;
  // A software adapter keeps all cores busy by itself.
  const busy = load.before > cores / 2 || load.after > cores + 1;
  const warning = busy ? ' (other work slowed this: measure again on a quiet machine)' : '';
  return `${adapter}, ${cores} cores of ${cpu}, Bun ${bun}, ${date.slice(0, 10)}${version}; ${loads}${warning}`;
}
