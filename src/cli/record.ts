/** `bun run record <game> --out FILE`: records play as a file to share, a GIF or a video; several stages of an agent side by side. */
import { existsSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { framesPerSecond, screenWidth } from '../run/consoleScreen.ts';
import { type Encoder, findEncoder } from '../run/ffmpeg.ts';
import { bytesText } from '../run/memory.ts';
import { requireWritable } from '../run/recordingFile.ts';
import { openRecording, type Recording } from '../run/recordingOutput.ts';
import { PanelPicture } from '../run/recordingPanels.ts';
import { openSvg } from '../run/svgPixels.ts';
import { type Command, integerFlag, numberFlag, type ParsedArguments } from './arguments.ts';
import { choosePlayer, playLength, presetFlag, randomFlag, seat, withShipped } from './player.ts';
import { openStages, type Stage, screensOf } from './recordStages.ts';
import { trainedFlags } from './trained.ts';
import { shown } from './words.ts';

/** How long Ctrl-C may take, and that nobody wants the recording any more. */
const letInEveryMs = 50;
/** Half a minute of an NTSC console. */
const defaultFrames = 1800;

export const recordCommand: Command = {
  spec: {
    name: 'record',
    summary: 'Record play as a GIF or a video to share.',
    positionals: ['game'],
    flags: [
      {
        flag: '--out',
        placeholder: 'FILE',
        help: 'What to write: .gif; with ffmpeg .webm (VP9, lossless) and .mp4 (H.264)',
      },
      ...trainedFlags,
      randomFlag,
      presetFlag,
      {
        flag: '--stages',
        placeholder: 'LIST',
        help: "Agents side by side: a number of them from random play to the run's end, or their steps of training",
      },
      { flag: '--frames', placeholder: 'N', help: `Frames of the console to record [${defaultFrames}]` },
      { flag: '--episodes', placeholder: 'N', help: 'Whole games to record, in place of --frames' },
      { flag: '--speed', placeholder: 'N', help: 'Times as fast as the console, 0.1 to 100 [1]' },
      {
        flag: '--fps',
        placeholder: 'N',
        help: "Pictures a second of the file, 5 to 60; fewer make it smaller [the console's; a GIF's are at most 50]",
      },
      {
        flag: '--scale',
        placeholder: 'N',
        help: "Each of the screen's pixels is 2N x N, 1 to 8; even for video [1, for video 2]",
      },
      { flag: '--square', help: "Each of the screen's pixels is N x N" },
    ],
    examples: [
      'bun run record pong --out pong.gif',
      'bun run record pong --out pong.webm --scale 4 --episodes 1',
      'bun run record catch --run runs/catch-quick-1-1 --weights best --out catch.mp4 --speed 2',
      'bun run record catch --run runs/catch-quick-1-1 --stages 3 --episodes 1 --out learning.gif',
    ],
  },
  async run(parsed) {
    const { out, container } = outputFile(parsed);
    const isVideo = container !== 'gif';
    const scale = integerFlag(parsed, '--scale', isVideo ? 2 : 1, 1, 8);
    if (isVideo && scale % 2 !== 0) {
      throw new UserError(
        `--scale: ${scale} is odd, and a video has one colour for two lines.`,
        `Give --scale ${scale + 1}, or --out to a .gif.`,
      );
    }
    const speed = numberFlag(parsed, '--speed', 1, 0.1, 100);
    const pixelAspect = parsed.flags.has('--square') ? 1 : 2;
    const { frames, episodes } = playLength(parsed) ?? { frames: defaultFrames };
    const fps = parsed.flags.has('--fps') ? integerFlag(parsed, '--fps', 0, 5, 60) : undefined;
    const asked = parsed.flags.get('--stages');
    requireWritable(out, `.${container}`);
    const encoder = container === 'gif' ? undefined : await findEncoder(container);
    const folder = dirname(resolve(out));

    const player = await choosePlayer(asked === undefined ? withShipped(parsed, console.log) : parsed, console.log);
    const stages: readonly Stage[] =
      asked === undefined
        ? [{ ...(await seat(player, parsed, console.log)), name: '' }]
        : await openStages(player, parsed, asked, console.log);
    const { format, screenHeight } = stages[0];
    const screen = { width: screenWidth, height: screenHeight, format };
    let panels: PanelPicture | undefined;
    if (asked !== undefined) {
      await openSvg();
      panels = new PanelPicture({
        ...screen,
        panels: stages.length,
        pixelWidth: scale * pixelAspect,
        pixelHeight: scale,
      });
    }
    const consoleRate = framesPerSecond[format];
    const recording = openRecording(out, encoder, {
      ...(panels === undefined
        ? { ...screen, scale, pixelAspect }
        : { format, width: panels.width, height: panels.height, scale: 1, pixelAspect: 1 }),
      framesPerSecond: consoleRate,
      speed,
      rate: fps ?? consoleRate,
    });
    const progress = progressLine();
    const release = abortOnSignal(recording);
    try {
      let recorded = 0;
      let letInMs = performance.now();
      const screens = screensOf(stages, episodes, ({ stage, reward, agentSteps }) =>
        progress.line(
          `${asked === undefined ? 'Game over' : stages[stage].name}: reward ${reward}, ${agentSteps} steps`,
        ),
      );
      for await (const newest of screens) {
        newest.forEach((one, stage) => {
          panels?.draw(stage, one.screen, stages[stage].name, `reward ${one.reward}`);
        });
        recording.add(panels?.pixels ?? newest[0].screen);
        await recording.drain();
        recorded++;
        if (performance.now() - letInMs > letInEveryMs) {
          // Without a GPU and ffmpeg nothing else would let signals in.
          await Bun.sleep(0);
          if (!existsSync(folder)) {
            throw new UserError(`The folder ${folder} is gone.`, 'Give a path that stays with --out.');
          }
          letInMs = performance.now();
        }
        progress.show(() => `Recording: ${(recorded / consoleRate).toFixed(1)} s of play`);
        if (frames !== undefined && recorded >= frames) break;
      }
      player.gpu?.failures.take();
      progress.show(() => 'Writing');
      const bytes = await recording.finish();
      const { width, height } = panels ?? { width: screenWidth * pixelAspect * scale, height: screenHeight * scale };
      const how = encoder === undefined ? '' : `, ${encoder.name}${encoder.lossless ? ' without loss' : ''}`;
      progress.line(
        `Wrote ${shown(out)}: ${(recorded / consoleRate / speed).toFixed(1)} s, ${width} x ${height}, ${bytesText(bytes)}${how}`,
      );
      return 0;
    } catch (error) {
      recording.abort();
      throw error;
    } finally {
      progress.clear();
      release();
    }
  },
};

/** `--out` and what its name says it is. Throws UserError. */
function outputFile(parsed: ParsedArguments): { out: string; container: Encoder['container'] | 'gif' } {
  const out = parsed.flags.get('--out');
  const example = `For example: bun run record ${parsed.positionals[0] ?? 'pong'} --out ${parsed.positionals[0] ?? 'pong'}.gif`;
  if (out === undefined) throw new UserError('No file is named.', example);
  const extension = extname(out).toLowerCase().slice(1);
  if (extension === 'gif' || extension === 'webm' || extension === 'mp4') return { out, container: extension };
  throw new UserError(`--out: ${out} ends with none of .gif, .webm and .mp4.`, example);
}

/** Ctrl-C and its like leave nothing behind; the returned function ends that. */
function abortOnSignal(recording: Recording): () => void {
  const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
  const handlers = Object.entries(numbers).map(([signal, number]) => {
    const handler = (): void => {
      recording.abort();
      process.exit(128 + number);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}

/** One line that is written over itself on a terminal; elsewhere there is none. */
function progressLine() {
  const output = process.stderr;
  let shownMs = Number.NEGATIVE_INFINITY;
  const clear = (): void => {
    if (output.isTTY) output.write('\r\x1b[K');
  };
  return {
    clear,
    show: (text: () => string): void => {
      if (!output.isTTY || performance.now() - shownMs < 200) return;
      shownMs = performance.now();
      output.write(`\r\x1b[K${text()}`);
    },
    line: (text: string): void => {
      clear();
      console.log(text);
    },
  };
}
