/**
 * What both networks say of transitions that are drawn once and kept: how training goes, whatever the agent meets meanwhile.
 * Leaves out: drawing them, and when to look (dqn.ts).
 * Source: DeepMind's validation statistics (reference algorithms.md, A.12). Its V also counts next states after the end of an episode,
 * whose frames this project's memory does not keep: here V is the mean over all others.
 */
import { framesGather } from '../../kernels/framesGather.ts';
import type { Step } from '../../kernels/runtime/dispatch.ts';
import type { Gpu } from '../../kernels/runtime/gpu.ts';
import type { Tensor } from '../../kernels/runtime/tensor.ts';
import { tdLoss } from '../../kernels/tdLoss.ts';
import { statisticsShape } from '../../kernels/updateStatistics.ts';
import { type ChooseVariant, likelyVariants } from '../../kernels/variant.ts';
import { joined } from './joined.ts';
import { type Learner, nextValueWeight } from './learner.ts';
import { bind, forwardPass } from './network.ts';
import type { DqnOptions } from './options.ts';
import { blackFrame, framesPerSample, type ReplayBatch } from './replayMemory.ts';

export interface ValidationStatistics {
  /** Mean over the transitions of max over a of Q_target(s', a); NaN where each ends its episode. */
  readonly meanValue: number;
  /** Mean magnitude of the TD error, clipped as in training. */
  readonly meanTdError: number;
  /** The largest Q(s, a) of the online network. */
  readonly maxValue: number;
}

/** Of a piece's results: the online network's values, the target network's of the next states, the TD errors. */
const resultsOfPiece = 3;

export class Validator {
  /** Transitions. */
  readonly size: number;
  readonly #gpu: Gpu;
  readonly #options: DqnOptions;
  /** Frames of a transition. */
  readonly #slots: number;
  readonly #actionCount: number;
  /** Transitions of a piece: those of an update, so that the same kernels run. */
  readonly #pieceSize: number;
  /** The transitions' frames, a tensor a piece. */
  readonly #kept: readonly Tensor[];
  // The piece at work.
  readonly #frames: Tensor;
  readonly #stateNumbers: Tensor;
  readonly #nextStateNumbers: Tensor;
  readonly #actions: Tensor;
  readonly #rewards: Tensor;
  readonly #discounts: Tensor;
  /** [pieces][resultsOfPiece][#pieceSize][actions] */
  readonly #results: Tensor;
  /** What a piece runs. */
  readonly #pieceSteps: readonly (readonly Step[])[];
  // The transitions, as in a ReplayBatch; frame numbers count within a piece, and what fills the last piece up is black.
  readonly #numbers: { readonly states: Uint32Array; readonly nextStates: Uint32Array; readonly actions: Uint32Array };
  readonly #rewardValues: Float32Array;
  readonly #discountValues: Float32Array;
  readonly #terminals: Float32Array;
  #isFilled = false;

  /** For `size` transitions. Await `gpu.compiled()` before the first call; `choose` decides which shaders run. */
  constructor(
    gpu: Gpu,
    learner: Pick<Learner, 'online' | 'target'>,
    options: DqnOptions,
    size: number,
    choose: ChooseVariant = likelyVariants(gpu),
  ) {
    const { batchSize: piece, observationSize: side, stack } = options;
    const { actionCount } = learner.online.architecture;
    const pieces = Math.ceil(size / piece);
    this.size = size;
    this.#gpu = gpu;
    this.#options = options;
    const slots = framesPerSample(options);
    this.#slots = slots;
    this.#actionCount = actionCount;
    this.#pieceSize = piece;
    const frames = (name: string): Tensor => gpu.tensor(name, [piece * slots, side, side], 'u8');
    this.#kept = Array.from({ length: pieces }, (_, p) => frames(`validation.frames${p}`));
    this.#frames = frames('validation.frames');
    this.#stateNumbers = gpu.tensor('validation.stateNumbers', [piece, stack], 'u32');
    this.#nextStateNumbers = gpu.tensor('validation.nextStateNumbers', [piece, stack], 'u32');
    this.#actions = gpu.tensor('validation.actions', [piece], 'u32');
    this.#rewards = gpu.tensor('validation.rewards', [piece]);
    this.#discounts = gpu.tensor('validation.discounts', [piece]);
    this.#results = gpu.tensor('validation.results', [pieces, resultsOfPiece, piece, actionCount]);
    this.#pieceSteps = this.#steps(learner, choose);
    const room = pieces * piece;
    const numbers = (): Uint32Array => new Uint32Array(room * stack).fill(blackFrame);
    this.#numbers = { states: numbers(), nextStates: numbers(), actions: new Uint32Array(room) };
    this.#rewardValues = new Float32Array(room);
    this.#discountValues = new Float32Array(room);
    this.#terminals = new Float32Array(room);
  }

  /** Both networks and the TD errors, of each piece. */
  #steps({ online, target }: Pick<Learner, 'online' | 'target'>, choose: ChooseVariant): Step[][] {
    const gpu = this.#gpu;
    const { doubleDqn, loss, clipDelta } = this.#options;
    const nextStates = { frames: this.#frames, frameNumbers: this.#nextStateNumbers };
    const targetPass = forwardPass(gpu, target, nextStates, choose);
    const choosingPass = doubleDqn ? forwardPass(gpu, online, nextStates, choose) : undefined;
    const states = { frames: this.#frames, frameNumbers: this.#stateNumbers };
    const onlinePass = forwardPass(gpu, online, states, choose);
    // The gradient of this form is the clipped error itself.
    const errors = gpu.tensor('validation.errors', [this.#pieceSize, this.#actionCount]);
    const head = tdLoss({
      values: onlinePass.output,
      nextValues: targetPass.output,
      choosingValues: choosingPass?.output,
      actions: this.#actions,
      rewards: this.#rewards,
      discounts: this.#discounts,
      dValues: errors,
      statistics: gpu.tensor('validation.statistics', statisticsShape),
      loss: 'clipped-delta',
      clipDelta: loss === 'squared' ? null : clipDelta,
      reduction: 'sum',
    });
    const steps = [...targetPass.steps, ...(choosingPass?.steps ?? []), ...onlinePass.steps, ...bind(gpu, head)];
    return this.#kept.map((kept, piece) => [
      gpu.copy(kept, this.#frames),
      ...steps,
      ...[onlinePass.output, targetPass.output, errors].map((tensor, i) => {
        const { byteLength } = tensor;
        const offset = (piece * resultsOfPiece + i) * byteLength;
        return gpu.copy(tensor, { ...this.#results, shape: tensor.shape, offset, byteLength });
      }),
    ]);
  }

  /** Whether it has its transitions. */
  get isFilled(): boolean {
    return this.#isFilled;
  }

  /**
   * Takes the transitions, `size` of them with rewards as the environment gave them; their frames from the batch, or from `shards`
   * where the memory's frames lie on the GPU. Rejects with RangeError where the batch is of another size.
   */
  async take(batch: ReplayBatch, shards: readonly Tensor[] = []): Promise<void> {
    const { size } = this;
    const slotCount = size * this.#slots;
    if (batch.batchSize !== size || batch.entries.length !== slotCount) {
      throw new RangeError(
        `validation takes ${size} transitions of ${this.#slots} frames, not ${batch.batchSize} with ${batch.entries.length} frames`,
      );
    }
    const { stack } = this.#options;
    const pieceSlots = this.#pieceSize * this.#slots;
    const local = (index: number, i: number): number =>
      index === blackFrame ? blackFrame : index - Math.floor(i / stack / this.#pieceSize) * pieceSlots;
    this.#numbers.states.set(batch.stateIndices.map(local));
    this.#numbers.nextStates.set(batch.nextStateIndices.map(local));
    this.#numbers.actions.set(batch.actions);
    this.#rewardValues.set(batch.rewards);
    this.#discountValues.set(batch.discounts);
    this.#terminals.set(batch.terminals);
    if (shards.length === 0) this.#writeFrames(batch.frames);
    else await this.#gather(batch.entries, shards);
    this.#isFilled = true;
  }

  #writeFrames(frames: Uint8Array): void {
    const pieceBytes = this.#pieceSize * this.#slots * this.#options.observationSize ** 2;
    for (const [piece, kept] of this.#kept.entries()) {
      this.#gpu.write(kept, frames.subarray(piece * pieceBytes, (piece + 1) * pieceBytes));
    }
  }

  async #gather(entries: Uint32Array, shards: readonly Tensor[]): Promise<void> {
    const gpu = this.#gpu;
    const pieceSlots = this.#pieceSize * this.#slots;
    const tensor = gpu.tensor('validation.entries', [pieceSlots], 'u32');
    const gather = bind(gpu, framesGather({ shards, entries: tensor, output: this.#frames }));
    await gpu.compiled();
    for (const [piece, kept] of this.#kept.entries()) {
      gpu.write(tensor, entries.subarray(piece * pieceSlots, (piece + 1) * pieceSlots));
      gpu.run([...gather, gpu.copy(this.#frames, kept)]);
    }
    gpu.free(tensor);
  }

  /** What the networks say now; rewards are divided by `rewardScale`. Rejects with RangeError before `take`. */
  async evaluate(rewardScale = 1): Promise<ValidationStatistics> {
    if (!this.#isFilled) throw new RangeError('validation has no transitions yet');
    const gpu = this.#gpu;
    const { stack } = this.#options;
    const { states, nextStates, actions } = this.#numbers;
    const rewards = this.#rewardValues.map((reward) => reward / rewardScale);
    const batch = { discounts: this.#discountValues, terminals: this.#terminals };
    const discounts = this.#discountValues.map((_, sample) => nextValueWeight(batch, sample));
    for (const [piece, steps] of this.#pieceSteps.entries()) {
      const [from, to] = [piece * this.#pieceSize, (piece + 1) * this.#pieceSize];
      gpu.write(this.#stateNumbers, states.subarray(from * stack, to * stack));
      gpu.write(this.#nextStateNumbers, nextStates.subarray(from * stack, to * stack));
      gpu.write(this.#actions, actions.subarray(from, to));
      gpu.write(this.#rewards, rewards.subarray(from, to));
      gpu.write(this.#discounts, discounts.subarray(from, to));
      gpu.run(steps);
    }
    return this.#summarise(await gpu.readF32(this.#results));
  }

  #summarise(results: Float32Array): ValidationStatistics {
    const pieceValues = this.#pieceSize * this.#actionCount;
    let [values, next, errors] = [0, 0, 0];
    let maxValue = Number.NEGATIVE_INFINITY;
    for (let sample = 0; sample < this.size; sample++) {
      const piece = Math.floor(sample / this.#pieceSize);
      const at = piece * resultsOfPiece * pieceValues + (sample % this.#pieceSize) * this.#actionCount;
      const row = (result: number): Float32Array => {
        const start = at + result * pieceValues;
        return results.subarray(start, start + this.#actionCount);
      };
      maxValue = Math.max(maxValue, ...row(0));
      if (this.#terminals[sample] === 0) {
        values += Math.max(...row(1));
        next++;
      }
      errors += Math.abs(row(2)[this.#numbers.actions[sample]]);
    }
    return { meanValue: values / next, meanTdError: errors / this.size, maxValue };
  }

  /** The transitions as bytes, frames last; none before `take`. */
  async save(): Promise<Uint8Array> {
    if (!this.#isFilled) return new Uint8Array(0);
    const frames: Uint8Array[] = [];
    for (const kept of this.#kept) frames.push(await this.#gpu.readU8(kept));
    return joined([...this.#arrays(), ...frames]).subarray(0, this.#byteLength);
  }

  /** Takes back what `save` gave. Throws RangeError, and changes nothing, where it is of another size. */
  restore(bytes: Uint8Array): void {
    if (bytes.length !== 0 && bytes.length !== this.#byteLength) {
      throw new RangeError(`the saved validation has ${bytes.length} bytes, not ${this.#byteLength}`);
    }
    this.#isFilled = bytes.length > 0;
    if (!this.#isFilled) return;
    let at = 0;
    for (const array of this.#arrays()) {
      array.set(bytes.subarray(at, at + array.length));
      at += array.length;
    }
    this.#writeFrames(bytes.subarray(at));
  }

  /** Views of everything but the frames. */
  #arrays(): Uint8Array[] {
    const { states, nextStates, actions } = this.#numbers;
    const values = [states, nextStates, actions, this.#rewardValues, this.#discountValues, this.#terminals];
    return values.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** What `save` gives, without the frames that fill the last piece up. */
  get #byteLength(): number {
    const frames = this.size * this.#slots * this.#options.observationSize ** 2;
    return this.#arrays().reduce((sum, { length }) => sum + length, frames);
  }
}
