/**
 * Writes execute.ts: one case an opcode, with the registers in local variables and every memory access spelt out, since the
 * compiler inlines nothing into a function of that size. `bun src/emulator/cpu/generate.ts` rewrites it; a test compares.
 *
 * Source of the behaviour: reference console.md section 4. All base cycles are added before the operand is accessed, so every
 * access carries the time of the instruction's end; there are no dummy accesses beside those spelt out here.
 *
 * Locals of the generated code: a, x, y, sp, pc; n (bit 7 counts), z (zero means set), c (0, 1), v (0, 0x80), d, i (0, 1);
 * low, high (operand bytes), address, m (byte read), value (byte to write), latch (what the bus carried last).
 */
import { fileURLToPath } from 'node:url';
import { type Mode, type Opcode, opcodes } from './opcodes.ts';

const setNz = (register: string) => `n = z = ${register};`;

const add = (operand: string) => `
  t = d ? addDecimal(a, ${operand}, c) : a + ${operand} + c;
  v = (a ^ t) & (${operand} ^ t) & 0x80;
  c = t >>> 8;
  a = n = z = t & 0xff;`;

const subtract = (operand: string) => `
  if (d) {
    t = subtractDecimal(a, ${operand}, c);
    v = (a ^ t) & (t ^ ${operand}) & 0x80;
    c = a > ${operand} - c ? 1 : 0;
    a = n = z = t;
  } else {
    t = a - ${operand} - 1 + c;
    v = (a ^ ${operand}) & (a ^ t) & 0x80;
    c = t >= 0 ? 1 : 0;
    a = n = z = t & 0xff;
  }`;

const compare = (register: string, operand: string) => `
  t = ${register} - ${operand};
  c = t >= 0 ? 1 : 0;
  n = z = t & 0xff;`;

/** What an instruction does with the byte `m` that it has read. */
const readOperations: Readonly<Record<string, string>> = {
  ORA: `a |= m; ${setNz('a')}`,
  AND: `a &= m; ${setNz('a')}`,
  EOR: `a ^= m; ${setNz('a')}`,
  ADC: add('m'),
  SBC: subtract('m'),
  CMP: compare('a', 'm'),
  CPX: compare('x', 'm'),
  CPY: compare('y', 'm'),
  LDA: 'a = n = z = m;',
  LDX: 'x = n = z = m;',
  LDY: 'y = n = z = m;',
  LAX: 'a = x = n = z = m;',
  LAS: 'a = x = sp = n = z = sp & m;',
  BIT: 'n = m; v = (m & 0x40) << 1; z = a & m;',
  NOP: '',
  ANC: `a &= m; ${setNz('a')} c = a >>> 7;`,
  ASR: `a &= m; c = a & 1; a >>>= 1; ${setNz('a')}`,
  ARR: `
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
    }`,
  ANE: `a = (a | 0xee) & x & m; ${setNz('a')}`,
  LXA: 'a = x = n = z = (a | 0xee) & m;',
  SBX: 't = (a & x) - m; c = t >= 0 ? 1 : 0; x = n = z = t & 0xff;',
};

/** What an instruction stores at `address`. */
const writeOperations: Readonly<Record<string, string>> = {
  STA: 'value = a;',
  STX: 'value = x;',
  STY: 'value = y;',
  SAX: 'value = a & x;',
  SHA: 'value = a & x & ((address >>> 8) + 1);',
  SHX: 'value = x & ((address >>> 8) + 1);',
  SHY: 'value = y & ((address >>> 8) + 1);',
  SHS: 'sp = a & x; value = sp & ((address >>> 8) + 1);',
};

const shifts = {
  ASL: 'c = m >>> 7; value = (m << 1) & 0xff;',
  ROL: 'value = ((m << 1) & 0xff) | c; c = m >>> 7;',
  LSR: 'c = m & 1; value = m >>> 1;',
  ROR: 'value = (m >>> 1) | (c << 7); c = m & 1;',
};

/** What an instruction makes of `m` before it writes it back as `value`. */
const modifyOperations: Readonly<Record<string, string>> = {
  ASL: `${shifts.ASL} ${setNz('value')}`,
  ROL: `${shifts.ROL} ${setNz('value')}`,
  LSR: `${shifts.LSR} ${setNz('value')}`,
  ROR: `${shifts.ROR} ${setNz('value')}`,
  INC: 'value = n = z = (m + 1) & 0xff;',
  DEC: 'value = n = z = (m - 1) & 0xff;',
  SLO: `${shifts.ASL} a |= value; ${setNz('a')}`,
  RLA: `${shifts.ROL} a &= value; ${setNz('a')}`,
  SRE: `${shifts.LSR} a ^= value; ${setNz('a')}`,
  RRA: `${shifts.ROR} ${add('value')}`,
  DCP: `value = (m - 1) & 0xff; ${compare('a', 'value')}`,
  ISB: `value = (m + 1) & 0xff; ${subtract('value')}`,
};

const branches: Readonly<Record<string, string>> = {
  BPL: '(n & 0x80) === 0',
  BMI: '(n & 0x80) !== 0',
  BVC: 'v === 0',
  BVS: 'v !== 0',
  BCC: 'c === 0',
  BCS: 'c !== 0',
  BNE: 'z !== 0',
  BEQ: 'z === 0',
};

const onlyRead = (place: string) => `
  page = readPages[(${place} >>> 6) & 0xff];
  latch = page >= 0 ? memory[page + (${place} & 63)] : bus.read(${place}, cycles, latch);`;
const readStack = 'latch = sp & 0x80 ? memory[sp] : bus.read(0x100 | sp, cycles, latch);';
const pull = `sp = (sp + 1) & 0xff; ${readStack}`;
const push = (byte: string, write = 'write') => `
  latch = ${byte};
  if (sp & 0x80) {
    memory[sp] = latch;
  } else {
    cycles = bus.${write}(0x100 | sp, latch, cycles);
    if (bus.stop) remaining = 0;
  }
  sp = (sp - 1) & 0xff;`;
const status = '(n & 0x80) | (v >>> 1) | 0x30 | (d << 3) | (i << 2) | (z === 0 ? 2 : 0) | c';
const pullStatus = `
  ${pull}
  n = latch; v = (latch & 0x40) << 1; d = (latch >>> 3) & 1; i = (latch >>> 2) & 1; z = ~latch & 2; c = latch & 1;`;

/** Instructions that fit no pattern. `pc` is already past the operand. */
const specials: Readonly<Record<string, string>> = {
  NOP: '',
  TAX: `x = a; ${setNz('x')}`,
  TAY: `y = a; ${setNz('y')}`,
  TXA: `a = x; ${setNz('a')}`,
  TYA: `a = y; ${setNz('a')}`,
  TSX: `x = sp; ${setNz('x')}`,
  TXS: 'sp = x;',
  INX: 'x = n = z = (x + 1) & 0xff;',
  INY: 'y = n = z = (y + 1) & 0xff;',
  DEX: 'x = n = z = (x - 1) & 0xff;',
  DEY: 'y = n = z = (y - 1) & 0xff;',
  CLC: 'c = 0;',
  SEC: 'c = 1;',
  CLI: 'i = 0;',
  SEI: 'i = 1;',
  CLD: 'd = 0;',
  SED: 'd = 1;',
  CLV: 'v = 0;',
  PHA: push('a'),
  PHP: push(status),
  PLA: `${readStack} ${pull} a = latch; ${setNz('a')}`,
  PLP: `${readStack} ${pullStatus}`,
  JMP: 'pc = low | (high << 8);',
  // The high byte of the target is fetched last: what was pushed may have changed it.
  JSR: `
    address = (pc - 1) & 0xffff;
    latch = low;
    ${readStack}
    ${push('address >>> 8')}
    ${push('address & 0xff', 'writeAfterWrite')}
    ${onlyRead('address')}
    pc = low | (latch << 8);`,
  RTS: `
    ${readStack}
    ${pull}
    low = latch;
    ${pull}
    pc = low | (latch << 8);
    ${onlyRead('pc')}
    pc = (pc + 1) & 0xffff;`,
  RTI: `
    ${readStack}
    ${pullStatus}
    ${pull}
    low = latch;
    ${pull}
    pc = low | (latch << 8);`,
  BRK: `
    ${push('pc >>> 8')}
    ${push('pc & 0xff', 'writeAfterWrite')}
    ${push(status, 'writeAfterWrite')}
    i = 1;
    ${onlyRead('0xfffe')}
    low = latch;
    ${onlyRead('0xffff')}
    pc = low | (latch << 8);`,
  JAM: 'cpu.halted = true; remaining = 0;',
};

const indirect = (pointer: string) => `
  t = ${pointer};
  low = latch = t & 0x80 ? memory[t] : bus.read(t, cycles, latch);
  t++;
  high = latch = (t & 0x180) === 0x80 ? memory[t] : bus.read(t, cycles, latch);`;

/** Statements that leave the effective address in `address`; `penalty`: a read pays a cycle for a crossed page. */
function addressing(mode: Mode, penalty: boolean): string {
  const indexed = (index: string) =>
    penalty
      ? `address = ((high << 8) + low + ${index}) & 0xffff; if (low + ${index} > 0xff) cycles++;`
      : `address = ((high << 8) + low + ${index}) & 0xffff;`;
  switch (mode) {
    case 'zp':
      return 'address = low;';
    case 'zpx':
      return 'address = (low + x) & 0xff;';
    case 'zpy':
      return 'address = (low + y) & 0xff;';
    case 'abs':
      return 'address = low | (high << 8);';
    case 'abx':
      return indexed('x');
    case 'aby':
      return indexed('y');
    case 'inx':
      return `${indirect('(low + x) & 0xff')} address = low | (high << 8);`;
    case 'iny':
      return `${indirect('low')} ${indexed('y')}`;
    case 'ind':
      return `
        address = low | (high << 8);
        ${onlyRead('address')}
        low = latch;
        address = (address & 0xff00) | ((address + 1) & 0xff);
        ${onlyRead('address')}
        high = latch;`;
    default:
      throw new Error(`no address in mode ${mode}`);
  }
}

function readMemory(mode: Mode): string {
  if (mode === 'zp') return 'm = latch = low & 0x80 ? memory[low] : bus.read(low, cycles, latch);';
  if (mode === 'zpx' || mode === 'zpy')
    return 'm = latch = address & 0x80 ? memory[address] : bus.read(address, cycles, latch);';
  return `${onlyRead('address')} m = latch;`;
}

/** The body of an opcode's case after its operand was fetched; `break` leads to the write of `value` at `address`. */
function body({ mnemonic, mode }: Opcode): string {
  if (mnemonic in branches) {
    return `
      if (${branches[mnemonic]}) {
        address = (pc + ((low << 24) >> 24)) & 0xffff;
        cycles += (address ^ pc) & 0xff00 ? 2 : 1;
        pc = address;
      }
      continue;`;
  }
  if (mnemonic === 'JMP' && mode === 'ind') return `${addressing(mode, false)} ${specials.JMP} continue;`;
  if (mnemonic in specials && (mnemonic !== 'NOP' || mode === 'imp')) return `${specials[mnemonic]} continue;`;
  if (mnemonic in readOperations) {
    if (mode === 'imm') return `m = low; ${readOperations[mnemonic]} continue;`;
    const address = mode === 'zp' ? '' : addressing(mode, true);
    return `${address} ${readMemory(mode)} ${readOperations[mnemonic]} continue;`;
  }
  if (mnemonic in writeOperations) return `${addressing(mode, false)} ${writeOperations[mnemonic]} break;`;
  if (mode === 'imp') return `m = a; ${modifyOperations[mnemonic]} a = value; continue;`;
  return `${addressing(mode, false)} ${readMemory(mode)} ${modifyOperations[mnemonic]} break;`;
}

function caseOf(opcode: Opcode): string {
  const { code, mnemonic, mode, cycles, length } = opcode;
  const latch = length === 1 ? `${code}` : length === 2 ? 'low' : 'high';
  return `
    // ${mnemonic} ${mode}
    case 0x${code.toString(16).padStart(2, '0')}:
      pc = (pc + ${length}) & 0xffff;
      cycles += ${cycles};
      latch = ${latch};
      ${body(opcode)}`;
}

/** The text of execute.ts before formatting. */
export function generate(): string {
  return `/**
 * Generated by generate.ts: do not edit. The 6507's instructions, one case an opcode; generate.ts says what the names mean.
 */
import type { CpuBus } from './bus.ts';
import type { Cpu } from './cpu.ts';
import { addDecimal, rotateDecimal, subtractDecimal } from './decimal.ts';
import { opcodes } from './opcodes.ts';

const baseCycles = Uint8Array.from(opcodes, (opcode) => opcode.cycles);
const lengths = Uint8Array.from(opcodes, (opcode) => opcode.length);

/** Runs \`limit\` instructions, or fewer when the bus raises \`stop\` or the CPU jams. */
export function execute(cpu: Cpu, bus: CpuBus, limit: number): void {
  const { memory, readPages, writePages } = bus;
  let { a, x, y, sp, pc, n, z, c, v, d, i, cycles, latch } = cpu;
  let remaining = limit;
  let opcode = 0, low = 0, high = 0, address = 0, m = 0, value = 0, page = 0, t = 0;
  while (remaining > 0) {
    remaining--;
    page = readPages[(pc >>> 6) & 0xff];
    t = pc & 63;
    if (page >= 0 && t < 62) {
      // The whole instruction lies in one page of plain memory; fetching a byte too many is harmless there.
      t += page;
      opcode = memory[t];
      low = memory[t + 1];
      high = memory[t + 2];
    } else {
      // Byte by byte, each with its place in time; JSR fetches its third byte later.
      ${onlyRead('pc')}
      opcode = latch;
      const fetched = cycles + baseCycles[opcode];
      const length = opcode === 0x20 ? 2 : lengths[opcode];
      if (length > 1) {
        address = (pc + 1) & 0xffff;
        ${onlyRead('address').replace('cycles', 'fetched')}
        low = latch;
      }
      if (length > 2) {
        address = (pc + 2) & 0xffff;
        ${onlyRead('address').replace('cycles', 'fetched')}
        high = latch;
      }
    }
    switch (opcode) {
      ${opcodes.map(caseOf).join('\n')}
    }
    page = writePages[(address >>> 6) & 0xff];
    latch = value;
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
`;
}

/** execute.ts as it is committed: formatted by the project's formatter. */
export async function generateFormatted(): Promise<string> {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const formatter = Bun.spawn([`${root}node_modules/.bin/biome`, 'format', '--stdin-file-path=execute.ts'], {
    cwd: root,
    stdin: new Blob([generate()]),
    stderr: 'inherit',
  });
  return await new Response(formatter.stdout).text();
}

if (import.meta.main) {
  await Bun.write(fileURLToPath(new URL('execute.ts', import.meta.url)), await generateFormatted());
}
