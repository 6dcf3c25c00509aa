/**
 * From what the user gave to a checked `Configuration`: defaults < preset < protocol < --config file < flags.
 * Every mistake is one `UserError` that names the flag or the file's key, what is allowed and what came.
 */
import { readFileSync } from 'node:fs';
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { type Configuration, configurationSchema, type FieldName, flagFields } from './configuration.ts';
import { fieldKind, fieldRange, flagName } from './configurationText.ts';
import { breachOf } from './fieldsTogether.ts';
import { gamePresets, type PresetName, presetNames, presets } from './presets.ts';
import { type ProtocolName, protocolNames, protocols } from './protocols.ts';

/** Fields as read from flags or a file; types not checked yet. */
export type LooseConfiguration = Partial<Record<FieldName, unknown>>;

/**
 * The value of a flag's text; `undefined` text is a bare flag. Switches also take `true` and `false`, optional fields `none`.
 * Throws UserError when the text is no such value; ranges are checked by `resolveConfiguration`.
 */
export function parseFlagText(name: FieldName, text: string | undefined): unknown {
  const kind = fieldKind(name);
  const flag = flagName(name);
  if (kind.type === 'switch') {
    if (text === undefined || text === 'true') return true;
    if (text === 'false') return false;
    throw new UserError(`${flag}: "${text}" is neither true nor false.`, `Give ${flag} or --no-${flag.slice(2)}.`);
  }
  if (text === undefined || text === '') throw new UserError(`${flag} needs a value: ${fieldRange(name)}.`);
  if (kind.optional && text === 'none') return null;
  if (kind.type === 'text' || kind.type === 'choice') return text;
  // Digits may be grouped with underscores, as in the documentation's commas; Number('') and Number(' ') would be 0.
  const value = /^[-+.\d]/.test(text) ? Number(text.replace(/(?<=\d)_(?=\d)/g, '')) : Number.NaN;
  if (!Number.isFinite(value)) throw new UserError(`${flag}: "${text}" is not a number; allowed: ${fieldRange(name)}.`);
  return value;
}

/**
 * The fields in a configuration file: an object of fields, or a run's config.json, whose `configuration` is taken.
 * Throws UserError when the file cannot be read, is no JSON object, or holds an unknown key.
 */
export function readConfigurationFile(path: string): LooseConfiguration {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`Cannot read the configuration file ${path}: ${(error as Error).message}.`, 'Check --config.', {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `The configuration file ${path} is not valid JSON: ${(error as Error).message}.`,
      'See docs/configuration.md for an example.',
      { cause: error },
    );
  }
  if (isObject(value) && isObject(value['configuration'])) value = value['configuration'];
  if (!isObject(value)) {
    throw new UserError(`The configuration file ${path} holds no JSON object.`, 'It must look like {"batchSize": 32}.');
  }
  for (const key of Object.keys(value)) {
    if (!(key in configurationSchema.shape)) {
      throw new UserError(`The configuration file ${path} has an unknown key "${key}".${didYouMean(key, flagFields)}`);
    }
  }
  return value as LooseConfiguration;
}

/** What a resolution is made of, weakest first; `file` and `flags` as read. */
export interface ConfigurationSources {
  readonly game: string;
  /** Before the game's own preset or the default one, where neither file nor flags name any. */
  readonly impliedPreset?: PresetName;
  readonly file?: { readonly path: string; readonly values: LooseConfiguration };
  readonly flags?: LooseConfiguration;
}

/** The whole configuration, every field checked alone and against the others. Throws UserError. */
export function resolveConfiguration({ game, impliedPreset, file, flags = {} }: ConfigurationSources): Configuration {
  const given = file?.values ?? {};
  const whence = (name: FieldName): string =>
    name in flags ? flagName(name) : name in given ? `${file?.path}, ${name}` : name;

  const fallback = gamePresets[game] ?? configurationSchema.shape.preset.def.defaultValue;
  const preset = flags.preset ?? given.preset ?? impliedPreset ?? fallback;
  if (!presetNames.includes(preset as PresetName)) {
    throw new UserError(
      `${whence('preset')}: there is no preset "${preset}".${didYouMean(String(preset), presetNames)}`,
      `Presets: ${presetNames.join(', ')}.`,
    );
  }
  const protocol = flags.protocol ?? given.protocol ?? 'as-preset';
  if (!protocolNames.includes(protocol as ProtocolName)) {
    throw new UserError(
      `${whence('protocol')}: there is no protocol "${protocol}".${didYouMean(String(protocol), protocolNames)}`,
      `Protocols: ${protocolNames.join(', ')}.`,
    );
  }
  const sets = { ...presets[preset as PresetName].values, ...protocols[protocol as ProtocolName].values };
  const merged = { ...sets, ...given, ...flags, game, preset };
  const parsed = configurationSchema.safeParse(merged);
  if (!parsed.success) {
    const name = parsed.error.issues[0].path[0] as FieldName;
    const value = (merged as LooseConfiguration)[name];
    const nearest = didYouMean(String(value), fieldKind(name).choices.map(String));
    throw new UserError(`${whence(name)}: ${describeIssue(parsed.error.issues[0], name, value)}.${nearest}`);
  }
  const breach = breachOf(parsed.data);
  if (breach !== undefined) throw new UserError(`${whence(breach.name)}: ${breach.reason}.`, breach.hint);
  return Object.freeze(parsed.data);
}

/** A stored configuration, of a checkpoint of this format. Throws UserError when it is not one. */
export function checkStoredConfiguration(stored: unknown, path: string): Configuration {
  const parsed = configurationSchema.safeParse(stored);
  if (parsed.success) return Object.freeze(parsed.data);
  throw new UserError(
    `${path} holds a configuration that this version cannot use: ${z.prettifyError(parsed.error).split('\n')[0]}.`,
    'It was written by another version of this program.',
  );
}

/** The nearest name, as the end of a sentence: ` Did you mean "x"?`; empty when none is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const written = name.toLowerCase();
  const nearest = closest(
    written,
    names.map((known) => known.toLowerCase()),
  );
  // Half of the letters may be wrong; beyond that a suggestion is noise.
  if (distance(written, nearest) > Math.max(2, nearest.length / 2)) return '';
  return ` Did you mean "${names.find((known) => known.toLowerCase() === nearest)}"?`;
}

function describeIssue(issue: z.core.$ZodIssue, name: FieldName, value: unknown): string {
  const shown = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
  const range = fieldRange(name);
  if (issue.code === 'too_big' || issue.code === 'too_small') return `${shown} is out of range; allowed: ${range}`;
  return `${shown} is not allowed; allowed: ${range}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
