/** Bundles for a browser, and what in them a browser does not have. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { type Node, parse } from 'acorn';
import type { BunPlugin } from 'bun';

const root = resolve(import.meta.dir, '../..');

/** What Bun and Node have beside what browsers have. */
const foreignGlobals = ['Buffer', 'Bun', 'process', 'global', 'require', '__dirname', '__filename', 'setImmediate'];

const nativeModule = new RegExp(`^(node:.*|bun(:.*)?|webgpu|bun-webgpu|${builtinModules.join('|')})$`);

export interface Bundle {
  readonly text: string;
  /** The files and packages that went into it, by their paths from the project's root. */
  readonly inputs: readonly string[];
  /** Modules of Bun and Node, and packages with native code, that it asks for. */
  readonly modules: readonly string[];
}

/** One module from the project's files, which it exports. Rejects where Bun cannot bundle them. */
export async function bundleOf(files: readonly string[]): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-bundle-'));
  try {
    const entry = join(folder, 'entry.ts');
    // All of each file, so that nothing in it is left out as unused.
    const lines = files.map((file, index) => `export * as file${index} from ${JSON.stringify(join(root, file))};`);
    writeFileSync(
      entry,
      files.length === 1 ? `export * from ${JSON.stringify(join(root, files[0]))};` : lines.join('\n'),
    );
    const modules = new Set<string>();
    // Bun would put something in the place of most, which does nothing, or something else.
    const noteNative: BunPlugin = {
      name: 'native modules',
      setup: (build) => {
        build.onResolve({ filter: nativeModule }, ({ path }) => {
          modules.add(path);
          return { path, external: true };
        });
      },
    };
    const { outputs, metafile } = await Bun.build({
      entrypoints: [entry],
      target: 'browser',
      metafile: true,
      plugins: [noteNative],
    });
    return {
      text: await outputs[0].text(),
      inputs: Object.keys(metafile!.inputs).map((path) => relative(root, resolve(path))),
      modules: [...modules],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Why a browser could not run it, one line each. */
export function foreignParts({ text, modules }: Pick<Bundle, 'text' | 'modules'>): string[] {
  const globals = globalsIn(text).filter((name) => foreignGlobals.includes(name));
  return [...modules.map((name) => `imports ${name}`), ...globals.map((name) => `names ${name}`)];
}

/** Every identifier that may be a variable: not those that only name a property. */
function globalsIn(text: string): string[] {
  const names = new Set<string>();
  const visit = (node: Node): void => {
    for (const [key, child] of Object.entries(node)) {
      const isName = (key === 'property' || key === 'key') && !(node as Node & { computed?: boolean }).computed;
      for (const one of Array.isArray(child) ? child : [child]) {
        if (typeof one?.type !== 'string') continue;
        if (one.type === 'Identifier' && !isName) names.add(one.name);
        visit(one);
      }
    }
  };
  visit(parse(text, { ecmaVersion: 'latest', sourceType: 'module' }));
  return [...names];
}
