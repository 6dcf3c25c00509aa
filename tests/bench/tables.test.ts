import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable, type Results, type Row, textReport } from '../../bench/emulator/results.ts';
import { machineLine } from '../../bench/machine.ts';
import { resultsOf, tables, withTable } from '../../bench/tables.ts';
import { UserError } from '../../src/errors.ts';
import { projectFolder } from '../e2e/cli.ts';

const row = (rom: string, mode: Row['mode'], framesPerSecond: number, more: Partial<Row> = {}): Row => ({
  rom,
  mode,
  framesPerSecond,
  best: framesPerSecond + 10,
  timesRealTime: Math.round(framesPerSecond / 60),
  md5: '0'.repeat(32),
  ...more,
});

const results: Results = {
  what: 'bun run bench emulator',
  date: '2026-01-02T03:04:05.000Z',
  commit: '0123456789abcdef0123456789abcdef01234567',
  dirty: false,
  cpu: 'a processor',
  cores: 4,
  bun: '1.2.3',
  load: { before: 0.04, after: 1.26 },
  secondsPerMode: 1,
  rows: [
    row('pong', 'drawn', 20001, {
      instructionsPerFrame: 5000,
      instructionsPerSecond: 100005000,
      nsPerFrame: { cpu: 30000, tia: 19000, rest: 999 },
      besideOthers: 15000,
    }),
    row('pong', 'seen', 28002),
    row('pong', 'observation', 25003, { allCores: { workers: 4, framesPerSecond: 90000, ratio: 3.6 } }),
    row('tiafuzz01', 'drawn', 12000),
  ],
};

test('the README table: one row a cartridge, the other emulators beside those that they were measured on', () => {
  const lines = markdownTable(results).split('\n');
  expect(lines[0]).toStartWith(
    '4 cores of a processor, Bun 1.2.3, 2026-01-02, commit 0123456789; load 0.0 before, 1.3 after. ',
  );
  const table = lines.filter((line) => line.startsWith('|'));
  expect(table[0]).toBe('| cartridge | drawn | seen | observation | observation, 4 cores | ALE | Javatari | 6502.ts |');
  expect(table.slice(2)).toEqual([
    '| pong | 20,001 | 28,002 | 25,003 | 90,000 | - | - | - |',
    '| tiafuzz01 | 12,000 | - | - | - | 12,649 | 3,591 | 625 |',
  ]);
  expect(lines.at(-1)).toContain('another machine (2 cores of an AMD EPYC (Zen 5))');
});

test('the text report: a row a mode, parts of a drawn frame, another machine for the other emulators', () => {
  const text = textReport(results).join('\n');
  expect(text).toMatch(/^pong +drawn +20,001 +20,011 +333 +- +- +- +-$/m);
  expect(text).toMatch(/^pong +observation +25,003 +25,013 +417 +90,000 \(x 3\.60\)$/m);
  expect(text).toMatch(/^pong +5,000 +100 +30,000 +19,000 +999 +15,000$/m);
  expect(text).toContain('another machine');
});

test('a machine that was busy with other work is said to be', () => {
  const line = (before: number, after: number) => machineLine({ ...results, load: { before, after } });
  expect(line(2, 5)).toEndWith('load 2.0 before, 5.0 after');
  expect(line(2.1, 2)).toContain('measure again');
  expect(line(0, 5.1)).toContain('measure again');
});

describe('tables in pages', () => {
  const table = tables[0];

  test('only what is between the marks is written', () => {
    const page = 'before\n<!-- bench emulator -->\nold\n<!-- /bench emulator -->\nafter\n';
    const written = withTable(page, table, results);
    expect(written).toBe(page.replace('old', markdownTable(results)));
    expect(withTable(written, table, results)).toBe(written);
  });

  test('a page without a place for one is refused', () => {
    expect(() => withTable('no marks', table, results)).toThrow(UserError);
    expect(() => withTable('<!-- /bench emulator -->\n<!-- bench emulator -->\n', table, results)).toThrow(UserError);
  });

  test.each(tables.map(({ name }) => name))(
    '%s: the page shows what bench/results holds (`bun run docs` writes it)',
    (name) => {
      const table = tables.find((known) => known.name === name)!;
      const page = readFileSync(join(projectFolder, table.page), 'utf8');
      expect(withTable(page, table, resultsOf(table))).toBe(page);
    },
  );
});
