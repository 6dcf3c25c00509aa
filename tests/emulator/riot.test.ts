/** The RIOT's timer and ports. Expectations from reference console.md section 5. */
import { beforeEach, describe, expect, test } from 'bun:test';
import { Riot } from '../../src/emulator/riot/riot.ts';

const intim = 0x284;
const flags = 0x285;
let riot: Riot;

beforeEach(() => {
  riot = new Riot({ swcha: 0x7f, swchb: 0x3b });
  riot.reset(40);
});

test.each([
  [0x294, 1],
  [0x295, 8],
  [0x296, 64],
  [0x297, 1024],
])('the timer at %d counts every %d cycles', (address, cycles) => {
  riot.write(address, 10, 1000);
  // One cycle after the write the first tick has happened.
  expect(riot.read(intim, 1001)).toBe(9);
  expect(riot.read(intim, 1000 + cycles)).toBe(9);
  expect(riot.read(intim, 1001 + cycles)).toBe(8);
  expect(riot.read(intim, 1000 + 10 * cycles)).toBe(0);
  expect(riot.read(flags, 1000 + 10 * cycles)).toBe(0);
  expect(riot.read(flags, 1001 + 10 * cycles)).toBe(0x80);
});

describe('once it has run out', () => {
  test('it counts single cycles, and the first look lowers the flag', () => {
    riot.write(0x296, 1, 0);
    expect(riot.read(intim, 65)).toBe(0xff);
    expect(riot.read(flags, 65)).toBe(0x80);
    expect(riot.read(intim, 66)).toBe(0xfe);
    expect(riot.read(flags, 67)).toBe(0);
    riot.write(0x296, 1, 100);
    expect(riot.read(flags, 165)).toBe(0x80);
  });
});

test('after a reset it counts in steps of 64 from the noise it was given', () => {
  expect(riot.read(intim, 1)).toBe(39);
  expect(riot.read(intim, 65)).toBe(38);
});

test('rebasing time changes nothing', () => {
  riot.write(0x295, 50, 700);
  const before = [750, 900, 1090, 1110, 1200].map((cycle) => riot.read(intim, cycle));
  riot.write(0x295, 50, 700);
  riot.rebase(650);
  expect([100, 250, 440, 460, 550].map((cycle) => riot.read(intim, cycle))).toEqual(before);
});

test('ports read their inputs; the direction of port A reads back; port B cannot be written', () => {
  riot.write(0x281, 0xa5, 0);
  riot.write(0x280, 0x00, 0);
  riot.write(0x282, 0x00, 0);
  riot.write(0x283, 0xff, 0);
  expect([0x280, 0x281, 0x282, 0x283].map((address) => riot.read(address, 0))).toEqual([0x7f, 0xa5, 0x3b, 0]);
});

test('a write with A4 low is not one to the timer', () => {
  riot.write(0x284, 200, 0);
  expect(riot.read(intim, 1)).toBe(39);
});
