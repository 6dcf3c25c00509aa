/**
 * The program that `bun run build:binary` makes for this platform, alone in an empty folder, out of sight of the project and its packages: it
 * trains to the same weights as the sources, plays what it carries, and says what is wrong in one line.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildBinary, type Platform, platformNames } from '../../build/binary.ts';
import { TerminalProgram } from '../cli/terminalProgram.ts';
import { cli, type Ended, ended, projectFolder, small, temporaryFolder, weightsHash } from './cli.ts';

const { folder, remove } = temporaryFolder('binary');
afterAll(remove);

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}` as Platform;
const place = join(folder, 'place');
let program: string;

beforeAll(async () => {
  expect(platformNames).toContain(platform);
  const built = await buildBinary(platform, join(folder, 'built'));
  mkdirSync(place);
  program = join(place, basename(built));
  renameSync(built, program);
}, 60_000);

/** Starts it there with no variables but those of the adapter, and `more`. */
function start(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { HOME = folder, XDG_RUNTIME_DIR = folder, VK_DRIVER_FILES } = process.env;
  const env = { PATH: '/usr/bin:/bin', HOME, XDG_RUNTIME_DIR, XDG_DATA_HOME: '/nonexistent', ...more };
  const driver = VK_DRIVER_FILES === undefined ? {} : { VK_DRIVER_FILES };
  return Bun.spawn([program, ...words], { cwd: place, env: { ...env, ...driver }, stdout: 'pipe', stderr: 'pipe' });
}

const run = (...of: Parameters<typeof start>): Promise<Ended> => ended(start(...of));

/** The address that a server prints. */
async function addressIn(output: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += new TextDecoder().decode(chunk);
    const address = /http:\/\/\S+\//.exec(text)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error(`no address in: ${text}`);
}

describe('the program for this platform', () => {
  test('is of this version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `wgsl-dqn ${version}\n`, stderr: '' });
  });

  test('trains to the same weights as the sources, and says from which commit', async () => {
    const train = ['train', 'catch', ...small, '--steps', '120', '--kernels', 'generic', '--name', 'same'];
    const alone = await run([...train, '--out', 'runs']);
    const sources = await cli([...train, '--out', join(folder, 'sources')]);
    expect(weightsHash(alone)).toBe(weightsHash(sources));
    const config = (path: string) => JSON.parse(readFileSync(join(path, 'same', 'config.json'), 'utf8'));
    const [ofProgram, ofSources] = [config(join(place, 'runs')), config(join(folder, 'sources'))];
    expect(ofProgram.commit).toBe(ofSources.commit);
    expect(ofProgram.versions).toEqual(ofSources.versions);
    // What to type next is this program's own name.
    expect(alone.stdout).toContain(`To go on: ./${basename(program)} train --resume`);
  }, 120_000);

  test('plays the trained agent that it carries', async () => {
    const { code, stderr } = await run(['play', 'pong', '--pretrained', '--frames', '60', '--gif', 'pong.gif']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(join(place, 'pong.gif')).toString('latin1', 0, 6)).toBe('GIF89a');
  }, 60_000);

  test('writes a report, with the fonts and the renderer that it carries', async () => {
    const { code, stderr } = await run(['report', 'runs/same', '--out', 'same.html']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readFileSync(join(place, 'same.png')).toString('latin1', 1, 4)).toBe('PNG');
  }, 60_000);

  test('records stages of a run, with what draws their captions', async () => {
    const stages = ['--run', 'runs/same', '--stages', '0,120', '--frames', '12'];
    const { code, stdout, stderr } = await run(['record', 'catch', ...stages, '--out', 'stages.gif']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Stages: random play, 120 steps\n');
    expect(readFileSync(join(place, 'stages.gif')).toString('latin1', 0, 6)).toBe('GIF89a');
  }, 60_000);

  test('shows a game in the terminal', async () => {
    const watch = new TerminalProgram(['watch', 'catch', '--run', 'runs/same'], { program, cwd: place });
    const { model } = watch;
    await watch.until(() => model.pictures > 3);
    expect(model.line(19)).toStartWith('catch, 120 steps of training');
    watch.press('q');
    expect(await watch.ended()).toBe(0);
  }, 60_000);

  test('carries the other provider of WebGPU, too, the default on macOS', async () => {
    const { code, stdout, stderr } = await run(['doctor'], { WGSL_DQN_PROVIDER: 'bun-webgpu' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^provider +bun-webgpu \d/m);
    expect(stdout).toContain('All is well');
  }, 60_000);

  test('serves the dashboard: the page that was bundled into it, shaders, games', async () => {
    const server = start(['dashboard', '--port', '0']);
    try {
      const address = await addressIn(server.stdout);
      const page = await (await fetch(address)).text();
      const script = /src="([^"]+\.js)"/.exec(page)![1];
      const code = await fetch(new URL(script, address));
      expect(code.headers.get('content-type')).toContain('javascript');
      expect((await code.text()).length).toBeGreaterThan(10_000);
      const shader = await (await fetch(`${address}shaders/conv2d.forward.wgsl`)).text();
      expect(shader).toBe(readFileSync(join(projectFolder, 'shaders', 'conv2d.forward.wgsl'), 'utf8'));
    } finally {
      server.kill();
      await server.exited;
    }
  }, 60_000);

  test('a mistake is one line, and nothing is left behind', async () => {
    const { code, stdout, stderr } = await run(['train', 'pongg']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n').length).toBe(1);
    expect(stderr).not.toContain('bun run');
    expect(existsSync(join(place, 'runs', 'pongg-quick-1-1'))).toBe(false);
  });
});
