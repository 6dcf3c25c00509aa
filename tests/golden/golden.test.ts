/** Every row of every trace: RAM, screen, scanlines, action, in 600 frames of 108 cartridges. */
import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { firstDivergence, fnv32, readRom, readTrace } from './trace.ts';

const names = readdirSync(new URL('traces', import.meta.url))
  .map((file) => file.replace('.1.txt.gz', ''))
  .sort();

test('there are 108 traces', () => {
  expect(names.length).toBe(108);
});

describe('the console plays as the reference did', () => {
  test.each(names)('%s', (name) => {
    expect(firstDivergence(readRom(name), readTrace(name))).toBeUndefined();
  });
});

test('a divergence is shown with the rows before it', () => {
  const trace = readTrace('tiafuzz01');
  const rows = [...trace.rows];
  const [frame, action, ...rest] = rows[10].split(' ');
  rows[10] = [frame, action, ...rest.slice(0, 4), '00000000', rest[5]].join(' ');
  const report = firstDivergence(readRom('tiafuzz01'), { ...trace, rows });
  expect(report).toContain(`  equal     ${trace.rows[9]}`);
  expect(report).toContain(`  expected  ${rows[10]}`);
  expect(report).toContain(`  actual    ${trace.rows[10]}`);
});

test('rows beyond the last printed frame are compared too', () => {
  const trace = readTrace('random02');
  const rows = [...trace.rows, '650 16 0 0 0 9504283e 4bf406c5 7'];
  expect(firstDivergence(readRom('random02'), { ...trace, rows })).toContain('actual    650');
});

test('fnv32 is FNV-1a', () => {
  // Vectors of the FNV authors (http://www.isthe.com/chongo/tech/comp/fnv).
  expect(fnv32(new TextEncoder().encode(''))).toBe('811c9dc5');
  expect(fnv32(new TextEncoder().encode('foobar'))).toBe('bf9cf968');
});
