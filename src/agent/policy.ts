/**
 * The greedy policy of one network, for one state at a time: the newest frame goes up, one action comes back.
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

export class Policy {
  readonly #gpu: Gpu;
  /** The history's ring of frames, slot by slot. */
  readonly #slots: readonly Tensor[];
  readonly #frameNumbers: Tensor;
  readonly #values: Tensor;
  readonly #action: Readback;
  readonly #steps: readonly Step[];

  /** Await `gpu.compiled()` before the first `act`. */
  constructor(
    gpu: Gpu,
    parameters: ParameterSet,
    observationSize: number,
    stack: number,
    choose: ChooseVariant = likelyVariants(gpu),
  ) {
    const side = observationSize;
    const frameBytes = side * side;
    const frames = gpu.tensor('policy.frames', [stack, side, side], 'u8');
    this.#gpu = gpu;
    this.#slots = Array.from({ length: stack }, (_, slot) => ({
      ...frames,
      shape: [side, side],
      offset: slot * frameBytes,
      byteLength: frameBytes,
    }));
    this.#frameNumbers = gpu.tensor('policy.frameNumbers', [1, stack], 'u32');
    const action = gpu.tensor('policy.action', [1], 'u32');
    this.#action = gpu.readback(action);
    const forward = forwardPass(gpu, parameters, { frames, frameNumbers: this.#frameNumbers }, choose);
    this.#values = forward.output;
    this.#steps = [...forward.steps, ...bind(gpu, argmaxForward({ values: forward.output, output: action }))];
  }

  /** The action with the largest value in the history's state; the first of equals. */
  async act(history: FrameHistory): Promise<number> {
    for (let slot = 0; slot < this.#slots.length; slot++) {
      if (history.changed[slot] === 0) continue;
      this.#gpu.write(this.#slots[slot], history.slots[slot]);
      history.changed[slot] = 0;
    }
    this.#gpu.write(this.#frameNumbers, history.indices);
    await this.#action.read(this.#steps);
    return this.#action.u32[0];
  }

  /** Q(s, a) of each action in the state of the last `act`. */
  values(): Promise<Float32Array> {
    return this.#gpu.readF32(this.#values);
  }
}
