/**
 * What the schema says of each field: its place, meaning, unit, and the value that a preset gives it. Fetched when a configuration is
 * first looked at, since the schema is larger than the rest of the page.
 */
import { type FieldName, flagFields } from '../../run/configuration.ts';
import { aboutField, fieldDefault } from '../../run/configurationText.ts';
import { presets } from '../../run/presets.ts';
import { protocols } from '../../run/protocols.ts';

export interface FieldDescription {
  readonly name: string;
  readonly group: string;
  readonly help: string;
  readonly unit: string | undefined;
  /** What the run's preset and protocol alone would give it. */
  readonly expected: unknown;
}

/** Of every field that has a flag, in the order of the schema. */
export function describeFields(configuration: Readonly<Record<string, unknown>>): FieldDescription[] {
  const given: Readonly<Record<string, unknown>> = {
    ...valuesOf(presets, configuration['preset']),
    ...valuesOf(protocols, configuration['protocol']),
  };
  return flagFields.map((name: FieldName) => {
    const { group, help, unit } = aboutField(name);
    return { name, group, help, unit, expected: name in given ? given[name] : fieldDefault(name) };
  });
}

function valuesOf(sets: Readonly<Record<string, { readonly values: object }>>, name: unknown): object {
  return (typeof name === 'string' && Object.hasOwn(sets, name) && sets[name].values) || {};
}
