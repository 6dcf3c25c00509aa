/**
 * Assembles roms/*.asm to the images beside them: a developer's step, `bun roms/build.ts`.
 * Images are committed, so nobody needs it to play; src/games/ownImageData.ts has them, too, for where there are no files.
 * Assembler: dasm 2.20 as the npm package `dasm`; it sees the files *.inc of this folder.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import dasm from 'dasm';

/** The names of our own games, from their sources `<name>.asm`. */
export function sourceNames(): string[] {
  return readdirSync(import.meta.dir)
    .filter((file) => file.endsWith('.asm'))
    .map((file) => file.slice(0, -'.asm'.length))
    .sort();
}

/** The image that `roms/<name>.asm` describes, 2,048 or 4,096 bytes. Throws an Error with the assembler's messages. */
export function assemble(name: string): Uint8Array {
  const source = readFileSync(join(import.meta.dir, `${name}.asm`), 'utf8');
  const includes = Object.fromEntries(
    readdirSync(import.meta.dir)
      .filter((file) => file.endsWith('.inc'))
      .map((file) => [file, readFileSync(join(import.meta.dir, file), 'utf8')]),
  );
  // Format 3: the bare bytes, without a header.
  const result = dasm(source, { format: 3, includes });
  const problems = [
    ...(result.list ?? [])
      .filter((line) => line.errorMessage !== undefined)
      .map((line) => `${line.filename ?? name}:${line.number}: ${line.errorMessage}`),
    ...result.output.filter((line) => /error|unresolved|undefined/i.test(line)),
  ];
  if (!result.success || problems.length > 0) {
    throw new Error(`roms/${name}.asm does not assemble:\n${problems.join('\n') || result.output.join('\n')}`);
  }
  if (result.data.length !== 2048 && result.data.length !== 4096) {
    throw new Error(`roms/${name}.asm gives ${result.data.length} bytes; a cartridge has 2048 or 4096`);
  }
  return result.data;
}

/** The text of src/games/ownImageData.ts. */
export function imageModule(images: ReadonlyMap<string, Uint8Array>): string {
  const entries = [...images].map(([file, image]) => `  '${file}':\n    '${Buffer.from(image).toString('base64')}',\n`);
  return `/** The images in roms/ by their file names, base64: made by roms/build.ts. */
export const ownImageData: Readonly<Record<string, string>> = {
${entries.join('')}};
`;
}

if (import.meta.main) {
  const images = new Map<string, Uint8Array>();
  for (const name of sourceNames()) {
    const image = assemble(name);
    images.set(`${name}.bin`, image);
    writeFileSync(join(import.meta.dir, `${name}.bin`), image);
    const md5 = new Bun.CryptoHasher('md5').update(image).digest('hex');
    console.log(`roms/${name}.bin  ${image.length} bytes  MD5 ${md5}`);
  }
  writeFileSync(join(import.meta.dir, '../src/games/ownImageData.ts'), imageModule(images));
}
