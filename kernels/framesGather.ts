/**
 * The frames of a batch out of a replay memory that lies on the GPU, in shards: no binding holds a million frames.
 * Leaves out: which entries are drawn (src/agent/replayMemory.ts).
 */
import { elementwiseWorkgroup, maxWorkgroupsPerAxis } from './grid.ts';
import type { Binding, KernelCall } from './runtime/dispatch.ts';
import { elementCount, type Tensor } from './runtime/tensor.ts';
import { expectRank, expectTensor, ShapeError } from './shapes.ts';

/** Shards that one dispatch binds: with entries and output eight storage buffers, which every adapter of the standard has. */
export const shardsPerDispatch = 6;

export interface FramesGather {
  /** [frames, frameBytes] u8 each, a multiple of 4 bytes a frame; all but the last of one length. Entry 0 is the first frame of the first. */
  readonly shards: readonly Tensor[];
  /** [slots] u32: entries counted over all shards; one past the last or more (0xFFFFFFFF) leaves its slot as it is. */
  readonly entries: Tensor;
  /** u8, [slots, frameBytes] or any shape of as many elements, for example [slots, height, width]. */
  readonly output: Tensor;
}

/** output[slot] = the frame of entry entries[slot]: one dispatch for every six shards. Throws ShapeError. */
export function framesGather({ shards, entries, output }: FramesGather): KernelCall[] {
  const shader = 'frames.gather';
  if (shards.length === 0) throw new ShapeError(shader, 'there are no shards');
  const [slots] = expectRank(shader, 'entries', entries, 1, 'u32');
  const [shardFrames, frameBytes] = expectRank(shader, 'shard 0', shards[0], 2, 'u8');
  if (frameBytes % 4 !== 0) throw new ShapeError(shader, `frames of ${frameBytes} bytes are no whole words`);
  let frameCount = 0;
  for (const [index, shard] of shards.entries()) {
    const [frames] = expectRank(shader, `shard ${index}`, shard, 2, 'u8');
    const isLast = index === shards.length - 1;
    if (frames > shardFrames)
      throw new ShapeError(shader, `shard ${index} has ${frames} frames, the first ${shardFrames}`);
    expectTensor(shader, `shard ${index}`, shard, [isLast ? frames : shardFrames, frameBytes], 'u8');
    frameCount += frames;
  }
  if (output.type !== 'u8' || elementCount(output.shape) !== slots * frameBytes) {
    throw new ShapeError(
      shader,
      `output (${output.name}) is ${output.type} [${output.shape.join(', ')}], expected u8 [${slots}, ${frameBytes}]`,
    );
  }
  const inVec4s = frameBytes % 16 === 0;
  const words = frameBytes / (inVec4s ? 16 : 4);
  const groups = Math.ceil(words / elementwiseWorkgroup);
  if (Math.max(slots, groups) > maxWorkgroupsPerAxis || frameCount >= 2 ** 32 - 1) {
    throw new ShapeError(shader, `${slots} slots of ${frameBytes} bytes from ${frameCount} frames: too many`);
  }
  const calls: KernelCall[] = [];
  for (let first = 0; first < shards.length; first += shardsPerDispatch) {
    const bound = shards.slice(first, first + shardsPerDispatch);
    // A layout has all six; the places behind the last shard are never read.
    const places = Array.from({ length: shardsPerDispatch }, (_, place) => bound[place] ?? bound[0]);
    const bindings: Binding[] = [
      ...places.map((tensor): Binding => ({ tensor, access: 'read' })),
      { tensor: entries, access: 'read' },
      { tensor: output, access: 'readwrite' },
    ];
    const constants = { FIRST: first, SHARDS: bound.length, SHARD_FRAMES: shardFrames, ENTRIES: frameCount };
    // Each slot is filled by one of the dispatches.
    const bytes = entries.byteLength + (2 * slots * frameBytes * bound.length) / shards.length;
    calls.push({
      shader: inVec4s ? 'frames.gather4' : shader,
      constants: { ...constants, [inVec4s ? 'VEC4S' : 'WORDS']: words },
      bindings,
      workgroups: [groups, slots, 1],
      flops: 0,
      bytes,
    });
  }
  return calls;
}
