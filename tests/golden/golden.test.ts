/** Every row of every trace: RAM, screen, scanlines, action, in 600 frames of 108 cartridges; and the lines around the rows. */
import { describe, expect, test } from 'bun:test';
import { compareTrace } from '../../src/env/trace/compare.ts';
import { traceArcade } from '../../src/env/trace/play.ts';
import { parseTrace } from '../../src/env/trace/read.ts';
import { reportLines } from '../../src/env/trace/report.ts';
import { goldenCartridge, goldenNames, goldenRows, goldenText, play } from './cartridges.ts';

test('there are 108 traces', () => {
  expect(goldenNames.length).toBe(108);
});

/** Whether a golden trace has this line of one that has a row for every frame. */
function isGolden(line: string): boolean {
  if (line.startsWith('#')) return true;
  const frame = Number.parseInt(line, 10);
  return frame < goldenRows.full || frame % goldenRows.every === 0;
}

describe('the console plays as the reference did', () => {
  test.each([...goldenNames])('%s', (name) => {
    const text = goldenText(name);
    const lines = play(name).lines.filter(isGolden);
    if (`${lines.join('\n')}\n` === text) return;
    // It differs: shown with the rows before, and the bytes of RAM.
    const trace = parseTrace(text, name);
    const comparison = compareTrace(trace, traceArcade(goldenCartridge(name), trace.settings));
    expect(reportLines(trace, comparison).join('\n')).toBe('');
    expect(lines).toEqual(text.trimEnd().split('\n'));
  });
});
