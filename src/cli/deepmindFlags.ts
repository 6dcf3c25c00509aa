/**
 * The options of DeepMind's program by their own names, so that a published line can be pasted: `-actrep 4`, `-agent_params "lr=0.00025"`.
 * Each becomes a field of the configuration, is accepted with a line that says what became of it, or is refused where leaving it out would
 * change what is learned. What the line does not name has the value of the preset, that of the published run, and not the default of that
 * program's code. Leaves out: what the options that are flags of ours, too, mean (configurationFlags.ts).
 * Source: the options of the published program of Mnih et al., Nature 518, 2015; names and meanings only.
 */
import { UserError } from '../errors.ts';
import { configurationSchema, type FieldName } from '../run/configuration.ts';
import { fieldKind, fieldRange, flagName } from '../run/configurationText.ts';
import { didYouMean, type LooseConfiguration } from '../run/resolve.ts';
import { wrapped } from '../run/wrapped.ts';
import type { FlagSpec, ParsedArguments } from './arguments.ts';
import { networkValues } from './networkFlag.ts';

/** What an option says. */
interface Taken {
  readonly values?: LooseConfiguration;
  /** Where it sets nothing, what became of it. */
  readonly line?: string;
}

/** Reads an option's text; `written` is how messages name the option. Throws UserError. */
type Option = (text: string, written: string) => Taken;

/** A field of ours. `words` are texts with a meaning of their own; `also` what the option decides besides. */
const sets =
  (name: FieldName, words: Readonly<Record<string, unknown>> = {}, also: LooseConfiguration = {}): Option =>
  (text, written) => {
    const isNumber = /^[-+]?[.\d]/.test(text) && Number.isFinite(Number(text));
    const value = Object.hasOwn(words, text) ? words[text] : isNumber ? Number(text) : text;
    if (configurationSchema.shape[name].safeParse(value).success) return { values: { ...also, [name]: value } };
    const range =
      Object.keys(words).length > 0 && fieldKind(name).type !== 'number'
        ? Object.keys(words).join(', ')
        : fieldRange(name);
    throw new UserError(`${written} (${flagName(name)}): "${text}" is not allowed; allowed: ${range}.`);
  };

/** Accepted and without a meaning here. */
const idle =
  (why: string): Option =>
  (text, written) => ({ line: `${written} ${text}: ${why}` });

/** Only these texts will do: anything else would have to be ignored, and would change what is learned. */
const only =
  (allowed: readonly string[], why: string, taken: Taken = {}): Option =>
  (text, written) => {
    if (allowed.includes(text)) return taken;
    throw new UserError(`${written}: "${text}" is not supported: ${why}.`, `Allowed: ${allowed.join(', ')}.`);
  };

/** Several options in one text; `options` by name. */
const table =
  (options: Readonly<Record<string, Option>>): Option =>
  (text, written) => {
    const values: LooseConfiguration = {};
    const lines: string[] = [];
    for (const [key, value] of entriesOf(text, written)) {
      if (!Object.hasOwn(options, key)) {
        const names = Object.keys(options);
        throw new UserError(
          `${written} has no option ${key}.${didYouMean(key, names)}`,
          `Options: ${names.join(', ')}.`,
        );
      }
      const taken = options[key](value, `${written} ${key}`);
      Object.assign(values, taken.values);
      if (taken.line !== undefined) lines.push(taken.line);
    }
    return { values, ...(lines.length === 0 ? {} : { line: lines.join('\n') }) };
  };

const yesOrNo = { 1: true, true: true, 0: false, false: false, nil: false };
const preprocessing = 'net_downsample_2x_full_y';
const preprocessedSide = 84;

const agentParameters: Readonly<Record<string, Option>> = {
  lr: sets('learningRate'),
  lr_end: sets('learningRateEnd'),
  lr_endt: sets('learningRateDecaySteps'),
  ep: sets('epsilonStart'),
  ep_end: sets('epsilonEnd'),
  ep_endt: sets('epsilonDecaySteps'),
  discount: sets('discount'),
  hist_len: sets('stack'),
  histType: sets('historyType'),
  histSpacing: sets('historySpacing'),
  learn_start: sets('learnStart'),
  replay_memory: sets('replayCapacity'),
  update_freq: sets('updateEvery'),
  n_replay: sets('updatesAtOnce'),
  minibatch_size: sets('batchSize'),
  rescale_r: sets('rescaleRewards', yesOrNo),
  min_reward: sets('minReward', {}, { rewardClipping: 'clip' }),
  max_reward: sets('maxReward', {}, { rewardClipping: 'clip' }),
  clip_delta: sets('clipDelta', { nil: null, false: null }),
  target_q: sets('targetEvery'),
  bufferSize: sets('replayBuffer'),
  valid_size: sets('validationSize'),
  wc: sets('weightCost'),
  nonTermProb: sets('nonTerminalProbability'),
  nonEventProb: sets('nonEventProbability'),
  zeroFrames: sets('stackPadding', { 1: 'zero', 0: 'previous' }),
  network: (text, written) => ({
    values: text === 'convnet_atari3' ? { network: 'nature-padded' } : networkValues(text, written),
  }),
  preproc: only([preprocessing], 'frames are the luminance of the whole screen, scaled by areas', {
    values: { resize: 'area', crop: 'none', observationSize: preprocessedSide },
  }),
  state_dim: (text, written) => {
    if (Number(text) === preprocessedSide ** 2) return { values: { observationSize: preprocessedSide } };
    throw new UserError(
      `${written} (--observation-size): "${text}" does not fit frames of ${preprocessedSide} x ${preprocessedSide} pixels, ` +
        `${preprocessedSide ** 2} values.`,
      'Leave it out and give --observation-size for another side.',
    );
  },
  ncols: only(['1'], 'observations have one channel, the luminance'),
  gpu: idle('not needed; `bun run doctor` says which adapter a run takes'),
  best: sets('initialBest', yesOrNo),
  verbose: idle('not needed; --log-every-seconds and --game-line-every say what is printed'),
};

/** DeepMind's names of options that are flags of ours, too. */
export const sharedOptions: Readonly<Partial<Record<FieldName, string>>> = {
  ...{ steps: 'steps', seed: 'seed', name: 'name', network: 'network', best: 'best', randomStarts: 'random_starts' },
};

/** By DeepMind's names. */
const runOptions: Readonly<Record<string, Option>> = {
  framework: only(['alewrap'], 'the console is our own, in the place of alewrap', {
    line: '-framework alewrap: not needed; the console is our own',
  }),
  env: (text) => ({ values: { game: text } }),
  env_params: table({ useRGB: only(['true', '1'], 'the luminance is that of the RGB screen') }),
  game_path: idle('not needed; cartridges are found by name, --games-folder names a folder of them'),
  agent: only(['NeuralQLearner'], 'that is the agent here', {
    line: '-agent NeuralQLearner: not needed; that is the agent here',
  }),
  agent_params: table(agentParameters),
  actrep: sets('frameSkip'),
  pool_frms: table({ type: only(['max'], 'frames are pooled by their maximum'), size: sets('maxPool') }),
  prog_freq: sets('metricsEvery'),
  eval_freq: sets('evaluateEvery'),
  eval_steps: sets('evaluateSteps'),
  save_freq: sets('checkpointEvery'),
  save_versions: idle('not needed; --keep says how many checkpoints stay'),
  saveNetworkParams: idle('not needed; every checkpoint has the weights in a file of their own'),
  gpu: agentParameters['gpu'],
  threads: idle('not needed; the work is done by the GPU, or by the adapter that stands in for one'),
  verbose: agentParameters['verbose'],
};

/** All options as flags: `--agent-params`, and as DeepMind writes it, `-agent_params`. */
export const deepmindSpecs: readonly FlagSpec[] = Object.keys(runOptions).map((name) => ({
  flag: deepmindFlag(name),
  placeholder: 'VALUE',
  help: "an option of DeepMind's program",
  aliases: deepmindSpellings(name),
}));

/** How else DeepMind's option `name` may be written than `--kebab-case`. */
export function deepmindSpellings(name: string): string[] {
  const spellings = [`-${name}`, `--${name}`, deepmindFlag(name).slice(1)];
  return [...new Set(spellings)].filter((spelling) => spelling !== deepmindFlag(name));
}

/** The fields that these options set, the game with them, and a line for each that sets none; undefined where there is none of them. */
export function deepmindFlags(
  parsed: ParsedArguments,
): { values: LooseConfiguration; lines: readonly string[] } | undefined {
  const given = Object.keys(runOptions).filter((name) => parsed.flags.has(deepmindFlag(name)));
  if (given.length === 0) return undefined;
  const taken = given.map((name) => runOptions[name](parsed.flags.get(deepmindFlag(name)) ?? '', `-${name}`));
  return {
    values: Object.assign({}, ...taken.map(({ values }) => values)),
    lines: taken.flatMap(({ line }) => line?.split('\n') ?? []),
  };
}

/** The lines of `--help` about these options, of `width` characters. */
export function deepmindHelp(width = 120): string[] {
  const texts = [
    [...Object.values(sharedOptions), ...Object.keys(runOptions)].map((name) => `-${name}`).join(', '),
    `-agent_params "lr=0.00025,…" of ${Object.keys(agentParameters).join(', ')}`,
    'With any that only DeepMind has, the preset is deepmind where none is named. Flags of ours are stronger.',
  ];
  const lines = texts.flatMap((text) => wrapped(text, width - 2).map((line) => `  ${line}`));
  return ['', "DeepMind's options, as given (-eval_freq) or with two dashes (--eval-freq):", ...lines];
}

function deepmindFlag(name: string): string {
  return `--${name.replaceAll('_', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The pairs of a Lua table's inside: `lr=0.1,network="x"`. */
function entriesOf(text: string, written: string): [string, string][] {
  const entries: [string, string][] = [];
  const pair = /\s*([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s,;"']+))\s*(?:[,;]|$)/y;
  while (pair.lastIndex < text.trimEnd().length) {
    const from = pair.lastIndex;
    const match = pair.exec(text);
    if (match === null) {
      throw new UserError(
        `${written}: "${text.slice(from)}" is no list of options.`,
        `Written as: ${written} "a=1,b=2".`,
      );
    }
    entries.push([match[1], match[2] ?? match[3] ?? match[4]]);
  }
  return entries;
}
