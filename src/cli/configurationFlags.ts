/** The configuration among a call's words: the flags of all fields, and DeepMind's options (deepmindFlags.ts), which are weaker. */

import { UserError } from '../errors.ts';
import { type FieldName, flagFields } from '../run/configuration.ts';
import { aboutField, configurationHelp, fieldKind, fieldOfFlag, flagName } from '../run/configurationText.ts';
import type { PresetName } from '../run/presets.ts';
import { type LooseConfiguration, parseFlagText } from '../run/resolve.ts';
import type { FlagSpec, ParsedArguments } from './arguments.ts';
import { deepmindFlags, deepmindHelp, deepmindSpecs, deepmindSpellings, sharedOptions } from './deepmindFlags.ts';
import { bestTexts, networkValues } from './networkFlag.ts';

/** What a call says of the configuration. All but `lines` goes into `resolveConfiguration`. */
export interface GivenConfiguration {
  /** The game, where a word or an option names one. */
  readonly game?: string;
  readonly flags: LooseConfiguration;
  /** The preset that the call's words mean where neither a flag nor a file names one. */
  readonly impliedPreset?: PresetName;
  /** One line for each word that is accepted and does nothing here; to be printed. */
  readonly lines: readonly string[];
}

const fieldSpecs: readonly FlagSpec[] = flagFields.map((name: FieldName) => {
  const isSwitch = fieldKind(name).type === 'switch';
  const theirName = sharedOptions[name];
  return {
    flag: flagName(name),
    help: aboutField(name).help,
    ...(isSwitch ? { negatable: true } : { placeholder: 'VALUE' }),
    ...(theirName === undefined ? {} : { aliases: deepmindSpellings(theirName) }),
    ...(name === 'best' ? { optionalValues: Object.keys(bestTexts) } : {}),
  };
});

/** The configuration's flags, in our words and in DeepMind's. */
export const configurationSpecs: readonly FlagSpec[] = [...fieldSpecs, ...deepmindSpecs];

/** The lines of `--help` about them. */
export function configurationFlagsHelp(): string[] {
  return [...configurationHelp(), ...deepmindHelp()];
}

/** Throws UserError for what is no value of its field, and where two words name two games. */
export function configurationFlags(parsed: ParsedArguments): GivenConfiguration {
  const theirs = deepmindFlags(parsed);
  const { game: named, ...values }: LooseConfiguration = theirs?.values ?? {};
  const flags: LooseConfiguration = values;
  for (const [flag, text] of parsed.flags) {
    const name = fieldOfFlag(flag);
    if (name === undefined) continue;
    if (name === 'network' && text !== undefined) Object.assign(flags, networkValues(text, flag));
    else if (name === 'best' && Object.hasOwn(bestTexts, text ?? '')) Object.assign(flags, bestTexts[text ?? '']);
    else flags[name] = parseFlagText(name, text);
  }
  const game = parsed.positionals[0] ?? (named as string | undefined);
  if (named !== undefined && game !== named) {
    throw new UserError(`Two games are named: ${game}, and -env ${named}.`, 'Leave one of them out.');
  }
  return {
    flags,
    lines: theirs?.lines ?? [],
    ...(game === undefined ? {} : { game }),
    ...(theirs === undefined ? {} : { impliedPreset: 'deepmind' }),
  };
}
