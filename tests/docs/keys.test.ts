/**
 * docs/metrics.md names every key of what a run writes and no other. The keys here are the types': TypeScript refuses a list that has one
 * more or one less.
 */
import { expect, test } from 'bun:test';
import type { Table } from 'mdast';
import { visit } from 'unist-util-visit';
import { parseMarkdown, readPage } from '../../bench/docs/markdown.ts';
import type { LayerStatistics } from '../../src/agent/layerStatistics.ts';
import type { EvaluationResult } from '../../src/run/evaluation.ts';
import type { LiveFrame } from '../../src/run/live/liveFrame.ts';
import type { EpisodeMetrics, EvaluationMetrics, ProgressMetrics } from '../../src/run/metrics.ts';
import type { RunSummary } from '../../src/run/reading/summary.ts';
import type { RunStatus } from '../../src/run/runStatus.ts';
import type { Histories } from '../../src/run/trainingHistories.ts';

type Keys<T> = Readonly<Record<keyof Required<T>, true>>;

const tables = {
  '"episode"': {
    type: true,
    episode: true,
    agentSteps: true,
    reward: true,
    episodeSteps: true,
    meanReward100: true,
    epsilon: true,
    stepsPerSecond: true,
    elapsedSeconds: true,
  } satisfies Keys<EpisodeMetrics>,
  '"progress"': {
    type: true,
    agentSteps: true,
    frames: true,
    updates: true,
    episodes: true,
    meanReward100: true,
    meanLoss: true,
    meanQ: true,
    epsilon: true,
    stepsPerSecond: true,
    updatesPerSecond: true,
    elapsedSeconds: true,
    layers: true,
  } satisfies Keys<ProgressMetrics>,
  '"evaluation"': {
    type: true,
    agentSteps: true,
    frames: true,
    meanReward: true,
    isBest: true,
    episodes: true,
    rewards: true,
    evaluationSteps: true,
    epsilon: true,
    learningRate: true,
    meanValue: true,
    meanTdError: true,
    maxQ: true,
    trainingSeconds: true,
    trainingFramesPerSecond: true,
    evaluationSeconds: true,
    evaluationFramesPerSecond: true,
    elapsedSeconds: true,
  } satisfies Keys<EvaluationMetrics>,
  'status.json': {
    state: true,
    pid: true,
    host: true,
    startedAtMs: true,
    updatedAtMs: true,
    end: true,
    error: true,
  } satisfies Keys<RunStatus>,
  'live.bin': {
    agentSteps: true,
    episode: true,
    episodeReward: true,
    epsilon: true,
    action: true,
    wasRandom: true,
    isEvaluation: true,
    actions: true,
    qValues: true,
    screen: true,
    screenHeight: true,
    format: true,
    frames: true,
    frameSide: true,
    writtenAtMs: true,
  } satisfies Keys<LiveFrame>,
  'bun run runs --json': {
    id: true,
    game: true,
    preset: true,
    seed: true,
    state: true,
    error: true,
    startedAt: true,
    agentSteps: true,
    stepsWanted: true,
    episodes: true,
    lastMeanReward: true,
    bestMeanReward: true,
    lastEvaluation: true,
    bestEvaluation: true,
    elapsedSeconds: true,
    stepsPerSecond: true,
    diskBytes: true,
    updatedAtMs: true,
  } satisfies Keys<RunSummary>,
};

const texts = {
  'history.json': {
    step_history: true,
    reward_history: true,
    reward_counts: true,
    episode_counts: true,
    time_history: true,
    v_history: true,
    td_history: true,
    qmax_history: true,
  } satisfies Keys<Histories>,
  'bun run eval': {
    episodes: true,
    meanReward: true,
    stdReward: true,
    minReward: true,
    maxReward: true,
    rewards: true,
    meanAgentSteps: true,
    truncatedEpisodes: true,
  } satisfies Keys<EvaluationResult>,
};

const layerKeys = {
  layer: true,
  meanAbsWeight: true,
  maxAbsWeight: true,
  meanAbsGradient: true,
  maxAbsGradient: true,
} satisfies Keys<LayerStatistics>;

const page = readPage('docs/metrics.md');

/** The part of the page under a heading that holds `title`. */
function section(title: string): string {
  const sections = page.split(/^(?=## )/m).filter((text) => text.split('\n')[0].includes(title));
  expect(sections, title).toHaveLength(1);
  return sections[0];
}

/** The code of the first column of the section's table; of the whole section without one. */
function named(text: string): string[] {
  let table: Table | undefined;
  const root = parseMarkdown(text);
  visit(root, 'table', (node) => {
    table ??= node;
  });
  const names: string[] = [];
  for (const node of table === undefined ? [root] : table.children.slice(1).map((row) => row.children[0])) {
    visit(node, 'inlineCode', ({ value }) => {
      names.push(value);
    });
  }
  return names;
}

test.each(Object.entries(tables))('the table of %s has its keys', (title, keys) => {
  expect(named(section(title)).sort()).toEqual(Object.keys(keys).sort());
});

test.each(Object.entries(texts))('the text on %s names its keys', (title, keys) => {
  const names = new Set(named(section(title)));
  expect(Object.keys(keys).filter((key) => !names.has(key))).toEqual([]);
});

test('the row of layers names what is said of each', () => {
  const row = section('"progress"')
    .split('\n')
    .find((line) => line.startsWith('| `layers` |'));
  expect(Object.keys(layerKeys).filter((key) => row?.includes(`\`${key}\``) !== true)).toEqual([]);
});
