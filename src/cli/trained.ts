/** What `eval` and `play` share: the flags that name a trained agent, and opening it. */
import { join } from 'node:path';
import type { NamedArray } from '../agent/weights.ts';
import { bankswitchChoices } from '../emulator/cartridge/schemes.ts';
import { UserError } from '../errors.ts';
import { loadWeightsFile } from '../run/checkpoint.ts';
import type { Configuration } from '../run/configuration.ts';
import { openCheckpoint } from '../run/runFolder.ts';
import { hashTensors } from '../run/safetensors.ts';
import { type CartridgeChoice, type ChosenCartridge, loadCartridge, sameCartridge } from '../run/session.ts';
import { choiceFlag, type FlagSpec, integerFlag, numberFlag, type ParsedArguments } from './arguments.ts';

/** An agent that a run left behind, on the cartridge it was trained on. */
export interface TrainedAgent {
  readonly configuration: Configuration;
  readonly cartridge: ChosenCartridge;
  readonly weights: readonly NamedArray[];
  readonly weightsSha256: string;
  /** Agent steps of training behind the weights; null for a file that does not say. */
  readonly agentSteps: number | null;
  /** The file that holds them. */
  readonly weightsPath: string;
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
  { flag: '--epsilon', placeholder: 'N', help: 'Probability of a random action, 0 to 1 [0.05]' },
  { flag: '--seed', placeholder: 'N', help: 'Seed of console and exploration [1]' },
  ...cartridgeFlags,
];

/** The line that says which agent plays. */
export function trainedLine({ weightsPath, agentSteps }: TrainedAgent): string {
  const training = agentSteps === null ? '' : `, ${agentSteps.toLocaleString('en-US')} steps of training`;
  return `Weights: ${weightsPath}${training}`;
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

/** `--epsilon` and `--seed`. Throws UserError. */
export function playFlags(parsed: ParsedArguments): { epsilon: number; seed: number } {
  return {
    epsilon: numberFlag(parsed, '--epsilon', 0.05, 0, 1),
    seed: integerFlag(parsed, '--seed', 1, 0, 0xffffffff),
  };
}

/** Opens the run that `--run` names. Throws UserError when it plays another game or cartridge, or its checkpoint is no good. */
export function openTrained(parsed: ParsedArguments, run: string): TrainedAgent {
  const checkpoint = openCheckpoint(run, { replay: false });
  for (const reason of checkpoint.passedOver) process.stderr.write(`Note: ${reason} The one before it is taken.\n`);
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
    return {
      configuration,
      cartridge,
      weights,
      weightsSha256,
      agentSteps,
      weightsPath: join(path, 'weights.safetensors'),
    };
  }
  const weightsPath = which === 'best' ? join(checkpoint.runFolder, 'best.safetensors') : which;
  const { tensors, metadata } = loadWeightsFile(weightsPath);
  const agentSteps = metadata['agentSteps'] === undefined ? null : Number(metadata['agentSteps']);
  const weightsSha256 = hashTensors(tensors);
  return {
    configuration: checkpoint.configuration,
    cartridge,
    weights: tensors,
    weightsSha256,
    agentSteps,
    weightsPath,
  };
}
