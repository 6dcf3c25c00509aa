/**
 * The environment and the agent in Chromium, from bundles of the same sources and on the same shaders: the environment plays as it does here,
 * and the network's values are those of its f64 reference, whichever kernels run.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { framesStackReference } from '../../kernels/frames.ref.ts';
import type { Variant } from '../../kernels/variant.ts';
import { makeEnvironment } from '../../src/env/index.ts';
import { type Configuration, environmentOptions } from '../../src/run/configuration.ts';
import { bundleOf } from '../portable/bundle.ts';
import { colourOfConsole, hashOfPlay } from '../portable/environmentRun.ts';
import { type Answers, networkOf, type Player, visitStates } from '../portable/playerRun.ts';
import { expectClose } from '../support/kernelTest.ts';
import { forwardReference } from '../support/referenceNetwork.ts';
import { openChromium } from './chromium.ts';

const root = resolve(import.meta.dir, '../..');
const weights = new Uint8Array(readFileSync(join(root, 'weights/pong.safetensors')));
const { configuration } = JSON.parse(readFileSync(join(root, 'weights/pong.json'), 'utf8')) as {
  configuration: Configuration;
};
const player: Player = { configuration, weights };

let server: Bun.Server<undefined>;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const modules = {
    '/environment.js': (await bundleOf(['tests/portable/environmentRun.ts'])).text,
    '/player.js': (await bundleOf(['tests/portable/playerRun.ts'])).text,
  };
  server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname in modules) {
        const headers = { 'content-type': 'text/javascript' };
        return new Response(modules[pathname as keyof typeof modules], { headers });
      }
      if (/^\/shaders\/[\w.]+\.wgsl$/.test(pathname)) return new Response(Bun.file(join(root, pathname)));
      if (pathname === '/weights') return new Response(weights);
      return new Response('<!doctype html><title>test</title>', { headers: { 'content-type': 'text/html' } });
    },
  });
  browser = await openChromium();
  page = await browser.newPage();
  await page.goto(server.url.href);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop(true);
});

test('the environment plays the same as from the sources under Bun', async () => {
  const games = ['pong', 'catch', 'bricks'];
  const answers = await page.evaluate(async (names) => {
    const { hashOfPlay, colourOfConsole } = await import('/environment.js' as string);
    return names.map((game) => [hashOfPlay(game, 300), colourOfConsole(game)]);
  }, games);
  expect(answers).toEqual(games.map((game) => [hashOfPlay(game, 300), colourOfConsole(game)]));
}, 60_000);

/** The values of the f64 network in the same states. */
async function expectedValues(): Promise<number[][]> {
  const { shape, values } = networkOf(player, makeEnvironment({ game: 'pong' }).actionCount);
  const { observationSize, stack } = configuration;
  const numbers = Uint32Array.from({ length: stack }, (_, index) => index);
  const expected: number[][] = [];
  await visitStates(environmentOptions(configuration), async (_, observation) => {
    const input = framesStackReference(observation, numbers, observationSize ** 2, stack);
    expected.push(Array.from(forwardReference(shape, Float64Array.from(values), input, 1).at(-1)!));
  });
  return expected;
}

test('every kernel that a policy runs gives the values of the f64 network, on the same shaders', async () => {
  const { variants, answers } = await page.evaluate(async (given) => {
    const { answer, openBrowserGpu, variantsOf } = await import('/player.js' as string);
    const shaders = (file: string) => fetch(`/shaders/${file}`).then((response) => response.text());
    const gpu = await openBrowserGpu({ shaders });
    const one = { configuration: given, weights: new Uint8Array(await (await fetch('/weights')).arrayBuffer()) };
    const found: Answers[] = [];
    for (const variant of [undefined, ...variantsOf(gpu)]) found.push(await answer(gpu, one, variant));
    gpu.check();
    return { variants: variantsOf(gpu) as Variant[], answers: found };
  }, configuration);
  const expected = await expectedValues();
  const best = expected.map((values) => values.indexOf(Math.max(...values)));
  expect(expected.length).toBe(10);
  expect(new Set(best).size).toBeGreaterThan(3);
  expect(variants).toContain('tiled');
  for (const [index, { qValues, actions, ran }] of answers.entries()) {
    const variant = index === 0 ? variants[0] : variants[index - 1];
    expect(Object.values(ran)).toEqual(['conv1', 'conv2', 'fc1', 'out'].map(() => variant));
    // Values up to 1.2 from sums of up to 3,136 products of f32, in four layers: measured 1e-6. Another order of frames or channels
    // is off by more than 0.01.
    for (const [state, values] of qValues.entries())
      expectClose(`${variant}, state ${state}`, values, expected[state], 4e-6);
    expect(actions).toEqual(best);
  }
}, 120_000);

test('a shader that does not compile, and one that is not there, are named as under Bun', async () => {
  const messages = await page.evaluate(async () => {
    const { openBrowserGpu } = await import('/player.js' as string);
    const texts: Record<string, string> = {
      'typo.wgsl': '// ä€😀\n@compute @workgroup_size(1)\nfn main() { /* ä€😀 */ let x = missing; }',
    };
    const shaders = async (file: string): Promise<string> => {
      if (file in texts) return texts[file];
      throw new Error('404 Not Found');
    };
    const gpu = await openBrowserGpu({ shaders });
    const data = gpu.tensor('data', [1]);
    const found: string[] = [];
    for (const shader of ['typo', 'absent', 'absent']) {
      gpu.dispatch({
        ...{ shader, constants: {}, bindings: [{ tensor: data, access: 'readwrite' }] },
        ...{ workgroups: [1, 1, 1], flops: 0, bytes: 0 },
      });
      found.push(await gpu.compiled().catch((error: Error) => `${error.name}: ${error.message}`));
    }
    return found;
  });
  const [typo, ...absent] = messages;
  expect(typo).toStartWith("ShaderError: shaders/typo.wgsl:3:32: unresolved value 'missing'\n  fn main() {");
  for (const message of absent)
    expect(message).toBe('ValidationError: shaders/absent.wgsl cannot be read: 404 Not Found');
}, 60_000);

test('a browser without WebGPU is told so, and what helps', async () => {
  const without = await openChromium({ webgpu: false });
  try {
    const there = await without.newPage();
    await there.goto(server.url.href);
    const told = await there.evaluate(async () => {
      const { openBrowserGpu } = await import('/player.js' as string);
      return openBrowserGpu({ shaders: () => '' }).catch((error: Error & { hint?: string }) => [
        ...[error.name, error.message, error.hint],
      ]);
    });
    expect(told[0]).toBe('NoAdapterError');
    expect(told[1]).toMatch(/^this browser (has no WebGPU|knows WebGPU and offers no GPU for it)$/);
    expect(told[2]).toMatch(/chrome:\/\/(flags|gpu)/);
  } finally {
    await without.close();
  }
}, 60_000);
