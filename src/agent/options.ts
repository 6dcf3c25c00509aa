/** The agent's options. Defaults, ranges and sources stand in src/run/configuration.ts; nothing here has a default. */
export interface DqnOptions {
  readonly seed: number;
  /** `nature`: Mnih et al. 2015 (conv 32@8x8/4, 64@4x4/2, 64@3x3/1, linear 512). `nips2013`: conv 16@8x8/4, 32@4x4/2, linear 256. */
  readonly network: 'nature' | 'nips2013';
  /** Side of the square observation, pixels, and observations in a state; as the environment's. */
  readonly observationSize: number;
  readonly stack: number;
  readonly stackPadding: 'zero' | 'repeat';
  readonly discount: number;
  readonly batchSize: number;
  /** Transitions kept. */
  readonly replayCapacity: number;
  /** Whether a transition may appear twice in one batch. */
  readonly replaySampling: 'with-replacement' | 'without-replacement';
  /** Agent steps before the first update. */
  readonly learnStart: number;
  /** Agent steps between updates. */
  readonly updateEvery: number;
  /** Agent steps between copies to the target network. */
  readonly targetEvery: number;
  readonly epsilonStart: number;
  readonly epsilonEnd: number;
  /** Agent steps over which epsilon falls linearly from start to end. */
  readonly epsilonDecaySteps: number;
  /** Whether the decay starts at step 0 or when learning starts. */
  readonly epsilonDecayFrom: 'start' | 'learn-start';
  readonly loss: 'squared' | 'huber';
  /** The gradient is the mean or the sum over the batch. */
  readonly gradient: 'mean' | 'sum';
  readonly optimiser: 'adam' | 'rmsprop' | 'rmsprop-centred';
  readonly learningRate: number;
  /** Adam's beta1 and beta2. */
  readonly adamBeta1: number;
  readonly adamBeta2: number;
  /** RMSProp's decay of both running means, and its momentum (the common form only). */
  readonly rmspropDecay: number;
  readonly rmspropMomentum: number;
  /** Added to the denominator (Adam, common RMSProp) or under its root (centred RMSProp). */
  readonly optimiserEpsilon: number;
  /** What the passes read the weights from: the weights themselves, or a copy rounded to f16. */
  readonly storage: 'f32' | 'f16';
}
