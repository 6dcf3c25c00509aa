/**
 * The list of runs, kept up to date: asked for once, then again when the server says that runs have changed.
 * Who draws curves listens to `onRunsChanged`, so that only changed runs are asked for again.
 * A page that nobody sees does not listen: a browser has six connections to a host, and each listening page takes one.
 */
import type { RunSummary, RunsChanged } from '../dashboard/api.ts';
import { errorLine, getJson } from './server.ts';
import { Value } from './value.ts';

/** All runs, newest first; undefined before the first answer. */
export const runs = new Value<readonly RunSummary[] | undefined>(undefined);
/** Whether the server is there: `lost` is shown as a banner and ends by itself. */
export const connection = new Value<'connecting' | 'live' | 'lost'>('connecting');
/** What went wrong with the list, in one line. */
export const runsError = new Value<string | undefined>(undefined);
/** The last thing that became of a run, in words, for those who do not see the list. */
export const announcement = new Value('');

/** The list is asked for at most this often. */
const listIntervalMs = 1000;
const reconnectMs = 2000;

type Listener = (ids: readonly string[]) => void;
const listeners = new Set<Listener>();

export function onRunsChanged(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let lastListedAtMs = 0;
let listPlanned = false;

async function list(): Promise<void> {
  lastListedAtMs = performance.now();
  try {
    const next = await getJson<RunSummary[]>('/api/runs');
    announce(runs.current, next);
    runs.set(next);
    runsError.set(undefined);
  } catch (error) {
    runsError.set(errorLine(error));
  }
}

function planList(): void {
  if (listPlanned) return;
  listPlanned = true;
  const waitMs = Math.max(0, lastListedAtMs + listIntervalMs - performance.now());
  setTimeout(() => {
    listPlanned = false;
    void list();
  }, waitMs);
}

function announce(before: readonly RunSummary[] | undefined, after: readonly RunSummary[]): void {
  if (before === undefined) return;
  const old = new Map(before.map((run) => [run.id, run.state]));
  const news = after.filter((run) => old.get(run.id) !== run.state);
  if (news.length > 0) {
    announcement.set(news.map((run) => `${run.id}: ${old.has(run.id) ? '' : 'new, '}${run.state}`).join('. '));
  }
}

/** Listens for as long as the page is open and in front. */
export function watchRuns(): void {
  planList();
  document.addEventListener('visibilitychange', listenWhileSeen);
  listenWhileSeen();
}

let events: EventSource | undefined;

function listenWhileSeen(): void {
  if (document.hidden) {
    events?.close();
    events = undefined;
  } else {
    events ??= listen();
  }
}

/** What was missed before comes with the first event, which names all runs. */
function listen(): EventSource {
  const source = new EventSource('/api/events');
  source.onopen = () => connection.set('live');
  source.onmessage = (event) => {
    const { changed, removed } = JSON.parse(event.data) as RunsChanged;
    planList();
    const ids = [...changed, ...removed];
    for (const listener of listeners) listener(ids);
  };
  source.onerror = () => {
    connection.set('lost');
    if (source.readyState !== EventSource.CLOSED) return;
    // A browser gives up after an answer that is no stream; a server that starts again may have given one.
    events = undefined;
    setTimeout(listenWhileSeen, reconnectMs);
  };
  return source;
}
