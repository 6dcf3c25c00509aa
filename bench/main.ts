/** The benchmarks: `bun run bench checkpoint|dashboard|emulator|install|kernels|learning|newcomer|peers|update`. */
import { type Commands, runProgram } from '../src/cli/commandLine.ts';

export const commands: Commands = {
  'bench checkpoint': async () => (await import('./checkpoint.ts')).checkpointCommand,
  'bench dashboard': async () => (await import('./dashboard.ts')).dashboardBenchCommand,
  'bench emulator': async () => (await import('./emulator.ts')).emulatorCommand,
  'bench install': async () => (await import('./install.ts')).installCommand,
  'bench kernels': async () => (await import('./kernels.ts')).kernelsCommand,
  'bench learning': async () => (await import('./learning.ts')).learningCommand,
  'bench newcomer': async () => (await import('./newcomer.ts')).newcomerCommand,
  'bench peers': async () => (await import('./peers/command.ts')).peersCommand,
  'bench update': async () => (await import('./update.ts')).updateCommand,
};

if (import.meta.main) {
  const words = process.argv.slice(2);
  await runProgram(words.length === 0 || words[0].startsWith('-') ? words : ['bench', ...words], commands, {
    title: 'Measures how fast this machine runs the project; see the README for what was measured where.',
    advice: '`bun run bench <name> --help` shows the flags of one.',
  });
}
