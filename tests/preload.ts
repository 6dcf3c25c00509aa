/**
 * Gives every test two minutes instead of Bun's five seconds: a software adapter compiles its kernels on the CPU, and one without
 * Mesa computes on it many times slower still. Loaded before the tests (bunfig.toml).
 *
 * Bun 1.4.4 reads no timeout from bunfig.toml, and a default set here would hold for the first file only; so each file sets it itself,
 * by a line put before its first, on the same line to keep the numbering. Delete this when bunfig.toml can hold the timeout.
 */
import { plugin } from 'bun';

const timeoutMs = 120_000;

plugin({
  name: 'test timeout',
  setup(build) {
    build.onLoad({ filter: /\.test\.ts$/ }, async ({ path }) => {
      const source = await Bun.file(path).text();
      const setTimeout = `import { setDefaultTimeout as $setDefaultTimeout } from 'bun:test'; $setDefaultTimeout(${timeoutMs}); `;
      return { contents: setTimeout + source, loader: 'ts' };
    });
  },
});
