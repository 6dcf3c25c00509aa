/** What differs between the configurations of two runs. */
import type { ConfigurationDifference } from './api.ts';

type Configuration = Readonly<Record<string, unknown>>;

/** The fields of either, in the order of `a`, then those that only `b` has. */
export function configurationDiff(a: Configuration, b: Configuration): ConfigurationDifference[] {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...fields].flatMap((field) => {
    const [ofA, ofB] = [own(a, field), own(b, field)];
    return Bun.deepEquals(ofA, ofB) ? [] : [{ field, a: ofA, b: ofB }];
  });
}

/** null where the configuration has no such field: an older version's. */
function own(configuration: Configuration, field: string): unknown {
  return Object.hasOwn(configuration, field) ? configuration[field] : null;
}
