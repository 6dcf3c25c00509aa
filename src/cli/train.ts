/** `bun run train <game>`: trains an agent, or goes on with a run. */
import { mkdirSync } from 'node:fs';
import { UserError } from '../errors.ts';
import { damaged } from '../run/checkpoint.ts';
import type { FieldName } from '../run/configuration.ts';
import { aboutField, flagName } from '../run/configurationText.ts';
import { whileWriting } from '../run/files.ts';
import { beginWith, readInitialWeights } from '../run/initialWeights.ts';
import { readConfigurationFile, resolveConfiguration } from '../run/resolve.ts';
import { createRunFolder, openCheckpoint, recordedAdapter, recordResume, restoreBest } from '../run/runFolder.ts';
import { adapterRecord, loadCartridge, sameCartridge } from '../run/session.ts';
import { isEvaluationDue } from '../run/trainingEvaluation.ts';
import type { Command, ParsedArguments } from './arguments.ts';
import { configurationFlags, configurationFlagsHelp, configurationSpecs } from './configurationFlags.ts';
import { runTraining } from './trainRun.ts';
import { setUpTraining } from './trainSetUp.ts';
import { shown } from './words.ts';

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
  const initial = readInitialWeights(configuration);
  whileWriting(configuration.out, () => mkdirSync(configuration.out, { recursive: true }));
  const { gpu, agent, kernels, actionCount, surroundings } = await setUpTraining(configuration, cartridge, {
    measure: tunes ? 'all' : 'first use',
  });
  if (initial !== undefined) {
    beginWith(agent, configuration, actionCount, initial);
    console.log(`Initial weights: ${shown(initial.path)}`);
  }
  const identity = { title: cartridge.title, md5: cartridge.md5, bytes: cartridge.bytes.length };
  const runFolder = createRunFolder(configuration, {
    cartridge: { ...identity, path: cartridge.path, origin: cartridge.origin },
    adapter: adapterRecord(gpu),
    kernels: kernels.record,
    command: process.argv.slice(2),
  });
  return runTraining(gpu, agent, { configuration, cartridge: identity, runFolder, ...surroundings });
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
  const hasDoneAll = configuration.steps > 0 && agentSteps >= configuration.steps;
  if (hasDoneAll && !isEvaluationDue(configuration, agentSteps, checkpoint.run.histories)) {
    throw new UserError(
      `The run in ${path} has done its ${configuration.steps.toLocaleString('en-US')} steps.`,
      `Go further with --steps ${2 * agentSteps}, or --steps 0 for no end.`,
    );
  }
  const cartridge = loadCartridge(configuration);
  sameCartridge(cartridge, checkpoint.cartridge, path);
  const { gpu, agent, kernels, surroundings } = await setUpTraining(configuration, cartridge, {
    recorded: checkpoint.kernels,
  });
  try {
    await agent.replay.restore(checkpoint.replayHeader, checkpoint.replayChunks);
    agent.restore(checkpoint.agent);
  } catch (error) {
    // Checksums are right, so another version of this program wrote what does not fit.
    if (error instanceof RangeError) throw damaged(checkpoint.path, error.message);
    throw error;
  }
  const adapter = adapterRecord(gpu);
  const { runFolder } = checkpoint;
  if (!Bun.deepEquals(recordedAdapter(runFolder), adapter)) {
    console.log('Note: the run began on another adapter; from here on it differs from one that stays there.');
  }
  restoreBest(checkpoint);
  recordResume(runFolder, agentSteps, { adapter, kernels: kernels.record, command: process.argv.slice(2) });
  console.log(`Resumed from: ${shown(checkpoint.path)} (${agentSteps.toLocaleString('en-US')} steps)`);
  const identity = checkpoint.cartridge;
  return runTraining(gpu, agent, {
    configuration,
    cartridge: identity,
    runFolder,
    ...surroundings,
    resumedFrom: checkpoint,
  });
}
