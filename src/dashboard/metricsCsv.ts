/**
 * All lines of one type of metrics.jsonl as CSV (RFC 4180, lines ended by a line feed): a column a key, in the order in which keys come
 * up; numbers as they stand in the file, nothing for null or where a line has no such key; those of layers as `layers.<layer>.<key>`.
 */
import type { MetricsTable, MetricsType } from '../run/reading/metricsTable.ts';

/** Lines that are made before anything else may go on. */
const rowsAtOnce = 2000;

/** The rows that the table has now, also where it grows meanwhile. */
export function metricsCsv(type: MetricsType, table: MetricsTable): ReadableStream<Uint8Array> {
  const rows = table.rows;
  const columns = [...table.columns];
  const encoder = new TextEncoder();
  let next = 0;
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(`${['type', ...columns.map(([key]) => csvText(key))].join(',')}\n`));
    },
    async pull(controller) {
      const end = Math.min(rows, next + rowsAtOnce);
      const lines: string[] = [];
      for (; next < end; next++) {
        let line: string = type;
        for (const [, { values, isBoolean }] of columns) line += `,${cell(values[next], isBoolean)}`;
        lines.push(line);
      }
      if (lines.length > 0) controller.enqueue(encoder.encode(`${lines.join('\n')}\n`));
      if (next === rows) controller.close();
      else await new Promise((resolve) => setImmediate(resolve));
    },
  });
}

function cell(value: number, isBoolean: boolean): string {
  if (Number.isNaN(value)) return '';
  return isBoolean ? String(value === 1) : String(value);
}

function csvText(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
