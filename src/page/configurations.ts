/** The config.json of runs, each asked for once: a run's own never changes but for the list of its resumes. */
import { useEffect } from 'preact/hooks';
import { connection } from './runsStore.ts';
import { getJson, runPath } from './server.ts';
import { useValue, Value } from './value.ts';

/** What the page reads of it; docs/runs.md has all. */
export interface RunConfiguration {
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly startedAt?: string;
  readonly cartridge?: Readonly<Record<string, unknown>>;
  readonly adapter?: Readonly<Record<string, unknown>>;
  readonly kernels?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly [key: string]: unknown;
}

export const runConfigurations = new Map<string, RunConfiguration>();
const asked = new Set<string>();
const version = new Value(0);

/** Asks for those that are not known yet; the number changes with each that arrives. A run without one is left alone. */
export function useConfigurations(ids: readonly string[]): number {
  const joined = ids.join('\n');
  const isLost = useValue(connection) === 'lost';
  useEffect(() => {
    if (isLost) return;
    for (const id of joined.split('\n')) {
      if (id === '' || asked.has(id)) continue;
      asked.add(id);
      getJson<RunConfiguration>(runPath(id, 'config')).then(
        (configuration) => {
          runConfigurations.set(id, configuration);
          version.set(version.current + 1);
        },
        () => void asked.delete(id),
      );
    }
  }, [joined, isLost]);
  return useValue(version);
}
