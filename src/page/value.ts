/** A value that views look at: set it, and those that use it are drawn again. */
import { useEffect, useState } from 'preact/hooks';

export class Value<T> {
  #current: T;
  readonly #listeners = new Set<() => void>();

  constructor(first: T) {
    this.#current = first;
  }

  get current(): T {
    return this.#current;
  }

  /** Nothing happens where it is the same value already. */
  set(next: T): void {
    if (Object.is(next, this.#current)) return;
    this.#current = next;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` after each change until the function that it returns is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The value, drawn again when it changes. */
export function useValue<T>(value: Value<T>): T {
  const [, drawAgain] = useState({});
  useEffect(() => {
    const seen = value.current;
    const stop = value.listen(() => drawAgain({}));
    // It may have changed between drawing and listening.
    if (!Object.is(seen, value.current)) drawAgain({});
    return stop;
  }, [value]);
  return value.current;
}
