/**
 * A 6507 to compare with: one instruction at a time, flags as booleans, decimal digits as digits. Written from the same description as
 * the emulator's CPU but in another form: by mnemonic, without tables of modes, memory as a function.
 */
export interface Registers {
  a: number;
  x: number;
  y: number;
  sp: number;
  pc: number;
  /** N V 1 B D I Z C as PHP pushes them. */
  p: number;
  cycles: number;
}

export interface Memory {
  get(address: number): number;
  set(address: number, value: number): void;
}

/** The 151 documented opcodes by mnemonic and mode, and those that the reference knows beside them. */
const table: Record<string, string> = {
  ORA: 'imm09 zp05 zpx15 abs0d abx1d aby19 inx01 iny11',
  AND: 'imm29 zp25 zpx35 abs2d abx3d aby39 inx21 iny31',
  EOR: 'imm49 zp45 zpx55 abs4d abx5d aby59 inx41 iny51',
  ADC: 'imm69 zp65 zpx75 abs6d abx7d aby79 inx61 iny71',
  STA: 'zp85 zpx95 abs8d abx9d aby99 inx81 iny91',
  LDA: 'imma9 zpa5 zpxb5 absad abxbd abyb9 inxa1 inyb1',
  CMP: 'immc9 zpc5 zpxd5 abscd abxdd abyd9 inxc1 inyd1',
  SBC: 'imme9 zpe5 zpxf5 absed abxfd abyf9 inxe1 inyf1 immeb',
  ASL: 'acc0a zp06 zpx16 abs0e abx1e',
  ROL: 'acc2a zp26 zpx36 abs2e abx3e',
  LSR: 'acc4a zp46 zpx56 abs4e abx5e',
  ROR: 'acc6a zp66 zpx76 abs6e abx7e',
  STX: 'zp86 zpy96 abs8e',
  LDX: 'imma2 zpa6 zpyb6 absae abybe',
  DEC: 'zpc6 zpxd6 absce abxde',
  INC: 'zpe6 zpxf6 absee abxfe',
  BIT: 'zp24 abs2c',
  STY: 'zp84 zpx94 abs8c',
  LDY: 'imma0 zpa4 zpxb4 absac abxbc',
  CPY: 'immc0 zpc4 abscc',
  CPX: 'imme0 zpe4 absec',
  SLO: 'zp07 zpx17 abs0f abx1f aby1b inx03 iny13',
  RLA: 'zp27 zpx37 abs2f abx3f aby3b inx23 iny33',
  SRE: 'zp47 zpx57 abs4f abx5f aby5b inx43 iny53',
  RRA: 'zp67 zpx77 abs6f abx7f aby7b inx63 iny73',
  SAX: 'zp87 zpy97 abs8f inx83',
  LAX: 'zpa7 zpyb7 absaf abybf inxa3 inyb3',
  DCP: 'zpc7 zpxd7 abscf abxdf abydb inxc3 inyd3',
  ISB: 'zpe7 zpxf7 absef abxff abyfb inxe3 inyf3',
  ANC: 'imm0b imm2b',
  ASR: 'imm4b',
  ARR: 'imm6b',
  ANE: 'imm8b',
  LXA: 'immab',
  SBX: 'immcb',
  LAS: 'abybb',
  SHA: 'aby9f iny93',
  SHX: 'aby9e',
  SHY: 'abx9c',
  SHS: 'aby9b',
  NOP:
    'impea imp1a imp3a imp5a imp7a impda impfa imm80 imm82 imm89 immc2 imme2 zp04 zp44 zp64 zpx14 zpx34 zpx54 zpx74 zpxd4 zpxf4 ' +
    'abs0c abx1c abx3c abx5c abx7c abxdc abxfc',
  BPL: 'rel10',
  BMI: 'rel30',
  BVC: 'rel50',
  BVS: 'rel70',
  BCC: 'rel90',
  BCS: 'relb0',
  BNE: 'reld0',
  BEQ: 'relf0',
  JMP: 'abs4c ind6c',
  JSR: 'abs20',
  BRK: 'imp00',
  JAM: 'imp02 imp12 imp22 imp32 imp42 imp52 imp62 imp72 imp92 impb2 impd2 impf2',
};
const single =
  'PHP08 CLC18 PLP28 SEC38 RTI40 PHA48 CLI58 RTS60 PLA68 SEI78 DEY88 TXA8a TYA98 TXS9a TAYa8 TAXaa CLVb8 TSXba INYc8 DEXca CLDd8 INXe8 SEDf8';

export const meanings = new Map<number, { mnemonic: string; mode: string }>();
for (const [mnemonic, forms] of Object.entries(table)) {
  for (const form of forms.split(' ')) {
    meanings.set(Number.parseInt(form.slice(-2), 16), { mnemonic, mode: form.slice(0, -2) });
  }
}
for (const form of single.split(' ')) {
  meanings.set(Number.parseInt(form.slice(3), 16), { mnemonic: form.slice(0, 3), mode: 'imp' });
}

const stores = ['STA', 'STX', 'STY', 'SAX', 'SHA', 'SHX', 'SHY', 'SHS'];
const shared = ['ASL', 'ROL', 'LSR', 'ROR', 'INC', 'DEC', 'SLO', 'RLA', 'SRE', 'RRA', 'DCP', 'ISB'];

/** Base cycles from the rules of the 6502 rather than from a table: what a mode costs, and what an operation adds. */
export function baseCycles(opcode: number): number {
  const { mnemonic, mode } = meanings.get(opcode)!;
  const fixed: Record<string, number> = { BRK: 7, JSR: 6, RTS: 6, RTI: 6, PHA: 3, PHP: 3, PLA: 4, PLP: 4, JAM: 2 };
  if (mnemonic in fixed) return fixed[mnemonic];
  if (mnemonic === 'JMP') return mode === 'abs' ? 3 : 5;
  // The reference counts one cycle too many for LAX in the zero page.
  if (opcode === 0xa7) return 4;
  const read: Record<string, number> = {
    imp: 2,
    acc: 2,
    imm: 2,
    rel: 2,
    zp: 3,
    zpx: 4,
    zpy: 4,
    abs: 4,
    abx: 4,
    aby: 4,
    inx: 6,
    iny: 5,
  };
  const write: Record<string, number> = { ...read, abx: 5, aby: 5, iny: 6 };
  if (stores.includes(mnemonic)) return write[mode];
  if (shared.includes(mnemonic) && mode !== 'acc') return write[mode] + 2;
  return read[mode];
}

const N = 0x80;
const V = 0x40;
const D = 0x08;
const I = 0x04;
const Z = 0x02;
const C = 0x01;

/** Executes the instruction at `pc`; JAM leaves everything but pc and cycles. */
export function step(r: Registers, memory: Memory): void {
  const opcode = memory.get(r.pc);
  const { mnemonic, mode } = meanings.get(opcode)!;
  const first = memory.get((r.pc + 1) & 0xffff);
  const second = memory.get((r.pc + 2) & 0xffff);
  const word = first + 256 * second;
  const flag = (mask: number, on: boolean): void => {
    r.p = on ? r.p | mask : r.p & ~mask;
  };
  const nz = (value: number): number => {
    flag(N, value >= 128);
    flag(Z, value === 0);
    return value;
  };
  r.cycles += baseCycles(opcode);
  const pays = !stores.includes(mnemonic) && !shared.includes(mnemonic);
  const indexed = (base: number, index: number): number => {
    if (pays && (base % 256) + index > 255) r.cycles++;
    return (base + index) % 65536;
  };
  let length = 2;
  let address = 0;
  if (mode === 'imp' || mode === 'acc') length = 1;
  else if (mode === 'imm') address = (r.pc + 1) & 0xffff;
  else if (mode === 'zp') address = first;
  else if (mode === 'zpx') address = (first + r.x) % 256;
  else if (mode === 'zpy') address = (first + r.y) % 256;
  else if (mode === 'inx') {
    const pointer = (first + r.x) % 256;
    address = memory.get(pointer) + 256 * memory.get(pointer + 1);
  } else if (mode === 'iny') address = indexed(memory.get(first) + 256 * memory.get(first + 1), r.y);
  else if (mode !== 'rel') {
    length = 3;
    if (mode === 'abs') address = word;
    else if (mode === 'abx') address = indexed(word, r.x);
    else if (mode === 'aby') address = indexed(word, r.y);
    else address = memory.get(word) + 256 * memory.get(word - (word % 256) + ((word + 1) % 256));
  }
  if (mnemonic === 'BRK') length = 2;
  r.pc = (r.pc + length) & 0xffff;
  const get = (): number => (mode === 'acc' ? r.a : memory.get(address));
  const put = (value: number): void => {
    if (mode === 'acc') r.a = value;
    else memory.set(address, value);
  };
  const stack = (sp: number): number => 256 + (sp & 255);
  const push = (value: number): void => {
    memory.set(stack(r.sp), value);
    r.sp = (r.sp - 1) & 255;
  };
  const pull = (): number => {
    r.sp = (r.sp + 1) & 255;
    return memory.get(stack(r.sp));
  };
  const compare = (register: number, m: number): void => {
    flag(C, register >= m);
    nz((register - m) & 255);
  };
  const decimal = (byte: number): number => 10 * Math.floor(byte / 16) + (byte % 16);
  const packed = (value: number): number => Number.parseInt(String(value % 100).padStart(2, '0'), 16);
  const adc = (m: number): void => {
    const carry = r.p & C;
    const old = r.a;
    if (r.p & D) {
      const sum = decimal(old) + decimal(m) + carry;
      r.a = packed(sum % 256);
      flag(C, sum > 99);
    } else {
      r.a = (old + m + carry) % 256;
      flag(C, old + m + carry > 255);
    }
    flag(V, ((old ^ r.a) & (r.a ^ m) & 128) !== 0);
    nz(r.a);
  };
  const sbc = (m: number): void => {
    const borrow = 1 - (r.p & C);
    const old = r.a;
    if (r.p & D) {
      let rest = decimal(old) - decimal(m) - borrow;
      if (rest < 0) rest += 100;
      r.a = rest < 0 ? decimal(256 + rest) : packed(rest);
      flag(V, ((old ^ r.a) & (r.a ^ m) & 128) !== 0);
    } else {
      r.a = (old - m - borrow + 512) % 256;
      flag(V, ((old ^ m) & (old ^ r.a) & 128) !== 0);
    }
    flag(C, old >= m + borrow);
    nz(r.a);
  };
  const shiftLeft = (value: number, carry: number): number => {
    flag(C, value > 127);
    return (value * 2 + carry) % 256;
  };
  const shiftRight = (value: number, carry: number): number => {
    flag(C, value % 2 === 1);
    return Math.floor(value / 2) + 128 * carry;
  };
  const carry = r.p & C;
  const high = (address >> 8) + 1;
  const branch = (mask: number, on: boolean): void => {
    if (((r.p & mask) !== 0) !== on) return;
    const target = (r.pc + (first > 127 ? first - 256 : first)) & 0xffff;
    r.cycles += target >> 8 === r.pc >> 8 ? 1 : 2;
    r.pc = target;
  };
  const plp = (): void => {
    r.p = (pull() & 0xcf) | 0x30;
  };
  const actions: Record<string, () => void> = {
    ORA: () => (r.a = nz(r.a | get())),
    AND: () => (r.a = nz(r.a & get())),
    EOR: () => (r.a = nz(r.a ^ get())),
    ADC: () => adc(get()),
    SBC: () => sbc(get()),
    CMP: () => compare(r.a, get()),
    CPX: () => compare(r.x, get()),
    CPY: () => compare(r.y, get()),
    LDA: () => (r.a = nz(get())),
    LDX: () => (r.x = nz(get())),
    LDY: () => (r.y = nz(get())),
    LAX: () => (r.a = r.x = nz(get())),
    LAS: () => (r.a = r.x = r.sp = nz(r.sp & get())),
    BIT: () => {
      const m = get();
      flag(Z, (r.a & m) === 0);
      flag(N, (m & 128) !== 0);
      flag(V, (m & 64) !== 0);
    },
    NOP: () => undefined,
    ANC: () => {
      r.a = nz(r.a & get());
      flag(C, r.a > 127);
    },
    ASR: () => (r.a = nz(shiftRight(r.a & get(), 0))),
    ARR: () => {
      const and = r.a & get();
      r.a = nz((and >> 1) + 128 * carry);
      if (r.p & D) {
        flag(V, ((and ^ r.a) & 64) !== 0);
        if ((and & 15) + (and & 1) > 5) r.a = (r.a & 0xf0) + ((r.a + 6) % 16);
        const corrects = (and & 0xf0) + (and & 16) > 0x50;
        if (corrects) r.a = (r.a + 0x60) % 256;
        flag(C, corrects);
      } else {
        flag(C, (r.a & 64) !== 0);
        flag(V, ((r.a >> 6) & 1) !== ((r.a >> 5) & 1));
      }
    },
    ANE: () => (r.a = nz((r.a | 0xee) & r.x & get())),
    LXA: () => (r.a = r.x = nz((r.a | 0xee) & get())),
    SBX: () => {
      const and = r.a & r.x;
      const m = get();
      flag(C, and >= m);
      r.x = nz((and - m) & 255);
    },
    ASL: () => put(nz(shiftLeft(get(), 0))),
    ROL: () => put(nz(shiftLeft(get(), carry))),
    LSR: () => put(nz(shiftRight(get(), 0))),
    ROR: () => put(nz(shiftRight(get(), carry))),
    INC: () => put(nz((get() + 1) % 256)),
    DEC: () => put(nz((get() + 255) % 256)),
    SLO: () => {
      const value = shiftLeft(get(), 0);
      put(value);
      r.a = nz(r.a | value);
    },
    RLA: () => {
      const value = shiftLeft(get(), carry);
      put(value);
      r.a = nz(r.a & value);
    },
    SRE: () => {
      const value = shiftRight(get(), 0);
      put(value);
      r.a = nz(r.a ^ value);
    },
    RRA: () => {
      const value = shiftRight(get(), carry);
      put(value);
      adc(value);
    },
    DCP: () => {
      const value = (get() + 255) % 256;
      put(value);
      compare(r.a, value);
    },
    ISB: () => {
      const value = (get() + 1) % 256;
      put(value);
      sbc(value);
    },
    STA: () => put(r.a),
    STX: () => put(r.x),
    STY: () => put(r.y),
    SAX: () => put(r.a & r.x),
    SHA: () => put(r.a & r.x & high),
    SHX: () => put(r.x & high),
    SHY: () => put(r.y & high),
    SHS: () => {
      r.sp = r.a & r.x;
      put(r.sp & high);
    },
    BPL: () => branch(N, false),
    BMI: () => branch(N, true),
    BVC: () => branch(V, false),
    BVS: () => branch(V, true),
    BCC: () => branch(C, false),
    BCS: () => branch(C, true),
    BNE: () => branch(Z, false),
    BEQ: () => branch(Z, true),
    JMP: () => (r.pc = address),
    JSR: () => {
      push((r.pc - 1) >> 8);
      push((r.pc - 1) & 255);
      r.pc = first + 256 * memory.get((opcodeAddress + 2) & 0xffff);
    },
    RTS: () => {
      const low = pull();
      r.pc = (low + 256 * pull() + 1) & 0xffff;
    },
    RTI: () => {
      plp();
      const low = pull();
      r.pc = low + 256 * pull();
    },
    BRK: () => {
      push(r.pc >> 8);
      push(r.pc & 255);
      push(r.p);
      flag(I, true);
      r.pc = memory.get(0xfffe) + 256 * memory.get(0xffff);
    },
    PHA: () => push(r.a),
    PHP: () => push(r.p),
    PLA: () => (r.a = nz(pull())),
    PLP: plp,
    TAX: () => (r.x = nz(r.a)),
    TAY: () => (r.y = nz(r.a)),
    TXA: () => (r.a = nz(r.x)),
    TYA: () => (r.a = nz(r.y)),
    TSX: () => (r.x = nz(r.sp)),
    TXS: () => (r.sp = r.x),
    INX: () => (r.x = nz((r.x + 1) % 256)),
    INY: () => (r.y = nz((r.y + 1) % 256)),
    DEX: () => (r.x = nz((r.x + 255) % 256)),
    DEY: () => (r.y = nz((r.y + 255) % 256)),
    CLC: () => flag(C, false),
    SEC: () => flag(C, true),
    CLI: () => flag(I, false),
    SEI: () => flag(I, true),
    CLV: () => flag(V, false),
    CLD: () => flag(D, false),
    SED: () => flag(D, true),
    JAM: () => undefined,
  };
  const opcodeAddress = (r.pc - length) & 0xffff;
  actions[mnemonic]();
}
