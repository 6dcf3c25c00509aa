/**
 * What live.bin in a run's folder holds: the last decision of the agent that was written down, about ten a second.
 *
 * All of a frame belongs to one moment: the agent has chosen and the console has not played yet. `screen` and `frames` are what it chose by,
 * `qValues` what the network said of them, `agentSteps` and `episodeReward` what was before. Only with `wasRandom` the values are older:
 * those of the last state that the network was asked about.
 *
 * Little-endian, offsets in bytes:
 *   0 magic u32 · 4 version u32 · 8 sequence u32 · 12 length of all u32 · 16 writtenAtMs f64 · 24 agentSteps f64 · 32 episodeReward f64 ·
 *   40 epsilon f64 · 48 episode u32 · 52 screenHeight u32 · 56 action u32 · 60 flags u32 · 64 format u32 · 68 frameSide u32 ·
 *   72 count of frames u32 · 76 count of actions u32 · 80 actions, u8 each · qValues, f32 each · screen · frames · sequence u32
 * It is written in place while others read; where the two sequence numbers differ, a reader has met the writer half-way.
 * Leaves out: files (liveOutput.ts).
 */
import type { Action } from '../../emulator/console/action.ts';
import type { TelevisionFormat } from '../../emulator/console/properties.ts';

export interface LiveFrame {
  /** Of training, done before this decision. */
  readonly agentSteps: number;
  /** The game's number in the run or, with `isEvaluation`, in the evaluation; from 1. */
  readonly episode: number;
  /** Unclipped reward of the game before this decision. */
  readonly episodeReward: number;
  /** Probability of a random action. */
  readonly epsilon: number;
  /** What was chosen, an index of `actions`, and whether it was drawn at random. */
  readonly action: number;
  readonly wasRandom: boolean;
  /** A game of an evaluation, not of training. */
  readonly isEvaluation: boolean;
  /** The console's numbers of the actions (src/emulator/console/action.ts). */
  readonly actions: readonly Action[];
  /** One an action; NaN before the first forward pass. */
  readonly qValues: Float32Array;
  /** 160 x `screenHeight` colour register values. */
  readonly screen: Uint8Array;
  readonly screenHeight: number;
  readonly format: TelevisionFormat;
  /** The network's input, oldest first, each `frameSide` x `frameSide` bytes of luminance. */
  readonly frames: readonly Uint8Array[];
  readonly frameSide: number;
  /** Milliseconds since 1970. */
  readonly writtenAtMs: number;
}

/** "WDQL" in a little-endian word. */
const magic = 0x4c514457;
const version = 1;
const headerBytes = 80;
const screenWidth = 160;
const formats: readonly TelevisionFormat[] = ['NTSC', 'PAL', 'SECAM'];
const randomFlag = 1;
const evaluationFlag = 2;

type Sizes = Pick<LiveFrame, 'screenHeight' | 'frameSide'> & { readonly actions: number; readonly frames: number };

function bytesOf({ screenHeight, frameSide, actions, frames }: Sizes): number {
  return headerBytes + 5 * actions + screenWidth * screenHeight + frames * frameSide ** 2 + 4;
}

/** Length of the encoded frame, bytes. */
export function liveFrameBytes({ screenHeight, frameSide, actions, frames }: LiveFrame): number {
  return bytesOf({ screenHeight, frameSide, actions: actions.length, frames: frames.length });
}

/** Writes the frame to the front of `into`, which has room for it, and returns that part. `sequence` differs from the last one's. */
export function encodeLiveFrame(
  frame: LiveFrame,
  sequence = 0,
  into: Uint8Array = new Uint8Array(liveFrameBytes(frame)),
): Uint8Array {
  const { actions, qValues, screen, screenHeight, frames, frameSide } = frame;
  const length = liveFrameBytes(frame);
  const view = new DataView(into.buffer, into.byteOffset, length);
  const words = (offset: number, ...values: readonly number[]): void => {
    for (let i = 0; i < values.length; i++) view.setUint32(offset + 4 * i, values[i], true);
  };
  words(0, magic, version, sequence, length);
  view.setFloat64(16, frame.writtenAtMs, true);
  view.setFloat64(24, frame.agentSteps, true);
  view.setFloat64(32, frame.episodeReward, true);
  view.setFloat64(40, frame.epsilon, true);
  const flags = (frame.wasRandom ? randomFlag : 0) | (frame.isEvaluation ? evaluationFlag : 0);
  words(48, frame.episode, screenHeight, frame.action, flags, formats.indexOf(frame.format));
  words(68, frameSide, frames.length, actions.length);
  into.set(actions, headerBytes);
  let offset = headerBytes + actions.length;
  for (let i = 0; i < actions.length; i++, offset += 4) view.setFloat32(offset, qValues[i], true);
  into.set(screen, offset);
  offset += screenWidth * screenHeight;
  for (const luminances of frames) {
    into.set(luminances, offset);
    offset += frameSide ** 2;
  }
  words(offset, sequence);
  return into.subarray(0, length);
}

/** The frame in a copy of live.bin's bytes, of which it shows parts; undefined where it is torn, cut off or of another version. */
export function decodeLiveFrame(bytes: Uint8Array): LiveFrame | undefined {
  if (bytes.length < headerBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (offset: number): number => view.getUint32(offset, true);
  const length = word(12);
  if (word(0) !== magic || word(4) !== version || length !== bytes.length) return undefined;
  const sizes = { screenHeight: word(52), frameSide: word(68), frames: word(72), actions: word(76) };
  const format = formats.at(word(64));
  if (bytesOf(sizes) !== length || format === undefined || word(8) !== word(length - 4)) return undefined;
  const { screenHeight, frameSide } = sizes;
  const valuesAt = headerBytes + sizes.actions;
  const screenAt = valuesAt + 4 * sizes.actions;
  const framesAt = screenAt + screenWidth * screenHeight;
  const frameBytes = frameSide ** 2;
  return {
    agentSteps: view.getFloat64(24, true),
    episode: word(48),
    episodeReward: view.getFloat64(32, true),
    epsilon: view.getFloat64(40, true),
    action: word(56),
    wasRandom: (word(60) & randomFlag) !== 0,
    isEvaluation: (word(60) & evaluationFlag) !== 0,
    actions: [...bytes.subarray(headerBytes, valuesAt)],
    qValues: Float32Array.from({ length: sizes.actions }, (_, i) => view.getFloat32(valuesAt + 4 * i, true)),
    screen: bytes.subarray(screenAt, framesAt),
    screenHeight,
    format,
    frames: Array.from({ length: sizes.frames }, (_, i) =>
      bytes.subarray(framesAt + i * frameBytes, framesAt + (i + 1) * frameBytes),
    ),
    frameSide,
    writtenAtMs: view.getFloat64(16, true),
  };
}
