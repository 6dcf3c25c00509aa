/**
 * The project's own shaders under Bun and Node: files in a folder, or, in a program that brings them along in itself, texts in memory.
 * Leaves out: the browser, whose page says where its shaders come from (openBrowserGpu.ts).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { ValidationError } from './errors.ts';

/** Shaders by the names of their files, for example `relu.forward.wgsl`. */
export interface ShaderFiles {
  names(): string[];
  /** The text of one. Throws where there is none. */
  read(file: string): string;
}

/** @param folder ends with a slash */
export function shadersIn(folder: URL): ShaderFiles {
  return {
    names: () => readdirSync(folder).filter((name) => name.endsWith('.wgsl')),
    read: (file) => readFileSync(new URL(file, folder), 'utf8'),
  };
}

let own: ShaderFiles = shadersIn(new URL('../../shaders/', import.meta.url));

/** The shaders that kernels are made of unless another reader is named. */
export function ownShaders(): ShaderFiles {
  return own;
}

/** From here on the own shaders are these texts by file name; for a program without a folder of them, before it opens a GPU. */
export function embedShaders(texts: Readonly<Record<string, string>>): void {
  own = {
    names: () => Object.keys(texts),
    read: (file) => {
      if (Object.hasOwn(texts, file)) return texts[file];
      throw new ValidationError(`${file} is not among the ${Object.keys(texts).length} shaders of this program`);
    },
  };
}
