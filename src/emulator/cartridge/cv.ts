/**
 * CV (CommaVid): 1 KiB of RAM in the lower half, read from 0x1000 and written from 0x1400 on, and 2 KiB of ROM in the upper half.
 * An image of 4 KiB has the RAM's contents in front, as a saved program of Magicard has. Where RAM is written, reading gives ROM.
 * Leaves out that on the hardware such a read also writes. Sources: reference console.md sections 1 and 9; Kevin Horton, "Mostly Inclusive
 * Atari 2600 Mapper / Selected Hardware Document" (CV).
 */
import type { RandomSource } from '../../random.ts';
import { type Cartridge, type CartridgeSpace, fillWithNoise } from './cartridge.ts';

const ramSize = 0x400;
const romSize = 0x800;

export class CvCartridge implements Cartridge {
  readonly scheme = 'CV';
  readonly rom: Uint8Array;
  readonly ramSize = ramSize;
  readonly #savedRam: Uint8Array | undefined;
  #space!: CartridgeSpace;

  /** `image`: 2,048 bytes of ROM, or 4,096: those of the RAM first, the ROM in the second half. */
  constructor(image: Uint8Array) {
    this.rom = image.slice(image.length - romSize);
    this.#savedRam = image.length === romSize ? undefined : image.slice(0, ramSize);
  }

  attach(space: CartridgeSpace): void {
    this.#space = space;
    space.mapRom(0x1000, romSize, 0);
    space.mapRom(0x1800, romSize, 0);
    space.mapRamRead(0x1000, ramSize, 0);
    space.mapRamWrite(0x1400, ramSize, 0);
  }

  reset(random: RandomSource): void {
    const { cartridgeRam } = this.#space;
    if (this.#savedRam === undefined) fillWithNoise(cartridgeRam, random);
    else cartridgeRam.set(this.#savedRam);
  }

  access(): void {}

  save(): void {}

  load(): void {}
}
