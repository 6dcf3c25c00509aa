/** Which view the address names: `#/`, `#/run/<id>`, `#/compare/<a>/<b>`, `#/play`, `#/play/<id>`. */
import { Value } from './value.ts';

export interface Route {
  readonly view: 'runs' | 'run' | 'compare' | 'play' | 'unknown';
  /** The runs that it names. */
  readonly ids: readonly string[];
}

function read(): Route {
  const [view = '', ...ids] = location.hash.replace(/^#\/?/, '').split('/').map(decoded);
  const named = ids.filter((id) => id !== '');
  if (view === '') return { view: 'runs', ids: [] };
  if (view === 'run' && named.length === 1) return { view, ids: named };
  if (view === 'compare' || view === 'play') return { view, ids: named };
  return { view: 'unknown', ids: [] };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const route = new Value<Route>(read());
window.addEventListener('hashchange', () => route.set(read()));

export function runHref(id: string): string {
  return `#/run/${encodeURIComponent(id)}`;
}

export function playHref(id: string): string {
  return `#/play/${encodeURIComponent(id)}`;
}

export function compareHref(a: string, b: string): string {
  return `#/compare/${encodeURIComponent(a)}/${encodeURIComponent(b)}`;
}
