/**
 * The dashboard in a browser, for tests: server, Chromium, and a page that is watched for errors of the console, breaches of the
 * Content-Security-Policy and questions to any other host.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Dashboard, serveDashboard } from '../../src/dashboard/server.ts';
import { openChromium } from './chromium.ts';

/** Milliseconds in which the page must have done what a test waits for; the machine may be busy. */
export const patienceMs = 20_000;

/** Chromium's advice to who reads a canvas as often as these tests do, and its word on an adapter that they do not give it. */
const causedByTests = /^(Canvas2D: Multiple readback operations|No available adapters)/;

export interface Opened {
  readonly page: Page;
  /** What went wrong in the page so far: must stay empty. */
  readonly faults: string[];
  /** Paths asked for, with their queries. */
  readonly asked: string[];
}

export class DashboardBrowser {
  readonly #runs: string;
  #browser: Browser | undefined;
  #dashboard: Dashboard | undefined;

  private constructor(runs: string) {
    this.#runs = runs;
  }

  /** Serves the run folders in `runs` on a free port and starts a browser. */
  static async open(runs: string, openBrowser = () => openChromium({ webgpu: false })): Promise<DashboardBrowser> {
    const made = new DashboardBrowser(runs);
    made.#dashboard = await serveDashboard({ runs, port: 0, hostname: '127.0.0.1' });
    if (made.#dashboard.pageError !== undefined) throw new Error(made.#dashboard.pageError);
    made.#browser = await openBrowser();
    return made;
  }

  get url(): string {
    return this.#dashboard!.url;
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.#dashboard?.stop();
  }

  async stopServer(): Promise<void> {
    await this.#dashboard!.stop();
  }

  /** On the same port as before. */
  async startServer(): Promise<void> {
    const { port } = this.#dashboard!;
    this.#dashboard = await serveDashboard({ runs: this.#runs, port, hostname: '127.0.0.1' });
  }

  /** A page of its own memory at a view, for example `/run/x`. */
  async visit(view: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const viewport = { width: 1440, height: 1000 };
    const context = await this.#browser!.newContext({ viewport, reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    const faults: string[] = [];
    const asked: string[] = [];
    const origin = new URL(this.url).origin;
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    // Chromium reports a breach of the Content-Security-Policy as an error of the console, too.
    page.on('console', (message) => {
      const isFault = message.type() === 'error' || message.type() === 'warning';
      if (isFault && !causedByTests.test(message.text())) faults.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== origin && url.protocol !== 'data:' && url.protocol !== 'blob:') faults.push(`asked ${url}`);
      asked.push(url.pathname + url.search);
    });
    await page.goto(`${this.url}#${view}`);
    return { page, faults, asked };
  }
}

export interface Drawn {
  /** Pixels of the colour, and the first and last column that has one, as shares of the canvas' width. */
  readonly pixels: number;
  readonly from: number;
  readonly to: number;
}

/** What a chart shows in a colour, `#rrggbb`. */
export function drawnIn(page: Page, chart: string, colour: string): Promise<Drawn> {
  return page.locator(`.chart-${chart} canvas`).evaluate((element, hex) => {
    const canvas = element as unknown as { width: number; height: number; getContext(kind: '2d'): never };
    const context = canvas.getContext('2d') as {
      getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
    };
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    let pixels = 0;
    let from = canvas.width;
    let to = -1;
    for (let at = 0; at < data.length; at += 4) {
      const distance = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue);
      if (data[at + 3] < 200 || distance > 24) continue;
      const column = (at / 4) % canvas.width;
      pixels++;
      from = Math.min(from, column);
      to = Math.max(to, column);
    }
    return { pixels, from: from / canvas.width, to: to / canvas.width };
  }, colour);
}

/** Changes with any pixel of the first canvas that the selector finds. */
export function pictureOf(page: Page, selector: string): Promise<string> {
  return page
    .locator(selector)
    .first()
    .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
}

/** The picture once it has stopped changing. */
export async function settledPicture(page: Page, selector: string): Promise<string> {
  let last = '';
  return eventually(
    async () => {
      await Bun.sleep(300);
      const before = last;
      last = await pictureOf(page, selector);
      return before === last ? last : '';
    },
    (picture) => picture !== '',
  );
}

/** Waits until `get` gives what `isRight` accepts, and returns it; throws with the last one. */
export async function eventually<T>(
  get: () => Promise<T>,
  isRight: (value: T) => boolean,
  withinMs = patienceMs,
): Promise<T> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const value = await get();
    if (isRight(value)) return value;
    if (performance.now() > endMs) throw new Error(`still ${JSON.stringify(value)?.slice(0, 500)}`);
    await Bun.sleep(50);
  }
}
