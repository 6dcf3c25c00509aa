// copy: how fast the adapter moves memory; output = input, bit for bit
//   input, output [WORKGROUPS * WORKGROUP * 4] vec4u
// One invocation copies four vec4s: side by side, or with APART a workgroup apart, so that neighbours in a workgroup are neighbours in
// memory. Which is faster depends on the adapter. Every invocation of the dispatch has work, and no length is checked.
override APART: bool;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> input: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4u>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) invocation: u32, @builtin(workgroup_id) group: vec3u) {
  let first = 4 * WORKGROUP * group.x + select(4 * invocation, invocation, APART);
  let step = select(1, WORKGROUP, APART);
  let a = input[first];
  let b = input[first + step];
  let c = input[first + 2 * step];
  let d = input[first + 3 * step];
  output[first] = a;
  output[first + step] = b;
  output[first + 2 * step] = c;
  output[first + 3 * step] = d;
}
