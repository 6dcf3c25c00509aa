/** The frames of a batch out of shards: what is right, to the bit. */

/**
 * @param memory all frames, one shard after the other
 * @param entries of each slot its frame's number; one past the last or more: none
 * @param frames [slots][frameBytes], filled in place; a slot without a frame keeps what it holds
 */
export function framesGatherReference(
  memory: Uint8Array,
  entries: ArrayLike<number>,
  frameBytes: number,
  frames: Uint8Array,
): void {
  for (let slot = 0; slot < entries.length; slot++) {
    const start = entries[slot] * frameBytes;
    if (start >= memory.length) continue;
    frames.set(memory.subarray(start, start + frameBytes), slot * frameBytes);
  }
}
