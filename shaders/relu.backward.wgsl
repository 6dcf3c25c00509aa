// relu, backward: dInput = dOutput where output > 0, else 0 (so the gradient at 0 is 0, as in PyTorch)
//   output, dOutput, dInput [COUNT] f32, bound as whole vec4s; what lies behind COUNT is not written
// One invocation writes one vec4; invocations past the end write nothing.
override COUNT: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> output: array<vec4f>;
@group(0) @binding(1) var<storage, read> dOutput: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dInput: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * WORKGROUP;
  let first = 4 * index;
  if (first >= COUNT) {
    return;
  }
  let value = select(vec4f(0), dOutput[index], output[index] > vec4f(0));
  if (first + 4 <= COUNT) {
    dInput[index] = value;
  } else {
    dInput[index] = select(dInput[index], value, first + vec4u(0, 1, 2, 3) < vec4u(COUNT));
  }
}
