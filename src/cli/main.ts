/**
 * The command line: `bun run train|eval|play|trace|doctor …`. Finds the command and turns what goes wrong into an exit code:
 * 0 done, or stopped by a signal and saved; 1 the user or the GPU (one line); 70 a mistake in this program (its stack); 130 when a
 * second signal does not wait for saving.
 */
import { GpuError } from '../../kernels/runtime/errors.ts';
import { UserError } from '../errors.ts';
import { projectVersion } from '../run/provenance.ts';
import { didYouMean } from '../run/resolve.ts';
import { type Command, commandHelp, parseCommandLine } from './arguments.ts';
import { sentence } from './words.ts';

/** Loaded when called, so that `--help` needs no GPU package. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  train: async () => (await import('./train.ts')).trainCommand,
  eval: async () => (await import('./eval.ts')).evalCommand,
  play: async () => (await import('./play.ts')).playCommand,
  trace: async () => (await import('./trace.ts')).traceCommand,
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
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    const names = Object.keys(commands);
    const what = name.startsWith('-') ? 'flag' : 'command';
    throw new UserError(`There is no ${what} ${name}.${didYouMean(name, names)}`, `Commands: ${names.join(', ')}.`);
  }
  const command = await load();
  const parsed = parseCommandLine(command.spec, rest);
  if (parsed.flags.has('--help')) {
    console.log(commandHelp(command.spec));
    return 0;
  }
  return command.run(parsed);
}

async function overview(): Promise<string> {
  const lines = ['DQN from a cartridge to a trained agent, in TypeScript and WGSL.', '', 'Commands:'];
  for (const load of Object.values(commands)) {
    const { spec } = await load();
    lines.push(`  bun run ${spec.name.padEnd(8)}${spec.summary}`);
  }
  lines.push('', '`bun run <command> --help` shows its flags; `bun run train pong` is where to begin.');
  return lines.join('\n');
}

/** `error: what is wrong. what to do` on one line, or the stack of a mistake of ours; resolves to the exit code. */
function report(error: unknown): number {
  if (error instanceof UserError || error instanceof GpuError) {
    const text = `${sentence(error.message)} ${error.hint}`.replace(/\s+/g, ' ').trim();
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
