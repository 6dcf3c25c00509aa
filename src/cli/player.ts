/** Who plays, for `play`, `watch` and `record`: a trained agent or random actions, on a cartridge, in an environment. */
import { describeAdapter } from '../../kernels/runtime/adapter.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import type { Policy } from '../agent/policy.ts';
import type { NamedArray } from '../agent/weights.ts';
import { UserError } from '../errors.ts';
import { type Configuration, environmentOptions } from '../run/configuration.ts';
import { evaluationEnvironment, type GreedyPolicy, Play } from '../run/evaluation.ts';
import { pretrainedGames } from '../run/pretrained.ts';
import { resolveConfiguration } from '../run/resolve.ts';
import {
  type ChosenCartridge,
  cartridgeLines,
  loadCartridge,
  type OpenEnvironment,
  type OpenPolicy,
  openEnvironment,
  openPolicy,
} from '../run/session.ts';
import { type FlagSpec, integerFlag, type ParsedArguments } from './arguments.ts';
import { cartridgeChoice, openTrained, playFlags, type TrainedAgent, trainedLine } from './trained.ts';

export interface Player {
  readonly cartridge: ChosenCartridge;
  readonly configuration: Configuration;
  /** Absent for random play, which needs no GPU. */
  readonly trained?: TrainedAgent;
  readonly gpu?: Gpu;
}

/** A player at its console. */
export interface Seat extends OpenEnvironment {
  readonly play: Play;
  readonly epsilon: number;
  readonly frameSkip: number;
  /** Absent for random play. */
  readonly policy?: OpenPolicy;
}

export interface SeatOptions {
  /** Null: random play; default: the player's own. */
  readonly weights?: readonly NamedArray[] | null | undefined;
  /** What plays by the policy, in its place. */
  readonly through?: (policy: Policy, actionCount: number) => GreedyPolicy;
  /** The policy values every state; default: no. */
  readonly valuesAll?: boolean;
}

export const presetFlag: FlagSpec = {
  flag: '--preset',
  placeholder: 'NAME',
  help: 'Whose environment random play takes place in [as training]',
};
export const randomFlag: FlagSpec = { flag: '--random', help: 'Random actions, also where trained weights ship' };

/** The player that the flags name, random play where they name none; `print` is told what it is. Throws UserError. */
export async function choosePlayer(parsed: ParsedArguments, print: (line: string) => void): Promise<Player> {
  // A bad value is refused before anything is opened.
  playFlags(parsed);
  const trained = openTrained(parsed);
  if (trained === undefined) return randomPlayer(parsed, print);
  if (parsed.flags.has('--preset')) throw new UserError('--preset is for random play.', 'A run has its own.');
  const { cartridge, configuration } = trained;
  for (const line of cartridgeLines(cartridge)) print(line);
  const gpu = await openGpu();
  print(`Adapter: ${await describeAdapter(gpu)}`);
  print(trainedLine(trained));
  return { cartridge, configuration, trained, gpu };
}

/**
 * The words as if `--pretrained` stood there, where they name no player and the game has weights that ship. Throws UserError where
 * `--random` and an agent are named.
 */
export function withShipped(parsed: ParsedArguments, print: (line: string) => void): ParsedArguments {
  const given = ['--run', '--pretrained', '--rom', '--preset', '--weights'].filter((flag) => parsed.flags.has(flag));
  const agent = given.find((flag) => flag === '--run' || flag === '--pretrained');
  if (parsed.flags.has('--random')) {
    if (agent === undefined) return parsed;
    throw new UserError(`--random and ${agent} exclude each other.`, 'Leave one of them out.');
  }
  const [game] = parsed.positionals;
  if (given.length > 0 || game === undefined || !pretrainedGames().includes(game)) return parsed;
  print(`The weights that ship for ${game} play; --run DIR names others, --random plays without.`);
  return { ...parsed, flags: new Map([...parsed.flags, ['--pretrained', undefined]]) };
}

function randomPlayer(parsed: ParsedArguments, print: (line: string) => void): Player {
  for (const flag of ['--weights', '--epsilon']) {
    if (!parsed.flags.has(flag)) continue;
    throw new UserError(`${flag} needs a trained agent.`, 'Name one with --run DIR, or --pretrained.');
  }
  const [game] = parsed.positionals;
  if (game === undefined) {
    throw new UserError('No game is named; `bun run roms` lists them all.', 'For example pong, catch or bricks.');
  }
  const cartridge = loadCartridge({ game, ...cartridgeChoice(parsed) });
  for (const line of cartridgeLines(cartridge)) print(line);
  print('Player: random actions');
  const preset = parsed.flags.get('--preset');
  // The default asks for FIRE, which a game need not have.
  const flags = preset === undefined ? { fireStart: 'off' } : { preset };
  return { cartridge, configuration: resolveConfiguration({ game, flags }) };
}

/** A console for the player, with `--epsilon` and `--seed`; `print` is told of the kernels. Throws UserError. */
export async function seat(
  player: Player,
  parsed: ParsedArguments,
  print: (line: string) => void,
  { weights = player.trained?.weights, through = (policy) => policy, valuesAll = false }: SeatOptions = {},
): Promise<Seat> {
  const { configuration, cartridge, gpu } = player;
  const { epsilon: given, seed } = playFlags(parsed);
  const options = evaluationEnvironment(environmentOptions(configuration));
  const opened = openEnvironment(cartridge, options, seed);
  const { frameSkip } = options;
  const trained = gpu !== undefined && weights !== undefined && weights !== null;
  const epsilon = trained ? (given ?? configuration.evaluationEpsilon) : 1;
  const { actionCount } = opened.environment;
  const policy = trained ? await openPolicy(gpu, configuration, actionCount, weights) : undefined;
  for (const line of policy?.lines ?? []) print(line);
  const greedy = policy === undefined ? undefined : through(policy.policy, actionCount);
  const play = new Play(opened.environment, greedy, { ...configuration, epsilon, seed, valuesAll });
  return { ...opened, play, epsilon, frameSkip, ...(policy === undefined ? {} : { policy }) };
}

/** `--frames` or `--episodes`; undefined where neither is given. Throws UserError. */
export function playLength(parsed: ParsedArguments): { frames?: number; episodes?: number } | undefined {
  if (parsed.flags.has('--episodes')) {
    if (parsed.flags.has('--frames')) {
      throw new UserError('--frames and --episodes exclude each other.', 'Leave one of them out.');
    }
    return { episodes: integerFlag(parsed, '--episodes', 1, 1, 1_000_000) };
  }
  return parsed.flags.has('--frames') ? { frames: integerFlag(parsed, '--frames', 1, 1, 1_000_000) } : undefined;
}
