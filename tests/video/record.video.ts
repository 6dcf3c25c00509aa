/** `bun run record` with ffmpeg: videos by their names, and nothing left of what is broken off. */
import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { brokenOff } from '../cli/recordBrokenOff.ts';
import { cli, temporaryFolder } from '../e2e/cli.ts';

const { folder, remove } = temporaryFolder('record-video');
afterAll(remove);

const record = (...words: string[]) => cli(['record', ...words]);

test('videos by their names, with the encoder named', async () => {
  for (const [name, encoder] of [
    ['v.webm', 'libvpx-vp9 without loss'],
    ['v.mp4', 'libx264'],
  ]) {
    const said = await record('catch', '--random', '--out', join(folder, name), '--frames', '30', '--speed', '2');
    expect(said.stderr).toBe('');
    expect(said.stdout).toMatch(new RegExp(`${name}: 0.3 s, 640 x 420, .*, ${encoder}\n$`));
  }
});

describe('broken off', () => brokenOff({ webm: 'SIGTERM', mp4: 'SIGHUP' }));
