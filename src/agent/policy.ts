/**
 * The greedy policy of one network, for one state at a time or several: the newest frames go up, the Q values come back.
 * Leaves out: exploration (dqn.ts).
 */
import type { Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Readback } from '../../kernels/runtime/readback.ts';
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import { type ChooseVariant, likelyVariants } from '../../kernels/variant.ts';
import type { Xoshiro128 } from '../random.ts';
import type { FrameHistory } from './frameHistory.ts';
import { forwardPass, type ParameterSet } from './network.ts';
import { blackFrame } from './replayMemory.ts';

export class Policy {
  /** States that it takes at a time. */
  readonly states: number;
  readonly #gpu: Gpu;
  readonly #stack: number;
  /** Frames that a history keeps. */
  readonly #kept: number;
  readonly #frameBytes: number;
  /** Each history's ring of frames, one after the other. */
  readonly #frames: Tensor;
  readonly #frameNumbers: Tensor;
  readonly #numbers: Uint32Array;
  /** Whose frames are in each place. */
  readonly #taken: (FrameHistory | undefined)[];
  readonly #actionCount: number;
  readonly #values: Readback;
  readonly #actions: Uint32Array;
  readonly #steps: readonly Step[];

  /** Await `gpu.compiled()` before the first `submit`. `kept`: frames that a history keeps (`framesKept`), by default a state's. */
  constructor(
    gpu: Gpu,
    parameters: ParameterSet,
    observationSize: number,
    stack: number,
    choose: ChooseVariant = likelyVariants(gpu),
    states = 1,
    kept = stack,
  ) {
    const side = observationSize;
    this.states = states;
    this.#gpu = gpu;
    this.#stack = stack;
    this.#kept = kept;
    this.#frameBytes = side * side;
    this.#frames = gpu.tensor('policy.frames', [states * kept, side, side], 'u8');
    this.#frameNumbers = gpu.tensor('policy.frameNumbers', [states, stack], 'u32');
    this.#numbers = new Uint32Array(states * stack);
    this.#taken = new Array(states).fill(undefined);
    this.#actions = new Uint32Array(states);
    this.#actionCount = parameters.architecture.actionCount;
    const { steps, output } = forwardPass(
      gpu,
      parameters,
      { frames: this.#frames, frameNumbers: this.#frameNumbers },
      choose,
    );
    this.#steps = steps;
    this.#values = gpu.readback(output);
    this.#values.f32.fill(Number.NaN);
  }

  /** The action with the largest value in the history's state; of equals the first, or with `ties` any, drawn from there. */
  act(history: FrameHistory, ties?: Xoshiro128): Promise<number> {
    this.submit(history);
    return this.action(ties);
  }

  /**
   * Starts to choose an action for each of `states` histories, and returns at once. A history that comes in another place than before,
   * or after another one there, goes up whole. Two choices may be on their way at a time.
   */
  submit(...histories: readonly FrameHistory[]): void {
    if (histories.length !== this.states) {
      throw new RangeError(`the policy takes ${this.states} histories, not ${histories.length}`);
    }
    for (let state = 0; state < histories.length; state++) this.#take(histories[state], state);
    this.#gpu.write(this.#frameNumbers, this.#numbers);
    this.#values.submit(this.#steps);
  }

  /** The action for the first history of the oldest `submit` whose choice has not been taken. */
  async action(ties?: Xoshiro128): Promise<number> {
    return (await this.actions(ties))[0];
  }

  /** The actions for all histories of the oldest `submit` whose choice has not been taken; overwritten by the next ones. */
  async actions(ties?: Xoshiro128): Promise<Uint32Array> {
    const values = await this.#values.next();
    const count = this.#actionCount;
    for (let state = 0; state < this.states; state++) {
      this.#actions[state] = largest(values, state * count, count, ties);
    }
    return this.#actions;
  }

  /** [states][actions]: Q(s, a) of each action in the states whose actions were taken last, NaN before the first; overwritten by the next ones. */
  values(): Float32Array {
    return this.#values.f32;
  }

  /** Uploads what is new of the history in place `state`. */
  #take(history: FrameHistory, state: number): void {
    const { changed, slots, indices } = history;
    const firstSlot = state * this.#kept;
    const firstNumber = state * this.#stack;
    if (this.#taken[state] !== history) {
      if (slots.length !== this.#kept) {
        throw new RangeError(`the history keeps ${slots.length} frames, the policy takes ${this.#kept}`);
      }
      changed.fill(1);
      this.#taken[state] = history;
    }
    for (let i = 0; i < this.#stack; i++) {
      this.#numbers[firstNumber + i] = indices[i] === blackFrame ? blackFrame : firstSlot + indices[i];
    }
    for (let slot = 0; slot < this.#kept; slot++) {
      if (changed[slot] === 0) continue;
      this.#gpu.write(this.#frames, slots[slot], (firstSlot + slot) * this.#frameBytes);
      changed[slot] = 0;
    }
  }
}

/**
 * Which of the `count` values from `first` on is the largest: of equals the first, or with `ties` one of them, drawn. Nothing is drawn
 * where there is but one.
 */
function largest(values: Float32Array, first: number, count: number, ties: Xoshiro128 | undefined): number {
  let best = 0;
  let equals = 1;
  for (let i = 1; i < count; i++) {
    if (values[first + i] > values[first + best]) {
      best = i;
      equals = 1;
    } else if (values[first + i] === values[first + best]) equals++;
  }
  if (equals === 1 || ties === undefined) return best;
  const value = values[first + best];
  for (let skipped = ties.nextInt(equals); skipped > 0; ) if (values[first + ++best] === value) skipped--;
  return best;
}
