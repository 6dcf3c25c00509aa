/**
 * E0: eight slices of 1 KiB in four slots; the first three slots choose, the last one always holds slice 7.
 * Source: reference console.md section 9.
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { Cartridge, CartridgeSpace } from './cartridge.ts';

const sliceSize = 0x400;
/** Slot 0 is chosen by 0x1FE0..0x1FE7, slot 1 by the next eight addresses, slot 2 by the eight after those. */
const firstHotspot = 0x1fe0;
const startSlices = [4, 5, 6];

export class E0Cartridge implements Cartridge {
  readonly scheme = 'E0';
  readonly rom: Uint8Array;
  readonly ramSize = 0;
  /** The slice in slots 0 to 2. */
  readonly slices = new Uint8Array(startSlices);
  #space!: CartridgeSpace;

  /** `rom`: 8,192 bytes. */
  constructor(rom: Uint8Array) {
    this.rom = rom;
  }

  attach(space: CartridgeSpace): void {
    this.#space = space;
    space.mapRom(0x1c00, sliceSize, 7 * sliceSize);
    space.watch(0x1fc0, 64);
  }

  reset(): void {
    for (let slot = 0; slot < 3; slot++) this.#select(slot, startSlices[slot]);
  }

  access(address: number): void {
    const hotspot = address - firstHotspot;
    if (hotspot >= 0 && hotspot < 24) this.#select(hotspot >> 3, hotspot & 7);
  }

  #select(slot: number, slice: number): void {
    this.slices[slot] = slice;
    this.#space.mapRom(0x1000 + slot * sliceSize, sliceSize, slice * sliceSize);
  }

  save(out: SnapshotWriter): void {
    for (const slice of this.slices) out.int(slice);
  }

  load(state: SnapshotReader): void {
    for (let slot = 0; slot < 3; slot++) this.#select(slot, state.intIn(0, 7));
  }
}
