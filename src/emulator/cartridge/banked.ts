/**
 * F8, F6, F4 and FA: 4 KiB banks, each selected by an access to its own address just below the top; the SC ("super chip") variants
 * and FASC add RAM at the bottom with separate addresses to write and to read. Source: reference console.md section 9.
 */
import type { RandomSource } from '../../random.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { type Cartridge, type CartridgeSpace, fillWithNoise } from './cartridge.ts';
import type { Scheme } from './schemes.ts';

export interface BankedScheme {
  readonly name: Scheme;
  /** The address that selects bank 0; the next one selects bank 1, and so on. */
  readonly firstHotspot: number;
  readonly startBank: number;
  /** Bytes of RAM, written from 0x1000 on and read from right behind. */
  readonly ramSize: number;
}

const bankSize = 0x1000;

export class BankedCartridge implements Cartridge {
  readonly scheme: Scheme;
  readonly rom: Uint8Array;
  readonly ramSize: number;
  bank = 0;
  readonly #layout: BankedScheme;
  readonly #bankCount: number;
  #space!: CartridgeSpace;

  constructor(rom: Uint8Array, scheme: BankedScheme) {
    this.rom = rom;
    this.scheme = scheme.name;
    this.ramSize = scheme.ramSize;
    this.#layout = scheme;
    this.#bankCount = rom.length / bankSize;
  }

  attach(space: CartridgeSpace): void {
    this.#space = space;
    const { ramSize } = this;
    if (ramSize > 0) {
      space.mapRamWrite(0x1000, ramSize, 0);
      space.mapRamRead(0x1000 + ramSize, ramSize, 0);
    }
    space.watch(0x1fc0, 64);
  }

  reset(random: RandomSource): void {
    fillWithNoise(this.#space.cartridgeRam, random);
    this.#select(this.#layout.startBank);
  }

  access(address: number): void {
    const bank = address - this.#layout.firstHotspot;
    if (bank >= 0 && bank < this.#bankCount && bank !== this.bank) this.#select(bank);
  }

  /** The port that writes RAM reads as ROM; the port that reads it hides the ROM behind it. */
  #select(bank: number): void {
    this.bank = bank;
    const { ramSize } = this;
    const start = bank * bankSize;
    if (ramSize > 0) this.#space.mapRom(0x1000, ramSize, start);
    this.#space.mapRom(0x1000 + 2 * ramSize, bankSize - 2 * ramSize, start + 2 * ramSize);
  }

  save(out: SnapshotWriter): void {
    out.int(this.bank);
  }

  load(state: SnapshotReader): void {
    this.#select(state.intIn(0, this.#bankCount - 1));
  }
}
