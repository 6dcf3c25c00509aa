/** `bun run watch` in a pseudo terminal: what is drawn, keys, sizes, and the terminal as it was on every way out. */
import { afterAll, describe, expect, test } from 'bun:test';
import { cpSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseCommandLine } from '../../src/cli/arguments.ts';
import { openTrained } from '../../src/cli/trained.ts';
import { watchCommand } from '../../src/cli/watch.ts';
import { WeightsFollower } from '../../src/cli/watchFollow.ts';
import { bar, layoutOf } from '../../src/cli/watchView.ts';
import { cli, small, temporaryFolder } from '../e2e/cli.ts';
import { TerminalProgram } from './terminalProgram.ts';

const { folder, remove } = temporaryFolder('watch');
afterAll(remove);

const randomCatch = ['src/cli/main.ts', 'watch', 'catch', '--random'];
const isDrawn = (program: TerminalProgram) => () => program.model.pictures > 3;
/** The normal screen, with cursor and wrapping, nothing under way. */
const asBefore = [7, 25];

function modes({ model }: TerminalProgram): number[] {
  return [...model.modes].sort((a, b) => a - b);
}

/** The cells of the picture: those with a colour behind. */
function pictureCells({ model }: TerminalProgram) {
  return model.cells.filter(({ background }) => background !== -1);
}

describe('drawing', () => {
  test('the screen in half blocks, in the colours of the game, values and keys under it', async () => {
    const program = new TerminalProgram(randomCatch, { columns: 90, rows: 30, env: { COLORTERM: 'truecolor' } });
    await program.until(isDrawn(program));
    const { model } = program;
    expect(modes(program)).toEqual([1049]);
    // 160 x 210 of twice as wide pixels: 25 rows of two are 50 high and 76 wide.
    expect(pictureCells(program).length).toBe(76 * 25);
    const sky = model.cells[model.columns * 3 + 45];
    expect(sky.background).toBe(0x001c88);
    expect(model.cells.some(({ character }) => character === '▀')).toBe(true);
    expect(model.line(25)).toMatch(/^catch, random actions +reward -?\d+ {3}game 1 {3}step \d+ {3}random$/);
    expect([26, 27, 28].map((row) => model.line(row).slice(2, 7).trim())).toEqual(['NOOP', 'RIGHT', 'LEFT']);
    expect([26, 27, 28].filter((row) => /^▶ \w+ +at random$/.test(model.line(row))).length).toBe(1);
    expect(model.line(29)).toBe('q quit   space pause   + - speed (1x)   n next game');
    program.press('q');
    expect(await program.ended()).toBe(0);
    expect(modes(program)).toEqual(asBefore);
    expect(program.sent).toContain('\x1b[38;2;');
    expect(program.sent).not.toContain('8;5;');
  });

  test('without COLORTERM: 256 colours', async () => {
    const program = new TerminalProgram(randomCatch);
    await program.until(isDrawn(program));
    program.press('q');
    await program.ended();
    expect(program.sent).toContain('\x1b[48;5;');
    expect(program.sent).not.toContain('8;2;');
  });

  test('at most 30 pictures a second, at the console’s speed', async () => {
    const program = new TerminalProgram(randomCatch);
    await program.until(isDrawn(program));
    const [beganMs, pictures] = [performance.now(), program.model.pictures];
    await Bun.sleep(2000);
    const perSecond = ((program.model.pictures - pictures) * 1000) / (performance.now() - beganMs);
    program.press('q');
    await program.ended();
    expect(perSecond).toBeLessThan(32);
    expect(perSecond).toBeGreaterThan(3);
  });

  test('another size is another picture, and one that is too small says so', async () => {
    const program = new TerminalProgram(randomCatch, { columns: 90, rows: 30 });
    await program.until(isDrawn(program));
    program.resize(60, 20);
    await program.until(() => program.sent.lastIndexOf('\x1b[2J') > program.sent.indexOf('\x1b[2J'));
    // Rows of the new size are drawn to their end and not beyond.
    expect(program.sent.slice(program.sent.lastIndexOf('\x1b[2J'))).not.toMatch(/\[2[1-9];\d+H/);
    program.resize(20, 5);
    await program.until(() => program.sent.includes('At least 24 x 8'));
    program.press('q');
    expect(await program.ended()).toBe(0);
  });
});

describe('keys', () => {
  test('pause, speed, next game', async () => {
    const program = new TerminalProgram(randomCatch);
    const { model } = program;
    await program.until(isDrawn(program));
    program.press(' ');
    await program.until(() => model.line(23).includes('space go on'));
    const step = model.line(model.rows - 5);
    await Bun.sleep(300);
    expect(model.line(model.rows - 5)).toBe(step);
    program.press('++-');
    await program.until(() => model.line(23).includes('speed (2x)'));
    program.press(' n');
    await program.until(() => model.line(23).includes('space pause') && !model.line(model.rows - 5).includes(step));
    program.press('\x03');
    expect(await program.ended()).toBe(130);
    expect(modes(program)).toEqual(asBefore);
  });
});

describe('the terminal is as it was', () => {
  test('after the last game, whose reward is told', async () => {
    const program = new TerminalProgram([...randomCatch, '--episodes', '2', '--speed', '100']);
    expect(await program.ended()).toBe(0);
    expect(modes(program)).toEqual(asBefore);
    expect(program.sent.slice(program.sent.lastIndexOf('\x1b[?1049l'))).toMatch(/Games: 2, rewards -?\d+, -?\d+/);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('after %s', async (signal, code) => {
    const program = new TerminalProgram(randomCatch);
    await program.until(isDrawn(program));
    expect(modes(program)).toEqual([1049]);
    program.process.kill(signal);
    expect(await program.ended()).toBe(code);
    expect(modes(program)).toEqual(asBefore);
  });

  test.each([
    ['closes', 0],
    ['throws later', 70],
    ['rejects', 70],
    ['exits', 3],
  ])('when the program %s', async (how, code) => {
    const program = new TerminalProgram(['tests/cli/fixtures/terminalEnds.ts', how]);
    await program.until(() => program.sent.includes('shown'));
    const ended = await program.ended();
    expect(ended).toBe(code);
    const restored = program.sent.lastIndexOf('\x1b[?7h\x1b[?25h\x1b[?1049l');
    expect(restored).toBeGreaterThan(program.sent.indexOf('shown'));
    if (code === 70) expect(program.sent.indexOf('a mistake')).toBeGreaterThan(restored);
    if (how === 'closes') expect(program.sent.indexOf('after')).toBeGreaterThan(restored);
  });
});

test('without a terminal, or without colours, one line says what to do', async () => {
  const ended = await cli(['watch', 'catch', '--random']);
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^error: The output is no terminal. Record a file instead: (npx )?bun run record catch --out catch.gif\n$/,
    ),
  });
  const program = new TerminalProgram(randomCatch, { env: { NO_COLOR: '1' } });
  expect(await program.ended()).toBe(1);
  expect(program.sent).toMatch(/^error: NO_COLOR is set.*bun run record catch --out catch.gif\r\n$/);
});

test('the layout fits every terminal, keeps the aspect, and leaves bars out before the picture', () => {
  for (let columns = 24; columns < 400; columns += 7) {
    for (let rows = 8; rows < 130; rows += 3) {
      for (const actions of [3, 6, 18]) {
        const layout = layoutOf(columns, rows, 210, actions)!;
        expect(layout.pictureLeft + layout.pictureColumns).toBeLessThanOrEqual(columns);
        expect(layout.panelTop + 1 + layout.barRows + 1).toBeLessThanOrEqual(rows);
        expect(layout.picturePixels).toBeLessThanOrEqual(2 * layout.panelTop);
        expect(layout.barRows * layout.barColumns === 0 || layout.barRows * layout.barColumns >= actions).toBe(true);
        const aspect = layout.pictureColumns / layout.picturePixels;
        expect(Math.abs(aspect - 320 / 210)).toBeLessThan(2 / layout.picturePixels + 0.05);
        if (layout.barRows > 0) expect(layout.panelTop).toBeGreaterThan(0);
      }
    }
  }
  expect(layoutOf(23, 24, 210, 3)).toBeUndefined();
  expect(layoutOf(80, 7, 210, 3)).toBeUndefined();
});

test('bars are exact to an eighth of a column', () => {
  expect([bar(0, 4), bar(1 / 32, 4), bar(0.5, 4), bar(0.6, 4), bar(1, 4), bar(7, 2), bar(-1, 2)]).toEqual([
    '',
    '▏',
    '██',
    '██▍',
    '████',
    '██',
    '',
  ]);
});

describe('a run that goes on', () => {
  const run = join(folder, 'run');
  const aside = join(folder, 'aside');

  test('newer checkpoints are taken between games, and it is said which', async () => {
    const lengths = ['--steps', '120', '--checkpoint-every', '60', '--keep', '9'];
    const trained = await cli(['train', 'catch', ...small, ...lengths, '--out', folder, '--name', 'run']);
    expect(trained.code).toBe(0);
    mkdirSync(aside);
    renameSync(join(run, 'checkpoints/step-000000120'), join(aside, 'step-000000120'));

    const parsed = parseCommandLine(watchCommand.spec, ['catch', '--run', run]);
    const follower = new WeightsFollower(parsed, openTrained(parsed)!);
    expect(follower.newer()).toBeUndefined();
    // A checkpoint that is being deleted, or is no good, is left alone until there is another one.
    mkdirSync(join(run, 'checkpoints/step-000000121'));
    expect(follower.newer()).toBeUndefined();
    renameSync(join(run, 'checkpoints/step-000000121'), join(aside, 'empty'));

    const program = new TerminalProgram(['src/cli/main.ts', 'watch', '--run', run, '--speed', '100'], {
      env: { COLORTERM: 'truecolor' },
    });
    const { model } = program;
    const standing = () => model.line(model.rows - 5);
    await program.until(() => standing().startsWith('catch, 60 steps of training  '));
    // Values of three actions, as numbers behind the bars.
    await program.until(() => [20, 21, 22].every((row) => /^[▶ ] \w+ .*-?\d\.\d{3}/.test(model.line(row))));
    renameSync(join(aside, 'step-000000120'), join(run, 'checkpoints/step-000000120'));
    await program.until(() => standing().startsWith('catch, 120 steps of training (new)'));
    expect(follower.newer()?.agentSteps).toBe(120);
    expect(follower.newer()).toBeUndefined();
    program.press('r');
    await program.until(() => model.line(23).includes('r agent plays'));
    program.press('q');
    expect(await program.ended()).toBe(0);
  }, 60_000);

  test('--weights best: the file is taken again when it is another one', () => {
    const parsed = parseCommandLine(watchCommand.spec, ['catch', '--run', run, '--weights', 'best']);
    const follower = new WeightsFollower(parsed, openTrained(parsed)!);
    expect(follower.newer()).toBeUndefined();
    cpSync(join(run, 'checkpoints/step-000000060/weights.safetensors'), join(run, 'best.safetensors'));
    expect(follower.newer()?.agentSteps).toBe(60);
  });

  test('the first checkpoint of a run that has just begun is waited for; elsewhere it is said that there is none', async () => {
    const begun = join(folder, 'begun');
    cpSync(join(run, 'config.json'), join(begun, 'config.json'), { recursive: true });
    const times = { startedAtMs: Date.now(), updatedAtMs: Date.now() };
    const status = { state: 'running', pid: process.pid, host: hostname(), ...times };
    writeFileSync(join(begun, 'status.json'), JSON.stringify(status));
    const said = await cli(['eval', '--run', begun]);
    expect(said.stderr).toMatch(/^error: The run in .*begun has not come to its first checkpoint yet\. Wait for it/);
    const program = new TerminalProgram(['src/cli/main.ts', 'watch', '--run', begun]);
    await program.until(() => /begun has not come to its first checkpoint yet; it is waited for\./.test(program.sent));
    cpSync(join(run, 'checkpoints/step-000000060'), join(aside, 'first'), { recursive: true });
    mkdirSync(join(begun, 'checkpoints'));
    renameSync(join(aside, 'first'), join(begun, 'checkpoints/step-000000060'));
    await program.until(() => program.model.line(19).startsWith('catch, 60 steps of training'));
    program.press('q');
    expect(await program.ended()).toBe(0);
  }, 60_000);

  test('--follow needs a run', async () => {
    const program = new TerminalProgram([...randomCatch, '--follow']);
    expect(await program.ended()).toBe(1);
    expect(program.sent).toContain('error: --follow needs a run. Name it with --run DIR.');
  });
});
