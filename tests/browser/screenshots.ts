/**
 * Makes the pictures of docs/ from run folders: `bun tests/browser/screenshots.ts RUNS RUN… [--out docs]`. RUNS is the folder with the run
 * folders, each RUN the name of one whose curves are overlaid; the first one is also shown by itself. Written are dashboard-light.png,
 * -dark.png, -phone.png, -run.png and -play.png; what is larger than 200 kB is said to be.
 */
import { parseArgs } from 'node:util';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { openChromium } from './chromium.ts';
import { DashboardBrowser, patienceMs } from './dashboardPage.ts';

const mostBytes = 200_000;

interface Picture {
  readonly name: string;
  readonly view: string;
  readonly options: BrowserContextOptions;
  /** Waits for what it is a picture of. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const { values, positionals } = parseArgs({
  args: Bun.argv.slice(2),
  options: { out: { type: 'string', default: 'docs' } },
  allowPositionals: true,
});
const [runs, ...ids] = positionals;
if (runs === undefined || ids.length === 0) {
  console.error('Usage: bun tests/browser/screenshots.ts RUNS RUN… [--out docs]');
  process.exit(1);
}

const wide = { width: 1280, height: 960 };
const chartsDrawn = (page: Page) => page.locator('.chart-reward canvas').waitFor();
const run = `/run/${encodeURIComponent(ids[0])}`;
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 780 },
  deviceScaleFactor: 1.5,
  isMobile: true,
  hasTouch: true,
  colorScheme: 'light',
};
const pictures: readonly Picture[] = [
  { name: 'light', view: '/', options: { viewport: wide, colorScheme: 'light' }, ready: chartsDrawn },
  { name: 'dark', view: '/', options: { viewport: wide, colorScheme: 'dark' }, ready: chartsDrawn },
  { name: 'run', view: run, options: { viewport: wide, colorScheme: 'dark' }, ready: chartsDrawn },
  { name: 'phone', view: run, options: phone, ready: (page) => page.locator('.facts').first().waitFor() },
  {
    name: 'play',
    view: '/play',
    options: { viewport: wide, colorScheme: 'dark' },
    ready: playAgainstTheAgent,
  },
];

/** A match that has gone on for some points; whoever plays holds the middle and now and then moves. */
async function playAgainstTheAgent(page: Page): Promise<void> {
  await page.getByText('You against the agent', { exact: true }).click();
  await page.getByRole('button', { name: 'Start the match' }).click();
  for (let move = 0; move < 10; move++) {
    const key = move % 2 === 0 ? 'ArrowUp' : 'ArrowDown';
    await page.keyboard.down(key);
    await page.waitForTimeout(patienceMs / 12);
    await page.keyboard.up(key);
  }
}

const dashboard = await DashboardBrowser.open(runs, () => openChromium());
try {
  for (const picture of pictures) await take(picture);
} finally {
  await dashboard.close();
}

async function take({ name, view, options, ready }: Picture): Promise<void> {
  const { page, faults } = await dashboard.visit(view, options);
  await page.evaluate(`localStorage.setItem('wgsl-dqn.ticked', ${JSON.stringify(JSON.stringify(ids))})`);
  await page.reload();
  await ready(page).catch(() => undefined);
  await page.waitForTimeout(patienceMs / 5);
  const path = `${values.out}/dashboard-${name}.png`;
  const bytes = await page.screenshot();
  await Bun.write(path, bytes);
  console.log(`${path}: ${(bytes.length / 1000).toFixed(0)} kB${bytes.length > mostBytes ? ', too large' : ''}`);
  for (const fault of faults) console.log(`  ${fault}`);
  await page.context().close();
}
