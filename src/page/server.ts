/**
 * Questions to the dashboard's server (src/dashboard/api.ts), a few at a time, so that an overlay of many runs does not hold up the list.
 */
import type { ErrorAnswer } from '../dashboard/api.ts';

/** What the server said instead of an answer, or that it said nothing: one line for the page. */
export class ServerError extends Error {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.name = 'ServerError';
    this.status = status;
  }
}

const mostAtOnce = 4;
let underWay = 0;
const waiting: (() => void)[] = [];

/** The path of a run's part: `runPath('a b', 'config')` is `/api/runs/a%20b/config`. */
export function runPath(id: string, part: string): string {
  return `/api/runs/${encodeURIComponent(id)}/${part}`;
}

/** Asks in turn. Throws `ServerError`; an `AbortError` where `signal` ended it. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  if (underWay >= mostAtOnce) await new Promise<void>((start) => waiting.push(start));
  underWay++;
  try {
    signal?.throwIfAborted();
    const response = await answer(path, signal);
    return (await response.json()) as T;
  } finally {
    underWay--;
    waiting.shift()?.();
  }
}

/** Bytes, past the queue: for the live picture. `undefined` where there are none (204). Throws as `getJson` does. */
export async function getBytes(path: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  const response = await answer(path, signal);
  return response.status === 204 ? undefined : new Uint8Array(await response.arrayBuffer());
}

async function answer(path: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, signal ? { signal } : {});
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ServerError('the server does not answer', 0);
  }
  if (response.ok) return response;
  const said = (await response.json().catch(() => undefined)) as ErrorAnswer | undefined;
  throw new ServerError(said?.error ?? `the server answered ${response.status}`, response.status);
}

/** The line to show for what was caught; undefined where a newer question replaced the one that failed. */
export function errorLine(error: unknown): string | undefined {
  if (error instanceof DOMException && error.name === 'AbortError') return undefined;
  return error instanceof Error ? error.message : String(error);
}
