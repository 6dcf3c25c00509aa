/**
 * What is on the page: a person's console, an agent's, or both side by side, run from the page's clock.
 * Leaves out what it looks like (stageView.tsx).
 */
import type { TelevisionFormat } from '../../emulator/console/properties.ts';
import type { AgentPlayer } from './agentPlayer.ts';
import { FrameClock } from './frameClock.ts';
import { GamepadHands } from './gamepad.ts';
import type { HumanPlayer } from './humanPlayer.ts';
import { ScreenPainter } from './screenPainter.ts';

/** Screens a second. */
export const framesPerSecond: Readonly<Record<TelevisionFormat, number>> = { NTSC: 60, PAL: 50, SECAM: 50 };

const countdownSeconds = 3;
/** How fast an agent plays a match's rest alone. */
const aloneSpeed = 4;
/** Of what the adapter can do, so much is asked of it: its steps do not all take the same time. */
const ease = 0.95;
/** Below this share of real time the page says that it is slow. */
const slowShare = 0.97;

/**
 * `ready`: nothing has begun; `preparing`: the agent computes its first step; `countdown`: both wait; `over`: all games have ended, which
 * an agent alone never comes to.
 */
export type Phase = 'ready' | 'preparing' | 'countdown' | 'playing' | 'over';

export interface StageEvents {
  /** Something that words or numbers show has changed: phase, pause, score, end, speed. */
  onChange(): void;
  /** Another step of the agent's is shown. */
  onAgentStep(): void;
  onFailure(error: unknown): void;
}

export class Stage {
  readonly human: HumanPlayer | undefined;
  readonly agent: AgentPlayer | undefined;
  readonly events: StageEvents;
  phase: Phase = 'ready';
  paused = false;
  /** Seconds left of the countdown. */
  count = 0;
  humanOver = false;
  agentOver = false;
  humanScore = 0;
  agentScore = 0;
  /** Whole games of the agent since the start, and their mean reward. */
  agentGames = 0;
  agentMeanReward = 0;
  /** How fast the agent plays where the adapter keeps up; 1 in a match. */
  agentSpeed = 1;
  /** The agent's speed as a share of what was asked for; below 1 the adapter is too slow. */
  agentShare = 1;

  readonly #humanClock: FrameClock;
  readonly #agentClock: FrameClock;
  readonly #agentRate: number;
  readonly #gamepad = new GamepadHands();
  #humanPainter: ScreenPainter | undefined;
  #agentPainter: ScreenPainter | undefined;
  #request = 0;
  #countdownEndMs = 0;
  #lastStep = -1;
  #round = 0;

  constructor(human: HumanPlayer | undefined, agent: AgentPlayer | undefined, events: StageEvents) {
    this.human = human;
    this.agent = agent;
    this.events = events;
    this.#humanClock = new FrameClock(framesPerSecond[human?.arcade.format ?? 'NTSC']);
    this.#agentRate = framesPerSecond[agent?.format ?? 'NTSC'];
    this.#agentClock = new FrameClock(this.#agentRate);
    if (agent !== undefined) agent.onFailure = (error) => this.#fail(error);
  }

  get isMatch(): boolean {
    return this.human !== undefined && this.agent !== undefined;
  }

  get agentIsSlow(): boolean {
    return this.agentShare < slowShare;
  }

  showHumanOn(canvas: HTMLCanvasElement): void {
    const { arcade } = this.human!;
    this.#humanPainter = new ScreenPainter(canvas, arcade.screenHeight, arcade.format);
    this.#humanPainter.paint(arcade.screen);
  }

  showAgentOn(canvas: HTMLCanvasElement): void {
    const { screenHeight, format } = this.agent!;
    this.#agentPainter = new ScreenPainter(canvas, screenHeight, format);
  }

  /** Begins a new game, or a match. */
  async start(seed: number): Promise<void> {
    const round = ++this.#round;
    cancelAnimationFrame(this.#request);
    this.paused = false;
    this.humanOver = this.agentOver = false;
    this.humanScore = this.agentScore = 0;
    this.agentGames = this.agentMeanReward = 0;
    this.agentShare = 1;
    this.#lastStep = -1;
    this.#phase('preparing');
    let start: Uint8Array | undefined;
    if (this.agent !== undefined) {
      start = await this.agent.begin(seed);
      if (start === undefined || round !== this.#round) return;
    }
    this.human?.begin(start);
    if (this.human !== undefined) this.#humanPainter?.paint(this.human.arcade.screen);
    if (this.isMatch) {
      // Both see the same picture until they may begin.
      this.#agentPainter?.paint(this.human!.arcade.screen);
      this.count = countdownSeconds;
      this.#countdownEndMs = performance.now() + countdownSeconds * 1000;
      this.#phase('countdown');
    } else {
      this.#phase('playing');
    }
    this.#run();
  }

  setPaused(paused: boolean): void {
    if (paused === this.paused || this.phase !== 'playing') return;
    this.paused = paused;
    this.human?.hands.release();
    if (paused) cancelAnimationFrame(this.#request);
    else this.#run();
    this.events.onChange();
  }

  close(): void {
    this.#round++;
    cancelAnimationFrame(this.#request);
    this.agent?.close();
    this.#gamepad.close();
  }

  #run(): void {
    this.#humanClock.stop();
    this.#agentClock.stop();
    this.#request = requestAnimationFrame(this.#frame);
  }

  /** One picture of the display. */
  readonly #frame = (nowMs: number): void => {
    this.#request = requestAnimationFrame(this.#frame);
    if (this.phase === 'countdown') {
      const left = Math.ceil((this.#countdownEndMs - nowMs) / 1000);
      if (left > 0) {
        if (left !== this.count) {
          this.count = left;
          this.events.onChange();
        }
        return;
      }
      this.#phase('playing');
    }
    try {
      if (this.human !== undefined) this.#playHuman(this.human, nowMs);
      if (this.agent !== undefined) this.#playAgent(this.agent, nowMs);
    } catch (error) {
      this.#fail(error);
    }
    if (this.isMatch && this.humanOver && this.agentOver) {
      cancelAnimationFrame(this.#request);
      this.#phase('over');
    }
  };

  #playHuman(human: HumanPlayer, nowMs: number): void {
    const due = this.#humanClock.due(nowMs);
    if (due === 0 || (this.humanOver && this.isMatch)) return;
    const { arcade, hands } = human;
    this.#gamepad.read(hands);
    if (this.isMatch) {
      // One game each, from beginning to end.
      hands.letGo('reset');
      hands.letGo('select');
    }
    for (let frame = 0; frame < due; frame++) human.frame();
    this.#humanPainter?.paint(arcade.screen);
    if (arcade.score === this.humanScore && arcade.terminal === this.humanOver) return;
    this.humanScore = arcade.score;
    // Alone the console runs on: RESET begins another game.
    this.humanOver = arcade.terminal;
    this.events.onChange();
  }

  #playAgent(agent: AgentPlayer, nowMs: number): void {
    const clock = this.#agentClock;
    const wanted = this.isMatch && this.humanOver ? aloneSpeed : this.agentSpeed;
    clock.speed = wanted * this.agentShare;
    const due = clock.due(nowMs);
    if (this.agentOver) return;
    let screen: Uint8Array | undefined;
    for (let frame = 0; frame < due; frame++) {
      const next = agent.next();
      if (next === undefined) break;
      screen = next;
      if (agent.endedGame) {
        this.#endAgentsGame(agent);
        break;
      }
    }
    if (screen === undefined) return;
    this.#agentPainter?.paint(screen);
    const step = agent.shown!.number;
    if (step !== this.#lastStep) {
      this.#lastStep = step;
      this.#paceAgent(agent, wanted);
      this.events.onAgentStep();
    }
    if (agent.score !== this.agentScore) {
      this.agentScore = agent.score;
      this.events.onChange();
    }
  }

  #endAgentsGame(agent: AgentPlayer): void {
    const { reward } = agent.shown!.result!;
    this.agentMeanReward = (this.agentMeanReward * this.agentGames + reward) / (this.agentGames + 1);
    this.agentGames++;
    this.agentScore = agent.score;
    if (this.isMatch) {
      this.agentOver = true;
      agent.stop();
    }
    this.events.onChange();
  }

  /** Evenly slower where the adapter cannot keep up, rather than in jerks. */
  #paceAgent(agent: AgentPlayer, wanted: number): void {
    const possible = (1000 * agent.frameSkip) / this.#agentRate / agent.stepMs;
    const wasSlow = this.agentIsSlow;
    const share = Math.min(1, (ease * possible) / wanted);
    const isNews = Math.abs(share - this.agentShare) > 0.05;
    this.agentShare = share;
    if (isNews || wasSlow !== this.agentIsSlow) this.events.onChange();
  }

  #fail(error: unknown): void {
    cancelAnimationFrame(this.#request);
    this.agent?.stop();
    this.#round++;
    this.#phase('ready');
    this.events.onFailure(error);
  }

  #phase(phase: Phase): void {
    this.phase = phase;
    this.events.onChange();
  }
}
