/** The lines that a run prints of its games, evaluations, layers and end. Leaves out: the live progress (progress.ts). */
import type { LayerStatistics } from '../agent/layerStatistics.ts';
import type { EpisodeMetrics, EvaluationMetrics } from './metrics.ts';
import { durationText, grouped, rate } from './progress.ts';

/** A game: what Lapan's program prints of each, and Graetz's of every tenth (reference algorithms.md B, C). */
export function gameLine(game: EpisodeMetrics): string {
  const { episode, agentSteps, reward, episodeSteps, meanReward100, epsilon, stepsPerSecond } = game;
  return [
    `Game ${grouped(episode)}`,
    `${grouped(agentSteps)} steps`,
    `reward ${reward}`,
    `${grouped(episodeSteps)} steps long`,
    `mean100 ${meanReward100.toFixed(2)}`,
    `epsilon ${epsilon.toFixed(3)}`,
    `${rate(stepsPerSecond)} steps/s`,
  ].join(' | ');
}

/** A new best mean of the last 100 games. */
export function bestLine(before: number, now: number): string {
  return `Best mean reward updated ${before.toFixed(3)} -> ${now.toFixed(3)}, weights saved`;
}

/** An evaluation, as DeepMind reports it (reference algorithms.md A.12 and A.14). */
export function evaluationLine(evaluation: EvaluationMetrics, savesBest: boolean): string {
  const { agentSteps, frames, meanReward, isBest, epsilon, learningRate, episodes, rewards } = evaluation;
  const { meanValue, meanTdError, maxQ } = evaluation;
  const best = isBest ? ` (the best so far${savesBest ? ', weights saved' : ''})` : '';
  const parts = [
    `Evaluation at ${grouped(agentSteps)} steps`,
    `${grouped(frames)} frames`,
    `mean reward ${meanReward.toFixed(2)}${best}`,
    `epsilon ${epsilon.toFixed(3)}`,
    `lr ${learningRate}`,
    `training ${durationText(evaluation.trainingSeconds)}, ${rate(evaluation.trainingFramesPerSecond)} frames/s`,
    `testing ${durationText(evaluation.evaluationSeconds)}, ${rate(evaluation.evaluationFramesPerSecond)} frames/s`,
    `${grouped(episodes)} games`,
    `${grouped(rewards)} rewards`,
  ];
  if (meanValue !== null) parts.push(`V ${meanValue.toPrecision(4)}`);
  if (meanTdError !== null) parts.push(`TD error ${meanTdError.toPrecision(4)}`);
  if (maxQ !== null) parts.push(`Q max ${maxQ.toPrecision(4)}`);
  return parts.join(' | ');
}

/** Mean and largest absolute weight and gradient of each layer (reference algorithms.md A.14). */
export function layerLines(layers: readonly LayerStatistics[]): string[] {
  return layers.map(({ layer, meanAbsWeight, maxAbsWeight, meanAbsGradient, maxAbsGradient }) => {
    const [weights, gradients] = [
      [meanAbsWeight, maxAbsWeight],
      [meanAbsGradient, maxAbsGradient],
    ].map(([mean, max]) => `mean ${mean.toExponential(2)}, max ${max.toExponential(2)}`);
    return `  ${layer}: |w| ${weights}; |gradient| ${gradients}`;
  });
}
