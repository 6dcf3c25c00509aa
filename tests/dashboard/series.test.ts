import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { MetricsTable } from '../../src/run/reading/metricsTable.ts';
import { readSeries, type Series, type SeriesRange } from '../../src/run/reading/series.ts';

const frameSkip = 4;

function tablesOf(lines: readonly object[]): Parameters<typeof readSeries>[0] {
  const episode = new MetricsTable();
  for (const line of lines) episode.append(line);
  return { episode, progress: new MetricsTable(), evaluation: new MetricsTable() };
}

function series(lines: readonly object[], range: Partial<SeriesRange> = {}): Series {
  return readSeries(tablesOf(lines), 'episode.reward', { axis: 'agentSteps', points: 1000, ...range }, frameSkip);
}

interface Line {
  readonly agentSteps: number;
  readonly reward: number | null;
}

/** Ascending places, of which neighbours may be equal, and values of which some are null. */
const curve = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.option(fc.integer({ min: -1000, max: 1000 }), { freq: 6 })), {
    maxLength: 600,
  })
  .map((points): Line[] => {
    let agentSteps = 0;
    return points.map(([step, reward]) => {
      agentSteps += step;
      return { agentSteps, reward };
    });
  });
const pointCount = fc.integer({ min: 3, max: 120 });

describe('a curve', () => {
  test('with few enough points is what the file has, nulls included', () => {
    const lines = [
      { agentSteps: 10, reward: 1 },
      { agentSteps: 20, reward: null },
      { agentSteps: 30, reward: -2.5 },
    ];
    const values = [1, null, -2.5];
    expect(series(lines, { points: 3 })).toEqual({
      key: 'episode.reward',
      x: [10, 20, 30],
      y: values,
      min: values,
      max: values,
      count: 3,
    });
  });

  test('of nothing is empty', () => {
    const nothing = { x: [], y: [], min: [], max: [], count: 0 };
    expect(series([])).toMatchObject(nothing);
    const tables = tablesOf([{ agentSteps: 1, reward: 1 }]);
    const range = { axis: 'agentSteps', points: 10 } as const;
    expect(readSeries(tables, 'episode.unheardOf', range, frameSkip)).toMatchObject(nothing);
    expect(readSeries(tables, 'progress.meanLoss', range, frameSkip)).toMatchObject(nothing);
  });

  test('has its buckets worked by hand', () => {
    // Ten points for five: the ends stand alone, rows 1 to 8 share three buckets of 3 rows, which begin at multiples of 3.
    const lines = [4, 1, 2, 3, null, 20, null, null, null, 6].map((reward, i) => ({ agentSteps: i * 10, reward }));
    expect(series(lines, { points: 5 })).toEqual({
      key: 'episode.reward',
      x: [0, 15, 40, 70, 90],
      y: [4, 1.5, 11.5, null, 6],
      min: [4, 1, 3, null, 6],
      max: [4, 2, 20, null, 6],
      count: 10,
    });
  });

  test('is over agent steps, emulated frames or seconds', () => {
    const lines = [1, 2].map((i) => ({ agentSteps: i, elapsedSeconds: i / 8, reward: i }));
    expect(series(lines).x).toEqual([1, 2]);
    expect(series(lines, { axis: 'frames' }).x).toEqual([4, 8]);
    expect(series(lines, { axis: 'elapsedSeconds' }).x).toEqual([0.125, 0.25]);
    expect(
      series(
        lines.map((line) => ({ ...line, frames: line.agentSteps * 5 }), {}),
        { axis: 'frames' },
      ).x,
    ).toEqual([5, 10]);
  });

  test('begins and ends where it is asked to, both included', () => {
    const lines = Array.from({ length: 100 }, (_, i) => ({ agentSteps: i * 10, reward: i }));
    expect(series(lines, { from: 200, to: 230 })).toMatchObject({ x: [200, 210, 220, 230], count: 4 });
    expect(series(lines, { from: 201, to: 209 }).count).toBe(0);
    expect(series(lines, { from: 300, to: 200 }).count).toBe(0);
    expect(series(lines, { axis: 'frames', from: 3920 }).x).toEqual([3920, 3960]);
    expect(series(lines, { to: 5 }).x).toEqual([0]);
  });

  test('of places in no order is sorted; a line without a place has none', () => {
    const lines = [
      { agentSteps: 30, reward: 3 },
      { agentSteps: 10, reward: 1 },
      { reward: 7 },
      { agentSteps: 20, reward: 2 },
    ];
    expect(series(lines)).toMatchObject({ x: [10, 20, 30], y: [1, 2, 3], count: 3 });
    expect(series([{ agentSteps: 1, reward: 1 }, { reward: 2 }])).toMatchObject({ x: [1], count: 1 });
  });

  test('changes only at its end while it grows, but for a few times', () => {
    const lines = Array.from({ length: 4000 }, (_, i) => ({ agentSteps: i, reward: (i * 7919) % 1000 }));
    const tables = tablesOf([]);
    let changes = 0;
    let before: readonly (number | null)[] = [];
    for (const line of lines) {
      tables.episode.append(line);
      const { y } = readSeries(tables, 'episode.reward', { axis: 'agentSteps', points: 100 }, frameSkip);
      const kept = y.slice(0, before.length - 2);
      if (JSON.stringify(kept) !== JSON.stringify(before.slice(0, -2))) changes++;
      before = y;
    }
    // Bucket sizes 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48.
    expect(changes).toBeLessThanOrEqual(11);
  });
});

describe('downsampling', () => {
  test('gives no more points than asked for, and at least half as many where there are', () => {
    fc.assert(
      fc.property(curve, pointCount, (lines, points) => {
        const { x, count } = series(lines, { points });
        expect(count).toBe(lines.length);
        expect(x.length).toBeLessThanOrEqual(points);
        expect(x.length).toBeGreaterThanOrEqual(Math.min(count, points) / 2);
      }),
    );
  });

  test('keeps the ends, the order and the extremes', () => {
    fc.assert(
      fc.property(curve, pointCount, (lines, points) => {
        const { x, y, min, max } = series(lines, { points });
        const [first, last] = [lines[0], lines.at(-1)];
        expect([x[0], y[0]]).toEqual([first?.agentSteps, first?.reward] as number[]);
        expect([x.at(-1), y.at(-1)]).toEqual([last?.agentSteps, last?.reward] as number[]);
        expect(x).toEqual(x.toSorted((a, b) => a - b));
        const values = lines.flatMap(({ reward }) => (reward === null ? [] : [reward]));
        expect(Math.min(...min.filter((value) => value !== null))).toBe(Math.min(...values));
        expect(Math.max(...max.filter((value) => value !== null))).toBe(Math.max(...values));
      }),
    );
  });

  test('weights means by how many points they are of: each value counts once', () => {
    fc.assert(
      fc.property(curve, pointCount, (lines, points) => {
        const { y, x } = series(lines, { points });
        const owner = bucketOf(lines, points);
        expect(new Set(owner).size).toBe(x.length);
        const sums = new Map<string, { sum: number; count: number; places: number }>();
        for (const [i, { reward, agentSteps }] of lines.entries()) {
          const bucket = sums.get(owner[i]) ?? { sum: 0, count: 0, places: 0 };
          if (reward !== null) {
            sums.set(owner[i], {
              sum: bucket.sum + reward,
              count: bucket.count + 1,
              places: bucket.places + agentSteps,
            });
          } else sums.set(owner[i], bucket);
        }
        const total = [...sums.values()].reduce((all, { count }, i) => all + (count === 0 ? 0 : y[i]! * count), 0);
        const wanted = lines.reduce((all, { reward }) => all + (reward ?? 0), 0);
        expect(total).toBeCloseTo(wanted, 6);
        for (const [i, { sum, count, places }] of [...sums.values()].entries()) {
          if (count === 0) expect(y[i]).toBeNull();
          else expect([y[i]!, x[i]]).toEqual([sum / count, places / count]);
        }
      }),
    );
  });

  test('leaves a straight line straight', () => {
    fc.assert(
      fc.property(curve, pointCount, (lines, points) => {
        const straight = lines.map(({ agentSteps, reward }) => ({
          agentSteps,
          reward: reward === null ? null : 3 * agentSteps - 7,
        }));
        const { x, y } = series(straight, { points });
        for (const [i, value] of y.entries()) if (value !== null) expect(value).toBeCloseTo(3 * x[i] - 7, 6);
      }),
    );
  });

  test('of a part is that part alone', () => {
    fc.assert(
      fc.property(curve, pointCount, fc.nat(15_000), fc.nat(15_000), (lines, points, from, length) => {
        const part = lines.filter(({ agentSteps }) => agentSteps >= from && agentSteps <= from + length);
        const { x, y, count, min } = series(lines, { points, from, to: from + length });
        expect(count).toBe(part.length);
        expect(x.length).toBeLessThanOrEqual(points);
        expect([x[0], y[0], x.at(-1), y.at(-1)]).toEqual([
          part[0]?.agentSteps,
          part[0]?.reward,
          part.at(-1)?.agentSteps,
          part.at(-1)?.reward,
        ] as number[]);
        const least = Math.min(...part.flatMap(({ reward }) => (reward === null ? [] : [reward])));
        expect(Math.min(...min.filter((value) => value !== null))).toBe(least);
      }),
    );
  });
});

/** Of each row its bucket, by the definition: the ends alone; between them rows whose numbers divided by the size are the same. */
function bucketOf(lines: readonly unknown[], points: number): string[] {
  const inner = lines.map((_, row) => row).slice(1, -1);
  const sizes =
    lines.length <= points ? [1] : [1, ...Array.from({ length: 20 }, (_, k) => [2 ** (k + 1), 3 * 2 ** k]).flat()];
  const size = sizes.find(
    (one) => new Set(inner.map((row) => Math.floor(row / one))).size <= Math.max(points - 2, 0) || one === sizes.at(-1),
  )!;
  return lines.map((_, row) => (row === 0 ? 'first' : row === lines.length - 1 ? 'last' : `${Math.floor(row / size)}`));
}
