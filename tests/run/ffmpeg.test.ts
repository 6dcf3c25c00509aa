/** Which encoder of ffmpeg is taken, and what is said where there is none; with programs that only say that they are ffmpeg. */
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEncoder } from '../../src/run/ffmpeg.ts';

const folder = mkdtempSync(join(tmpdir(), 'wgsl-dqn-ffmpeg-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('encoders', () => {
  const named = process.env['WGSL_DQN_FFMPEG'];
  const withFfmpeg = async (program: string): Promise<string> => {
    process.env['WGSL_DQN_FFMPEG'] = program;
    try {
      const { ffmpeg, name } = await findEncoder('webm');
      return `${ffmpeg} ${name}`;
    } catch (error) {
      return (error as Error).message;
    } finally {
      if (named === undefined) delete process.env['WGSL_DQN_FFMPEG'];
      else process.env['WGSL_DQN_FFMPEG'] = named;
    }
  };

  test('the best one that there is; none, or no ffmpeg: a line', async () => {
    const fake = (name: string, encoders: string): string => {
      const path = join(folder, name);
      writeFileSync(path, `#!/bin/sh\necho ' V....D ${encoders}  an encoder'\n`, { mode: 0o755 });
      return path;
    };
    const old = fake('old', 'libvpx');
    expect(await withFfmpeg(old)).toBe(`${old} libvpx`);
    const bare = fake('bare', 'gif');
    expect(await withFfmpeg(bare)).toBe(`${bare} has none of the encoders for a .webm: libvpx-vp9, libvpx.`);
    expect(await withFfmpeg('/nonexistent/ffmpeg')).toBe(
      'WGSL_DQN_FFMPEG names /nonexistent/ffmpeg, which is no program.',
    );
  });
});
