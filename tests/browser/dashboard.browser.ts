/** The dashboard's page in a real browser, on runs that were made for it: list, curves, one run, comparison, keyboard. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { paletteOf } from '../../src/env/palette.ts';
import { runColours } from '../../src/page/curves/colours.ts';
import { reachOf, smoothed } from '../../src/page/curves/smoothing.ts';
import { encodeLiveFrame, type LiveFrame } from '../../src/run/live/liveFrame.ts';
import { presets } from '../../src/run/presets.ts';
import { GifRecorder } from '../../src/run/recordingGif.ts';
import { episode, evaluation, type Line, MadeRuns, progress } from '../dashboard/madeRun.ts';
import { DashboardBrowser, drawnIn, eventually, type Opened, pictureOf, settledPicture } from './dashboardPage.ts';

setDefaultTimeout(120_000);

const [first, second] = runColours.light;
const runs = new MadeRuns();
const allFaults: string[][] = [];
let dashboard: DashboardBrowser;

/** Ten games of `each` steps; every second point is high, so that smoothing shows. */
function games(from: number, to: number, each = 100): Line[] {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index + 1;
    return episode(number, number * each, number % 2 === 0 ? 10 : 2, { meanReward100: number % 2 === 0 ? 8 : 4 });
  });
}

const losses = Array.from({ length: 20 }, (_, index) =>
  progress(500 * (index + 1), 10 ** (-index / 5), { meanQ: index / 10, epsilon: 1 - index / 20, updatesPerSecond: 50 }),
);

beforeAll(async () => {
  const long = runs.make('catch-long', [...games(0, 100), ...losses]);
  long.append(evaluation(5000, 3.5, { meanValue: 1.5 }), evaluation(10_000, 7, { meanValue: 2.5 }));
  long.write('status.json', status('finished'));
  const short = { game: 'bricks', preset: 'lapan-small', seed: 7, learningRate: 0.002 };
  runs.make('bricks-short', games(0, 40), short).write('status.json', status('stopped'));
  const many = runs.make('many-games', [], { game: 'pong', preset: 'pong-cpu' });
  many.append(...Array.from({ length: 20_000 }, (_, at) => episode(at + 1, (at + 1) * 10, at % 21)));
  dashboard = await DashboardBrowser.open(runs.root);
});

afterAll(async () => {
  await dashboard?.close();
  runs.remove();
});

function status(state: string): string {
  return JSON.stringify({ state, pid: process.pid, host: 'here', startedAtMs: 1, updatedAtMs: 2 });
}

/** Opens a view; what goes wrong in it is looked at at the end. */
async function visit(view: string, options = {}): Promise<Opened> {
  const opened = await dashboard.visit(view, options);
  allFaults.push(opened.faults);
  return opened;
}

async function tickOnly(page: Page, ...ids: string[]): Promise<void> {
  await page.getByRole('button', { name: 'Untick all' }).click();
  for (const id of ids) await page.getByLabel(`Curves of ${id}`, { exact: true }).check();
}

const listed = (page: Page) => page.locator('.runs tbody th a').allTextContents();
const drawn = (page: Page, chart: string, colour: string) =>
  eventually(
    () => drawnIn(page, chart, colour),
    ({ pixels }) => pixels > 20,
  );

describe('the list', () => {
  test('says of each run how it stands, in words', async () => {
    const { page } = await visit('/');
    const row = page.getByRole('row').filter({ hasText: 'catch-long' });
    await row.waitFor();
    const text = await row.innerText();
    for (const part of ['finished', 'catch', 'quick', '10,000', '8.00', '7.00', '123.5'])
      expect(text.replaceAll('\n', ' ')).toContain(part);
    expect(await page.getByRole('row').filter({ hasText: 'bricks-short' }).innerText()).toContain('stopped');
    await page.context().close();
  });

  test('is filtered by words and sorted by columns', async () => {
    const { page } = await visit('/');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    expect(await listed(page)).toEqual(['bricks-short', 'catch-long', 'many-games']);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    expect(await listed(page)).toEqual(['many-games', 'catch-long', 'bricks-short']);
    await page.getByRole('button', { name: 'Agent steps so far' }).click();
    expect(await listed(page)).toEqual(['many-games', 'catch-long', 'bricks-short']);
    expect(await page.locator('th[aria-sort=descending]').innerText()).toContain('Steps');
    await page.getByPlaceholder('Filter').fill('lapan 7');
    expect(await listed(page)).toEqual(['bricks-short']);
    expect(await page.getByText('1 of 3 runs').count()).toBe(1);
    await page.getByPlaceholder('Filter').fill('nothing like that');
    expect(await page.getByText('No run matches').count()).toBe(1);
    await page.context().close();
  });
});

describe('curves', () => {
  test('of two runs lie over each other, each in its own colour in every chart, and one can be taken out', async () => {
    const { page } = await visit('/');
    await tickOnly(page, 'catch-long', 'bricks-short');
    const long = await drawn(page, 'reward', first);
    const short = await drawn(page, 'reward', second);
    expect(long.to).toBeGreaterThan(0.95);
    expect(short.to).toBeGreaterThan(0.3);
    expect(short.to).toBeLessThan(0.5);
    await page.locator('.chart-loss').scrollIntoViewIfNeeded();
    await drawn(page, 'loss', first);
    expect((await drawnIn(page, 'loss', second)).pixels).toBe(0);
    await page.getByRole('button', { name: 'Take catch-long out of the charts' }).click();
    await eventually(
      () => drawnIn(page, 'reward', first),
      ({ pixels }) => pixels === 0,
    );
    // The other keeps its colour.
    await drawn(page, 'reward', second);
    await page.context().close();
  });

  test('grow with the run, which alone is asked for again, and the view stays', async () => {
    const growing = runs.make('growing', games(0, 20));
    const { page, asked } = await visit('/');
    await tickOnly(page, 'catch-long', 'growing');
    const before = await drawn(page, 'reward', second);
    expect(before.to).toBeLessThan(0.3);
    await page.evaluate('window.scrollTo(0, 200)');
    asked.length = 0;
    for (let at = 20; at < 80; at += 10) {
      growing.append(...games(at, at + 10));
      await Bun.sleep(100);
    }
    const after = await eventually(
      () => drawnIn(page, 'reward', second),
      ({ to }) => to > 0.75,
    );
    expect(after.to).toBeLessThan(0.85);
    expect(after.pixels).toBeGreaterThan(2 * before.pixels);
    const series = asked.filter((path) => path.includes('/series?'));
    expect(series.length).toBeGreaterThan(0);
    expect(series.filter((path) => !path.includes('/growing/'))).toEqual([]);
    expect(await page.evaluate('window.scrollY')).toBe(200);
    await page.context().close();
  });

  test('are smoothed, with the curve itself faint behind', async () => {
    const { page } = await visit('/run/catch-long');
    await drawn(page, 'reward', first);
    const rough = await pictureOf(page, '.chart-reward canvas');
    await page.getByLabel('smoothing').fill('60');
    await eventually(
      () => pictureOf(page, '.chart-reward canvas'),
      (picture) => picture !== rough,
    );
    await page.locator('.chart-reward summary').click();
    const shown = await page.locator('.chart-reward tbody tr td').nth(1).innerText();
    const x = Array.from({ length: 100 }, (_, index) => (index + 1) * 100);
    const y = x.map((_, index) => (index % 2 === 1 ? 8 : 4));
    const expected = smoothed(x, y, reachOf(60) * 10_000).at(-1)!;
    expect(expected).toBeLessThan(7);
    expect(Number(shown)).toBeCloseTo(expected, 3);
    // Two shades: the line, and behind it 28 % of its colour on white.
    expect((await drawnIn(page, 'reward', '#b8d8ea')).pixels).toBeGreaterThan(50);
    await page.context().close();
  });

  test('are looked at closely by dragging: the range is asked for, and all is shown again', async () => {
    const { page, asked } = await visit('/run/many-games');
    await drawn(page, 'reward', first);
    const whole = await settledPicture(page, '.chart-reward canvas');
    asked.length = 0;
    await page.locator('.chart-reward .u-over').scrollIntoViewIfNeeded();
    const box = (await page.locator('.chart-reward .u-over').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
    await page.mouse.up();
    const shown = await page.locator('.zoom .range').innerText();
    const [from, to] = shown.split('–').map((part) => Number(part.replaceAll(',', '')));
    expect(from).toBeCloseTo(100_000, -3);
    expect(to).toBeCloseTo(120_000, -3);
    const question = await eventually(
      async () => asked.find((path) => path.includes('from=')),
      (path) => path !== undefined,
    );
    const query = new URLSearchParams(question!.split('?')[1]);
    expect(Number(query.get('from'))).toBeGreaterThan(95_000);
    expect(Number(query.get('to'))).toBeLessThan(125_000);
    expect(Number(query.get('points'))).toBeLessThan(4000);
    const close = await pictureOf(page, '.chart-reward canvas');
    expect(close).not.toBe(whole);
    await page.getByRole('button', { name: 'Show all' }).click();
    await eventually(
      () => pictureOf(page, '.chart-reward canvas'),
      (picture) => picture === whole,
    );
    await page.context().close();
  });

  test('stand over agent steps, frames or time, and the loss on a logarithmic axis', async () => {
    const { page, asked } = await visit('/run/catch-long');
    await page.locator('.chart-loss').scrollIntoViewIfNeeded();
    await drawn(page, 'loss', first);
    const lastX = async () => {
      const details = page.locator('.chart-loss details');
      if (!(await details.evaluate((element) => element.hasAttribute('open'))))
        await details.locator('summary').click();
      return details.locator('tbody td').first().innerText();
    };
    expect(await lastX()).toBe('10,000');
    await page.getByRole('combobox', { name: 'over' }).selectOption('frames');
    await eventually(lastX, (text) => text === '40,000');
    await page.getByRole('combobox', { name: 'over' }).selectOption('time');
    await eventually(lastX, (text) => text === '1:40');
    expect(asked.some((path) => path.includes('x=elapsedSeconds'))).toBe(true);
    const linear = await drawn(page, 'loss', first);
    const before = await pictureOf(page, '.chart-loss canvas');
    await page.getByRole('button', { name: 'log axis: Loss' }).click();
    await eventually(
      () => pictureOf(page, '.chart-loss canvas'),
      (picture) => picture !== before,
    );
    // An exponential decay is a straight line there, and as a curve it is longer than that.
    expect((await drawn(page, 'loss', first)).pixels).toBeLessThan(linear.pixels);
    await page.context().close();
  });
});

function liveFrame(at: number): LiveFrame {
  const screen = new Uint8Array(160 * 210);
  screen.fill(0x46, 160 * 20 * at, 160 * 20 * (at + 1));
  const frames = [0, 1, 2, 3].map((age) => new Uint8Array(52 * 52).fill(40 * age + at));
  return {
    ...{
      agentSteps: 1000 + at,
      episode: 12,
      episodeReward: -3,
      epsilon: 0.25,
      action: at % 2,
      wasRandom: at % 2 === 1,
    },
    ...{ isEvaluation: false, actions: [0, 3, 4], qValues: new Float32Array([0.5, -0.25, 1.5]), screen },
    ...{ screenHeight: 210, format: 'NTSC', frames, frameSide: 52, writtenAtMs: Date.now() },
  };
}

describe('one run', () => {
  test('shows its agent as it plays: screen, values and input move, until it writes no more', async () => {
    const live = runs.make('catch-live', games(0, 3));
    live.write('live.bin', encodeLiveFrame(liveFrame(0)));
    const { page } = await visit('/run/catch-live');
    await page.getByText('live: training').waitFor();
    const [screen, input] = [await pictureOf(page, '.screen'), await pictureOf(page, '.input-frames canvas')];
    expect(await page.locator('.q-values tr.chosen').innerText()).toMatch(/NOOP\s+0\.500\s+◀ chosen/);
    expect(await page.locator('.q-values tr').filter({ hasText: 'RIGHT' }).innerText()).toContain('−0.250');
    live.write('live.bin', encodeLiveFrame(liveFrame(1), 1));
    await page.getByText('at random').waitFor();
    expect(await pictureOf(page, '.screen')).not.toBe(screen);
    expect(await pictureOf(page, '.input-frames canvas')).not.toBe(input);
    const colour = await page.locator('.screen').evaluate((element) => {
      const canvas = element as unknown as { getContext(kind: string): { getImageData(...at: number[]): never } };
      return Array.from((canvas.getContext('2d').getImageData(80, 30, 1, 1) as { data: Uint8ClampedArray }).data);
    });
    const rgb = paletteOf('NTSC').rgb[0x46];
    expect(colour).toEqual([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255]);
    await page.getByText('not live').waitFor();
    expect(await page.locator('.live-pane h2').innerText()).toContain('ago');
    await page.context().close();
  });

  test('of a machine whose clock goes wrong is live where its picture changes, also in an evaluation', async () => {
    const live = runs.make('other-clock', games(0, 3));
    const frame = (at: number) => ({ ...liveFrame(at), isEvaluation: true, writtenAtMs: Date.now() - 3_600_000 });
    live.write('live.bin', encodeLiveFrame(frame(0)));
    const { page } = await visit('/run/other-clock');
    await page.getByText('last picture').waitFor();
    live.write('live.bin', encodeLiveFrame(frame(1), 1));
    await page.getByText('live: an evaluation').waitFor();
    expect(await page.locator('.playing dt').first().innerText()).toBe('game of the evaluation');
    await page.getByText('not live').waitFor();
    await page.context().close();
    live.remove();
  });

  test('shows its recordings and gives its metrics as CSV', async () => {
    const recorder = new GifRecorder({ width: 160, height: 210, format: 'NTSC', framesPerSecond: 15, scale: 1 });
    for (let at = 0; at < 4; at++) recorder.add(liveFrame(at).screen);
    runs.make('recorded', games(0, 3)).write('recordings/game-000002.gif', recorder.finish());
    const { page } = await visit('/run/recorded');
    const picture = page.getByRole('img', { name: 'Game 2, recorded' });
    await picture.scrollIntoViewIfNeeded();
    const width = () => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
    await eventually(width, (pixels) => pixels >= 160);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'episode.csv' }).click(),
    ]);
    const lines = (await Bun.file(await download.path()).text()).trim().split(/\r?\n/);
    expect(lines[0]).toContain('meanReward100');
    expect(lines.length).toBe(4);
    await page.context().close();
  });

  test('shows its configuration, searchable, with what is not the preset’s marked', async () => {
    const { page } = await visit('/run/bricks-short');
    const row = page.locator('.fields tr').filter({ hasText: 'learningRate' });
    await page.getByText(`preset: ${presets['lapan-small'].values.learningRate}`).waitFor();
    expect(await row.first().getAttribute('class')).toBe('changed');
    await page.getByPlaceholder('Search').fill('learning rate');
    await eventually(
      () => page.locator('.fields tbody tr').count(),
      (count) => count < 5,
    );
    expect(await row.first().innerText()).toContain('0.002');
    await page.context().close();
  });
});

test('a run that failed says why, and which weights it has left', async () => {
  const failed = runs.make('failed', games(0, 3));
  failed.write('status.json', JSON.stringify({ ...JSON.parse(status('failed')), error: 'The GPU is gone.' }));
  failed.write('checkpoints/step-000000300/weights.safetensors', 'weights');
  failed.write(
    'checkpoints/step-000000300/manifest.json',
    JSON.stringify({ agentSteps: 300, weightsSha256: 'abc123' }),
  );
  const { page } = await visit('/run/failed');
  await page.getByText('It ended with an error: The GPU is gone.').waitFor();
  await page.getByText('SHA-256 of the weights at step 300: abc123').waitFor();
  expect(await page.locator('.downloads a').allInnerTexts()).toEqual([
    ...['episode.csv', 'progress.csv', 'evaluation.csv', 'last.safetensors'],
  ]);
  await page.context().close();
  failed.remove();
});

test('a page that nobody sees listens to nothing, and takes up what it missed', async () => {
  const unseen = runs.make('unseen', games(0, 3));
  const { page, asked } = await visit('/run/unseen');
  const ended: string[] = [];
  page.on('requestfailed', (request) => ended.push(new URL(request.url()).pathname));
  await page.locator('.facts').getByText('300', { exact: false }).first().waitFor();
  await page.locator('.connection.live').waitFor();
  const show = (isSeen: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(globalThis['document' as never], 'hidden', { value: hidden, configurable: true });
      (globalThis['document' as never] as EventTarget).dispatchEvent(new Event('visibilitychange'));
    }, !isSeen);
  await show(false);
  await eventually(
    async () => ended,
    (paths) => paths.includes('/api/events'),
  );
  await Bun.sleep(1500);
  asked.length = 0;
  unseen.append(...games(3, 7));
  await Bun.sleep(2500);
  expect(asked).toEqual([]);
  await show(true);
  await page.locator('.facts').getByText('700').first().waitFor();
  expect(asked.filter((path) => path === '/api/events')).toHaveLength(1);
  await eventually(
    async () => asked.filter((path) => path.includes('/unseen/series')).length,
    (count) => count > 0,
  );
  await page.context().close();
  unseen.remove();
});

test('fingers look closer where they have pointed', async () => {
  const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
  const { page } = await visit('/run/catch-long', phone);
  await drawn(page, 'reward', first);
  await page.getByText('Tap a chart').waitFor();
  await page.locator('.chart-reward .u-over').scrollIntoViewIfNeeded();
  const box = (await page.locator('.chart-reward .u-over').boundingBox())!;
  await page.touchscreen.tap(box.x + box.width * 0.75, box.y + 60);
  await page.getByRole('button', { name: 'Look closer' }).tap();
  const [from, to] = (await page.locator('.zoom .range').innerText())
    .split('–')
    .map((part) => Number(part.replaceAll(',', '')));
  // Three quarters stay three quarters of the way.
  expect(from).toBeCloseTo(3750, -2);
  expect(to).toBeCloseTo(8750, -2);
  await page.getByRole('button', { name: 'Look less closely' }).tap();
  await eventually(
    () => page.locator('.zoom .range').count(),
    (count) => count === 0,
  );
  await page.context().close();
});

test('two runs are compared', async () => {
  const { page } = await visit('/compare/catch-long/bricks-short');
  const row = page.locator('.pairs tr').filter({ hasText: 'learningRate' });
  await row.waitFor();
  expect(await row.innerText()).toMatch(/not there|none/);
  expect(await row.innerText()).toContain('0.002');
  expect(await page.locator('.pairs tr').filter({ hasText: 'agent steps' }).first().innerText()).toMatch(
    /10,000\s+4,000/,
  );
  await page.getByRole('button', { name: 'Swap' }).click();
  await page.waitForURL(/compare\/bricks-short\/catch-long/);
  await page.context().close();
});

test('all of it can be done with the keyboard alone', async () => {
  const { page } = await visit('/');
  await page.getByRole('row').filter({ hasText: 'catch-long' }).waitFor();
  const focused = () =>
    page.evaluate(
      "document.activeElement.getAttribute('aria-label') ?? document.activeElement.placeholder ?? document.activeElement.textContent",
    ) as Promise<string>;
  const tabTo = async (isThere: (name: string) => boolean) => {
    for (let presses = 0; presses < 120; presses++) {
      await page.keyboard.press('Tab');
      if (isThere((await focused()) ?? '')) return;
    }
    throw new Error('the keyboard does not get there');
  };
  await page.keyboard.press('Tab');
  expect(await focused()).toContain('To the content');
  await tabTo((name) => name.includes('Untick all'));
  await page.keyboard.press('Enter');
  await tabTo((name) => name === 'Curves of catch-long');
  await page.keyboard.press('Space');
  await tabTo((name) => name.startsWith('Reward over agent steps'));
  // The focus has brought it into view, where it is drawn.
  await page.locator('.chart-reward canvas').waitFor();
  await page.keyboard.press('Shift+ArrowRight');
  await eventually(
    () => page.locator('.chart-reward .readout').innerText(),
    (text) => text.includes('1,000'),
  );
  await page.keyboard.press('+');
  await page.locator('.zoom .range').waitFor();
  await page.keyboard.press('0');
  await eventually(
    () => page.locator('.zoom .range').count(),
    (count) => count === 0,
  );
  await page.context().close();
});

test('nothing went wrong in any page: no error, no breach of the policy, no other host', () => {
  expect(allFaults.length).toBeGreaterThan(10);
  expect(allFaults.flat()).toEqual([]);
});
