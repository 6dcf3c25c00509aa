/** `bun run report`: what it says is what the run's files hold, in one file that needs nothing else, whatever the names in it. */
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { reportCharts, runColours, shortNumber } from '../../src/report/charts.ts';
import { reportPage } from '../../src/report/page.ts';
import { reportPicture } from '../../src/report/picture.ts';
import { readReportedRuns } from '../../src/report/reportedRun.ts';
import { configurationTable, duration, evaluationTable, summaryTable } from '../../src/report/tables.ts';
import { cli, temporaryFolder } from '../e2e/cli.ts';

const { folder, remove } = temporaryFolder('report');
afterAll(remove);

interface Written {
  readonly configuration?: Record<string, unknown>;
  readonly games?: number;
  /** Mean rewards; null: no game came to its end. */
  readonly evaluations?: readonly (number | null)[];
  readonly recordings?: Readonly<Record<string, number>>;
}

/** A run folder of which every figure is known: game i ends after step 100 i with reward i. */
function written(
  name: string,
  { configuration = {}, games = 20, evaluations = [], recordings = {} }: Written = {},
): string {
  const path = join(folder, name);
  mkdirSync(join(path, 'recordings'), { recursive: true });
  const config = {
    format: 'wgsl-dqn run',
    startedAt: '2026-01-02T03:04:05.000Z',
    configuration: { game: 'catch', preset: 'quick', seed: 7, steps: 100 * games, frameSkip: 4, ...configuration },
    adapter: { description: 'a paper adapter' },
    commit: '0123456789abcdef',
  };
  writeFileSync(join(path, 'config.json'), JSON.stringify(config));
  const lines = Array.from({ length: games }, (_, i) => {
    const agentSteps = 100 * (i + 1);
    const game = {
      type: 'episode',
      episode: i + 1,
      agentSteps,
      reward: i + 1,
      episodeSteps: 100,
      meanReward100: (i + 2) / 2,
    };
    const progress = {
      type: 'progress',
      agentSteps,
      frames: 4 * agentSteps,
      meanLoss: 1 / agentSteps,
      meanQ: null,
      epsilon: 0.5,
    };
    return [
      { ...game, elapsedSeconds: agentSteps / 10 },
      { ...progress, elapsedSeconds: agentSteps / 10 },
    ];
  }).flat();
  const judged = evaluations.map((meanReward, i) => ({
    type: 'evaluation',
    agentSteps: 500 * (i + 1),
    meanReward: meanReward ?? 0,
    episodes: meanReward === null ? 0 : 3,
  }));
  writeFileSync(
    join(path, 'metrics.jsonl'),
    [...lines, ...judged]
      .sort((a, b) => a.agentSteps - b.agentSteps)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  );
  for (const [file, bytes] of Object.entries(recordings)) {
    writeFileSync(join(path, 'recordings', file), Buffer.concat([Buffer.from('GIF89a'), Buffer.alloc(bytes)]));
  }
  return path;
}

const texts = (cells: readonly { text: string }[]) => cells.map(({ text }) => text);

describe('tables', () => {
  test('a row a run, with what its metrics say', () => {
    const [run] = readReportedRuns([written('told', { evaluations: [4, 9.5, 6] })]);
    const { columns, rows } = summaryTable([run]);
    const row = Object.fromEntries(texts(rows[0].cells).map((text, i) => [columns[i].text, text]));
    expect(row).toMatchObject({
      run: 'told',
      game: 'catch',
      preset: 'quick',
      seed: '7',
      state: 'finished',
      steps: '2,000',
    });
    expect(row).toMatchObject({ games: '20', 'last mean': '10.50', 'best mean': '10.50', 'best evaluation': '9.50' });
    expect(row).toMatchObject({ time: '3 min 20 s', adapter: 'a paper adapter', commit: '0123456789' });
    const evaluations = evaluationTable(run);
    expect(evaluations.rows.map(({ cells, isMarked }) => [cells[0].text, cells[2].text, isMarked])).toEqual([
      ['500', '4.00', false],
      ['1,000', '9.50', true],
      ['1,500', '6.00', false],
    ]);
  });

  test('an evaluation without a whole game has no mean, and no curve goes through it', () => {
    const [run] = readReportedRuns([written('unended', { evaluations: [-20, null, -10] })]);
    const rows = evaluationTable(run).rows.map(({ cells, isMarked }) => [cells[2].text, isMarked]);
    expect(rows).toEqual([
      ['-20.00', false],
      ['-', false],
      ['-10.00', true],
    ]);
    expect([...run.series('evaluation.meanReward').y]).toEqual([-20, null, -10]);
  });

  test('fields that differ stand first and are marked', () => {
    const runs = readReportedRuns([written('one'), written('other', { configuration: { seed: 8, discount: 0.9 } })]);
    const { rows } = configurationTable(runs);
    expect(rows.filter(({ isMarked }) => isMarked).map(({ cells }) => texts(cells))).toEqual([
      ['seed', '7', '8'],
      ['discount', '-', '0.9'],
    ]);
    expect(rows.findIndex(({ isMarked }) => !isMarked)).toBe(2);
  });

  test('runs of one name are told apart by their folders; one that is named twice is refused', () => {
    const twice = [written('a/same'), written('b/same')];
    expect(readReportedRuns(twice).map(({ name }) => name)).toEqual(['a/same', 'b/same']);
    expect(() => readReportedRuns([twice[0], twice[0]])).toThrow('named twice');
  });

  test.each([
    [59, '59 s'],
    [60, '1 min 0 s'],
    [3599.7, '1 h 0 min'],
    [119.7, '2 min 0 s'],
    [5025, '1 h 23 min'],
  ])('%d seconds are %s', (seconds, words) => expect(duration(seconds)).toBe(words));

  test.each([
    [0.02, '0.02'],
    [9999, '10000'],
    [12_500, '12.5k'],
    [2_000_000, '2M'],
  ])('%d is short as %s', (value, words) => expect(shortNumber(value)).toBe(words));
});

describe('the page', () => {
  test('has a chart for what there is, and none for what there is not', () => {
    const titles = (name: string, of?: Written) =>
      reportCharts(readReportedRuns([written(name, of)])).map(({ title }) => title);
    expect(titles('plain')).toEqual(['Reward, mean of 100 games', 'Loss', 'Epsilon']);
    expect(titles('judged', { evaluations: [1, 2] })).toContain('Evaluation');
    expect(titles('empty', { games: 0 })).toEqual([]);
  });

  test('a curve goes through its points', () => {
    const [reward] = reportCharts(readReportedRuns([written('curve', { games: 2 })]));
    const paths = [...reward.svg.matchAll(/<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" [^>]*stroke="#0072b2"/g)];
    // Single games behind, their mean before: 1 and 2, 1 and 1.5; the mean rises half as far.
    const rise = paths.map(([, , from, , to]) => Number(from) - Number(to));
    expect(rise.length).toBe(2);
    expect(rise[0]).toBeGreaterThan(50);
    expect(rise[1]).toBeCloseTo(rise[0] / 2, 1);
  });

  test('of many runs shows means alone; the ninth is dashed, in its legend too', () => {
    const runs = readReportedRuns(Array.from({ length: 9 }, (_, i) => written(`many/${i}`)));
    const charts = reportCharts(runs);
    const lines = [...charts[0].svg.matchAll(/<path [^>]*stroke="#0072b2"[^>]*>/g)].map(([path]) => path);
    expect(lines.map((path) => path.includes('stroke-dasharray="6,3"'))).toEqual([false, true]);
    const legend = reportPage('Nine', runs, charts).split('</ul>')[0];
    expect(
      [...legend.matchAll(/stroke="#0072b2" stroke-width="4"( stroke-dasharray="6 3")?/g)].map(
        ([, dashed]) => !!dashed,
      ),
    ).toEqual([false, true]);
  });

  test('needs nothing but itself, and is the same bytes each time', () => {
    const runs = readReportedRuns([written('whole', { evaluations: [3], recordings: { 'game-000009.gif': 10 } })]);
    const page = reportPage('Whole', runs, reportCharts(runs));
    expect(/<script|<link|<iframe|@import|url\((?!#)/.exec(page)).toBeNull();
    expect([...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, to]) => to.slice(0, 22))).toEqual([
      'data:image/gif;base64,',
    ]);
    expect(reportPage('Whole', runs, reportCharts(runs)) === page).toBe(true);
  });

  test('shows the newest recording that is not too large, one of an evaluation where there is one', () => {
    const games = { 'game-000100.gif': 10, 'game-000200.gif': 10, 'notes.gif': 1 };
    const file = (name: string, recordings: Record<string, number>) =>
      readReportedRuns([written(name, { recordings })])[0].recording?.file;
    expect(file('games', games)).toBe('game-000200.gif');
    expect(file('large', { ...games, 'game-000300.gif': 5_000_000 })).toBe('game-000200.gif');
    expect(file('evaluation', { ...games, 'evaluation-000000500.gif': 10 })).toBe('evaluation-000000500.gif');
    expect(file('none', {})).toBeUndefined();
    // What only has the name of one is none.
    mkdirSync(join(folder, 'named', 'recordings', 'evaluation-000000900.gif'), { recursive: true });
    symlinkSync('nowhere', join(folder, 'named', 'recordings', 'evaluation-000000800.gif'));
    expect(file('named', games)).toBe('game-000200.gif');
  });

  test('names from files are text and nothing else', () => {
    const hostile = '<img src=x onerror=alert(1)>"&';
    const runs = readReportedRuns([written('hostile', { configuration: { preset: hostile, [hostile]: hostile } })]);
    const page = reportPage(hostile, runs, reportCharts(runs));
    expect(page).not.toContain('<img src=x');
    expect(page).toContain('&#60;img src=x');
  });
});

describe('the picture', () => {
  test('has the curve of each run in its colour, and letters', async () => {
    const runs = readReportedRuns([written('first'), written('second', { games: 30 })]);
    const png = PNG.sync.read(Buffer.from(await reportPicture('Two', runs, reportCharts(runs))));
    const count = (colour: string): number => {
      const rgb = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
      let pixels = 0;
      for (let i = 0; i < png.data.length; i += 4) if (rgb.every((value, c) => png.data[i + c] === value)) pixels++;
      return pixels;
    };
    expect(count(runColours[0])).toBeGreaterThan(100);
    expect(count(runColours[1])).toBeGreaterThan(100);
    expect(count(runColours[2])).toBe(0);
    // The title's letters, bold and black: without a font there would be none.
    expect(count('#000000')).toBeGreaterThan(500);
  });
});

describe('the command', () => {
  test('writes both files beside each other', async () => {
    const out = join(folder, 'out', 'mine.html');
    const { code, stdout, stderr } = await cli(['report', written('asked'), '--out', out, '--title', 'My run']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('mine.html');
    expect(readFileSync(out, 'utf8')).toContain('<h1>My run</h1>');
    expect(readFileSync(out.replace('.html', '.png')).subarray(1, 4).toString()).toBe('PNG');
  }, 30_000);

  test.each([
    [[], 'No run is named'],
    [[folder], 'no run folder'],
    [['/nonexistent'], 'no run folder'],
  ])(
    '%p: one line',
    async (words, reason) => {
      const { code, stdout, stderr } = await cli(['report', ...words]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(reason);
      expect(stderr.trimEnd().split('\n').length).toBe(1);
    },
    30_000,
  );
});
