/** 2K and 4K cartridges: no bank switching; 2 KiB appear twice. */
import type { Cartridge, CartridgeSpace } from './cartridge.ts';
import type { Scheme } from './schemes.ts';

export class FlatCartridge implements Cartridge {
  readonly scheme: Scheme;
  readonly rom: Uint8Array;
  readonly ramSize = 0;

  /** `rom`: 2,048 or 4,096 bytes. */
  constructor(rom: Uint8Array) {
    this.rom = rom;
    this.scheme = rom.length === 2048 ? '2K' : '4K';
  }

  attach(space: CartridgeSpace): void {
    for (let offset = 0; offset < 0x1000; offset += this.rom.length) space.mapRom(0x1000 + offset, this.rom.length, 0);
  }

  reset(): void {}

  access(): void {}

  save(): void {}

  load(): void {}
}
