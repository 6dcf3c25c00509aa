/**
 * Plays one cartridge as fast as it can in each of the modes that are measured. There is one console, which the modes share in turns:
 * several in one process slow each other. Actions are drawn by xorshift32, each held for four frames, as traces are played; with one
 * action alone the figures come out up to 30 % too high.
 */
import { Arcade } from '../../src/env/arcade.ts';
import { AtariEnvironment } from '../../src/env/environment.ts';
import { commonEnvironment, type EnvironmentOptions } from '../../src/env/options.ts';
import type { TraceCartridge } from '../../src/env/trace/play.ts';
import { Xoshiro128 } from '../../src/random.ts';

/**
 * `drawn`: every frame is drawn. `seen`: of each four the last two, as agents see them. `observation`: the environment's step, which
 * makes one observation of 84 x 84 from those two.
 */
export const modes = ['drawn', 'seen', 'observation'] as const;
export type Mode = (typeof modes)[number];

export interface Slice {
  readonly frames: number;
  readonly elapsedMs: number;
}

const framesPerAction = 4;
const undrawnFrames = 2;
/** The clock is read after so many actions. */
const actionsPerLook = 10;

const environmentOptions: EnvironmentOptions = {
  ...commonEnvironment,
  frameSkip: framesPerAction,
  rewardClipping: 'sign',
};

export class Player {
  readonly #arcade: Arcade;
  readonly #environment: AtariEnvironment;
  #random = 1;

  constructor({ bytes: rom, game }: TraceCartridge) {
    this.#arcade = new Arcade({ rom, game, seed: 1 });
    this.#environment = new AtariEnvironment(this.#arcade, environmentOptions, new Xoshiro128(1, 'environment'));
  }

  /** Plays for `wantedMs` from the beginning of a game. Loading and resets are not counted: neither their time nor their frames. */
  play(mode: Mode, wantedMs: number): Slice {
    let frames = 0;
    let elapsedMs = 0;
    while (elapsedMs < wantedMs) {
      const observed = mode === 'observation';
      if (observed) this.#environment.reset();
      else this.#arcade.reset();
      const startMs = performance.now();
      const endMs = startMs + wantedMs - elapsedMs;
      do {
        for (let i = 0; i < actionsPerLook && !this.#arcade.terminal; i++) {
          frames += observed ? this.#step() : this.#act(mode === 'drawn' ? 0 : undrawnFrames);
        }
      } while (!this.#arcade.terminal && performance.now() < endMs);
      elapsedMs += performance.now() - startMs;
    }
    return { frames, elapsedMs };
  }

  /** Plays at least `frames` frames in each mode. */
  warmUp(frames: number): void {
    for (const mode of modes) {
      for (let played = 0; played < frames; ) played += this.play(mode, 50).frames;
    }
  }

  #step(): number {
    const before = this.#arcade.episodeFrames;
    this.#environment.step(this.#nextRandom() % this.#environment.actionCount);
    return this.#arcade.episodeFrames - before;
  }

  #act(undrawn: number): number {
    const arcade = this.#arcade;
    const action = arcade.actions[this.#nextRandom() % arcade.actions.length];
    for (let frame = 0; frame < framesPerAction; frame++) {
      arcade.act(action, frame >= undrawn);
      if (arcade.terminal) return frame + 1;
    }
    return framesPerAction;
  }

  #nextRandom(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return this.#random >>> 0;
  }
}
