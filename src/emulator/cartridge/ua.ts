/**
 * UA (UA Limited): two banks of 4 KiB, selected by any access to 0x0220 or 0x0240, where no chip of the console is addressed on purpose.
 * Only A9, A6 and A5 are decoded outside the cartridge, so that 0x0FA0 and 0x02C0 select, too, as on Digivision's boards.
 * Sources: reference console.md section 9; Kevin Horton, "Mostly Inclusive Atari 2600 Mapper / Selected Hardware Document" (UA).
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { Cartridge, CartridgeSpace } from './cartridge.ts';

const bankSize = 0x1000;
/** The address lines that are decoded. */
const decoded = 0x0260;
const hotspots = [0x0220, 0x0240];

export class UaCartridge implements Cartridge {
  readonly scheme = 'UA';
  readonly rom: Uint8Array;
  readonly ramSize = 0;
  bank = 0;
  #space!: CartridgeSpace;

  /** `rom`: 8,192 bytes. */
  constructor(rom: Uint8Array) {
    this.rom = rom;
  }

  attach(space: CartridgeSpace): void {
    this.#space = space;
  }

  reset(): void {
    this.#select(0);
  }

  access(): void {}

  hear(address: number): void {
    const bank = hotspots.indexOf(address & decoded);
    if (bank >= 0 && bank !== this.bank) this.#select(bank);
  }

  #select(bank: number): void {
    this.bank = bank;
    this.#space.mapRom(0x1000, bankSize, bank * bankSize);
  }

  save(out: SnapshotWriter): void {
    out.int(this.bank);
  }

  load(state: SnapshotReader): void {
    this.#select(state.intIn(0, hotspots.length - 1));
  }
}
