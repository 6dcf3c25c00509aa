import { afterEach, beforeEach, expect, test } from 'bun:test';
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RunsChanged } from '../../src/dashboard/api.ts';
import { RunEvents } from '../../src/dashboard/runEvents.ts';
import { type Dashboard, serveDashboard } from '../../src/dashboard/server.ts';
import { RunRoot } from '../../src/run/reading/runRoot.ts';
import { episode, MadeRuns } from './madeRun.ts';

let runs: MadeRuns;
let dashboard: Dashboard;
beforeEach(async () => {
  runs = new MadeRuns();
  dashboard = await serveDashboard({ runs: runs.root, port: 0, hostname: '127.0.0.1', page: async () => new Map() });
});
afterEach(async () => {
  await dashboard.stop();
  runs.remove();
});

/** Of an answer's body, event by event. */
class Listener {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #text = '';

  constructor(body: ReadableStream<Uint8Array>) {
    this.#chunks = body[Symbol.asyncIterator]();
  }

  /** The next event, or what came before the end. */
  async next(): Promise<RunsChanged | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const event = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        if (event.startsWith('data: ')) return JSON.parse(event.slice('data: '.length));
        continue;
      }
      const { done, value } = await this.#chunks.next();
      if (done) return undefined;
      this.#text += new TextDecoder().decode(value);
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

async function listen(): Promise<Listener> {
  const answer = await fetch(`${dashboard.url}api/events`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  return new Listener(answer.body!);
}

test('first all runs, then those that grow, come and go, to everyone who listens', async () => {
  const a = runs.make('a', [episode(1, 75, 1)]);
  runs.make('b');
  const listeners = [await listen(), await listen()];
  const nextOfAll = () => Promise.all(listeners.map((listener) => listener.next()));
  for (const event of await nextOfAll()) expect(event?.changed.toSorted()).toEqual(['a', 'b']);
  a.append(episode(2, 150, 2));
  expect(await nextOfAll()).toEqual(Array(2).fill({ changed: ['a'], removed: [] }));
  const answer = await fetch(`${dashboard.url}api/runs/a/series?keys=episode.reward`);
  expect(await answer.json()).toMatchObject({ series: [{ x: [75, 150], y: [1, 2] }] });
  runs.make('c');
  expect(await nextOfAll()).toEqual(Array(2).fill({ changed: ['c'], removed: [] }));
  rmSync(join(runs.root, 'b'), { recursive: true });
  expect(await nextOfAll()).toEqual(Array(2).fill({ changed: [], removed: ['b'] }));
  await listeners[1].close();
  a.write('recordings/game-000001.gif', 'GIF');
  expect(await listeners[0].next()).toEqual({ changed: ['a'], removed: [] });
  await listeners[0].close();
}, 20_000);

test('a live picture is no news, a process that dies is', async () => {
  const child = Bun.spawn(['sleep', '60']);
  const run = runs.make('a', [episode(1, 75, 1)]);
  const status = {
    state: 'running',
    pid: child.pid,
    host: hostname(),
    startedAtMs: Date.now(),
    updatedAtMs: Date.now(),
  };
  run.write('status.json', JSON.stringify(status));
  run.write('live.bin', '1');
  const events = new RunEvents(new RunRoot(runs.root));
  expect(events.poll()).toEqual({ changed: ['a'], removed: [] });
  run.write('live.bin', 'another');
  expect(events.poll()).toEqual({ changed: [], removed: [] });
  child.kill();
  await child.exited;
  expect(events.poll()).toEqual({ changed: ['a'], removed: [] });
  expect(events.poll()).toEqual({ changed: [], removed: [] });
});

test('nothing is looked at while nobody listens', async () => {
  class CountedRoot extends RunRoot {
    looks = 0;
    override names(): string[] {
      this.looks++;
      return super.names();
    }
  }
  runs.make('a');
  const root = new CountedRoot(runs.root);
  const events = new RunEvents(root, 5);
  await Bun.sleep(30);
  expect(root.looks).toBe(0);
  const listener = new Listener(events.listen());
  await listener.next();
  await Bun.sleep(50);
  expect(root.looks).toBeGreaterThan(2);
  await listener.close();
  expect(events.listeners).toBe(0);
  const { looks } = root;
  await Bun.sleep(30);
  expect(root.looks).toBe(looks);
  // Who comes back is told all there is, also what changed meanwhile.
  runs.make('b');
  const again = new Listener(events.listen());
  expect((await again.next())?.changed.toSorted()).toEqual(['a', 'b']);
  await again.close();
});

test('a listener that goes away without a word is forgotten; one that reads nothing, too', async () => {
  const run = runs.make('a');
  const events = new RunEvents(new RunRoot(runs.root), 1);
  events.listen();
  expect(events.listeners).toBe(1);
  for (let i = 0; i < 2000 && events.listeners > 0; i++) {
    run.append(episode(i, i, i));
    await Bun.sleep(1);
  }
  expect(events.listeners).toBe(0);
});

test('stopping ends the answers under way', async () => {
  runs.make('a');
  const listener = await listen();
  await listener.next();
  const next = listener.next().catch(() => undefined);
  await dashboard.stop();
  expect(await next).toBeUndefined();
});

test('a status.json that is a folder or a pipe is none, and holds nobody up', async () => {
  const run = runs.make('a', [episode(1, 75, 1)]);
  run.write('status.json/x', '');
  const piped = runs.make('b', [episode(1, 75, 1)]);
  expect(Bun.spawnSync(['mkfifo', join(piped.folder, 'status.json')]).exitCode).toBe(0);
  expect(new RunEvents(new RunRoot(runs.root)).poll().changed.toSorted()).toEqual(['a', 'b']);
  const listed = await (await fetch(`${dashboard.url}api/runs`)).json();
  expect(listed).toMatchObject([{ state: 'running' }, { state: 'running' }]);
}, 20_000);
