/**
 * Playing whole games with a policy that does not learn, and what came of them.
 * Lives lost do not end a game here and rewards are not clipped, whatever the policy was trained with.
 * Source: Mnih et al. 2015, Methods, "Evaluation procedure" (epsilon 0.05); reference algorithms.md A.13.
 */
import type { Decider, Decision } from '../agent/decision.ts';
import type { Environment } from '../agent/environment.ts';
import { FrameHistory } from '../agent/frameHistory.ts';
import type { DqnOptions } from '../agent/options.ts';
import type { EnvironmentOptions } from '../env/options.ts';
import { Xoshiro128 } from '../random.ts';

/** Frames after which an evaluated game is cut off where its training had no limit: half an hour (Machado et al. 2018). */
const defaultMaxFrames = 108_000;

/** Chooses the best action for a state; of equals the first, or any, drawn from `ties`. */
export interface GreedyPolicy {
  act(history: FrameHistory, ties?: Xoshiro128): Promise<number>;
}

export interface EvaluationOptions
  extends Pick<EnvironmentOptions, 'stack' | 'stackPadding' | 'historyType' | 'historySpacing'>,
    Partial<Pick<DqnOptions, 'greedyTies'>> {
  /** Probability of a random action. */
  readonly epsilon: number;
  readonly seed: number;
  /** Whether the first game begins with the random start, too; default: yes. Later ones do. */
  readonly startsAtRandom?: boolean;
  /** The policy values every state, also where the action is random; plays the same. Default: no. */
  readonly valuesAll?: boolean;
}

/** What the last step of a `Play` did, and how far its game is. */
export interface PlayedStep {
  /** Place in the environment's `actions`. */
  readonly action: number;
  readonly wasRandom: boolean;
  /** Unclipped reward of the game so far. */
  readonly reward: number;
  readonly agentSteps: number;
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
export class Play implements Decider {
  onNextDecision: ((decision: Decision) => void) | undefined;
  readonly #environment: Environment;
  readonly #policy: GreedyPolicy | undefined;
  readonly #epsilon: number;
  readonly #seed: number;
  readonly #random: Xoshiro128;
  readonly #history: FrameHistory;
  readonly #startsAtRandom: boolean;
  readonly #ties: [] | [Xoshiro128];
  readonly #valuesAll: boolean;
  #begun = false;
  #startsGame = true;
  #rewards = 0;
  #games = 0;
  #last: PlayedStep | undefined;

  constructor(environment: Environment, policy: GreedyPolicy | undefined, options: EvaluationOptions) {
    const { epsilon, seed, greedyTies, startsAtRandom = true, valuesAll = false } = options;
    this.#environment = environment;
    this.#policy = policy;
    this.#epsilon = epsilon;
    this.#seed = seed;
    this.#random = new Xoshiro128(seed, 'evaluation');
    this.#history = FrameHistory.of(options, environment.frame.length);
    this.#startsAtRandom = startsAtRandom;
    this.#ties = greedyTies === 'random' ? [this.#random] : [];
    this.#valuesAll = valuesAll;
  }

  /** Steps so far that brought a reward other than 0. */
  get rewards(): number {
    return this.#rewards;
  }

  /** Whole games so far. */
  get games(): number {
    return this.#games;
  }

  /** The last step; undefined before the first one. */
  get last(): PlayedStep | undefined {
    return this.#last;
  }

  /** Leaves the game under way: the next step begins another one. */
  leaveGame(): void {
    this.#startsGame = true;
  }

  /** Plays one step; resolves to the game's result where it ended. */
  async step(): Promise<GameResult | undefined> {
    const environment = this.#environment;
    const history = this.#history;
    const gameReward = this.#startsGame ? 0 : (this.#last?.reward ?? 0);
    if (this.#startsGame) {
      if (this.#begun) environment.reset();
      else environment.reset(this.#seed, { randomStart: this.#startsAtRandom });
      history.reset();
      this.#begun = true;
      this.#startsGame = false;
    }
    history.push(environment.frame);
    const explores = this.#policy === undefined || this.#random.nextFloat() < this.#epsilon;
    const action = explores
      ? this.#random.nextInt(environment.actionCount)
      : await this.#policy!.act(history, ...this.#ties);
    // Its choice is not taken, and without generator for equals it draws nothing.
    if (explores && this.#valuesAll) await this.#policy?.act(history);
    if (this.onNextDecision !== undefined) this.#show(action, explores, gameReward);
    const { rawReward, terminated, truncated, info } = environment.step(action);
    this.#last = { action, wasRandom: explores, reward: info.episodeReturn, agentSteps: info.episodeSteps };
    if (rawReward !== 0) this.#rewards++;
    if (!terminated && !truncated) return undefined;
    this.#startsGame = true;
    this.#games++;
    return { reward: info.episodeReturn, agentSteps: info.episodeSteps, truncated: !terminated };
  }

  #show(action: number, wasRandom: boolean, gameReward: number): void {
    const show = this.onNextDecision;
    this.onNextDecision = undefined;
    show?.({
      ...{ action, wasRandom, epsilon: this.#epsilon, history: this.#history },
      ...{ game: this.#games + 1, gameReward },
    });
  }
}

/** How long is played: agent steps, of which an unfinished last game is dropped, or whole games. */
export type PlayLength = { readonly steps: number } | { readonly episodes: number };

/** The whole games among those that are played. After each step `goesOn` is asked; false ends it at once, and the result is undefined. */
export async function playGames(
  play: Play,
  length: PlayLength,
  goesOn: () => boolean | Promise<boolean> = () => true,
  onGame: (result: GameResult, index: number) => void = () => {},
): Promise<GameResult[] | undefined> {
  const { steps, episodes } = { steps: Infinity, episodes: Infinity, ...length };
  const games: GameResult[] = [];
  for (let step = 0; step < steps && games.length < episodes; step++) {
    const game = await play.step();
    if (game !== undefined) {
      onGame(game, games.length);
      games.push(game);
    }
    if (!(await goesOn())) return undefined;
  }
  return games;
}

/** Plays `episodes` whole games; `onGame` is told of each. */
export async function evaluate(
  play: Play,
  episodes: number,
  onGame?: (result: GameResult, index: number) => void,
): Promise<EvaluationResult> {
  const games = (await playGames(play, { episodes }, undefined, onGame))!;
  const rewards = games.map((game) => game.reward);
  const meanReward = meanOf(rewards);
  return {
    episodes,
    meanReward,
    stdReward: Math.sqrt(meanOf(rewards.map((reward) => (reward - meanReward) ** 2))),
    minReward: Math.min(...rewards),
    maxReward: Math.max(...rewards),
    rewards,
    meanAgentSteps: meanOf(games.map((game) => game.agentSteps)),
    truncatedEpisodes: games.filter((game) => game.truncated).length,
  };
}

/** 0 for none, as DeepMind divides by at least 1 (reference algorithms.md A.13). */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
