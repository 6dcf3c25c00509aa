/**
 * What a cartridge is to the console: bytes that it maps into 4 KiB of the CPU's addresses, and addresses that it watches.
 * One family of bank-switching schemes a file; identify.ts chooses. Leaves out what a cartridge's own chips do between accesses: they catch up when
 * something touches them.
 */
import type { RandomSource } from '../../random.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';
import type { Scheme } from './schemes.ts';

/** The console's side of the edge connector. Addresses are the CPU's, 0x1000..0x1FFF unless said otherwise; lengths multiples of 64. */
export interface CartridgeSpace {
  /** The cartridge's RAM, `ramSize` bytes. */
  readonly cartridgeRam: Uint8Array;
  /** Reads of `length` bytes from `address` on give the bytes of the ROM image from `romOffset` on. */
  mapRom(address: number, length: number, romOffset: number): void;
  /** Reads give the cartridge's RAM. */
  mapRamRead(address: number, length: number, ramOffset: number): void;
  /** Writes change the cartridge's RAM; they are lost wherever nothing is mapped. */
  mapRamWrite(address: number, length: number, ramOffset: number): void;
  /** Loses writes again. */
  unmapWrite(address: number, length: number): void;
  /** Every read and write here is told to the cartridge (`access`) before it happens. */
  watch(address: number, length: number): void;
  /**
   * While on, all of the cartridge's addresses are watched, and a cartridge that listens is told of all others (`hear`). Only what the
   * CPU does with the zero page and the stack in RIOT RAM stays unheard. Nothing is mapped meanwhile.
   */
  watchAll(on: boolean): void;
  /** As `mapRom`, for 14-bit addresses: 0x1000..0x1FFF with A13 low, 0x3000..0x3FFF with A13 high. */
  mapRomA13(address: number, length: number, romOffset: number): void;
}

export interface Cartridge {
  /** The name of the scheme, for example `F8`. */
  readonly scheme: Scheme;
  readonly rom: Uint8Array;
  readonly ramSize: number;
  /** Maps what never changes; called once. */
  attach(space: CartridgeSpace): void;
  /** What the system reset does: the first bank, and RAM with what it holds after power-on. `random`: the console's noise. */
  reset(random: RandomSource): void;
  /**
   * An access to a watched address, 0x1000..0x1FFF, told before it happens: what it selects answers it. Some to other addresses of the
   * cartridge come, too: what the CPU asks the bus for in any case.
   * @param value the byte written, or -1 when the access is a read
   * @param cycles its time, in CPU cycles
   */
  access(address: number, value: number, cycles: number): void;
  /** For a cartridge that listens: the same for the TIA's and the RIOT's addresses, 0..0xFFF, and while `watchAll` is on the RAM's. */
  hear?(address: number, value: number, cycles: number): void;
  /** What was cycle `cycles` is now cycle 0. */
  rebase?(cycles: number): void;
  /** The selected banks; RAM is saved by the console. */
  save(out: SnapshotWriter): void;
  load(state: SnapshotReader): void;
}

/** Fills RAM with the noise that it holds after power-on. */
export function fillWithNoise(ram: Uint8Array, random: RandomSource): void {
  for (let i = 0; i < ram.length; i++) ram[i] = random.nextU32() & 0xff;
}
