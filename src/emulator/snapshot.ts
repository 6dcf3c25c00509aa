/**
 * The bytes of a saved state: a flat sequence of 32-bit integers, doubles and byte arrays, written and read in the same order.
 * Every number is read with its range, so that whatever bytes come, no state arises that the chips could not have come to in form: an
 * index that lies outside its table, a count that never ends.
 * Leaves out names and types: the order in the chips' `save` and `load` is the format, and the header's version stands for it.
 */
import { UserError } from '../errors.ts';
import { crc32 } from './crc32.ts';

/** What counts may be when they are read: they have as much again to go on. */
const largestCount = 2 ** 52;

const damaged = 'It is damaged; take another one.';

/** Collects a state, in memory of its own that grows as needed or in that of an earlier snapshot. */
export class SnapshotWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;
  readonly #given: boolean;

  /** @param into where the state goes, as long as the state is */
  constructor(into?: Uint8Array) {
    this.#given = into !== undefined;
    this.#bytes = into ?? new Uint8Array(1 << 10);
    this.#view = viewOf(this.#bytes);
  }

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
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  /** Begins anew in the same memory. */
  rewind(): void {
    this.#length = 0;
  }

  /** The state, as long as it has become. */
  finish(): Uint8Array {
    if (!this.#given) return this.#bytes.slice(0, this.#length);
    if (this.#length === this.#bytes.length) return this.#bytes;
    throw unfit(this.#bytes.length, this.#length);
  }

  /** As `finish`, with a checksum at the end: `SnapshotReader.expectSealed` finds it. */
  seal(): Uint8Array {
    this.int(crc32(this.#bytes.subarray(0, this.#length)));
    return this.finish();
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    let size = this.#bytes.length;
    if (needed <= size) return;
    if (this.#given) throw unfit(size, needed);
    while (needed > size) size *= 2;
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

/** Reads what a `SnapshotWriter` wrote. Throws `UserError` for numbers outside their range, and where the bytes end too early. */
export class SnapshotReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  /** Any 32 bits, signed. */
  int(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** An integer from `min` to `max`, both included. */
  intIn(min: number, max: number): number {
    const value = this.int();
    if (value >= min && value <= max) return value;
    throw new UserError(`a snapshot holds ${value} where only ${min} to ${max} can be.`, damaged);
  }

  /** Any double but NaN and the infinities. */
  double(): number {
    const value = this.#view.getFloat64(this.#advance(8), true);
    if (Number.isFinite(value)) return value;
    throw new UserError(`a snapshot holds ${value} where a number must be.`, damaged);
  }

  /** A whole number from 0 to `max`, saved as a double. */
  count(max = largestCount): number {
    const value = this.double();
    if (Number.isInteger(value) && value >= 0 && value <= max) return value;
    throw new UserError(`a snapshot holds ${value} where only a count up to ${max} can be.`, damaged);
  }

  flag(): boolean {
    return this.intIn(0, 1) === 1;
  }

  /** Fills `target`. */
  bytes(target: Uint8Array): void {
    const start = this.#advance(target.length);
    target.set(this.#bytes.subarray(start, start + target.length));
  }

  /** Reads the version that begins a snapshot of `what` ("a console"). */
  expectVersion(what: string, version: number): void {
    const found = this.int();
    if (found === version) return;
    throw new UserError(
      `${what} snapshot of version ${found}; this console reads version ${version}.`,
      'Take it again with this version.',
    );
  }

  /** Throws unless there are `length` bytes in all and the checksum at their end is theirs. */
  expectSealed(length: number): void {
    const { byteLength } = this.#view;
    if (byteLength !== length) throw unfit(byteLength, length);
    const end = length - 4;
    if (this.#view.getInt32(end, true) === crc32(this.#bytes.subarray(0, end))) return;
    throw new UserError('the checksum of a snapshot does not fit its bytes.', damaged);
  }

  /** Bytes not read yet. */
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

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unfit(length: number, expected: number): UserError {
  return new UserError(
    `a snapshot of ${length} bytes, expected ${expected}.`,
    'It is cut short, or of another version, cartridge or game.',
  );
}
