/** The project's own files that the page plays with: shaders, the images of our own games, the weights that ship. Nothing else. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../run/provenance.ts';

export interface ProjectFile {
  readonly body: Blob;
  readonly type: string;
}

const folders = [
  { folder: 'shaders', names: /^[\w.]+\.wgsl$/, type: 'text/plain; charset=utf-8' },
  { folder: 'roms', names: /^(pong|catch|bricks)\.bin$/, type: 'application/octet-stream' },
  { folder: 'weights', names: /^\w+\.safetensors$/, type: 'application/octet-stream' },
  { folder: 'weights', names: /^\w+\.json$/, type: 'application/json' },
] as const;

/** By path, `/shaders/relu.forward.wgsl`; listed when called. */
export function projectFiles(): ReadonlyMap<string, ProjectFile> {
  const files = new Map<string, ProjectFile>();
  for (const { folder, names, type } of folders) {
    for (const entry of readdirSync(join(projectFolder, folder), { withFileTypes: true })) {
      if (!entry.isFile() || !names.test(entry.name)) continue;
      files.set(`/${folder}/${entry.name}`, { body: Bun.file(join(projectFolder, folder, entry.name)), type });
    }
  }
  const withWeights = [...files.keys()].flatMap((path) => /^\/weights\/(\w+)\.json$/.exec(path)?.[1] ?? []).sort();
  files.set('/weights', { body: new Blob([JSON.stringify(withWeights)]), type: 'application/json' });
  return files;
}
