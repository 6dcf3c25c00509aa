/** `bun run presets`, run as the user runs it. */
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { flagFields } from '../../src/run/configuration.ts';
import { presetNames } from '../../src/run/presets.ts';
import { protocolNames } from '../../src/run/protocols.ts';
import { resolveConfiguration } from '../../src/run/resolve.ts';

function presets(...words: string[]): { code: number; lines: string[]; error: string } {
  const main = join(import.meta.dir, '../../src/cli/main.ts');
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, main, 'presets', ...words]);
  return { code: exitCode, lines: stdout.toString().trimEnd().split('\n'), error: stderr.toString() };
}

const json = (...words: string[]): unknown => JSON.parse(presets(...words, '--json').lines.join('\n'));

describe('--json', () => {
  test('is each preset resolved whole, and every field of it', () => {
    const all = json() as Record<string, object>;
    expect(Object.keys(all)).toEqual([...presetNames]);
    for (const preset of presetNames) {
      expect(Object.keys(all[preset]).sort()).toEqual([...flagFields].sort());
      expect({ game: 'pong', ...all[preset] }).toEqual(resolveConfiguration({ game: 'pong', flags: { preset } }));
    }
  });

  test('--protocol stands over each preset', () => {
    const all = json('--protocol', 'machado') as Record<string, Record<string, unknown>>;
    for (const preset of presetNames) expect(all[preset]).toMatchObject({ actionSet: 'full', protocol: 'machado' });
  });

  test('--diff is the two values of each field that differs', () => {
    const difference = json('--diff', 'cleanrl', 'sb3');
    expect(difference).toEqual({
      ...{ stackPadding: { cleanrl: 'repeat', sb3: 'zero' }, learnStart: { cleanrl: 80_000, sb3: 100_000 } },
      ...{ targetEvery: { cleanrl: 1_000, sb3: 10_000 }, epsilonEnd: { cleanrl: 0.01, sb3: 0.1 } },
      loss: { cleanrl: 'squared', sb3: 'huber' },
    });
    expect(json('--diff', 'lapan', 'lapan')).toEqual({});
  });
});

describe('for a reader', () => {
  test('presets and protocols are named; only what differs is shown, in lines of 100 characters', () => {
    const { lines } = presets();
    for (const name of [...presetNames, ...protocolNames]) {
      expect(lines.some((line) => line.startsWith(`  ${name} `))).toBe(true);
    }
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    const starting = (flag: string): string[] => lines.filter((line) => line.startsWith(`  ${flag}, `));
    expect(starting('learn-start').join(' ')).toMatch(/agent steps +50,000 +10,000 +50,000 .*80,000 +100,000 +20,000/);
    expect(starting('batch-size')).toEqual([]);
    expect(presets('--all').lines.some((line) => /^ {2}batch-size, transitions +32 +32/.test(line))).toBe(true);
  });

  test('--diff shows flags, units and both values', () => {
    const { lines } = presets('--diff', 'cleanrl', 'sb3');
    expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      ...[
        ' cleanrl sb3',
        'environment',
        ' stack-padding repeat zero',
        'agent',
        ' learn-start, agent steps 80,000 100,000',
      ],
      ...[' target-every, agent steps 1,000 10,000', ' epsilon-end 0.01 0.1', ' loss squared huber', ''],
      `${flagFields.length - 1 - 5} more values are the same; --all shows them.`,
    ]);
  });
});

test.each([
  [['--diff', 'deepmid', 'lapan'], 'There is no preset "deepmid". Did you mean "deepmind"?'],
  [['--diff', 'lapan', 'zzz'], 'There is no preset "zzz". Presets: deepmind, '],
  [['--diff', 'lapan'], '--diff needs 2 values'],
  [['--protocol', 'machdo'], 'Did you mean "machado"?'],
])('%p is one line', (words, expected) => {
  const { code, error } = presets(...words);
  expect(code).toBe(1);
  expect(error).toContain(expected);
  expect(error.trimEnd().split('\n')).toHaveLength(1);
});
