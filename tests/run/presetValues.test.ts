/**
 * The values of the presets, stated a second time: under the names and in the units of their sources, each with the field that it is here.
 * A slip in a preset, in a default that a preset relies on, or in a protocol is red.
 */
import { describe, expect, test } from 'bun:test';
import { architecture } from '../../src/agent/architecture.ts';
import type { Configuration, FieldName } from '../../src/run/configuration.ts';
import { type PresetName, presetNames } from '../../src/run/presets.ts';
import { protocolNames } from '../../src/run/protocols.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';

/** What the source calls it, our field, its value. */
type Stated = readonly (readonly [source: string, name: FieldName, value: unknown])[];

const resolve = (preset: PresetName, protocol = 'as-preset'): Configuration =>
  resolveConfiguration({ game: 'pong', flags: { preset, protocol } });

/** The options of the published run, and what the code does without an option for it. */
const deepmind: Stated = [
  ['steps', 'steps', 50_000_000],
  ['eval_freq', 'evaluateEvery', 250_000],
  ['eval_steps', 'evaluateSteps', 125_000],
  ['prog_freq', 'metricsEvery', 10_000],
  ['save_freq', 'checkpointEvery', 125_000],
  ['actrep', 'frameSkip', 4],
  ['random_starts', 'randomStarts', 30],
  ['pool_frms size', 'maxPool', 2],
  ['seed', 'seed', 1],
  ['network', 'initialWeights', null],
  ['best', 'initialBest', false],
  ['lr', 'learningRate', 0.00025],
  ['lr_end = lr', 'learningRateEnd', null],
  ['lr_endt', 'learningRateDecaySteps', 1e6],
  ['ep', 'epsilonStart', 1],
  ['ep_end', 'epsilonEnd', 0.1],
  ['ep_endt', 'epsilonDecaySteps', 1e6],
  ['ep counts from learn_start', 'epsilonDecayFrom', 'learn-start'],
  ['discount', 'discount', 0.99],
  ['hist_len', 'stack', 4],
  ['histType', 'historyType', 'linear'],
  ['histSpacing', 'historySpacing', 1],
  ['learn_start', 'learnStart', 50_000],
  ['replay_memory', 'replayCapacity', 1e6],
  ['update_freq', 'updateEvery', 4],
  ['n_replay', 'updatesAtOnce', 1],
  ['minibatch_size', 'batchSize', 32],
  ['rescale_r', 'rescaleRewards', true],
  ['min_reward', 'minReward', -1],
  ['max_reward', 'maxReward', 1],
  ['min_reward and max_reward clip', 'rewardClipping', 'clip'],
  ['clip_delta', 'clipDelta', 1],
  ['clip_delta clips the gradient', 'loss', 'clipped-delta'],
  ['target_q', 'targetEvery', 10_000],
  ['numSteps % target_q = 1', 'targetPhase', 1],
  ['bufferSize', 'replayBuffer', 512],
  ['valid_size', 'validationSize', 500],
  ['wc', 'weightCost', 0],
  ['nonTermProb', 'nonTerminalProbability', 1],
  ['nonEventProb', 'nonEventProbability', 1],
  ['zeroFrames', 'stackPadding', 'zero'],
  ['state_dim = 84 x 84', 'observationSize', 84],
  ['network of the agent', 'network', 'nature-padded'],
  ['first weights', 'initialisation', 'fan-in'],
  ['area averaging', 'resize', 'area'],
  ['the full screen', 'crop', 'none'],
  ['actions in Pong', 'actionSet', 'xitari'],
  ['a life', 'lifeLoss', 'ends-episode'],
  ['no reset after a life', 'afterLifeLoss', 'random-start'],
  ['k + 1 no-ops', 'randomStartForm', 'one-more'],
  ['no FIRE start', 'fireStart', 'off'],
  ['no sticky actions', 'repeatActionProbability', 0],
  ['learns between choosing and acting', 'updateOrder', 'before-step'],
  ['ties', 'greedyTies', 'random'],
  ['sum over the batch', 'gradient', 'sum'],
  ['one-step targets', 'nSteps', 1],
  ['one network values', 'doubleDqn', false],
  ['centred RMSProp', 'optimiser', 'rmsprop-centred'],
  ['its decay', 'rmspropDecay', 0.95],
  ['its momentum', 'rmspropMomentum', 0],
  ['under its root', 'optimiserEpsilon', 0.01],
  ['a transition may be drawn twice', 'replaySampling', 'with-replacement'],
  ['no guard at the write head', 'replayGuard', 'none'],
  ['epsilon in evaluation', 'evaluationEpsilon', 0.05],
  ['the best network so far', 'best', 'evaluation'],
  ['|w| and |gradient| by layer', 'layerStatistics', true],
  ['no target', 'targetReward', null],
];

const lapan: Stated = [
  ['no end but the bound', 'steps', 0],
  ['MEAN_REWARD_BOUND', 'targetReward', 19.5],
  ['GAMMA', 'discount', 0.99],
  ['BATCH_SIZE', 'batchSize', 32],
  ['REPLAY_SIZE', 'replayCapacity', 10_000],
  ['REPLAY_START_SIZE', 'learnStart', 10_000],
  ['LEARNING_RATE', 'learningRate', 1e-4],
  ['SYNC_TARGET_FRAMES', 'targetEvery', 1_000],
  ['EPSILON_START', 'epsilonStart', 1],
  ['EPSILON_FINAL', 'epsilonEnd', 0.02],
  ['EPSILON_DECAY_LAST_FRAME', 'epsilonDecaySteps', 100_000],
  ['from the first step', 'epsilonDecayFrom', 'start'],
  ['an update each step', 'updateEvery', 1],
  ['Adam', 'optimiser', 'adam'],
  ["Adam's beta 1", 'adamBeta1', 0.9],
  ["Adam's beta 2", 'adamBeta2', 0.999],
  ["Adam's eps", 'optimiserEpsilon', 1e-8],
  ['MSELoss', 'loss', 'squared'],
  ['its mean', 'gradient', 'mean'],
  ['choice(replace=False)', 'replaySampling', 'without-replacement'],
  ['MaxAndSkip skip', 'frameSkip', 4],
  ['MaxAndSkip max', 'maxPool', 2],
  ['FireReset', 'fireStart', 'required'],
  ['84 x 110, rows 18 to 101', 'crop', 'lapan'],
  ['INTER_AREA', 'resize', 'area'],
  ['BufferWrapper', 'stack', 4],
  ['its first states', 'stackPadding', 'zero'],
  ['6 actions in Pong', 'actionSet', 'minimal'],
  ['no life loss', 'lifeLoss', 'ignored'],
  ['no reward clipping', 'rewardClipping', 'none'],
  ['no no-ops', 'randomStarts', 0],
  ['no sticky actions', 'repeatActionProbability', 0],
  ['no padding', 'network', 'nature'],
  ["PyTorch's first weights", 'initialisation', 'fan-in'],
  ['argmax', 'greedyTies', 'first'],
  ['saved at each best mean', 'best', 'training'],
  ['a line a game', 'gameLineEvery', 1],
];

const graetz: Stated = [
  ['double DQN', 'doubleDqn', true],
  ['duelling', 'network', 'dueling'],
  ['Xavier', 'initialisation', 'xavier'],
  ['Huber', 'loss', 'huber'],
  ['its delta', 'clipDelta', 1],
  ['its mean', 'gradient', 'mean'],
  ['Adam', 'optimiser', 'adam'],
  ['LEARNING_RATE', 'learningRate', 1e-5],
  ["Adam's epsilon", 'optimiserEpsilon', 1e-8],
  ['DISCOUNT_FACTOR', 'discount', 0.99],
  ['BS', 'batchSize', 32],
  ['MEMORY_SIZE', 'replayCapacity', 1e6],
  ['REPLAY_MEMORY_START_SIZE', 'learnStart', 50_000],
  ['NETW_UPDATE_FREQ', 'targetEvery', 10_000],
  ['learns every step', 'updateEvery', 1],
  ['epsilon at first', 'epsilonStart', 1],
  ['until the memory has begun', 'epsilonDecayFrom', 'learn-start'],
  ['the first piece', 'epsilonEnd', 0.1],
  ['its length', 'epsilonDecaySteps', 1e6],
  ['the second piece', 'epsilonFinal', 0.01],
  ['its end', 'epsilonFinalStep', 25e6],
  ['epsilon when playing', 'evaluationEpsilon', 0.01],
  ['MAX_EPISODE_LENGTH', 'maxEpisodeSteps', 18_000],
  ['frames of an action', 'frameSkip', 4],
  ['single frames', 'maxPool', 1],
  ['sticky actions', 'repeatActionProbability', 0.25],
  ['rows 34 to 193', 'crop', 'graetz'],
  ['nearest neighbour', 'resize', 'nearest'],
  ['84 x 84', 'observationSize', 84],
  ['NO_OP_STEPS', 'randomStarts', 20],
  ['1 to 20 steps of the environment', 'randomStartForm', 'steps'],
  ['the first frame repeated', 'stackPadding', 'repeat'],
  ['agent_history_length', 'stack', 4],
  ['a life is terminal in memory', 'lifeLoss', 'terminal-in-memory'],
  ['raw rewards', 'rewardClipping', 'none'],
  ['no FIRE by the environment', 'fireStart', 'off'],
  ['GIF', 'recordEvery', 50],
  ['checkpoint', 'checkpointEveryGames', 50],
  ['line', 'gameLineEvery', 10],
];

const gym: Stated = [
  ['no-op', 'randomStarts', 30],
  ['no-op from 1', 'randomStartForm', 'drawn'],
  ['skip', 'frameSkip', 4],
  ['max', 'maxPool', 2],
  ['life loss', 'lifeLoss', 'ends-episode'],
  ['and on with a no-op', 'afterLifeLoss', 'noop-step'],
  ['FIRE', 'fireStart', 'if-possible'],
  ['reward', 'rewardClipping', 'sign'],
  ['warp', 'resize', 'area'],
  ['whole screen', 'crop', 'none'],
  ['optimiser', 'optimiser', 'adam'],
  ['lr', 'learningRate', 1e-4],
  ['replay', 'replayCapacity', 1e6],
  ['batch', 'batchSize', 32],
  ['gamma', 'discount', 0.99],
  ['every', 'updateEvery', 4],
  ['timesteps', 'steps', 1e7],
  ['epsilon at first', 'epsilonStart', 1],
  ['10 % of them', 'epsilonDecaySteps', 1e6],
  ['from the first step', 'epsilonDecayFrom', 'start'],
  ['network', 'network', 'nature'],
];

const stated: readonly (readonly [PresetName, Stated])[] = [
  ['deepmind', deepmind],
  ['lapan', lapan],
  ['graetz', graetz],
  [
    'cleanrl',
    [
      ...gym,
      ['target', 'targetEvery', 1_000],
      ['epsilon at last', 'epsilonEnd', 0.01],
      ['learning starts', 'learnStart', 80_000],
      ['MSE', 'loss', 'squared'],
      ['FrameStack', 'stackPadding', 'repeat'],
    ],
  ],
  [
    'sb3',
    [
      ...gym,
      ['target', 'targetEvery', 10_000],
      ['epsilon at last', 'epsilonEnd', 0.1],
      ['learning starts', 'learnStart', 100_000],
      ['Huber', 'loss', 'huber'],
      ['VecFrameStack', 'stackPadding', 'zero'],
    ],
  ],
  [
    'dopamine',
    [
      ['sticky', 'repeatActionProbability', 0.25],
      ['Adam', 'optimiser', 'adam'],
      ['lr', 'learningRate', 6.25e-5],
      ['eps', 'optimiserEpsilon', 1.5e-4],
      ['min_replay_history', 'learnStart', 20_000],
      ['update_period', 'updateEvery', 4],
      ['target_update_period', 'targetEvery', 8_000],
      ['epsilon_train', 'epsilonEnd', 0.01],
      ['epsilon_eval', 'evaluationEpsilon', 0.001],
      ['epsilon_decay_period', 'epsilonDecaySteps', 250_000],
      ['its warm-up', 'epsilonDecayFrom', 'learn-start'],
      ['Huber', 'loss', 'huber'],
      ['max_steps_per_episode', 'maxEpisodeSteps', 27_000],
      ['training_steps', 'evaluateEvery', 250_000],
      ['evaluation_steps', 'evaluateSteps', 125_000],
      ['200 iterations', 'steps', 50_000_000],
      ['clipped rewards', 'rewardClipping', 'clip'],
      ['lives', 'lifeLoss', 'ignored'],
      ['Glorot', 'initialisation', 'xavier'],
      ['gamma', 'discount', 0.99],
      ['batch', 'batchSize', 32],
      ['replay', 'replayCapacity', 1e6],
    ],
  ],
];

describe.each(stated)('%s', (preset, values) => {
  test.each(values.map((value) => [...value]))('%s is %s %p', (_, name, value) => {
    expect(resolve(preset)[name as FieldName]).toBe(value as never);
  });
});

test('deepmind in Pong has the parameters of its source', () => {
  const { network, observationSize, stack } = resolve('deepmind');
  const { parameters } = architecture(network, observationSize, stack, 3);
  const counts = parameters.map(({ shape }) => shape.reduce((product, side) => product * side, 1));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1_685_667);
});

describe.each(presetNames)('%s under the protocol', (preset) => {
  test.each(protocolNames)('%s is a whole configuration', (protocol) => {
    const under = resolve(preset, protocol);
    const machado = {
      repeatActionProbability: 0.25,
      actionSet: 'full',
      lifeLoss: 'ignored',
      maxEpisodeFrames: 108_000,
    };
    const protocols = {
      'as-preset': {},
      deepmind: { randomStarts: 30, lifeLoss: 'ends-episode', rewardClipping: 'clip', evaluateEvery: 250_000 },
      machado: { ...machado, maxEpisodeSteps: 0, randomStarts: 0 },
      gym: { randomStarts: 30, fireStart: 'if-possible', lifeLoss: 'ends-episode', rewardClipping: 'sign' },
    };
    expect(under).toMatchObject(protocols[protocol]);
    const { learningRate, network, batchSize } = resolve(preset);
    expect(under).toMatchObject({ learningRate, network, batchSize });
  });
});
