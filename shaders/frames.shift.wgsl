// frames, shift: output[f][y][x] = frames[f][y - BY][x - BY], 0 where there is no such pixel
//   frames, output [frames][HEIGHT][WORDS] u32: lines of 4 * WORDS bytes, the first in the lowest byte
//   BY is 1, 2 or 3; LINES lines in all
// One invocation writes one line: one a word would divide to find its place, and takes four times as long on lavapipe. Invocations past
// LINES write nothing.
override HEIGHT: u32;
override WORDS: u32;
override LINES: u32;
override BY: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> frames: array<u32>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let line = id.x + id.y * groups.x * WORKGROUP;
  if (line >= LINES) {
    return;
  }
  let isEmpty = line % HEIGHT < BY;
  let source = select(line - BY, 0, isEmpty) * WORDS;
  var before = 0u;
  for (var word = 0u; word < WORDS; word++) {
    let next = select(frames[source + word], 0, isEmpty);
    output[line * WORDS + word] = (next << (8 * BY)) | (before >> (32 - 8 * BY));
    before = next;
  }
}
