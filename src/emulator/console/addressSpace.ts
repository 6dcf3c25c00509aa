/**
 * The console's wiring: which chip answers which address (13 address lines; the cartridge may listen to a fourteenth).
 * RIOT RAM and the cartridge's plain bytes are in the page table, the TIA, the RIOT's registers and watched addresses are not.
 * Source: reference console.md sections 5 and 6.
 */
import type { Cartridge, CartridgeSpace } from '../cartridge/cartridge.ts';
import { type CpuBus, pageCount, pageSize } from '../cpu/bus.ts';
import type { Riot } from '../riot/riot.ts';
import { WSYNC } from '../tia/registers.ts';
import type { Tia } from '../tia/tia.ts';

const cartridgeSelect = 0x1000;
const notTia = 0x80;
const notRam = 0x200;
const a13 = 0x2000;

/** `memory`: RIOT RAM at its own addresses, then a page that swallows writes, the ROM, the cartridge's RAM. */
const ramStart = 0x80;
const sinkStart = 0x100;
const romStart = sinkStart + pageSize;

export class AddressSpace implements CpuBus, CartridgeSpace {
  readonly memory: Uint8Array;
  readonly readPages = new Int32Array(pageCount);
  readonly writePages = new Int32Array(pageCount);
  stop = false;
  /** RIOT RAM, 128 bytes. */
  readonly ram: Uint8Array;
  readonly cartridgeRam: Uint8Array;

  /** What the cartridge's pages read and write behind a watched page. */
  readonly #readTargets = new Int32Array(pageCount);
  readonly #writeTargets = new Int32Array(pageCount);
  readonly #watched = new Uint8Array(pageCount);
  #watchesAll = false;
  /** The page tables for when `watchAll` is off again. */
  readonly #laterReadPages = new Int32Array(pageCount);
  readonly #laterWritePages = new Int32Array(pageCount);
  readonly #cartridge: Cartridge;
  readonly #tia: Tia;
  readonly #riot: Riot;

  constructor(cartridge: Cartridge, tia: Tia, riot: Riot) {
    this.#cartridge = cartridge;
    this.#tia = tia;
    this.#riot = riot;
    const cartridgeRamStart = romStart + cartridge.rom.length;
    this.memory = new Uint8Array(cartridgeRamStart + cartridge.ramSize);
    this.memory.set(cartridge.rom, romStart);
    this.ram = this.memory.subarray(ramStart, ramStart + 128);
    this.cartridgeRam = this.memory.subarray(cartridgeRamStart);
    for (let page = 0; page < pageCount; page++) {
      const address = page * pageSize;
      let target = -1;
      if (address & cartridgeSelect) target = sinkStart;
      else if (address & notTia && !(address & notRam)) target = address & 0xff;
      this.readPages[page] = this.writePages[page] = target;
      this.#readTargets[page] = this.#writeTargets[page] = target;
    }
    cartridge.attach(this);
  }

  read(address: number, cycles: number, latch: number): number {
    if (address & cartridgeSelect) {
      this.#cartridge.access(address & 0x1fff, -1, cycles);
      return this.memory[this.#readTargets[(address >>> 6) & 0xff] + (address & 63)];
    }
    if (!(address & notTia)) return this.#tia.peek(address, cycles, latch);
    if (address & notRam) return this.#riot.read(address, cycles);
    return this.memory[address & 0xff];
  }

  timerLoops(address: number, cycles: number, loopCycles: number): number {
    if ((address & (cartridgeSelect | notTia | notRam | 5)) !== (notTia | notRam | 4)) return 0;
    return this.#riot.readsAboveZero(cycles, loopCycles);
  }

  write(address: number, value: number, cycles: number): number {
    if (address & (cartridgeSelect | notTia)) return this.#store(address, value, cycles);
    const tia = this.#tia;
    let after = cycles;
    if ((address & 63) === WSYNC) after = tia.waitForLine(cycles);
    else tia.poke(address & 63, value, cycles);
    this.stop = tia.frameDone;
    return after;
  }

  writeAfterWrite(address: number, value: number, cycles: number): number {
    if (address & (cartridgeSelect | notTia)) return this.#store(address, value, cycles);
    this.#tia.poke(address & 63, value, cycles);
    this.stop = this.#tia.frameDone;
    return cycles;
  }

  /** A write to anything but the TIA. */
  #store(address: number, value: number, cycles: number): number {
    if (address & cartridgeSelect) {
      this.#cartridge.access(address & 0x1fff, value, cycles);
      this.memory[this.#writeTargets[(address >>> 6) & 0xff] + (address & 63)] = value;
    } else if (address & notRam) {
      this.#riot.write(address, value, cycles);
    } else {
      this.memory[address & 0xff] = value;
    }
    return cycles;
  }

  mapRom(address: number, length: number, romOffset: number): void {
    this.#mapRead(address, length, romStart + romOffset);
    this.#mapRead(address | a13, length, romStart + romOffset);
  }

  mapRomA13(address: number, length: number, romOffset: number): void {
    this.#mapRead(address, length, romStart + romOffset);
  }

  mapRamRead(address: number, length: number, ramOffset: number): void {
    this.#mapRead(address, length, this.cartridgeRam.byteOffset + ramOffset);
    this.#mapRead(address | a13, length, this.cartridgeRam.byteOffset + ramOffset);
  }

  mapRamWrite(address: number, length: number, ramOffset: number): void {
    this.#mapWrite(address, length, this.cartridgeRam.byteOffset + ramOffset, pageSize);
    this.#mapWrite(address | a13, length, this.cartridgeRam.byteOffset + ramOffset, pageSize);
  }

  unmapWrite(address: number, length: number): void {
    this.#mapWrite(address, length, sinkStart, 0);
    this.#mapWrite(address | a13, length, sinkStart, 0);
  }

  watch(address: number, length: number): void {
    for (let at = address; at < address + length; at += pageSize) {
      for (const page of [at >>> 6, (at | a13) >>> 6]) {
        this.#watched[page] = 1;
        this.readPages[page] = this.writePages[page] = -1;
      }
    }
  }

  watchAll(on: boolean): void {
    if (on === this.#watchesAll) return;
    this.#watchesAll = on;
    if (on) {
      this.#laterReadPages.set(this.readPages);
      this.#laterWritePages.set(this.writePages);
      this.readPages.fill(-1);
      this.writePages.fill(-1);
    } else {
      this.readPages.set(this.#laterReadPages);
      this.writePages.set(this.#laterWritePages);
    }
  }

  #mapRead(address: number, length: number, target: number): void {
    const { readPages } = this;
    const targets = this.#readTargets;
    const watched = this.#watched;
    const first = address >>> 6;
    const count = length >>> 6;
    for (let i = 0; i < count; i++) {
      const page = first + i;
      targets[page] = target + i * pageSize;
      if (watched[page] === 0) readPages[page] = target + i * pageSize;
    }
  }

  #mapWrite(address: number, length: number, target: number, step: number): void {
    const { writePages } = this;
    const targets = this.#writeTargets;
    const watched = this.#watched;
    const first = address >>> 6;
    const count = length >>> 6;
    for (let i = 0; i < count; i++) {
      const page = first + i;
      targets[page] = target + i * step;
      if (watched[page] === 0) writePages[page] = target + i * step;
    }
  }
}

/** For cartridges that listen to the rest of the console; a class of its own, so that the others do not pay for it. */
class ListeningAddressSpace extends AddressSpace {
  readonly #listener: Cartridge;

  constructor(cartridge: Cartridge, tia: Tia, riot: Riot) {
    super(cartridge, tia, riot);
    this.#listener = cartridge;
  }

  override read(address: number, cycles: number, latch: number): number {
    if (!(address & cartridgeSelect)) this.#listener.hear?.(address & 0xfff, -1, cycles);
    return super.read(address, cycles, latch);
  }

  override write(address: number, value: number, cycles: number): number {
    if (!(address & cartridgeSelect)) this.#listener.hear?.(address & 0xfff, value, cycles);
    return super.write(address, value, cycles);
  }

  override writeAfterWrite(address: number, value: number, cycles: number): number {
    if (!(address & cartridgeSelect)) this.#listener.hear?.(address & 0xfff, value, cycles);
    return super.writeAfterWrite(address, value, cycles);
  }
}

/** The console's wiring with a cartridge in it. */
export function createAddressSpace(cartridge: Cartridge, tia: Tia, riot: Riot): AddressSpace {
  const Space = cartridge.hear === undefined ? AddressSpace : ListeningAddressSpace;
  return new Space(cartridge, tia, riot);
}
