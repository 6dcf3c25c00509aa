/**
 * The 6507's instructions: fetch, effective address, read, operate, write.
 *
 * Source: reference console.md section 4. All base cycles are added before the operand is accessed, so every access carries the time
 * of the instruction's end; there are no dummy accesses beside those spelt out here.
 *
 * Registers live in local variables: n (bit 7 counts), z (zero means set), c, d, i (0 or 1), v (0 or 0x80). Plain memory is read in
 * place; the calls for everything else are few, since a function of this size with many calls compiles to slow code.
 */
import type { CpuBus } from './bus.ts';
import type { Cpu } from './cpu.ts';
import { addDecimal, rotateDecimal, subtractDecimal } from './decimal.ts';
import { decodeTable } from './opcodes.ts';

/** Numbers of `modes` in opcodes.ts that the loop asks for. */
const acc = 1;

/** Runs `limit` instructions, or fewer when the bus raises `stop` or the CPU jams. */
export function execute(cpu: Cpu, bus: CpuBus, limit: number): void {
  const { memory, readPages, writePages } = bus;
  let { a, x, y, sp, pc, n, z, c, v, d, i, cycles, latch } = cpu;
  let low = 0;
  let high = 0;
  let address = 0;
  let m = 0;
  let value = 0;
  let t = 0;
  let remaining = limit;
  while (remaining > 0) {
    remaining--;
    let opcode: number;
    let page = readPages[(pc >>> 6) & 0xff];
    t = pc & 63;
    if (page >= 0 && t < 62) {
      // The whole instruction lies in one page of plain memory; fetching a byte too many does no harm there.
      opcode = memory[page + t];
      low = memory[page + t + 1];
      high = memory[page + t + 2];
      latch = opcode;
    } else {
      // Byte by byte, each with its place in time; JSR fetches its third byte later.
      opcode = latch = bus.read(pc, cycles, latch);
      const length = opcode === 0x20 ? 2 : decodeTable[opcode] & 3;
      const fetched = cycles + ((decodeTable[opcode] >>> 2) & 15);
      if (length > 1) low = latch = bus.read((pc + 1) & 0xffff, fetched, latch);
      if (length > 2) high = latch = bus.read((pc + 2) & 0xffff, fetched, latch);
    }
    const decoded = decodeTable[opcode];
    pc = (pc + (decoded & 3)) & 0xffff;
    cycles += (decoded >>> 2) & 15;
    const mode = (decoded >>> 6) & 15;
    switch (mode) {
      case 0: // implied
        break;
      case 1: // accumulator
        m = a;
        break;
      case 2: // immediate
        m = latch = low;
        break;
      case 3: // zero page
        address = latch = low;
        break;
      case 4: // zero page, X
        latch = low;
        address = (low + x) & 0xff;
        break;
      case 5: // zero page, Y
        latch = low;
        address = (low + y) & 0xff;
        break;
      case 6: // absolute
        latch = high;
        address = low | (high << 8);
        break;
      case 7: // absolute, X
        latch = high;
        cycles += ((low + x) >>> 8) & (decoded >>> 17);
        address = ((high << 8) + low + x) & 0xffff;
        break;
      case 8: // absolute, Y
        latch = high;
        cycles += ((low + y) >>> 8) & (decoded >>> 17);
        address = ((high << 8) + low + y) & 0xffff;
        break;
      case 9: // (zero page, X); the second byte of a pointer at 0xFF is at 0x100, which is the TIA
        t = (low + x) & 0xff;
        low = t & 0x80 ? memory[t] : bus.read(t, cycles, low);
        t++;
        latch = t & 0x80 ? memory[t] : bus.read(t, cycles, low);
        address = low | (latch << 8);
        break;
      case 10: // (zero page), Y
        t = low;
        low = t & 0x80 ? memory[t] : bus.read(t, cycles, low);
        t++;
        latch = t & 0x80 ? memory[t] : bus.read(t, cycles, low);
        cycles += ((low + y) >>> 8) & (decoded >>> 17);
        address = ((latch << 8) + low + y) & 0xffff;
        break;
      case 11: // (absolute), within a page
        address = low | (high << 8);
        low = bus.read(address, cycles, high);
        latch = bus.read((address & 0xff00) | ((address + 1) & 0xff), cycles, low);
        address = low | (latch << 8);
        break;
      case 12: // relative
        latch = low;
        address = (pc + ((low << 24) >> 24)) & 0xffff;
        break;
      case 13: // pulled from the stack, after a look at what lies above it
        latch = sp & 0x80 ? memory[sp] : bus.read(0x100 | sp, cycles, latch);
        sp = (sp + 1) & 0xff;
        latch = sp & 0x80 ? memory[sp] : bus.read(0x100 | sp, cycles, latch);
        break;
    }
    if (decoded & 0x40000) {
      page = readPages[(address >>> 6) & 0xff];
      m = latch = page >= 0 ? memory[page + (address & 63)] : bus.read(address, cycles, latch);
    }
    switch ((decoded >>> 10) & 0x7f) {
      // ORA
      case 0:
        a |= m;
        n = z = a;
        continue;
      // AND
      case 1:
        a &= m;
        n = z = a;
        continue;
      // EOR
      case 2:
        a ^= m;
        n = z = a;
        continue;
      // ADC
      case 3:
        t = d ? addDecimal(a, m, c) : a + m + c;
        v = (a ^ t) & (m ^ t) & 0x80;
        c = t >>> 8;
        a = n = z = t & 0xff;
        continue;
      // SBC
      case 4:
        if (d) {
          t = subtractDecimal(a, m, c);
          v = (a ^ t) & (t ^ m) & 0x80;
          c = a > m - c ? 1 : 0;
          a = n = z = t;
        } else {
          t = a - m - 1 + c;
          v = (a ^ m) & (a ^ t) & 0x80;
          c = t >= 0 ? 1 : 0;
          a = n = z = t & 0xff;
        }
        continue;
      // CMP
      case 5:
        t = a - m;
        c = t >= 0 ? 1 : 0;
        n = z = t & 0xff;
        continue;
      // CPX
      case 6:
        t = x - m;
        c = t >= 0 ? 1 : 0;
        n = z = t & 0xff;
        continue;
      // CPY
      case 7:
        t = y - m;
        c = t >= 0 ? 1 : 0;
        n = z = t & 0xff;
        continue;
      // LDA
      case 8:
        a = n = z = m;
        continue;
      // LDX
      case 9:
        x = n = z = m;
        continue;
      // LDY
      case 10:
        y = n = z = m;
        continue;
      // LAX
      case 11:
        a = x = n = z = m;
        continue;
      // LAS
      case 12:
        a = x = sp = n = z = sp & m;
        continue;
      // BIT
      case 13:
        n = m;
        v = (m & 0x40) << 1;
        z = a & m;
        continue;
      // NOP
      case 14:
        continue;
      // ANC
      case 15:
        a &= m;
        n = z = a;
        c = a >>> 7;
        continue;
      // ASR
      case 16:
        a &= m;
        c = a & 1;
        a >>>= 1;
        n = z = a;
        continue;
      // ARR
      case 17:
        t = a & m;
        a = n = z = (t >>> 1) | (c << 7);
        if (d) {
          v = ((t ^ a) & 0x40) << 1;
          t = rotateDecimal(t, a);
          a = t & 0xff;
          c = t >>> 8;
        } else {
          c = (a >>> 6) & 1;
          v = ((a << 1) ^ (a << 2)) & 0x80;
        }
        continue;
      // ANE
      case 18:
        a = (a | 0xee) & x & m;
        n = z = a;
        continue;
      // LXA
      case 19:
        a = x = n = z = (a | 0xee) & m;
        continue;
      // SBX
      case 20:
        t = (a & x) - m;
        c = t >= 0 ? 1 : 0;
        x = n = z = t & 0xff;
        continue;
      // ASL
      case 21:
        c = m >>> 7;
        value = (m << 1) & 0xff;
        n = z = value;
        break;
      // ROL
      case 22:
        value = ((m << 1) & 0xff) | c;
        c = m >>> 7;
        n = z = value;
        break;
      // LSR
      case 23:
        c = m & 1;
        value = m >>> 1;
        n = z = value;
        break;
      // ROR
      case 24:
        value = (m >>> 1) | (c << 7);
        c = m & 1;
        n = z = value;
        break;
      // INC
      case 25:
        value = n = z = (m + 1) & 0xff;
        break;
      // DEC
      case 26:
        value = n = z = (m - 1) & 0xff;
        break;
      // SLO
      case 27:
        c = m >>> 7;
        value = (m << 1) & 0xff;
        a |= value;
        n = z = a;
        break;
      // RLA
      case 28:
        value = ((m << 1) & 0xff) | c;
        c = m >>> 7;
        a &= value;
        n = z = a;
        break;
      // SRE
      case 29:
        c = m & 1;
        value = m >>> 1;
        a ^= value;
        n = z = a;
        break;
      // RRA
      case 30:
        value = (m >>> 1) | (c << 7);
        c = m & 1;
        t = d ? addDecimal(a, value, c) : a + value + c;
        v = (a ^ t) & (value ^ t) & 0x80;
        c = t >>> 8;
        a = n = z = t & 0xff;
        break;
      // DCP
      case 31:
        value = (m - 1) & 0xff;
        t = a - value;
        c = t >= 0 ? 1 : 0;
        n = z = t & 0xff;
        break;
      // ISB
      case 32:
        value = (m + 1) & 0xff;
        if (d) {
          t = subtractDecimal(a, value, c);
          v = (a ^ t) & (t ^ value) & 0x80;
          c = a > value - c ? 1 : 0;
          a = n = z = t;
        } else {
          t = a - value - 1 + c;
          v = (a ^ value) & (a ^ t) & 0x80;
          c = t >= 0 ? 1 : 0;
          a = n = z = t & 0xff;
        }
        break;
      // STA
      case 33:
        value = a;
        break;
      // STX
      case 34:
        value = x;
        break;
      // STY
      case 35:
        value = y;
        break;
      // SAX
      case 36:
        value = a & x;
        break;
      // SHA
      case 37:
        value = a & x & ((address >>> 8) + 1);
        break;
      // SHX
      case 38:
        value = x & ((address >>> 8) + 1);
        break;
      // SHY
      case 39:
        value = y & ((address >>> 8) + 1);
        break;
      // SHS
      case 40:
        sp = a & x;
        value = sp & ((address >>> 8) + 1);
        break;
      // BPL
      case 41:
        if ((n & 0x80) !== 0) continue;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
        continue;
      // BMI
      case 42:
        if ((n & 0x80) === 0) continue;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
        continue;
      // BVC
      case 43:
        if (v !== 0) continue;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
        continue;
      // BVS
      case 44:
        if (v === 0) continue;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
        continue;
      // BCC
      case 45:
        if (c !== 0) continue;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
        continue;
      // BCS
      case 46:
        if (c === 0) continue;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
        continue;
      // BNE
      case 47:
        if (z === 0) continue;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
        continue;
      // BEQ
      case 48:
        if (z !== 0) continue;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
        continue;
      // CLC
      case 49:
        c = 0;
        continue;
      // SEC
      case 50:
        c = 1;
        continue;
      // CLI
      case 51:
        i = 0;
        continue;
      // SEI
      case 52:
        i = 1;
        continue;
      // CLV
      case 53:
        v = 0;
        continue;
      // CLD
      case 54:
        d = 0;
        continue;
      // SED
      case 55:
        d = 1;
        continue;
      // TAX
      case 56:
        x = n = z = a;
        continue;
      // TAY
      case 57:
        y = n = z = a;
        continue;
      // TXA
      case 58:
        a = n = z = x;
        continue;
      // TYA
      case 59:
        a = n = z = y;
        continue;
      // TSX
      case 60:
        x = n = z = sp;
        continue;
      // TXS
      case 61:
        sp = x;
        continue;
      // INX
      case 62:
        x = n = z = (x + 1) & 0xff;
        continue;
      // INY
      case 63:
        y = n = z = (y + 1) & 0xff;
        continue;
      // DEX
      case 64:
        x = n = z = (x - 1) & 0xff;
        continue;
      // DEY
      case 65:
        y = n = z = (y - 1) & 0xff;
        continue;
      // PHA
      case 66:
        address = 0x100 | sp;
        sp = (sp - 1) & 0xff;
        value = a;
        break;
      // PHP
      case 67:
        address = 0x100 | sp;
        sp = (sp - 1) & 0xff;
        value = (n & 0x80) | (v >>> 1) | 0x30 | (d << 3) | (i << 2) | (z === 0 ? 2 : 0) | c;
        break;
      // PLA
      case 68:
        a = n = z = latch;
        continue;
      // PLP
      case 69:
        n = latch;
        v = (latch & 0x40) << 1;
        d = (latch >>> 3) & 1;
        i = (latch >>> 2) & 1;
        z = ~latch & 2;
        c = latch & 1;
        continue;
      // JMP
      case 70:
        pc = address;
        continue;
      // JSR
      case 71:
        // The high byte of the target is fetched last: what is pushed may have changed it.
        address = (pc - 1) & 0xffff;
        latch = sp & 0x80 ? memory[sp] : bus.read(0x100 | sp, cycles, low);
        latch = address >>> 8;
        if (sp & 0x80) memory[sp] = latch;
        else cycles = bus.write(0x100 | sp, latch, cycles);
        sp = (sp - 1) & 0xff;
        latch = address & 0xff;
        if (sp & 0x80) memory[sp] = latch;
        else cycles = bus.writeAfterWrite(0x100 | sp, latch, cycles);
        sp = (sp - 1) & 0xff;
        latch = bus.read(address, cycles, latch);
        pc = low | (latch << 8);
        if (bus.stop) remaining = 0;
        continue;
      // RTS
      case 72:
        low = latch;
        sp = (sp + 1) & 0xff;
        latch = sp & 0x80 ? memory[sp] : bus.read(0x100 | sp, cycles, latch);
        pc = low | (latch << 8);
        latch = bus.read(pc, cycles, latch);
        pc = (pc + 1) & 0xffff;
        continue;
      // RTI
      case 73:
        n = latch;
        v = (latch & 0x40) << 1;
        d = (latch >>> 3) & 1;
        i = (latch >>> 2) & 1;
        z = ~latch & 2;
        c = latch & 1;
        sp = (sp + 1) & 0xff;
        latch = sp & 0x80 ? memory[sp] : bus.read(0x100 | sp, cycles, latch);
        low = latch;
        sp = (sp + 1) & 0xff;
        latch = sp & 0x80 ? memory[sp] : bus.read(0x100 | sp, cycles, latch);
        pc = low | (latch << 8);
        continue;
      // BRK
      case 74:
        latch = pc >>> 8;
        if (sp & 0x80) memory[sp] = latch;
        else cycles = bus.write(0x100 | sp, latch, cycles);
        sp = (sp - 1) & 0xff;
        latch = pc & 0xff;
        if (sp & 0x80) memory[sp] = latch;
        else cycles = bus.writeAfterWrite(0x100 | sp, latch, cycles);
        sp = (sp - 1) & 0xff;
        latch = (n & 0x80) | (v >>> 1) | 0x30 | (d << 3) | (i << 2) | (z === 0 ? 2 : 0) | c;
        if (sp & 0x80) memory[sp] = latch;
        else cycles = bus.writeAfterWrite(0x100 | sp, latch, cycles);
        sp = (sp - 1) & 0xff;
        i = 1;
        low = bus.read(0xfffe, cycles, latch);
        latch = bus.read(0xffff, cycles, low);
        pc = low | (latch << 8);
        if (bus.stop) remaining = 0;
        continue;
      // JAM
      case 75:
        cpu.halted = true;
        remaining = 0;
        continue;
    }
    if (mode === acc) {
      a = value;
      continue;
    }
    latch = value;
    page = writePages[(address >>> 6) & 0xff];
    if (page >= 0) {
      memory[page + (address & 63)] = value;
    } else {
      cycles = bus.write(address, value, cycles);
      if (bus.stop) remaining = 0;
    }
  }
  cpu.a = a;
  cpu.x = x;
  cpu.y = y;
  cpu.sp = sp;
  cpu.pc = pc;
  cpu.n = n;
  cpu.z = z;
  cpu.c = c;
  cpu.v = v;
  cpu.d = d;
  cpu.i = i;
  cpu.cycles = cycles;
  cpu.latch = latch;
}
