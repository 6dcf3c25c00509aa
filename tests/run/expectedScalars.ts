/** The scalars that TensorBoard must show of a run, from its metrics.jsonl by the table of docs/metrics.md, and those that it does show. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ShownValue } from './eventReader.ts';

/** The tag of each key of metrics.jsonl that TensorBoard gets. */
const tags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  episode: {
    reward: 'reward',
    meanReward100: 'reward_100',
    epsilon: 'epsilon',
    stepsPerSecond: 'speed',
    episodeSteps: 'episode_steps',
  },
  progress: {
    meanLoss: 'loss',
    meanQ: 'mean_q',
    stepsPerSecond: 'steps_per_second',
    updatesPerSecond: 'updates_per_second',
    updates: 'updates',
    episodes: 'episodes',
  },
  evaluation: {
    meanReward: 'evaluation/reward',
    rewards: 'evaluation/reward_counts',
    episodes: 'evaluation/episode_counts',
    trainingSeconds: 'evaluation/time',
    meanValue: 'evaluation/v',
    meanTdError: 'evaluation/td',
    maxQ: 'evaluation/qmax',
    learningRate: 'evaluation/learning_rate',
    evaluationFramesPerSecond: 'evaluation/frames_per_second',
  },
};
const layerTags: Readonly<Record<string, string>> = {
  meanAbsWeight: 'mean_abs_weight',
  maxAbsWeight: 'max_abs_weight',
  meanAbsGradient: 'mean_abs_gradient',
  maxAbsGradient: 'max_abs_gradient',
};

/** `tag@step = value` of each, in order. */
export function expectedScalars(runFolder: string): string[] {
  const lines = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  return lines
    .map((line) => JSON.parse(line))
    .flatMap(({ type, agentSteps, ...entries }) => {
      const text = (tag: string, value: unknown) =>
        typeof value === 'number' ? [`${tag}@${agentSteps} = ${Math.fround(value)}`] : [];
      const own = Object.entries(tags[type]).flatMap(([key, tag]) => {
        return type === 'evaluation' && key === 'meanReward' && entries.episodes === 0 ? [] : text(tag, entries[key]);
      });
      const layers = (entries.layers ?? []).flatMap(({ layer, ...sizes }: Record<string, unknown>) =>
        Object.entries(sizes).flatMap(([key, value]) => text(`layers/${layer}/${layerTags[key]}`, value)),
      );
      return [...own, ...layers];
    });
}

export function shownScalars(values: readonly ShownValue[]): string[] {
  return values.flatMap(({ tag, step, scalar }) => (scalar === undefined ? [] : [`${tag}@${step} = ${scalar}`]));
}
