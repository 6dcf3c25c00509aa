/**
 * What each operation of the 6507 does, as lines of JavaScript for execute.ts, which writes one `case` an opcode from them.
 * Registers are the variables a, x, y, sp, pc; flags n (bit 7 counts), z (zero means set), c, d, i (0 or 1), v (0 or 0x80); m is the
 * byte read, `value` the byte to write, t is free. Source: reference console.md section 4; the decimal functions are in decimal.ts.
 */

const flags = '(n & 0x80) | (v >>> 1) | 0x30 | (d << 3) | (i << 2) | (z === 0 ? 2 : 0) | c';
/** PLP and RTI: the flags from the byte pulled. */
const takeFlags =
  'n = latch; v = (latch & 0x40) << 1; d = (latch >>> 3) & 1; i = (latch >>> 2) & 1; z = ~latch & 2; c = latch & 1;';

const compare = (register: string, byte: string): string =>
  `t = ${register} - ${byte}; c = t >= 0 ? 1 : 0; n = z = t & 0xff;`;
const add = (byte: string): string => `
  t = d ? addDecimal(a, ${byte}, c) : a + ${byte} + c;
  v = (a ^ t) & (${byte} ^ t) & 0x80; c = t >>> 8; a = n = z = t & 0xff;`;
const subtract = (byte: string): string => `
  if (d) {
    t = subtractDecimal(a, ${byte}, c);
    v = (a ^ t) & (t ^ ${byte}) & 0x80; c = a > ${byte} - c ? 1 : 0; a = n = z = t;
  } else {
    t = a - ${byte} - 1 + c;
    v = (a ^ ${byte}) & (a ^ t) & 0x80; c = t >= 0 ? 1 : 0; a = n = z = t & 0xff;
  }`;

const shiftLeft = 'value = (m << 1) & 0xff;';
const rotateLeft = 'value = ((m << 1) & 0xff) | c;';
const rotateRight = 'value = (m >>> 1) | (c << 7);';

/** Operations that read a byte `m`. */
export const readCode: Readonly<Record<string, string>> = {
  ORA: 'a = n = z = a | m;',
  AND: 'a = n = z = a & m;',
  EOR: 'a = n = z = a ^ m;',
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
  ANC: 'a = n = z = a & m; c = a >>> 7;',
  ASR: 'a &= m; c = a & 1; a = n = z = a >>> 1;',
  ARR: `
    t = a & m;
    a = n = z = (t >>> 1) | (c << 7);
    if (d) {
      v = ((t ^ a) & 0x40) << 1;
      t = rotateDecimal(t, a);
      a = t & 0xff; c = t >>> 8;
    } else {
      c = (a >>> 6) & 1; v = ((a << 1) ^ (a << 2)) & 0x80;
    }`,
  ANE: 'a = n = z = (a | 0xee) & x & m;',
  LXA: 'a = x = n = z = (a | 0xee) & m;',
  SBX: 't = (a & x) - m; c = t >= 0 ? 1 : 0; x = n = z = t & 0xff;',
};

/** Operations that read a byte `m` and write a byte `value` in its place. */
export const modifyCode: Readonly<Record<string, string>> = {
  ASL: `c = m >>> 7; ${shiftLeft} n = z = value;`,
  ROL: `${rotateLeft} c = m >>> 7; n = z = value;`,
  LSR: 'c = m & 1; value = n = z = m >>> 1;',
  ROR: `${rotateRight} c = m & 1; n = z = value;`,
  INC: 'value = n = z = (m + 1) & 0xff;',
  DEC: 'value = n = z = (m - 1) & 0xff;',
  SLO: `c = m >>> 7; ${shiftLeft} a = n = z = a | value;`,
  RLA: `${rotateLeft} c = m >>> 7; a = n = z = a & value;`,
  SRE: 'c = m & 1; value = m >>> 1; a = n = z = a ^ value;',
  RRA: `${rotateRight} c = m & 1; ${add('value')}`,
  DCP: `value = (m - 1) & 0xff; ${compare('a', 'value')}`,
  ISB: `value = (m + 1) & 0xff; ${subtract('value')}`,
};

/** Operations that write a byte `value`. */
export const writeCode: Readonly<Record<string, string>> = {
  STA: 'value = a;',
  STX: 'value = x;',
  STY: 'value = y;',
  SAX: 'value = a & x;',
  SHA: 'value = a & x & ((address >>> 8) + 1);',
  SHX: 'value = x & ((address >>> 8) + 1);',
  SHY: 'value = y & ((address >>> 8) + 1);',
  SHS: 'sp = a & x; value = sp & ((address >>> 8) + 1);',
};

/** When each branch is taken. */
export const branchConditions: Readonly<Record<string, string>> = {
  BPL: '(n & 0x80) === 0',
  BMI: '(n & 0x80) !== 0',
  BVC: 'v === 0',
  BVS: 'v !== 0',
  BCC: 'c === 0',
  BCS: 'c !== 0',
  BNE: 'z !== 0',
  BEQ: 'z === 0',
};

/** A byte from the stack's place `sp`: RAM at 0x80..0xFF, whose index is its address, else what else is in page 1. */
const stackRead = 'latch = sp & 0x80 ? memory[sp] : bus.read(0x100 | sp, cycles, latch);';
const pull = `sp = (sp + 1) & 0xff; ${stackRead}`;
const push = (byte: string, write: 'write' | 'writeAfterWrite'): string => `
  latch = ${byte};
  if (sp & 0x80) memory[sp] = latch;
  else { cycles = bus.${write}(0x100 | sp, latch, cycles); if (bus.stop) remaining = 0; }
  sp = (sp - 1) & 0xff;`;

/** The rest, each with all that it does; `latch` holds the last byte fetched, pc is past the instruction. */
export const otherCode: Readonly<Record<string, string>> = {
  CLC: 'c = 0;',
  SEC: 'c = 1;',
  CLI: 'i = 0;',
  SEI: 'i = 1;',
  CLV: 'v = 0;',
  CLD: 'd = 0;',
  SED: 'd = 1;',
  TAX: 'x = n = z = a;',
  TAY: 'y = n = z = a;',
  TXA: 'a = n = z = x;',
  TYA: 'a = n = z = y;',
  TSX: 'x = n = z = sp;',
  TXS: 'sp = x;',
  INX: 'x = n = z = (x + 1) & 0xff;',
  INY: 'y = n = z = (y + 1) & 0xff;',
  DEX: 'x = n = z = (x - 1) & 0xff;',
  DEY: 'y = n = z = (y - 1) & 0xff;',
  PHA: push('a', 'write'),
  PHP: push(flags, 'write'),
  // What lies at the stack pointer is looked at before the pull.
  PLA: `${stackRead} ${pull} a = n = z = latch;`,
  PLP: `${stackRead} ${pull} ${takeFlags}`,
  // The high byte of the target is fetched last: what is pushed may have changed it.
  JSR: `
    address = (pc - 1) & 0xffff;
    ${stackRead}
    ${push('address >>> 8', 'write')}
    ${push('address & 0xff', 'writeAfterWrite')}
    page = readPages[(address >>> 6) & 0xff];
    latch = page >= 0 ? memory[page + (address & 63)] : bus.read(address, cycles, latch);
    pc = low | (latch << 8);`,
  // The byte at the address pulled is fetched and dropped.
  RTS: `
    ${stackRead} ${pull} low = latch; ${pull}
    pc = low | (latch << 8);
    page = readPages[(pc >>> 6) & 0xff];
    latch = page >= 0 ? memory[page + (pc & 63)] : bus.read(pc, cycles, latch);
    pc = (pc + 1) & 0xffff;`,
  RTI: `
    ${stackRead} ${pull} ${takeFlags}
    ${pull} low = latch; ${pull}
    pc = low | (latch << 8);`,
  BRK: `
    ${push('pc >>> 8', 'write')}
    ${push('pc & 0xff', 'writeAfterWrite')}
    ${push(flags, 'writeAfterWrite')}
    i = 1;
    low = bus.read(0xfffe, cycles, latch);
    latch = bus.read(0xffff, cycles, low);
    pc = low | (latch << 8);`,
  JAM: 'cpu.halted = true; remaining = 0;',
};
