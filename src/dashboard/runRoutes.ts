/** The routes of api.ts below `/api`, but for events. */
import { readFileSync } from 'node:fs';
import { type MetricsType, metricsTypes } from '../run/reading/metricsTable.ts';
import { inSlices } from '../run/reading/paced.ts';
import type { RunReader } from '../run/reading/runReader.ts';
import type { RunRoot } from '../run/reading/runRoot.ts';
import { fewestPoints, type SeriesKey, type SeriesRange, seriesAxes } from '../run/reading/series.ts';
import { askedAgain, errorAnswer, fileAnswer, jsonAnswer } from './answers.ts';
import type { SeriesAnswer } from './api.ts';
import { configurationDiff } from './configurationDiff.ts';
import { metricsCsv } from './metricsCsv.ts';
import { fileWithin, isRecordingName, listRecordings, listWeights, type RunFile, weightsFile } from './runFiles.ts';

const defaultPoints = 1000;
const mostPoints = 20_000;
const mostKeys = 64;
const seriesKey = new RegExp(`^(${metricsTypes.join('|')})\\.[^,]{1,200}$`);

export class RunRoutes {
  readonly #root: RunRoot;

  constructor(root: RunRoot) {
    this.#root = root;
  }

  /** `parts` of the path, decoded. Undefined where it names nothing. */
  async answer(request: Request, parts: readonly string[], query: URLSearchParams): Promise<Response | undefined> {
    const [api, what, id, ...rest] = parts;
    if (api !== 'api') return undefined;
    if (what === 'runs' && id === undefined) return jsonAnswer(await inSlices(this.#root.update()));
    if (what === 'diff' && id === undefined) return this.#diff(query);
    if (what !== 'runs' || rest.length === 0) return undefined;
    const run = await this.#run(id);
    if (run === undefined) return noRun(id);
    const [route, file, ...more] = rest;
    if (more.length > 0) return undefined;
    if (file === undefined) {
      if (route === 'config') return this.#file(request, fileWithin(this.#root.path, id, 'config.json'), json);
      if (route === 'series') return series(run, id, query);
      if (route === 'metrics.csv') return csv(run, id, query);
      if (route === 'recordings') return jsonAnswer(listRecordings(this.#root.path, id));
      if (route === 'weights') return jsonAnswer(listWeights(this.#root.path, id));
      if (route === 'live') return this.#live(id);
    } else if (route === 'recordings' && isRecordingName(file)) {
      return this.#file(request, fileWithin(this.#root.path, id, 'recordings', file), 'image/gif');
    } else if (route === 'weights' && (file === 'best' || file === 'last')) {
      return this.#file(request, weightsFile(this.#root.path, id, file), binary);
    }
    return undefined;
  }

  /** With its metrics as they are now; undefined where there is no such run. */
  async #run(id: string): Promise<RunReader | undefined> {
    if (!this.#root.names().includes(id)) return undefined;
    const run = this.#root.reader(id);
    return (await inSlices(run.refresh())) ? run : undefined;
  }

  async #diff(query: URLSearchParams): Promise<Response> {
    const ids = ['a', 'b'].map((name) => query.get(name) ?? '');
    if (ids.includes('')) return errorAnswer(400, 'Name two runs: ?a=ID&b=ID.');
    const [a, b] = await Promise.all(ids.map((id) => this.#run(id)));
    if (a === undefined) return noRun(ids[0]);
    if (b === undefined) return noRun(ids[1]);
    return jsonAnswer(configurationDiff(a.config!.configuration, b.config!.configuration));
  }

  #live(id: string): Response {
    const file = fileWithin(this.#root.path, id, 'live.bin');
    // No error: a browser would report each of the page's questions as one.
    if (file === undefined) return new Response(null, { status: 204 });
    return new Response(readFileSync(file.path), { headers: { 'Content-Type': binary } });
  }

  #file(request: Request, file: RunFile | undefined, type: string): Response | undefined {
    if (file === undefined) return undefined;
    const { ino, size, mtimeMs } = file.stats;
    const version = [ino, size, mtimeMs].map((number) => number.toString(36)).join('-');
    return fileAnswer(request, { body: Bun.file(file.path), type, version, caching: askedAgain });
  }
}

const json = 'application/json';
const binary = 'application/octet-stream';

function noRun(id: string): Response {
  return errorAnswer(404, `There is no run "${id}".`);
}

function series(run: RunReader, id: string, query: URLSearchParams): Response {
  const keys = (query.get('keys') ?? '').split(',').filter((key) => key !== '');
  const unknown = keys.find((key) => !seriesKey.test(key));
  if (keys.length === 0 || keys.length > mostKeys) return errorAnswer(400, `Name 1 to ${mostKeys} keys: ?keys=a,b.`);
  if (unknown !== undefined) {
    return errorAnswer(400, `"${unknown}" is no key: <type>.<name>, where the type is ${metricsTypes.join(', ')}.`);
  }
  const range = seriesRange(query);
  if (typeof range === 'string') return errorAnswer(400, range);
  const answer: SeriesAnswer = {
    run: id,
    axis: range.axis,
    series: [...new Set(keys)].map((key) => run.series(key as SeriesKey, range)),
  };
  return jsonAnswer(answer);
}

/** What is wrong, where something is. */
function seriesRange(query: URLSearchParams): SeriesRange | string {
  const axis = seriesAxes.find((name) => name === (query.get('x') ?? 'agentSteps'));
  if (axis === undefined) return `x is one of ${seriesAxes.join(', ')}.`;
  const points = Number(query.get('points') || defaultPoints);
  if (!Number.isInteger(points) || points < fewestPoints || points > mostPoints) {
    return `points is a whole number from ${fewestPoints} to ${mostPoints}.`;
  }
  const [from, to] = ['from', 'to'].map((name) => (query.get(name) ? Number(query.get(name)) : undefined));
  if (Number.isNaN(from) || Number.isNaN(to)) return 'from and to are numbers.';
  return { axis, points, from, to };
}

function csv(run: RunReader, id: string, query: URLSearchParams): Response {
  const type = metricsTypes.find((name) => name === (query.get('type') ?? 'progress')) as MetricsType | undefined;
  if (type === undefined) return errorAnswer(400, `type is one of ${metricsTypes.join(', ')}.`);
  const fileName = `${id.replace(/[^\w.-]/g, '_')}-${type}.csv`;
  return new Response(metricsCsv(type, run.metrics.tables[type]), {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${fileName}"`,
    },
  });
}
