/**
 * Reads a command's words: positional ones and flags, against a list of what the command knows. Nothing unknown passes.
 * cac splits the words; what they may be is said here, because its own messages name no nearest flag.
 */
import { cac } from 'cac';
import { UserError } from '../errors.ts';
import { didYouMean } from '../run/resolve.ts';

export interface FlagSpec {
  /** With its dashes: `--episodes`. */
  readonly flag: string;
  /** What stands for the value in `--help`, a word for each of several (`N FILE`); absent for a switch. */
  readonly placeholder?: string;
  /** `--no-<flag>` is known, too. */
  readonly negatable?: boolean;
  /** Other spellings, with their dashes; of a flag with a value. */
  readonly aliases?: readonly string[];
  /** The flag may stand without a value; the next word is its value only where it is one of these. */
  readonly optionalValues?: readonly string[];
  readonly help: string;
}

export interface CommandSpec {
  readonly name: string;
  /** What the command does, one line. */
  readonly summary: string;
  /** Names of positional words, all optional here; the command says what is missing. The last may stand for several: `PATH…`. */
  readonly positionals: readonly string[];
  readonly flags: readonly FlagSpec[];
  /** Flags that `helpLines` describes, so that `--help` does not list them again. */
  readonly moreFlags?: readonly FlagSpec[];
  readonly helpLines?: () => readonly string[];
  readonly examples: readonly string[];
}

/** The words of one call. A switch's text is undefined, or `false` after `--no-`. Several values: `flagValues`. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly flags: ReadonlyMap<string, string | undefined>;
}

/** A file in this folder: what it understands and does. `run` resolves to the exit code. */
export interface Command {
  readonly spec: CommandSpec;
  run(parsed: ParsedArguments): Promise<number>;
}

export const helpFlag: FlagSpec = { flag: '--help', help: 'Show this help' };

/** Throws UserError for an unknown flag (naming the nearest), a missing value and a word too many. */
export function parseCommandLine(spec: CommandSpec, words: readonly string[]): ParsedArguments {
  const flags = [...spec.flags, ...(spec.moreFlags ?? []), helpFlag];
  const cli = cac('bun run');
  const positionals = spec.positionals.map((positional) => ` [${positional}]`).join('');
  const command = cli.command(`${spec.name}${positionals}`, spec.summary);
  for (const { flag, help } of flags) command.option(`${flag} <text>`, help);
  cli.parse(['', '', spec.name, ...guardedWords(spec, flags, words)], { run: false });
  const [extra] = spec.positionals.at(-1)?.endsWith('…') ? [] : cli.args.slice(spec.positionals.length);
  if (extra !== undefined) throw new UserError(`"${extra}" is one word too many.`, usage(spec));
  const texts = new Map<string, string | undefined>();
  for (const [index, { flag }] of flags.entries()) {
    // Given twice, the last one counts; its text still has the guard before it.
    const guarded: string | undefined = [cli.options[command.options[index].name]].flat().at(-1);
    if (guarded !== undefined) texts.set(flag, guarded === bareSwitch ? undefined : guarded.slice(guard.length));
  }
  return { positionals: cli.args, flags: texts };
}

/**
 * cac turns `--name 007` into the number 7 and takes the value of `--seed -5` for a flag, so each flag is given to it as
 * `--flag==text`: what follows the first `=` is the text, and one that begins with `=` is never a number.
 */
const guard = '=';
const bareSwitch = `${guard}\0`;
/** Between the values of one flag: no word of a command line holds it. */
const valueSeparator = '\0';

/** The words with every flag in the form above; `--no-x` becomes `--x==false`. Throws UserError as `parseCommandLine` does. */
function guardedWords(spec: CommandSpec, flags: readonly FlagSpec[], words: readonly string[]): string[] {
  const known = new Map<string, FlagSpec>();
  for (const flag of flags) {
    known.set(flag.flag, flag);
    if (flag.negatable) known.set(`--no-${flag.flag.slice(2)}`, flag);
    for (const alias of flag.aliases ?? []) known.set(alias, flag);
  }
  const guarded: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (!words[i].startsWith('-') || words[i] === '-') {
      guarded.push(words[i]);
      continue;
    }
    const [, written, inline] = /^([^=]*)(?:=(.*))?$/s.exec(words[i])!;
    const name = written === '-h' ? '--help' : written;
    const flag = known.get(name);
    if (flag === undefined) {
      const near = didYouMean(name, [...known.keys()]);
      throw new UserError(`There is no flag ${name}.${near}`, `\`bun run ${spec.name} --help\` lists all flags.`);
    }
    let text = inline;
    if (flag.optionalValues !== undefined) {
      if (text === undefined && flag.optionalValues.includes(words[i + 1])) text = words[++i];
    } else if (flag.placeholder !== undefined) {
      const wanted = flag.placeholder.split(' ').length;
      const values = text === undefined ? [] : [text];
      const isValue = (word: string | undefined) => word?.startsWith('--') === false && !known.has(word);
      while (values.length < wanted && isValue(words[i + 1])) values.push(words[++i]);
      if (values.length < wanted) {
        throw new UserError(`${name} needs ${wanted === 1 ? 'a value' : `${wanted} values`}.`, usageOf(flag, spec));
      }
      text = values.join(valueSeparator);
    } else if (text !== undefined && !(flag.negatable && name === flag.flag)) {
      throw new UserError(`${name} takes no value.`, usageOf(flag, spec));
    } else if (name !== flag.flag) {
      text = 'false';
    }
    guarded.push(`${flag.flag}=${text === undefined ? bareSwitch : guard + text}`);
  }
  return guarded;
}

/** The values of a flag that takes several; undefined where it was not given. */
export function flagValues(parsed: ParsedArguments, flag: string): string[] | undefined {
  return parsed.flags.get(flag)?.split(valueSeparator);
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

/** One of `choices` given to a flag, or `fallback`. Throws UserError for any other text, naming the nearest. */
export function choiceFlag<T extends string>(
  parsed: ParsedArguments,
  flag: string,
  choices: readonly T[],
  fallback: T,
): T {
  const text = parsed.flags.get(flag);
  if (text === undefined) return fallback;
  const known = choices.find((choice) => choice === text);
  if (known !== undefined) return known;
  throw new UserError(
    `${flag}: "${text}" is not allowed.${didYouMean(text, choices)}`,
    `Allowed: ${choices.join(', ')}.`,
  );
}

function usage({ name, positionals }: CommandSpec): string {
  const words = positionals.map((positional) => ` <${positional}>`).join('');
  return `Usage: bun run ${name}${words} [flags]`;
}

function usageOf({ flag, placeholder, help }: FlagSpec, spec: CommandSpec): string {
  return `${flag}${placeholder === undefined ? '' : ` ${placeholder}`}: ${help}; see \`bun run ${spec.name} --help\`.`;
}
