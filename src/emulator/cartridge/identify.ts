/**
 * Which bank-switching scheme a cartridge image needs, by its size and by byte sequences of programs that use a scheme.
 * Source: reference console.md section 9. Schemes that the reference recognises and this console lacks are refused by name.
 */
import { UserError } from '../../errors.ts';
import { BankedCartridge } from './banked.ts';
import type { Cartridge } from './cartridge.ts';
import { E0Cartridge } from './e0.ts';
import { E7Cartridge } from './e7.ts';
import { FeCartridge } from './fe.ts';
import { FlatCartridge } from './flat.ts';

const sizes = [2048, 4096, 8192, 12288, 16384, 32768];

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

/** The name of the scheme as the reference calls it; undefined for a size that no scheme has. */
export function identifyScheme(rom: Uint8Array): string | undefined {
  if (rom.length > 0 && rom.length % 8448 === 0) return 'AR';
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

type Build = (rom: Uint8Array) => Cartridge;

const banked = (name: string, firstHotspot: number, startBank: number, ramSize: number): [string, Build] => [
  name,
  (rom) => new BankedCartridge(rom, { name, firstHotspot, startBank, ramSize }),
];

const builders: ReadonlyMap<string, Build> = new Map<string, Build>([
  ['2K', (rom) => new FlatCartridge(rom.slice(0, 2048))],
  ['4K', (rom) => new FlatCartridge(rom.slice(0, 4096))],
  banked('F8', 0x1ff8, 1, 0),
  banked('F8SC', 0x1ff8, 1, 128),
  banked('F6', 0x1ff6, 0, 0),
  banked('F6SC', 0x1ff6, 0, 128),
  banked('F4', 0x1ff4, 0, 0),
  banked('F4SC', 0x1ff4, 0, 128),
  banked('FASC', 0x1ff8, 2, 256),
  ['E0', (rom) => new E0Cartridge(rom)],
  ['E7', (rom) => new E7Cartridge(rom)],
  ['FE', (rom) => new FeCartridge(rom)],
]);

/**
 * The cartridge in an image.
 * @param rom the bytes of the file
 * @throws UserError for an empty image, a size that does not exist, a scheme that this console does not have
 */
export function createCartridge(rom: Uint8Array): Cartridge {
  if (rom.length === 0)
    throw new UserError('the cartridge image is empty.', 'Give a file that holds a game (.bin, .a26).');
  const scheme = identifyScheme(rom);
  if (scheme === undefined) {
    const size = rom.length.toLocaleString('en-US');
    throw new UserError(
      `a cartridge image of ${size} bytes is not one of an Atari 2600 game.`,
      `Sizes that exist are ${sizes.map((known) => known.toLocaleString('en-US')).join(', ')} bytes; unpack an archive first.`,
    );
  }
  const build = builders.get(scheme);
  if (build === undefined) {
    throw new UserError(
      `the cartridge uses bank switching ${scheme}, which this console does not have.`,
      `Play a cartridge with one of ${[...builders.keys()].join(', ')}.`,
    );
  }
  return build(rom);
}
