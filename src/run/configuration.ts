/**
 * The one configuration: every option of run, environment and agent with its default, unit, range, source and help text.
 * Flags, `--help`, docs/configuration.md and a run's saved configuration are all made from this schema (configurationText.ts,
 * resolve.ts). Leaves out: the fields (runFields.ts, environmentFields.ts, agentFields.ts), the presets' values (presets.ts).
 * Sources: Lapan, "Deep Reinforcement Learning Hands-On", chapter 6 ("Lapan"); Mnih et al., Nature 518, 2015 ("Mnih 2015");
 * Mnih et al., NIPS workshop 2013 ("Mnih 2013"); Kingma and Ba, ICLR 2015 ("Kingma 2015"); Machado et al., JAIR 61, 2018
 * ("Machado 2018"); van Hasselt et al., AAAI 2016 ("van Hasselt 2016").
 */
import { z } from 'zod';
import type { DqnOptions } from '../agent/options.ts';
import type { EnvironmentOptions } from '../env/options.ts';
import { agentFields } from './agentFields.ts';
import { environmentFields } from './environmentFields.ts';
import { runFields } from './runFields.ts';

export const configurationSchema = z.strictObject({
  /** The game's name; the command line's first word and not a flag. */
  game: z.string().min(1),
  ...runFields,
  ...environmentFields,
  ...agentFields,
});

/** Everything that decides a run. Read-only from the moment it is resolved. */
export type Configuration = Readonly<z.output<typeof configurationSchema>>;

export type FieldName = keyof Configuration;

/** All fields but `game`: those that have a flag. */
export const flagFields = (Object.keys(configurationSchema.shape) as FieldName[]).filter((name) => name !== 'game');

const environmentNames = Object.keys(environmentFields) as (keyof typeof environmentFields)[];
/** What agent and environment must agree on, and the seed, are fields of other groups. */
const agentNames = [
  ...(Object.keys(agentFields) as (keyof typeof agentFields)[]),
  ...(['seed', 'observationSize', 'stack', 'stackPadding', 'historyType', 'historySpacing'] as const),
];

/** What the agent is built from. */
export function agentOptions(configuration: Configuration): DqnOptions {
  return picked(configuration, agentNames);
}

/** What the environment is built from. */
export function environmentOptions(configuration: Configuration): EnvironmentOptions {
  return picked(configuration, environmentNames);
}

function picked<K extends FieldName>(configuration: Configuration, names: readonly K[]): Pick<Configuration, K> {
  return Object.fromEntries(names.map((name) => [name, configuration[name]])) as Pick<Configuration, K>;
}
