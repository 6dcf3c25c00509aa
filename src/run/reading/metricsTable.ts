/**
 * All lines of one type of metrics.jsonl as columns of numbers: a million lines are a few arrays, not a million objects.
 * Leaves out texts. A number within `layers` is the column `layers.<layer>.<key>`; a truth value is 0 or 1.
 */

export const metricsTypes = ['episode', 'progress', 'evaluation'] as const;
export type MetricsType = (typeof metricsTypes)[number];

/** More keys than any run writes; further ones are left out, so that a broken file takes no memory without end. */
const mostColumns = 400;
const firstCapacity = 64;

export class MetricsColumn {
  /** Holds truth values. */
  readonly isBoolean: boolean;
  /** A value a row, NaN where the row has none or null; those from `MetricsTable.rows` on mean nothing. */
  values: Float64Array;
  /** Its values, but for rows at the end that have none, are numbers that never fall. */
  isAscending = true;

  constructor(isBoolean: boolean, capacity: number) {
    this.isBoolean = isBoolean;
    this.values = new Float64Array(capacity).fill(Number.NaN);
  }
}

export class MetricsTable {
  readonly columns = new Map<string, MetricsColumn>();
  #rows = 0;
  #capacity = firstCapacity;

  get rows(): number {
    return this.#rows;
  }

  /** Adds the numbers of a line, as `JSON.parse` gave it, as the last row. */
  append(line: object): void {
    if (this.#rows === this.#capacity) this.#grow();
    for (const [key, value] of Object.entries(line)) {
      if (typeof value === 'number' || typeof value === 'boolean' || value === null) this.#set(key, value);
      else if (Array.isArray(value)) this.#setParts(key, value);
    }
    this.#rows++;
  }

  /** `key` as in the file. */
  value(key: string, row: number): number | null {
    const value = this.columns.get(key)?.values[row];
    return value === undefined || Number.isNaN(value) ? null : value;
  }

  #set(key: string, value: number | boolean | null): void {
    let column = this.columns.get(key);
    if (column === undefined) {
      if (this.columns.size === mostColumns) return;
      column = new MetricsColumn(typeof value === 'boolean', this.#capacity);
      this.columns.set(key, column);
    }
    const row = this.#rows;
    const number = value === null || !Number.isFinite(+value) ? Number.NaN : +value;
    column.values[row] = number;
    // NaN is never at least anything.
    if (!(number >= (row === 0 ? number : column.values[row - 1]))) column.isAscending = false;
  }

  /** The numbers of objects that have a `layer`. */
  #setParts(key: string, parts: readonly unknown[]): void {
    for (const part of parts) {
      if (typeof part !== 'object' || part === null || !('layer' in part)) continue;
      const { layer, ...numbers } = part;
      for (const [name, value] of Object.entries(numbers)) {
        if (typeof value === 'number' || value === null) this.#set(`${key}.${String(layer)}.${name}`, value);
      }
    }
  }

  #grow(): void {
    this.#capacity *= 2;
    for (const column of this.columns.values()) {
      const grown = new Float64Array(this.#capacity);
      grown.set(column.values);
      grown.fill(Number.NaN, this.#rows);
      column.values = grown;
    }
  }
}
