/**
 * 3F (Tigervision) and 3E: 2 KiB banks in the lower half, the last 2 KiB in the upper half. 3F: a write to 0x00..0x3F, which is the TIA's,
 * also selects the bank of that number. 3E: a write to 0x3F does, and one to 0x3E selects a 1 KiB bank of RAM instead, read from 0x1000
 * and written from 0x1400 on. Numbers beyond the last bank begin again at the first.
 * 3E has 32 KiB of RAM, all 0 after a reset (the reference draws no noise for it); where RAM is written, reading gives the RAM.
 * Leaves out mirrors of these addresses, which the boards do not decode alike, and that on the hardware a read of the write port writes.
 * Sources: reference console.md section 9; Kevin Horton, "Mostly Inclusive Atari 2600 Mapper / Selected Hardware Document" (3F, 3E).
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { Cartridge, CartridgeSpace } from './cartridge.ts';

const bankSize = 0x800;
const romHotspot = 0x3f;
const ramHotspot = 0x3e;
const ramBankSize = 0x400;
const ramBanks = 32;
const noRam = -1;

export class TigervisionCartridge implements Cartridge {
  readonly scheme: '3F' | '3E';
  readonly rom: Uint8Array;
  readonly ramSize: number;
  /** The bank of ROM in the lower half, or behind the RAM there. */
  bank = 0;
  /** The bank of RAM in the lower half, -1 for ROM. */
  ramBank = noRam;
  readonly #bankCount: number;
  #space!: CartridgeSpace;

  /** `rom`: a multiple of 2,048 bytes. */
  constructor(rom: Uint8Array, scheme: '3F' | '3E') {
    this.rom = rom;
    this.scheme = scheme;
    this.ramSize = scheme === '3E' ? ramBanks * ramBankSize : 0;
    this.#bankCount = rom.length / bankSize;
  }

  attach(space: CartridgeSpace): void {
    this.#space = space;
    space.mapRom(0x1800, bankSize, this.rom.length - bankSize);
  }

  reset(): void {
    this.#space.cartridgeRam.fill(0);
    this.#select(0, noRam);
  }

  access(): void {}

  hear(address: number, value: number): void {
    if (value < 0 || address > romHotspot) return;
    if (this.scheme === '3F' || address === romHotspot) this.#select(value % this.#bankCount, noRam);
    else if (address === ramHotspot) this.#select(this.bank, value % ramBanks);
  }

  #select(bank: number, ramBank: number): void {
    this.bank = bank;
    this.ramBank = ramBank;
    const space = this.#space;
    if (ramBank === noRam) {
      space.mapRom(0x1000, bankSize, bank * bankSize);
      space.unmapWrite(0x1000, bankSize);
    } else {
      const offset = ramBank * ramBankSize;
      space.mapRamRead(0x1000, ramBankSize, offset);
      space.mapRamRead(0x1000 + ramBankSize, ramBankSize, offset);
      space.mapRamWrite(0x1000 + ramBankSize, ramBankSize, offset);
    }
  }

  save(out: SnapshotWriter): void {
    out.int(this.bank);
    out.int(this.ramBank);
  }

  load(state: SnapshotReader): void {
    const bank = state.intIn(0, this.#bankCount - 1);
    this.#select(bank, state.intIn(noRam, this.scheme === '3E' ? ramBanks - 1 : noRam));
  }
}
