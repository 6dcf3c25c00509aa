/** What fields of the configuration demand of each other, both sides of each boundary; and what presets and protocols demand of games. */
import { describe, expect, test } from 'bun:test';
import { UserError } from '../../src/errors.ts';
import { games } from '../../src/games/registry.ts';
import { environmentOptions, type FieldName } from '../../src/run/configuration.ts';
import { presetNames } from '../../src/run/presets.ts';
import { protocolNames } from '../../src/run/protocols.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { make } from '../env/fakeArcade.ts';

const fire = 1;

type Fields = Partial<Record<FieldName, unknown>>;

function complaint(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return `${error.message} ${error.hint}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const second = { epsilonFinal: 0.01, epsilonDecaySteps: 1000 };

// [what fits, what just does not, how the complaint begins, what its hint says]
const boundaries: readonly (readonly [Fields, Fields, string, string])[] = [
  [{ learnStart: 32 }, { learnStart: 31 }, '--learn-start: 31', '--learn-start 32'],
  [{ learnStart: 34, nSteps: 3 }, { learnStart: 33, nSteps: 3 }, '--learn-start: 33', '--learn-start 34'],
  // 2 x (32 + 4): batches of 32 and transitions over five frames.
  [{ replayCapacity: 72 }, { replayCapacity: 71 }, '--replay-capacity: a memory of 71', '--replay-capacity 72'],
  [{ replayCapacity: 78, nSteps: 4 }, { replayCapacity: 77, nSteps: 4 }, '--replay-capacity: ', '--replay-capacity 78'],
  // exp2 reaches over 0 1 3 7.
  [
    { replayCapacity: 80, historyType: 'exp2' },
    { replayCapacity: 79, historyType: 'exp2' },
    '--replay-capacity: ',
    '80',
  ],
  [{ replayBuffer: 512 }, { replayBuffer: 511 }, '--replay-buffer: 511', '--replay-buffer 512'],
  [{ replayBuffer: 0 }, { replayBuffer: 1 }, '--replay-buffer: 1', '--replay-buffer 32'],
  [{ targetPhase: 999 }, { targetPhase: 1000 }, '--target-phase: 1000', '--target-phase 999'],
  [{ targetEvery: 1, targetPhase: 0 }, { targetEvery: 1, targetPhase: 1 }, '--target-phase: 1', '--target-phase 0'],
  [{ ...second, epsilonFinalStep: 1001 }, { ...second, epsilonFinalStep: 1000 }, '--epsilon-final-step: ', '1001'],
  [
    { ...second, epsilonDecayFrom: 'learn-start', epsilonFinalStep: 11_001 },
    { ...second, epsilonDecayFrom: 'learn-start', epsilonFinalStep: 11_000 },
    '--epsilon-final-step: the second piece of epsilon cannot end at step 11000',
    '--epsilon-final-step 11001',
  ],
  [{ loss: 'clipped-delta', clipDelta: null }, { loss: 'huber', clipDelta: null }, '--clip-delta: ', '--loss squared'],
  [{ minReward: 1 }, { minReward: 1.01 }, '--min-reward: 1.01', 'Lower'],
  [{ minReward: -5, maxReward: -5 }, { minReward: -5, maxReward: -6 }, '--min-reward: -5', 'raise'],
  [
    { lifeLoss: 'ends-episode', afterLifeLoss: 'random-start', randomStarts: 1 },
    { lifeLoss: 'ends-episode', afterLifeLoss: 'random-start', randomStarts: 0 },
    '--after-life-loss: random-start',
    '--random-starts 30',
  ],
  [
    { lifeLoss: 'ignored', afterLifeLoss: 'random-start', randomStarts: 0 },
    { lifeLoss: 'ends-episode', afterLifeLoss: 'random-start', randomStarts: 0 },
    '--after-life-loss: ',
    'noop-step',
  ],
  [{ best: 'evaluation', evaluateEvery: 1 }, { best: 'evaluation' }, '--best: no evaluation', '--best training'],
  [{ initialBest: true, initialWeights: 'x' }, { initialBest: true }, '--initial-best: no run', '--network DIR'],
];

test.each(boundaries)('%p fits, %p does not', (fits, doesNot, message, hint) => {
  expect(resolveConfiguration({ game: 'pong', flags: fits })).toMatchObject(fits as object);
  const text = complaint(() => resolveConfiguration({ game: 'pong', flags: doesNot }));
  expect(text).toStartWith(message);
  expect(text).toContain(hint);
  expect(text).not.toContain('\n');
});

test('a file is named with its key', () => {
  const file = { path: 'my.json', values: { targetPhase: 1000 } };
  expect(complaint(() => resolveConfiguration({ game: 'pong', file }))).toStartWith('my.json, targetPhase: 1000 is no');
});

// The games themselves are not needed: what a start demands is decided by their actions.
const kinds = [...new Map(games.map((game) => [`${game.minimalActions} ${game.xitariActions}`, game])).values()];

describe.each(presetNames)('%s under the protocol', (preset) => {
  test.each(protocolNames)('%s: each game with FIRE begins, the others begin or are told why not', (protocol) => {
    expect(kinds.length).toBeGreaterThan(20);
    for (const game of kinds) {
      const configuration = resolveConfiguration({ game: game.id, flags: { preset, protocol } });
      const { fireStart, actionSet } = configuration;
      const actions = actionSet === 'xitari' ? (game.xitariActions ?? game.minimalActions) : game.minimalActions;
      const begin = () => make({ actions }, environmentOptions(configuration)).env.reset();
      if (fireStart !== 'required' || actionSet === 'full' || actions.includes(fire)) begin();
      else expect(complaint(begin)).toContain('FIRE');
    }
  });
});
