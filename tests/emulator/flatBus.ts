/** A bus for tests of the CPU: 16 KiB of plain memory decoded as the console's, every access noted when `plain` is false. */
import { type CpuBus, pageCount, pageSize } from '../../src/emulator/cpu/bus.ts';

export class FlatBus implements CpuBus {
  readonly memory = new Uint8Array(pageCount * pageSize);
  readonly readPages = new Int32Array(pageCount);
  readonly writePages = new Int32Array(pageCount);
  stop = false;
  /** `R address value cycles latch`, `W address value cycles`, in order. */
  readonly log: string[] = [];
  /** An address whose writes halt the CPU for 10 cycles, as WSYNC does. */
  haltAddress = -1;
  /** An address whose writes stop the CPU. */
  stopAddress = -1;

  /** `plain`: reads and writes go through the page table; else each one is a call. RAM at 0x80..0xFF is always plain. */
  constructor(plain: boolean) {
    for (let page = 0; page < pageCount; page++) {
      const target = FlatBus.index(page * pageSize);
      this.readPages[page] = this.writePages[page] = plain ? target : -1;
    }
  }

  /** As in the console: below 0x1000 A7 and A9 alone choose, so the stack is the zero page and 0x100 is 0x00. */
  static index(address: number): number {
    if (address & 0x1000) return address & 0x3fff;
    if (!(address & 0x80)) return address & 0x7f;
    return address & 0x200 ? address & 0x3fff : address & 0xff;
  }

  read(address: number, cycles: number, latch: number): number {
    const value = this.memory[FlatBus.index(address)];
    this.log.push(`R ${hex(address)} ${hex(value)} ${cycles} ${hex(latch)}`);
    return value;
  }

  timerLoops(): number {
    return 0;
  }

  write(address: number, value: number, cycles: number): number {
    this.writeAfterWrite(address, value, cycles);
    return address === this.haltAddress ? cycles + 10 : cycles;
  }

  writeAfterWrite(address: number, value: number, cycles: number): number {
    this.memory[FlatBus.index(address)] = value;
    this.log.push(`W ${hex(address)} ${hex(value)} ${cycles}`);
    if (address === this.stopAddress) this.stop = true;
    return cycles;
  }
}

export function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
