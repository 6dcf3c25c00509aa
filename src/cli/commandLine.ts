/**
 * A program with several commands: finds the one that is meant and turns what goes wrong into an exit code:
 * 0 done, or stopped by a signal and saved; 1 the user or the GPU (one line); 70 a mistake in this program (its stack); 130 when a
 * second signal does not wait for saving.
 */
import { GpuError } from '../../kernels/runtime/errors.ts';
import { UserError } from '../errors.ts';
import { projectVersion } from '../run/provenance.ts';
import { didYouMean } from '../run/resolve.ts';
import { type Command, commandHelp, parseCommandLine } from './arguments.ts';
import { asStarted, printable, sentence } from './words.ts';

/** By name, loaded when called. A command of two words is part of the one that its first word names, which may be no command itself. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** What is said when no command is named. */
export interface Introduction {
  readonly title: string;
  readonly advice: string;
}

/** Runs the command that the words name, and ends the process: the GPU's threads would keep it alive. */
export async function runProgram(
  words: readonly string[],
  commands: Commands,
  introduction: Introduction,
): Promise<never> {
  process.exit(await run(words, commands, introduction).catch(report));
}

/** Resolves to the exit code. */
async function run(words: readonly string[], commands: Commands, introduction: Introduction): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(asStarted(await overview(commands, introduction)));
    return 0;
  }
  if (name === '--version' || name === '-v') {
    console.log(`wgsl-dqn ${projectVersion()}`);
    return 0;
  }
  const { load, words: given } = commandNamed(name, rest, commands);
  const command = await load();
  const parsed = parseCommandLine(command.spec, given);
  if (parsed.flags.has('--help')) {
    console.log(asStarted(commandHelp(command.spec)));
    return 0;
  }
  return command.run(parsed);
}

/** The command of these words and those that are left for it. Throws UserError. */
function commandNamed(
  name: string,
  rest: readonly string[],
  commands: Commands,
): { load: () => Promise<Command>; words: readonly string[] } {
  const [second, ...others] = rest;
  const parts = Object.keys(commands).flatMap((known) =>
    known.startsWith(`${name} `) ? [known.slice(name.length + 1)] : [],
  );
  if (parts.includes(second)) return { load: commands[`${name} ${second}`], words: others };
  if (parts.length > 0 && second !== undefined && !second.startsWith('-')) {
    throw new UserError(
      `There is no command ${name} ${second}.${didYouMean(second, parts)}`,
      `Commands: ${Object.keys(commands)
        .filter((known) => known === name || known.startsWith(`${name} `))
        .join(', ')}.`,
    );
  }
  if (Object.hasOwn(commands, name)) return { load: commands[name], words: rest };
  const names = Object.keys(commands);
  const what = name.startsWith('-') ? 'flag' : 'command';
  throw new UserError(`There is no ${what} ${name}.${didYouMean(name, names)}`, `Commands: ${names.join(', ')}.`);
}

async function overview(commands: Commands, { title, advice }: Introduction): Promise<string> {
  const lines = [title, '', 'Commands:'];
  for (const load of Object.values(commands)) {
    const { spec } = await load();
    lines.push(`  bun run ${spec.name.padEnd(16)}${spec.summary}`);
  }
  lines.push('', advice);
  return lines.join('\n');
}

/** `error: what is wrong. what to do` on one line, or the stack of a mistake of ours; resolves to the exit code. */
export function report(error: unknown): number {
  if (error instanceof UserError || error instanceof GpuError) {
    const text = printable(
      asStarted(`${sentence(error.message)} ${error.hint}`)
        .replace(/\s+/g, ' ')
        .trim(),
    );
    process.stderr.write(`error: ${text}\n`);
    return 1;
  }
  process.stderr.write(
    `This is a mistake in wgsl-dqn ${projectVersion()}, not yours; please report it with what follows.\n`,
  );
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 70;
}
