/**
 * Files that can be cartridge images: their sizes, their MD5, and what is wrong with one that the user named.
 * Leaves out what an image holds (registry.ts) and how it is wired (src/emulator/cartridge).
 */
import { readFileSync, statSync } from 'node:fs';
import { UserError } from '../../errors.ts';
import { md5Of } from '../md5.ts';

/** Sizes of cartridge images in bytes, the smaller ones in the order of the reference's detection (reference: console.md section 9). */
const imageSizes = [2048, 4096, 8192, 10240, 10495, 10496, 12288, 16384, 32768, 65536, 131072, 262144, 524288];
/** An image of the Supercharger is a number of tape loads of this size. */
const tapeLoadBytes = 8448;

export const largestImageBytes = 524288;

export function isImageSize(bytes: number): boolean {
  return imageSizes.includes(bytes) || (bytes > 0 && bytes <= largestImageBytes && bytes % tapeLoadBytes === 0);
}

/** Reads a cartridge image. Throws a UserError where there is none, or none of a size that a cartridge can have. */
export function readImage(path: string): { bytes: Uint8Array; md5: string } {
  try {
    const status = statSync(path);
    if (!status.isFile()) {
      throw new UserError(
        `Not a ROM file: ${path}${status.isDirectory() ? ' is a folder' : ''}.`,
        'Name one image file.',
      );
    }
    if (status.size === 0) {
      throw new UserError(`The ROM file is empty: ${path}`, 'Copy the image again.');
    }
    if (!isImageSize(status.size)) {
      throw new UserError(
        `Not a cartridge image: ${path} has ${status.size.toLocaleString('en-US')} bytes.`,
        'An image has 2,048, 4,096, 8,192, … bytes and no header; `bun run roms import` takes it out of an archive.',
      );
    }
    const bytes = new Uint8Array(readFileSync(path));
    return { bytes, md5: md5Of(bytes) };
  } catch (error) {
    if (error instanceof UserError) {
      throw error;
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new UserError(`No such ROM file: ${path}`, 'Check the path; it is relative to the folder you are in.');
    }
    throw new UserError(`Cannot read the ROM file: ${path} (${message})`, 'Check its permissions.', { cause: error });
  }
}
