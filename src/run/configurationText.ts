/**
 * The configuration in words: a field's flag, kind, range and default, the options part of `--help`, and docs/configuration.md.
 * Everything is read from the schema; nothing is said twice.
 */
import { z } from 'zod';
import { configurationSchema, type FieldName, flagFields } from './configuration.ts';
import { type FieldAbout, type FieldGroup, fieldAbout, fieldGroups } from './field.ts';
import { gamePresets, presetNames, presets } from './presets.ts';
import { type ProtocolName, protocolNames, protocols } from './protocols.ts';
import { wrapped } from './wrapped.ts';

/** How a field's value is written. */
export interface FieldKind {
  readonly type: 'switch' | 'integer' | 'number' | 'choice' | 'text';
  /** `none` is allowed and means null. */
  readonly optional: boolean;
  readonly choices: readonly (string | number)[];
}

/** `learnStart` is `--learn-start`. */
export function flagName(name: FieldName): string {
  return `--${name.replace(/[A-Z]|\d+/g, (part) => (/\d/.test(part) ? part : `-${part.toLowerCase()}`))}`;
}

/** The field of a flag, `--learn-start`; undefined when there is none. */
export function fieldOfFlag(flag: string): FieldName | undefined {
  return flagFields.find((name) => flagName(name) === flag);
}

/** What is said of a field beside its type. `game` is no flag and has none. */
export function aboutField(name: FieldName): FieldAbout {
  const about = fieldAbout.get(configurationSchema.shape[name]);
  if (about === undefined) throw new RangeError(`the configuration field ${name} is not described`);
  return about;
}

/** The field's default before any preset. */
export function fieldDefault(name: FieldName): unknown {
  const type: z.ZodType = configurationSchema.shape[name];
  return type instanceof z.ZodDefault ? type.def.defaultValue : undefined;
}

export function fieldKind(name: FieldName): FieldKind {
  const { type, optional } = bareType(name);
  if (type instanceof z.ZodBoolean) return { type: 'switch', optional, choices: [] };
  if (type instanceof z.ZodEnum) return { type: 'choice', optional, choices: type.options };
  if (type instanceof z.ZodLiteral) return { type: 'number', optional, choices: [...type.values] as number[] };
  if (type instanceof z.ZodNumber) return { type: type.isInt ? 'integer' : 'number', optional, choices: [] };
  return { type: 'text', optional, choices: [] };
}

/** What is allowed, for example `a whole number from 1 to 4,096`. */
export function fieldRange(name: FieldName): string {
  const { type, optional } = bareType(name);
  const kind = fieldKind(name);
  const orNone = optional ? ', or none' : '';
  if (kind.choices.length > 0) return `${kind.choices.join(', ')}${orNone}`;
  if (type instanceof z.ZodNumber) {
    const [article, each] = kind.type === 'integer' ? ['a whole number', 'a multiple of'] : ['a number', ''];
    const step = type.def.checks
      ?.map((check) => check._zod.def as z.core.$ZodCheckMultipleOfDef)
      .find((def) => def.check === 'multiple_of');
    const what = step === undefined ? article : `${each} ${step.value}`;
    return `${what} ${boundsText(type)}${orNone}`;
  }
  return kind.type === 'switch' ? 'true, false' : `text${orNone}`;
}

/** A value as a reader writes it: `1,000`, `0.0001`, `yes`, `none`. */
export function valueText(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return numberText(value);
  return String(value);
}

/**
 * The lines of `--help` for all flags of the configuration, by group: a flag and what it is, and below that its default with its source,
 * unit and range. At most `width` characters a line, unless a word is longer.
 */
export function configurationHelp(width = 120): string[] {
  const left = (name: FieldName): string =>
    fieldKind(name).type === 'switch' ? `--[no-]${flagName(name).slice(2)}` : `${flagName(name)} ${placeholder(name)}`;
  const leftWidth = Math.max(...flagFields.map((name) => left(name).length)) + 2;
  const lines: string[] = [];
  const entry = (title: string, ...texts: readonly string[]): void => {
    const right = texts.flatMap((text) => wrapped(text, width - leftWidth - 2));
    lines.push(...right.map((text, index) => `  ${(index === 0 ? title : '').padEnd(leftWidth)}${text}`));
  };
  for (const group of fieldGroups) {
    lines.push('', `${groupTitles[group]}:`);
    for (const name of flagFields) {
      const about = aboutField(name);
      if (about.group !== group) continue;
      const unit = about.unit === undefined ? '' : `${about.unit}, `;
      const fallback = valueText(fieldDefault(name));
      entry(left(name), about.help, `[${fallback} (${about.source}); ${unit}${fieldRange(name)}]`);
    }
  }
  lines.push('', 'Presets (`bun run presets` shows their values):');
  for (const name of presetNames) entry(name, presets[name].about);
  lines.push('', 'Protocols, each with any preset:');
  for (const name of protocolNames) entry(name, protocols[name].about);
  return lines;
}

/** docs/configuration.md, whole. */
export function configurationPage(): string {
  const exceptions = Object.entries(gamePresets)
    .map(([game, name]) => ` (\`${game}\`: \`${name}\`)`)
    .join('');
  const lines = [
    '# Configuration',
    '',
    '<!-- Made from src/run/configuration.ts by `bun run docs`; a test compares. Do not edit. -->',
    '',
    'Each field is a flag of `bun run train` and a key of a `--config` JSON file (`{"learnStart": 500}`); a run saves all of them in',
    'its `config.json`, which `--config` takes as it is. Strength: default < preset < protocol < `--config` file < flag. The default preset',
    `is \`${valueText(fieldDefault('preset'))}\`${exceptions}. A preset's column shows what it sets; an empty cell keeps the default. Fields marked * may be`,
    'given again with `--resume`.',
    '',
    '`--network` also takes a .safetensors file or a run folder, as `--initial-weights` does; `--best` beside it is `--initial-best`.',
    '',
    '## Presets',
    '',
    ...presetNames.map((name) => `- \`${name}\`: ${presets[name].about}.`),
    '',
    '`bun run presets` prints them side by side, `bun run presets --diff A B` what differs between two, `--json` all values.',
    '',
    '## Protocols',
    '',
    'Each with any preset: `--preset dopamine --protocol machado`.',
    '',
    ...protocolNames.map((name) => protocolLine(name)),
  ];
  const head = ['flag', 'key', 'default', ...presetNames, 'unit', 'allowed', 'what it is', 'source of the default'];
  for (const group of fieldGroups) {
    lines.push('', `## ${groupTitles[group]}`, '', tableRow(head), tableRow(head.map(() => '---')));
    for (const name of flagFields) {
      const about = aboutField(name);
      if (about.group !== group) continue;
      const values = presetNames.map((preset) => {
        const set = presets[preset].values as Partial<Record<FieldName, unknown>>;
        return name in set ? valueText(set[name]) : '';
      });
      const flag = `\`${flagName(name)}\`${about.resumable ? ' *' : ''}`;
      const fallback = valueText(fieldDefault(name));
      lines.push(
        tableRow([
          flag,
          `\`${name}\``,
          fallback,
          ...values,
          about.unit ?? '',
          fieldRange(name),
          about.help,
          about.source,
        ]),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** As it is given on the command line: `--random-starts 30`, `--no-double-dqn`. */
function flagText(name: FieldName, value: unknown): string {
  if (typeof value === 'boolean') return value ? flagName(name) : `--no-${flagName(name).slice(2)}`;
  return `${flagName(name)} ${value}`;
}

function protocolLine(name: ProtocolName): string {
  const { about, values } = protocols[name];
  const flags = Object.entries(values).map(([key, value]) => `\`${flagText(key as FieldName, value)}\``);
  return `- \`${name}\`: ${about}${flags.length === 0 ? '' : ` (${flags.join(', ')})`}.`;
}

const groupTitles: Readonly<Record<FieldGroup, string>> = { run: 'Run', environment: 'Environment', agent: 'Agent' };

function bareType(name: FieldName): { type: z.ZodType; optional: boolean } {
  let type: z.ZodType = configurationSchema.shape[name];
  if (type instanceof z.ZodDefault) type = type.unwrap() as z.ZodType;
  const optional = type instanceof z.ZodNullable;
  if (type instanceof z.ZodNullable) type = type.unwrap() as z.ZodType;
  return { type, optional };
}

function boundsText(type: z.ZodNumber): string {
  const exclusive = (check: 'greater_than' | 'less_than'): boolean =>
    (type.def.checks ?? []).some((one) => {
      const def = one._zod.def as z.core.$ZodCheckGreaterThanDef;
      return (def.check as string) === check && !def.inclusive;
    });
  const low = `${exclusive('greater_than') ? 'above' : 'from'} ${numberText(type.minValue ?? -Infinity)}`;
  return `${low} ${exclusive('less_than') ? 'to below' : 'to'} ${numberText(type.maxValue ?? Infinity)}`;
}

function numberText(value: number): string {
  const short = value.toExponential().replace('e+', 'e');
  const long = value.toLocaleString('en-US', { maximumFractionDigits: 12 });
  return Math.abs(value) >= 1e8 || Math.abs(value) < 1e-4 ? (short.length < long.length ? short : long) : long;
}

function placeholder(name: FieldName): string {
  const kind = fieldKind(name);
  if (kind.type === 'choice') return 'NAME';
  return kind.type === 'text' ? 'TEXT' : 'N';
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
