/**
 * AR (Starpath Supercharger): 6 KiB of RAM in three banks and 2 KiB of ROM, loaded from a tape; an image holds the tape's parts, 8,448
 * bytes each: 24 pages of 256 bytes, 2 KiB that are not used, and a header.
 *
 * An access to 0x1000..0x10FF holds the address's low byte. An access to 0x1FF8 takes it as the control byte: bits 2..4 choose the banks,
 * bit 1 lets RAM be written. The held byte is written by the fifth access after it, wherever that goes in RAM (`CMP $F000,X; NOP; CMP addr`,
 * or `CMP $F000,X; CMP (pointer),Y`); the same address twice running counts once; no other byte is held meanwhile.
 *
 *     header  0, 1  start address                 16..39  for each page: bank in bits 0, 1; page in it in bits 2..4
 *             2     control byte
 *             3     number of pages
 *             5     number of the part
 *
 * RAM is 0 after a reset (the reference draws no noise for it). Left out: what else the CPU does with the zero page and the stack
 * between the two accesses, as no program writes that way; the tape, its sound and its checksums, as loading is a step of
 * the BIOS (superchargerBios.ts); the pulse width (bits 5..7 of the control byte) and the ROM's power (bit 0), which nothing reads back.
 * Sources: Christopher Salomon, "Some notes about Starpath's Supercharger" (sctech.txt, 1997); Bob Colbert, "Supercharger Tape Format
 * Specification"; Eckhard Stolberg and Bradford Mott on the Stella mailing list (May 1998, January 1999).
 */
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { Cartridge, CartridgeSpace } from './cartridge.ts';
import { headerWindow, loadHotspot, noHeader, superchargerBios } from './superchargerBios.ts';

const bankSize = 0x800;
const pageSize = 0x100;
const romBank = 3;
/** By bits 2..4 of the control byte. */
const lowerBanks = [2, 0, 2, 0, 2, 1, 2, 1];
const upperBanks = [romBank, romBank, 0, 2, romBank, romBank, 1, 2];
const holdEnd = 0x1100;
const controlHotspot = 0x1ff8;
const writeEnable = 0x02;
/** The access after the one that holds a byte which writes it. */
const writingAccess = 5;
/** CPU cycles from there to there with a single instruction of five cycles between. */
const indirectCycles = 5;

/** Bytes of a part of the tape. */
export const partSize = 8448;
const headerOffset = 0x2000;
const maxPages = 24;
const pageTable = 16;

export class SuperchargerCartridge implements Cartridge {
  readonly scheme = 'AR';
  /** The image, then the BIOS. */
  readonly rom: Uint8Array;
  readonly ramSize = 3 * bankSize;
  control = 0;
  /** The byte held. */
  held = 0;
  readonly #parts: number;
  /** The part whose header is shown, -1 for none. */
  #part = 0;
  /** Accesses since a byte was held that RAM waits for, -1 when it does not wait. */
  #accesses = -1;
  #lastAddress = 0;
  #heldAt = 0;
  #space!: CartridgeSpace;

  /** `image`: a multiple of 8,448 bytes. */
  constructor(image: Uint8Array) {
    this.rom = new Uint8Array(image.length + bankSize);
    this.rom.set(image);
    this.rom.set(superchargerBios, image.length);
    this.#parts = image.length / partSize;
  }

  attach(space: CartridgeSpace): void {
    this.#space = space;
    space.watch(0x1000, pageSize);
    space.watch(0x1fc0, 64);
  }

  reset(): void {
    this.#space.cartridgeRam.fill(0);
    this.held = 0;
    this.#part = 0;
    this.#waitFor(-1);
    this.#configure(0);
  }

  access(address: number, _value: number, cycles: number): void {
    this.#count(address, cycles);
    if (address === controlHotspot) {
      this.#waitFor(-1);
      this.#configure(this.held);
    } else if (address < holdEnd && this.#accesses < 0) {
      this.held = address & 0xff;
      if (!(this.control & writeEnable)) return;
      this.#lastAddress = address;
      this.#heldAt = cycles;
      this.#waitFor(0);
    } else if (this.#accesses === writingAccess) {
      const bank = this.#bankAt(address);
      if (bank !== romBank) this.#space.cartridgeRam[bank * bankSize + (address & (bankSize - 1))] = this.held;
    } else if (address === loadHotspot && this.#bankAt(address) === romBank) {
      this.#waitFor(-1);
      this.#load(this.held);
    }
  }

  hear(address: number, _value: number, cycles: number): void {
    this.#count(address, cycles);
  }

  rebase(cycles: number): void {
    this.#heldAt = (this.#heldAt - cycles) | 0;
  }

  /** Counts an access while a byte waits; the wait ends with the one after the one that writes. */
  #count(address: number, cycles: number): void {
    if (this.#accesses < 0 || address === this.#lastAddress) return;
    const follows = address === ((this.#lastAddress + 1) & 0x1fff);
    this.#lastAddress = address;
    this.#accesses++;
    // Opcode, operand, and now the target of `(pointer),Y`: the pointer's two bytes were read from the zero page, unheard.
    if (this.#accesses === 3 && !follows && cycles - this.#heldAt === indirectCycles) this.#accesses = writingAccess;
    if (this.#accesses > writingAccess) this.#waitFor(-1);
  }

  #waitFor(accesses: number): void {
    this.#accesses = accesses;
    this.#space.watchAll(accesses >= 0);
  }

  /** The bank of RAM that an address shows, or the ROM. */
  #bankAt(address: number): number {
    const choice = (this.control >>> 2) & 7;
    return (address & bankSize ? upperBanks : lowerBanks)[choice];
  }

  #configure(control: number): void {
    this.control = control;
    this.#map(0x1000);
    this.#map(0x1800);
  }

  #map(address: number): void {
    const bank = this.#bankAt(address);
    if (bank !== romBank) {
      this.#space.mapRamRead(address, bankSize, bank * bankSize);
      return;
    }
    const bios = this.#parts * partSize;
    this.#space.mapRom(address, bankSize, bios);
    const header = this.#part < 0 ? bios + noHeader : this.#part * partSize + headerOffset;
    this.#space.mapRom(headerWindow, pageSize, header);
  }

  /** Loads the part with this number, and shows its header. */
  #load(number: number): void {
    this.#part = -1;
    for (let part = 0; part < this.#parts && this.#part < 0; part++) {
      if (this.rom[part * partSize + headerOffset + 5] === number) this.#part = part;
    }
    if (this.#part >= 0) this.#loadPages(this.#part * partSize);
    this.#configure(this.control);
  }

  #loadPages(start: number): void {
    const header = start + headerOffset;
    const pages = Math.min(this.rom[header + 3], maxPages);
    for (let page = 0; page < pages; page++) {
      const place = this.rom[header + pageTable + page];
      const bank = place & 3;
      if (bank === romBank) continue;
      const source = start + page * pageSize;
      const target = bank * bankSize + ((place >>> 2) & 7) * pageSize;
      this.#space.cartridgeRam.set(this.rom.subarray(source, source + pageSize), target);
    }
  }

  save(out: SnapshotWriter): void {
    out.int(this.control);
    out.int(this.held);
    out.int(this.#part);
    out.int(this.#accesses);
    out.int(this.#lastAddress);
    out.int(this.#heldAt);
  }

  load(state: SnapshotReader): void {
    const control = state.intIn(0, 0xff);
    this.held = state.intIn(0, 0xff);
    this.#part = state.intIn(-1, this.#parts - 1);
    const accesses = state.intIn(-1, writingAccess);
    this.#lastAddress = state.intIn(0, 0x1fff);
    this.#heldAt = state.int();
    this.#waitFor(-1);
    this.#configure(control);
    this.#waitFor(accesses);
  }
}
