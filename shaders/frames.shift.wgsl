// frames, shift: output[f][y][x] = frames[f][y - BY][x - BY], 0 where there is no such pixel
//   frames, output [frames][HEIGHT][WORDS] u32: lines of 4 * WORDS bytes, the first in the lowest byte
//   BY is 1, 2 or 3; TOTAL words in all
// One invocation writes one word; invocations past TOTAL write nothing.
override HEIGHT: u32;
override WORDS: u32;
override TOTAL: u32;
override BY: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> frames: array<u32>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let word = id.x + id.y * groups.x * WORKGROUP;
  if (word >= TOTAL) {
    return;
  }
  if (word / WORDS % HEIGHT < BY) {
    output[word] = 0;
    return;
  }
  let source = word - BY * WORDS;
  var before = 0u;
  if (word % WORDS > 0) {
    before = frames[source - 1];
  }
  output[word] = (frames[source] << (8 * BY)) | (before >> (32 - 8 * BY));
}
