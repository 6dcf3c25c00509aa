/**
 * What the 6507 sees of the world: plain memory through a page table, everything else through two calls.
 * Leaves out who is behind those calls; the console decides (console/addressSpace.ts).
 */

/** Bytes of a page. Small, so that a cartridge's hotspots cost the slow path only for the page they lie in. */
export const pageSize = 64;
/** Pages of 14 address bits: the 6507 has 13, and one bank-switching scheme listens to the 6502's A13. */
export const pageCount = 256;

export interface CpuBus {
  /** RAM, ROM and cartridge RAM. The console's RAM lies at 0x80..0xFF, so that a zero-page or stack address is its own index. */
  readonly memory: Uint8Array;
  /** For each page the index in `memory` of its first byte when read; negative: ask `read`. */
  readonly readPages: Int32Array;
  /** The same for writes; negative: tell `write`. */
  readonly writePages: Int32Array;
  /** Raised by a write that ends the television frame; the CPU stops before its next instruction. */
  stop: boolean;
  /**
   * Reads any address. `cycles` is the time of the access, `latch` the byte that the bus carried last (undriven bits read it back).
   */
  read(address: number, cycles: number, latch: number): number;
  /**
   * How many times in succession, from `cycles` on and every `loopCycles` cycles, a read of `address` shows the timer above 0, which
   * changes nothing. 0 where the address is not the timer's.
   */
  timerLoops(address: number, cycles: number, loopCycles: number): number;
  /** Writes any address and returns the time after it: later than `cycles` when the write halted the CPU. */
  write(address: number, value: number, cycles: number): number;
  /** A write straight after another write: the CPU cannot be halted in between. */
  writeAfterWrite(address: number, value: number, cycles: number): number;
}
