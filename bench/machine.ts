/** What a result was measured on, and when. What a GPU adds is in gpu/machine.ts. */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { provenance } from '../src/run/provenance.ts';

export interface Machine {
  /** When it began, UTC. */
  readonly date: string;
  readonly commit: string | null;
  /** Tracked files differed from the commit. */
  readonly dirty: boolean;
  readonly cpu: string;
  readonly cores: number;
  readonly bun: string;
  /** The machine's load average of one minute. */
  readonly load: { readonly before: number; readonly after: number };
}

/** Call before measuring; what it returns, after. */
export function observeMachine(): () => Machine {
  const date = new Date().toISOString();
  const [before] = loadavg();
  const { commit, dirty } = provenance();
  return () => ({
    date,
    commit,
    dirty,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    bun: Bun.version,
    load: { before, after: loadavg()[0] },
  });
}

/** In one line. A measurement may keep all cores busy by itself, so one more than those is other work. */
export function machineLine({ cpu, cores, bun, load, date, commit, dirty }: Machine): string {
  const version = commit === null ? '' : `, commit ${commit.slice(0, 10)}${dirty ? ' with changes' : ''}`;
  const loads = `load ${load.before.toFixed(1)} before, ${load.after.toFixed(1)} after`;
  const busy = load.before > cores / 2 || load.after > cores + 1;
  const warning = busy ? ' (other work slowed this: measure again on a quiet machine)' : '';
  return `${cores} cores of ${cpu}, Bun ${bun}, ${date.slice(0, 10)}${version}; ${loads}${warning}`;
}
