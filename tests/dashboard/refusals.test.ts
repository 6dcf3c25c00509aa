/** What the dashboard's server must not answer: foreign pages, other methods, paths that lead out of the run folders. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLoopback, ownHosts, pathParts } from '../../src/dashboard/guard.ts';
import { type Dashboard, serveDashboard } from '../../src/dashboard/server.ts';
import { configFile, episode, MadeRuns } from './madeRun.ts';
import { rawRequest, rawText } from './rawRequest.ts';

const runs = new MadeRuns();
const outside = new MadeRuns();
const secret = 'a secret of this machine';
let dashboard: Dashboard;

const page = new Map([
  ['/', { bytes: new TextEncoder().encode('<!doctype html>'), type: 'text/html;charset=utf-8' }],
  ['/assets/main-1.js', { bytes: new TextEncoder().encode('1'), type: 'text/javascript' }],
]);

beforeAll(async () => {
  const run = runs.make('run', [episode(1, 75, 1)]);
  run.write('recordings/game-000001.gif', 'GIF89a');
  run.write('recordings/notes.txt', secret);
  run.write('live.bin', 'live');
  run.write('secret.txt', secret);
  writeFileSync(join(runs.root, 'secret.txt'), secret);
  const foreign = outside.make('foreign', [episode(1, 75, 1)]);
  foreign.write('config.json', configFile({ game: secret }));
  for (const name of ['metrics.jsonl', 'live.bin', 'best.safetensors', 'recordings/game-000002.gif'])
    foreign.write(name, secret);
  foreign.write('checkpoints/step-1/weights.safetensors', secret);
  // Whole folders, and each single file, as links to what lies outside.
  symlinkSync(foreign.folder, join(runs.root, 'linked'));
  const linking = runs.make('linking', []);
  for (const name of ['metrics.jsonl', 'live.bin', 'best.safetensors', 'checkpoints']) {
    symlinkSync(join(foreign.folder, name), join(linking.folder, name));
  }
  mkdirSync(join(linking.folder, 'recordings'));
  symlinkSync(join(foreign.folder, 'recordings/game-000002.gif'), join(linking.folder, 'recordings/game-000002.gif'));
  dashboard = await serveDashboard({ runs: runs.root, port: 0, hostname: '127.0.0.1', page: async () => page });
});

afterAll(async () => {
  await dashboard.stop();
  runs.remove();
  outside.remove();
});

const everyRoute = [
  '/',
  '/assets/main-1.js',
  '/api/runs',
  '/api/runs/run/config',
  '/api/runs/run/series?keys=episode.reward',
];
everyRoute.push(
  '/api/runs/run/metrics.csv?type=episode',
  '/api/runs/run/recordings',
  '/api/runs/run/recordings/game-000001.gif',
);
everyRoute.push(
  '/api/runs/run/live',
  '/api/diff?a=run&b=run',
  '/api/events',
  '/shaders/fill.wgsl',
  '/roms/pong.bin',
  '/weights/pong.json',
);

describe.each(everyRoute)('%s', (path) => {
  const ask = (headers: Record<string, string>, method?: string) => rawRequest(dashboard.port, path, headers, method);

  test('is there', async () => {
    // HEAD, since events have no end.
    const { status, body } = await ask({}, 'HEAD');
    expect({ status, body }).toEqual({ status: 200, body: '' });
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('refuses %s', async (method) => {
    const { status, headers } = await ask({ 'Content-Length': '0' }, method);
    expect([status, headers.get('allow'), headers.get('x-content-type-options')]).toEqual([
      405,
      'GET, HEAD',
      'nosniff',
    ]);
  });

  test.each([
    'evil.example',
    'evil.example:2600',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '127.0.0.2',
    '192.168.1.1',
    'evil.example@127.0.0.1',
    '127.0.0.1:80:80',
    '[::1',
    'localhost/',
  ])('refuses the host %s', async (host) => {
    const { status } = await ask({ Host: host });
    // 400 is Bun's own word on what is no host at all.
    expect([400, 403]).toContain(status);
  });

  test.each(['http://evil.example', 'null', 'https://127.0.0.1', 'http://localhost:3000', 'http://127.0.0.1'])(
    'refuses the origin %s',
    async (Origin) => {
      const { status, headers } = await ask({ Origin });
      expect(status).toBe(403);
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    },
  );

  test.each(['cross-site', 'same-site'])('refuses a request that is %s', async (site) => {
    expect((await ask({ 'Sec-Fetch-Site': site })).status).toBe(403);
    expect(
      (await ask({ 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' })).status,
    ).toBe(403);
    const frame = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' };
    expect((await ask({ 'Sec-Fetch-Site': site, ...frame })).status).toBe(403);
  });

  test('answers its own page, by whatever name of this machine and through a tunnel', async () => {
    const own = { Origin: `http://127.0.0.1:${dashboard.port}`, 'Sec-Fetch-Site': 'same-origin' };
    expect((await ask(own, 'HEAD')).status).toBe(200);
    for (const Host of ['localhost', `LOCALHOST:${dashboard.port}`, '[::1]:8080']) {
      expect((await ask({ Host, Origin: `http://${Host}`, 'Sec-Fetch-Site': 'same-origin' }, 'HEAD')).status).toBe(200);
    }
  });

  test('has the headers that keep it in its place', async () => {
    const { headers } = await ask({}, 'HEAD');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toMatch(/^(no-store|no-cache|public, max-age=31536000, immutable)$/);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('a link on another site leads to the page, and to nothing else', async () => {
  const visit = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  expect((await rawRequest(dashboard.port, '/', visit)).status).toBe(200);
  expect((await rawRequest(dashboard.port, '/api/runs', visit)).status).toBe(403);
});

test('a request without a host, or for an absolute address, is refused', async () => {
  for (const version of ['1.0', '1.1']) {
    expect([400, 403]).toContain((await rawText(dashboard.port, `GET /api/runs HTTP/${version}\r\n\r\n`)).status);
  }
  const absolute = `GET http://evil.example/api/runs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
  expect([400, 403]).toContain((await rawText(dashboard.port, absolute)).status);
});

describe('no path leads out', () => {
  const ways = [
    '..',
    '../..',
    '%2e%2e',
    '%2E%2E/%2e%2e',
    '.%2e',
    '%252e%252e',
    '..%2f',
    '..%5c',
    '%2f',
    '%5c',
    '..%00',
    '%00',
  ];
  ways.push(
    '.',
    '%2e',
    '',
    'run%00',
    'run%2f..',
    'run/',
    'run/..',
    'RUN',
    'linked',
    'a%0d%0aSet-Cookie:x=1',
    '%c0%ae%c0%ae',
    '%ff',
    '%',
  );
  ways.push('constructor', '__proto__', 'secret.txt', '%2fetc', '~', '*', '..;', '\u00ff');

  test.each(ways)('as the run "%s"', async (way) => {
    for (const rest of [
      'config',
      'live',
      'recordings',
      'secret.txt',
      'recordings/notes.txt',
      'series?keys=episode.reward',
      'weights/best',
    ]) {
      const { status, body, headers } = await rawRequest(dashboard.port, `/api/runs/${way}/${rest}`);
      expect([400, 404]).toContain(status);
      expect(body).not.toContain(secret);
      expect(headers.get('set-cookie')).toBeNull();
    }
    const { status } = await rawRequest(dashboard.port, `/api/diff?a=${way}&b=run`);
    expect([400, 404]).toContain(status);
  });

  test.each([
    'notes.txt',
    '../secret.txt',
    '..%2fsecret.txt',
    '..%252fsecret.txt',
    '%2e%2e/secret.txt',
    'game-000001.gif%00',
    'game-000001.gif/..',
    'game-000001.gif/',
    'x/game-000001.gif',
    'game-.gif',
    'game-1.gif.txt',
    '%2fetc%2fpasswd',
    '/etc/passwd',
    '../../../../../../etc/passwd',
    '',
  ])('as the recording "%s"', async (file) => {
    const { status, body } = await rawRequest(dashboard.port, `/api/runs/run/recordings/${file}`);
    expect([400, 404]).toContain(status);
    expect(body).not.toContain(secret);
  });

  test.each(['live', 'weights/best', 'weights/last', 'recordings/game-000002.gif'])(
    'by a link in a run: %s',
    async (rest) => {
      const { status, body } = await rawRequest(dashboard.port, `/api/runs/linking/${rest}`);
      expect(status).toBe(rest === 'live' ? 204 : 404);
      expect(body).not.toContain(secret);
    },
  );

  test('by links in lists and curves', async () => {
    const get = async (path: string): Promise<unknown> => (await fetch(dashboard.url + path)).json();
    const ids = ((await get('api/runs')) as { id: string }[]).map(({ id }) => id);
    expect(ids.sort()).toEqual(['linking', 'run']);
    expect(await get('api/runs/linking/recordings')).toEqual([]);
    expect(await get('api/runs/linking/series?keys=episode.reward')).toMatchObject({ series: [{ count: 0 }] });
  });

  test.each([
    '/shaders/../package.json',
    '/shaders/%2e%2e/package.json',
    '/shaders/..%2fpackage.json',
    '/shaders/bench',
    '/shaders/',
    '/shaders/FILL.wgsl',
    '/roms/pong.asm',
    '/roms/../package.json',
    '/weights/../package.json',
    '/package.json',
    '/src/cli/main.ts',
    '/assets/../package.json',
    '/assets/',
    '//etc/passwd',
    '/etc/passwd',
    '/index.html',
    '/.git/config',
    '*',
  ])('as a file of the project: %s', async (path) => {
    const { status } = await rawRequest(dashboard.port, path);
    expect([400, 404]).toContain(status);
  });

  test('not even while a run becomes a link', async () => {
    const run = runs.make('turning');
    run.write('live.bin', 'live');
    expect((await rawRequest(dashboard.port, '/api/runs/turning/live')).body).toBe('live');
    rmSync(run.folder, { recursive: true });
    symlinkSync(join(outside.root, 'foreign'), run.folder);
    expect((await rawRequest(dashboard.port, '/api/runs/turning/live')).status).toBe(404);
    rmSync(run.folder);
  });
});

test('the parts of a path are names, or there are none', () => {
  expect(pathParts('/api/runs/a%20run/%C3%A4')).toEqual(['api', 'runs', 'a run', 'ä']);
  expect(pathParts('/%252e%252e')).toEqual(['%2e%2e']);
  for (const path of ['/..', '/a/./b', '/%2e%2e', '/a%2fb', '/a%5cb', '/a%00', '/%0a', '/%ff', '/%'])
    expect(pathParts(path)).toBeUndefined();
});

describe('the names of a server', () => {
  test('on loopback are those of loopback', () => {
    expect([...ownHosts('127.0.0.1')].sort()).toEqual(['127.0.0.1', '::1', 'localhost']);
    for (const name of ['127.0.0.1', 'localhost', '::1', '127.1.2.3']) expect(isLoopback(name)).toBe(true);
    for (const name of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', 'evil.example'])
      expect(isLoopback(name)).toBe(false);
  });

  test('on one address are that one, too; on all, those of each interface', () => {
    expect(ownHosts('192.0.2.7').has('192.0.2.7')).toBe(true);
    expect(ownHosts('0.0.0.0').size).toBeGreaterThan(ownHosts('127.0.0.1').size);
    expect(ownHosts('0.0.0.0').has('evil.example')).toBe(false);
  });
});
