/** Which of ffmpeg's encoders there are for a video, and how they are asked for their best. ffmpeg is the user's, and optional. */
import { UserError } from '../errors.ts';

export interface Encoder {
  /** The program. */
  readonly ffmpeg: string;
  /** As ffmpeg calls it. */
  readonly name: string;
  readonly container: 'webm' | 'mp4';
  readonly flags: readonly string[];
  /** What is decoded are the pictures to the byte. */
  readonly lossless: boolean;
}

type KnownEncoder = Pick<Encoder, 'name' | 'flags' | 'lossless'>;

/** The best first. A keyframe every ten seconds or sooner, so that players can seek. */
const known: Readonly<Record<Encoder['container'], readonly KnownEncoder[]>> = {
  webm: [
    {
      name: 'libvpx-vp9',
      flags: ['-lossless', '1', '-b:v', '0', '-deadline', 'good', '-cpu-used', '4', '-row-mt', '1', '-g', '600'],
      lossless: true,
    },
    {
      name: 'libvpx',
      flags: ['-crf', '4', '-qmin', '0', '-b:v', '20M', '-cpu-used', '4', '-g', '600'],
      lossless: false,
    },
  ],
  mp4: [
    {
      name: 'libx264',
      flags: ['-preset', 'medium', '-tune', 'animation', '-crf', '10', '-movflags', '+faststart'],
      lossless: false,
    },
    { name: 'libopenh264', flags: ['-b:v', '8M', '-movflags', '+faststart'], lossless: false },
    { name: 'h264_videotoolbox', flags: ['-b:v', '8M', '-movflags', '+faststart'], lossless: false },
  ],
};

const install =
  'Install ffmpeg (Debian: sudo apt-get install ffmpeg; macOS: brew install ffmpeg; Windows: winget install ffmpeg), name one with ' +
  'WGSL_DQN_FFMPEG, or record a .gif, which needs none.';

/** The best encoder of this machine for a container. Throws UserError where there is none. */
export async function findEncoder(container: Encoder['container']): Promise<Encoder> {
  const named = process.env['WGSL_DQN_FFMPEG'] || undefined;
  const ffmpeg = Bun.which(named ?? 'ffmpeg');
  if (ffmpeg === null) {
    throw new UserError(
      named === undefined
        ? `A .${container} needs ffmpeg, which is not installed.`
        : `WGSL_DQN_FFMPEG names ${named}, which is no program.`,
      install,
    );
  }
  const listing = Bun.spawn([ffmpeg, '-hide_banner', '-encoders'], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'ignore',
  });
  const names = new Set(
    (await new Response(listing.stdout).text()).split('\n').map((line) => line.trim().split(/\s+/)[1]),
  );
  const encoder = known[container].find(({ name }) => names.has(name));
  if (encoder === undefined) {
    const wanted = known[container].map(({ name }) => name).join(', ');
    throw new UserError(`${ffmpeg} has none of the encoders for a .${container}: ${wanted}.`, install);
  }
  return { ...encoder, ffmpeg, container };
}
