/**
 * Reads a command's words: positional ones and flags, against a list of what the command knows. Nothing unknown passes.
 * `node:util` splits the words; what they may be is said here. (cac, which was tried, turns `--name 007` into the number 7, loses
 * negative values, and reports unknown flags in camel case.)
 */
import { parseArgs } from 'node:util';
import { UserError } from '../errors.ts';
import { didYouMean } from '../run/resolve.ts';

export interface FlagSpec {
  /** With its dashes: `--episodes`. */
  readonly flag: string;
  /** What stands for the value in `--help`; absent for a switch. */
  readonly placeholder?: string;
  /** `--no-<flag>` is known, too. */
  readonly negatable?: boolean;
  readonly help: string;
}

export interface CommandSpec {
  readonly name: string;
  /** What the command does, one line. */
  readonly summary: string;
  /** Names of positional words, all optional here; the command says what is missing. */
  readonly positionals: readonly string[];
  readonly flags: readonly FlagSpec[];
  /** Flags that `helpLines` describes, so that `--help` does not list them again. */
  readonly moreFlags?: readonly FlagSpec[];
  readonly helpLines?: () => readonly string[];
  readonly examples: readonly string[];
}

/** The words of one call. A switch's text is undefined, or `false` after `--no-`. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly flags: ReadonlyMap<string, string | undefined>;
}

export const helpFlag: FlagSpec = { flag: '--help', help: 'Show this help' };

/** Throws UserError for an unknown flag (naming the nearest), a missing value and a word too many. */
export function parseCommandLine(spec: CommandSpec, words: readonly string[]): ParsedArguments {
  const known = new Map<string, FlagSpec>();
  for (const flag of [...spec.flags, ...(spec.moreFlags ?? []), helpFlag]) {
    known.set(flag.flag, flag);
    if (flag.negatable) known.set(`--no-${flag.flag.slice(2)}`, flag);
  }
  const options = Object.fromEntries(
    [...known].map(([name, flag]) => [
      name.slice(2),
      { type: flag.placeholder === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { tokens } = parseArgs({ args: [...words], options, strict: false, allowPositionals: true, tokens: true });
  const positionals: string[] = [];
  const flags = new Map<string, string | undefined>();
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (positionals.length === spec.positionals.length) {
        throw new UserError(`"${token.value}" is one word too many.`, usage(spec));
      }
      positionals.push(token.value);
    } else if (token.kind === 'option') {
      const name = token.rawName === '-h' ? '--help' : token.rawName;
      const flag = known.get(name);
      if (flag === undefined) {
        const near = didYouMean(name, [...known.keys()]);
        throw new UserError(`There is no flag ${name}.${near}`, `\`bun run ${spec.name} --help\` lists all flags.`);
      }
      if (flag.placeholder !== undefined) {
        const missing = token.value === undefined || (!token.inlineValue && token.value.startsWith('--'));
        if (missing) throw new UserError(`${name} needs a value.`, usageOf(flag, spec));
        flags.set(flag.flag, token.value);
      } else if (name !== flag.flag) {
        if (token.value !== undefined) throw new UserError(`${name} takes no value.`, usageOf(flag, spec));
        flags.set(flag.flag, 'false');
      } else {
        flags.set(flag.flag, token.value);
      }
    }
  }
  return { positionals, flags };
}

/** The text of `--help` for a command. */
export function commandHelp(spec: CommandSpec): string {
  const left = ({ flag, placeholder, negatable }: FlagSpec): string =>
    negatable ? `--[no-]${flag.slice(2)}` : `${flag}${placeholder === undefined ? '' : ` ${placeholder}`}`;
  const flags = [...spec.flags, helpFlag];
  const width = Math.max(...flags.map((flag) => left(flag).length)) + 2;
  return [
    spec.summary,
    '',
    usage(spec),
    '',
    'Flags:',
    ...flags.map((flag) => `  ${left(flag).padEnd(width)}${flag.help}`),
    ...(spec.helpLines?.() ?? []),
    '',
    'Examples:',
    ...spec.examples.map((example) => `  ${example}`),
  ].join('\n');
}

/** A whole number given to a flag, or `fallback`. Throws UserError outside `min` to `max`. */
export function integerFlag(parsed: ParsedArguments, flag: string, fallback: number, min: number, max: number): number {
  const value = numberFlag(parsed, flag, fallback, min, max);
  if (!Number.isInteger(value)) throw new UserError(`${flag}: ${value} is not a whole number.`);
  return value;
}

/** A number given to a flag, or `fallback`. Throws UserError outside `min` to `max`. */
export function numberFlag(parsed: ParsedArguments, flag: string, fallback: number, min: number, max: number): number {
  const text = parsed.flags.get(flag);
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new UserError(`${flag}: "${text}" is not a number; allowed: ${min} to ${max}.`);
  if (value < min || value > max) throw new UserError(`${flag}: ${text} is out of range; allowed: ${min} to ${max}.`);
  return value;
}

function usage({ name, positionals }: CommandSpec): string {
  const words = positionals.map((positional) => ` <${positional}>`).join('');
  return `Usage: bun run ${name}${words} [flags]`;
}

function usageOf({ flag, placeholder, help }: FlagSpec, spec: CommandSpec): string {
  return `${flag}${placeholder === undefined ? '' : ` ${placeholder}`}: ${help}; see \`bun run ${spec.name} --help\`.`;
}
