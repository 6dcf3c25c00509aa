// frames, stack of four: frames.stack for CHANNELS = 4 and PIXELS a multiple of 4, a whole word of each frame at a time
//   frames [FRAMES][PIXELS] u8, packed four to a word, the first in the lowest byte, no padding between frames
//   frameNumbers [batch] vec4u; a number of FRAMES or more (0xFFFFFFFF) is a black frame
//   output [batch][PIXELS] vec4f: [batch][PIXELS][4] f32 (NHWC)
// The same products as frames.stack, so the same bits.
// One invocation writes four pixels of all channels; the workgroup's y is the sample. Those past PIXELS write nothing.
override FRAMES: u32;
override PIXELS: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> frames: array<u32>;
@group(0) @binding(1) var<storage, read> frameNumbers: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  if (id.x >= PIXELS / 4) {
    return;
  }
  let numbers = frameNumbers[group.y];
  let inside = numbers < vec4u(FRAMES);
  // A black frame reads frame 0, which exists, and drops it.
  let first = select(vec4u(0), numbers, inside) * (PIXELS / 4) + id.x;
  let bytes = select(vec4u(0), vec4u(frames[first.x], frames[first.y], frames[first.z], frames[first.w]), inside);
  let pixel = group.y * PIXELS + 4 * id.x;
  const mask = vec4u(0xff);
  const scale = 1.0 / 255.0;
  output[pixel] = vec4f(bytes & mask) * scale;
  output[pixel + 1] = vec4f((bytes >> vec4u(8)) & mask) * scale;
  output[pixel + 2] = vec4f((bytes >> vec4u(16)) & mask) * scale;
  output[pixel + 3] = vec4f(bytes >> vec4u(24)) * scale;
}
