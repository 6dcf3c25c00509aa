// copy: output = input, bit for bit
//   input, output [COUNT] 32-bit words, bound as whole vec4s; what lies behind COUNT is not written
// One invocation writes one vec4; invocations past the end write nothing.
override COUNT: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  let first = 4 * index;
  if (first >= COUNT) {
    return;
  }
  if (first + 4 <= COUNT) {
    output[index] = input[index];
  } else {
    output[index] = select(output[index], input[index], first + vec4u(0, 1, 2, 3) < vec4u(COUNT));
  }
}
