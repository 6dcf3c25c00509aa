/** DeepMind's options by their own names: the published line is the preset, each option reaches its field, and mistakes name both. */
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandHelp, parseCommandLine } from '../../src/cli/arguments.ts';
import {
  configurationFlags,
  configurationFlagsHelp,
  configurationSpecs,
  type GivenConfiguration,
} from '../../src/cli/configurationFlags.ts';
import { deepmindSpecs } from '../../src/cli/deepmindFlags.ts';
import { UserError } from '../../src/errors.ts';
import { type Configuration, flagFields } from '../../src/run/configuration.ts';
import { flagName } from '../../src/run/configurationText.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';

const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-deepmind-'));
afterAll(() => rmSync(folder, { recursive: true }));

const spec = {
  ...{ name: 'train', summary: 'Train.', positionals: ['game'], flags: [], moreFlags: configurationSpecs },
  ...{ helpLines: configurationFlagsHelp, examples: [] },
};

const given = (...words: string[]): GivenConfiguration => configurationFlags(parseCommandLine(spec, words));

/** With pong as the game where the words name none. */
function resolved(...words: string[]): Configuration {
  return resolveConfiguration({ game: 'pong', ...given(...words) });
}

function complaint(...words: string[]): string {
  try {
    resolved(...words);
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.hint}`;
    throw error;
  }
  throw new Error(`nothing was wrong with ${words.join(' ')}`);
}

const agentParameters =
  'lr=0.00025,ep=1,ep_end=0.1,ep_endt=1000000,discount=0.99,hist_len=4,learn_start=50000,replay_memory=1000000,update_freq=4,n_replay=1,' +
  'network="convnet_atari3",preproc="net_downsample_2x_full_y",state_dim=7056,minibatch_size=32,rescale_r=1,ncols=1,bufferSize=512,' +
  'valid_size=500,target_q=10000,clip_delta=1,min_reward=-1,max_reward=1';

/** The line of the published run, word by word. */
const published = [
  ...['-framework', 'alewrap', '-game_path', './roms/', '-env', 'pong', '-env_params', 'useRGB=true'],
  ...['-agent', 'NeuralQLearner', '-agent_params', agentParameters],
  ...[
    '-steps',
    '50000000',
    '-eval_freq',
    '250000',
    '-eval_steps',
    '125000',
    '-prog_freq',
    '10000',
    '-save_freq',
    '125000',
  ],
  ...[
    '-actrep',
    '4',
    '-gpu',
    '0',
    '-random_starts',
    '30',
    '-pool_frms',
    'type="max",size=2',
    '-seed',
    '1',
    '-threads',
    '4',
  ],
];

describe('the published line', () => {
  const preset = resolveConfiguration({ game: 'pong', flags: { preset: 'deepmind' } });

  test('is the preset deepmind in every field', () => {
    expect(resolved(...published)).toEqual(preset);
  });

  test('says the same by itself: over another preset, only what it has no option for differs', () => {
    const over = resolved(...published, '--preset', 'graetz');
    const differing = flagFields.filter((name) => over[name] !== preset[name]);
    // Options that the line leaves out, and quirks of the program without an option.
    const run = 'best checkpointEveryGames evaluationEpsilon gameLineEvery layerStatistics preset recordEvery';
    const environment =
      'actionSet afterLifeLoss lifeLoss lifeLossBreaksSkip maxEpisodeSteps randomStartForm repeatActionProbability stackPadding';
    const learning =
      'doubleDqn gradient initialisation loss optimiser optimiserEpsilon replayGuard targetPhase updateOrder';
    const exploration = 'epsilonFinal epsilonFinalStep greedyTies';
    const left = [run, environment, learning, exploration].flatMap((names) => names.split(' '));
    expect([...differing].sort() as string[]).toEqual(left.sort());
  });

  test('names the game, and each word that does nothing has a line', () => {
    const { game, impliedPreset, lines } = given(...published);
    expect([game, impliedPreset]).toEqual(['pong', 'deepmind']);
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      '-framework alewrap',
      '-game_path ./roms/',
      '-agent NeuralQLearner',
      '-gpu 0',
      '-threads 4',
    ]);
  });

  test('with two dashes and with dashes between is the same', () => {
    const dashed = published.map((word) => (word.startsWith('-') ? `-${word.replaceAll('_', '-')}` : word));
    expect(dashed).toContain('--agent-params');
    expect(given(...dashed)).toEqual(given(...published));
  });

  test('is weaker than flags of ours, and needs no preset of its own', () => {
    expect(resolved(...published, '--learning-rate', '0.1').learningRate).toBe(0.1);
    expect(resolved('--preset', 'lapan', ...published).preset).toBe('lapan');
    expect(resolved('-actrep', '3')).toMatchObject({ preset: 'deepmind', frameSkip: 3, batchSize: 32 });
    expect(given('-steps', '5', '-seed', '2', '-name', 'x')).toEqual({
      flags: { steps: 5, seed: 2, name: 'x' },
      lines: [],
    });
  });

  test("a file's preset is stronger than the implied one", () => {
    const file = { path: 'x.json', values: { preset: 'dopamine' } };
    expect(resolveConfiguration({ game: 'pong', ...given('-actrep', '3'), file })).toMatchObject({
      ...{ preset: 'dopamine', frameSkip: 3 },
    });
  });
});

describe('each option reaches its field', () => {
  test.each([
    ['-actrep', '3', { frameSkip: 3 }],
    ['-random_starts', '2', { randomStarts: 2 }],
    ['-pool_frms', 'size=1', { maxPool: 1 }],
    ['-prog_freq', '7', { metricsEvery: 7 }],
    ['-eval_freq', '7', { evaluateEvery: 7 }],
    ['-eval_steps', '7', { evaluateSteps: 7 }],
    ['-save_freq', '7', { checkpointEvery: 7 }],
    ['-agent_params', 'lr=.5', { learningRate: 0.5 }],
    ['-agent_params', 'lr_end=1e-5', { learningRateEnd: 1e-5 }],
    ['-agent_params', 'lr_endt=7', { learningRateDecaySteps: 7 }],
    ['-agent_params', 'ep=.5', { epsilonStart: 0.5 }],
    ['-agent_params', 'ep_end=.2', { epsilonEnd: 0.2 }],
    ['-agent_params', 'ep_endt=7', { epsilonDecaySteps: 7 }],
    ['-agent_params', 'discount=.5', { discount: 0.5 }],
    ['-agent_params', 'hist_len=3', { stack: 3 }],
    ['-agent_params', 'histType="exp1.25"', { historyType: 'exp1.25' }],
    ['-agent_params', "histType='exp2'", { historyType: 'exp2' }],
    ['-agent_params', 'histSpacing=2', { historySpacing: 2 }],
    ['-agent_params', 'learn_start=99', { learnStart: 99 }],
    ['-agent_params', 'replay_memory=999', { replayCapacity: 999 }],
    ['-agent_params', 'update_freq=7', { updateEvery: 7 }],
    ['-agent_params', 'n_replay=7', { updatesAtOnce: 7 }],
    ['-agent_params', 'minibatch_size=64', { batchSize: 64 }],
    ['-agent_params', 'rescale_r=false', { rescaleRewards: false }],
    ['-agent_params', 'min_reward=-3; max_reward=2', { rewardClipping: 'clip', minReward: -3, maxReward: 2 }],
    ['-agent_params', 'clip_delta=2', { clipDelta: 2 }],
    ['-agent_params', 'clip_delta=nil', { clipDelta: null }],
    ['-agent_params', 'target_q=7', { targetEvery: 7 }],
    ['-agent_params', 'bufferSize=64', { replayBuffer: 64 }],
    ['-agent_params', 'valid_size=7', { validationSize: 7 }],
    ['-agent_params', 'wc=0.1', { weightCost: 0.1 }],
    ['-agent_params', 'nonTermProb=.5', { nonTerminalProbability: 0.5 }],
    ['-agent_params', 'nonEventProb=.5', { nonEventProbability: 0.5 }],
    ['-agent_params', 'zeroFrames=0', { stackPadding: 'previous' }],
    ['-agent_params', 'zeroFrames=1', { stackPadding: 'zero' }],
    ['-agent_params', 'network="convnet_atari3"', { network: 'nature-padded' }],
    ['-agent_params', 'network="nips2013"', { network: 'nips2013' }],
    ['-agent_params', ' lr = 0.5 , ep = 0.4 ', { learningRate: 0.5, epsilonStart: 0.4 }],
    ['-agent_params', 'lr=1,lr=0.5', { learningRate: 0.5 }],
  ] as const)('%s %s', (option, text, expected) => {
    expect(resolved(option, text, '--preset', 'lapan')).toMatchObject(expected);
    expect(given(option, text).flags).toEqual(expected);
  });

  test.each(['gpu=0', 'verbose=2'])('-agent_params %s does nothing and says so', (text) => {
    const { flags, lines } = given('-agent_params', text);
    expect([flags, lines.length]).toEqual([{}, 1]);
  });

  test.each(['-save_versions', '-saveNetworkParams', '-verbose'])('%s does nothing and says so', (option) => {
    const { flags, lines } = given(option, '1');
    expect(flags).toEqual({});
    expect(lines).toHaveLength(1);
    expect(lines[0]).toStartWith(`${option} 1: `);
  });
});

describe('refused in one line', () => {
  test.each([
    ['-agent_params', 'lr=abc', ['-agent_params lr (--learning-rate): "abc"', 'a number above 0 to 10']],
    ['-agent_params', 'lr=', ['-agent_params: "lr="', 'Written as']],
    ['-agent_params', 'ep=1.1', ['-agent_params ep (--epsilon-start): "1.1"', 'from 0 to 1']],
    ['-agent_params', 'target_q=nil', ['-agent_params target_q (--target-every): "nil"']],
    ['-agent_params', 'rescale_r=2', ['-agent_params rescale_r (--rescale-rewards): "2"', 'true, false']],
    ['-agent_params', 'zeroFrames=2', ['-agent_params zeroFrames (--stack-padding): "2"']],
    ['-agent_params', 'network="convnet_atari9"', ['-agent_params network: "convnet_atari9"', 'Networks: nature, ']],
    ['-agent_params', 'preproc="other"', ['-agent_params preproc: "other"', 'net_downsample_2x_full_y']],
    ['-agent_params', 'state_dim=7055', ['-agent_params state_dim (--observation-size): "7055"', '7056']],
    ['-agent_params', 'ncols=3', ['-agent_params ncols: "3"', 'one channel']],
    ['-agent_params', 'update_frq=3', ['no option update_frq. Did you mean "update_freq"?']],
    ['-agent_params', 'lr=1 ep=2', ['-agent_params: ']],
    ['-agent_params', 'lr=0.1,,ep=1', ['-agent_params: ",ep=1"']],
    ['-env_params', 'useRGB=false', ['-env_params useRGB: "false"']],
    ['-pool_frms', 'type="mean",size=2', ['-pool_frms type: "mean"', 'maximum']],
    ['-pool_frms', 'size=3', ['-pool_frms size (--max-pool): "3"', '1, 2']],
    ['-actrep', '0', ['-actrep (--frame-skip): "0"', 'from 1 to 60']],
    ['-framework', 'gym', ['-framework: "gym"', 'alewrap']],
    ['-agent', 'Other', ['-agent: "Other"', 'NeuralQLearner']],
    ['-actrp', '4', ['no flag -actrp. Did you mean "-actrep"?']],
  ] as const)('%s %s', (option, text, parts) => {
    const message = complaint(option, text);
    for (const part of parts) expect(message).toContain(part);
    expect(message).not.toContain('\n');
  });

  test('two games, and a missing value', () => {
    expect(complaint('catch', '-env', 'pong')).toContain('Two games are named: catch, and -env pong.');
    expect(given('pong', '-env', 'pong').game).toBe('pong');
    expect(complaint('-actrep')).toContain('-actrep needs a value');
    expect(complaint('-actrep', '-gpu', '0')).toContain('-actrep needs a value');
  });
});

describe('--network and --best', () => {
  test('a name is the network, a file or folder the first weights', () => {
    expect(given('--network', 'nips2013').flags).toEqual({ network: 'nips2013' });
    expect(given('-network', folder).flags).toEqual({ initialWeights: folder });
    expect(given('--network', 'x.safetensors').flags).toEqual({ initialWeights: 'x.safetensors' });
    const text = complaint('--network', 'natur');
    expect(text).toStartWith('--network: "natur" is neither a network nor a file or folder');
    expect(text).toContain('Did you mean "nature"? Networks: nature, nature-padded, nips2013, dueling, dueling-small.');
  });

  test("DeepMind's file is loaded into the network that its parameters name", () => {
    const words = ['-network', folder, '-agent_params', 'network="convnet_atari3"'];
    expect(given(...words).flags).toEqual({ network: 'nature-padded', initialWeights: folder });
  });

  test('--best alone means the best weights of that run, with a word which network is the best', () => {
    expect(given('--network', folder, '--best').flags).toEqual({ initialWeights: folder, initialBest: true });
    expect(given('-best', '1').flags).toEqual({ initialBest: true });
    expect(given('-best', 'false').flags).toEqual({ initialBest: false });
    expect(given('--best', 'pong')).toMatchObject({ game: 'pong', flags: { initialBest: true } });
    expect(given('--best', 'evaluation').flags).toEqual({ best: 'evaluation' });
    expect(given('--best=training').flags).toEqual({ best: 'training' });
    expect(complaint('--best=trainig')).toContain('--best: "trainig"');
    expect(complaint('--best')).toContain('--network DIR');
  });
});

test('every option is in --help, and none has the name of a flag of ours with another meaning', () => {
  const help = commandHelp(spec);
  for (const { flag, aliases } of deepmindSpecs) {
    expect(help).toContain(aliases![0]);
    expect(flagFields.map(flagName)).not.toContain(flag);
  }
  expect(given('--random-starts', '3')).toEqual({ flags: { randomStarts: 3 }, lines: [] });
  expect(given('-random_starts', '3')).toEqual({ flags: { randomStarts: 3 }, lines: [] });
});
