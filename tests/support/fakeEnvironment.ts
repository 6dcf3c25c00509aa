/**
 * A task that a network learns in a few hundred updates: one of two halves of the frame is bright, and the action must name it.
 * Episodes last four steps; a right answer is worth 1, a wrong one -1.
 */
import type { Environment, EnvironmentStep } from '../../src/agent/environment.ts';
import { Xoshiro128 } from '../../src/random.ts';

export class BrightHalf implements Environment {
  readonly actionCount = 2;
  readonly frame: Uint8Array;
  readonly #size: number;
  readonly #random: Xoshiro128;
  #bright = 0;
  #steps = 0;
  #return = 0;

  constructor(size: number, seed: number) {
    this.#size = size;
    this.frame = new Uint8Array(size * size);
    this.#random = new Xoshiro128(seed, 'bright half');
  }

  /** The action that is right now. */
  get bright(): number {
    return this.#bright;
  }

  reset(): void {
    this.#steps = 0;
    this.#return = 0;
    this.#draw();
  }

  step(action: number): EnvironmentStep {
    const reward = action === this.#bright ? 1 : -1;
    this.#steps++;
    this.#return += reward;
    const over = this.#steps === 4;
    this.#draw();
    return {
      reward,
      rawReward: reward,
      terminated: over,
      truncated: false,
      endsValue: over,
      info: {
        episodeReturn: this.#return,
        episodeSteps: this.#steps,
        gameOver: over,
        lives: 0,
        score: this.#return,
        frame: this.#steps,
      },
    };
  }

  snapshot(): Uint8Array {
    const words = new Int32Array([...this.#random.state, this.#bright, this.#steps, this.#return]);
    return new Uint8Array(words.buffer);
  }

  restore(bytes: Uint8Array): void {
    const words = new Int32Array(bytes.slice().buffer);
    this.#random.state.set(words.subarray(0, 4));
    [this.#bright, this.#steps, this.#return] = words.subarray(4);
    this.#draw(this.#bright);
  }

  #draw(bright = this.#random.nextInt(2)): void {
    const size = this.#size;
    this.#bright = bright;
    for (let i = 0; i < this.frame.length; i++) this.frame[i] = i % size < size / 2 === (bright === 0) ? 200 : 20;
  }
}

/**
 * A task without an end whose step number n, from 0, is worth `rewards[n % length]`, whatever the action; each pixel of the frame is n
 * modulo 256. After a reward of -3, a lost life, no value follows.
 */
export class ScriptedRewards implements Environment {
  readonly actionCount = 2;
  readonly frame: Uint8Array;
  readonly #rewards: readonly number[];
  #steps = 0;
  #return = 0;

  constructor(size: number, rewards: readonly number[]) {
    this.frame = new Uint8Array(size * size);
    this.#rewards = rewards;
  }

  reset(): void {
    this.#steps = this.#return = 0;
    this.frame.fill(0);
  }

  step(): EnvironmentStep {
    const reward = this.#rewards[this.#steps % this.#rewards.length];
    this.#steps++;
    this.#return += reward;
    this.frame.fill(this.#steps);
    return {
      reward,
      rawReward: reward,
      terminated: false,
      truncated: false,
      endsValue: reward === -3,
      info: {
        episodeReturn: this.#return,
        episodeSteps: this.#steps,
        gameOver: false,
        lives: 0,
        score: this.#return,
        frame: this.#steps,
      },
    };
  }

  snapshot(): Uint8Array {
    return new Uint8Array(new Float64Array([this.#steps, this.#return]).buffer);
  }

  restore(bytes: Uint8Array): void {
    [this.#steps, this.#return] = new Float64Array(bytes.slice().buffer);
    this.frame.fill(this.#steps);
  }
}
