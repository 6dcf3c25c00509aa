/** What a person has chosen on the page. It is remembered in this browser and nowhere else. */
import type { SeriesAxis } from '../dashboard/api.ts';
import { Value } from './value.ts';

/** A value that this browser remembers under `name`; `accepts` turns down what an older page has left. */
function remembered<T>(name: string, first: T, accepts: (value: unknown) => boolean): Value<T> {
  const key = `wgsl-dqn.${name}`;
  const value = new Value<T>(read(key, first, accepts));
  value.listen(() => {
    try {
      localStorage.setItem(key, JSON.stringify(value.current));
    } catch {
      // A browser that keeps nothing: the choice holds until the page is closed.
    }
  });
  return value;
}

function read<T>(key: string, first: T, accepts: (value: unknown) => boolean): T {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return accepts(stored) ? (stored as T) : first;
  } catch {
    return first;
  }
}

export const axes = ['agentSteps', 'frames', 'elapsedSeconds'] as const satisfies readonly SeriesAxis[];

/**
 * Runs whose curves are shown, each at the place that its colour comes from: a run that is taken out leaves a hole, so that the others keep
 * theirs. Undefined: nobody has chosen yet.
 */
export const ticked = remembered<readonly (string | null)[] | undefined>(
  'ticked',
  undefined,
  (value) => Array.isArray(value) && value.every((id) => id === null || typeof id === 'string'),
);
export const axis = remembered<SeriesAxis>('axis', 'agentSteps', (value) => axes.includes(value as SeriesAxis));
/** 0 to 100: how far smoothing reaches (curves/smoothing.ts). */
export const smoothing = remembered('smoothing', 0, (value) => typeof value === 'number' && value >= 0 && value <= 100);
export const showBand = remembered('band', true, (value) => typeof value === 'boolean');
/** Charts by their name whose y axis is logarithmic. */
export const logarithmic = remembered<readonly string[]>('logarithmic', [], Array.isArray);
export const sortBy = remembered('sort', { column: 'updatedAtMs', descending: true }, (value) => {
  const sort = value as { column?: unknown; descending?: unknown } | null;
  return typeof sort?.column === 'string' && typeof sort.descending === 'boolean';
});
export const chosenTheme = remembered<'light' | 'dark' | undefined>(
  'theme',
  undefined,
  (value) => value === 'light' || value === 'dark',
);

/** The shown runs with their places, in the order of the places. */
export function places(list: readonly (string | null)[]): { id: string; place: number }[] {
  return list.flatMap((id, place) => (id === null ? [] : [{ id, place }]));
}

/** Puts a run on the first free place, or takes it off its own. */
export function withTicked(list: readonly (string | null)[], id: string, on: boolean): readonly (string | null)[] {
  const without = list.map((other) => (other === id ? null : other));
  if (on) {
    const hole = without.indexOf(null);
    if (hole >= 0) return without.with(hole, id);
    return [...without, id];
  }
  return without.slice(0, without.findLastIndex((other) => other !== null) + 1);
}
