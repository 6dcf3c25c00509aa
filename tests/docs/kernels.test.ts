/** Holds docs/kernels.md to the kernels that there are: a page that a new kernel is missing from, or that names one that is gone, is wrong. */
import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paperCalls } from '../../bench/gpu/kernelCosts.ts';
import { projectFolder } from '../../src/run/provenance.ts';

const page = readFileSync(join(projectFolder, 'docs', 'kernels.md'), 'utf8');

const files = (pattern: string): string[] => [...new Bun.Glob(pattern).scanSync({ cwd: projectFolder })].sort();

/** What the page links to in this folder, written `../<path>`. */
const linked = (folder: string): Set<string> =>
  new Set(
    [...page.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].map(([, path]) => path).filter((path) => path.startsWith(folder)),
  );

describe('docs/kernels.md', () => {
  test('names every shader', () => {
    const shaders = files('shaders/*.wgsl');
    expect(shaders.length).toBeGreaterThan(50);
    expect([...linked('shaders/')].sort()).toEqual(shaders);
  });

  test('names the host half of every kernel', () => {
    // A kernel has a reference; what has none is shared by several.
    const kernels = files('kernels/*.ref.ts').map((path) => path.replace('.ref.ts', '.ts'));
    expect(kernels.length).toBeGreaterThan(15);
    const links = linked('kernels/');
    expect(kernels.filter((path) => !links.has(path))).toEqual([]);
  });

  test('its table has every shader that an update, acting or a look at the network runs', () => {
    const shaders = new Set(paperCalls().map(({ call }) => call.shader));
    // One row, as acting has it, and frames, rows or columns that are not in fours.
    const others = ['frames.gather', 'frames.stack', 'linear.forward.single8'];
    const known = files('shaders/*.wgsl').map((path) => path.slice('shaders/'.length, -'.wgsl'.length));
    expect(known.filter((shader) => !shaders.has(shader))).toEqual(others);
  });
});
