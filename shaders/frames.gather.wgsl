// frames, gather: frames[slot] = the frame of entry entries[slot], out of those shards of a replay memory that are bound here
//   shard0 to shard5 [SHARD_FRAMES][WORDS] u32: frames of 4 * WORDS bytes, those of entries FIRST * SHARD_FRAMES and up; the last
//     shard of all may be shorter. SHARDS of them (1 to 6) are read; what is bound to the others is not looked at
//   entries [slots] u32, counted over all shards; ENTRIES or more (0xFFFFFFFF): the slot keeps what it holds
//   frames [slots][WORDS] u32
// Slots whose entries lie in other shards are left alone: one dispatch for every six shards fills them all.
// One invocation copies one word; the workgroup's y is the slot. Those past WORDS write nothing.
override FIRST: u32;
override SHARDS: u32;
override SHARD_FRAMES: u32;
override ENTRIES: u32;
override WORDS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> shard0: array<u32>;
@group(0) @binding(1) var<storage, read> shard1: array<u32>;
@group(0) @binding(2) var<storage, read> shard2: array<u32>;
@group(0) @binding(3) var<storage, read> shard3: array<u32>;
@group(0) @binding(4) var<storage, read> shard4: array<u32>;
@group(0) @binding(5) var<storage, read> shard5: array<u32>;
@group(0) @binding(6) var<storage, read> entries: array<u32>;
@group(0) @binding(7) var<storage, read_write> frames: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let entry = entries[group.y];
  // An entry before the first shard wraps to a number above all.
  let shard = entry / SHARD_FRAMES - FIRST;
  if (id.x >= WORDS || entry >= ENTRIES || shard >= SHARDS) {
    return;
  }
  let source = entry % SHARD_FRAMES * WORDS + id.x;
  let destination = group.y * WORDS + id.x;
  switch (shard) {
    case 0 { frames[destination] = shard0[source]; }
    case 1 { frames[destination] = shard1[source]; }
    case 2 { frames[destination] = shard2[source]; }
    case 3 { frames[destination] = shard3[source]; }
    case 4 { frames[destination] = shard4[source]; }
    default { frames[destination] = shard5[source]; }
  }
}
