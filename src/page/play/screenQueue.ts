/**
 * Pictures on their way from an agent's console, which runs whole steps, to the page, which shows a frame at a time. A ring: nothing is
 * allocated once it is made.
 */
export class ScreenQueue {
  readonly #screens: readonly Uint8Array[];
  /** Of each picture: its step's number and the score that the game shows. */
  readonly #steps: Int32Array;
  readonly #scores: Float64Array;
  #first = 0;
  #length = 0;

  constructor(capacity: number, screenBytes: number) {
    this.#screens = Array.from({ length: capacity }, () => new Uint8Array(screenBytes));
    this.#steps = new Int32Array(capacity);
    this.#scores = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get room(): number {
    return this.#screens.length - this.#length;
  }

  /** Appends a copy. Throws RangeError where there is no room. */
  push(screen: Uint8Array, step: number, score: number): void {
    if (this.room === 0) throw new RangeError('the queue of screens is full');
    const place = (this.#first + this.#length) % this.#screens.length;
    this.#screens[place].set(screen);
    this.#steps[place] = step;
    this.#scores[place] = score;
    this.#length++;
  }

  /** The oldest picture, its step and score; to be read before `drop`. */
  get screen(): Uint8Array {
    return this.#screens[this.#first];
  }

  get step(): number {
    return this.#steps[this.#first];
  }

  get score(): number {
    return this.#scores[this.#first];
  }

  drop(): void {
    this.#first = (this.#first + 1) % this.#screens.length;
    this.#length--;
  }

  clear(): void {
    this.#length = 0;
  }
}
