/**
 * The command line: which commands there are. What its words may be and its exit codes: commandLine.ts.
 * Benchmarks are a program of their own: bench/main.ts.
 */
import { type Commands, runProgram } from './commandLine.ts';

/** Loaded when called, so that `--help` needs no GPU package. A command of two words is part of the one that its first word names. */
export const commands: Commands = {
  train: async () => (await import('./train.ts')).trainCommand,
  eval: async () => (await import('./eval.ts')).evalCommand,
  play: async () => (await import('./play.ts')).playCommand,
  watch: async () => (await import('./watch.ts')).watchCommand,
  runs: async () => (await import('./runs.ts')).runsCommand,
  record: async () => (await import('./record.ts')).recordCommand,
  report: async () => (await import('./report.ts')).reportCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  trace: async () => (await import('./trace.ts')).traceCommand,
  roms: async () => (await import('./roms.ts')).romsCommand,
  'roms import': async () => (await import('./romsImport.ts')).romsImportCommand,
  presets: async () => (await import('./presets.ts')).presetsCommand,
  tune: async () => (await import('./tune.ts')).tuneCommand,
  'verify resume': async () => (await import('./verify.ts')).verifyResumeCommand,
  dashboard: async () => (await import('./dashboard.ts')).dashboardCommand,
  doctor: async () => (await import('./doctorCommand.ts')).doctorCommand,
};

if (import.meta.main) {
  await runProgram(process.argv.slice(2), commands, {
    title: 'DQN from a cartridge to a trained agent, in TypeScript and WGSL.',
    advice: '`bun run <command> --help` shows its flags; `bun run train pong` is where to begin.',
  });
}
