/**
 * How many frames of a television are due, from the page's own clock: 60 or 50 a second whatever the display's rate, without drift.
 * What a page could not show in time, because its tab lay in the background, is not made up for.
 */

/** Beyond this what is owed lapses, milliseconds. */
const longestGapMs = 100;

export class FrameClock {
  /** In place of 1: how much faster than real time. */
  speed = 1;
  readonly #periodMs: number;
  #lastMs = Number.NaN;
  #owedMs = 0;

  constructor(framesPerSecond: number) {
    this.#periodMs = 1000 / framesPerSecond;
  }

  /** Frames due now, mostly 0, 1 or 2. `nowMs` comes from requestAnimationFrame. */
  due(nowMs: number): number {
    if (Number.isNaN(this.#lastMs)) {
      // Half a frame off the display's own beat: its jitter then moves no frame across.
      this.#owedMs = this.#periodMs / 2;
      this.#lastMs = nowMs;
      return 0;
    }
    const elapsedMs = Math.max(0, Math.min(longestGapMs, nowMs - this.#lastMs));
    this.#lastMs = nowMs;
    this.#owedMs += elapsedMs * this.speed;
    const frames = Math.floor(this.#owedMs / this.#periodMs);
    this.#owedMs -= frames * this.#periodMs;
    return frames;
  }

  /** The time until the next `due` does not count. */
  stop(): void {
    this.#lastMs = Number.NaN;
  }
}
