import { afterAll, beforeEach, describe, expect, test } from 'bun:test';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { MetricsTail } from '../../src/run/reading/metricsTail.ts';
import { atOnce } from '../../src/run/reading/paced.ts';
import { episode, evaluation, type Line, progress } from './madeRun.ts';

const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-tail-'));
afterAll(() => rmSync(folder, { recursive: true }));
let path = '';
let files = 0;
beforeEach(() => {
  path = join(folder, `metrics-${files++}.jsonl`);
});

const text = (...lines: readonly Line[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

function rewards(tail: MetricsTail): (number | null)[] {
  atOnce(tail.update());
  const { episode } = tail.tables;
  return Array.from({ length: episode.rows }, (_, row) => episode.value('reward', row));
}

describe('metrics.jsonl is read', () => {
  test('by type, with all of its numbers', () => {
    const layers = [
      { layer: 'conv1', meanAbsWeight: 0.25, maxAbsGradient: null },
      { layer: 'out', meanAbsWeight: 0.5 },
    ];
    writeFileSync(
      path,
      text(episode(1, 75, -3), progress(100, null, { layers }), evaluation(100, 1.5), progress(200, 0.125)),
    );
    const tail = new MetricsTail(path);
    atOnce(tail.update());
    const { tables } = tail;
    expect([tables.episode.rows, tables.progress.rows, tables.evaluation.rows]).toEqual([1, 2, 1]);
    expect(tables.episode.value('reward', 0)).toBe(-3);
    expect([0, 1].map((row) => tables.progress.value('meanLoss', row))).toEqual([null, 0.125]);
    expect([0, 1].map((row) => tables.progress.value('layers.conv1.meanAbsWeight', row))).toEqual([0.25, null]);
    expect(tables.progress.value('layers.out.meanAbsWeight', 0)).toBe(0.5);
    expect(tables.progress.columns.has('layers.conv1.maxAbsGradient')).toBe(true);
    expect(tables.evaluation.columns.get('isBest')).toMatchObject({ isBoolean: true });
    expect(tables.evaluation.columns.has('type')).toBe(false);
    expect(tail.totals).toMatchObject({ agentSteps: 200, lastEvaluation: 1.5, stepsPerSecond: 123.5 });
  });

  test('only where it is new', () => {
    const filler = Array.from({ length: 20 }, (_, i) => episode(i + 2, 75 * (i + 2), 2));
    writeFileSync(path, text(episode(1, 75, 1), ...filler));
    const tail = new MetricsTail(path);
    expect(rewards(tail)[0]).toBe(1);
    // Far before the end, another number of the same length: who reads it again sees it.
    const file = openSync(path, 'r+');
    writeSync(file, JSON.stringify(episode(1, 75, 9)).slice(0, 60), 0);
    appendFileSync(path, text(episode(22, 1650, 3)));
    expect(rewards(tail)).toEqual([1, ...filler.map(() => 2), 3]);
    expect(rewards(new MetricsTail(path))[0]).toBe(9);
  });

  test('a half line once it is whole, cut within a character of several bytes', () => {
    const bytes = new TextEncoder().encode(text(episode(1, 75, 1), episode(2, 150, 2, { note: '→ö' })));
    const cut = bytes.lastIndexOf(0xc3) + 1;
    writeFileSync(path, bytes.subarray(0, cut));
    const tail = new MetricsTail(path);
    expect(rewards(tail)).toEqual([1]);
    appendFileSync(path, bytes.subarray(cut, bytes.length - 1));
    expect(rewards(tail)).toEqual([1]);
    appendFileSync(path, '\n');
    expect(rewards(tail)).toEqual([1, 2]);
  });

  test('past lines that are no metrics', () => {
    const broken = [
      '',
      '{"type":"episode","agentSteps":',
      'null',
      '[1]',
      '7',
      '{"type":"other","agentSteps":1}',
      '\0\0\xff',
    ];
    broken.push('{"type":"episode"}', '{"type":"episode","agentSteps":"9"}', '{"type":"__proto__","agentSteps":1}');
    writeFileSync(path, `${text(episode(1, 75, 1))}${broken.join('\n')}\n${text(episode(2, 150, 2))}`);
    const tail = new MetricsTail(path);
    expect(rewards(tail)).toEqual([1, 2]);
    expect([tail.tables.progress.rows, tail.tables.evaluation.rows]).toEqual([0, 0]);
  });

  test('past numbers that are none, and without a column for each of thousands of keys', () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key${i}`, i]));
    writeFileSync(path, `{"type":"episode","agentSteps":1,"reward":1e999}\n${text(episode(2, 2, 5, many))}`);
    const tail = new MetricsTail(path);
    expect(rewards(tail)).toEqual([null, 5]);
    expect(tail.tables.episode.columns.size).toBeLessThan(1000);
  });

  test('with nothing where a line has no such key, however many lines there are', () => {
    const lines = Array.from({ length: 500 }, (_, i) => episode(i + 1, i, i % 7, i % 100 === 0 ? { seldom: i } : {}));
    writeFileSync(path, text(...lines));
    const tail = new MetricsTail(path);
    atOnce(tail.update());
    const seldom = lines.map((_, row) => tail.tables.episode.value('seldom', row));
    expect(seldom).toEqual(lines.map((_, i) => (i % 100 === 0 ? i : null)));
  });

  test('past a line that is longer than memory should be', () => {
    const long = `{"type":"episode","agentSteps":1,"reward":${'1'.repeat(40 << 20)}}\n`;
    writeFileSync(path, text(episode(1, 75, 1)) + long + text(episode(2, 150, 2)));
    expect(rewards(new MetricsTail(path))).toEqual([1, 2]);
  });

  test('a line of two megabytes is one', () => {
    writeFileSync(path, text(episode(1, 75, 1, { note: 'x'.repeat(2 << 20) }), episode(2, 150, 2)));
    expect(rewards(new MetricsTail(path))).toEqual([1, 2]);
  });
});

describe('a resumed run cuts metrics.jsonl', () => {
  const before = [episode(1, 75, 1), episode(2, 150, 2), episode(3, 225, 3)];

  test('and it is shorter', () => {
    writeFileSync(path, text(...before));
    const tail = new MetricsTail(path);
    rewards(tail);
    truncateSync(path, text(before[0]).length);
    expect(rewards(tail)).toEqual([1]);
    expect(tail.totals).toMatchObject({ agentSteps: 75, episodes: 1 });
  });

  test('and it is far shorter', () => {
    const many = Array.from({ length: 100 }, (_, i) => episode(i + 1, i, 1));
    writeFileSync(path, text(...many));
    const tail = new MetricsTail(path);
    rewards(tail);
    writeFileSync(path, text(episode(1, 75, 4)));
    expect(rewards(tail)).toEqual([4]);
  });

  test('and it is longer again before anybody looks', () => {
    writeFileSync(path, text(...before));
    const tail = new MetricsTail(path);
    rewards(tail);
    const seen = tail.tables.episode;
    writeFileSync(path, text(before[0], episode(2, 151, 5), episode(3, 226, 6), episode(4, 300, 7)));
    expect(rewards(tail)).toEqual([1, 5, 6, 7]);
    // Who still reads the old ones is not disturbed.
    expect([0, 1, 2].map((row) => seen.value('reward', row))).toEqual([1, 2, 3]);
  });

  test('and it is as long as before', async () => {
    writeFileSync(path, text(...before));
    const tail = new MetricsTail(path);
    rewards(tail);
    await Bun.sleep(5);
    writeFileSync(path, text(before[0], before[1], episode(3, 225, 8)));
    expect(rewards(tail)).toEqual([1, 2, 8]);
  });
});

describe('metrics.jsonl', () => {
  test('vanishes and comes back', () => {
    const tail = new MetricsTail(path);
    expect(rewards(tail)).toEqual([]);
    expect(tail.modifiedAtMs).toBeNull();
    writeFileSync(path, text(episode(1, 75, 1)));
    expect(rewards(tail)).toEqual([1]);
    expect(tail.modifiedAtMs).toBeCloseTo(Date.now(), -4);
    renameSync(path, `${path}.away`);
    expect(rewards(tail)).toEqual([]);
    renameSync(`${path}.away`, path);
    expect(rewards(tail)).toEqual([1]);
  });

  test('is no link and no folder', () => {
    writeFileSync(`${path}.real`, text(episode(1, 75, 1)));
    symlinkSync(`${path}.real`, path);
    expect(rewards(new MetricsTail(path))).toEqual([]);
    rmSync(path);
    mkdirSync(path);
    expect(rewards(new MetricsTail(path))).toEqual([]);
  });

  test('is read to the same in whatever pieces it comes, with cuts between', () => {
    const size = fc.integer({ min: 1, max: 400 });
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ append: size }) },
      { weight: 1, arbitrary: fc.record({ cutTo: fc.double({ min: 0, max: 1, noNaN: true }) }) },
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.infiniteStream(fc.integer({ min: -21, max: 21 })),
        (steps, stream) => {
          writeFileSync(path, '');
          const tail = new MetricsTail(path);
          let [games, waiting] = [0, ''];
          for (const change of steps) {
            if ('append' in change) {
              while (waiting.length < change.append) {
                games++;
                waiting += text(episode(games, games * 75, stream.next().value));
              }
              appendFileSync(path, waiting.slice(0, change.append));
              waiting = waiting.slice(change.append);
            } else {
              const content = readFileSync(path, 'utf8');
              truncateSync(path, content.lastIndexOf('\n', change.cutTo * content.length) + 1);
              waiting = '';
            }
            const whole = new MetricsTail(path);
            expect(rewards(tail)).toEqual(rewards(whole));
            expect(tail.totals).toEqual(whole.totals);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
