/** docs/commands.md, whole: every command with its words and flags, from what the command line itself reads. */
import type { Command, CommandSpec, FlagSpec } from '../../src/cli/arguments.ts';
import { commands } from '../../src/cli/main.ts';
import { commands as benchmarks } from '../main.ts';

/** All commands of `bun run`, benchmarks last. */
export async function allCommands(): Promise<Command[]> {
  return Promise.all([...Object.values(commands), ...Object.values(benchmarks)].map((load) => load()));
}

export async function commandsPage(): Promise<string> {
  const specs = (await allCommands()).map(({ spec }) => spec);
  const lines = [
    '# Commands',
    '',
    '<!-- Made from the commands themselves by `bun run docs`; a test compares. Do not edit. -->',
    '',
    'Every command of `bun run` (`npx bun run` where Bun is not on the path) with its flags; `--help` says the same. A switch that is written with',
    '`[no-]` is turned on without these letters and off with them.',
    '',
    '| command | what it does |',
    '| --- | --- |',
    ...specs.map(({ name, summary }) => `| [\`${name}\`](#${anchor(name)}) | ${cell(summary)} |`),
  ];
  for (const spec of specs) lines.push('', ...section(spec));
  return `${lines.join('\n')}\n`;
}

function section({ name, summary, positionals, flags, moreFlags, examples }: CommandSpec): string[] {
  const words = positionals.map((positional) => ` <${positional}>`).join('');
  const more = moreFlags === undefined || moreFlags.length === 0 ? [] : ['', ...moreLines(moreFlags)];
  const rows = flags.map((flag) => `| \`${flagText(flag)}\` | ${cell(flag.help)} |`);
  return [
    `## ${name}`,
    '',
    summary,
    '',
    '```sh',
    `bun run ${name}${words} [flags]`,
    ...examples,
    '```',
    ...(rows.length === 0 ? [] : ['', '| flag | what it does |', '| --- | --- |', ...rows]),
    ...more,
  ];
}

/** Flags that `--help` describes apart: the configuration's, and the options that only DeepMind's program has. */
function moreLines(flags: readonly FlagSpec[]): string[] {
  const theirs = flags.filter(({ help }) => help === "an option of DeepMind's program");
  const lines = ['And every flag of the [configuration](configuration.md).'];
  if (theirs.length > 0) {
    lines.push(
      "DeepMind's own options are taken by their names, with one dash or two:",
      `${theirs.map(({ flag }) => `\`${flag}\``).join(', ')}.`,
    );
  }
  return lines;
}

function flagText({ flag, placeholder, negatable }: FlagSpec): string {
  if (negatable) return `--[no-]${flag.slice(2)}`;
  return placeholder === undefined ? flag : `${flag} ${placeholder}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** GitHub's for a heading of words. */
function anchor(name: string): string {
  return name.replaceAll(' ', '-');
}
