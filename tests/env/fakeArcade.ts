/** An arcade of flat screens whose lives, rewards and end a test scripts, and the environments made with it. */
import { expect } from 'bun:test';
import { actions } from '../../src/emulator/console/action.ts';
import { AtariEnvironment, type FrameSource } from '../../src/env/environment.ts';
import type { EnvironmentOptions } from '../../src/env/options.ts';
import { paletteOf } from '../../src/env/palette.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { plainEnvironment } from '../support/options.ts';

/** What happens in a game of the fake arcade, by the frame's number in the game (1 is the first that `act` plays). */
export interface Script {
  readonly reward?: (frame: number, action: number) => number;
  readonly lives?: (frame: number) => number;
  readonly overAt?: number;
  readonly actions?: readonly number[];
}

/**
 * Shows the frame's number: the whole screen in colour `colourOf(frame)`. Remembers what was played, and which frames were said to be
 * looked at.
 */
export class FakeArcade implements FrameSource {
  readonly actions: readonly number[];
  readonly screenHeight = 210;
  readonly format = 'NTSC';
  readonly screen = new Uint8Array(160 * 210);
  readonly previousScreen = new Uint8Array(160 * 210);
  readonly script: Script;
  played: (number | 'reset')[] = [];
  /** For each frame whether it was drawn. */
  drawn: boolean[] = [];
  seeds: number[] = [];
  frame = 0;
  score = 0;

  constructor(script: Script = {}) {
    this.script = script;
    this.actions = script.actions ?? actions('NOOP', 'FIRE', 'RIGHT', 'LEFT');
  }
  get lives() {
    return this.script.lives?.(this.frame) ?? 0;
  }
  get terminal() {
    return this.frame >= (this.script.overAt ?? Number.POSITIVE_INFINITY);
  }
  reset() {
    this.played.push('reset');
    this.frame = this.score = 0;
    this.screen.fill(colourOf(0));
  }
  act(action: number, draw = true) {
    this.played.push(action);
    this.drawn.push(draw);
    this.frame++;
    this.previousScreen.set(this.screen);
    this.screen.fill(colourOf(this.frame));
    const reward = this.script.reward?.(this.frame, action) ?? 0;
    this.score += reward;
    return reward;
  }
  seed(seed: number) {
    this.seeds.push(seed);
  }
  snapshot() {
    return new Uint8Array(Int32Array.of(this.frame, this.score).buffer);
  }
  restore(bytes: Uint8Array) {
    [this.frame, this.score] = new Int32Array(bytes.slice().buffer);
    this.screen.fill(colourOf(this.frame));
  }
}

/** 127 colours in turn, never black. */
export function colourOf(frame: number): number {
  return 2 * (1 + (frame % 127));
}

/** The one value of an observation that shows frame `newest` over frame `previous`. */
export function grey(newest: number, previous = newest): number {
  const { milliLuminanceOfMax } = paletteOf('NTSC');
  return Math.floor(milliLuminanceOfMax[colourOf(newest) * 256 + colourOf(previous)] / 1000);
}

export function make(script: Script, options: Partial<EnvironmentOptions> = {}, seed = 1) {
  const arcade = new FakeArcade(script);
  return {
    arcade,
    env: new AtariEnvironment(arcade, { ...plainEnvironment, ...options }, new Xoshiro128(seed, 'environment')),
  };
}

/** The values of each flat frame of a state, oldest first. */
export function stackOf(env: AtariEnvironment): number[] {
  const state = env.observation();
  return Array.from({ length: env.options.stack }, (_, i) => {
    const observation = state.subarray(i * 7056, (i + 1) * 7056);
    expect(observation.every((byte) => byte === observation[0])).toBe(true);
    return observation[0];
  });
}
