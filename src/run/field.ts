/**
 * How a field of the configuration is described: its type with its default, and what a reader must know beside them.
 * Leaves out: the fields (runFields.ts, environmentFields.ts, agentFields.ts).
 */
import { z } from 'zod';

/** What a reader must know of a field beside its type. */
export interface FieldAbout {
  readonly group: FieldGroup;
  /** What the number counts; absent for names, switches and ratios. */
  readonly unit?: string;
  /** Where the default comes from. */
  readonly source: string;
  /** One sentence without a full stop. */
  readonly help: string;
  /** May be given again when a run is resumed, because it changes nothing of what is learned. */
  readonly resumable?: boolean;
}

export const fieldGroups = ['run', 'environment', 'agent'] as const;
export type FieldGroup = (typeof fieldGroups)[number];

/** What stands beside each field of the schema. */
export const fieldAbout = z.registry<FieldAbout>();

export function field<T extends z.ZodType>(type: T, fallback: z.output<T>, about: FieldAbout): z.ZodDefault<T> {
  const withDefault = type.default(fallback as never) as z.ZodDefault<T>;
  fieldAbout.add(withDefault, about);
  return withDefault;
}

export const run = (help: string, more: Partial<FieldAbout> = {}): FieldAbout => ({
  group: 'run',
  source: 'this project',
  help,
  ...more,
});
export const environment = (source: string, help: string, unit?: string): FieldAbout => ({
  group: 'environment',
  source,
  help,
  ...(unit === undefined ? {} : { unit }),
});
export const agent = (source: string, help: string, unit?: string): FieldAbout => ({
  ...environment(source, help, unit),
  group: 'agent',
});

export const count = (min: number, max: number) => z.int().min(min).max(max);
export const probability = z.number().min(0).max(1);
export const steps = 'agent steps';
export const maxSteps = 1e12;
