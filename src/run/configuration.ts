/**
 * The one configuration: every option of run, environment and agent with its default, unit, range, source and help text.
 * Flags, `--help`, docs/configuration.md and a run's saved configuration are all made from this schema (configurationText.ts,
 * resolve.ts). Leaves out: the presets' values (presets.ts).
 * Sources: Lapan, "Deep Reinforcement Learning Hands-On", chapter 6 ("Lapan"); Mnih et al., Nature 518, 2015 ("Mnih 2015");
 * Mnih et al., NIPS workshop 2013 ("Mnih 2013"); Kingma and Ba, ICLR 2015 ("Kingma 2015"); Machado et al., JAIR 61, 2018 ("Machado 2018").
 */
import { z } from 'zod';
import { variantNames } from '../../kernels/variant.ts';
import type { DqnOptions } from '../agent/options.ts';
import { bankswitchChoices } from '../emulator/cartridge/schemes.ts';
import type { EnvironmentOptions } from '../env/options.ts';
import { presetNames } from './presets.ts';

/** What a reader must know of a field beside its type. */
export interface FieldAbout {
  readonly group: FieldGroup;
  /** What the number counts; absent for names, switches and ratios. */
  readonly unit?: string;
  /** Where the default comes from. */
  readonly source: string;
  /** One sentence without a full stop. */
  readonly help: string;
  /** May be given again when a run is resumed, because it changes nothing of what is learned. */
  readonly resumable?: boolean;
}

export const fieldGroups = ['run', 'environment', 'agent'] as const;
export type FieldGroup = (typeof fieldGroups)[number];

/** What stands beside each field of `configurationSchema`. */
export const fieldAbout = z.registry<FieldAbout>();

function field<T extends z.ZodType>(type: T, fallback: z.output<T>, about: FieldAbout): z.ZodDefault<T> {
  const withDefault = type.default(fallback as never) as z.ZodDefault<T>;
  fieldAbout.add(withDefault, about);
  return withDefault;
}

const run = (help: string, more: Partial<FieldAbout> = {}): FieldAbout => ({
  group: 'run',
  source: 'this project',
  help,
  ...more,
});
const environment = (source: string, help: string, unit?: string): FieldAbout => ({
  group: 'environment',
  source,
  help,
  ...(unit === undefined ? {} : { unit }),
});
const agent = (source: string, help: string, unit?: string): FieldAbout => ({
  ...environment(source, help, unit),
  group: 'agent',
});

const count = (min: number, max: number) => z.int().min(min).max(max);
const probability = z.number().min(0).max(1);
const steps = 'agent steps';
const maxSteps = 1e12;

export const configurationSchema = z.strictObject({
  /** The game's name; the command line's first word and not a flag. */
  game: z.string().min(1),

  preset: field(
    z.enum(presetNames),
    'lapan',
    run('Named set of values that stands in for the defaults; `catch` has `quick` by default'),
  ),
  seed: field(count(0, 0xffffffff), 1, run('Seed of everything random: weights, exploration, sampling, console')),
  steps: field(
    count(0, maxSteps),
    0,
    run('End of the run; 0 for none', { unit: steps, source: 'Lapan', resumable: true }),
  ),
  targetReward: field(
    z.number().min(-1e9).max(1e9).nullable(),
    19.5,
    run('The run ends when the mean reward of the last 100 games is greater; `none` for never', {
      unit: 'points a game',
      source: 'Lapan',
      resumable: true,
    }),
  ),
  rom: field(z.string().min(1).nullable(), null, run('Cartridge image to play instead of the one found by name')),
  gamesFolder: field(z.string().min(1).nullable(), null, run('Folder with cartridge images of your own')),
  bankswitch: field(
    z.enum(bankswitchChoices),
    'auto',
    run("How the cartridge's banks are switched; `auto`: as its size and contents show"),
  ),
  out: field(z.string().min(1), 'runs', run('Folder in which run folders are made')),
  name: field(
    z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
      .max(100)
      .nullable(),
    null,
    run("The run folder's name, letters, digits, `.`, `_` and `-`; `none` for <game>-<preset>-<seed>-<n>"),
  ),
  logEverySeconds: field(
    z.number().min(0.1).max(86_400),
    10,
    run('Time between progress lines where the output is not a terminal', { unit: 'seconds', resumable: true }),
  ),
  metricsEvery: field(
    count(1, maxSteps),
    1_000,
    run('Steps between progress entries in metrics.jsonl', { unit: steps, resumable: true }),
  ),
  checkpointEvery: field(
    count(0, maxSteps),
    50_000,
    run('Steps between checkpoints; 0 for one at the end only', { unit: steps, resumable: true }),
  ),
  keepCheckpoints: field(
    count(1, 1_000),
    2,
    run('Newest checkpoints that are kept', { unit: 'checkpoints', resumable: true }),
  ),
  kernels: field(
    z.enum(['auto', ...variantNames]),
    'auto',
    run('Which shaders run; `auto`: those that are the fastest here by measuring, another name: those, where they can'),
  ),
  replay: field(
    z.enum(['auto', 'host', 'device']),
    'auto',
    run(
      "Where the replay memory's frames lie: in the host's memory or on the GPU; `auto`: on a hardware GPU that has room for them",
      { resumable: true },
    ),
  ),

  frameSkip: field(
    count(1, 60),
    4,
    environment('Mnih 2015', 'Frames for which an action is held; their rewards are summed', 'frames'),
  ),
  maxPool: field(
    z.literal([1, 2]),
    2,
    environment('Mnih 2015', 'Newest frames whose per-pixel maximum is the observation', 'frames'),
  ),
  observationSize: field(
    count(36, 160).multipleOf(2),
    84,
    environment('Mnih 2015', 'Side of the square observation', 'pixels'),
  ),
  resize: field(
    z.enum(['area', 'crop']),
    'crop',
    environment('Lapan', 'area: the whole screen averaged to the square; crop: to 84 x 110, rows 18 to 101 kept'),
  ),
  stack: field(count(1, 16), 4, environment('Mnih 2015', 'Observations in a state', 'observations')),
  stackPadding: field(
    z.enum(['zero', 'repeat']),
    'zero',
    environment('Lapan', "Before an episode's first observation stand black ones, or it is repeated"),
  ),
  randomStarts: field(
    count(0, 10_000),
    0,
    environment(
      'Lapan',
      'At most so many no-op steps, drawn uniformly from 1 up, begin an episode; 0 for none',
      'steps',
    ),
  ),
  fireStart: field(
    z.boolean(),
    true,
    environment('Lapan', 'After a reset press FIRE and then the third action, for games that wait for FIRE'),
  ),
  lifeLossTerminal: field(
    z.boolean(),
    false,
    environment('Lapan', 'Losing a life ends the episode for learning; the game goes on'),
  ),
  rewardClipping: field(
    z.enum(['none', 'clip', 'sign']),
    'none',
    environment('Lapan', 'Rewards for learning: as they are, clipped to -1..1, or their sign'),
  ),
  repeatActionProbability: field(
    probability,
    0,
    environment('Lapan', 'Probability that the console repeats the previous action in a frame (Machado 2018: 0.25)'),
  ),
  actionSet: field(
    z.enum(['minimal', 'full']),
    'minimal',
    environment('Lapan', "The actions that do something in the game, or all 18 of the console's"),
  ),
  maxEpisodeFrames: field(
    count(0, 1e9),
    0,
    environment(
      'Lapan',
      'An episode is cut off after so many frames; 0 for no limit (Machado 2018: 108,000)',
      'frames',
    ),
  ),

  network: field(
    z.enum(['nature', 'nips2013']),
    'nature',
    agent('Lapan', 'nature: three convolutions and 512 units (Mnih 2015); nips2013: two and 256 (Mnih 2013)'),
  ),
  discount: field(probability, 0.99, agent('Lapan', 'Gamma, the weight of the next step’s value')),
  batchSize: field(count(1, 4_096), 32, agent('Lapan', 'Transitions in an update', 'transitions')),
  replayCapacity: field(count(32, 1e8), 10_000, agent('Lapan', 'Transitions kept in the replay memory', 'transitions')),
  replaySampling: field(
    z.enum(['with-replacement', 'without-replacement']),
    'without-replacement',
    agent('Lapan', 'Whether a transition may stand twice in one batch'),
  ),
  learnStart: field(count(1, maxSteps), 10_000, agent('Lapan', 'Steps before the first update', steps)),
  updateEvery: field(count(1, 1e6), 1, agent('Lapan', 'Steps between updates', steps)),
  targetEvery: field(count(1, 1e9), 1_000, agent('Lapan', 'Steps between copies to the target network', steps)),
  epsilonStart: field(probability, 1, agent('Lapan', 'Probability of a random action at the beginning')),
  epsilonEnd: field(probability, 0.02, agent('Lapan', 'Probability of a random action after the decay')),
  epsilonDecaySteps: field(count(0, maxSteps), 100_000, agent('Lapan', 'Steps of the linear decay', steps)),
  epsilonDecayFrom: field(
    z.enum(['start', 'learn-start']),
    'start',
    agent('Lapan', 'Whether the decay begins with the run or with learning'),
  ),
  loss: field(
    z.enum(['squared', 'huber']),
    'squared',
    agent('Lapan', 'Loss of the TD error; huber clips its gradient to -1..1 (Mnih 2015)'),
  ),
  gradient: field(
    z.enum(['mean', 'sum']),
    'mean',
    agent('Lapan', 'Whether a batch’s gradients are averaged or added (Mnih 2015: sum)'),
  ),
  optimiser: field(
    z.enum(['adam', 'rmsprop', 'rmsprop-centred']),
    'adam',
    agent('Lapan', 'Kingma 2015; RMSProp with momentum; or the centred form of Mnih 2015'),
  ),
  learningRate: field(z.number().gt(0).max(10), 1e-4, agent('Lapan', 'Step size of the optimiser')),
  adamBeta1: field(z.number().min(0).lt(1), 0.9, agent('Kingma 2015', "Decay of Adam's mean gradient")),
  adamBeta2: field(z.number().min(0).lt(1), 0.999, agent('Kingma 2015', "Decay of Adam's mean squared gradient")),
  rmspropDecay: field(z.number().min(0).lt(1), 0.95, agent('Mnih 2015', "Decay of RMSProp's running means")),
  rmspropMomentum: field(z.number().min(0).lt(1), 0, agent('Mnih 2015', 'Momentum of the common RMSProp')),
  optimiserEpsilon: field(
    z.number().gt(0).max(1),
    1e-8,
    agent('Kingma 2015', 'Added to the denominator, or under its root in centred RMSProp (Mnih 2015: 0.01)'),
  ),
  storage: field(
    z.enum(['f32', 'f16']),
    'f32',
    agent(
      'this project',
      'What kernels read the weights from: the weights, or a copy of them rounded to f16 (by tiled kernels); all else is f32',
    ),
  ),
});

/** Everything that decides a run. Read-only from the moment it is resolved. */
export type Configuration = Readonly<z.output<typeof configurationSchema>>;

export type FieldName = keyof Configuration;

/** All fields but `game`: those that have a flag. */
export const flagFields = (Object.keys(configurationSchema.shape) as FieldName[]).filter((name) => name !== 'game');

/** What the agent is built from. */
export function agentOptions(configuration: Configuration): DqnOptions {
  const { seed, network, observationSize, stack, stackPadding, discount, batchSize } = configuration;
  const { replayCapacity, replaySampling, learnStart, updateEvery, targetEvery } = configuration;
  const { epsilonStart, epsilonEnd, epsilonDecaySteps, epsilonDecayFrom, loss, gradient } = configuration;
  const { optimiser, learningRate, adamBeta1, adamBeta2, rmspropDecay, rmspropMomentum } = configuration;
  return {
    ...{ seed, network, observationSize, stack, stackPadding, discount, batchSize },
    ...{ replayCapacity, replaySampling, learnStart, updateEvery, targetEvery },
    ...{ epsilonStart, epsilonEnd, epsilonDecaySteps, epsilonDecayFrom, loss, gradient },
    ...{ optimiser, learningRate, adamBeta1, adamBeta2, rmspropDecay, rmspropMomentum },
    ...{ optimiserEpsilon: configuration.optimiserEpsilon, storage: configuration.storage },
  };
}

/** What the environment is built from. */
export function environmentOptions(configuration: Configuration): EnvironmentOptions {
  const { frameSkip, maxPool, observationSize, resize, stack, stackPadding, randomStarts } = configuration;
  const { fireStart, lifeLossTerminal, rewardClipping, repeatActionProbability } = configuration;
  const { actionSet, maxEpisodeFrames } = configuration;
  return {
    ...{ frameSkip, maxPool, observationSize, resize, stack, stackPadding, randomStarts },
    ...{ fireStart, lifeLossTerminal, rewardClipping, repeatActionProbability, actionSet, maxEpisodeFrames },
  };
}
