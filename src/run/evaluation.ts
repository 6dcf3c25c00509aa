/**
 * Playing whole games with a policy that does not learn, and what came of them.
 * Lives lost do not end a game here and rewards are not clipped, whatever the policy was trained with.
 * Source: Mnih et al. 2015, Methods, "Evaluation procedure" (epsilon 0.05); reference algorithms.md A.13.
 */
import type { Environment } from '../agent/environment.ts';
import { FrameHistory } from '../agent/frameHistory.ts';
import type { EnvironmentOptions } from '../env/options.ts';
import { Xoshiro128 } from '../random.ts';

/** Frames after which an evaluated game is cut off where its training had no limit: half an hour (Machado et al. 2018). */
const defaultMaxFrames = 108_000;

/** Chooses the best action for a state. */
export interface GreedyPolicy {
  act(history: FrameHistory): Promise<number>;
}

export interface EvaluationOptions
  extends Pick<EnvironmentOptions, 'stack' | 'stackPadding' | 'historyType' | 'historySpacing'> {
  /** Probability of a random action. */
  readonly epsilon: number;
  readonly seed: number;
}

export interface GameResult {
  /** Unclipped reward of the whole game. */
  readonly reward: number;
  readonly agentSteps: number;
  /** Cut off before its end. */
  readonly truncated: boolean;
}

export interface EvaluationResult {
  readonly episodes: number;
  readonly meanReward: number;
  /** Of the games played, not an estimate for others: divided by their number. */
  readonly stdReward: number;
  readonly minReward: number;
  readonly maxReward: number;
  readonly rewards: readonly number[];
  readonly meanAgentSteps: number;
  readonly truncatedEpisodes: number;
}

/** The environment that a policy trained in `options` is evaluated in. */
export function evaluationEnvironment(options: EnvironmentOptions): EnvironmentOptions {
  const maxEpisodeFrames = options.maxEpisodeFrames > 0 ? options.maxEpisodeFrames : defaultMaxFrames;
  return { ...options, lifeLoss: 'ignored', rewardClipping: 'none', maxEpisodeFrames };
}

/** A player: an environment, a policy (none: random play) and a generator. One call of `step` is one agent step. */
export class Play {
  readonly #environment: Environment;
  readonly #policy: GreedyPolicy | undefined;
  readonly #epsilon: number;
  readonly #seed: number;
  readonly #random: Xoshiro128;
  readonly #history: FrameHistory;
  #begun = false;
  #startsGame = true;

  constructor(environment: Environment, policy: GreedyPolicy | undefined, options: EvaluationOptions) {
    const { stack, stackPadding, epsilon, seed } = options;
    this.#environment = environment;
    this.#policy = policy;
    this.#epsilon = epsilon;
    this.#seed = seed;
    this.#random = new Xoshiro128(seed, 'evaluation');
    this.#history = new FrameHistory(stack, environment.frame.length, stackPadding);
  }

  /** Plays one step; resolves to the game's result where it ended. */
  async step(): Promise<GameResult | undefined> {
    const environment = this.#environment;
    const history = this.#history;
    if (this.#startsGame) {
      environment.reset(this.#begun ? undefined : this.#seed);
      history.reset();
      this.#begun = true;
      this.#startsGame = false;
    }
    history.push(environment.frame);
    const explores = this.#policy === undefined || this.#random.nextFloat() < this.#epsilon;
    const action = explores ? this.#random.nextInt(environment.actionCount) : await this.#policy!.act(history);
    const { terminated, truncated, info } = environment.step(action);
    if (!terminated && !truncated) return undefined;
    this.#startsGame = true;
    return { reward: info.episodeReturn, agentSteps: info.episodeSteps, truncated: !terminated };
  }
}

/** Plays `episodes` whole games; `onGame` is told of each. */
export async function evaluate(
  play: Play,
  episodes: number,
  onGame: (result: GameResult, index: number) => void = () => {},
): Promise<EvaluationResult> {
  const games: GameResult[] = [];
  while (games.length < episodes) {
    const result = await play.step();
    if (result === undefined) continue;
    onGame(result, games.length);
    games.push(result);
  }
  const rewards = games.map((game) => game.reward);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanReward = mean(rewards);
  return {
    episodes,
    meanReward,
    stdReward: Math.sqrt(mean(rewards.map((reward) => (reward - meanReward) ** 2))),
    minReward: Math.min(...rewards),
    maxReward: Math.max(...rewards),
    rewards,
    meanAgentSteps: mean(games.map((game) => game.agentSteps)),
    truncatedEpisodes: games.filter((game) => game.truncated).length,
  };
}
