/**
 * What a cartridge is to the console: bytes that it maps into 4 KiB of the CPU's addresses, and addresses that it watches.
 * One bank-switching scheme a file; identify.ts chooses. Leaves out everything behind the edge connector (no clock, no coprocessor).
 */
import type { RandomSource } from '../../random.ts';
import type { SnapshotReader, SnapshotWriter } from '../snapshot.ts';

/** The console's side of the edge connector. Addresses are the CPU's, 0x1000..0x1FFF unless said otherwise; lengths multiples of 64. */
export interface CartridgeSpace {
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
  /** As `mapRom`, for 14-bit addresses: 0x1000..0x1FFF with A13 low, 0x3000..0x3FFF with A13 high. */
  mapRomA13(address: number, length: number, romOffset: number): void;
}

export interface Cartridge {
  /** The name of the scheme, for example `F8`. */
  readonly scheme: string;
  readonly rom: Uint8Array;
  readonly ramSize: number;
  /** Maps what never changes; called once. */
  attach(space: CartridgeSpace): void;
  /** The bank that is selected when the console is switched on. */
  reset(): void;
  /** An access to a watched address, 0x1000..0x1FFF; what it selects answers the access. */
  access(address: number): void;
  /** The selected banks; RAM is saved by the console. */
  save(out: SnapshotWriter): void;
  load(state: SnapshotReader): void;
}

/** Fills RAM with the noise that it holds after power-on. */
export function fillWithNoise(ram: Uint8Array, random: RandomSource): void {
  for (let i = 0; i < ram.length; i++) ram[i] = random.nextU32() & 0xff;
}
