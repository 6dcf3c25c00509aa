/**
 * The page, bundled for browsers from src/page/index.html and what it imports; kept in memory. Its files are named by their content.
 */
import { join } from 'node:path';
import { projectFolder } from '../run/provenance.ts';

export interface PageAsset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** By path: `/` and `/assets/…`. Throws with what the bundler says where the page cannot be built. */
export async function pageAssets(): Promise<ReadonlyMap<string, PageAsset>> {
  const { outputs } = await Bun.build({
    entrypoints: [join(projectFolder, 'src/page/index.html')],
    target: 'browser',
    minify: true,
    // What plays, and what explains configurations, is fetched when it is needed.
    splitting: true,
    publicPath: '/',
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
