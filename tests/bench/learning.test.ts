/** What `bun run bench learning` makes of a run's games: scores, the moment of the goal, curves, table and picture. */
import { describe, expect, test } from 'bun:test';
import { learningChart } from '../../bench/learning/chart.ts';
import {
  judge,
  type LearningResults,
  type LearningRun,
  learningMarkdown,
  tasks,
} from '../../bench/learning/results.ts';

/** Games of 100 steps and 2 seconds each. */
const gamesOf = (rewards: readonly number[]) =>
  rewards.map((reward, i) => ({ agentSteps: 100 * (i + 1), reward, elapsedSeconds: 2 * (i + 1) }));

describe('a run is judged', () => {
  // 30 games of -1, then 30 of 5. Twenty in a row with k of 5 have the mean (6 k - 20) / 20: 4 needs k = 16.67, so 17.
  const rewards = [...new Array(30).fill(-1), ...new Array(30).fill(5)];

  test('the goal is reached with the 17th of the better games', () => {
    const { reached, lastMean } = judge(gamesOf(rewards), 4, 6000);
    expect(reached).toEqual({ agentSteps: 4700, seconds: 94 });
    expect(lastMean).toBe(5);
  });

  test('19 good games alone are too few, 20 are enough', () => {
    expect(judge(gamesOf(new Array(19).fill(9)), 4, 1900).reached).toBeNull();
    expect(judge(gamesOf(new Array(20).fill(9)), 4, 2000).reached?.agentSteps).toBe(2000);
  });

  test('the curve has the mean of the last twenty games after each fortieth of the run', () => {
    // A fortieth is 100 steps, a game.
    const { curve } = judge(gamesOf(rewards.slice(0, 40)), 4, 4000);
    expect(curve).toHaveLength(40);
    expect(curve[0]).toEqual([100, -1]);
    expect(curve[29]).toEqual([3000, -1]);
    // Ten of -1 and ten of 5.
    expect(curve[39]).toEqual([4000, 2]);
  });

  test('it begins with the first game that has ended', () => {
    // A fortieth is 25 steps; the only game ends at 100.
    const { curve } = judge(gamesOf([3]), 4, 1000);
    expect(curve[0]).toEqual([100, 3]);
    expect(curve).toHaveLength(37);
  });
});

const run = (preset: string, game: string, seed: number): LearningRun => ({
  ...{ preset, game, seed, agentSteps: 6000, seconds: 120, weightsSha256: '' },
  ...judge(gamesOf(new Array(60).fill(seed === 1 ? 7 : 1)), tasks[game].goal, 6000),
});
const results = {
  ...{ date: '2026-01-02T03:04:05.000Z', commit: null, dirty: false, cpu: 'a processor', cores: 4, bun: '1.2.3' },
  load: { before: 0, after: 1 },
  ...{ what: '', adapter: 'an adapter', parallel: 2, tasks, scoreGames: 20, random: { catch: -6, bricks: 1 } },
  runs: ['catch', 'bricks'].flatMap((game) => [1, 2].map((seed) => run('lapan-small', game, seed))),
} satisfies LearningResults;

test('the table has a row for each preset and game, the seeds side by side', () => {
  expect(learningMarkdown(results)).toContain(
    '| `lapan-small` | `catch` | -6.0 | 6 | 7.0, 1.0 | 2,000, not reached | 0.7, - |',
  );
});

test('the picture has a panel for each, with a line for each seed, the goal and random play', () => {
  const svg = learningChart(results);
  expect(svg.slice(0, 4)).toBe('<svg');
  for (const text of ['lapan-small: catch', 'lapan-small: bricks', 'seed 1', 'seed 2', 'goal 6', 'random play -6']) {
    expect([text, svg.includes(text)]).toEqual([text, true]);
  }
});
