// fill: output[i] = VALUE
//   output [COUNT] f32, bound as whole vec4s; what lies behind COUNT is not written
// One invocation writes one vec4; invocations past the end write nothing.
override COUNT: u32;
override VALUE: f32 = 0.0;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  let first = 4 * index;
  if (first >= COUNT) {
    return;
  }
  if (first + 4 <= COUNT) {
    output[index] = vec4f(VALUE);
  } else {
    output[index] = select(output[index], vec4f(VALUE), first + vec4u(0, 1, 2, 3) < vec4u(COUNT));
  }
}
