/** All bank-switching schemes by name: the sizes of their images, and what makes a cartridge of one. */
import { BankedCartridge, type BankedScheme } from './banked.ts';
import type { Cartridge } from './cartridge.ts';
import { CvCartridge } from './cv.ts';
import { DpcCartridge } from './dpc.ts';
import { E0Cartridge } from './e0.ts';
import { E7Cartridge } from './e7.ts';
import { FeCartridge } from './fe.ts';
import { FlatCartridge } from './flat.ts';
import { partSize, SuperchargerCartridge } from './supercharger.ts';
import { TigervisionCartridge } from './tigervision.ts';
import { UaCartridge } from './ua.ts';

/** The names, as the reference has them. */
export const schemes = [
  '2K',
  '4K',
  'CV',
  'F8',
  'F8SC',
  'F6',
  'F6SC',
  'F4',
  'F4SC',
  'FASC',
  'E0',
  'E7',
  'FE',
  '3F',
  '3E',
  'UA',
  'DPC',
  'AR',
] as const;
export type Scheme = (typeof schemes)[number];

/** What `--bankswitch` and a console's properties name: a scheme, or the one that the image shows (identify.ts). */
export const bankswitchChoices = ['auto', ...schemes] as const;
export type Bankswitch = (typeof bankswitchChoices)[number];

export interface SchemeDescription {
  /** Whether an image of `bytes` bytes can be one. */
  fits(bytes: number): boolean;
  /** The sizes that can, in words. */
  readonly sizes: string;
  build(image: Uint8Array): Cartridge;
}

/** As many banks as a byte can number. */
const largestTigervision = 256 * 2048;

/** 1,234 for 1234. */
export const grouped = (count: number): string => count.toLocaleString('en-US');

function ofSizes(sizes: readonly number[], build: (image: Uint8Array) => Cartridge): SchemeDescription {
  return { fits: (bytes) => sizes.includes(bytes), sizes: sizes.map(grouped).join(' or '), build };
}

function banked(size: number, scheme: BankedScheme): SchemeDescription {
  return ofSizes([size], (rom) => new BankedCartridge(rom, scheme));
}

function tigervision(scheme: '3F' | '3E'): SchemeDescription {
  return {
    fits: (bytes) => bytes > 0 && bytes % 2048 === 0 && bytes <= largestTigervision,
    sizes: `a multiple of 2,048 up to ${grouped(largestTigervision)}`,
    build: (rom) => new TigervisionCartridge(rom, scheme),
  };
}

export const schemeDescriptions: Readonly<Record<Scheme, SchemeDescription>> = {
  // Of a doubled image the first half.
  '2K': ofSizes([2048, 4096], (rom) => new FlatCartridge(rom.slice(0, 2048))),
  '4K': ofSizes([4096, 8192], (rom) => new FlatCartridge(rom.slice(0, 4096))),
  CV: ofSizes([2048, 4096], (image) => new CvCartridge(image)),
  F8: banked(8192, { name: 'F8', firstHotspot: 0x1ff8, startBank: 1, ramSize: 0 }),
  F8SC: banked(8192, { name: 'F8SC', firstHotspot: 0x1ff8, startBank: 1, ramSize: 128 }),
  F6: banked(16384, { name: 'F6', firstHotspot: 0x1ff6, startBank: 0, ramSize: 0 }),
  F6SC: banked(16384, { name: 'F6SC', firstHotspot: 0x1ff6, startBank: 0, ramSize: 128 }),
  F4: banked(32768, { name: 'F4', firstHotspot: 0x1ff4, startBank: 0, ramSize: 0 }),
  F4SC: banked(32768, { name: 'F4SC', firstHotspot: 0x1ff4, startBank: 0, ramSize: 128 }),
  FASC: banked(12288, { name: 'FASC', firstHotspot: 0x1ff8, startBank: 2, ramSize: 256 }),
  E0: ofSizes([8192], (rom) => new E0Cartridge(rom)),
  E7: ofSizes([16384], (rom) => new E7Cartridge(rom)),
  FE: ofSizes([8192], (rom) => new FeCartridge(rom)),
  '3F': tigervision('3F'),
  '3E': tigervision('3E'),
  UA: ofSizes([8192], (rom) => new UaCartridge(rom)),
  DPC: ofSizes([10240, 10495, 10496], (image) => new DpcCartridge(image)),
  AR: {
    fits: (bytes) => bytes > 0 && bytes % partSize === 0,
    sizes: `a multiple of ${grouped(partSize)}`,
    build: (image) => new SuperchargerCartridge(image),
  },
};
