/** The machine with its GPU. */
import { adapterName } from '../../kernels/runtime/adapterInfo.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import * as host from '../machine.ts';

export interface Machine extends host.Machine {
  /** Its name, with the driver's version where the driver tells it. */
  readonly adapter: string;
  /** The driver's own words, and who provides WebGPU. */
  readonly driver: string;
  /** The adapter computes on the CPU. */
  readonly software: boolean;
}

/** Call before measuring; what it returns, after. */
export function observeMachine(gpu: Gpu): () => Machine {
  const observed = host.observeMachine();
  const { info } = gpu.adapter;
  return () => {
    const { date, commit, dirty, ...rest } = observed();
    return {
      ...{ date, commit, dirty },
      adapter: adapterName(info),
      driver: `${info.description || info.device}, ${gpu.provider.name} ${gpu.provider.version}`,
      software: gpu.kind !== 'hardware',
      ...rest,
    };
  };
}

export function machineLine(machine: Machine): string {
  return `${machine.adapter}, ${host.machineLine(machine)}`;
}
