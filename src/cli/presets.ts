/** `bun run presets`: the presets side by side, the difference of two of them, or all their values as JSON. */
import { UserError } from '../errors.ts';
import { type FieldName, flagFields } from '../run/configuration.ts';
import { aboutField, flagName, valueText } from '../run/configurationText.ts';
import { fieldGroups } from '../run/field.ts';
import { type PresetName, presetNames, presets } from '../run/presets.ts';
import { protocolNames, protocols } from '../run/protocols.ts';
import { didYouMean, type LooseConfiguration, resolveConfiguration } from '../run/resolve.ts';
import { wrapped } from '../run/wrapped.ts';
import { type Command, choiceFlag, flagValues, type ParsedArguments } from './arguments.ts';
import { textTable } from './textTable.ts';

/** Characters in a line where the output is no terminal. */
const defaultWidth = 100;

export const presetsCommand: Command = {
  spec: {
    name: 'presets',
    summary: 'Show the presets side by side.',
    positionals: [],
    flags: [
      { flag: '--diff', placeholder: 'A B', help: 'Only these two presets, and only what differs' },
      { flag: '--all', help: 'Also the values that are the same in all of them' },
      { flag: '--protocol', placeholder: 'NAME', help: `Over each preset: ${protocolNames.join(', ')} [as-preset]` },
      {
        flag: '--json',
        help: 'Print one JSON object: preset name to all its values; of --diff the two values of each field',
      },
    ],
    examples: ['bun run presets', 'bun run presets --diff deepmind lapan', 'bun run presets --protocol machado --json'],
  },
  async run(parsed) {
    const protocol = choiceFlag(parsed, '--protocol', protocolNames, 'as-preset');
    const names = flagValues(parsed, '--diff')?.map(presetNamed) ?? presetNames;
    const columns = new Map(names.map((name) => [name, presetValues(name, protocol)]));
    if (parsed.flags.has('--json')) console.log(JSON.stringify(asJson(columns, parsed), null, 2));
    else for (const line of asText(columns, parsed)) console.log(line);
    return 0;
  },
};

/** A preset resolved whole: every field but `game`, which is no part of it. */
export function presetValues(preset: PresetName, protocol = 'as-preset'): LooseConfiguration {
  const { game: _, ...values } = resolveConfiguration({ game: 'pong', flags: { preset, protocol } });
  return values;
}

type Columns = ReadonlyMap<PresetName, LooseConfiguration>;

function asJson(columns: Columns, parsed: ParsedArguments): unknown {
  if (!parsed.flags.has('--diff')) return Object.fromEntries(columns);
  const differing = flagFields.filter((name) => differs(name, columns));
  return Object.fromEntries(
    differing.map((name) => [name, Object.fromEntries([...columns].map(([preset, values]) => [preset, values[name]]))]),
  );
}

function asText(columns: Columns, parsed: ParsedArguments): string[] {
  const lines: string[] = [];
  if (!parsed.flags.has('--diff')) {
    lines.push('Presets:', ...presetNames.flatMap((name) => described(name, presets[name].about)), '');
    lines.push('Protocols, each with any preset:');
    lines.push(...protocolNames.flatMap((name) => described(name, protocols[name].about)), '');
  }
  const all = parsed.flags.has('--all');
  const rows = flagFields.filter((name) => name !== 'preset' && (all || differs(name, columns)));
  const left = [...fieldGroups.map(String), ...rows.map(rowTitle)];
  const leftWidth = Math.max(0, ...left.map((text) => text.length));
  for (const block of blocks([...columns], rows, leftWidth)) {
    const cells = [['', ...block.map(([preset]) => preset)]];
    for (const group of fieldGroups) {
      const members = rows.filter((name) => aboutField(name).group === group);
      if (members.length === 0) continue;
      cells.push([group, ...block.map(() => '')]);
      for (const name of members) cells.push([rowTitle(name), ...block.map(([, values]) => valueText(values[name]))]);
    }
    lines.push(...textTable(cells, 1), '');
  }
  const same = flagFields.length - 1 - rows.length;
  if (same > 0) lines.push(`${same} more values are the same${parsed.flags.has('--all') ? '' : '; --all shows them'}.`);
  return lines;
}

/** A name and what it is, in as many lines as that takes. */
function described(name: string, about: string): string[] {
  const width = Math.max(...[...presetNames, ...protocolNames].map((known) => known.length)) + 4;
  return wrapped(about, lineWidth() - width).map(
    (text, line) => `  ${(line === 0 ? name : '').padEnd(width - 2)}${text}`,
  );
}

/** Two blanks before the flag; its unit behind it. */
function rowTitle(name: FieldName): string {
  const { unit } = aboutField(name);
  return `  ${flagName(name).slice(2)}${unit === undefined ? '' : `, ${unit}`}`;
}

/** As many columns beside each other as the terminal is wide. */
function blocks<T extends readonly [PresetName, LooseConfiguration]>(
  columns: readonly T[],
  rows: readonly FieldName[],
  leftWidth: number,
): T[][] {
  const made: T[][] = [];
  let free = 0;
  for (const column of columns) {
    const [preset, values] = column;
    const needed = 2 + Math.max(preset.length, ...rows.map((name) => valueText(values[name]).length));
    if (made.length === 0 || needed > free) {
      made.push([]);
      free = lineWidth() - leftWidth;
    }
    made.at(-1)!.push(column);
    free -= needed;
  }
  return made;
}

function lineWidth(): number {
  return process.stdout.columns ?? defaultWidth;
}

function differs(name: FieldName, columns: Columns): boolean {
  const [first, ...others] = [...columns.values()];
  return name !== 'preset' && others.some((values) => values[name] !== first[name]);
}

/** Throws UserError for any other name. */
function presetNamed(name: string): PresetName {
  const known = presetNames.find((preset) => preset === name);
  if (known !== undefined) return known;
  throw new UserError(
    `There is no preset "${name}".${didYouMean(name, presetNames)}`,
    `Presets: ${presetNames.join(', ')}.`,
  );
}
