/** The configuration among a call's words: the flags of all fields. */
import { type FieldName, flagFields } from '../run/configuration.ts';
import { aboutField, fieldKind, fieldOfFlag, flagName } from '../run/configurationText.ts';
import type { PresetName } from '../run/presets.ts';
import { type LooseConfiguration, parseFlagText } from '../run/resolve.ts';
import type { FlagSpec, ParsedArguments } from './arguments.ts';

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

/** The configuration's flags. */
export const configurationSpecs: readonly FlagSpec[] = flagFields.map((name: FieldName) => {
  const isSwitch = fieldKind(name).type === 'switch';
  return {
    flag: flagName(name),
    help: aboutField(name).help,
    ...(isSwitch ? { negatable: true } : { placeholder: 'VALUE' }),
  };
});

/** Throws UserError for what is no value of its field. */
export function configurationFlags(parsed: ParsedArguments): GivenConfiguration {
  const flags: LooseConfiguration = {};
  for (const [flag, text] of parsed.flags) {
    const name = fieldOfFlag(flag);
    if (name !== undefined) flags[name] = parseFlagText(name, text);
  }
  const [game] = parsed.positionals;
  return { flags, lines: [], ...(game === undefined ? {} : { game }) };
}
