/**
 * A training run around the agent: counts, metrics, progress, evaluations, recordings, checkpoints, the best weights, the end.
 * Leaves out: the algorithm (src/agent/dqn.ts), how an evaluation goes (trainingEvaluation.ts), building what it needs (session.ts), the
 * command line (src/cli).
 */
import { join } from 'node:path';
import type { Decider } from '../agent/decision.ts';
import type { DqnStep } from '../agent/dqn.ts';
import { encodeSafetensors } from '../agent/safetensors.ts';
import { UserError } from '../errors.ts';
import { type RunState, type SavedCheckpoint, saveCheckpoint, writtenText } from './checkpoint.ts';
import { meanOf } from './evaluation.ts';
import { writeAtomically } from './files.ts';
import { LiveOutput, type WatchedScreen } from './live/liveOutput.ts';
import type { EpisodeMetrics } from './metrics.ts';
import type { Progress } from './progress.ts';
import { BestWeights } from './trainingBest.ts';
import { RunClock, rounded, Speedometer } from './trainingClock.ts';
import { type EvaluationFindings, evaluateAgent, evaluationMetrics, isEvaluationDue } from './trainingEvaluation.ts';
import { type Histories, noHistories, withEvaluation, writeHistories } from './trainingHistories.ts';
import { bestLine, evaluationLine, gameLine, layerLines } from './trainingLines.ts';
import { TrainingLog } from './trainingLog.ts';
import type { RunEnd, Stop, TrainingOptions } from './trainingOptions.ts';
import { EvaluationRecording, GameRecording } from './trainingRecording.ts';

/** Games over which the mean reward is taken, in the papers' and Lapan's reports alike. */
const meanOverGames = 100;
/** The mean of so few games is luck, which must not stand in the way of later ones: after each of them the weights take over. */
const gamesOfLuck = 10;
/** Signals and timers are served between steps at least so often; a step that only awaits settled promises serves none. */
const yieldEveryMs = 50;

export class Training {
  readonly #options: TrainingOptions;
  readonly #log: TrainingLog;
  readonly #live: LiveOutput | undefined;
  readonly #clock: RunClock;
  readonly #recording: GameRecording;
  readonly #rewards: number[];
  #histories: Histories;
  readonly #best: BestWeights;
  /** The next step begins a game. */
  #startsGame: boolean;
  #epsilon = Number.NaN;
  #meanLoss: number | null = null;
  #meanQ: number | null = null;
  #saved: (SavedCheckpoint & { readonly agentSteps: number; readonly metricsBytes: number }) | undefined;
  readonly #displaySpeed: Speedometer;
  readonly #metricsSpeed: Speedometer;
  readonly #gameSpeed: Speedometer;
  #yieldedMs = performance.now();
  #displayedMs = performance.now();

  /** Opens the run's metrics. Throws UserError where they cannot be written. */
  constructor(options: TrainingOptions) {
    const { runFolder, resumedFrom, agent, configuration, screen, status } = options;
    const { counters } = agent;
    this.#options = options;
    const before = resumedFrom?.run;
    const warn = (text: string): void => options.display.line(text);
    const resumedAt = before && { agentSteps: counters.agentSteps, metricsBytes: before.metricsBytes };
    this.#log = new TrainingLog({ runFolder, configuration, resumedAt, status, warn });
    const { liveEverySeconds } = configuration;
    this.#live = liveEverySeconds === 0 ? undefined : new LiveOutput(runFolder, liveEverySeconds, agent, warn);
    this.#clock = new RunClock(before);
    this.#recording = new GameRecording(runFolder, configuration.recordEvery, screen);
    this.#rewards = [...(before?.rewards ?? [])];
    this.#histories = before?.histories ?? noHistories;
    this.#best = new BestWeights(agent, configuration, runFolder, before?.bestMeanReward ?? null);
    this.#startsGame = before?.startsGame ?? true;
    if (resumedFrom !== undefined) {
      const { path, weightsSha256, run } = resumedFrom;
      this.#saved = { path, weightsSha256, agentSteps: counters.agentSteps, metricsBytes: run.metricsBytes };
      // It may be that of a later step.
      if (configuration.evaluateEvery > 0) writeHistories(runFolder, this.#histories);
    }
    this.#displaySpeed = new Speedometer(counters, this.#clock, 3);
    this.#metricsSpeed = new Speedometer(counters, this.#clock, 0);
    this.#gameSpeed = new Speedometer(counters, this.#clock, 0);
  }

  /** Mean unclipped reward of the last 100 games, or of as many as there are; null before the first has ended. */
  get meanReward(): number | null {
    return this.#rewards.length === 0 ? null : meanOf(this.#rewards);
  }

  /** Of the last evaluation; null before the first, and where no game of it came to its end. */
  get evaluationReward(): number | null {
    const { reward_history: rewards, episode_counts: games } = this.#histories;
    return (games.at(-1) ?? 0) > 0 ? rewards.at(-1)! : null;
  }

  /** Without evaluations and the time between stop and resume. */
  get trainingSeconds(): number {
    return this.#clock.trainingSeconds;
  }

  /** The newest checkpoint, written or resumed from. */
  get saved(): SavedCheckpoint | undefined {
    return this.#saved;
  }

  /** Steps until an end that the configuration names, or until `stop.requested`. */
  async run(stop: Stop): Promise<RunEnd> {
    const { agent, display, screen } = this.#options;
    // One that a stop has put off.
    if (this.#evaluationIsDue()) await this.#evaluate(stop);
    for (;;) {
      const end = this.#end(stop);
      if (end !== undefined) {
        await this.#best.write(this.#options.check);
        if (!Number.isNaN(this.#epsilon)) display.progress(this.#progress());
        return end;
      }
      await this.#step();
      if (this.#evaluationIsDue()) await this.#evaluate(stop);
      if (this.#checkpointIsDue()) await this.#ifPossible(() => this.save());
      const breath = this.#breathe(agent, screen);
      if (breath !== undefined) await breath;
      if (this.#displayIsDue()) display.progress(this.#progress());
    }
  }

  /** Writes a checkpoint of this moment, once: a second call without anything between returns the first one's. */
  async save(): Promise<SavedCheckpoint> {
    const { agent, configuration, cartridge, kernels, runFolder } = this.#options;
    const { agentSteps } = agent.counters;
    await this.#best.write(this.#options.check);
    const { metricsBytes } = this.#log;
    if (this.#saved?.agentSteps === agentSteps && this.#saved.metricsBytes === metricsBytes) return this.#saved;
    this.#options.check?.();
    const weights = await agent.weights();
    this.#log.checkpointBegins(agentSteps, weights);
    const { elapsedSeconds, trainingSeconds } = this.#clock;
    const run: RunState = {
      rewards: this.#rewards,
      bestMeanReward: this.#best.mean,
      startsGame: this.#startsGame,
      histories: this.#histories,
      ...{ elapsedSeconds, trainingSeconds, metricsBytes },
    };
    const content = {
      ...{ configuration, cartridge, run, kernels, weights },
      agent: await agent.save(),
      replayHeader: agent.replay.header(),
      replayChunks: agent.replay.chunks(),
    };
    this.#options.check?.();
    const written = await saveCheckpoint(runFolder, content, configuration.keep, this.#saved?.path);
    this.#saved = { ...written, agentSteps, metricsBytes };
    this.#options.display.line(writtenText(written));
    return this.#saved;
  }

  /**
   * After a GPU error that left the device alive: writes the weights as they are now beside the checkpoints, which stay as they are
   * because the step that failed may be half done. Resolves to the file, or to undefined when the weights are not all finite.
   */
  async rescue(): Promise<string | undefined> {
    const { agent, configuration, runFolder } = this.#options;
    const tensors = await agent.weights();
    if (!tensors.every(({ data }) => data.every(Number.isFinite))) return undefined;
    const path = join(runFolder, 'rescued.safetensors');
    const metadata = { format: 'pt', game: configuration.game, agentSteps: String(agent.counters.agentSteps) };
    writeAtomically(path, ...encodeSafetensors({ tensors, metadata }));
    return path;
  }

  close(): void {
    this.#options.display.close();
    this.#log.close();
    this.#live?.close();
  }

  #end(stop: Stop): RunEnd | undefined {
    const { agent, configuration } = this.#options;
    const { steps, targetReward, best } = configuration;
    if (steps > 0 && agent.counters.agentSteps >= steps) return 'steps';
    const enough = this.#rewards.length >= meanOverGames;
    const mean = best === 'evaluation' ? this.evaluationReward : enough ? this.meanReward : null;
    if (targetReward !== null && mean !== null && mean > targetReward) return 'target';
    return stop.requested ? 'stopped' : undefined;
  }

  async #step(): Promise<void> {
    const { agent, configuration } = this.#options;
    const { metricsEvery, updateEvery, layerStatistics } = configuration;
    // The last update before a report of them.
    const stepsLeft = metricsEvery - (agent.counters.agentSteps % metricsEvery);
    agent.keepsGradients = layerStatistics && stepsLeft <= updateEvery;
    if (this.#startsGame) this.#recording.gameBegins(agent.counters.episodes + 1);
    const step = await agent.step();
    this.#epsilon = step.epsilon;
    this.#startsGame = step.episodeEnded;
    this.#recording.stepped();
    if (step.episodeEnded) {
      await this.#ifPossible(() => this.#recording.gameEnded(agent.counters.episodes));
      this.#gameEnded(step);
    }
    if (agent.counters.agentSteps % metricsEvery === 0) await this.#intervalEnded();
  }

  #gameEnded({ episodeReturn, episodeSteps, epsilon }: DqnStep): void {
    const { agent, configuration, display } = this.#options;
    const { episodes, agentSteps } = agent.counters;
    this.#rewards.push(episodeReturn);
    if (this.#rewards.length > meanOverGames) this.#rewards.shift();
    const game: EpisodeMetrics = {
      type: 'episode',
      episode: episodes,
      agentSteps,
      reward: episodeReturn,
      episodeSteps,
      meanReward100: this.meanReward!,
      epsilon,
      stepsPerSecond: rounded(this.#gameSpeed.read().stepsPerSecond),
      elapsedSeconds: rounded(this.#clock.elapsedSeconds),
    };
    this.#log.write(game);
    const { gameLineEvery } = configuration;
    if (gameLineEvery > 0 && episodes % gameLineEvery === 0) display.line(gameLine(game));
    if (configuration.best !== 'training') return;
    const before = this.#best.mean;
    if (episodes <= gamesOfLuck || before === null) this.#best.keep(game.meanReward100);
    else if (this.#best.keepIfBetter(game.meanReward100) && gameLineEvery > 0) {
      display.line(bestLine(before, game.meanReward100));
    }
  }

  async #intervalEnded(): Promise<void> {
    const { agent, configuration, display } = this.#options;
    const { agentSteps, updates, episodes } = agent.counters;
    const { meanLoss, meanQ } = await agent.statistics();
    this.#meanLoss = Number.isFinite(meanLoss) ? meanLoss : null;
    this.#meanQ = Number.isFinite(meanQ) ? meanQ : null;
    const layers = configuration.layerStatistics ? await agent.layerStatistics() : undefined;
    const speed = this.#metricsSpeed.read();
    this.#log.write({
      type: 'progress',
      agentSteps,
      frames: agentSteps * configuration.frameSkip,
      updates,
      episodes,
      meanReward100: this.meanReward,
      meanLoss: this.#meanLoss,
      meanQ: this.#meanQ,
      epsilon: this.#epsilon,
      stepsPerSecond: rounded(speed.stepsPerSecond),
      updatesPerSecond: rounded(speed.updatesPerSecond),
      elapsedSeconds: rounded(this.#clock.elapsedSeconds),
      ...(layers === undefined ? {} : { layers }),
    });
    for (const line of layerLines(layers ?? [])) display.line(line);
    await this.#best.write(this.#options.check);
  }

  #evaluationIsDue(): boolean {
    const { agent, configuration } = this.#options;
    return isEvaluationDue(configuration, agent.counters.agentSteps, this.#histories);
  }

  /** A stop breaks an evaluation off; it is made when the run goes on. */
  async #evaluate(stop: Stop): Promise<void> {
    const { agent, configuration, display, evaluationEnvironment, evaluationScreen } = this.#options;
    if (evaluationEnvironment === undefined) throw new Error('evaluations need an environment of their own');
    const { recordEvaluations, frameSkip } = configuration;
    const recording = recordEvaluations && evaluationScreen && new EvaluationRecording(evaluationScreen, frameSkip);
    const findings = await this.#clock.outsideTraining(async () => {
      const found = await evaluateAgent(agent, evaluationEnvironment, configuration, async (steps, play) => {
        if (recording) recording.stepped(play.games);
        await this.#breathe(play, evaluationScreen);
        if (this.#displayIsDue()) display.status(`Evaluation: ${steps.toLocaleString('en-US')} steps`);
        return !stop.requested;
      });
      if (found !== undefined && recording) await this.#ifPossible(() => this.#writeRecording(recording));
      return found;
    });
    if (findings !== undefined) await this.#evaluated(findings);
  }

  #writeRecording(recording: EvaluationRecording): void {
    const { agentSteps } = this.#options.agent.counters;
    const { gif, width, height } = recording.write(this.#options.runFolder, agentSteps);
    this.#log.evaluatedGame(agentSteps, gif, width, height);
  }

  async #evaluated(findings: EvaluationFindings): Promise<void> {
    const { agent, configuration, display, runFolder } = this.#options;
    const evaluation = evaluationMetrics(findings, configuration, agent.counters, this.#histories, this.#clock);
    this.#log.write(evaluation);
    this.#histories = withEvaluation(this.#histories, evaluation);
    writeHistories(runFolder, this.#histories);
    const savesBest = configuration.best === 'evaluation' && evaluation.isBest;
    if (savesBest && this.#best.keepIfBetter(evaluation.meanReward)) await this.#best.write(this.#options.check);
    display.line(evaluationLine(evaluation, savesBest));
  }

  #checkpointIsDue(): boolean {
    const { agent, configuration } = this.#options;
    const { agentSteps, episodes } = agent.counters;
    const { checkpointEvery, checkpointEveryGames } = configuration;
    const bySteps = checkpointEvery > 0 && agentSteps % checkpointEvery === 0;
    const byGames = checkpointEveryGames > 0 && this.#startsGame && episodes % checkpointEveryGames === 0;
    return bySteps || byGames;
  }

  /** A full disk costs a checkpoint or a recording, not the run: what has been learned since the last checkpoint would be lost with it. */
  async #ifPossible(write: () => unknown): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#options.display.line(`Warning: ${error.message} ${error.hint} The run goes on.`);
    }
  }

  /** Every now and then: has a decision shown, serves signals and timers, and throws what the GPU has reported. */
  #breathe(decider: Decider, screen: WatchedScreen | undefined): Promise<void> | undefined {
    const nowMs = performance.now();
    if (screen !== undefined) this.#live?.look(nowMs, decider, screen);
    if (nowMs - this.#yieldedMs < yieldEveryMs) return undefined;
    this.#yieldedMs = nowMs;
    this.#options.check?.();
    return new Promise((resolve) => setImmediate(resolve));
  }

  #displayIsDue(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#displayedMs < this.#options.display.intervalSeconds * 1000) return false;
    this.#displayedMs = nowMs;
    return true;
  }

  #progress(): Progress {
    const { agent, configuration } = this.#options;
    const { agentSteps, updates, episodes } = agent.counters;
    const speed = this.#displaySpeed.read();
    const stepsLeft = configuration.steps - agentSteps;
    const secondsLeft = configuration.steps > 0 && speed.stepsPerSecond > 0 ? stepsLeft / speed.stepsPerSecond : null;
    return {
      ...{ agentSteps, updates, episodes, meanReward100: this.meanReward, epsilon: this.#epsilon },
      ...{ meanLoss: this.#meanLoss, meanQ: this.#meanQ, ...speed, secondsLeft },
    };
  }
}
