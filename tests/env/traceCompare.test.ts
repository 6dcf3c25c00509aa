/** A trace is read and played again: what is compared, how a divergence is told, and what is no trace. */
import { describe, expect, test } from 'bun:test';
import { compareTrace } from '../../src/env/trace/compare.ts';
import { type TraceSettings, traceArcade } from '../../src/env/trace/play.ts';
import { parseTrace } from '../../src/env/trace/read.ts';
import { reportLines } from '../../src/env/trace/report.ts';
import { UserError } from '../../src/errors.ts';
import { countingCartridge, linesOf } from './traceCartridge.ts';

/** What `bun run trace --against` prints for these lines. */
function report(lines: readonly string[], undrawn = false): string {
  const trace = parseTrace(`${lines.join('\n')}\n`, 'x.txt');
  return reportLines(trace, compareTrace(trace, traceArcade(countingCartridge, trace.settings), { undrawn })).join(
    '\n',
  );
}

/** The line with this beginning, changed. */
function changed(lines: readonly string[], beginning: string, change: (line: string) => string): string[] {
  const index = lines.findIndex((line) => line.startsWith(beginning));
  return lines.with(index, change(lines[index]));
}

/** A column's text. */
function withColumn(row: string, column: number, text: string): string {
  return row.split(' ').with(column, text).join(' ');
}

/** The row's own RAM with some bytes changed, as a hash in place of its own. */
function withRam(lines: readonly string[], label: string, bytes: Readonly<Record<number, number>>): string[] {
  const printed = linesOf({}, { ram: true }).find((line) => line.startsWith(`# ram ${label} `))!;
  const ram = Uint8Array.fromHex(printed.split(' ')[3]);
  for (const [index, value] of Object.entries(bytes)) ram[Number(index)] = value;
  let hash = 0x811c9dc5;
  for (const byte of ram) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  return changed(lines, `${label} `, (row) => withColumn(row, 5, hash.toString(16).padStart(8, '0')));
}

const trace = linesOf();
const without = (beginning: string): string[] => trace.filter((line) => !line.startsWith(beginning));

describe('equal', () => {
  const variants: [string, Partial<TraceSettings>][] = [
    ['as it is', {}],
    ['by no rules', { any: true }],
    ['frame skip', { frameSkip: 3 }],
    ['sticky actions', { sticky: 0.3, seed: 0xffffffff }],
    ['mode and difficulty', { mode: 3, difficulty: 1 }],
    ['bank switching', { bankswitch: '4K' }],
  ];
  test.each(variants)('%s', (_, settings) => {
    const lines = linesOf(settings);
    const rows = lines.filter((line) => !line.startsWith('#')).length;
    expect(report(lines)).toBe(`x.txt: ${rows} rows compared, all equal`);
    expect(report(lines, true)).toBe(`x.txt: ${rows} rows compared, all equal`);
  });

  test('with RAM, without sums, cut short, with other line ends and comments', () => {
    expect(report(linesOf({}, { ram: true }))).toContain('all equal');
    expect(report(trace.slice(0, 17))).toBe('x.txt: 4 rows compared, all equal');
    expect(report(trace.map((line) => `${line}\r`).toSpliced(15, 0, '# a remark', '#', ''))).toContain('all equal');
  });

  test('what a reset says of action and reward is not compared', () => {
    expect(report(changed(trace, 'R92 ', (row) => row.replace('R92 - 0', 'R92 2 1')))).toContain('all equal');
    expect(report(changed(trace, 'R92 ', (row) => row.replace('R92 - 0 3', 'R92 2 1 2')))).toContain(
      'differs in lives,',
    );
  });
});

test('the header says how a trace was played', () => {
  const played = {
    seed: 9,
    frameSkip: 2,
    sticky: 0.125,
    any: false,
    mode: 3,
    difficulty: 1,
    bankswitch: '4K',
  } as const;
  const { settings, actions, md5, rom } = parseTrace(linesOf(played).join('\n'), 'x.txt');
  expect({ settings, actions, md5, rom }).toEqual({
    settings: played,
    actions: [0, 1, 2, 5],
    md5: countingCartridge.md5,
    rom: 'counting.bin',
  });
});

describe('a divergence', () => {
  test('is shown with the rows before it', () => {
    const lines = changed(trace, '3 ', (row) => withColumn(row, 6, '00000000'));
    const rows = trace.filter((line) => /^\d/.test(line));
    expect(report(lines).split('\n')).toEqual([
      'x.txt, line 18: frame 3 differs in screen, after 4 equal rows',
      '            frame action reward lives terminal ram screen scanlines',
      ...rows.slice(0, 3).map((row) => `  equal     ${row}`),
      `  expected  ${withColumn(rows[3], 6, '00000000')}`,
      `  actual    ${rows[3]}`,
    ]);
  });

  test.each([
    ['action', 1, '17'],
    ['reward', 2, '1'],
    ['lives', 3, '2'],
    ['terminal', 4, '1'],
    ['scanlines', 7, '9'],
  ])('in %s', (name, column, text) => {
    const lines = changed(trace, '4 ', (row) => withColumn(row, column, text));
    expect(report(lines)).toContain(`frame 4 differs in ${name}, after 5 equal rows`);
  });

  test('of the loaded console', () => {
    expect(report(changed(trace, '-1 ', (row) => withColumn(row, 7, '9')))).toContain(
      'frame -1 differs in scanlines, after 0',
    );
  });

  test('where a reward or an end has no row', () => {
    expect(report(without('32 '))).toContain('frame 32 has a row here alone');
    expect(report(without('92 '))).toContain('frame 92 has a row here alone');
    expect(report(without('R92 '))).toContain('frame R92 has a row here alone');
    expect(report(without('32 '), true)).toMatch(/actual {4}32 \d+ 1 3 0 [0-9a-f]{8} - \d+\n?$/);
  });

  test('where a reset does not come', () => {
    const at = trace.findIndex((line) => line.startsWith('4 ')) + 1;
    expect(report(trace.toSpliced(at, 0, trace[at - 1].replace('4', 'R4')))).toContain('row R4 is never reached');
  });

  test('of the sums', () => {
    const text = report(changed(trace, '# total_reward', () => '# total_reward 5 resets 2'));
    expect(text).toContain('the sums differ');
    expect(text).toContain('  actual    # total_reward 4 resets 2');
  });

  test('of the header is only noted', () => {
    const lines = changed(trace, '# format', (line) => line.replace('ystart 30', 'ystart 31'));
    expect(report(lines)).toMatch(
      /^Note: the trace's console: NTSC ystart 31 .*; here: NTSC ystart 30 .*\nx.txt: .* all equal$/,
    );
    expect(report(changed(trace, '# actions', () => '# actions 0 1'))).toContain(
      "Note: the trace's actions: 0 1; here: 0 1 2 5",
    );
    expect(report(changed(trace, '# screen', (line) => line.replace('160x210', '160x250')))).toContain(
      '160x250; here: 160x210',
    );
  });
});

describe('RAM', () => {
  test('the byte that the hash tells', () => {
    expect(report(withRam(trace, '2', { 26: 0x3d }))).toMatch(
      /frame 2 differs in ram, .*\nRAM \$9A is [0-9a-f]{2}, expected 3d \(the only byte whose change gives the expected hash\)$/s,
    );
  });

  test('two bytes that the hash tells', () => {
    const text = report(withRam(trace, '2', { 0: 0x01, 127: 0xee }));
    expect(text).toContain('RAM: no single byte');
    expect(text).toMatch(/\nRAM \$80 is 46, expected 01 and RAM \$FF is [0-9a-f]{2}, expected ee(\n|$)/);
  });

  test('a hash that nothing near has, and since when', () => {
    // No change of two bytes gives it: found by trying.
    const wrong = (label: string) => changed(trace, `${label} `, (row) => withColumn(row, 5, '00000001'));
    expect(report(wrong('2'))).toEndWith('\nRAM: no change of one or two bytes gives the expected hash.');
    expect(report(wrong('60'))).toEndWith(
      'expected hash. The trace has no rows of the 27 frames before it, in which the two may have parted.',
    );
  });

  test('all bytes, where the trace has them', () => {
    const lines = linesOf({}, { ram: true });
    const other = withRam(lines, '2', { 26: 0x3d, 27: 0x3e });
    const text = report(
      changed(other, '# ram 2 ', (line) => {
        const ram = Uint8Array.fromHex(line.split(' ')[3]);
        ram.set([0x3d, 0x3e], 0x1a);
        return `# ram 2 ${ram.toHex()}`;
      }),
    );
    expect(text).toMatch(/\nRAM \$9A is [0-9a-f]{2}, expected 3d\nRAM \$9B is [0-9a-f]{2}, expected 3e$/);
    const zero = withRam(lines, '2', { 26: 0x3d });
    expect(report(changed(zero, '# ram 2 ', () => `# ram 2 ${'5'.repeat(256)}`))).toMatch(
      /\nand 1[12]\d bytes of RAM more$/,
    );
  });
});

describe('what is no trace', () => {
  const head = (beginning: string, line: string): string[] => changed(trace, beginning, () => line);
  test.each<[string, readonly string[], string]>([
    ['nothing', [], 'x.txt is no trace: it has no rows.'],
    ['no rows', trace.slice(0, 13), 'x.txt is no trace: it has no rows.'],
    ['no MD5', without('# md5'), 'x.txt is no trace: it has no line "# md5 …".'],
    ['no screen', without('# screen'), 'x.txt is no trace: it has no line "# screen …".'],
    ['a short MD5', head('# md5', '# md5 12'), 'x.txt, line 2: "# md5 12" has another form.'],
    ['words', head('3 ', 'hello world'), 'x.txt, line 18: "hello world" is neither a row nor a comment.'],
    ['a long line', head('3 ', 'x'.repeat(999)), `line 18: "${'x'.repeat(60)}…" is neither`],
    ['a row that is cut', head('3 ', '3 0 0 0 0 12345678'), 'line 18: "3 0 0 0 0 12345678" is neither'],
    ['a column too many', head('3 ', '3 0 0 0 0 12345678 12345678 262 1'), 'line 18'],
    ['upper case', head('3 ', '3 0 0 0 0 1234567A 12345678 262'), 'line 18'],
    ['an end of 2', head('3 ', '3 0 0 0 2 12345678 12345678 262'), 'line 18'],
    ['control characters', head('3 ', '\u001b[31m3'), 'line 18: "\\u001b[31m3" is neither'],
    ['a frame twice', trace.toSpliced(18, 0, trace[17]), 'line 19: row 3 comes after row 3.'],
    [
      'a reset twice',
      trace.flatMap((line) => (line.startsWith('R92 ') ? [line, line] : [line])),
      'row R92 comes after row R92.',
    ],
    ['frames that descend', trace.toSpliced(18, 0, trace[14]), 'line 19: row 0 comes after row 3.'],
    [
      'a reset before its frame',
      trace.toSpliced(17, 0, trace[17].replace('3', 'R3')),
      'line 19: row 3 comes after row R3.',
    ],
    [
      'seed 0',
      head('# screen', '# screen 160x210 any 0 seed 0 frame_skip 1 sticky 0 policy rand'),
      'line 10: the seed "0" is out',
    ],
    [
      'a frame skip of 0',
      head('# screen', '# screen 160x210 any 0 seed 1 frame_skip 0 sticky 0 policy rand'),
      'frame_skip "0" is out',
    ],
    [
      'a probability',
      head('# screen', '# screen 160x210 any 0 seed 1 frame_skip 1 sticky x policy rand'),
      'sticky "x" is out',
    ],
    ['a policy', head('# screen', '# screen 160x210 any 0 seed 1 frame_skip 1 sticky 0 policy noop'), 'follow "noop"'],
    ['an action', head('# actions', '# actions 0 18'), 'line 11: there is no action 18.'],
    ['no action', head('# actions', '# actions'), 'line 11: "# actions" has another form.'],
    ['modes', head('# modes', '# modes'), 'line 12: "# modes" has another form.'],
    [
      'bank switching',
      head('# about   Bank', '# about   Bankswitch Type: F9'),
      'line 9: there is no bank switching "F9".',
    ],
    [
      'RAM without its row',
      trace.toSpliced(18, 0, `# ram 2 ${'0'.repeat(256)}`),
      'line 19: the RAM of frame 2 does not follow',
    ],
    [
      'RAM before any row',
      trace.toSpliced(0, 0, `# ram -1 ${'0'.repeat(256)}`),
      'line 1: the RAM of frame -1 does not follow',
    ],
    ['too little RAM', trace.toSpliced(18, 0, '# ram 3 00'), 'line 19: "# ram 3 00" is not'],
  ])('%s', (_, lines, message) => {
    let error: unknown;
    try {
      report(lines);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(message);
    expect((error as UserError).message).not.toContain('\n');
  });
});
