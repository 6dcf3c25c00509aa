/**
 * Evaluation while an agent is trained: games of its own, in an environment of its own, by the network as it is.
 * A lost life does not end a game there and rewards are not clipped. The first game begins without the random start, the last one is
 * dropped where the steps end before it does. The run's seed and step alone decide what is played, so that a resumed run evaluates the
 * same.
 * Leaves out: when to evaluate and what follows from it (training.ts).
 * Source: Mnih et al. 2015, Methods, "Evaluation procedure"; reference algorithms.md A.12 to A.14.
 */
import type { Dqn } from '../agent/dqn.ts';
import type { Environment } from '../agent/environment.ts';
import { epsilonAt, learningRateAt } from '../agent/schedule.ts';
import { Xoshiro128 } from '../random.ts';
import type { Configuration } from './configuration.ts';
import { meanOf, Play, playGames } from './evaluation.ts';
import type { EvaluationMetrics } from './metrics.ts';
import { type RunClock, rounded } from './trainingClock.ts';
import type { Histories } from './trainingHistories.ts';

/** What an evaluation needs of an agent. */
export type EvaluatedAgent = Pick<Dqn, 'counters' | 'act' | 'validate'>;

/** What an evaluation finds out by itself. */
export type EvaluationFindings = Pick<
  EvaluationMetrics,
  | 'meanReward'
  | 'episodes'
  | 'rewards'
  | 'evaluationSteps'
  | 'evaluationSeconds'
  | 'evaluationFramesPerSecond'
  | 'meanValue'
  | 'meanTdError'
  | 'maxQ'
>;

/** Whether the agent step that was just done, or that a run goes on from, asks for an evaluation that has not been. */
export function isEvaluationDue(
  { evaluateEvery, learnStart }: Pick<Configuration, 'evaluateEvery' | 'learnStart'>,
  agentSteps: number,
  { step_history: evaluated }: Histories,
): boolean {
  if (evaluateEvery === 0 || agentSteps <= learnStart || agentSteps % evaluateEvery !== 0) return false;
  return evaluated.at(-1) !== agentSteps;
}

/** Evaluates the agent as it is. After each step of `play` `goesOn` is asked; false ends it, and nothing is found out. */
export async function evaluateAgent(
  agent: EvaluatedAgent,
  environment: Environment,
  configuration: Configuration,
  goesOn: (evaluationSteps: number, play: Play) => boolean | Promise<boolean>,
): Promise<EvaluationFindings | undefined> {
  const { evaluateSteps, evaluateEpisodes, evaluationEpsilon: epsilon, frameSkip } = configuration;
  const seed = new Xoshiro128(configuration.seed, `evaluation at ${agent.counters.agentSteps}`).nextU32();
  const play = new Play(environment, agent, { ...configuration, epsilon, seed, startsAtRandom: false });
  const beganMs = performance.now();
  let evaluationSteps = 0;
  const length = evaluateSteps > 0 ? { steps: evaluateSteps } : { episodes: evaluateEpisodes };
  const games = await playGames(play, length, () => goesOn(++evaluationSteps, play));
  if (games === undefined) return undefined;
  const evaluationSeconds = (performance.now() - beganMs) / 1000;
  const validation = await agent.validate();
  const found = (value: number | undefined): number | null => (Number.isFinite(value) ? value! : null);
  return {
    meanReward: meanOf(games.map(({ reward }) => reward)),
    episodes: games.length,
    rewards: play.rewards,
    evaluationSteps,
    evaluationSeconds,
    evaluationFramesPerSecond: (evaluationSteps * frameSkip) / Math.max(1e-6, evaluationSeconds),
    meanValue: found(validation?.meanValue),
    meanTdError: found(validation?.meanTdError),
    maxQ: found(validation?.maxValue),
  };
}

/** The line of metrics.jsonl; `histories` are those of the evaluations before. */
export function evaluationMetrics(
  findings: EvaluationFindings,
  configuration: Configuration,
  { agentSteps }: { readonly agentSteps: number },
  histories: Histories,
  { trainingSeconds, elapsedSeconds }: Pick<RunClock, 'trainingSeconds' | 'elapsedSeconds'>,
): EvaluationMetrics {
  const { frameSkip } = configuration;
  const { reward_history: rewards, episode_counts: games, step_history: steps } = histories;
  const secondsBefore = histories.time_history.at(-1)!;
  const framesSince = (agentSteps - (steps.at(-1) ?? 0)) * frameSkip;
  return {
    type: 'evaluation',
    agentSteps,
    frames: agentSteps * frameSkip,
    isBest:
      findings.episodes > 0 && findings.meanReward > Math.max(...rewards.filter((_, i) => games[i] > 0), -Infinity),
    epsilon: epsilonAt(configuration, agentSteps),
    learningRate: learningRateAt(configuration, agentSteps),
    ...findings,
    evaluationSeconds: rounded(findings.evaluationSeconds),
    evaluationFramesPerSecond: rounded(findings.evaluationFramesPerSecond),
    trainingSeconds: rounded(trainingSeconds),
    trainingFramesPerSecond: rounded(framesSince / Math.max(1e-6, trainingSeconds - secondsBefore)),
    elapsedSeconds: rounded(elapsedSeconds),
  };
}
