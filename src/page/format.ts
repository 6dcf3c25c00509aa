/** Numbers, times and states in words, the same everywhere on the page. Minus signs are U+2212, which stands as wide as a digit. */
import type { RunState, SeriesAxis } from '../dashboard/api.ts';

const absent = '–';
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

function signed(text: string): string {
  return text.replace(/^-/, '−').replace(/e-/, 'e−');
}

/** 14,710. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? absent : signed(whole.format(value));
}

/** A reward or a value, with a fixed number of decimals so that columns align. */
export function decimal(value: number | null | undefined, decimals = 2): string {
  return value === null || value === undefined || Number.isNaN(value) ? absent : signed(value.toFixed(decimals));
}

/** At most four significant digits, for what may be any size: 0.002973, 4.625, 64.24, 12,340. */
export function significant(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return absent;
  const size = Math.abs(value);
  if (size >= 1000) return count(value);
  if (size !== 0 && size < 1e-4) return signed(value.toExponential(2));
  return signed(Number(value.toPrecision(4)).toString());
}

/** An axis' label: 0, 2.5K, 1M. */
export function tick(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return signed(value.toExponential(0));
  return signed(compact.format(value));
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = value / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size < 10 ? size.toFixed(1) : size.toFixed(0)} ${units[unit]}`;
}

/** 0:07, 12:30, 3:05:00. */
export function clock(seconds: number): string {
  const all = Math.max(0, Math.round(seconds));
  const two = (part: number) => String(part).padStart(2, '0');
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor(all / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}

/** How long ago, roughly: now, 40 s ago, 5 min ago, 3 h ago, 12 d ago. */
export function ago(atMs: number | null, nowMs: number): string {
  if (atMs === null) return absent;
  const seconds = (nowMs - atMs) / 1000;
  if (seconds < 3) return 'now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** A state's sign, so that colour is not all that tells them apart. */
export const stateSigns: Readonly<Record<RunState, string>> = {
  running: '▶',
  finished: '✓',
  stopped: '■',
  interrupted: '⚡',
  failed: '✕',
};

export const axisNames: Readonly<Record<SeriesAxis, string>> = {
  agentSteps: 'agent steps',
  frames: 'frames',
  elapsedSeconds: 'time',
};

/** A position on the x axis. */
export function position(axis: SeriesAxis, value: number): string {
  return axis === 'elapsedSeconds' ? clock(value) : count(value);
}
