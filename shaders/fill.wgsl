// fill: output[i] = VALUE
//   output [COUNT] f32
// One invocation writes one element; invocations past COUNT write nothing.
override COUNT: u32;
override VALUE: f32 = 0.0;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < COUNT) {
    output[id.x] = VALUE;
  }
}
