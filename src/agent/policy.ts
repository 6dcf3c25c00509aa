/**
 * The greedy policy of one network, for one state at a time or several: the newest frames go up, the actions come back.
 * Leaves out: exploration (dqn.ts).
 */
import { argmaxForward } from '../../kernels/max.ts';
import type { Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Readback } from '../../kernels/runtime/readback.ts';
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import { type ChooseVariant, likelyVariants } from '../../kernels/variant.ts';
import type { FrameHistory } from './frameHistory.ts';
import { bind, forwardPass, type ParameterSet } from './network.ts';
import { blackFrame } from './replayMemory.ts';

export class Policy {
  /** States that it takes at a time. */
  readonly states: number;
  readonly #gpu: Gpu;
  readonly #stack: number;
  readonly #frameBytes: number;
  /** Each history's ring of frames, one after the other. */
  readonly #frames: Tensor;
  readonly #frameNumbers: Tensor;
  readonly #numbers: Uint32Array;
  readonly #values: Tensor;
  readonly #actions: Readback;
  readonly #steps: readonly Step[];

  /** Await `gpu.compiled()` before the first `submit`. */
  constructor(
    gpu: Gpu,
    parameters: ParameterSet,
    observationSize: number,
    stack: number,
    choose: ChooseVariant = likelyVariants(gpu),
    states = 1,
  ) {
    const side = observationSize;
    this.states = states;
    this.#gpu = gpu;
    this.#stack = stack;
    this.#frameBytes = side * side;
    this.#frames = gpu.tensor('policy.frames', [states * stack, side, side], 'u8');
    this.#frameNumbers = gpu.tensor('policy.frameNumbers', [states, stack], 'u32');
    this.#numbers = new Uint32Array(states * stack);
    const actions = gpu.tensor('policy.actions', [states], 'u32');
    this.#actions = gpu.readback(actions);
    const forward = forwardPass(gpu, parameters, { frames: this.#frames, frameNumbers: this.#frameNumbers }, choose);
    this.#values = forward.output;
    this.#steps = [...forward.steps, ...bind(gpu, argmaxForward({ values: forward.output, output: actions }))];
  }

  /** The action with the largest value in the history's state; the first of equals. */
  act(history: FrameHistory): Promise<number> {
    this.submit(history);
    return this.action();
  }

  /**
   * Starts to choose an action for each of `states` histories, and returns at once; a history always comes in the same place. Two
   * choices may be on their way at a time.
   */
  submit(...histories: readonly FrameHistory[]): void {
    if (histories.length !== this.states) {
      throw new RangeError(`the policy takes ${this.states} histories, not ${histories.length}`);
    }
    for (let state = 0; state < histories.length; state++) this.#take(histories[state], state * this.#stack);
    this.#gpu.write(this.#frameNumbers, this.#numbers);
    this.#actions.submit(this.#steps);
  }

  /** The action for the first history of the oldest `submit` whose choice has not been taken. */
  async action(): Promise<number> {
    return (await this.actions())[0];
  }

  /** The actions for all histories of the oldest `submit` whose choice has not been taken; overwritten by the next ones. */
  async actions(): Promise<Uint32Array> {
    await this.#actions.next();
    return this.#actions.u32;
  }

  /** [states][actions]: Q(s, a) of each action in the states of the last `submit`. */
  values(): Promise<Float32Array> {
    return this.#gpu.readF32(this.#values);
  }

  /** Uploads what is new of the history, whose slots are numbered from `first` on. */
  #take({ changed, slots, indices }: FrameHistory, first: number): void {
    for (let slot = 0; slot < this.#stack; slot++) {
      const index = indices[slot];
      this.#numbers[first + slot] = index === blackFrame ? blackFrame : first + index;
      if (changed[slot] === 0) continue;
      this.#gpu.write(this.#frames, slots[slot], (first + slot) * this.#frameBytes);
      changed[slot] = 0;
    }
  }
}
