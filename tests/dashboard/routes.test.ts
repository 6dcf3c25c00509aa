import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { appendFileSync, readFileSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ConfigurationDifference,
  RecordingEntry,
  RunSummary,
  SeriesAnswer,
  WeightsEntry,
} from '../../src/dashboard/api.ts';
import { type Dashboard, serveDashboard } from '../../src/dashboard/server.ts';
import { projectFolder } from '../../src/run/provenance.ts';
import { configFile, episode, evaluation, type Line, MadeRuns, progress } from './madeRun.ts';

let runs: MadeRuns;
let dashboard: Dashboard;
beforeEach(async () => {
  runs = new MadeRuns();
  const page = async () => new Map([['/', { bytes: new TextEncoder().encode('<!doctype html>'), type: 'text/html' }]]);
  dashboard = await serveDashboard({ runs: runs.root, port: 0, hostname: '127.0.0.1', page });
});
afterEach(async () => {
  await dashboard.stop();
  runs.remove();
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(dashboard.url + path, { headers });

async function json<T>(path: string): Promise<T> {
  const answer = await get(path);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
  return (await answer.json()) as T;
}

async function failure(path: string): Promise<{ status: number; error: string }> {
  const answer = await get(path);
  const { error } = (await answer.json()) as { error: string };
  return { status: answer.status, error };
}

describe('/api/runs', () => {
  test('lists what is there, newest first, and keeps up', async () => {
    expect(await json<RunSummary[]>('api/runs')).toEqual([]);
    const run = runs.make('one run', [episode(1, 75, 4)]);
    runs.make('two').write('config.json', configFile({}, '2027-01-01T00:00:00Z'));
    const [two, one] = await json<RunSummary[]>('api/runs');
    expect([two.id, one.id, one.agentSteps, one.lastMeanReward]).toEqual(['two', 'one run', 75, 2]);
    run.append(episode(2, 150, 8));
    rmSync(join(runs.root, 'two'), { recursive: true });
    expect(await json<RunSummary[]>('api/runs')).toMatchObject([{ id: 'one run', agentSteps: 150, lastMeanReward: 4 }]);
  });

  test('is empty where the folder is gone', async () => {
    runs.make('a');
    runs.remove();
    expect(await json<RunSummary[]>('api/runs')).toEqual([]);
  });
});

describe('/api/runs/<id>/config', () => {
  test('is config.json, of a folder with any name', async () => {
    runs.make('ä run, 50% + &?#').write('config.json', configFile({ seed: 9 }));
    const config = await json<object>(`api/runs/${encodeURIComponent('ä run, 50% + &?#')}/config`);
    expect(config).toEqual(JSON.parse(configFile({ seed: 9 })));
  });

  test('of nothing says which run there is none of', async () => {
    expect(await failure('api/runs/nothing/config')).toEqual({ status: 404, error: 'There is no run "nothing".' });
  });
});

describe('/api/runs/<id>/series', () => {
  const lines = [episode(1, 75, 1), progress(100, null), episode(2, 150, 3), progress(200, 0.5), evaluation(200, 2)];

  test('answers several curves over one axis', async () => {
    runs.make('a', lines);
    const answer = await json<SeriesAnswer>(
      'api/runs/a/series?keys=episode.reward,progress.meanLoss,evaluation.meanReward&x=frames&points=10',
    );
    const curve = (x: number[], y: (number | null)[]) => ({ x, y, min: y, max: y, count: x.length });
    expect(answer).toEqual({
      run: 'a',
      axis: 'frames',
      series: [
        { key: 'episode.reward', ...curve([300, 600], [1, 3]) },
        { key: 'progress.meanLoss', ...curve([400, 800], [null, 0.5]) },
        { key: 'evaluation.meanReward', ...curve([800], [2]) },
      ],
    });
  });

  test('answers a range, downsampled', async () => {
    runs.make(
      'a',
      Array.from({ length: 5000 }, (_, i) => episode(i + 1, i, i)),
    );
    const { series } = await json<SeriesAnswer>('api/runs/a/series?keys=episode.reward&points=50&from=1000&to=1999.5');
    expect(series[0].count).toBe(1000);
    expect(series[0].x.length).toBeWithin(25, 51);
    expect([series[0].x[0], series[0].x.at(-1)]).toEqual([1000, 1999]);
    const whole = await json<SeriesAnswer>('api/runs/a/series?keys=episode.reward');
    expect(whole.series[0].x.length).toBeWithin(500, 1001);
  });

  test('follows the file as it grows, is half written, and is cut by a resumed run', async () => {
    const run = runs.make('a', [episode(1, 75, 1), episode(2, 150, 2)]);
    const rewards = async () => (await json<SeriesAnswer>('api/runs/a/series?keys=episode.reward')).series[0].y;
    expect(await rewards()).toEqual([1, 2]);
    const next = `${JSON.stringify(episode(3, 225, 3))}\n`;
    appendFileSync(run.metrics, next.slice(0, 30));
    expect(await rewards()).toEqual([1, 2]);
    appendFileSync(run.metrics, next.slice(30));
    expect(await rewards()).toEqual([1, 2, 3]);
    truncateSync(run.metrics, JSON.stringify(episode(1, 75, 1)).length + 1);
    run.append(episode(2, 149, 7), episode(3, 224, 8), episode(4, 300, 9));
    expect(await rewards()).toEqual([1, 7, 8, 9]);
  });

  test.each([
    ['', 'Name 1 to 64 keys'],
    ['?keys=', 'Name 1 to 64 keys'],
    [`?keys=${Array.from({ length: 65 }, (_, i) => `episode.k${i}`)}`, 'Name 1 to 64 keys'],
    ['?keys=reward', '"reward" is no key'],
    ['?keys=episode.reward,other.reward', '"other.reward" is no key'],
    ['?keys=episode.', '"episode." is no key'],
    ['?keys=episode.reward&points=2', 'points is a whole number from 3 to 20000'],
    ['?keys=episode.reward&points=20001', 'points is'],
    ['?keys=episode.reward&points=7.5', 'points is'],
    ['?keys=episode.reward&points=many', 'points is'],
    ['?keys=episode.reward&x=time', 'x is one of agentSteps, frames, elapsedSeconds'],
    ['?keys=episode.reward&from=here', 'from and to are numbers'],
  ])('refuses %s', async (query, error) => {
    runs.make('a', lines);
    expect(await failure(`api/runs/a/series${query}`)).toEqual({ status: 400, error: expect.stringContaining(error) });
  });

  test('has nothing of keys that every object has', async () => {
    runs.make('a', lines);
    const { series } = await json<SeriesAnswer>('api/runs/a/series?keys=episode.constructor,episode.__proto__');
    expect(series.map(({ count }) => count)).toEqual([0, 0]);
  });
});

describe('/api/runs/<id>/metrics.csv', () => {
  /** CSV as it is read: RFC 4180. */
  function parsed(csv: string): Record<string, string>[] {
    const rows = csv
      .trimEnd()
      .split('\n')
      .map((row) =>
        [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
          ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
        ),
      );
    return rows.slice(1).map((row) => Object.fromEntries(rows[0].map((key, i) => [key, row[i]])));
  }

  /** What a line's row is: text as JSON writes it, nothing for null and for keys that it has not. */
  function rowOf(line: Line, keys: readonly string[]): Record<string, string> {
    const { layers, ...flat } = line as Line & { layers?: readonly Record<string, unknown>[] };
    const entries = Object.entries(flat).map(([key, value]) => [
      key,
      value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    for (const { layer, ...numbers } of layers ?? []) {
      for (const [key, value] of Object.entries(numbers))
        entries.push([`layers.${layer}.${key}`, value === null ? '' : JSON.stringify(value)]);
    }
    return { ...Object.fromEntries(keys.map((key) => [key, ''])), ...Object.fromEntries(entries) };
  }

  test.each(['episode', 'progress', 'evaluation'])('has every %s line, number for number', async (type) => {
    const layers = [{ layer: 'conv1', meanAbsWeight: 0.0308585672249794, maxAbsGradient: null }];
    const all: Line[] = [];
    for (let i = 1; i <= 4321; i++) {
      all.push(episode(i, 75 * i, Math.sin(i) * 10 ** ((i % 50) - 25)), progress(100 * i, i % 3 === 0 ? null : 1 / i));
    }
    all.push(
      evaluation(7, -0.1),
      evaluation(8, 1e300, { isBest: false, maxQ: null }),
      progress(9, 2, { layers, 'odd, "key"': 5 }),
    );
    runs.make('a', all);
    const answer = await get(`api/runs/a/metrics.csv?type=${type}`);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="a-${type}.csv"`);
    const rows = parsed(await answer.text());
    const wanted = all.filter((line) => line.type === type);
    expect(rows.length).toBe(wanted.length);
    expect(rows).toEqual(wanted.map((line) => rowOf(line, Object.keys(rows[0]))));
  });

  test('of a run without lines has none, and a file name of plain letters', async () => {
    runs.make('ä "run"');
    const answer = await get(`api/runs/${encodeURIComponent('ä "run"')}/metrics.csv?type=progress`);
    expect(await answer.text()).toBe('type\n');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="___run_-progress.csv"');
    expect((await failure(`api/runs/${encodeURIComponent('ä "run"')}/metrics.csv?type=other`)).status).toBe(400);
  });
});

describe('/api/runs/<id>/recordings', () => {
  test('lists games and evaluations, newest first, and hands them out', async () => {
    const run = runs.make('a');
    expect(await json<RecordingEntry[]>('api/runs/a/recordings')).toEqual([]);
    const files = ['game-000050.gif', 'evaluation-000010000.gif', 'game-000100.gif'];
    for (const [i, file] of files.entries()) {
      run.write(`recordings/${file}`, `GIF89a ${file}`);
      utimesSync(join(run.folder, 'recordings', file), 1000 + i, 1000 + i);
    }
    run.write('recordings/.unfinished-1-game-000150.gif', 'GIF');
    run.write('recordings/notes.txt', 'no');
    expect(await json<RecordingEntry[]>('api/runs/a/recordings')).toEqual([
      { file: files[2], kind: 'game', number: 100, bytes: 22, modifiedAtMs: 1_002_000 },
      { file: files[1], kind: 'evaluation', number: 10_000, bytes: 31, modifiedAtMs: 1_001_000 },
      { file: files[0], kind: 'game', number: 50, bytes: 22, modifiedAtMs: 1_000_000 },
    ]);
    const gif = await get('api/runs/a/recordings/game-000050.gif');
    expect([gif.headers.get('content-type'), await gif.text()]).toEqual(['image/gif', 'GIF89a game-000050.gif']);
    const again = await get('api/runs/a/recordings/game-000050.gif', { 'If-None-Match': gif.headers.get('etag')! });
    expect([again.status, await again.text()]).toEqual([304, '']);
    run.write('recordings/game-000050.gif', 'GIF89a played again');
    const other = await get('api/runs/a/recordings/game-000050.gif', { 'If-None-Match': gif.headers.get('etag')! });
    expect([other.status, await other.text()]).toEqual([200, 'GIF89a played again']);
  });
});

test('/api/runs/<id>/live is live.bin, or nothing', async () => {
  const run = runs.make('a');
  const none = await get('api/runs/a/live');
  expect([none.status, await none.text()]).toEqual([204, '']);
  run.write('live.bin', new Uint8Array([1, 2, 255]));
  const answer = await get('api/runs/a/live');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.bytes()).toEqual(new Uint8Array([1, 2, 255]));
});

test('/api/runs/<id>/weights are the best ones, and those of the newest checkpoint that has them', async () => {
  const run = runs.make('a');
  for (const which of ['best', 'last', 'other']) expect((await get(`api/runs/a/weights/${which}`)).status).toBe(404);
  run.write('best.safetensors', 'best');
  for (const step of ['000000900', '999999999', '1000000000', '000010000'])
    run.write(`checkpoints/step-${step}/weights.safetensors`, step);
  run.write('checkpoints/.unfinished-1-step-2000000000/weights.safetensors', 'unfinished');
  run.write('checkpoints/step-3000000000/manifest.json', '{}');
  expect(await (await get('api/runs/a/weights/best')).text()).toBe('best');
  expect(await (await get('api/runs/a/weights/last')).text()).toBe('1000000000');
});

test('/api/runs/<id>/weights says which there are, of which step, and the hash that the run prints', async () => {
  const run = runs.make('a');
  expect(await json<WeightsEntry[]>('api/runs/a/weights')).toEqual([]);
  run.write('best.safetensors', 'best');
  run.write('checkpoints/step-000000900/weights.safetensors', 'weights');
  const best: WeightsEntry = { which: 'best', bytes: 4, agentSteps: null, sha256: null };
  const last: WeightsEntry = { which: 'last', bytes: 7, agentSteps: null, sha256: null };
  expect(await json<WeightsEntry[]>('api/runs/a/weights')).toEqual([best, last]);
  run.write('checkpoints/step-000000900/manifest.json', '{ "agentSteps": 900, "weightsSha256": "ab12" }');
  expect(await json<WeightsEntry[]>('api/runs/a/weights')).toEqual([
    best,
    { ...last, agentSteps: 900, sha256: 'ab12' },
  ]);
});

test('/api/diff has the fields that differ', async () => {
  runs.make('a', [], { seed: 1, rom: null, onlyA: [1] });
  runs.make('b', [], { seed: 2, rom: null, game: 'pong', onlyB: true });
  expect(await json<ConfigurationDifference[]>('api/diff?a=a&b=b')).toEqual([
    { field: 'game', a: 'catch', b: 'pong' },
    { field: 'seed', a: 1, b: 2 },
    { field: 'onlyA', a: [1], b: null },
    { field: 'onlyB', a: null, b: true },
  ]);
  expect(await json<ConfigurationDifference[]>('api/diff?a=a&b=a')).toEqual([]);
  expect(await failure('api/diff?a=a')).toMatchObject({ status: 400 });
  expect(await failure('api/diff?a=a&b=c')).toEqual({ status: 404, error: 'There is no run "c".' });
});

test("the project's own files are handed out as they are", async () => {
  for (const file of [
    'shaders/fill.wgsl',
    'roms/pong.bin',
    'roms/catch.bin',
    'roms/bricks.bin',
    'weights/pong.safetensors',
    'weights/pong.json',
  ]) {
    const answer = await get(file);
    expect(Buffer.from(await answer.bytes()).equals(readFileSync(join(projectFolder, file)))).toBe(true);
    const again = await get(file, { 'If-None-Match': `"x", W/${answer.headers.get('etag')}` });
    expect(again.status).toBe(304);
  }
  expect(await failure('shaders/none.wgsl')).toMatchObject({ status: 404 });
});

test('where the page cannot be built, it says why and the rest works', async () => {
  const broken = await serveDashboard({
    ...{ runs: runs.root, port: 0, hostname: '127.0.0.1' },
    page: () => Promise.reject(new Error('Could not resolve "./x.ts"')),
  });
  try {
    expect(broken.pageError).toContain('Could not resolve "./x.ts"');
    const answer = await fetch(broken.url);
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('Could not resolve "./x.ts"')]);
    expect((await fetch(`${broken.url}api/runs`)).status).toBe(200);
  } finally {
    await broken.stop();
  }
});
