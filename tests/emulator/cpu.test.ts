/** The 6507: every opcode against a model of it, its cycles against the reference's table, its accesses in their order. */
import { describe, expect, test } from 'bun:test';
import { Cpu } from '../../src/emulator/cpu/cpu.ts';
import { opcodes } from '../../src/emulator/cpu/opcodes.ts';
import { Xoshiro128 } from '../../src/random.ts';
import { baseCycles, meanings, type Registers, step } from './cpuModel.ts';
import { FlatBus, hex } from './flatBus.ts';

/** Base cycles of the reference (reference: console.md section 4), a hexadecimal digit an opcode. */
const referenceCycles = `
  7628335532224466 2528446624274477 6628335542224466 2528446624274477
  6628335532223466 2528446624274477 6628335542225466 2528446624274477
  2626333322224444 2626444425255555 2626333422224444 2525444424244444
  2628335522224466 2528446624274477 2628335522224466 2528446624274477`.replace(/\s/g, '');

function cpuWith(bus: FlatBus, registers: Registers): Cpu {
  const cpu = new Cpu(bus);
  cpu.a = registers.a;
  cpu.x = registers.x;
  cpu.y = registers.y;
  cpu.sp = registers.sp;
  cpu.pc = registers.pc;
  cpu.cycles = registers.cycles;
  const { p } = registers;
  cpu.n = p & 0x80;
  cpu.v = (p & 0x40) << 1;
  cpu.d = (p >> 3) & 1;
  cpu.i = (p >> 2) & 1;
  cpu.z = ~p & 2;
  cpu.c = p & 1;
  return cpu;
}

const registersOf = ({ a, x, y, sp, pc, status, cycles }: Cpu): Registers => ({ a, x, y, sp, pc, p: status, cycles });

test('the model knows every opcode, and it and the decoder have the cycles of the reference', () => {
  expect(meanings.size).toBe(256);
  for (let opcode = 0; opcode < 256; opcode++) {
    const cycles = Number.parseInt(referenceCycles[opcode], 16);
    expect([hex(opcode), opcodes[opcode].cycles, baseCycles(opcode)]).toEqual([hex(opcode), cycles, cycles]);
  }
});

describe.each([true, false])('every opcode does what the model does, memory in pages: %p', (plain) => {
  test.each(Array.from({ length: 256 }, (_, opcode) => [hex(opcode), meanings.get(opcode)!.mnemonic, opcode] as const))(
    '%s %s',
    (_, __, opcode) => {
      const random = new Xoshiro128(opcode, 'cpu test');
      for (let round = 0; round < 120; round++) {
        const bus = new FlatBus(plain);
        const before = new Uint8Array(bus.memory.length);
        for (let i = 0; i < before.length; i += 4) {
          const word = random.nextU32();
          before[i] = word;
          before[i + 1] = word >>> 8;
          before[i + 2] = word >>> 16;
          before[i + 3] = word >>> 24;
        }
        // Some programs lie across two pages, some at the end of memory, some in RAM.
        const places = [0xf000 + random.nextInt(0xf00), 0xf03e, 0xffff, 0x80 + random.nextInt(0x7d)];
        const registers: Registers = {
          a: random.nextInt(256),
          x: random.nextInt(256),
          y: random.nextInt(256),
          sp: round % 4 === 0 ? random.nextInt(256) : 0x90 + random.nextInt(0x60),
          pc: places[round % 4],
          p: random.nextInt(256) | 0x30,
          cycles: random.nextInt(10000),
        };
        before[FlatBus.index(registers.pc)] = opcode;
        bus.memory.set(before);
        const cpu = cpuWith(bus, registers);
        cpu.run(1);
        step(registers, {
          get: (address) => before[FlatBus.index(address)],
          set: (address, value) => {
            before[FlatBus.index(address)] = value;
          },
        });
        expect(registersOf(cpu)).toEqual(registers);
        expect(Bun.hash(bus.memory)).toBe(Bun.hash(before));
      }
    },
  );
});

/** The accesses of a program at 0xF000 in an unpaged memory. */
function accesses(program: number[], setUp: Partial<Registers> = {}, memory: Record<number, number> = {}): string[] {
  const bus = new FlatBus(false);
  bus.memory.set(program, FlatBus.index(0xf000));
  for (const [address, value] of Object.entries(memory)) bus.memory[FlatBus.index(Number(address))] = value;
  const cpu = cpuWith(bus, { a: 0, x: 0, y: 0, sp: 0x40, pc: 0xf000, p: 0x30, cycles: 100, ...setUp });
  cpu.run(1);
  return bus.log;
}

describe('accesses: order, time, and what the bus carried', () => {
  test('an absolute read: the operand and the read are at the end of the instruction', () => {
    expect(accesses([0xad, 0x04, 0x10], {}, { 4100: 0x77 })).toEqual([
      'R f000 ad 100 00',
      'R f001 04 104 ad',
      'R f002 10 104 04',
      'R 1004 77 104 10',
    ]);
  });

  test('a crossed page is paid before the read', () => {
    expect(accesses([0xbd, 0xff, 0x10], { x: 1 }, { 4352: 0x77 })[3]).toBe('R 1100 77 105 10');
  });

  test('read-modify-write reads once and writes once', () => {
    expect(accesses([0xee, 0x04, 0x10], {}, { 4100: 0x77 }).slice(3)).toEqual(['R 1004 77 106 10', 'W 1004 78 106']);
  });

  test('the pointer of (zero page),Y is not kept in the zero page', () => {
    const log = accesses([0xb1, 0xff], { y: 2 }, { 255: 0x00, 256: 0x10, 4098: 0x55 });
    expect(log.slice(2)).toEqual(['R 100 10 105 00', 'R 1002 55 105 10']);
  });

  test('JSR looks at the stack, pushes, then fetches the high byte', () => {
    expect(accesses([0x20, 0x34, 0x12], {}, { 320: 0x99 })).toEqual([
      'R f000 20 100 00',
      'R f001 34 106 20',
      'R 140 99 106 34',
      'W 140 f0 106',
      'W 13f 02 106',
      'R f002 12 106 02',
    ]);
  });

  test('RTS looks at the stack, pulls, and fetches once at the old place', () => {
    expect(accesses([0x60], {}, { 320: 0x99, 321: 0x34, 322: 0x12, 4660: 0x56 })).toEqual([
      'R f000 60 100 00',
      'R 140 99 106 60',
      'R 141 34 106 99',
      'R 142 12 106 34',
      'R 1234 56 106 12',
    ]);
  });

  test('an undocumented NOP reads its operand', () => {
    expect(accesses([0x04, 0x44], {}, { 68: 0x12 })[2]).toBe('R 44 12 103 44');
  });
});

test('a jam stops the CPU until it is reset', () => {
  const bus = new FlatBus(true);
  bus.memory.set([0x02, 0xe8], FlatBus.index(0xf000));
  bus.memory.set([0x00, 0xf0], FlatBus.index(0xfffc));
  const cpu = new Cpu(bus);
  cpu.reset();
  cpu.run(100);
  expect([cpu.halted, cpu.x, cpu.cycles]).toEqual([true, 0, 2]);
  cpu.run(100);
  expect(cpu.cycles).toBe(2);
  bus.memory[FlatBus.index(0xf000)] = 0xea;
  cpu.reset();
  cpu.run(2);
  expect([cpu.halted, cpu.x]).toEqual([false, 1]);
});

test('a write may take time, but not straight after another write', () => {
  const bus = new FlatBus(false);
  bus.memory.set([0x20, 0x00, 0xf0], FlatBus.index(0xf000));
  const start = { a: 0, x: 0, y: 0, sp: 0x02, pc: 0xf000, p: 0x30, cycles: 0 };
  bus.haltAddress = 0x102;
  const first = cpuWith(bus, start);
  first.run(1);
  expect(first.cycles).toBe(16);
  bus.haltAddress = 0x101;
  const second = cpuWith(bus, start);
  second.run(1);
  expect(second.cycles).toBe(6);
});

test('a write that raises `stop` ends the run after its instruction', () => {
  const bus = new FlatBus(false);
  bus.memory.set([0x85, 0x10, 0xe8, 0xe8], FlatBus.index(0xf000));
  bus.stopAddress = 0x10;
  const cpu = cpuWith(bus, { a: 0, x: 0, y: 0, sp: 0xff, pc: 0xf000, p: 0x30, cycles: 0 });
  cpu.run(10);
  expect(cpu.x).toBe(0);
  bus.stop = false;
  cpu.run(2);
  expect(cpu.x).toBe(2);
});
