/**
 * FE: two banks of 4 KiB told apart by the CPU's address line A13, which the 6507 lacks: the reference looks at the address the program
 * names, so that a program changes bank by jumping. Source: reference console.md section 9.
 */
import type { Cartridge, CartridgeSpace } from './cartridge.ts';

const bankSize = 0x1000;

export class FeCartridge implements Cartridge {
  readonly scheme = 'FE';
  readonly rom: Uint8Array;
  readonly ramSize = 0;

  /** `rom`: 8,192 bytes. */
  constructor(rom: Uint8Array) {
    this.rom = rom;
  }

  attach(space: CartridgeSpace): void {
    space.mapRomA13(0x1000, bankSize, bankSize);
    space.mapRomA13(0x3000, bankSize, 0);
  }

  reset(): void {}

  access(): void {}

  save(): void {}

  load(): void {}
}
