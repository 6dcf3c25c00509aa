/**
 * What the replay memory is asked for and what it gives: its options, and the batch of transitions that an update takes.
 * Leaves out: the memory itself (replayMemory.ts).
 */
import { frameAges, type HistoryType } from '../frameAges.ts';
import { noEntry } from './frameStore.ts';
import type { DqnOptions } from './options.ts';

export interface ReplayMemoryOptions {
  /** Entries kept: one a step, and one for each truncated episode's last frame. */
  readonly capacity: number;
  /** Bytes of a frame, for example 84 * 84. */
  readonly frameBytes: number;
  /** Frames in a state. */
  readonly stack: number;
  /** What stands before an episode's first frame: black frames, the first one repeated, or those of the episode before. */
  readonly stackPadding: 'zero' | 'repeat' | 'previous';
  /** Which frames make a state (frameAges.ts). */
  readonly historyType: HistoryType;
  readonly historySpacing: number;
  /** Steps of a transition, and what a reward is worth a step earlier. */
  readonly nSteps: number;
  readonly discount: number;
  readonly replayGuard: 'exact' | 'none';
  /** Transitions drawn at once, for several batches; 0: each batch by itself. */
  readonly replayBuffer: number;
  /** With which probability a drawn transition is kept that does not end an episode, and one whose reward is 0. */
  readonly nonTerminalProbability: number;
  readonly nonEventProbability: number;
}

/** The replay memory's part of an agent's options. */
export function replayMemoryOptions(options: DqnOptions): ReplayMemoryOptions {
  const { stack, stackPadding, historyType, historySpacing, nSteps, discount } = options;
  const { replayCapacity: capacity, replayGuard, replayBuffer, nonTerminalProbability, nonEventProbability } = options;
  return {
    ...{ capacity, frameBytes: options.observationSize ** 2, stack, stackPadding, historyType, historySpacing },
    ...{ nSteps, discount, replayGuard, replayBuffer, nonTerminalProbability, nonEventProbability },
  };
}

type SampleShape = Pick<ReplayMemoryOptions, 'stack' | 'historyType' | 'historySpacing' | 'nSteps' | 'replayGuard'>;

/**
 * Frames that a sample brings at most: its state's, and of its next state those that the state does not have, after however many steps
 * up to `nSteps` it comes. `stack + 1` for successive frames and one step.
 */
export function framesPerSample({ stack, historyType, historySpacing, nSteps, replayGuard }: SampleShape): number {
  // Over the write head the next state's episode may begin within the steps, and its first frame stand where one of the state's would.
  if (replayGuard === 'none' && nSteps > 1) return 2 * stack;
  const ages = frameAges(stack, historyType, historySpacing);
  let most = 0;
  for (let steps = 1; steps <= nSteps; steps++) {
    most = Math.max(most, ages.filter((age) => !ages.includes(age - steps)).length);
  }
  return stack + most;
}

/** In `stateIndices` and `nextStateIndices`: a black frame. */
export const blackFrame = 0xffffffff;

/** What `sample` fills; made once by `createReplayBatch`. B = batch size, K = frames in a state, S = frames that a sample brings. */
export interface ReplayBatch {
  readonly batchSize: number;
  /** S: `framesPerSample` of the memory's options. */
  readonly slots: number;
  /**
   * [B][S]: the entries whose frames stand in the slots of the batch: of each sample its state's, oldest first, then those that only its
   * next state has, newest first; `noEntry` in slots that no index leads to.
   */
  readonly entries: Uint32Array;
  /** [B][S][frameBytes]: those frames, rubbish where there is no entry. Empty where the memory's frames lie on the GPU. */
  readonly frames: Uint8Array;
  /** [B][K]: in which slot (counted over the batch) each frame of a state stands, oldest first, or `blackFrame`. */
  readonly stateIndices: Uint32Array;
  /** [B][K]: the next state, likewise. After an end it has only frames of the state, others are `blackFrame`: its value is not used. */
  readonly nextStateIndices: Uint32Array;
  /** [B]. */
  readonly actions: Uint32Array;
  /** [B]: of the transition's steps, each discounted to the first one. */
  readonly rewards: Float32Array;
  /** [B]: 1 where no value follows the transition, else 0. */
  readonly terminals: Float32Array;
  /** [B]: by what the value of the next state is multiplied: the discount to the power of the transition's steps. */
  readonly discounts: Float32Array;
}

/**
 * An empty batch for `batchSize` samples of a memory with this `stack` and, on the host, frames of `frameBytes`, of which a sample brings
 * `slots`.
 */
export function createReplayBatch(
  batchSize: number,
  stack: number,
  frameBytes: number,
  slots = stack + 1,
): ReplayBatch {
  return {
    batchSize,
    slots,
    entries: new Uint32Array(batchSize * slots).fill(noEntry),
    frames: new Uint8Array(batchSize * slots * frameBytes),
    stateIndices: new Uint32Array(batchSize * stack),
    nextStateIndices: new Uint32Array(batchSize * stack),
    actions: new Uint32Array(batchSize),
    rewards: new Float32Array(batchSize),
    terminals: new Float32Array(batchSize),
    discounts: new Float32Array(batchSize),
  };
}
