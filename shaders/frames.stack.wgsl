// frames, stack: output[b][p][c] = byte p of frame frameNumbers[b][c], times 1 / 255
//   frames [FRAMES][PIXELS] u8, packed four to a word, the first in the lowest byte, no padding between frames
//   frameNumbers [BATCH][CHANNELS] u32; a number of FRAMES or more (0xFFFFFFFF) is a black frame
//   output [BATCH][PIXELS][CHANNELS] f32 (NHWC), bound as whole vec4s; what lies behind its end is not written
// The product with the f32 nearest 1 / 255 is rounded once: the same bits on every adapter, 255 gives exactly 1.
// One invocation writes one vec4; invocations past the end write nothing.
override FRAMES: u32;
override BATCH: u32;
override PIXELS: u32;
override CHANNELS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> frames: array<u32>;
@group(0) @binding(1) var<storage, read> frameNumbers: array<u32>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

fn stacked(element: u32) -> f32 {
  let channel = element % CHANNELS;
  let pixel = element / CHANNELS % PIXELS;
  let batch = element / (CHANNELS * PIXELS);
  let frame = frameNumbers[batch * CHANNELS + channel];
  if (frame >= FRAMES) {
    return 0.0;
  }
  let byte = frame * PIXELS + pixel;
  return f32((frames[byte / 4] >> (8 * (byte % 4))) & 0xff) * (1.0 / 255.0);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  const lanes = vec4u(0, 1, 2, 3);
  let count = BATCH * PIXELS * CHANNELS;
  let index = id.x + id.y * groups.x * WORKGROUP;
  let first = 4 * index;
  if (first >= count) {
    return;
  }
  if (first + 4 <= count) {
    output[index] = vec4f(stacked(first), stacked(first + 1), stacked(first + 2), stacked(first + 3));
    return;
  }
  var value = output[index];
  for (var lane = 0u; first + lane < count; lane++) {
    value[lane] = stacked(first + lane);
  }
  output[index] = value;
}
