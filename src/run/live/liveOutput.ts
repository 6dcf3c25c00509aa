/**
 * Writes live.bin in a run's folder: the next decision after each so many seconds of the clock, in place, from one buffer.
 * Leaves out: what the file holds (liveFrame.ts).
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Decider, Decision } from '../../agent/decision.ts';
import { blackFrame } from '../../agent/replayMemory.ts';
import type { Action } from '../../emulator/console/action.ts';
import type { TelevisionFormat } from '../../emulator/console/properties.ts';
import { UserError } from '../../errors.ts';
import { whileWriting } from '../files.ts';
import { encodeLiveFrame, liveFrameBytes } from './liveFrame.ts';

/** A console's screen, how to show it, and what its player may do. */
export interface WatchedScreen {
  /** 160 x `screenHeight` colour register values: the newest frame. */
  readonly screen: () => Uint8Array;
  readonly screenHeight: number;
  readonly format: TelevisionFormat;
  /** The console's number of each action. */
  readonly actions: readonly Action[];
}

/** What of the agent is shown beside its decisions. */
export interface WatchedAgent {
  readonly counters: { readonly agentSteps: number };
  /** Q(s, a) of each action in the last state that the network was asked about. */
  values(): Float32Array;
}

export class LiveOutput {
  readonly #path: string;
  readonly #everyMs: number;
  readonly #agent: WatchedAgent & Decider;
  readonly #warn: (text: string) => void;
  #dueMs = 0;
  #file: number | undefined;
  #buffer = new Uint8Array(0);
  #sequence = 0;

  constructor(runFolder: string, everySeconds: number, agent: WatchedAgent & Decider, warn: (text: string) => void) {
    this.#path = join(runFolder, 'live.bin');
    this.#everyMs = everySeconds * 1000;
    this.#agent = agent;
    this.#warn = warn;
  }

  /**
   * Between steps: where it is time by the clock (`performance.now()`), the next decision of `decider` (the agent, or else an
   * evaluation's player) will be written.
   */
  look(nowMs: number, decider: Decider, screen: WatchedScreen): void {
    if (nowMs < this.#dueMs) return;
    this.#dueMs = nowMs + this.#everyMs;
    decider.onNextDecision = (decision) => this.#show(decision, screen, decider !== this.#agent);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** Where the file cannot be written the run says so once and goes on without. */
  #show(decision: Decision, screen: WatchedScreen, isEvaluation: boolean): void {
    try {
      whileWriting(this.#path, () => this.#write(decision, screen, isEvaluation));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#dueMs = Infinity;
      this.#warn(`Warning: ${error.message} Nothing more is shown of this run as it plays; it goes on.`);
    }
  }

  #write({ history, game, gameReward, ...decision }: Decision, watched: WatchedScreen, isEvaluation: boolean): void {
    const { indices, slots } = history;
    const frameBytes = slots[0].length;
    const black = new Uint8Array(frameBytes);
    const { screenHeight, format, actions } = watched;
    const frame = {
      ...{ ...decision, isEvaluation, agentSteps: this.#agent.counters.agentSteps, episode: game },
      ...{ episodeReward: gameReward, actions, qValues: this.#agent.values(), screen: watched.screen() },
      ...{ screenHeight, format, frameSide: Math.sqrt(frameBytes), writtenAtMs: Date.now() },
      frames: Array.from(indices, (slot) => (slot === blackFrame ? black : slots[slot])),
    };
    if (this.#buffer.length !== liveFrameBytes(frame)) this.#buffer = new Uint8Array(liveFrameBytes(frame));
    this.#sequence = (this.#sequence + 1) >>> 0;
    encodeLiveFrame(frame, this.#sequence, this.#buffer);
    this.#file ??= openSync(this.#path, 'w');
    writeSync(this.#file, this.#buffer, 0, this.#buffer.length, 0);
  }
}
