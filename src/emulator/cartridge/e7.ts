/**
 * E7: seven slices of 2 KiB, or 1 KiB of RAM, in the lower half; the last 1.5 KiB of ROM and one of four pages of RAM in the upper half.
 * Source: reference console.md section 9.
 */
import type { RandomSource } from '../../random.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import { type Cartridge, type CartridgeSpace, fillWithNoise } from './cartridge.ts';

const sliceSize = 0x800;
/** 0x1FE0..0x1FE6 choose the slice, 0x1FE7 the RAM in its stead. */
const sliceHotspot = 0x1fe0;
const ramSlice = 7;
/** 0x1FE8..0x1FEB choose the page of RAM. */
const pageHotspot = 0x1fe8;
const lowerRamSize = 0x400;
const ramPageSize = 0x100;

export class E7Cartridge implements Cartridge {
  readonly scheme = 'E7';
  readonly rom: Uint8Array;
  /** The 1 KiB of the lower half, then the four pages. */
  readonly ramSize = lowerRamSize + 4 * ramPageSize;
  slice = 0;
  ramPage = 0;
  #space!: CartridgeSpace;

  /** `rom`: 16,384 bytes. */
  constructor(rom: Uint8Array) {
    this.rom = rom;
  }

  attach(space: CartridgeSpace): void {
    this.#space = space;
    const upper = this.rom.length - sliceSize;
    // Where RAM is written, reading gives ROM.
    space.mapRom(0x1800, sliceSize, upper);
    space.watch(0x1fc0, 64);
  }

  reset(random: RandomSource): void {
    fillWithNoise(this.#space.cartridgeRam, random);
    this.#selectSlice(0);
    this.#selectRamPage(0);
  }

  access(address: number): void {
    if (address >= pageHotspot && address < pageHotspot + 4) this.#selectRamPage(address - pageHotspot);
    else if (address >= sliceHotspot && address < pageHotspot) this.#selectSlice(address - sliceHotspot);
  }

  #selectSlice(slice: number): void {
    this.slice = slice;
    const space = this.#space;
    space.mapRom(0x1000, sliceSize, slice * sliceSize);
    if (slice === ramSlice) {
      space.mapRamWrite(0x1000, lowerRamSize, 0);
      space.mapRamRead(0x1000 + lowerRamSize, lowerRamSize, 0);
    } else {
      space.unmapWrite(0x1000, lowerRamSize);
    }
  }

  #selectRamPage(page: number): void {
    this.ramPage = page;
    const offset = lowerRamSize + page * ramPageSize;
    this.#space.mapRamWrite(0x1800, ramPageSize, offset);
    this.#space.mapRamRead(0x1800 + ramPageSize, ramPageSize, offset);
  }

  save(out: SnapshotWriter): void {
    out.int(this.slice);
    out.int(this.ramPage);
  }

  load(state: SnapshotReader): void {
    this.#selectSlice(state.intIn(0, ramSlice));
    this.#selectRamPage(state.intIn(0, 3));
  }
}
