/**
 * The dashboard's page in a real browser beside a run that is truly training, and what holds for all its views: no barriers (axe-core), a
 * phone's width, both colour schemes, a server that goes and comes back, a hundred runs and a million points.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { runColours } from '../../src/page/curves/colours.ts';
import { encodeLiveFrame } from '../../src/run/live/liveFrame.ts';
import { episode, evaluation, MadeRuns, progress } from '../dashboard/madeRun.ts';
import { DashboardBrowser, drawnIn, eventually, type Opened, patienceMs, pictureOf } from './dashboardPage.ts';

setDefaultTimeout(240_000);

const root = new URL('../../', import.meta.url).pathname;
const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
const [first] = runColours.light;

describe('a run that is training', () => {
  let folder: string;
  let training: ReturnType<typeof Bun.spawn>;
  let dashboard: DashboardBrowser;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-training-'));
    const words = 'train catch --preset quick --steps 100000 --metrics-every 50 --record-every 1 --name alive'.split(
      ' ',
    );
    training = Bun.spawn([process.execPath, 'src/cli/main.ts', ...words, '--out', folder], {
      cwd: root,
      stdout: 'ignore',
      stderr: 'ignore',
    });
    await eventually(
      async () => existsSync(join(folder, 'alive', 'metrics.jsonl')),
      (isThere) => isThere,
      180_000,
    );
    dashboard = await DashboardBrowser.open(folder);
  });

  afterAll(async () => {
    training?.kill();
    await training?.exited;
    await dashboard?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('draws its curve, which grows, and shows its agent move', async () => {
    const { page, faults } = await dashboard.visit('/run/alive');
    await eventually(
      () => page.locator('.chart-reward canvas').count(),
      (count) => count === 1,
      60_000,
    );
    const before = await eventually(
      () => drawnIn(page, 'reward', first),
      ({ pixels }) => pixels > 5,
      60_000,
    );
    const label = () => page.locator('.chart-reward .plot').getAttribute('aria-label');
    const [said, picture] = [await label(), await pictureOf(page, '.chart-reward canvas')];
    await eventually(label, (text) => text !== said, 60_000);
    await eventually(
      () => pictureOf(page, '.chart-reward canvas'),
      (now) => now !== picture,
    );
    expect(before.pixels).toBeGreaterThan(5);

    await page.getByText('live: training').waitFor();
    const screens = new Set<string>();
    const inputs = new Set<string>();
    for (let at = 0; at < 20; at++) {
      screens.add(await pictureOf(page, '.screen'));
      inputs.add(await pictureOf(page, '.input-frames canvas'));
      await Bun.sleep(150);
    }
    expect(screens.size).toBeGreaterThan(3);
    expect(inputs.size).toBeGreaterThan(3);
    expect(await page.locator('.q-values tbody tr').count()).toBe(3);
    await page
      .getByRole('img', { name: /^Game \d+, recorded/ })
      .first()
      .waitFor();

    training.kill('SIGINT');
    await page.locator('.run-head .state.stopped').waitFor({ timeout: 60_000 });
    await page.getByText('not live').waitFor();
    expect(await page.locator('[aria-live]').allInnerTexts()).toContain('alive: stopped');
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

const longName = `long-name-${'with_no_place_to_break_'.repeat(5)}`;

describe('all views', () => {
  const runs = new MadeRuns();
  let dashboard: DashboardBrowser;

  beforeAll(async () => {
    for (const id of ['alpha', 'beta', longName]) {
      const run = runs.make(id, [], { learningRate: id === 'beta' ? 0.1 : 0.2 });
      for (let at = 1; at <= 50; at++)
        run.append(episode(at, at * 100, at % 7), progress(at * 100, 1 / at, { meanQ: at }));
      run.append(evaluation(5000, 3));
      run.write(
        'live.bin',
        encodeLiveFrame({
          ...{
            agentSteps: 1,
            episode: 1,
            episodeReward: 1,
            epsilon: 0.1,
            action: 0,
            wasRandom: false,
            isEvaluation: false,
          },
          ...{ actions: [0, 3], qValues: new Float32Array([1, 2]), screen: new Uint8Array(160 * 210).fill(0x86) },
          ...{ screenHeight: 210, format: 'NTSC', frames: [new Uint8Array(16)], frameSide: 4, writtenAtMs: 1 },
        }),
      );
    }
    dashboard = await DashboardBrowser.open(runs.root);
  });

  afterAll(async () => {
    await dashboard?.close();
    runs.remove();
  });

  const views = {
    ...{ list: '/', run: '/run/alpha', 'a long name': `/run/${longName}`, comparison: `/compare/alpha/${longName}` },
    ...{ play: '/play', agent: `/play/${longName}`, nowhere: '/nowhere' },
  };
  const screens = {
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    phone: { colorScheme: 'light', viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
    'dark phone': { colorScheme: 'dark', viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  } as const;
  const cases = Object.keys(screens).flatMap((screen) =>
    Object.keys(views).map((view) => [view, screen] as [keyof typeof views, keyof typeof screens]),
  );

  test.each(cases)('%s, %s: no barriers, no scrolling sideways, no faults', async (view, screen) => {
    const opened = await dashboard.visit(views[view], screens[screen]);
    const { page, faults } = opened;
    await page.locator('h1').first().waitFor();
    if (view === 'list' || view === 'run') await page.locator('.chart-loss').waitFor();
    expect(await barriers(page)).toEqual([]);
    const [content, window] = (await page.evaluate(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    )) as number[];
    expect(content).toBeLessThanOrEqual(window);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the colour scheme that was chosen is remembered', async () => {
    const { page } = await dashboard.visit('/', { colorScheme: 'light' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor') as Promise<string>;
    const light = await ground();
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await ground()).toBe(dark);
    await page.context().close();
  });

  test('a server that is gone is said to be, and the page goes on when it is back', async () => {
    const { page } = await dashboard.visit('/run/alpha');
    await page.locator('.chart-reward').waitFor();
    await dashboard.stopServer();
    await page.locator('.banner').waitFor();
    expect(await page.locator('.banner').innerText()).toContain('does not answer');
    appendFileSync(join(runs.root, 'alpha', 'metrics.jsonl'), `${JSON.stringify(episode(51, 5100, 6))}\n`);
    await dashboard.startServer();
    await eventually(
      () => page.locator('.banner').count(),
      (count) => count === 0,
    );
    await page.locator('.facts').getByText('5,100').waitFor();
    await page.context().close();
  });
});

async function barriers(page: Page): Promise<unknown> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map((node) => node.html.slice(0, 200) + ' ' + node.failureSummary.slice(0, 300))]))`);
}

test('where there are no runs the page says how to start one, and the first appears by itself', async () => {
  const runs = new MadeRuns();
  const dashboard = await DashboardBrowser.open(runs.root);
  try {
    const { page, faults } = await dashboard.visit('/');
    await page.getByText('bun run train catch --preset quick').waitFor();
    expect(await barriers(page)).toEqual([]);
    runs.make('the-first', [episode(1, 100, 3)]);
    await page.getByRole('link', { name: 'the-first' }).first().waitFor();
    expect(faults).toEqual([]);
  } finally {
    await dashboard.close();
    runs.remove();
  }
});

describe('a hundred runs and a million points', () => {
  const runs = new MadeRuns();
  let dashboard: DashboardBrowser;
  let opened: Opened;

  beforeAll(async () => {
    for (let at = 0; at < 99; at++) runs.make(`run-${at}`, [episode(1, 100 + at, at)]);
    const large = runs.make('large');
    for (let block = 0; block < 50; block++) {
      const from = block * 20_000;
      large.append(
        ...Array.from({ length: 20_000 }, (_, at) =>
          episode(from + at, from + at + 1, (at * 7919) % 21, { meanReward100: block }),
        ),
      );
    }
    dashboard = await DashboardBrowser.open(runs.root);
    opened = await dashboard.visit('/');
  });

  afterAll(async () => {
    await dashboard?.close();
    runs.remove();
  });

  test('all are listed on demand, and the long curve is drawn from few points', async () => {
    const { page, asked, faults } = opened;
    await page.getByRole('button', { name: 'All 100 runs' }).click();
    expect(await page.locator('.runs tbody tr').count()).toBe(100);
    await page.getByRole('button', { name: 'Untick all' }).click();
    const answers: number[] = [];
    page.on('response', async (response) => {
      if (response.url().includes('/large/series')) answers.push((await response.body()).length);
    });
    await page.getByLabel('Curves of large', { exact: true }).check();
    await page.locator('.chart-reward').scrollIntoViewIfNeeded();
    await eventually(
      () => drawnIn(page, 'reward', first),
      ({ pixels }) => pixels > 500,
    );
    expect(asked.some((path) => path.includes('/large/series?'))).toBe(true);
    expect(Math.max(...answers)).toBeLessThan(500_000);
    // With every run in the charts the page still answers a key press at once.
    await page.getByRole('button', { name: 'Untick all' }).click();
    for (let at = 0; at < 40; at++) await page.getByLabel(`Curves of run-${at}`, { exact: true }).check();
    await page.locator('.legend li').nth(39).waitFor();
    const lagMs = (await page.evaluate(
      "new Promise((done) => { const start = performance.now(); document.querySelector('.filter input').dispatchEvent(new Event('input', { bubbles: true })); requestAnimationFrame(() => setTimeout(() => done(performance.now() - start))); })",
    )) as number;
    expect(lagMs).toBeLessThan(patienceMs / 20);
    expect(faults).toEqual([]);
  });
});
