/**
 * The command line: `bun run train|eval|play|trace|roms|doctor …`. Finds the command and turns what goes wrong into an exit code:
 * 0 done, or stopped by a signal and saved; 1 the user or the GPU (one line); 70 a mistake in this program (its stack); 130 when a
 * second signal does not wait for saving.
 */
import { GpuError } from '../../kernels/runtime/errors.ts';
import { UserError } from '../errors.ts';
import { projectVersion } from '../run/provenance.ts';
import { didYouMean } from '../run/resolve.ts';
import { type Command, commandHelp, parseCommandLine } from './arguments.ts';
import { printable, sentence } from './words.ts';

/** Loaded when called, so that `--help` needs no GPU package. A command of two words is part of the one that its first word names. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  train: async () => (await import('./train.ts')).trainCommand,
  eval: async () => (await import('./eval.ts')).evalCommand,
  play: async () => (await import('./play.ts')).playCommand,
  trace: async () => (await import('./trace.ts')).traceCommand,
  roms: async () => (await import('./roms.ts')).romsCommand,
  'roms import': async () => (await import('./romsImport.ts')).romsImportCommand,
  doctor: async () => (await import('./doctorCommand.ts')).doctorCommand,
};

/** Runs the words after the program's name; resolves to the exit code. */
async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(await overview());
    return 0;
  }
  if (name === '--version' || name === '-v') {
    console.log(`wgsl-dqn ${projectVersion()}`);
    return 0;
  }
  const { load, words: given } = commandNamed(name, rest);
  const command = await load();
  const parsed = parseCommandLine(command.spec, given);
  if (parsed.flags.has('--help')) {
    console.log(commandHelp(command.spec));
    return 0;
  }
  return command.run(parsed);
}

/** The command of these words and those that are left for it. Throws UserError. */
function commandNamed(
  name: string,
  rest: readonly string[],
): { load: () => Promise<Command>; words: readonly string[] } {
  const [second, ...others] = rest;
  const parts = Object.keys(commands).flatMap((known) =>
    known.startsWith(`${name} `) ? [known.slice(name.length + 1)] : [],
  );
  if (parts.includes(second)) return { load: commands[`${name} ${second}`], words: others };
  if (parts.length > 0 && second !== undefined && !second.startsWith('-')) {
    throw new UserError(
      `There is no command ${name} ${second}.${didYouMean(second, parts)}`,
      `Commands: ${[name, ...parts.map((part) => `${name} ${part}`)].join(', ')}.`,
    );
  }
  if (Object.hasOwn(commands, name)) return { load: commands[name], words: rest };
  const names = Object.keys(commands);
  const what = name.startsWith('-') ? 'flag' : 'command';
  throw new UserError(`There is no ${what} ${name}.${didYouMean(name, names)}`, `Commands: ${names.join(', ')}.`);
}

async function overview(): Promise<string> {
  const lines = ['DQN from a cartridge to a trained agent, in TypeScript and WGSL.', '', 'Commands:'];
  for (const load of Object.values(commands)) {
    const { spec } = await load();
    lines.push(`  bun run ${spec.name.padEnd(13)}${spec.summary}`);
  }
  lines.push('', '`bun run <command> --help` shows its flags; `bun run train pong` is where to begin.');
  return lines.join('\n');
}

/** `error: what is wrong. what to do` on one line, or the stack of a mistake of ours; resolves to the exit code. */
function report(error: unknown): number {
  if (error instanceof UserError || error instanceof GpuError) {
    const text = printable(`${sentence(error.message)} ${error.hint}`.replace(/\s+/g, ' ').trim());
    process.stderr.write(`error: ${text}\n`);
    return 1;
  }
  process.stderr.write(
    `This is a mistake in wgsl-dqn ${projectVersion()}, not yours; please report it with what follows.\n`,
  );
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 70;
}

// The GPU's threads would keep the process alive, so it ends here and not by itself.
process.exit(await main(process.argv.slice(2)).catch(report));
