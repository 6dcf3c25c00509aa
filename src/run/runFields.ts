/** The configuration's fields that concern a run as a whole. */
import { z } from 'zod';
import { variantNames } from '../../kernels/variant.ts';
import { bankswitchChoices } from '../emulator/cartridge/schemes.ts';
import { count, field, maxSteps, probability, run, steps } from './field.ts';
import { presetNames } from './presets.ts';
import { protocolNames } from './protocols.ts';

export const runFields = {
  preset: field(
    z.enum(presetNames),
    'lapan',
    run('Named set of values that stands in for the defaults; `bun run presets` prints them side by side'),
  ),
  protocol: field(
    z.enum(protocolNames),
    'as-preset',
    run("Environment and evaluation of a published protocol in place of the preset's; combines with any preset"),
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
  keep: field(count(1, 1_000), 2, run('Newest checkpoints that are kept', { unit: 'checkpoints', resumable: true })),
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
  evaluateEvery: field(
    count(0, maxSteps),
    0,
    run('Steps between evaluations, none before learning has started; 0 for none', {
      unit: steps,
      source: 'Lapan',
    }),
  ),
  evaluateSteps: field(
    count(0, maxSteps),
    0,
    run('Length of an evaluation; its unfinished last game is dropped; 0: --evaluate-episodes games instead', {
      unit: steps,
    }),
  ),
  evaluateEpisodes: field(
    count(1, 1e6),
    10,
    run('Whole games of an evaluation, where it has no steps', { unit: 'games' }),
  ),
  evaluationEpsilon: field(
    probability,
    0.05,
    run('Probability of a random action in an evaluation', { source: 'Mnih 2015' }),
  ),
  validationSize: field(
    count(0, 100_000),
    0,
    run('Transitions, drawn once when learning starts, whose value and TD error each evaluation reports; 0 for none', {
      unit: 'transitions',
    }),
  ),
  best: field(
    z.enum(['training', 'evaluation']),
    'training',
    run(
      'Which mean makes the best network: of the last 100 games of training, or of an evaluation; bare: --initial-best',
      {
        source: 'Lapan',
      },
    ),
  ),
  layerStatistics: field(
    z.boolean(),
    false,
    run('Progress reports mean and largest absolute weight and gradient of each layer', { resumable: true }),
  ),
  gameLineEvery: field(
    count(0, 1e9),
    1,
    run('Games between lines that tell of a game; 0 for none', {
      unit: 'games',
      source: 'Lapan',
      resumable: true,
    }),
  ),
  recordEvery: field(
    count(0, 1e9),
    0,
    run('Games between those that are recorded as GIFs; 0 for none', { unit: 'games', resumable: true }),
  ),
  recordEvaluations: field(
    z.boolean(),
    true,
    run('Each evaluation records the first minute of its first game as a GIF', { resumable: true }),
  ),
  liveEverySeconds: field(
    z.number().min(0).max(3_600),
    0.1,
    run('Time between the moments of play that the run shows in live.bin, for the dashboard; 0 for none', {
      unit: 'seconds',
      resumable: true,
    }),
  ),
  tensorboard: field(
    z.boolean(),
    true,
    run('TensorBoard event files in the run folder: curves, weights, evaluated games', { resumable: true }),
  ),
  checkpointEveryGames: field(
    count(0, 1e9),
    0,
    run('Games between checkpoints, beside those by steps; 0 for none', { unit: 'games', resumable: true }),
  ),
  initialWeights: field(
    z.string().min(1).nullable(),
    null,
    run(
      'Weights to begin with: a .safetensors file or a run folder; `none` for random ones. `--network FILE` is the same',
    ),
  ),
  initialBest: field(z.boolean(), false, run('Begin with the best weights of that run folder, not with its last ones')),
};
