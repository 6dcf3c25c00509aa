// frames, gather of whole vec4s: frames.gather for frames of a multiple of 16 bytes
//   shard0 to shard5 [SHARD_FRAMES][VEC4S] vec4u; SHARDS of them (1 to 6) are read
//   entries [slots] u32, counted over all shards; ENTRIES or more (0xFFFFFFFF): the slot keeps what it holds
//   frames [slots][VEC4S] vec4u
// Slots whose entries lie in other shards are left alone.
// One invocation copies one vec4; the workgroup's y is the slot. Those past VEC4S write nothing.
override FIRST: u32;
override SHARDS: u32;
override SHARD_FRAMES: u32;
override ENTRIES: u32;
override VEC4S: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> shard0: array<vec4u>;
@group(0) @binding(1) var<storage, read> shard1: array<vec4u>;
@group(0) @binding(2) var<storage, read> shard2: array<vec4u>;
@group(0) @binding(3) var<storage, read> shard3: array<vec4u>;
@group(0) @binding(4) var<storage, read> shard4: array<vec4u>;
@group(0) @binding(5) var<storage, read> shard5: array<vec4u>;
@group(0) @binding(6) var<storage, read> entries: array<u32>;
@group(0) @binding(7) var<storage, read_write> frames: array<vec4u>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let entry = entries[group.y];
  // An entry before the first shard wraps to a number above all.
  let shard = entry / SHARD_FRAMES - FIRST;
  if (id.x >= VEC4S || entry >= ENTRIES || shard >= SHARDS) {
    return;
  }
  let source = entry % SHARD_FRAMES * VEC4S + id.x;
  let destination = group.y * VEC4S + id.x;
  switch (shard) {
    case 0 { frames[destination] = shard0[source]; }
    case 1 { frames[destination] = shard1[source]; }
    case 2 { frames[destination] = shard2[source]; }
    case 3 { frames[destination] = shard3[source]; }
    case 4 { frames[destination] = shard4[source]; }
    default { frames[destination] = shard5[source]; }
  }
}
