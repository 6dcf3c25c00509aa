/**
 * The bytes of a saved state: a flat sequence of 32-bit integers, doubles and byte arrays, written and read in the same order.
 * Leaves out names and types: the order in the chips' `save` and `load` is the format, and the header's version stands for it.
 */
import { UserError } from '../errors.ts';

/** Collects a state; grows as needed. */
export class SnapshotWriter {
  #view = new DataView(new ArrayBuffer(1 << 17));
  #length = 0;

  int(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  flag(value: boolean): void {
    this.int(value ? 1 : 0);
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    new Uint8Array(this.#view.buffer).set(values, this.#length);
    this.#length += values.length;
  }

  finish(): Uint8Array {
    return new Uint8Array(this.#view.buffer.slice(0, this.#length));
  }

  #reserve(count: number): void {
    let size = this.#view.byteLength;
    while (this.#length + count > size) size *= 2;
    if (size === this.#view.byteLength) return;
    const bytes = new Uint8Array(size);
    bytes.set(new Uint8Array(this.#view.buffer));
    this.#view = new DataView(bytes.buffer);
  }
}

/** Reads what a `SnapshotWriter` wrote. Throws `UserError` where the bytes end too early; `expectLength` tells that beforehand. */
export class SnapshotReader {
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  int(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** An integer from `min` to `max`, both included. Throws `UserError` for any other: whatever bytes come, no field leaves its range. */
  intIn(min: number, max: number): number {
    const value = this.int();
    if (value >= min && value <= max) return value;
    throw new UserError(
      `a snapshot holds ${value} where only ${min} to ${max} can be.`,
      'It is damaged; take another one.',
    );
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  flag(): boolean {
    return this.intIn(0, 1) === 1;
  }

  /** Fills `target`. */
  bytes(target: Uint8Array): void {
    const start = this.#advance(target.length);
    target.set(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, target.length));
  }

  /** Throws `UserError` unless there are `length` bytes in all. */
  expectLength(length: number): void {
    if (this.#view.byteLength === length) return;
    throw new UserError(
      `a snapshot of ${this.#view.byteLength} bytes, expected ${length}.`,
      'It is cut short, or of another version, cartridge or game.',
    );
  }

  get remaining(): number {
    return this.#view.byteLength - this.#position;
  }

  #advance(count: number): number {
    const start = this.#position;
    if (count > this.remaining)
      throw new UserError('a snapshot is cut short.', 'Take it again from what it was taken from.');
    this.#position += count;
    return start;
  }
}
