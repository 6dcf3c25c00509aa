/**
 * The view that plays, in Chromium against the real server: keys and mouse move the paddle that the screen shows, the agent on the browser's
 * WebGPU does as under Bun, both play side by side, and what cannot be is said.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openGpu } from '../../kernels/runtime/openGpu.ts';
import { type Dashboard, serveDashboard } from '../../src/dashboard/server.ts';
import { coloursOf } from '../../src/emulator/console/colours.ts';
import { environmentOptions } from '../../src/run/configuration.ts';
import { evaluationEnvironment, Play } from '../../src/run/evaluation.ts';
import { openPretrained } from '../../src/run/pretrained.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';
import { loadCartridge, openEnvironment, openPolicy } from '../../src/run/session.ts';
import { openChromium } from './chromium.ts';
import type { PlayedSteps } from './fixtures/agentSteps.ts';
import { randomRunFlags, writeRandomRun } from './fixtures/randomRun.ts';

/** For what a test waits for, and for a whole test: the machine may be busy. */
const patienceMs = 30_000;
setDefaultTimeout(4 * patienceMs);
const roms = resolve(import.meta.dir, '../../roms');
/** Pixels of our Pong: the player's paddle, and the columns it stands in. */
const green = 0x6fd26f;
const paddleColumn = 141;

let runs: string;
let dashboard: Dashboard;
let browser: Browser;

beforeAll(async () => {
  runs = mkdtempSync(join(tmpdir(), 'play-'));
  writeRandomRun(join(runs, 'catch-random'), 'catch');
  dashboard = await serveDashboard({ runs, port: 0, hostname: '127.0.0.1' });
  browser = await openChromium();
});

afterAll(async () => {
  await browser?.close();
  await dashboard?.stop();
  rmSync(runs, { recursive: true, force: true });
});

/** The view, and what has gone wrong in its page. */
async function visit(address = '/play', options: BrowserContextOptions = {}, inBrowser = browser) {
  const context = await inBrowser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(`${dashboard.url}#${address}`);
  await page.waitForSelector('.play h1', { state: 'attached' });
  return { page, faults, context };
}

/** 0xRRGGBB of the console's pixels in one column of the screen, from the top. */
async function column(page: Page, x: number): Promise<number[]> {
  const bytes = await pixels(page, '.play-human canvas', x, 1);
  return Array.from(
    { length: bytes.length / 4 },
    (_, y) => (bytes[4 * y] << 16) | (bytes[4 * y + 1] << 8) | bytes[4 * y + 2],
  );
}

/** RGBA of some columns of a canvas; by default all. */
function pixels(page: Page, selector: string, x = 0, width: number | 'all' = 'all'): Promise<number[]> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('${selector}');
    const width = ${width === 'all' ? 'canvas.width' : width};
    return [...canvas.getContext('2d').getImageData(${x}, 0, width, canvas.height).data];
  })()`);
}

/** The row in the middle of the player's paddle. */
async function paddleRow(page: Page): Promise<number> {
  const rows = (await column(page, paddleColumn)).flatMap((colour, y) => (colour === green && y > 30 ? [y] : []));
  expect(rows.length).toBeGreaterThan(10);
  return (rows[0] + rows[rows.length - 1]) / 2;
}

async function start(page: Page, name = 'Start'): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.waitForSelector('[data-phase="playing"]');
}

async function choose(page: Page, mode: string): Promise<void> {
  await page.getByText(mode, { exact: true }).click();
}

async function shownScore(page: Page, side: string): Promise<number> {
  return Number((await page.locator(`${side} .play-points`).textContent())?.replace('−', '-'));
}

async function points(page: Page, side: string): Promise<string> {
  return (await page.locator(`${side} .play-points`).textContent()) ?? '';
}

describe('a person', () => {
  test('moves the paddle with keys, which are the screen’s alone, and pauses', async () => {
    const { page, faults, context } = await visit('/play', { viewport: { width: 1000, height: 420 } });
    await start(page);
    await expectMoving(page, '.play-human', true);
    const middle = await paddleRow(page);
    await page.keyboard.down('ArrowUp');
    await page.waitForTimeout(600);
    const high = await paddleRow(page);
    await page.keyboard.up('ArrowUp');
    await page.keyboard.down('ArrowDown');
    await page.waitForTimeout(900);
    const low = await paddleRow(page);
    await page.keyboard.up('ArrowDown');
    expect(high).toBeLessThan(middle - 30);
    expect(low).toBeGreaterThan(high + 60);
    await page.waitForTimeout(150);
    const still = await paddleRow(page);
    await page.waitForTimeout(300);
    expect(await paddleRow(page)).toBe(still);
    expect(await page.evaluate('scrollY')).toBe(0);

    await page.keyboard.press('KeyP');
    await page.waitForSelector('[data-phase="paused"]');
    await expectMoving(page, '.play-human', false);
    expect(await page.locator('[role=status]').textContent()).toContain('Paused');
    await page.keyboard.press('KeyP');
    await page.waitForSelector('[data-phase="playing"]');

    // Elsewhere the same key is the page's.
    await page.getByRole('button', { name: 'SELECT' }).focus();
    await page.keyboard.press('ArrowDown');
    while ((await page.evaluate<number>('scrollY')) === 0) await page.waitForTimeout(50);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('moves the paddle with the mouse to where the pointer is, in whole pixels of the display', async () => {
    const { page, faults, context } = await visit();
    await start(page);
    const canvas = page.locator('.play-human canvas');
    const box = (await canvas.boundingBox())!;
    expect([box.width % 320, box.height % 210]).toEqual([0, 0]);
    expect(box.width / 320).toBe(box.height / 210);
    expect(await page.evaluate("getComputedStyle(document.querySelector('.play-human canvas')).imageRendering")).toBe(
      'pixelated',
    );
    for (const row of [60, 150, 100]) {
      await page.mouse.move(box.x + box.width / 2, box.y + (box.height * (row + 0.5)) / 210);
      await page.waitForTimeout(200);
      expect(Math.abs((await paddleRow(page)) - row)).toBeLessThanOrEqual(2);
    }
    expect(faults).toEqual([]);
    await context.close();
  });

  test('sees 60 frames a second, and a game’s end and best score', async () => {
    const { page, faults, context } = await visit();
    await page.getByLabel('Game', { exact: true }).selectOption({ label: 'Catch (our own)' });
    await page.waitForSelector('[aria-label^="Screen of Catch"]');
    await page.evaluate(`(() => {
        const { putImageData } = CanvasRenderingContext2D.prototype;
        window.painted = 0;
        CanvasRenderingContext2D.prototype.putImageData = function (...given) {
          window.painted++;
          return putImageData.apply(this, given);
        };
      })()`);
    await start(page);
    const painted = () => page.evaluate<[number, number]>('[window.painted, performance.now()]');
    const [framesBefore, msBefore] = await painted();
    await page.waitForTimeout(3000);
    const [framesAfter, msAfter] = await painted();
    const framesPerSecond = (1000 * (framesAfter - framesBefore)) / (msAfter - msBefore);
    console.log(`frames of a person's console painted a second: ${framesPerSecond.toFixed(1)}`);
    // A busy machine paints fewer, never more.
    expect(framesPerSecond).toBeLessThan(61.5);
    expect(framesPerSecond).toBeGreaterThan(20);
    await page.getByText('Game over').first().waitFor();
    const score = await points(page, '.play-human');
    expect(await page.locator('.play-human .play-note').textContent()).toContain(`best ${score}`);
    await page.reload();
    await page.getByLabel('Game', { exact: true }).selectOption({ label: 'Catch (our own)' });
    await page.getByText(`best ${score}`).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });
});

/** Waits for the screen to change; or holds that it does not, for a while. */
async function expectMoving(page: Page, side: string, isMoving: boolean): Promise<void> {
  const picture = async () => String(await pixels(page, `${side} canvas`));
  const before = await picture();
  const endMs = performance.now() + (isMoving ? patienceMs : 500);
  while (performance.now() < endMs) {
    const isSame = (await picture()) === before;
    if (!isSame && isMoving) return;
    expect(isSame).toBe(true);
    await page.waitForTimeout(50);
  }
  expect(isMoving).toBe(false);
}

describe('the agent', () => {
  test('does in the browser as under Bun with the same seed', async () => {
    const seed = 1;
    const steps = 300;
    const [bundle] = (
      await Bun.build({
        entrypoints: [resolve(import.meta.dir, 'fixtures/agentSteps.ts')],
        target: 'browser',
        format: 'iife',
        minify: true,
      })
    ).outputs;
    // The bundle of this test has the CPU as text.
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await page.goto(dashboard.url);
    await page.evaluate(await bundle.text());
    const inBrowser: PlayedSteps = await page.evaluate(`playSteps('pong', ${seed}, ${steps})`);
    await context.close();
    console.log(`a step of the agent in Chromium: ${inBrowser.stepMs.toFixed(1)} ms`);

    const { configuration, weights } = openPretrained('pong');
    const options = evaluationEnvironment(environmentOptions(configuration));
    const { environment } = openEnvironment(loadCartridge(configuration), options, seed);
    const { policy } = await openPolicy(await openGpu(), configuration, environment.actionCount, weights);
    const play = new Play(environment, policy, { ...configuration, epsilon: configuration.evaluationEpsilon, seed });
    // Sums of 800 products of f32 in another order: Q is about 1, and an epsilon 1.2e-7.
    const bound = 1e-4;
    for (let step = 0; step < steps; step++) {
      await play.step();
      const { action, wasRandom } = play.last!;
      expect(inBrowser.wasRandom[step]).toBe(wasRandom);
      const ours = [...policy.values()];
      if (!wasRandom) {
        const worst = Math.max(...ours.map((value, i) => Math.abs(value - inBrowser.qValues[step][i])));
        expect(worst, `Q-values of step ${step}`).toBeLessThan(bound);
      }
      if (inBrowser.actions[step] !== action) {
        const [best, second] = ours.sort((a, b) => b - a);
        expect(best - second, `the two best values at step ${step}`).toBeLessThan(2 * bound);
        // From here on they play two games.
        expect(step).toBeGreaterThan(100);
        return;
      }
    }
    expect(inBrowser.scores[steps - 1]).toBe(play.last!.reward);
  });

  test('scores against the computer, with its values and frames under the screen', async () => {
    const { page, faults, context } = await visit();
    await choose(page, 'The agent plays');
    await page.getByLabel('Speed').selectOption('8');
    await page.getByLabel('Seed').fill('2');
    await start(page);
    // Under Bun it has scored in steps 101, 189, 304, and lost no point in between.
    await page.locator('.play-agent .play-points', { hasText: /^[123]$/ }).waitFor();
    expect(Number(await page.locator('.play-values tbody').getAttribute('data-step'))).toBeLessThan(380);
    const rows = page.locator('.play-values tbody tr');
    expect(await rows.locator('th').allTextContents()).toEqual([
      'NOOP',
      'FIRE',
      'RIGHT',
      'LEFT',
      'RIGHTFIRE',
      'LEFTFIRE',
    ]);
    await page.getByRole('button', { name: 'Pause' }).click();
    const values = (await rows.locator('.play-value').allTextContents()).map(Number);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(2);
    const taken = page.locator('.play-taken:not(.play-random) .play-value');
    if ((await taken.count()) > 0) expect(Number(await taken.textContent())).toBe(Math.max(...values));
    const frames = await pixels(page, '.play-frames');
    // Four squares in a row, two pixels between.
    expect(frames.length).toBe(4 * 52 * (4 * 52 + 3 * 2));
    expect(new Set(frames).size).toBeGreaterThan(5);
    expect(await page.locator('.play-pace').textContent()).toContain('ms a step');
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('on a phone', () => {
  test('buttons under the screen play, and nothing is wider than it', async () => {
    const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
    const { page, faults, context } = await visit('/play', phone);
    await page.getByRole('button', { name: 'Start', exact: true }).tap();
    await page.waitForSelector('[data-phase="playing"]');
    const up = page.getByRole('button', { name: 'Up', exact: true });
    const before = await paddleRow(page);
    const box = (await up.boundingBox())!;
    expect(Math.min(box.width, box.height)).toBeGreaterThan(40);
    await up.dispatchEvent('pointerdown', { pointerId: 1, pointerType: 'touch' });
    await page.waitForTimeout(600);
    await up.dispatchEvent('pointerup', { pointerId: 1, pointerType: 'touch' });
    expect(await paddleRow(page)).toBeLessThan(before - 20);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
    await choose(page, 'You against the agent');
    await page.waitForSelector('.play-match');
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('side by side', () => {
  test('both begin alike, play one game each, and the result is kept', async () => {
    const { page, faults, context } = await visit('/play/catch-random');
    await choose(page, 'You against the agent');
    await page.getByRole('button', { name: 'Start the match' }).click();
    await page.waitForSelector('[data-phase="countdown"]');
    const mine = await pixels(page, '.play-human canvas');
    const agents = await pixels(page, '.play-agent canvas');
    expect(mine).toEqual(agents);
    // Where the agent's first game begins: after the random start of this seed.
    const configuration = resolveConfiguration({ game: 'catch', flags: randomRunFlags });
    const options = evaluationEnvironment(environmentOptions(configuration));
    const { environment, screen } = openEnvironment(loadCartridge(configuration), options, 1);
    environment.reset(1);
    const { rgb } = coloursOf('NTSC');
    const differing = [...screen()].filter(
      (byte, i) => rgb[byte] >> 16 !== mine[4 * i] || (rgb[byte] & 255) !== mine[4 * i + 2],
    );
    expect(differing).toEqual([]);
    expect((await page.locator('.play-count').allTextContents()).every((count) => /^[123]$/.test(count))).toBe(true);
    await page.waitForSelector('[data-phase="playing"]');
    await expectMoving(page, '.play-human', true);
    await expectMoving(page, '.play-agent', true);
    await page.waitForSelector('[data-phase="over"]');
    const [ours, theirs] = [await shownScore(page, '.play-human'), await shownScore(page, '.play-agent')];
    // Ten fruits each, caught or missed.
    expect([Math.abs(ours) % 2, Math.abs(theirs) % 2]).toEqual([0, 0]);
    const result = ours === theirs ? 'A draw' : ours > theirs ? 'You win' : 'The agent wins';
    expect(await page.locator('.play-lead strong').textContent()).toContain(result);
    expect(await page.locator('.play-lead').textContent()).toContain('Matches so far');
    expect(await page.locator('[role=status]').textContent()).toContain(result);
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('what cannot be is said', () => {
  test('a browser without WebGPU: which have it; the person still plays', async () => {
    const without = await openChromium({ webgpu: false });
    try {
      const { page } = await visit('/play', {}, without);
      await choose(page, 'The agent plays');
      const words = await page.locator('.play-problem').textContent();
      expect(words).toContain('WebGPU');
      expect(words).toMatch(/Chrome|acceleration/);
      await choose(page, 'You play');
      await start(page);
      await expectMoving(page, '.play-human', true);
    } finally {
      await without.close();
    }
  });

  test('a cartridge of one’s own is recognised by its MD5, or played by chosen rules; a broken file is one line', async () => {
    const { page, faults, context } = await visit();
    const give = (name: string, bytes: Uint8Array) =>
      page
        .locator('input[type=file]')
        .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
    await page.waitForSelector('.play-human');
    const broken = new Uint8Array(3000).fill(7);
    await give('notes.txt', broken);
    await page.locator('.play-problem').waitFor();
    expect((await page.locator('.play-problem').innerText()).split('\n').filter((line) => line !== '')).toEqual([
      'notes.txt is not a cartridge image: it has 3,000 bytes. An image has 2,048, 4,096, 8,192, … bytes and no header; take it out of its archive first.',
    ]);

    const bricks = new Uint8Array(readFileSync(join(roms, 'bricks.bin')));
    await give('whatever.bin', bricks);
    await page.waitForSelector('[aria-label^="Screen of Bricks (our own)"]');
    expect(await page.locator('.play-problem').count()).toBe(0);

    // A byte that the program does not use, so that the MD5 is unknown.
    const changed = new Uint8Array(readFileSync(join(roms, 'pong.bin')));
    changed[0x7f0] ^= 1;
    await give('mine.bin', changed);
    await page.waitForSelector('[aria-label^="Screen of mine.bin"]');
    expect(await points(page, '.play-human')).toBe('–');
    await start(page);
    await expectMoving(page, '.play-human', true);
    await page.getByLabel('Rules').selectOption('catch');
    await page.locator('.play-human .play-points', { hasText: /^0$/ }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('an agent whose cartridge is not here says which one it wants', async () => {
    const run = join(runs, 'catch-foreign');
    writeRandomRun(run, 'catch');
    const path = join(run, 'config.json');
    const config = JSON.parse(readFileSync(path, 'utf8'));
    config.cartridge = { title: 'Breakout', md5: '0'.repeat(32), bytes: 2048 };
    writeFileSync(path, JSON.stringify(config));
    const { page, context } = await visit('/play/catch-foreign');
    expect(await page.locator('.play-problem').textContent()).toContain('This agent plays Breakout, with MD5 000');
    await context.close();
  });
});
