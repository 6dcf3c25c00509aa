/** Which charts there are: what each draws of metrics.jsonl (docs/metrics.md), in the order of the page. */
import type { SeriesKey } from '../../dashboard/api.ts';

export interface ChartDefinition {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** The first of these that a run has is its curve. */
  readonly keys: readonly SeriesKey[];
  /** Drawn faintly behind: the single values that the curve is a mean of. */
  readonly singles?: SeriesKey;
  /** Times the run's frames an agent step. */
  readonly timesFrameSkip?: boolean;
  /** A logarithmic y axis can be chosen. */
  readonly canBeLogarithmic?: boolean;
  /** For those who do not see it at once. */
  readonly about: string;
}

export const chartDefinitions: readonly ChartDefinition[] = [
  {
    name: 'reward',
    title: 'Reward',
    unit: 'points a game, mean of the last 100',
    keys: ['episode.meanReward100', 'progress.meanReward100'],
    singles: 'episode.reward',
    about: 'Mean reward of the last 100 games of training; single games behind it.',
  },
  {
    name: 'evaluation',
    title: 'Evaluation',
    unit: 'points a game',
    keys: ['evaluation.meanReward'],
    about: 'Mean reward of the whole games of each evaluation.',
  },
  {
    name: 'loss',
    title: 'Loss',
    unit: 'mean of the updates between',
    keys: ['progress.meanLoss'],
    canBeLogarithmic: true,
    about: 'Mean loss of the updates since the point before.',
  },
  {
    name: 'meanQ',
    title: 'Mean Q',
    unit: 'points, discounted',
    keys: ['progress.meanQ'],
    about: 'Mean over the batches of the largest value in each state.',
  },
  {
    name: 'value',
    title: 'Validation V',
    unit: 'points, discounted',
    keys: ['evaluation.meanValue'],
    about: "Mean of the target network's largest value in the validation's next states.",
  },
  {
    name: 'tdError',
    title: 'Validation TD error',
    unit: 'points',
    keys: ['evaluation.meanTdError'],
    canBeLogarithmic: true,
    about: "Mean magnitude of the TD error of the validation's transitions.",
  },
  {
    name: 'maxQ',
    title: 'Max Q',
    unit: 'points, discounted',
    keys: ['evaluation.maxQ'],
    about: "The network's largest value in any state of the validation.",
  },
  {
    name: 'epsilon',
    title: 'Epsilon',
    unit: 'probability of a random action',
    keys: ['progress.epsilon', 'episode.epsilon'],
    about: 'Probability of a random action.',
  },
  {
    name: 'framesPerSecond',
    title: 'Frames a second',
    unit: 'emulated frames, in training',
    keys: ['progress.stepsPerSecond'],
    timesFrameSkip: true,
    about: 'Emulated frames a second of training: agent steps a second times the frames of a step.',
  },
  {
    name: 'updatesPerSecond',
    title: 'Updates a second',
    unit: 'of the network',
    keys: ['progress.updatesPerSecond'],
    about: 'Updates of the network a second.',
  },
];

/** All that a run is asked for, once each. */
export const wantedKeys: readonly SeriesKey[] = [
  ...new Set(chartDefinitions.flatMap((chart) => [...chart.keys, ...(chart.singles ? [chart.singles] : [])])),
];
