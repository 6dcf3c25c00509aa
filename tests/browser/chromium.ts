/**
 * A headless Chromium for tests: Playwright drives the one that is installed, with WebGPU on its software adapter.
 * A test that needs it fails where there is none; `WGSL_DQN_CHROMIUM` names one.
 */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/** The program's path. Throws where there is none. */
export function chromiumPath(): string {
  const named = process.env['WGSL_DQN_CHROMIUM'];
  const found = named || names.map((name) => Bun.which(name)).find((path) => path !== null);
  if (!found || !existsSync(found)) {
    throw new Error(
      'no Chromium is here: install one (Debian, Ubuntu: `sudo apt-get install -y chromium`), or name it with WGSL_DQN_CHROMIUM',
    );
  }
  return found;
}

/**
 * Starts it. WebGPU runs on SwiftShader, which Chromium brings with it; `webgpu: false` gives a browser without an adapter.
 * Nothing is looked up on the network.
 */
export function openChromium({ webgpu = true } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...(webgpu ? ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'] : []),
    ],
  });
}
