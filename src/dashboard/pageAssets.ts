/**
 * The page, bundled for browsers from src/page/index.html and what it imports; kept in memory. Its files are named by their content.
 */
import { join } from 'node:path';
import type { BunPlugin } from 'bun';
import { projectFolder } from '../run/provenance.ts';

export interface PageAsset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/**
 * The console's CPU compiles itself from text (src/emulator/cpu/execute.ts), which the page's Content-Security-Policy forbids: the bundle has
 * what comes of it.
 */
const compiledCpu: BunPlugin = {
  name: 'compiled CPU',
  setup(build) {
    build.onLoad({ filter: /[\\/]emulator[\\/]cpu[\\/]execute\.ts$/ }, async ({ path }) => {
      const { execute, lengths, baseCycles } = await import(path);
      const contents = `
        import { addDecimal, rotateDecimal, subtractDecimal } from './decimal.ts';
        const lengths = Uint8Array.of(${lengths});
        const baseCycles = Uint8Array.of(${baseCycles});
        export const execute = ${execute};`;
      return { contents, loader: 'js' };
    });
  },
};

/** By path: `/` and `/assets/…`. Throws with what the bundler says where the page cannot be built. */
export async function pageAssets(): Promise<ReadonlyMap<string, PageAsset>> {
  const { outputs } = await Bun.build({
    entrypoints: [join(projectFolder, 'src/page/index.html')],
    target: 'browser',
    minify: true,
    // What plays, and what explains configurations, is fetched when it is needed.
    splitting: true,
    publicPath: '/',
    plugins: [compiledCpu],
    naming: { entry: '[name].[ext]', chunk: 'assets/[name]-[hash].[ext]', asset: 'assets/[name]-[hash].[ext]' },
  });
  const assets = await Promise.all(
    outputs.map(async (output): Promise<[string, PageAsset]> => {
      const path = output.path.replace(/^\.?\/?/, '/');
      return [
        path === '/index.html' ? '/' : path,
        { bytes: new Uint8Array(await output.arrayBuffer()), type: output.type },
      ];
    }),
  );
  return new Map(assets);
}
