/**
 * Which bank-switching scheme a cartridge image needs, by its size and by byte sequences of programs that use a scheme.
 * Source: reference console.md section 9.
 */
import { UserError } from '../../errors.ts';
import type { Cartridge } from './cartridge.ts';
import { type Bankswitch, grouped, type Scheme, schemeDescriptions, schemes } from './schemes.ts';
import { partSize } from './supercharger.ts';

/** The sizes that say something; all multiples of a part of a Supercharger's tape are beside them. */
const knownSizes = [2048, 4096, 8192, 10240, 10495, 10496, 12288, 16384, 32768];

const signatures = {
  CV: ['9D FF F3', '99 00 F4'],
  E0: ['8D E0 1F', '8D E0 5F', '8D E9 FF', 'AD E9 FF', 'AD ED FF', 'AD F3 BF'],
  '3E': ['85 3E A9 00'],
  '3F': ['85 3F'],
  UA: ['8D 40 02'],
  FE: ['20 00 D0 C6 C5', '20 C3 F8 A5 82', 'D0 FB 20 73 FE', '20 00 F0 84 D6'],
} as const;

/** How often a byte sequence, written in hex, occurs. */
function count(rom: Uint8Array, hex: string): number {
  const bytes = hex.split(' ').map((byte) => Number.parseInt(byte, 16));
  let found = 0;
  for (let at = 0; at + bytes.length <= rom.length; at++) {
    if (bytes.every((byte, i) => rom[at + i] === byte)) found++;
  }
  return found;
}

function signed(rom: Uint8Array, scheme: keyof typeof signatures): boolean {
  const needed = scheme === '3F' ? 2 : 1;
  return signatures[scheme].some((hex) => count(rom, hex) >= needed);
}

/** Whether the first 256 bytes of each 4 KiB are all the same: where a RAM hides the ROM. */
function hasSuperChip(rom: Uint8Array): boolean {
  for (let bank = 0; bank < rom.length; bank += 0x1000) {
    for (let i = 1; i < 256; i++) if (rom[bank + i] !== rom[bank]) return false;
  }
  return true;
}

function halvesEqual(rom: Uint8Array): boolean {
  const half = rom.length / 2;
  for (let i = 0; i < half; i++) if (rom[i] !== rom[half + i]) return false;
  return true;
}

function hasE7Ram(rom: Uint8Array): boolean {
  const value = rom[0x3800];
  for (let at = 0x3801; at < 0x3a00; at++) if (rom[at] !== value) return false;
  return rom[0x37ff] !== value && rom[0x3a00] !== value;
}

/** The scheme that the reference takes; undefined for a size that it does not know. */
export function identifyScheme(rom: Uint8Array): Scheme | undefined {
  if (rom.length > 0 && rom.length % partSize === 0) return 'AR';
  switch (rom.length) {
    case 2048:
      return signed(rom, 'CV') ? 'CV' : '2K';
    case 4096:
      if (!halvesEqual(rom)) return '4K';
      return signed(rom, 'CV') ? 'CV' : '2K';
    case 8192:
      if (hasSuperChip(rom)) return 'F8SC';
      if (halvesEqual(rom)) return '4K';
      return (['E0', '3E', '3F', 'UA', 'FE'] as const).find((scheme) => signed(rom, scheme)) ?? 'F8';
    case 10240:
    case 10495:
    case 10496:
      return 'DPC';
    case 12288:
      return 'FASC';
    case 16384:
      if (hasSuperChip(rom)) return 'F6SC';
      if (hasE7Ram(rom)) return 'E7';
      return (['3E', '3F'] as const).find((scheme) => signed(rom, scheme)) ?? 'F6';
    case 32768:
      if (hasSuperChip(rom)) return 'F4SC';
      return (['3E', '3F'] as const).find((scheme) => signed(rom, scheme)) ?? 'F4';
    default:
      return undefined;
  }
}

/**
 * The cartridge in an image.
 * @param rom the bytes of the file
 * @param bankswitch its scheme, or `auto` for the one that its size and contents show
 * @throws UserError for an empty image, a size that no scheme or not this one has, and a name that no scheme has
 */
export function createCartridge(rom: Uint8Array, bankswitch: Bankswitch = 'auto'): Cartridge {
  if (rom.length === 0)
    throw new UserError('the cartridge image is empty.', 'Give a file that holds a game (.bin, .a26).');
  const scheme = bankswitch === 'auto' ? identifyScheme(rom) : bankswitch;
  if (scheme === undefined) {
    throw new UserError(
      `a cartridge image of ${grouped(rom.length)} bytes is not one of an Atari 2600 game.`,
      `Sizes that exist are ${knownSizes.map(grouped).join(', ')} bytes and multiples of ${grouped(partSize)}; unpack an archive first.`,
    );
  }
  if (!schemes.includes(scheme)) {
    throw new UserError(`there is no bank switching ${scheme}.`, `There are ${schemes.join(', ')}; auto finds out.`);
  }
  const description = schemeDescriptions[scheme];
  if (!description.fits(rom.length)) {
    throw new UserError(
      `a cartridge image of ${grouped(rom.length)} bytes cannot have bank switching ${scheme}.`,
      `Its images have ${description.sizes} bytes; --bankswitch auto goes by size and contents.`,
    );
  }
  return description.build(rom);
}
