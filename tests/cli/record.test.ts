/** `bun run record`: files of each kind, stages beside each other, and nothing left of what is broken off. */
import { afterAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, ended, small, start, temporaryFolder } from '../e2e/cli.ts';
import { decodeGif } from '../run/recordingGifDecoder.ts';
import { brokenOff } from './recordBrokenOff.ts';

const { folder, remove } = temporaryFolder('record');
afterAll(remove);

const record = (...words: string[]) => cli(['record', ...words]);

function seconds(gif: ReturnType<typeof decodeGif>): number {
  return gif.pictures.reduce((sum, { hundredths }) => sum + hundredths, 0) / 100;
}

describe('a GIF', () => {
  test('of random play: size, time, the same each time', async () => {
    const out = join(folder, 'a.gif');
    const said = await record('catch', '--random', '--out', out, '--frames', '90');
    expect(said.stdout).toMatch(/Player: random actions\nWrote .*a\.gif: 1\.5 s, 320 x 210, .* kB\n$/);
    const gif = decodeGif(readFileSync(out));
    expect([gif.width, gif.height, gif.loops, seconds(gif)]).toEqual([320, 210, true, 1.5]);
    // The GIF that `play` writes.
    const played = join(folder, 'played.gif');
    await cli(['play', 'catch', '--gif', played, '--frames', '90']);
    expect(readFileSync(out).equals(readFileSync(played))).toBe(true);
  });

  test('faster, square, enlarged, with fewer pictures: the time stays exact', async () => {
    const out = join(folder, 'b.gif');
    const flags = ['--speed', '4', '--square', '--scale', '2', '--fps', '20', '--episodes', '1'];
    const said = await record('catch', '--random', '--out', out, ...flags);
    const steps = Number(/Game over: reward -?\d+, (\d+) steps/.exec(said.stdout)![1]);
    const gif = decodeGif(readFileSync(out));
    expect([gif.width, gif.height]).toEqual([320, 420]);
    expect(seconds(gif)).toBeCloseTo((steps * 4) / 60 / 4, 1);
    expect(gif.pictures.slice(0, -1).every(({ hundredths }) => hundredths >= 5)).toBe(true);
  });
});

test.each([
  [['--out', 'x.avi'], '--out: x.avi ends with none of .gif, .webm and .mp4.'],
  [[], 'No file is named.'],
  [['--out', 'x.mp4', '--scale', '3'], '--scale: 3 is odd, and a video has one colour for two lines.'],
  [['--out', 'x.gif', '--stages', '3'], '--stages shows the checkpoints of a run.'],
  [['--out', 'x.gif', '--frames', '3', '--episodes', '3'], '--frames and --episodes exclude each other.'],
  [['--out', 'x.gif', '--random', '--pretrained'], '--random and --pretrained exclude each other.'],
  [['--out', '/proc/none/x.gif'], 'Cannot write to /proc/none/x.gif'],
])('%j is refused in one line', async (flags, line) => {
  const said = await record('catch', ...flags);
  expect(said.code).toBe(1);
  expect(said.stderr.trimEnd().split('\n').length).toBe(1);
  expect(said.stderr).toStartWith(`error: ${line}`);
});

test('without ffmpeg a line says what to install, and a GIF needs none', async () => {
  const nowhere = { WGSL_DQN_FFMPEG: '/nonexistent/ffmpeg' };
  const words = (name: string) => ['record', 'catch', '--random', '--frames', '9', '--out', join(folder, name)];
  const refused = await cli(words('n.webm'), nowhere);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /^error: WGSL_DQN_FFMPEG names .*, which is no program\. Install ffmpeg .*apt-get install ffmpeg/,
  );
  expect((await cli(words('n.gif'), nowhere)).code).toBe(0);
});

describe('broken off', () => brokenOff({ gif: 'SIGINT' }));

describe('stages of a run', () => {
  const run = join(folder, 'run');

  test('random play and checkpoints beside each other, each with its caption', async () => {
    const lengths = ['--steps', '180', '--checkpoint-every', '60', '--keep', '9'];
    const trained = await ended(start(['train', 'catch', ...small, ...lengths, '--out', folder, '--name', 'run']));
    expect(trained.code).toBe(0);
    const out = join(folder, 'stages.gif');
    const flags = ['--run', run, '--out', out, '--frames', '60'];
    const said = await record('catch', ...flags, '--stages', '0,60,180', '--square');
    expect(said.stderr).toBe('');
    expect(said.stdout).toContain('Stages: random play, 60 steps, 180 steps\n');
    const gif = decodeGif(readFileSync(out));
    expect([gif.width, seconds(gif)]).toEqual([3 * 160 + 2 * 8, 1]);
    const captionRows = gif.height - 210;
    expect(captionRows % 2).toBe(0);
    // Each panel is the same game at its start; captions differ.
    const [first] = gif.pictures;
    const rows = (panel: number, from: number, to: number): number[] =>
      Array.from({ length: to - from }, (_, row) => {
        const left = (from + row) * gif.width + panel * 168;
        return [...first.rgb.subarray(left, left + 160)];
      }).flat();
    const [sky] = rows(0, 120, 121);
    for (const panel of [0, 1, 2]) {
      expect(rows(panel, captionRows + 5, captionRows + 8).every((colour) => colour === sky)).toBe(true);
      expect(rows(panel, 0, captionRows).some((colour) => colour === 0xececec)).toBe(true);
      // Greys alone, which no video's chroma mixes.
      expect(rows(panel, 0, captionRows).every((colour) => colour % 0x010101 === 0)).toBe(true);
    }
    expect(rows(0, 0, captionRows)).not.toEqual(rows(1, 0, captionRows));
    expect(rows(1, 0, captionRows)).not.toEqual(rows(2, 0, captionRows));
    const again = await record('catch', ...flags, '--stages', '4');
    expect(again.stdout).toContain('Stages: random play, 60 steps, 120 steps, 180 steps\n');
  }, 60_000);

  test.each([
    ['9', '--stages: "9" is neither a number from 2 to 8 nor as many steps of training.'],
    ['0,x', '--stages: "0,x" is neither'],
    ['0,1,2', 'has kept 3 checkpoints, too few for --stages 0,1,2.'],
  ])('--stages %s is refused', async (stages, line) => {
    const said = await record('catch', '--run', run, '--out', join(folder, 'x.gif'), '--stages', stages);
    expect(said.code).toBe(1);
    expect(said.stderr).toContain(line);
  });
});
