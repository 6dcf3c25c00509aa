/** What `eval` and `play` share: the flags that name a trained agent, and opening it. */
import { join } from 'node:path';
import type { NamedArray } from '../agent/weights.ts';
import { bankswitchChoices } from '../emulator/cartridge/schemes.ts';
import { UserError } from '../errors.ts';
import { ownImagePath } from '../games/library.ts';
import { listCheckpoints, loadWeightsFile } from '../run/checkpoint.ts';
import type { Configuration } from '../run/configuration.ts';
import { openPretrained, type PretrainedScore } from '../run/pretrained.ts';
import { summarizeRun } from '../run/reading/runReader.ts';
import { openCheckpoint } from '../run/runFolder.ts';
import { type CartridgeChoice, type ChosenCartridge, loadCartridge, sameCartridge } from '../run/session.ts';
import { hashTensors } from '../run/tensorHash.ts';
import { choiceFlag, type FlagSpec, integerFlag, numberFlag, type ParsedArguments } from './arguments.ts';

/** An agent that a run left behind or that ships with the project, on the cartridge it was trained on. */
export interface TrainedAgent {
  readonly configuration: Configuration;
  readonly cartridge: ChosenCartridge;
  readonly weights: readonly NamedArray[];
  readonly weightsSha256: string;
  /** Agent steps of training behind the weights; null for a file that does not say. */
  readonly agentSteps: number | null;
  /** The file that holds them. */
  readonly weightsPath: string;
  /** The folder of the run; null for what ships with the project. */
  readonly run: string | null;
  /** What is known of its play. */
  readonly score?: PretrainedScore;
}

export const cartridgeFlags: readonly FlagSpec[] = [
  { flag: '--rom', placeholder: 'FILE', help: 'Cartridge image to play instead of the one found by name' },
  { flag: '--games-folder', placeholder: 'DIR', help: 'Folder with cartridge images of your own' },
  { flag: '--bankswitch', placeholder: 'NAME', help: `How its banks are switched: ${bankswitchChoices.join(', ')}` },
];

export const trainedFlags: readonly FlagSpec[] = [
  { flag: '--run', placeholder: 'DIR', help: "A run's folder, or one of its checkpoints" },
  {
    flag: '--weights',
    placeholder: 'NAME',
    help: 'last (the checkpoint), best (highest mean reward) or a .safetensors file [last]',
  },
  { flag: '--pretrained', help: 'The trained weights that ship with the project, in place of --run' },
  { flag: '--epsilon', placeholder: 'N', help: "Probability of a random action, 0 to 1 [the run's evaluationEpsilon]" },
  { flag: '--seed', placeholder: 'N', help: 'Seed of console and exploration [1]' },
  ...cartridgeFlags,
];

/** The line that says which agent plays. */
export function trainedLine({ weightsPath, agentSteps, score }: TrainedAgent): string {
  const training = agentSteps === null ? '' : `, ${agentSteps.toLocaleString('en-US')} steps of training`;
  const reward =
    score === undefined
      ? ''
      : `, mean reward ${score.meanReward.toFixed(2)} of ${score.episodes} games at epsilon ${score.epsilon}`;
  return `Weights: ${weightsPath}${training}${reward}`;
}

const anyCartridge: CartridgeChoice = { rom: null, gamesFolder: null, bankswitch: 'auto' };

/** `--rom`, `--games-folder` and `--bankswitch`, as in `otherwise` where not given. Throws UserError. */
export function cartridgeChoice(parsed: ParsedArguments, otherwise = anyCartridge): CartridgeChoice {
  const { rom, gamesFolder, bankswitch } = otherwise;
  return {
    rom: parsed.flags.get('--rom') ?? rom,
    gamesFolder: parsed.flags.get('--games-folder') ?? gamesFolder,
    bankswitch: choiceFlag(parsed, '--bankswitch', bankswitchChoices, bankswitch),
  };
}

/** `--epsilon`, undefined where not given, and `--seed`. Throws UserError. */
export function playFlags(parsed: ParsedArguments): { epsilon: number | undefined; seed: number } {
  return {
    epsilon: parsed.flags.has('--epsilon') ? numberFlag(parsed, '--epsilon', 0, 0, 1) : undefined,
    seed: integerFlag(parsed, '--seed', 1, 0, 0xffffffff),
  };
}

/**
 * The agent that `--run` or `--pretrained` names; undefined where neither is given. `note` is told of checkpoints that cannot be used and are
 * newer. Throws UserError.
 */
export function openTrained(
  parsed: ParsedArguments,
  note: (text: string) => void = (text) => process.stderr.write(`Note: ${text}\n`),
): TrainedAgent | undefined {
  const run = parsed.flags.get('--run');
  if (parsed.flags.has('--pretrained')) {
    for (const flag of ['--run', '--weights']) {
      if (!parsed.flags.has(flag)) continue;
      throw new UserError(`--pretrained and ${flag} exclude each other.`, 'Leave one of them out.');
    }
    const [game] = parsed.positionals;
    if (game === undefined) throw new UserError('No game is named.', 'For example: bun run play pong --pretrained');
    return openShipped(parsed, game);
  }
  return run === undefined ? undefined : openOfRun(parsed, run, note);
}

/** On the cartridge it was trained on, whichever one has the game's name. */
function openShipped(parsed: ParsedArguments, game: string): TrainedAgent {
  const { cartridge: trained, ...agent } = openPretrained(game);
  const rom = ownImagePath(trained.md5) ?? null;
  const cartridge = loadCartridge({ game, ...cartridgeChoice(parsed, { ...anyCartridge, rom }) });
  sameCartridge(cartridge, trained, agent.weightsPath);
  return { ...agent, cartridge, run: null };
}

/** The run is under way and has come to no checkpoint yet. */
export function awaitsFirstCheckpoint(run: string): boolean {
  return listCheckpoints(run).length === 0 && summarizeRun(run)?.state === 'running';
}

/** Throws UserError when the run plays another game or cartridge, or its checkpoint is no good. */
function openOfRun(parsed: ParsedArguments, run: string, note: (text: string) => void): TrainedAgent {
  if (awaitsFirstCheckpoint(run)) {
    throw new UserError(
      `The run in ${run} has not come to its first checkpoint yet.`,
      'Wait for it: `bun run runs` says how far it is, and --checkpoint-every of its configuration when one is due.',
    );
  }
  const checkpoint = openCheckpoint(run, { replay: false });
  for (const reason of checkpoint.passedOver) note(`${reason} The one before it is taken.`);
  const { game } = checkpoint.configuration;
  const wanted = parsed.positionals[0] ?? game;
  if (wanted !== game)
    throw new UserError(`The run in ${run} plays ${game}, not ${wanted}.`, `Give ${game} as the game.`);
  const cartridge = loadCartridge({ game, ...cartridgeChoice(parsed, checkpoint.configuration) });
  sameCartridge(cartridge, checkpoint.cartridge, run);
  const which = parsed.flags.get('--weights') ?? 'last';
  if (which === 'last') {
    const { configuration, weights, weightsSha256, agent, path } = checkpoint;
    const { agentSteps } = agent.counters;
    const weightsPath = join(path, 'weights.safetensors');
    return { configuration, cartridge, weights, weightsSha256, agentSteps, weightsPath, run };
  }
  const weightsPath = which === 'best' ? join(checkpoint.runFolder, 'best.safetensors') : which;
  const { tensors, metadata } = loadWeightsFile(weightsPath);
  const agentSteps = metadata['agentSteps'] === undefined ? null : Number(metadata['agentSteps']);
  const weightsSha256 = hashTensors(tensors);
  const { configuration } = checkpoint;
  return { configuration, cartridge, weights: tensors, weightsSha256, agentSteps, weightsPath, run };
}
