/** `bun run dashboard` as a user runs it. */
import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/run/provenance.ts';
import { configFile, episode, MadeRuns } from './madeRun.ts';

let runs: MadeRuns;
const started: { kill(): void; readonly exited: Promise<number> }[] = [];
beforeEach(() => {
  runs = new MadeRuns();
});
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill();
    await child.exited;
  }
  runs.remove();
});

function start(...words: string[]) {
  return startIn(process.cwd(), ...words);
}

function startIn(cwd: string, ...words: string[]) {
  const child = Bun.spawn([process.execPath, join(projectFolder, 'src/cli/main.ts'), 'dashboard', ...words], {
    cwd,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  started.push(child);
  return child;
}

/** The output up to the line that ends with `end`. */
async function outputUntil(stream: ReadableStream<Uint8Array>, end: string): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += new TextDecoder().decode(chunk);
    if (text.trimEnd().endsWith(end)) break;
  }
  return text;
}

async function ended(child: ReturnType<typeof start>) {
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, output, errors };
}

test('says where the page is, shows it and the runs, and Ctrl-C ends it without a word', async () => {
  runs.make('a', [episode(1, 75, 1)]);
  const child = start('--runs', runs.root, '--port', '0');
  const output = await outputUntil(child.stdout, '(Ctrl-C ends it)');
  const url = /(http:\/\/127\.0\.0\.1:\d+\/) \(Ctrl-C ends it\)$/.exec(output.trimEnd())?.[1];
  expect(output.trimEnd()).toBe(`Dashboard of ${runs.root}: ${url} (Ctrl-C ends it)`);
  expect(await (await fetch(`${url}api/runs`)).json()).toMatchObject([{ id: 'a', agentSteps: 75 }]);
  const page = await fetch(url!);
  const html = await page.text();
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html;charset=utf-8']);
  // Its policy allows no inline script and no inline style; what it names is there.
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
  const assets = [...html.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path]) => path);
  expect(assets.some((path) => /^\/assets\/.+\.js$/.test(path))).toBe(true);
  expect(assets.some((path) => /^\/assets\/.+\.css$/.test(path))).toBe(true);
  for (const path of assets) expect((await fetch(new URL(path, url!))).status).toBe(200);
  // An answer under way does not keep it.
  await fetch(`${url}api/events`);
  child.kill('SIGINT');
  const errors = await new Response(child.stderr).text();
  expect([await child.exited, errors]).toEqual([0, '']);
}, 30_000);

test('an empty folder is fine', async () => {
  const child = start('--runs', runs.root, '--port', '0');
  const url = /http:\S+/.exec(await outputUntil(child.stdout, '(Ctrl-C ends it)'))![0];
  expect(await (await fetch(`${url}api/runs`)).json()).toEqual([]);
}, 30_000);

test('before the first run there need be no folder runs, and the first run appears', async () => {
  const child = startIn(runs.root, '--port', '0');
  const url = /http:\S+/.exec(await outputUntil(child.stdout, '(Ctrl-C ends it)'))![0];
  expect(await (await fetch(`${url}api/runs`)).json()).toEqual([]);
  runs.make('runs');
  mkdirSync(join(runs.root, 'runs', 'first'));
  writeFileSync(join(runs.root, 'runs', 'first', 'config.json'), configFile());
  expect(await (await fetch(`${url}api/runs`)).json()).toMatchObject([{ id: 'first' }]);
}, 30_000);

test('a port that is taken is one line with the remedy', async () => {
  using taken = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('') });
  const { code, output, errors } = await ended(start('--runs', runs.root, '--port', String(taken.port)));
  expect([code, output]).toEqual([1, '']);
  expect(errors).toBe(
    `error: Port ${taken.port} of 127.0.0.1 is taken, perhaps by a dashboard that runs already. Take another: --port ${taken.port! + 1}, or --port 0 for any that is free.\n`,
  );
}, 30_000);

test('a folder that is none, and an address that is none, are one line each', async () => {
  const file = join(runs.root, 'file');
  writeFileSync(file, '');
  const missing = join(runs.root, 'missing');
  expect(await ended(start('--runs', missing))).toEqual({
    code: 1,
    output: '',
    errors: expect.stringMatching(/^error: There is no folder .*missing\. Name one .* train catch --out .*missing\n$/),
  });
  expect(await ended(start('--runs', file))).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/^error: .* is no folder\..*\n$/),
  });
  symlinkSync('loop', join(runs.root, 'loop'));
  expect(await ended(start('--runs', join(runs.root, 'loop')))).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/^error: The folder .*loop cannot be read: ELOOP.*\n$/),
  });
  const host = await ended(start('--runs', runs.root, '--host', '203.0.113.7', '--port', '0'));
  expect(host).toMatchObject({ code: 1, errors: expect.stringMatching(/^error: .*203\.0\.113\.7.*--host\.\n$/) });
  for (const flag of ['--runs', '--host'])
    expect(await ended(start(`${flag}=`))).toMatchObject({
      code: 1,
      errors: expect.stringContaining(`${flag} is empty.`),
    });
  rmSync(file);
}, 30_000);

test('an address that others can reach is warned of, in one line', async () => {
  const child = start('--runs', runs.root, '--port', '0', '--host', '0.0.0.0');
  const output = await outputUntil(child.stdout, '(Ctrl-C ends it)');
  const [warning, where] = output.trimEnd().split('\n');
  expect(warning).toMatch(/^Warning: whoever can reach .* without a password\.$/);
  const { port } = new URL(/http:\S+/.exec(where)![0]);
  expect((await fetch(`http://127.0.0.1:${port}/api/runs`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${port}/api/runs`, { headers: { Host: 'evil.example' } })).status).toBe(403);
}, 30_000);
