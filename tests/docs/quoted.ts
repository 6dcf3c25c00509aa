/**
 * Finds what pages quote and the project has not: commands, flags, games, presets, files, environment variables. Commands are read by the
 * parser that the command line itself uses, and not run.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parse } from 'shell-quote';
import { visit } from 'unist-util-visit';
import { allCommands } from '../../bench/docs/commandsPage.ts';
import { parseMarkdown, placeOf } from '../../bench/docs/markdown.ts';
import {
  type Command,
  type CommandSpec,
  helpFlag,
  type ParsedArguments,
  parseCommandLine,
} from '../../src/cli/arguments.ts';
import { configurationFlags } from '../../src/cli/configurationFlags.ts';
import { gameNames } from '../../src/games/registry.ts';
import { presetNames } from '../../src/run/presets.ts';
import { protocolNames } from '../../src/run/protocols.ts';
import { projectFolder } from '../../src/run/provenance.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';

/** Flags of other programs, docker and npm, that pages name by themselves. */
const flagsOfOthers = new Set(['--gpus', '--omit']);
/** Variables that the project's code does not read by name: of the NVIDIA container runtime, and of Mesa. */
const variablesOfOthers = new Set(['NVIDIA_DRIVER_CAPABILITIES', 'LP_NATIVE_VECTOR_WIDTH']);

const commands: readonly Command[] = await allCommands();
const knownFlags = new Set([helpFlag.flag, '--version', ...commands.flatMap(({ spec }) => flagNames(spec))]);

interface Quoted {
  readonly text: string;
  readonly line: number;
  readonly isCode: boolean;
}

/** One line each. `sources` is the text of all code, in which a variable must be. */
export async function missingQuotes(page: string, path: string, sources: string): Promise<string[]> {
  const found: string[] = [];
  for (const { text, line, isCode } of quotesOf(page)) {
    const faults = [
      ...commandsIn(text, isCode).map((words) => commandFault(words, path)),
      ...flagsIn(text, isCode).map((flag) => (knownFlags.has(flag) ? undefined : `there is no flag ${flag}`)),
      ...filesIn(text).map((file) => (isThere(file) ? undefined : `there is no ${file}`)),
      ...variablesIn(text, isCode)
        .filter((name) => !variablesOfOthers.has(name) && !sources.includes(name))
        .map((name) => `no code knows ${name}`),
    ];
    for (const fault of faults) if (fault !== undefined) found.push(`${path}:${line}: ${fault}`);
  }
  return found;
}

/** Code between backticks, the lines of fenced shell code, and text, in which only flags and files are looked for. */
function quotesOf(page: string): Quoted[] {
  const found: Quoted[] = [];
  visit(parseMarkdown(page), (node) => {
    if (node.type === 'inlineCode') found.push({ text: node.value, line: placeOf(node).line, isCode: true });
    if (node.type === 'text') found.push({ text: node.value, line: placeOf(node).line, isCode: false });
    if (node.type !== 'code' || !['sh', 'bash', 'shell', 'console'].includes(node.lang ?? '')) return;
    let line = placeOf(node).line;
    let whole = '';
    for (const part of node.value.split('\n')) {
      line++;
      whole += `${part.replace(/\\$/, '').replace(/^\$ /, '')} `;
      if (/(?:\\|\||&&)$/.test(part.trimEnd())) continue;
      found.push({ text: whole.trim(), line, isCode: true });
      whole = '';
    }
  });
  return found;
}

/** Stands for what the reader puts in: `<game>`. So do words in capitals, and a run's folder, which nobody else has. */
const placeholder = '‹›';
const isPlaceholder = (word: string): boolean => word.includes(placeholder) || /^[A-Z][A-Z0-9_]*$|^runs\//.test(word);

/** The words of the commands that begin with `bun`, `npx bun`; `[flags]` and the like left out. */
function commandsIn(text: string, isCode: boolean): string[][] {
  if (!isCode) return [];
  const plain = text
    .replaceAll(/<[a-z][\w |-]*>/g, placeholder)
    .replaceAll('…', ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ');
  const found: string[][] = [];
  let words: string[] = [];
  let isRedirected = false;
  for (const part of [...parse(plain, (name) => `$${name}`), { op: ';' as const }]) {
    if (typeof part === 'string') {
      if (!isRedirected) words.push(part);
      isRedirected = false;
    } else if ('pattern' in part) words.push(part.pattern);
    else if ('op' in part && ['<', '>', '>>'].includes(part.op)) isRedirected = true;
    else if ('op' in part) {
      while (words.length > 0 && (/^[A-Za-z_]\w*=/.test(words[0]) || ['npx', 'sudo', 'time'].includes(words[0])))
        words.shift();
      if (words[0] === 'bun' || words[0] === 'bunx') found.push(words.slice(1));
      words = [];
    }
  }
  return found;
}

/** What is wrong with `bun <words>`. */
function commandFault([first, ...rest]: readonly string[], path: string): string | undefined {
  if (first === undefined || isPlaceholder(first)) return undefined;
  if (first === 'test') {
    const missing = rest.find((word) => !word.startsWith('-') && !isPlaceholder(word) && !isThere(word));
    return missing === undefined ? undefined : `there is no ${missing}`;
  }
  if (first.endsWith('.ts')) return isThere(first) ? undefined : `there is no ${first}`;
  if (first !== 'run') return undefined;
  const [script, ...words] = rest;
  if (script === undefined || isPlaceholder(script)) return undefined;
  if (script.endsWith('.ts')) return isThere(script) ? undefined : `there is no ${script}`;
  const line = scriptsFor(path)[script];
  if (line === undefined) return `package.json has no script ${script}`;
  const program = /^bun (?:src\/cli\/main|(?:\.\.\/|bench\/)main)\.ts ?(.*)$/.exec(line);
  if (program === null) return undefined;
  const prefix = /src\/cli/.test(line) ? [] : ['bench'];
  return wordsFault([...prefix, ...program[1].split(' ').filter(Boolean), ...words]);
}

/** What is wrong with the words of a call of the project's own program. */
function wordsFault(words: readonly string[]): string | undefined {
  const command =
    commands.find(({ spec }) => spec.name === words.slice(0, 2).join(' ')) ??
    commands.find(({ spec }) => spec.name === words[0]);
  if (command === undefined) {
    const isFamily = words.length === 1 && commands.some(({ spec }) => spec.name.startsWith(`${words[0]} `));
    const asksHelp = words[1] === '--help' || words.some(isPlaceholder);
    return isFamily || asksHelp ? undefined : `there is no command ${words.slice(0, 2).join(' ')}`;
  }
  try {
    const parsed = parseCommandLine(command.spec, words.slice(command.spec.name.split(' ').length));
    return valuesFault(command.spec, parsed);
  } catch (error) {
    return `${command.spec.name}: ${(error as Error).message}`;
  }
}

/** Throws what the command itself would throw before it starts. */
function valuesFault({ name, positionals }: CommandSpec, parsed: ParsedArguments): string | undefined {
  const [word] = parsed.positionals;
  const isGame = positionals[0] === 'game' || (positionals[0] === 'game|file' && !/[./]/.test(word ?? '.'));
  if (isGame && word !== undefined && !isPlaceholder(word) && !gameNames().includes(word))
    return `there is no game ${word}`;
  for (const [flag, names] of [
    ['--preset', presetNames],
    ['--protocol', protocolNames],
  ] as const) {
    const value = parsed.flags.get(flag);
    if (value !== undefined && !isPlaceholder(value) && !(names as readonly string[]).includes(value))
      return `there is no ${flag} ${value}`;
  }
  const hasPlaceholder = [...parsed.positionals, ...parsed.flags.values()].some(
    (text) => text !== undefined && isPlaceholder(text),
  );
  if (name !== 'train' || hasPlaceholder || parsed.flags.has('--resume') || parsed.flags.has('--config'))
    return undefined;
  const given = configurationFlags(parsed);
  if (given.game !== undefined) resolveConfiguration({ ...given, game: given.game });
  return undefined;
}

/** Of the package.json that is nearest to the page. */
function scriptsFor(path: string): Readonly<Record<string, string>> {
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    const file = join(projectFolder, folder, 'package.json');
    if (!existsSync(file)) continue;
    const own = JSON.parse(readFileSync(file, 'utf8')).scripts ?? {};
    return folder === '.' ? own : { ...scriptsFor('README.md'), ...own };
  }
}

/** Flags named by themselves: in text, and in code that begins with one; those of commands are the parser's. */
function flagsIn(text: string, isCode: boolean): string[] {
  if (isCode && !text.startsWith('-')) return [];
  const flags = [...text.matchAll(/(?<![\w-])--(?:\[no-\])?[a-z][a-z0-9_-]*/gi)].map(([flag]) =>
    flag.replace('[no-]', ''),
  );
  return flags.filter((flag) => !flagsOfOthers.has(flag));
}

function flagNames({ flags, moreFlags = [] }: CommandSpec): string[] {
  return [...flags, ...moreFlags].flatMap(({ flag, negatable, aliases = [] }) => [
    ...[flag, ...aliases],
    ...(negatable ? [`--no-${flag.slice(2)}`] : []),
  ]);
}

/** Paths from the project's folder, braces and stars included; not what a command writes, nor those with a part that the reader puts in. */
function filesIn(text: string): string[] {
  const pattern =
    /(?<!--out )(?<![\w./-])(?:src|kernels|shaders|tests|bench|docs|roms|weights|examples|build|\.ci|\.github)\/[^\s`'"()|;:]+/g;
  return [...text.matchAll(pattern)]
    .map(([file]) => file.replace(/[.,]+$/, ''))
    .filter((file) => !/[<…‹$]|\/[A-Z]+$/.test(file));
}

function isThere(path: string): boolean {
  if (!/[*{]/.test(path)) return existsSync(join(projectFolder, path));
  return [...new Bun.Glob(path).scanSync({ cwd: projectFolder, onlyFiles: false })].length > 0;
}

/** `WGSL_DQN_ADAPTER`, also with a value. */
function variablesIn(text: string, isCode: boolean): string[] {
  if (!isCode) return [];
  return [...text.matchAll(/(?<![\w-])\$?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?![\w(-])/g)].map(([, name]) => name);
}
