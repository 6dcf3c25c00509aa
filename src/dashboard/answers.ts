/** Answers of the dashboard's server, and the headers that all of them have. */
import type { ErrorAnswer } from './api.ts';

/**
 * The page needs nothing but what comes from here: no inline script, no style element (uPlot and Preact set styles by property), no
 * frame around it. `blob:` and `data:` pictures are what a canvas or a style sheet makes itself.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headersOfAll: readonly (readonly [string, string])[] = [
  ['Content-Security-Policy', contentSecurityPolicy],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

/** What is read anew each time. */
export const notStored = 'no-store';
/** Kept by the browser, and asked for whether it still holds. */
export const askedAgain = 'no-cache';
/** Of a file whose name changes with its content. */
export const keptForEver = 'public, max-age=31536000, immutable';

/** Adds the headers of all answers. */
export function guarded(answer: Response): Response {
  for (const [name, value] of headersOfAll) answer.headers.set(name, value);
  if (!answer.headers.has('Cache-Control')) answer.headers.set('Cache-Control', notStored);
  return answer;
}

export function jsonAnswer(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { 'Content-Type': 'application/json' } });
}

export function errorAnswer(status: number, error: string): Response {
  const body: ErrorAnswer = { error };
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}

export interface FileContent {
  readonly body: Uint8Array<ArrayBuffer> | Blob;
  readonly type: string;
  /** Changes with the content. */
  readonly version: string;
  readonly caching: string;
}

/** A file, or 304 where the browser has this version. */
export function fileAnswer(request: Request, { body, type, version, caching }: FileContent): Response {
  const tag = `"${version}"`;
  const headers = { 'Content-Type': type, ETag: tag, 'Cache-Control': caching };
  const known = request.headers.get('if-none-match')?.split(/\s*,\s*/);
  if (known?.some((one) => one === tag || one === `W/${tag}`)) return new Response(null, { status: 304, headers });
  return new Response(body, { headers });
}
