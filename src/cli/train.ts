/** `bun run train <game>`: trains an agent, or goes on with a run. */
import { mkdirSync } from 'node:fs';
import { describeAdapter } from '../../kernels/runtime/adapter.ts';
import { DeviceLostError, GpuError } from '../../kernels/runtime/errors.ts';
import { type Gpu, openGpu } from '../../kernels/runtime/gpu.ts';
import { Dqn } from '../agent/dqn.ts';
import { UserError } from '../errors.ts';
import { damaged } from '../run/checkpoint.ts';
import { agentOptions, type Configuration, environmentOptions, type FieldName } from '../run/configuration.ts';
import { aboutField, flagName } from '../run/configurationText.ts';
import { whileWriting } from '../run/files.ts';
import type { Kernels } from '../run/kernelChoices.ts';
import { createDisplay } from '../run/progress.ts';
import { readConfigurationFile, resolveConfiguration } from '../run/resolve.ts';
import { createRunFolder, openCheckpoint, recordedAdapter, recordResume, restoreBest } from '../run/runFolder.ts';
import {
  adapterRecord,
  cartridgeLines,
  loadCartridge,
  openEnvironment,
  openFrames,
  sameCartridge,
  trainingKernels,
} from '../run/session.ts';
import { type RunEnd, Training, type TrainingOptions } from '../run/training.ts';
import type { Command, ParsedArguments } from './arguments.ts';
import { configurationFlags, configurationFlagsHelp, configurationSpecs } from './configurationFlags.ts';
import { kernelTable } from './kernelTable.ts';
import { runner, sentence, shown } from './words.ts';

/** Signals closer than this are one press of Ctrl-C. */
const samePressMs = 1000;

export const trainCommand: Command = {
  spec: {
    name: 'train',
    summary: 'Train an agent on a game.',
    positionals: ['game'],
    flags: [
      {
        flag: '--config',
        placeholder: 'FILE',
        help: "JSON file with values for the flags below; a run's config.json will do",
      },
      { flag: '--resume', placeholder: 'DIR', help: 'Go on with the run in this folder, or from this checkpoint' },
      { flag: '--tune', help: 'First measure again which shaders are the fastest here, all of them' },
    ],
    moreFlags: configurationSpecs,
    helpLines: configurationFlagsHelp,
    examples: [
      'bun run train pong',
      'bun run train catch --preset quick --seed 2',
      'bun run train -env pong -actrep 4 -agent_params "lr=0.00025,replay_memory=100000"',
      'bun run train --resume runs/pong-lapan-1-1',
    ],
  },
  async run(parsed) {
    const folder = parsed.flags.get('--resume');
    return folder === undefined ? startRun(parsed) : resumeRun(parsed, folder);
  },
};

async function startRun(parsed: ParsedArguments): Promise<number> {
  const path = parsed.flags.get('--config');
  const values = path === undefined ? undefined : readConfigurationFile(path);
  const given = configurationFlags(parsed);
  const game = given.game ?? values?.game;
  if (typeof game !== 'string') {
    throw new UserError('No game is named; `bun run roms` lists them all.', 'For example: bun run train pong');
  }
  for (const line of given.lines) console.log(line);
  const tunes = parsed.flags.has('--tune');
  const file = path !== undefined && values !== undefined ? { file: { path, values } } : {};
  const configuration = resolveConfiguration({ ...given, game, ...file });
  if (tunes && configuration.kernels !== 'auto') {
    throw new UserError('--tune and --kernels exclude each other.', 'Leave one of them out.');
  }
  const cartridge = loadCartridge(configuration);
  for (const line of cartridgeLines(cartridge)) console.log(line);
  whileWriting(configuration.out, () => mkdirSync(configuration.out, { recursive: true }));
  const gpu = await openGpu();
  console.log(`Adapter: ${await describeAdapter(gpu)}`);
  const { frames, line } = await openFrames(gpu, configuration);
  console.log(line);
  const { environment } = openEnvironment(cartridge, environmentOptions(configuration), configuration.seed);
  const kernels = await trainingKernels(gpu, configuration, environment.actionCount, {
    measure: tunes ? 'all' : 'first use',
  });
  sayKernels(kernels, tunes);
  const { validationSize } = configuration;
  const parts = { frames, choose: kernels.choose, validationSize };
  const agent = await Dqn.create(gpu, environment, agentOptions(configuration), parts);
  const identity = { title: cartridge.title, md5: cartridge.md5, bytes: cartridge.bytes.length };
  const runFolder = createRunFolder(configuration, {
    cartridge: { ...identity, path: cartridge.path, origin: cartridge.origin },
    adapter: adapterRecord(gpu),
    kernels: kernels.record,
    command: process.argv.slice(2),
  });
  return runTraining(gpu, agent, { configuration, cartridge: identity, kernels: kernels.record, runFolder });
}

async function resumeRun(parsed: ParsedArguments, path: string): Promise<number> {
  if (parsed.flags.has('--config')) {
    throw new UserError(
      '--config and --resume exclude each other.',
      'A run goes on with the configuration it began with.',
    );
  }
  if (parsed.flags.has('--tune')) {
    throw new UserError(
      '--tune and --resume exclude each other.',
      'A run goes on with the kernels it began with; `bun run tune` measures for those to come.',
    );
  }
  const checkpoint = openCheckpoint(path);
  for (const reason of checkpoint.passedOver) console.log(`Note: ${reason} The one before it is taken.`);
  const stored = checkpoint.configuration;
  const { game, flags, lines } = configurationFlags(parsed);
  for (const line of lines) console.log(line);
  if (game !== undefined && game !== stored.game) {
    throw new UserError(`The run in ${path} plays ${stored.game}, not ${game}.`, 'Leave the game out with --resume.');
  }
  for (const name of Object.keys(flags) as FieldName[]) {
    if (aboutField(name).resumable || name === 'rom' || name === 'gamesFolder') continue;
    throw new UserError(`${flagName(name)} cannot change when a run is resumed.`, 'Start a new run, or leave it out.');
  }
  const configuration = resolveConfiguration({ game: stored.game, flags: { ...stored, ...flags } });
  const { agentSteps } = checkpoint.agent.counters;
  if (configuration.steps > 0 && agentSteps >= configuration.steps) {
    throw new UserError(
      `The run in ${path} has done its ${configuration.steps.toLocaleString('en-US')} steps.`,
      `Go further with --steps ${2 * agentSteps}, or --steps 0 for no end.`,
    );
  }
  const cartridge = loadCartridge(configuration);
  sameCartridge(cartridge, checkpoint.cartridge, path);
  for (const line of cartridgeLines(cartridge)) console.log(line);
  const gpu = await openGpu();
  console.log(`Adapter: ${await describeAdapter(gpu)}`);
  const { frames, line } = await openFrames(gpu, configuration);
  console.log(line);
  const { environment } = openEnvironment(cartridge, environmentOptions(configuration), configuration.seed);
  const kernels = await trainingKernels(gpu, configuration, environment.actionCount, {
    recorded: checkpoint.kernels,
  });
  sayKernels(kernels, false);
  const { validationSize } = configuration;
  const parts = { frames, choose: kernels.choose, validationSize };
  const agent = await Dqn.create(gpu, environment, agentOptions(configuration), parts);
  try {
    await agent.replay.restore(checkpoint.replayHeader, checkpoint.replayChunks);
    agent.restore(checkpoint.agent);
  } catch (error) {
    // Checksums are right, so another version of this program wrote what does not fit.
    if (error instanceof RangeError) throw damaged(checkpoint.path, error.message);
    throw error;
  }
  const adapter = adapterRecord(gpu);
  if (!Bun.deepEquals(recordedAdapter(checkpoint.runFolder), adapter)) {
    console.log('Note: the run began on another adapter; from here on it differs from one that stays there.');
  }
  const { record } = kernels;
  restoreBest(checkpoint);
  recordResume(checkpoint.runFolder, agentSteps, { adapter, kernels: record, command: process.argv.slice(2) });
  console.log(`Resumed from: ${shown(checkpoint.path)} (${agentSteps.toLocaleString('en-US')} steps)`);
  const { runFolder } = checkpoint;
  return runTraining(gpu, agent, {
    ...{ configuration, cartridge: checkpoint.cartridge, kernels: record, runFolder, resumedFrom: checkpoint },
  });
}

function sayKernels(kernels: Kernels, tuned: boolean): void {
  for (const line of kernels.lines) console.log(line);
  if (tuned) for (const line of kernelTable(kernels)) console.log(line);
}

/**
 * Runs an agent until an end or a signal, saves it, and says so; resolves to the exit code.
 * A failure of the GPU becomes a UserError that says what is saved; checkpoints stay as they are.
 */
export async function runTraining(
  gpu: Gpu,
  agent: Dqn,
  run: Omit<TrainingOptions, 'agent' | 'display' | 'check'>,
): Promise<number> {
  const { configuration, runFolder, resumedFrom } = run;
  console.log(`Run folder: ${shown(runFolder)}`);
  const stop = { requested: false };
  let requestedMs = 0;
  const onSignal = (): void => {
    // One Ctrl-C comes twice: from the terminal, and passed on by each `bun run` or `npx` above.
    if (stop.requested && performance.now() - requestedMs < samePressMs) return;
    if (stop.requested) process.exit(130);
    stop.requested = true;
    requestedMs = performance.now();
    process.stderr.write('\nStopping after this step and saving; once more to stop without saving.\n');
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const display = createDisplay(process.stdout, configuration.logEverySeconds);
  const check = (): void => gpu.failures.take();
  const training = new Training({ ...run, agent, display, check });
  try {
    const end = await training.run(stop);
    const saved = await training.save();
    training.close();
    console.log(endText(end, agent, configuration, training.meanReward));
    console.log(`Saved: ${shown(saved.path)}`);
    if (end !== 'target')
      console.log(`To go on: ${runner()} train --resume ${shown(runFolder)}${moreSteps(end, configuration)}`);
    console.log(`Weights SHA-256: ${saved.weightsSha256}`);
    return 0;
  } catch (error) {
    training.close();
    if (!(error instanceof GpuError)) throw error;
    const rescued = error instanceof DeviceLostError ? undefined : await training.rescue().catch(() => undefined);
    const last = training.saved?.path ?? resumedFrom?.path;
    throw new UserError(
      `${sentence(error.message)} ${error.hint}`,
      [
        last === undefined
          ? 'There is no checkpoint yet.'
          : `The last checkpoint is ${shown(last)}; go on from it: ${runner()} train --resume ${shown(runFolder)}`,
        rescued === undefined ? '' : `The weights of this moment are in ${shown(rescued)}.`,
      ].join(' '),
      { cause: error },
    );
  }
}

function endText(end: RunEnd, agent: Dqn, configuration: Configuration, meanReward: number | null): string {
  const { agentSteps, episodes } = agent.counters;
  const frames = (agentSteps * configuration.frameSkip).toLocaleString('en-US');
  const what = { steps: 'Finished', target: 'Solved', stopped: 'Stopped' }[end];
  const mean =
    meanReward === null ? 'no game has ended yet' : `mean reward of the last 100 games ${meanReward.toFixed(2)}`;
  return `${what} after ${agentSteps.toLocaleString('en-US')} steps (${frames} frames), ${episodes} games; ${mean}`;
}

/** A finished run needs a later end to go on. */
function moreSteps(end: RunEnd, { steps }: Configuration): string {
  return end === 'steps' ? ` --steps ${steps * 2}` : '';
}
