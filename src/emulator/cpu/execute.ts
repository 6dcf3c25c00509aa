/**
 * The 6507's instructions: fetch, effective address, read, operate, write; one `case` an opcode.
 *
 * The function is compiled from text: 256 cases written out by hand could not be read, and a loop that decodes mode and operation
 * one after the other took twice the time. `opcodes.ts` says what each opcode is, operationCode.ts what each operation does; here are
 * the fetch, the addressing modes and the frame around them.
 *
 * Source: reference console.md section 4. All base cycles are added before the operand is accessed, so every access carries the time
 * of the instruction's end; there are no dummy accesses beside those spelt out here and in operationCode.ts.
 */
import type { CpuBus } from './bus.ts';
import type { Cpu } from './cpu.ts';
import { addDecimal, rotateDecimal, subtractDecimal } from './decimal.ts';
import { type Mode, type Opcode, opcodes } from './opcodes.ts';
import { branchConditions, modifyCode, otherCode, readCode, writeCode } from './operationCode.ts';

/** A byte of the zero page, whose upper half is RAM: `byte` is an address 0x00..0xFF or, for the end of a pointer, 0x100. */
const zeroPageRead = (at: string): string => `(${at} & 0x80 ? memory[${at}] : bus.read(${at}, cycles, latch))`;
/** A byte of any address. */
const readAt = `
  page = readPages[(address >>> 6) & 0xff];
  m = latch = page >= 0 ? memory[page + (address & 63)] : bus.read(address, cycles, latch);`;
const writeAt = `
  page = writePages[(address >>> 6) & 0xff];
  latch = value;
  if (page >= 0) memory[page + (address & 63)] = value;
  else { cycles = bus.write(address, value, cycles); if (bus.stop) remaining = 0; }`;
const readZeroPage = `m = latch = ${zeroPageRead('address')};`;
const writeZeroPage = `
  latch = value;
  if (address & 0x80) memory[address] = value;
  else { cycles = bus.write(address, value, cycles); if (bus.stop) remaining = 0; }`;

/** How each mode finds the effective address from the operand bytes low and high. */
const addressCode: Partial<Record<Mode, string>> = {
  zp: 'address = latch = low;',
  zpx: 'latch = low; address = (low + x) & 0xff;',
  zpy: 'latch = low; address = (low + y) & 0xff;',
  abs: 'latch = high; address = low | (high << 8);',
  abx: 'latch = high; t = low + x; address = ((high << 8) + t) & 0xffff;',
  aby: 'latch = high; t = low + y; address = ((high << 8) + t) & 0xffff;',
  // The second byte of a pointer at 0xFF is at 0x100, which is the TIA.
  inx: `
    latch = low; t = (low + x) & 0xff;
    low = latch = ${zeroPageRead('t')}; t++;
    latch = ${zeroPageRead('t')};
    address = low | (latch << 8);`,
  iny: `
    t = latch = low;
    low = latch = ${zeroPageRead('t')}; t++;
    latch = ${zeroPageRead('t')};
    t = low + y; address = ((latch << 8) + t) & 0xffff;`,
  ind: `
    address = low | (high << 8);
    low = bus.read(address, cycles, high);
    latch = bus.read((address & 0xff00) | ((address + 1) & 0xff), cycles, low);
    address = low | (latch << 8);`,
};

/** Everything that an opcode does after its bytes are fetched. */
function caseCode({ operation, mode, cycles, length, pagePenalty }: Opcode): string {
  const lines = [`pc = (pc + ${length}) & 0xffff; cycles += ${cycles};`];
  const isZeroPage = mode === 'zp' || mode === 'zpx' || mode === 'zpy';
  const address = addressCode[mode];
  if (address !== undefined) {
    lines.push(address);
    // A page crossed by an index is paid before the access.
    if (pagePenalty && (mode === 'abx' || mode === 'aby' || mode === 'iny')) lines.push('cycles += t >>> 8;');
  }
  const read = isZeroPage ? readZeroPage : readAt;
  const write = isZeroPage ? writeZeroPage : writeAt;
  if (mode === 'abs' && (operation === 'LDA' || operation === 'LDX' || operation === 'LDY')) {
    lines.push(
      `
      page = readPages[(address >>> 6) & 0xff];
      if (page >= 0) m = latch = memory[page + (address & 63)];
      else {
        m = latch = bus.read(address, cycles, latch);
        // The program waits for the timer: \`loop: LDA INTIM, BNE loop\`, 7 cycles and 2 instructions each time.
        if (m !== 0 && (pc & 63) >= 3 && (pc & 63) < 62 && memory[at + 3] === 0xd0 && memory[at + 4] === 0xfb) {
          t = bus.timerLoops(address, cycles, 7);
          if (t > remaining >> 1) t = remaining >> 1;
          if (t > 0) {
            cycles += 7 * t; remaining -= 2 * t;
            m = latch = bus.read(address, cycles, latch);
          }
        }
      }`,
      readCode[operation],
    );
  } else if (operation in readCode) {
    lines.push(mode === 'imm' ? 'm = latch = low;' : mode === 'imp' ? '' : read, readCode[operation]);
  } else if (operation in modifyCode) {
    if (mode === 'acc') lines.push('m = a;', modifyCode[operation], 'a = value;');
    else lines.push(read, modifyCode[operation], write);
  } else if (operation in writeCode) {
    lines.push(writeCode[operation], write);
  } else if (operation in branchConditions) {
    lines.push(`
      latch = low;
      if (${branchConditions[operation]}) {
        address = (pc + ((low << 24) >> 24)) & 0xffff;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
      }`);
  } else if (operation === 'JMP') {
    lines.push('pc = address;');
  } else {
    if (length > 1) lines.push('latch = low;');
    lines.push(otherCode[operation]);
  }
  return lines.join('\n');
}

/** Of each opcode: bytes that are fetched with it, and cycles before any that depend. The compiled text reads both. */
export const lengths = Uint8Array.from(opcodes, ({ operation, length }) => (operation === 'JSR' ? 2 : length));
export const baseCycles = Uint8Array.from(opcodes, ({ cycles }) => cycles);

const source = `
  const { memory, readPages, writePages } = bus;
  let { a, x, y, sp, pc, n, z, c, v, d, i, cycles, latch } = cpu;
  let low = 0, high = 0, address = 0, m = 0, value = 0, t = 0, page = 0, opcode = 0, at = 0;
  let remaining = limit;
  while (remaining > 0) {
    remaining--;
    page = readPages[(pc >>> 6) & 0xff];
    t = pc & 63;
    if (page >= 0 && (t < 62 || readPages[((pc >>> 6) + 1) & 0xff] === page + 64)) {
      // The whole instruction lies in plain memory, in one page or in two that follow each other.
      at = page + t;
      opcode = latch = memory[at];
      low = memory[at + 1];
      high = memory[at + 2];
    } else {
      at = 0;
      // Byte by byte, each with its place in time; JSR fetches its third byte later.
      opcode = latch = bus.read(pc, cycles, latch);
      const length = lengths[opcode];
      const fetched = cycles + baseCycles[opcode];
      if (length > 1) low = latch = bus.read((pc + 1) & 0xffff, fetched, latch);
      if (length > 2) high = latch = bus.read((pc + 2) & 0xffff, fetched, latch);
    }
    switch (opcode) {
      ${opcodes.map((opcode) => `case ${opcode.code}: ${caseCode(opcode)} continue;`).join('\n')}
    }
  }
  cpu.a = a; cpu.x = x; cpu.y = y; cpu.sp = sp; cpu.pc = pc;
  cpu.n = n; cpu.z = z; cpu.c = c; cpu.v = v; cpu.d = d; cpu.i = i;
  cpu.cycles = cycles; cpu.latch = latch;`;

/** Runs `limit` instructions, or fewer when the bus raises \`stop\` or the CPU jams. */
export const execute: (cpu: Cpu, bus: CpuBus, limit: number) => void = new Function(
  'addDecimal',
  'rotateDecimal',
  'subtractDecimal',
  'lengths',
  'baseCycles',
  `return function execute(cpu, bus, limit) {${source}};`,
)(addDecimal, rotateDecimal, subtractDecimal, lengths, baseCycles);
