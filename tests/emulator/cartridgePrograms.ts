/** Small programs for the whole console: what a cartridge does is written by its program into RIOT RAM, and read there by the test. */
import dasm from 'dasm';
import type { Bankswitch } from '../../src/emulator/cartridge/schemes.ts';
import { Console } from '../../src/emulator/console/console.ts';

/** The bytes of 6507 assembly from `origin` on. `done` as an instruction ends the program: the CPU stops. */
export function assemble(source: string, origin: number): Uint8Array {
  const lines = source.split('\n').map((line) => line.replace(/^\s+done\b/, ' .byte $02'));
  const { success, data, output } = dasm([' processor 6502', ` org ${origin}`, ...lines, ''].join('\n'), { format: 3 });
  if (!success) throw new Error(`does not assemble:\n${output.join('\n')}`);
  return data;
}

export interface ImageOptions {
  /** Bytes of the image. */
  readonly size: number;
  /** Bytes of a bank: each has the program, and vectors at its end. */
  readonly bankSize: number;
  /** Where in a bank the program lies, and at what address it runs. */
  readonly offset: number;
  readonly origin: number;
}

/**
 * An image with one program in all banks, so that it goes on when it switches its own bank. Every other byte names its bank and its
 * place: bank * 16 + the low four bits of its offset.
 */
export function image(source: string, { size, bankSize, offset, origin }: ImageOptions): Uint8Array {
  const program = assemble(source, origin);
  const rom = Uint8Array.from({ length: size }, (_, i) => markerOf(Math.floor(i / bankSize), i));
  for (let bank = 0; bank < size; bank += bankSize) {
    rom.set(program, bank + offset);
    rom.set([origin & 0xff, origin >> 8], bank + bankSize - 4);
  }
  return rom;
}

/** What `image` leaves at an offset of a bank. */
export function markerOf(bank: number, offset: number): number {
  return ((bank << 4) | (offset & 15)) & 0xff;
}

/** A console that has run the cartridge's program to its end. */
export function played(rom: Uint8Array, bankswitch: Bankswitch = 'auto'): Console {
  const console = new Console(rom, { bankswitch, format: 'NTSC' });
  console.runFrame();
  return console;
}

/** What the program left in RIOT RAM from `address` on. */
export function left(console: Console, address: number, count: number): number[] {
  return [...console.ram.subarray(address - 0x80, address - 0x80 + count)];
}

/** Loads a byte and stores it, one line after the other: `[from, to]`, `$` before hex numbers. */
export function copies(pairs: readonly (readonly [string, string])[]): string {
  return pairs.map(([from, to]) => ` lda ${from}\n sta ${to}`).join('\n');
}
