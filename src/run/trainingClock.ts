/** How long a run has taken, and how fast it goes. Evaluations are no time of training (reference algorithms.md A.13). */

/** Seconds of a run, those before a resume included; the time between stop and resume is not. */
export class RunClock {
  readonly #startedMs = performance.now();
  readonly #elapsedSecondsBefore: number;
  #otherSeconds: number;

  constructor(before: { readonly elapsedSeconds: number; readonly trainingSeconds: number } | undefined) {
    this.#elapsedSecondsBefore = before?.elapsedSeconds ?? 0;
    this.#otherSeconds = this.#elapsedSecondsBefore - (before?.trainingSeconds ?? 0);
  }

  get elapsedSeconds(): number {
    return this.#elapsedSecondsBefore + (performance.now() - this.#startedMs) / 1000;
  }

  /** Without what `outsideTraining` took. */
  get trainingSeconds(): number {
    return this.elapsedSeconds - this.#otherSeconds;
  }

  /** Does something whose time is not one of training. */
  async outsideTraining<T>(work: () => Promise<T>): Promise<T> {
    const beganMs = performance.now();
    try {
      return await work();
    } finally {
      this.#otherSeconds += (performance.now() - beganMs) / 1000;
    }
  }
}

interface Counters {
  readonly agentSteps: number;
  readonly updates: number;
}

export interface Speed {
  readonly stepsPerSecond: number;
  readonly updatesPerSecond: number;
}

/** Steps and updates a second of training since the reading before, smoothed over `smoothingSeconds` (0: not at all). */
export class Speedometer {
  readonly #counters: Counters;
  readonly #clock: RunClock;
  readonly #smoothingSeconds: number;
  #atSeconds: number;
  #agentSteps: number;
  #updates: number;
  #smoothed: Speed | undefined;

  constructor(counters: Counters, clock: RunClock, smoothingSeconds: number) {
    this.#counters = counters;
    this.#clock = clock;
    this.#smoothingSeconds = smoothingSeconds;
    this.#atSeconds = clock.trainingSeconds;
    this.#agentSteps = counters.agentSteps;
    this.#updates = counters.updates;
  }

  read(): Speed {
    const atSeconds = this.#clock.trainingSeconds;
    const seconds = Math.max(1e-6, atSeconds - this.#atSeconds);
    const { agentSteps, updates } = this.#counters;
    const now = {
      stepsPerSecond: (agentSteps - this.#agentSteps) / seconds,
      updatesPerSecond: (updates - this.#updates) / seconds,
    };
    // An exponential average: a reading counts the more, the longer the time that it covers. exp(-seconds / 0) is 0.
    const weight = 1 - Math.exp(-seconds / this.#smoothingSeconds);
    const before = this.#smoothed ?? now;
    this.#smoothed = {
      stepsPerSecond: before.stepsPerSecond + weight * (now.stepsPerSecond - before.stepsPerSecond),
      updatesPerSecond: before.updatesPerSecond + weight * (now.updatesPerSecond - before.updatesPerSecond),
    };
    this.#atSeconds = atSeconds;
    this.#agentSteps = agentSteps;
    this.#updates = updates;
    return this.#smoothed;
  }
}

/** Milliseconds and thousandths are all that a log needs. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
